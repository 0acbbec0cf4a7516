//! Rows that are given back.

use std::path::Path;

use rust_xlsxwriter::{Format, Workbook};

use super::{Case, WHAT, rows_are, sheet};
use crate::harness::{Connection, Place, ScriptedServer, Table, finish, save_workbook, start};
use wdt_flags::sandbox::{SID, Sandbox};

pub const CASES: &[Case] = &[
    ("users W1: zeros lost in results and failures", zeros_lost),
    ("users F3: the failures get them back", zeros_come_back),
    ("users W7: failures of another account", of_another_account),
    ("users W7: a new run for another account", anew_for_another),
    ("users W8: the flag that is not sent was corrected", in_vain),
    ("users P1: cells come back as they are shown", own_cells),
    ("users P11: the whole sheet is counted", whole_sheet),
    (
        "users F1: a workbook leaves a workbook",
        a_workbook_leaves_one,
    ),
    ("users F1: so do workbooks of other kinds", other_workbooks),
    ("users F1: nothing goes while it is needed", needed_still),
    ("users F2: the other format was edited", edited_beside),
    ("users P5: one name has one current file", one_current_file),
    ("chaos 1: failures of an earlier night", earlier_failures),
    ("chaos 1: without what proves the rows", without_proof),
    ("chaos 2: the file was sorted, and a row added", sorted),
    ("chaos 4: rows hidden in the failures stay", hidden_stay),
    (
        "chaos 6: a sheet's own line, status, code, message",
        own_names,
    ),
    ("chaos 9: results removed meanwhile", results_removed),
    ("public 3: rows of another night below", foreign_rows),
    ("public row 2: lines filled down, checks too", filled_down),
    ("public row 2: checks sorted by themselves", checks_sorted),
    ("attack: another row's order, once that has another", moved),
];

/// Takes the zeros from orders that are numbers, as a spreadsheet does that saves a text file.
fn lose_zeros(place: &Place, name: &str) {
    let text = place.read(name).replace("\n00", "\n");
    place.write(name, text);
}

fn zeros_lost(place: &Place, erp: &Sandbox) {
    sheet(place, "0012345,bad\n0012346,加急\n0012347,加急\n");
    place.runs(erp, "x.csv", 1);
    lose_zeros(place, "x.results.csv");
    lose_zeros(place, "x.failures.csv");
    place.edit("x.failures.csv", &[("bad", "加急")]);
    place.runs(erp, "x.failures.csv", 0);
    assert_eq!((erp.accepted("12345"), erp.accepted("0012345")), (0, 1));
    assert_eq!(erp.stats().calls, 4);
    let all = "0012345,加急,ok\n0012346,加急,ok\n0012347,加急,ok\n";
    rows_are(place, "x.results.csv", WHAT, all);
}

fn zeros_come_back(place: &Place, erp: &Sandbox) {
    sheet(place, "0012345,bad\n0012346,worse\n");
    place.runs(erp, "x.csv", 1);
    lose_zeros(place, "x.failures.csv");
    place.runs(erp, "x.failures.csv", 1).says("put right");
    let all = "0012345,bad,rejected\n0012346,worse,rejected\n";
    rows_are(place, "x.failures.csv", WHAT, all);
}

fn of_another_account(place: &Place, erp: &Sandbox) {
    sheet(place, "CG1,bad\nCG2,aa\n");
    place.runs(erp, "x.csv", 1);
    place.edit("x.failures.csv", &[("bad", "aa")]);
    let before = place.written(&[]);
    let mut run = place.run(erp, ["x.failures.csv"]);
    let run = finish(run.env("WDT_SID", "shop2")).expect(2);
    run.says("was written for another account");
    assert_eq!(place.written(&[]), before);
    assert_eq!(erp.stats().calls, 2);
}

fn anew_for_another(place: &Place, erp: &Sandbox) {
    sheet(place, "CG1,aa\n");
    place.runs(erp, "x.csv", 0);
    let (other, gate) = ScriptedServer::gated(Connection::accept);
    gate.open();
    let run = finish(place.run(&other, ["x.csv"]).env("WDT_SID", "shop2")).expect(0);
    assert_eq!(other.orders(), ["CG1"]);
    assert_eq!(run.stdout.matches("\nkept ").count(), 1, "{run:#?}");
    // Nor is it a matter of the seller alone.
    place.edit("x.results.csv", &[("CG1,aa", "CG1,bb")]);
    assert_ne!(SID, "shop2");
    place.runs(erp, "x.results.csv", 2).says("another account");
}

