//! The failures file, run again until it holds no rows.

use std::fs;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};

use wdt_flags::sandbox::Config;

use crate::harness::{
    Place, ScriptedServer, accepted, finish, refused, sandbox, sandbox_with, start,
};

#[test]
fn failures_are_run_again_until_none_are_left() {
    let place = Place::new();
    place.write(
        "x.csv",
        "purchase_no,flag_name,note\nCG1,aa,\nCG2,新标记,二\nCG3,加急,\nCG4,新标记,四\nCG4,新标记,\n",
    );
    let before = sandbox();
    finish(&mut place.run(&before, ["x.csv"])).expect(1);
    let failures = place.table("x.failures.csv");
    assert_eq!(failures.column("purchase_no"), ["CG2", "CG4", "CG4"]);
    let results = place.read("x.results.csv");

    // Nothing has changed yet: the same rows are left, and stand in the results as before.
    finish(&mut place.run(&before, ["x.failures.csv"])).expect(1);
    let left = place.table("x.failures.csv");
    assert_eq!(left.header, failures.header);
    let kept = ["purchase_no", "flag_name", "note", "line", "status"];
    assert_eq!(left.select(kept), failures.select(kept));
    assert_eq!(left.column("line"), ["3", "5", "6"], "of the sheet");

    let after = sandbox_with(Config {
        flags: vec!["新标记".to_owned()],
        ..Config::default()
    });
    finish(&mut place.run(&after, ["x.failures.csv"])).expect(0);
    let left = place.table("x.failures.csv");
    assert_eq!((left.header, left.rows.len()), (failures.header, 0));
    assert_eq!(after.stats().calls, 2, "only what had failed is sent");
    let again = place.table("x.results.csv");
    assert_eq!(again.column("status"), ["ok"; 5]);
    assert_eq!(again.column("note"), ["", "二", "", "四", ""]);
    assert_eq!(again.column("line"), ["2", "3", "4", "5", "6"]);
    assert_eq!(again.column("message")[3], "same as line 6");

    finish(&mut place.run(&after, ["x.failures.csv"])).expect(0);
    assert_eq!(after.stats().calls, 2);
    let first = |text: &str| text.lines().nth(1).map(str::to_owned);
    assert_eq!(
        first(&place.read("x.results.csv")),
        first(&results),
        "what was accepted stays byte for byte"
    );
    assert_eq!(place.files(), ["x.csv", "x.failures.csv", "x.results.csv"]);
}

#[test]
fn failures_are_replaced_only_by_a_run_that_finished() {
    let (place, erp) = (Place::new(), sandbox());
    place.write(
        "x.csv",
        "purchase_no,flag_name\nCG1,加急\nCG404,aa\nCG2,x\n",
    );
    finish(&mut place.run(&erp, ["x.csv"])).expect(1);
    let failures = place.read("x.failures.csv");

    let fatal = ScriptedServer::per_call(|_, call| {
        Some(match &*call.order() {
            "CG404" => accepted(),
            _ => refused(6, "ip限制"),
        })
    });
    let args = ["x.failures.csv", "-j", "1"];
    let run = finish(&mut place.run(&fatal, args)).expect(3);
    assert_eq!(place.read("x.failures.csv"), failures, "left as it was");
    let results = place.table("x.results.csv");
    assert_eq!(results.column("status"), ["ok", "ok", "failed"]);
    assert!(run.stdout.contains("the sheet itself"), "{run:?}");
}

#[test]
fn running_failures_never_undoes_a_later_row() {
    let place = Place::new();
    place.write(
        "x.csv",
        "purchase_no,flag_name\nCG1,aa\nCG1,新标记\nCG2,新标记\nCG2,aa\n",
    );
    let known = Arc::new(AtomicBool::new(false));
    let sent = Arc::<Mutex<Vec<_>>>::default();
    let erp = ScriptedServer::per_call({
        let (known, sent) = (Arc::clone(&known), Arc::clone(&sent));
        move |_, call| {
            if call.flag() != "aa" && !known.load(Ordering::SeqCst) {
                return Some(refused(100, "采购标记不存在:新标记"));
            }
            let applied = (call.order(), call.flag());
            sent.lock().expect("no panic").push(applied);
            Some(accepted())
        }
    });
    finish(&mut place.run(&erp, ["x.csv"])).expect(1);
    known.store(true, Ordering::SeqCst);
    finish(&mut place.run(&erp, ["x.failures.csv"])).expect(0);
    let sent = sent.lock().expect("no panic").clone();
    let pair = |order: &str, flag: &str| (order.to_owned(), flag.to_owned());
    assert_eq!(sent, [pair("CG2", "aa"), pair("CG1", "新标记")]);
}

