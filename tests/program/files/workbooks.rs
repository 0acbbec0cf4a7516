//! Results and failures as workbooks: what holds for CSV files holds for these.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};

use rust_xlsxwriter::Workbook;
use wdt_flags::sandbox::Sandbox;

use crate::harness::{
    Place, ScriptedServer, Table, accepted, finish, part, refused, sandbox, save_workbook, start,
};

const SHEET: &str = "备注,purchase_no,flag_name\n=1+1,0012345,aa\n<&>,CG404,aa\n,CG3,没有\n\"a\nb\",1-2,+aa\n_x0041_,CG5,\n";
const XLSX: [&str; 3] = ["x.csv", "--output-format", "xlsx"];
const WORKSHEET: &str = "xl/worksheets/sheet1.xml";

fn first_run(place: &Place, erp: &Sandbox) {
    place.write("x.csv", SHEET);
    finish(&mut place.run(erp, XLSX)).expect(1);
}

/// All but the time and the last column.
fn without_time(table: &Table) -> Vec<Vec<String>> {
    let cut = |row: &Vec<String>| row[..row.len() - 2].to_vec();
    table.rows.iter().map(cut).collect()
}

#[test]
fn they_say_what_csv_files_say_as_texts() {
    let (place, erp) = (Place::new(), sandbox());
    place.write("x.csv", SHEET);
    finish(&mut place.run(&erp, ["x.csv"])).expect(1);
    let names = ["-o", "r.xlsx", "--failures", "f.xlsx"];
    finish(&mut place.run(&erp, [&["x.csv"], &names[..]].concat())).expect(1);
    for (text, book) in [("x.results.csv", "r.xlsx"), ("x.failures.csv", "f.xlsx")] {
        let (text, mut book) = (place.table(text), place.table(book));
        for row in &mut book.rows {
            row[0] = row[0].replace("_x005F_", "_");
        }
        assert_eq!(book.header, text.header);
        assert_eq!(without_time(&book), without_time(&text));
    }
    let xml = part(&place.path("r.xlsx"), WORKSHEET);
    for wanted in [
        "topLeftCell=\"A2\" activePane=\"bottomLeft\" state=\"frozen\"",
        "<autoFilter ref=\"A1:J6\"/>",
        "<c r=\"B2\" s=\"2\" t=\"s\">",
        "<c r=\"D2\" s=\"3\"><v>2</v></c>",
        "numberStoredAsText",
    ] {
        assert!(xml.contains(wanted), "{wanted}: {xml}");
    }
}

#[test]
fn failures_put_right_and_given_back_update_the_results() {
    let (place, erp) = (Place::new(), sandbox());
    first_run(&place, &erp);
    let before = place.table("x.results.xlsx");
    assert_eq!(
        place.files(),
        ["x.csv", "x.failures.xlsx", "x.results.xlsx"]
    );

    // Saved by a spreadsheet, and the results too.
    save_workbook(&place.path("x.results.xlsx"), &before);
    let mut failures = place.table("x.failures.xlsx");
    assert_eq!(failures.column("line"), ["3", "4", "5", "7"]);
    failures.rows[0][1] = "CG7".to_owned();
    failures.rows[2][2] = "aa".to_owned();
    failures.rows[2][1] = "1月2日".to_owned();
    let added = ["new", "CG9", "aa"].map(str::to_owned);
    failures.rows.push(added.to_vec());
    save_workbook(&place.path("x.failures.xlsx"), &failures);
    let run = finish(&mut place.run(&erp, ["x.failures.xlsx"])).expect(1);
    assert!(!run.stderr.contains("not updated"), "{run:#?}");
    assert_eq!(
        place.files(),
        ["x.csv", "x.failures.xlsx", "x.results.xlsx"]
    );
    let after = place.table("x.results.xlsx");
    assert_eq!(
        after.column("status"),
        ["ok", "ok", "rejected", "invalid", "invalid", "ok"]
    );
    let orders = ["0012345", "CG7", "CG3", "1月2日", "CG5", "CG9"];
    assert_eq!(after.column("purchase_no"), orders);
    assert_eq!(after.column("line"), ["2", "3", "4", "5", "7", ""]);
    assert_eq!(after.rows[0], before.rows[0]);
    let left = place.table("x.failures.xlsx");
    assert_eq!(left.column("line"), ["4", "5", "7"]);
    assert!(!erp.flags().contains_key("1月2日"));

    // Once more, as this program wrote them; and from a CSV file that a person made of them.
    finish(&mut place.run(&erp, ["x.failures.xlsx"])).expect(1);
    assert_eq!(
        without_time(&place.table("x.results.xlsx")),
        without_time(&after)
    );
    let left = place.table("x.failures.xlsx");
    let rows = left.rows.iter().map(|row| row.join("\t") + "\n");
    let rows = rows.collect::<String>().replace("没有", "aa");
    place.write(
        "x.failures.csv",
        left.header.join("\t") + "\n" + &rows.replace("a\nb", "a b"),
    );
    finish(&mut place.run(&erp, ["x.failures.csv"])).expect(1);
    let last = place.table("x.results.xlsx");
    assert_eq!(last.column("status")[2], "ok");
    assert_eq!(place.table("x.failures.xlsx").rows.len(), 2);
}