fn in_vain(place: &Place, erp: &Sandbox) {
    sheet(place, "CG1,加急\nCG404,加急\n");
    place.runs(erp, "x.csv --flag aa", 1);
    place.edit("x.failures.csv", &[("CG404,加急", "CG7,已付款")]);
    place.runs(erp, "x.failures.csv", 1);
    assert_eq!(erp.accepted("CG7"), 0);
    assert_eq!(place.statuses("x.failures.csv"), ["invalid"]);
    place.edit("x.failures.csv", &[("CG7,已付款,aa", "CG7,已付款,已付款")]);
    place.runs(erp, "x.failures.csv", 0);
    assert_eq!(erp.flags()["CG7"], "已付款");
}

fn own_cells(place: &Place, erp: &Sandbox) {
    let mut book = Workbook::new();
    let sheet = book.add_worksheet();
    let thousands = Format::new().set_num_format("#,##0");
    for (row, order) in (1..).zip(["0050500001", "0050500002", "0050500003"]) {
        sheet.write_string(row, 0, order).expect("written");
        sheet.write_string(row, 1, "aa").expect("written");
    }
    sheet
        .write_row(0, 0, ["采购单号", "标记"])
        .expect("written");
    sheet.write_number(4, 0, 22_345).expect("written");
    sheet.write_string(4, 1, "aa").expect("written");
    let number = sheet.write_number_with_format(5, 0, 12_345, &thousands);
    number.expect("written");
    sheet.write_string(5, 1, "aa").expect("written");
    book.save(place.path("x.xlsx")).expect("saved");
    place.runs(erp, "x.xlsx", 1);
    place.runs(erp, "x.failures.csv", 1);
    for (name, orders) in [
        (
            "x.results.csv",
            &["0050500001", "0050500002", "0050500003", "22345", "12345"][..],
        ),
        ("x.failures.csv", &["22345", "12345"]),
    ] {
        let table = place.table(name);
        let plain: Vec<_> = table
            .column("采购单号")
            .into_iter()
            .map(|it| it.replace(',', ""))
            .collect();
        assert_eq!(plain, orders);
        assert!(!place.read(name).contains('#'), "{}", place.read(name));
    }
}

fn whole_sheet(place: &Place, erp: &Sandbox) {
    sheet(place, "CG1,aa\nCG404,aa\nCG2,bad\nCG3,aa\n");
    place.runs(erp, "x.csv", 1);
    place.edit("x.failures.csv", &[("bad", "aa")]);
    let text = place.read("x.failures.csv");
    let left = text.lines().filter(|line| !line.starts_with("CG404"));
    let left: String = left.map(|line| format!("{line}\n")).collect();
    place.write("x.failures.csv", left);
    let run = place.runs(erp, "x.failures.csv", 0);
    run.prints("1 row: 1 ok\nthe whole sheet: 4 rows, 3 ok, 1 not\n");
    assert_eq!(place.statuses("x.results.csv")[1], "rejected");
}

/// Saves the failures as a spreadsheet does, with one of two corrected.
fn save_corrected(place: &Place, name: &str) {
    let mut table = place.table("x.failures.csv");
    table.rows[0][1] = "aa".to_owned();
    save_workbook(&place.path(name), &table);
}

/// The current file of failures, by its name, and those that are kept.
fn failures(place: &Place) -> (Vec<String>, usize) {
    let mut all = place.files();
    all.retain(|name| name.starts_with("x.failures.") && !name.ends_with(".partial"));
    let (kept, current): (Vec<_>, _) = all.into_iter().partition(|name| name.contains(".20"));
    (current, kept.len())
}

fn a_workbook_leaves_one(place: &Place, erp: &Sandbox) {
    sheet(place, "CG1,bad\nCG2,bad\nCG3,aa\n");
    place.runs(erp, "x.csv", 1);
    save_corrected(place, "x.failures.xlsx");
    let run = place.runs(erp, "x.failures.xlsx", 1);
    run.prints("x.failures.xlsx --rate");
    assert_eq!(failures(place), (vec!["x.failures.xlsx".to_owned()], 1));
    rows_are(place, "x.failures.xlsx", WHAT, "CG2,bad,rejected\n");
    rows_are(place, "x.results.csv", ["status"], "ok\nrejected\nok\n");
    // As asked for, it is text again.
    place.runs(erp, "x.failures.xlsx --output-format csv", 1);
    assert_eq!(failures(place), (vec!["x.failures.csv".to_owned()], 2));
}