/// Rows with too many fields are not sent, however often their file is run again,
/// until somebody has corrected them.
#[track_caller]
fn stays_invalid(row: &str) {
    let (place, erp) = (Place::new(), sandbox());
    place.write(
        "x.csv",
        format!("purchase_no,flag_name,note\n{row}\nCG1,加急,the row that decides\n"),
    );
    finish(&mut place.run(&erp, ["x.csv"])).expect(1);
    assert_eq!(erp.flags()["CG1"], "加急");
    for _ in 0..2 {
        finish(&mut place.run(&erp, ["x.failures.csv"])).expect(1);
        let left = place.table("x.failures.csv");
        assert_eq!(left.column("status"), ["invalid"]);
        assert_eq!(left.select(["purchase_no", "flag_name"]), [["CG1", "aa"]]);
        assert_eq!(erp.flags()["CG1"], "加急", "the later row is not undone");
    }
}

#[test]
fn a_row_with_too_many_fields_stays_invalid_until_corrected() {
    stays_invalid("CG1,aa,a note, with a comma");
}

#[test]
fn the_second_half_of_a_torn_row_stays_invalid_until_corrected() {
    let (place, erp) = (Place::new(), sandbox());
    // Read as a row, its third field would be the order and its fourth the flag.
    place.write(
        "x.csv",
        "note,x,purchase_no,flag_name,old_flag\nn,two\nlines,CG1,aa,加急\n",
    );
    for name in ["x.csv", "x.failures.csv", "x.failures.csv"] {
        finish(&mut place.run(&erp, [name])).expect(1);
        let left = place.table("x.failures.csv");
        assert_eq!(left.column("status"), ["invalid", "invalid"]);
    }
    assert_eq!(erp.stats().calls, 0);
}

#[test]
fn a_row_with_too_many_fields_is_sent_once_corrected() {
    let (place, erp) = (Place::new(), sandbox());
    place.write(
        "x.csv",
        "purchase_no,flag_name\nCG1,aa,\"more, text\"\nCG2,加急\n",
    );
    finish(&mut place.run(&erp, ["x.csv"])).expect(1);
    let results = place.table("x.results.csv");
    let shown = ["purchase_no", "flag_name", "extra_fields", "status"];
    assert_eq!(
        results.select(shown),
        [
            ["CG1", "aa", "\"more, text\"", "invalid"],
            ["CG2", "加急", "", "ok"]
        ]
    );
    let corrected = place
        .read("x.failures.csv")
        .replace("\"\"\"more, text\"\"\"", "");
    place.write("x.failures.csv", corrected);
    finish(&mut place.run(&erp, ["x.failures.csv"])).expect(0);
    assert_eq!(erp.flags()["CG1"], "aa");
    let left = place.table("x.failures.csv");
    assert!(
        !left.header.contains(&"extra_fields".to_owned()),
        "{left:?}"
    );
}

/// In a workbook whose table begins in column B, letters mean the same in its failures.
#[test]
fn a_letter_means_the_same_column_in_a_workbook_and_in_its_failures() {
    let (place, erp) = (Place::new(), sandbox());
    let mut workbook = rust_xlsxwriter::Workbook::new();
    let sheet = workbook.add_worksheet();
    sheet
        .write_row(0, 1, ["备注", "单", "原单号"])
        .expect("written");
    sheet
        .write_row(1, 1, ["x", "CG404", "OLD1"])
        .expect("written");
    workbook.save(place.path("x.xlsx")).expect("saved");
    let options = ["--order-column", "C", "--flag", "aa"];
    for name in ["x.xlsx", "x.failures.csv"] {
        finish(&mut place.run(&erp, [&[name], &options[..]].concat())).expect(1);
        assert_eq!(
            place.table("x.failures.csv").column("message"),
            ["单据不存在"]
        );
    }
    assert_eq!(erp.accepted("OLD1"), 0);
}

