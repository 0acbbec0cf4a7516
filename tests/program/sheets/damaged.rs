//! A failures file that a spreadsheet has opened and saved: no other order is flagged for it.

use wdt_flags::sandbox::Sandbox;

use crate::harness::{Finished, Place, finish, sandbox};

const SHEET: &str = "purchase_no,flag_name,备注\n\
    0012345,没有,一\n202604130001,没有,二\n1-2,没有,三\n20260413000112345,没有,四\nCG5,没有,五\n";

/// A run over [`SHEET`], of which every row is refused.
fn first_run(place: &Place, erp: &Sandbox) {
    place.write("x.csv", SHEET);
    finish(&mut place.run(erp, ["x.csv"])).expect(1);
}

/// The failures file as a spreadsheet saves it, with the flags put right.
fn saved(text: &str) -> String {
    text.replace("没有", "aa")
        .replace("\n0012345,", "\n12345,")
        .replace("\n202604130001,", "\n2.02604E+11,")
        .replace("\n1-2,", "\n1月2日,")
        .replace("\n20260413000112345,", "\n20260413000112300,")
}

/// The orders that have a flag.
fn flagged(erp: &Sandbox) -> Vec<String> {
    let mut orders: Vec<_> = erp.flags().into_keys().collect();
    orders.sort();
    orders
}

#[track_caller]
fn names(run: &Finished, text: &str) {
    assert!(run.said().contains(text), "{text}: {run:#?}");
}

#[test]
fn rows_that_a_spreadsheet_has_changed_are_not_sent() {
    let (place, erp) = (Place::new(), sandbox());
    first_run(&place, &erp);
    place.write("x.failures.csv", saved(&place.read("x.failures.csv")));
    let check = finish(place.program().args(["check", "x.failures.csv"])).expect(1);
    names(&check, "5 rows, 4 invalid");
    names(&check, "\"12345\" instead of \"0012345\"");
    let dry = ["x.failures.csv", "--dry-run"];
    names(&finish(&mut place.run(&erp, dry)).expect(1), "4 invalid");

    // However often it is tried, and in the results they stay what they were.
    for _ in 0..2 {
        let run = finish(&mut place.run(&erp, ["x.failures.csv"])).expect(1);
        assert_eq!(flagged(&erp), ["CG5"], "{run:#?}");
        let results = place.table("x.results.csv");
        assert_eq!(
            results.column("purchase_no"),
            ["0012345", "202604130001", "1-2", "20260413000112345", "CG5"]
        );
        assert_eq!(
            results.column("status"),
            ["invalid", "invalid", "invalid", "invalid", "ok"]
        );
        assert_eq!(results.column("flag_name")[0], "没有");
        let left = place.table("x.failures.csv");
        assert_eq!(
            left.column("purchase_no"),
            ["12345", "2.02604E+11", "1月2日", "20260413000112300"]
        );
        let message = left.column("message")[0];
        for part in ["\"12345\"", "\"0012345\"", "--accept-changes"] {
            assert!(message.contains(part), "{message}");
        }
    }

    // Put right, they are sent; what is meant all the same is, too.
    let text = place.read("x.failures.csv");
    let text = text.replace("2.02604E+11,", "202604130001,");
    let text = text.replace("20260413000112300,", "20260413000112345,");
    place.write("x.failures.csv", text.replace("1月2日,", "CG1-2,"));
    finish(&mut place.run(&erp, ["x.failures.csv"])).expect(1);
    let sent = ["202604130001", "20260413000112345", "CG1-2", "CG5"];
    assert_eq!(flagged(&erp), sent);
    let args = ["x.failures.csv", "--accept-changes"];
    names(
        &finish(place.program().args(["check"]).args(args)).expect(0),
        "1 row, 0 invalid",
    );
    finish(&mut place.run(&erp, args)).expect(0);
    assert_eq!(erp.flags()["12345"], "aa");
    let results = place.table("x.results.csv");
    assert_eq!(results.column("purchase_no")[0], "12345");
    assert_eq!(results.column("status"), ["ok"; 5]);
}

#[test]
fn they_are_found_out_where_the_results_are_not_updated() {
    let (place, erp) = (Place::new(), sandbox());
    first_run(&place, &erp);
    // Without a column of the sheet's, and a workbook in which numbers are numbers.
    let mut workbook = rust_xlsxwriter::Workbook::new();
    let worksheet = workbook.add_worksheet();
    let header = [
        "purchase_no",
        "flag_name",
        "line",
        "status",
        "message",
        "attempts",
    ];
    worksheet.write_row(0, 0, header).expect("written");
    worksheet.write_number(1, 0, 12345).expect("written");
    worksheet.write_row(1, 1, ["aa", "2"]).expect("written");
    worksheet
        .write_row(2, 0, ["CG5", "aa", "6"])
        .expect("written");
    workbook.save(place.path("x.failures.xlsx")).expect("saved");
    let run = finish(&mut place.run(&erp, ["x.failures.xlsx"])).expect(1);
    names(&run, "other columns");
    assert_eq!(flagged(&erp), ["CG5"], "{run:#?}");
    let results = place.table("x.failures.results.csv");
    assert_eq!(results.column("status"), ["invalid", "ok"]);
}

#[test]
fn a_flag_that_was_changed_is_not_sent_either() {
    let (place, erp) = (Place::new(), sandbox());
    place.write("x.csv", "purchase_no,flag_name\nCG1,007\nCG2,007\n");
    finish(&mut place.run(&erp, ["x.csv"])).expect(1);
    let text = place.read("x.failures.csv");
    place.write("x.failures.csv", text.replace("CG1,007", "CG1,7"));
    finish(&mut place.run(&erp, ["x.failures.csv"])).expect(1);
    let results = place.table("x.results.csv");
    assert_eq!(results.column("status"), ["invalid", "rejected"]);

    // But one given for all rows is meant.
    place.write("y.csv", "purchase_no\nCG1\n");
    finish(&mut place.run(&erp, ["y.csv", "--flag", "007"])).expect(1);
    finish(&mut place.run(&erp, ["y.failures.csv", "--flag", "7"])).expect(1);
    let results = place.table("y.results.csv");
    assert_eq!(results.column("status"), ["rejected"]);
}
