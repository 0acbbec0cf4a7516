//! Rows that a filter hides.

use rust_xlsxwriter::Workbook;

use crate::harness::{Place, Table, sandbox};

/// Saves a table as a workbook with these of its rows, counted from 1, hidden.
fn save(place: &Place, name: &str, rows: impl IntoIterator<Item = Vec<String>>, hidden: &[u32]) {
    let mut workbook = Workbook::new();
    let sheet = workbook.add_worksheet();
    for (row, cells) in (0..).zip(rows) {
        sheet.write_row(row, 0, cells).expect("written");
    }
    for row in hidden {
        sheet.set_row_hidden(row - 1).expect("hidden");
    }
    workbook.save(place.path(name)).expect("saved");
}

/// A workbook with these rows.
fn orders(rows: &str, hidden: &[u32]) -> Place {
    let place = Place::new();
    let rows = std::iter::once("purchase_no,flag_name").chain(rows.lines());
    let rows = rows.map(|row| row.split(',').map(str::to_owned).collect());
    save(&place, "orders.xlsx", rows, hidden);
    place
}

/// The order of line 4 is given another flag in a hidden row, which comes last.
const ROWS: &str = "CG1,aa\nCG2,aa\nCG3,aa\nCG404,aa\n,aa\nCG3,加急";
const HIDDEN: [u32; 3] = [3, 6, 7];

#[test]
fn hidden_rows_are_sent_and_said_to_be() {
    let (place, erp) = (orders(ROWS, &HIDDEN), sandbox());
    let run = place.runs(&erp, "orders.xlsx", 1);
    let said =
        "3 rows are hidden, by a filter perhaps, and sent too; --visible-only leaves them out";
    run.says(&format!("warning: {said}\n"));
    assert_eq!((erp.accepted("CG2"), erp.accepted("CG3")), (1, 1));
    assert_eq!(erp.flags()["CG3"], "加急");
    let said = "3 rows are hidden";
    place
        .checks("orders.xlsx", 1)
        .says(&format!("warning: {said}"));
    let json = place.checks("orders.xlsx --format=json", 1);
    let warnings = &json.json()["warnings"];
    assert!(warnings[0].as_str().is_some_and(|it| it.starts_with(said)));
}

#[test]
fn rows_that_are_left_out_decide_nothing_and_are_no_failures() {
    let (place, erp) = (orders(ROWS, &HIDDEN), sandbox());
    let run = place.runs(&erp, "orders.xlsx --visible-only", 1);
    run.says("warning: 3 rows are hidden and left out (--visible-only)\n");
    run.prints("6 rows: 2 ok, 1 rejected, 3 skipped\n");
    run.prints("orders.failures.csv (1 row)");
    let hidden = "skipped,hidden in the sheet (--visible-only)\n";
    let results = place.table("orders.results.csv");
    assert_eq!(
        results.text(["status", "message"]),
        format!("ok,\n{hidden}ok,\nrejected,单据不存在\n{hidden}{hidden}")
    );
    assert_eq!(erp.flags()["CG3"], "aa");
    assert_eq!(erp.accepted("CG2"), 0);
    let failures = place.table("orders.failures.csv");
    assert_eq!(failures.column("purchase_no"), ["CG404"]);
    let check = place.checks("orders.xlsx --visible-only", 0);
    check.prints("6 rows, 0 invalid, 3 left out; 3 distinct orders");

    // A run that leaves out rows succeeds by the others.
    let place = orders("CG1,aa\nCG404,aa", &[3]);
    place.runs(&erp, "orders.xlsx --visible-only", 0);
    assert_eq!(place.table("orders.failures.csv").rows.len(), 0);
}

#[test]
fn what_is_hidden_in_a_failures_file_keeps_its_outcome() {
    let (place, erp) = (Place::new(), sandbox());
    place.sheet(&[("CG404", "aa"), ("CG1", "aa"), ("CG4040", "aa")]);
    place.runs(&erp, "orders.csv", 1);
    let Table { header, mut rows } = place.table("orders.failures.csv");
    rows[0][0] = "CG5".to_owned();
    rows[1][0] = "CG6".to_owned();
    rows.insert(0, header);
    save(&place, "orders.failures.xlsx", rows, &[3]);
    place.runs(&erp, "orders.failures.xlsx --visible-only", 0);
    let results = place.table("orders.results.csv");
    let found = results.text(["purchase_no", "status"]);
    assert_eq!(found, "CG5,ok\nCG1,ok\nCG4040,rejected\n");
    assert_eq!(erp.accepted("CG6"), 0);
}