fn other_workbooks(place: &Place, erp: &Sandbox) {
    sheet(place, "CG1,bad\nCG2,bad\n");
    place.runs(erp, "x.csv", 1);
    let Table { header, rows } = place.table("x.failures.csv");
    let row = |cells: &[String]| {
        let cells = cells.iter().map(|cell| format!("<td>{cell}</td>"));
        format!("<tr>{}</tr>", cells.collect::<String>())
    };
    let rows: String = rows.iter().map(|cells| row(cells)).collect();
    let page = format!("<html><table>{}{rows}</table></html>", row(&header));
    place.write("x.failures.xls", page.replacen("bad", "aa", 1));
    place.runs(erp, "x.failures.xls", 1);
    assert_eq!(failures(place), (vec!["x.failures.xlsx".to_owned()], 2));
    rows_are(place, "x.failures.xlsx", WHAT, "CG2,bad,rejected\n");
}

fn needed_still(place: &Place, erp: &Sandbox) {
    sheet(place, "CG404,aa\nCG405,bad\nCG4040,aa\n");
    place.runs(erp, "x.csv", 1);
    let table = place.table("x.failures.csv");
    save_workbook(&place.path("x.failures.xlsx"), &table);
    place.runs(erp, "x.failures.xlsx -j1 --max-failures 1", 3);
    let both = ["x.failures.csv", "x.failures.xlsx"].map(str::to_owned);
    assert_eq!(failures(place), (both.to_vec(), 0));
    place.runs(erp, "x.failures.xlsx", 1);
    assert_eq!(failures(place), (vec!["x.failures.xlsx".to_owned()], 1));
    assert_eq!(erp.stats().calls, 6, "none is made twice");
}

fn edited_beside(place: &Place, erp: &Sandbox) {
    sheet(place, "CG1,bad\nCG2,bad\n");
    place.runs(erp, "x.csv", 1);
    save_corrected(place, "x.failures.xlsx");
    let run = place.runs(erp, "x.failures.csv -q", 1);
    run.says("`x.failures.xlsx` beside it was edited too");
    let both = ["x.failures.csv", "x.failures.xlsx"].map(str::to_owned);
    assert_eq!(
        failures(place),
        (both.to_vec(), 0),
        "her work stays where it is"
    );
    place.runs(erp, "x.failures.xlsx", 1);
    assert_eq!(erp.flags()["CG1"], "aa");
    assert_eq!(failures(place), (vec!["x.failures.xlsx".to_owned()], 1));
}

fn one_current_file(place: &Place, erp: &Sandbox) {
    sheet(place, "CG1,bad\nCG2,bad\n");
    place.runs(erp, "x.csv", 1);
    save_corrected(place, "x.failures.xlsx");
    place
        .runs(erp, "x.csv --output-format xlsx", 1)
        .says("was edited since");
    assert_eq!(failures(place), (vec!["x.failures.xlsx".to_owned()], 2));
    // One without rows is worth nothing.
    sheet(place, "CG1,aa\n");
    place.runs(erp, "x.csv --output-format xlsx", 0);
    sheet(place, "CG1,bad\n");
    place.runs(erp, "x.csv", 1);
    assert_eq!(failures(place).0, ["x.failures.csv"]);
    let results = place.files().into_iter();
    let results = results.filter(|name| name.starts_with("x.results.") && !name.contains(".20"));
    assert_eq!(results.collect::<Vec<_>>(), ["x.results.csv"]);
}

fn earlier_failures(place: &Place, erp: &Sandbox) {
    sheet(place, "CG0,aa\nCG1,bad\nCG2,bad\n");
    place.runs(erp, "x.csv", 1);
    let earlier = place.read("x.failures.csv");
    sheet(place, "DH0,aa\nDH1,aa\nDH2,aa\n");
    place.runs(erp, "x.csv", 0);
    place.write("x.failures.csv", earlier.replace("bad", "加急"));
    place
        .runs(erp, "x.failures.csv", 0)
        .says("of another run: 2");
    let all = "DH0,aa,2,ok\nDH1,aa,3,ok\nDH2,aa,4,ok\nCG1,加急,,ok\nCG2,加急,,ok\n";
    let columns = ["purchase_no", "flag_name", "line", "status"];
    rows_are(place, "x.results.csv", columns, all);
}

fn without_proof(place: &Place, erp: &Sandbox) {
    sheet(place, "CG0,aa\nCG1,bad\n");
    place.runs(erp, "x.csv", 1);
    let text = place.read("x.failures.csv");
    for columns in [3, 4, 8] {
        let cut = text.lines().map(|line| {
            let cells: Vec<_> = line.split(',').take(columns).collect();
            cells.join(",") + "\n"
        });
        let cut: String = cut.collect();
        place.write("x.failures.csv", cut.replace("bad", "aa"));
        place.runs(erp, "x.failures.csv", 2);
    }
    assert_eq!(erp.stats().calls, 2);
}