#[test]
fn those_of_the_run_before_are_kept() {
    let (place, erp) = (Place::new(), sandbox());
    first_run(&place, &erp);
    finish(&mut place.run(&erp, XLSX)).expect(1);
    let kept = place.files();
    let kept: Vec<_> = kept.iter().filter(|name| name.contains(".2")).collect();
    assert_eq!(kept.len(), 2, "{kept:?}");
    assert!(kept.iter().all(|name| name.ends_with(".xlsx")), "{kept:?}");
    assert_eq!(place.table(kept[1]).rows.len(), 5);
}

#[test]
fn a_run_in_the_other_format_is_of_the_same_sheet() {
    let (place, erp) = (Place::new(), sandbox());
    place.write("x.csv", SHEET);
    finish(&mut place.run(&erp, ["x.csv"])).expect(1);
    let run = finish(&mut place.run(&erp, XLSX)).expect(1);
    assert_eq!(run.stdout.matches("kept  ").count(), 2, "{run:#?}");
    let files = place.files();
    let kept = |name: &&String| name.contains(".2") && name.ends_with(".csv");
    assert_eq!(files.iter().filter(kept).count(), 2, "{files:?}");
    assert_eq!(files.len(), 5, "{files:?}");

    // A sheet of such a name is no file of an earlier run.
    let name = "x.results.xlsx";
    finish(&mut place.run(&erp, [name, "-o", "x.results.csv", "--failures", "f.csv"])).expect(1);
    assert_eq!(place.table(name).rows.len(), 5);
    // One run at a time.
    place.write("y.csv", "purchase_no,flag_name\nCG1,aa\n");
    let slow = ScriptedServer::per_call(|_, _| None);
    let mut first = start(&mut place.run(&slow, ["y.csv"]));
    let lock = place.path("y.results.csv.lock");
    first.until("a lock", || lock.exists());
    let args = ["y.csv", "--output-format", "xlsx"];
    finish(&mut place.run(&erp, args)).expect(75);
    first.kill();
}

#[test]
fn a_run_that_was_stopped_is_continued() {
    let place = Place::new();
    place.write("x.csv", "purchase_no,flag_name\nCG1,aa\nCG2,aa\nCG3,aa\n");
    let is_open = Arc::new(AtomicBool::new(false));
    let sent = Arc::<Mutex<Vec<_>>>::default();
    let erp = ScriptedServer::per_call({
        let (is_open, sent) = (Arc::clone(&is_open), Arc::clone(&sent));
        move |_, call| {
            sent.lock().expect("no panic").push(call.order());
            let refuses = call.order() == "CG2" && !is_open.load(Ordering::SeqCst);
            Some(if refuses {
                refused(6, "ip限制")
            } else {
                accepted()
            })
        }
    });
    let args = [&XLSX[..], &["-j1"]].concat();
    finish(&mut place.run(&erp, &args)).expect(3);
    assert!(place.path("x.results.csv.partial").is_file());
    let statuses = ["ok", "failed", "skipped"];
    assert_eq!(place.table("x.results.xlsx").column("status"), statuses);
    is_open.store(true, Ordering::SeqCst);
    finish(&mut place.run(&erp, &args)).expect(0);
    let sent = sent.lock().expect("no panic").clone();
    assert_eq!(sent, ["CG1", "CG2", "CG3", "CG2"]);
    assert_eq!(place.table("x.results.xlsx").column("status"), ["ok"; 3]);
    assert!(!place.path("x.results.csv.partial").exists());
}