#[test]
fn a_failures_file_saved_again_during_its_run_is_not_overwritten() {
    let place = Place::new();
    let erp = sandbox_with(Config {
        latency: std::time::Duration::from_millis(800),
        ..Config::default()
    });
    place.write("x.csv", "purchase_no,flag_name\nCG404,aa\nCG405,特急\n");
    finish(&mut place.run(&erp, ["x.csv"])).expect(1);
    let corrected =
        place.read("x.failures.csv").replace("CG404", "CG1") + "CG2,aa,9,skipped,,,0,\n";

    let mut run = start(&mut place.run(&erp, ["x.failures.csv"]));
    run.until("the first call", || erp.stats().calls > 2);
    // As editors save: another file in the place of the old one.
    place.write("x.new", &corrected);
    fs::rename(place.path("x.new"), place.path("x.failures.csv")).expect("saved");
    let run = run.finish().expect(3);
    assert!(
        run.stderr.contains("another file was saved over it"),
        "{run:?}"
    );
    assert_eq!(place.read("x.failures.csv"), corrected);

    finish(&mut place.run(&erp, ["x.failures.csv"])).expect(1);
    assert_eq!(erp.flags().len(), 2, "the corrected row and the new one");
}

#[test]
fn a_failures_file_saved_by_a_spreadsheet_program_can_be_given_back() {
    let (place, erp) = (Place::new(), sandbox());
    place.write("x.csv", "采购单号,标记名称\nCG404,加急\nCG404-2,加急\n");
    finish(&mut place.run(&erp, ["x.csv"])).expect(1);
    let text = place.read("x.failures.csv").replace("CG404,", "CG1,");
    let saved = text
        .trim_start_matches('\u{feff}')
        .replace(',', "\t")
        .replace('\n', "\r\n");
    place.write("x.failures.csv", encoding_rs::GB18030.encode(&saved).0);
    finish(&mut place.run(&erp, ["x.failures.csv"])).expect(1);
    assert_eq!(erp.flags()["CG1"], "加急");
    assert_eq!(
        place.table("x.failures.csv").column("采购单号"),
        ["CG404-2"]
    );
}

#[test]
fn a_flag_column_that_is_named_comes_before_the_flag_sent_last_time() {
    let (place, erp) = (Place::new(), sandbox());
    place.write("x.csv", "purchase_no,备注\nCG1,x\nCG404,x\n");
    finish(&mut place.run(&erp, ["x.csv", "--flag", "aa"])).expect(1);
    let text = place.read("x.failures.csv").replace("CG404,x", "CG2,加急");
    place.write("x.failures.csv", text);
    finish(&mut place.run(&erp, ["x.failures.csv", "--flag-column", "备注"])).expect(0);
    assert_eq!(erp.flags()["CG2"], "加急");
    let both = ["x.csv", "--flag", "aa", "--flag-column", "B"];
    finish(&mut place.run(&erp, both)).expect(2);
}

#[test]
fn a_row_that_must_not_be_corrected_by_itself_says_so() {
    let (place, erp) = (Place::new(), sandbox());
    place.write(
        "x.csv",
        "purchase_no,flag_name\nCG1,\nCG1,加急\nCG2,aa\nCG2,\n",
    );
    finish(&mut place.run(&erp, ["x.csv"])).expect(1);
    let messages = place.table("x.failures.csv");
    assert_eq!(
        messages.column("message"),
        [
            "flag_name is empty; but line 3 decides: remove this row rather than correct it",
            "flag_name is empty"
        ]
    );
}

#[test]
fn a_failures_file_that_was_touched_sends_no_old_flag() {
    let (place, erp) = (Place::new(), sandbox());
    place.write("x.csv", "purchase_no,flag_name\nCG404,加急\n");
    finish(&mut place.run(&erp, ["x.csv", "--flag", "已质检"])).expect(1);
    let text = place.read("x.failures.csv").replace("CG404", "CG1");
    let mut lines = text.lines();
    let (header, row) = (
        lines.next().expect("a header"),
        lines.next().expect("a row"),
    );
    for (name, header, row) in [
        ("a.failures.csv", format!("{header},"), format!("{row},")),
        ("b.csv", format!("{header},备注"), format!("{row},x")),
        (
            "d.csv",
            header.replace(",status", ",Status"),
            row.to_owned(),
        ),
    ] {
        let order = format!("CG-{}", &name[..1]);
        place.write(name, format!("{header}\n{row}\n").replace("CG1", &order));
        finish(&mut place.run(&erp, [name])).expect(0);
        assert_eq!(erp.flags()[&order], "已质检", "{name}");
    }
    // Without `row_check` nobody knows what its rows are.
    place.write("x.failures.csv", text.replace(",row_check", ",check"));
    let run = finish(&mut place.run(&erp, ["x.failures.csv"])).expect(2);
    assert!(run.stderr.contains("but not \"row_check\""), "{run:?}");
}