fn sorted(place: &Place, erp: &Sandbox) {
    sheet(place, "CG1,aa\nCG1,已付款\nCG1,bad\n");
    place.runs(erp, "x.csv", 1);
    let mut table = place.table("x.failures.csv");
    table.rows[2][1] = "加急".to_owned();
    table.rows.reverse();
    let write = |rows: &[Vec<String>]| {
        let rows = [std::slice::from_ref(&table.header), rows].concat();
        let rows = rows.iter().map(|row| row.join(",") + "\n");
        place.write("x.failures.csv", rows.collect::<String>())
    };
    write(&table.rows);
    place.runs(erp, "x.failures.csv", 0);
    assert_eq!(erp.flags()["CG1"], "加急", "the sheet's last row");

    sheet(place, "CG1,aa\nCG1,已付款\nCG1,bad\n");
    place.runs(erp, "x.csv", 1);
    let mut rows = table.rows.clone();
    rows[0][1] = "加急".to_owned();
    let mut added = vec![String::new(); table.header.len()];
    added[0] = "CG1".to_owned();
    added[1] = "已付款".to_owned();
    rows.insert(1, added);
    write(&rows);
    place.runs(erp, "x.failures.csv", 0);
    assert_eq!(
        erp.flags()["CG1"],
        "已付款",
        "the row that was added comes last"
    );
}

fn hidden_stay(place: &Place, erp: &Sandbox) {
    sheet(place, "CG404,aa\nCG1,aa\nCG4040,aa\n");
    place.runs(erp, "x.csv --output-format xlsx", 1);
    let mut table = place.table("x.failures.xlsx");
    table.rows[0][0] = "CG5".to_owned();
    save_hidden(&place.path("x.failures.xlsx"), &table, 2);
    place.runs(erp, "x.failures.xlsx --visible-only", 0);
    rows_are(place, "x.failures.xlsx", WHAT, "CG4040,aa,rejected\n");
    let all = "CG5,aa,ok\nCG1,aa,ok\nCG4040,aa,rejected\n";
    rows_are(place, "x.results.xlsx", WHAT, all);
    let run = place.runs(erp, "x.failures.xlsx", 1);
    run.prints("the whole sheet: 3 rows, 2 ok, 1 not");
}

/// Saves a table with one of its rows hidden.
fn save_hidden(path: &Path, table: &Table, hidden: u32) {
    let mut book = Workbook::new();
    let sheet = book.add_worksheet();
    for (row, cells) in (0..).zip(std::iter::once(&table.header).chain(&table.rows)) {
        sheet.write_row(row, 0, cells).expect("written");
    }
    sheet.set_row_hidden(hidden).expect("hidden");
    book.save(path).expect("saved");
}

fn own_names(place: &Place, erp: &Sandbox) {
    let text = "purchase_no,flag_name,line,status,code,message\n\
        CG1,aa,9,done,7,first\nCG1,加急,2,open,8,second\n";
    place.write("x.csv", text);
    place.runs(erp, "x.csv", 0);
    assert_eq!(erp.flags()["CG1"], "加急", "the last row decides");
    let results = place.read("x.results.csv");
    assert!(
        results.contains("\nCG1,aa,9,done,7,first,2,superseded,"),
        "{results}"
    );
    assert!(
        results.contains("\nCG1,加急,2,open,8,second,3,ok,"),
        "{results}"
    );
}

fn results_removed(place: &Place, _: &Sandbox) {
    sheet(place, "CG1,aa\nCG2,bad\nCG3,bad\n");
    let first = ScriptedServer::per_call(|_, call| {
        let is_bad = call.flag() == "bad";
        Some(if is_bad {
            crate::harness::refused(100, "不存在")
        } else {
            crate::harness::accepted()
        })
    });
    place.runs(&first, "x.csv", 1);
    let text = place.read("x.failures.csv").replace("bad", "加急");
    place.write("x.failures.csv", text);
    let (slow, gate) = ScriptedServer::gated(Connection::accept);
    let run = start(&mut place.run(&slow, ["x.failures.csv"]));
    slow.wait_for_calls(1);
    std::fs::remove_file(place.path("x.results.csv")).expect("removed");
    gate.open();
    run.finish().expect(0);
    rows_are(
        place,
        "x.results.csv",
        WHAT,
        "CG1,aa,ok\nCG2,加急,ok\nCG3,加急,ok\n",
    );
}

