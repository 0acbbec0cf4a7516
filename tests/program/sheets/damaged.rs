//! A failures file that a spreadsheet has opened and saved: no other order is flagged for it.

use std::fs;

use wdt_flags::sandbox::Sandbox;

use super::first_run;
use crate::harness::finish;

const SHEET: &str = "purchase_no,flag_name,备注\n0012345,没有,一\n202604130001,没有,二\n\
    1-2,没有,三\n20260413000112345,没有,四\nCG5,没有,五\n";

/// A file as a spreadsheet saves it.
fn saved(text: &str) -> String {
    text.replace("\n0012345,", "\n12345,")
        .replace("\n202604130001,", "\n2.02604E+11,")
        .replace("\n1-2,", "\n1月2日,")
        .replace("\n20260413000112345,", "\n20260413000112300,")
}

/// The orders that have a flag.
fn flagged(erp: &Sandbox) -> String {
    let mut orders: Vec<_> = erp.flags().into_keys().collect();
    orders.sort();
    orders.join(" ")
}

#[test]
fn what_a_spreadsheet_has_changed_is_put_right_or_not_sent() {
    for results in ["kept", "saved too", "gone"] {
        let (place, erp) = first_run(SHEET);
        let text = saved(&place.read("x.failures.csv")).replace("没有", "aa");
        place.write("x.failures.csv", text);
        if results == "saved too" {
            let text = saved(place.read("x.results.csv").trim_start_matches('\u{feff}'));
            place.write("x.results.csv", encoding_rs::GB18030.encode(&text).0);
        } else if results == "gone" {
            fs::remove_file(place.path("x.results.csv")).expect("there");
        }
        let check = place.checks("x.failures.csv", 1);
        check.prints("5 rows, 3 invalid; 2 distinct orders");
        check.says("rows whose order a spreadsheet had changed: 1");
        check.prints("\"0012345\" gets \"aa\"");

        // However often it is tried.
        for round in 0..2 {
            let run = place.runs(&erp, "x.failures.csv", 1);
            assert_eq!(flagged(&erp), "0012345 CG5", "{run:#?}");
            if round == 0 {
                run.says("rows whose order a spreadsheet had changed: 1");
                run.prints("2  invalid   purchase_no is a number of which a spreadsheet");
            }
            let left = place.table("x.failures.csv");
            let orders = "2.02604E+11\n1月2日\n20260413000112300\n";
            assert_eq!(left.text(["purchase_no"]), orders);
        }
        if results == "gone" {
            continue;
        }
        let statuses = ["ok", "invalid", "invalid", "invalid", "ok"];
        assert_eq!(place.statuses("x.results.csv"), statuses);
        let results = place.table("x.results.csv");
        assert_eq!(
            results.select(["purchase_no", "message"])[0],
            [
                "0012345",
                "a spreadsheet had made \"12345\" of the order; put right"
            ]
        );

        // Entered again, they are sent; so is what is meant as it stands.
        let edits = [("2.02604E+11,", "202604130001,"), ("1月2日,", "CG1-2,")];
        place.edit("x.failures.csv", &edits);
        let text = place.read("x.failures.csv");
        place.write("x.failures.csv", text.trim_end().to_owned() + "!\n");
        place.runs(&erp, "x.failures.csv", 0);
        let sent = "0012345 202604130001 20260413000112300 CG1-2 CG5";
        assert_eq!(flagged(&erp), sent);
    }
}

#[test]
fn numbers_of_a_workbook_are_put_right_where_the_results_are_not_updated() {
    let (place, erp) = first_run(SHEET);
    let left = place.table("x.failures.csv");
    fs::remove_file(place.path("x.results.csv")).expect("there");
    let mut workbook = rust_xlsxwriter::Workbook::new();
    let worksheet = workbook.add_worksheet();
    worksheet.write_row(0, 0, &left.header).expect("written");
    for (row, cells) in (1..).zip(&left.rows) {
        worksheet.write_row(row, 0, cells).expect("written");
        worksheet.write_string(row, 1, "aa").expect("written");
        if let Ok(number) = cells[0].parse::<f64>() {
            worksheet.write_number(row, 0, number).expect("written");
        }
    }
    workbook.save(place.path("x.failures.xlsx")).expect("saved");
    let run = place.runs(&erp, "x.failures.xlsx", 1);
    run.says("they are not there");
    assert_eq!(flagged(&erp), "0012345 1-2 202604130001 CG5", "{run:#?}");
}

#[test]
fn an_account_is_not_given_the_rows_of_another() {
    let (place, erp) = first_run(SHEET);
    let calls = erp.stats().calls;
    let text = place.read("x.failures.csv");
    let mine = text.rsplit(',').next().expect("a check");
    for (issuer, says) in [("aaaaaa", "another account"), ("demo", "stand-in")] {
        place.write("x.failures.csv", text.replace(&mine[..6], issuer));
        place.runs(&erp, "x.failures.csv", 2).says(says);
    }
    assert_eq!(erp.stats().calls, calls);
    // The stand-in takes everybody's.
    place.write("x.failures.csv", text.replace("没有", "aa"));
    let trial = ["run", "x.failures.csv", "--sandbox"];
    finish(place.program().args(trial)).expect(0);
}
