//! Columns chosen anew, and failures files that people have had in their hands.

use std::fs;

use wdt_flags::sandbox::Config;

use crate::support::{Place, finish, sandbox, sandbox_with, start};

#[test]
fn a_record_of_another_column_of_the_same_name_is_not_taken_over() {
    let (place, erp) = (Place::new(), sandbox());
    place.write(
        "x.csv",
        "purchase_no,标记,标记\nCG1,aa,加急\nCG404,aa,加急\nCG2,aa,加急\n",
    );
    let run = |column, more: &[&str], code| {
        let args = ["x.csv", "-j", "1", "--flag-column", column];
        finish(&mut place.run(&erp, [&args, more].concat())).expect(code)
    };
    run("B", &["--max-failures", "1"], 3);
    assert_eq!(erp.flags()["CG1"], "aa");
    let second = run("C", &[], 1);
    assert!(second.stderr.contains("choice of columns"), "{second:?}");
    assert_eq!(erp.flags()["CG1"], "加急", "what the results say");
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
fn a_failures_file_saved_anew_during_its_run_is_not_overwritten() {
    let place = Place::new();
    let erp = sandbox_with(Config {
        latency: std::time::Duration::from_millis(800),
        ..Config::default()
    });
    place.write("x.csv", "purchase_no,flag_name\nCG404,aa\nCG405,特急\n");
    finish(&mut place.run(&erp, ["x.csv"])).expect(1);
    let mended = place.read("x.failures.csv").replace("CG404", "CG1") + "CG2,aa,9,skipped,,,0,\n";

    let mut run = start(&mut place.run(&erp, ["x.failures.csv"]));
    run.until("the first call", || erp.stats().calls > 2);
    // As editors save: another file in the place of the old one.
    place.write("x.new", &mended);
    fs::rename(place.path("x.new"), place.path("x.failures.csv")).expect("saved");
    let run = run.finish().expect(3);
    assert!(
        run.stderr.contains("another file was saved over it"),
        "{run:?}"
    );
    assert_eq!(place.read("x.failures.csv"), mended);

    finish(&mut place.run(&erp, ["x.failures.csv"])).expect(1);
    assert_eq!(erp.flags().len(), 2, "the mended row and the new one");
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
fn a_row_that_must_not_be_mended_by_itself_says_so() {
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
            "flag_name is empty; but line 3 decides: take this row out rather than mend it",
            "flag_name is empty"
        ]
    );
}