fn foreign_rows(place: &Place, erp: &Sandbox) {
    place.write("mon.csv", "采购单号,标记\nCG1001,bad\nCG1002,加急\n");
    place.write(
        "tue.csv",
        "采购单号,标记\nCG2001,加急\nCG2002,加急\nCG2003,bad\n",
    );
    place.runs(erp, "mon.csv", 1);
    place.runs(erp, "tue.csv", 1);
    let rest = place
        .read("mon.failures.csv")
        .lines()
        .nth(1)
        .expect("a row")
        .to_owned();
    let both = format!("{}{rest}\n", place.read("tue.failures.csv"));
    place.write("tue.failures.csv", both.replace("bad", "已付款"));
    place
        .runs(erp, "tue.failures.csv", 0)
        .says("of another run: 1");
    let columns = ["采购单号", "标记", "line", "status"];
    let all = "CG2001,加急,2,ok\nCG2002,加急,3,ok\nCG2003,已付款,4,ok\nCG1001,已付款,,ok\n";
    rows_are(place, "tue.results.csv", columns, all);
}

/// Overwrites a column of the failures with the cell of its first row.
fn fill_down(place: &Place, column: &str) {
    let mut table = place.table("x.failures.csv");
    let at = table
        .header
        .iter()
        .position(|it| it == column)
        .expect("there");
    let first = table.rows[0][at].clone();
    table
        .rows
        .iter_mut()
        .for_each(|row| row[at].clone_from(&first));
    let rows = std::iter::once(&table.header).chain(&table.rows);
    let rows: String = rows.map(|row| row.join(",") + "\n").collect();
    place.write("x.failures.csv", rows);
}

fn filled_down(place: &Place, erp: &Sandbox) {
    sheet(place, "CG1,aa\nCG2,bad\nCG3,bad\nCG4,aa\n");
    for (column, statuses) in [
        ("line", &["ok", "ok", "ok", "ok"][..]),
        ("row_check", &["ok", "ok", "rejected", "ok", "invalid"]),
    ] {
        place.runs(erp, "x.csv", 1);
        fill_down(place, column);
        let text = place.read("x.failures.csv").replace("bad", "加急");
        place.write("x.failures.csv", text);
        let left = usize::from(column == "row_check");
        place.runs(erp, "x.failures.csv", i32::from(column == "row_check"));
        assert_eq!(place.statuses("x.failures.csv"), vec!["invalid"; left]);
        assert_eq!(place.statuses("x.results.csv"), statuses);
        assert_eq!(erp.flags()["CG2"], "加急");
    }
}

fn checks_sorted(place: &Place, erp: &Sandbox) {
    sheet(place, "CG1,aa\nCG2,bad\nCG3,bad\n");
    place.runs(erp, "x.csv", 1);
    let mut table = place.table("x.failures.csv");
    let last = table.header.len() - 1;
    let check = table.rows[0][last].clone();
    table.rows[0][last] = std::mem::replace(&mut table.rows[1][last], check);
    let rows = std::iter::once(&table.header).chain(&table.rows);
    let rows: String = rows.map(|row| row.join(",") + "\n").collect();
    place.write("x.failures.csv", rows.replace("bad", "加急"));
    let calls = erp.stats().calls;
    place.runs(erp, "x.failures.csv", 1);
    assert_eq!(erp.stats().calls, calls, "nobody knows which row is which");
    assert_eq!(
        place.statuses("x.results.csv"),
        ["ok", "invalid", "invalid"]
    );
}

/// The orders of four rows have moved up by one, and then the row is corrected that one of them is of.
fn moved(place: &Place, erp: &Sandbox) {
    sheet(place, "A1,aa\nA2,加急\nA3,已质检\nA4,待质检\nA5,aa\n");
    place.runs(erp, "x.csv --limit 1", 1);
    let orders = [("A2", "A9"), ("A3", "A2"), ("A4", "A3"), ("A5", "A4")];
    place.edit("x.failures.csv", &orders);
    place.edit("x.failures.csv", &[("A9", "A5")]);
    place.runs(erp, "x.failures.csv", 1);
    place.edit("x.failures.csv", &[("A5,", "X9,")]);
    for _ in 0..2 {
        place.runs(erp, "x.failures.csv", 1);
        assert_eq!(erp.accepted("X9"), 1);
        assert_eq!(erp.stats().accepted, 2, "{:?}", erp.flags());
    }
    place.verifies(erp, "x.results.csv", 1);
    rows_are(place, "x.different.csv", WHAT, "");
}
