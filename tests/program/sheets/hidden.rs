//! Rows that a filter hides.
use std::path::Path;

use rust_xlsxwriter::Workbook;

use crate::harness::{Place, Table, finish, sandbox};

/// Saves a table as a workbook with these of its rows, counted from 1, hidden.
fn save(path: &Path, table: &[Vec<&str>], hidden: &[u32]) {
    let mut workbook = Workbook::new();
    let sheet = workbook.add_worksheet();
    for (row, cells) in (0..).zip(table) {
        sheet
            .write_row(row, 0, cells.iter().copied())
            .expect("written");
    }
    for row in hidden {
        sheet.set_row_hidden(row - 1).expect("hidden");
    }
    workbook.save(path).expect("saved");
}

/// The order of line 4 is given another flag in a hidden row, which comes last.
fn orders(place: &Place) {
    let table = [
        ["purchase_no", "flag_name"],
        ["CG1", "aa"],
        ["CG2", "aa"],
        ["CG3", "aa"],
        ["CG404", "aa"],
        ["", "aa"],
        ["CG3", "加急"],
    ];
    let table = table.map(|cells| cells.to_vec());
    save(&place.path("orders.xlsx"), &table, &[3, 6, 7]);
}

#[test]
fn hidden_rows_are_sent_and_said_to_be() {
    let (place, erp) = (Place::new(), sandbox());
    orders(&place);
    let run = finish(&mut place.run(&erp, ["orders.xlsx"])).expect(1);
    assert!(
        run.stderr.starts_with(
            "warning: 3 rows are hidden, by a filter perhaps, and sent too; --visible-only leaves them out\n"
        ),
        "{run:?}"
    );
    assert_eq!((erp.accepted("CG2"), erp.accepted("CG3")), (1, 1));
    assert_eq!(erp.flags()["CG3"], "加急");

    let check = finish(place.program().args(["check", "orders.xlsx"])).expect(1);
    assert!(
        check.stderr.starts_with("warning: 3 rows are hidden"),
        "{check:?}"
    );
    let json = finish(
        place
            .program()
            .args(["check", "orders.xlsx", "--format=json"]),
    )
    .expect(1);
    assert!(
        json.stdout
            .contains("\"warnings\": [\n    \"3 rows are hidden"),
        "{json:?}"
    );
}

#[test]
fn rows_that_are_left_out_decide_nothing_and_are_no_failures() {
    let (place, erp) = (Place::new(), sandbox());
    orders(&place);
    let run = finish(&mut place.run(&erp, ["orders.xlsx", "--visible-only"])).expect(1);
    assert!(
        run.stderr
            .starts_with("warning: 3 rows are hidden and left out (--visible-only)\n"),
        "{run:?}"
    );
    assert!(
        run.stdout
            .starts_with("6 rows: 2 ok, 1 rejected, 3 skipped\n")
            && run.stdout.contains("orders.failures.csv (1 row)"),
        "{run:?}"
    );
    let hidden = ["skipped", "hidden in the sheet (--visible-only)"];
    let results = place.table("orders.results.csv");
    assert_eq!(
        results.select(["status", "message"]),
        [
            ["ok", ""],
            hidden,
            ["ok", ""],
            ["rejected", "单据不存在"],
            hidden,
            hidden
        ]
    );
    assert_eq!(erp.flags().get("CG3").map(String::as_str), Some("aa"));
    assert_eq!(erp.accepted("CG2"), 0);
    let failures = place.table("orders.failures.csv");
    assert_eq!(failures.column("purchase_no"), ["CG404"]);

    let check = place
        .program()
        .args(["check", "orders.xlsx", "--visible-only"])
        .output();
    let check = String::from_utf8_lossy(&check.expect("run").stdout).into_owned();
    assert!(
        check.contains("6 rows, 0 invalid, 3 left out; 3 distinct orders"),
        "{check}"
    );
}

#[test]
fn a_run_that_leaves_out_rows_succeeds_by_the_others() {
    let (place, erp) = (Place::new(), sandbox());
    let table = [["purchase_no", "flag_name"], ["CG1", "aa"], ["CG404", "aa"]];
    let table = table.map(|cells| cells.to_vec());
    save(&place.path("orders.xlsx"), &table, &[3]);
    finish(&mut place.run(&erp, ["orders.xlsx", "--visible-only"])).expect(0);
    assert!(place.table("orders.failures.csv").rows.is_empty());
}

#[test]
fn what_is_hidden_in_a_failures_file_keeps_its_outcome() {
    let (place, erp) = (Place::new(), sandbox());
    place.sheet(&[("CG404", "aa"), ("CG1", "aa"), ("CG4040", "aa")]);
    finish(&mut place.run(&erp, ["orders.csv"])).expect(1);
    let Table { header, mut rows } = place.table("orders.failures.csv");
    rows[0][0] = "CG5".to_owned();
    rows[1][0] = "CG6".to_owned();
    rows.insert(0, header);
    let rows: Vec<Vec<&str>> = rows
        .iter()
        .map(|row| row.iter().map(String::as_str).collect())
        .collect();
    save(&place.path("orders.failures.xlsx"), &rows, &[3]);
    let args = ["orders.failures.xlsx", "--visible-only"];
    finish(&mut place.run(&erp, args)).expect(0);
    assert_eq!(
        place
            .table("orders.results.csv")
            .select(["purchase_no", "status"]),
        [["CG5", "ok"], ["CG1", "ok"], ["CG4040", "rejected"]]
    );
    assert_eq!(erp.accepted("CG6"), 0);
}