#[test]
fn a_profile_may_say_so_and_a_name_that_is_given_counts_too() {
    let (place, erp) = (Place::new(), sandbox());
    place.write("x.csv", "purchase_no,flag_name\nCG404,aa\n");
    place.write("c.toml", "[default]\noutput_format = \"xlsx\"\n");
    finish(&mut place.run(&erp, ["x.csv", "--config", "c.toml"])).expect(1);
    assert!(place.path("x.results.xlsx").is_file());
    let csv = ["x.csv", "--config", "c.toml", "--output-format", "csv"];
    finish(&mut place.run(&erp, csv)).expect(1);
    assert!(place.path("x.failures.csv").is_file());
    finish(&mut place.run(&erp, ["x.csv", "-o", "r.xlsx"])).expect(1);
    assert_eq!(place.table("x.failures.xlsx").rows.len(), 1);

    place.write("c.toml", "[default]\noutput_format = \"xls\"\n");
    let run = finish(&mut place.run(&erp, ["x.csv", "--config", "c.toml"])).expect(2);
    assert!(run.stderr.contains("write csv or xlsx"), "{run:#?}");
    let run = finish(&mut place.run(&erp, ["x.csv", "-o", "r.xls"])).expect(2);
    assert!(run.stderr.contains("ending in .csv or .xlsx"), "{run:#?}");
}

#[test]
fn a_workbook_of_somebody_elses_is_never_overwritten() {
    let ours = "purchase_no,flag_name,line,status,code,message,attempts,finished_at,row_check";
    let ours: Vec<&str> = ours.split(',').collect();
    let foreign = |headers: &[&[&str]]| {
        let mut workbook = Workbook::new();
        for header in headers {
            let worksheet = workbook.add_worksheet();
            worksheet
                .write_row(0, 0, header.iter().copied())
                .expect("written");
        }
        workbook.save_to_buffer().expect("saved")
    };
    let (place, erp) = (Place::new(), sandbox());
    place.write("x.csv", "purchase_no,flag_name\nCG1,aa\n");
    for (content, says) in [
        (
            foreign(&[&["purchase_no", "flag_name"]]),
            "was not written by wdt-flags",
        ),
        (foreign(&[&ours[2..]]), "was not written by wdt-flags"),
        (foreign(&[&ours, &["mine"]]), "has further worksheets"),
        (
            b"purchase_no,flag_name".to_vec(),
            "was not written by wdt-flags",
        ),
        (b"PK\x03\x04".to_vec(), "was not written by wdt-flags"),
    ] {
        for name in ["x.results.xlsx", "x.failures.xlsx"] {
            place.write(name, &content);
            let run = finish(&mut place.run(&erp, XLSX)).expect(2);
            assert!(run.stderr.contains(says), "{run:#?}");
            assert_eq!(std::fs::read(place.path(name)).expect("there"), content);
            std::fs::remove_file(place.path(name)).expect("removed");
        }
    }
    // Nor is a failures file to which a person has added a worksheet.
    let content = foreign(&[&ours, &["mine"]]);
    place.write("x.failures.xlsx", &content);
    let args = ["x.failures.xlsx", "--output-format", "xlsx"];
    let run = finish(&mut place.run(&erp, args)).expect(2);
    assert!(run.stderr.contains("has further worksheets"), "{run:#?}");
    assert_eq!(erp.stats().calls, 0);
    // An empty one, and one of ours, are.
    place.write("x.results.xlsx", "");
    std::fs::remove_file(place.path("x.failures.xlsx")).expect("removed");
    finish(&mut place.run(&erp, XLSX)).expect(0);
    finish(&mut place.run(&erp, XLSX)).expect(0);
}
