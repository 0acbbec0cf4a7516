//! Workbooks with more than one worksheet.

use rust_xlsxwriter::Workbook;

use super::*;
use crate::workbook::tests::made::{book, with_parts, write};

const HEADER: &[&str] = &["采购单号", "标记"];

fn add<'b>(
    book: &'b mut Workbook,
    name: &str,
    table: &[&[&str]],
) -> &'b mut rust_xlsxwriter::Worksheet {
    let sheet = book.add_worksheet().set_name(name).unwrap();
    write(sheet, (0, 0), table);
    sheet
}

#[test]
fn of_several_worksheets_with_the_columns_none_is_taken() {
    let bytes = book(|book| {
        add(book, "封面", &[&["说明"]]);
        add(book, "示例", &[HEADER, &["CG0", "a"]]);
        let rows: &[&[&str]] = &[HEADER, &["CG1", "a"], &["", ""], &["CG2", "a"]];
        add(book, "1月", rows);
        add(book, "2月", &[HEADER]);
    });
    assert_eq!(
        refused(&bytes),
        "-: several worksheets have the columns: \"示例\" (1 row), \"1月\" (2 rows); take one with --sheet NAME (for another, run once more with its own -o FILE: the last row of an order then decides within one worksheet only)"
    );
    assert_eq!(read(&bytes, &worksheet("1月")), ["2 CG1 a", "4 CG2 a"]);
}

#[test]
fn a_worksheet_with_the_columns_that_cannot_be_used_counts() {
    let bytes = book(|book| {
        add(book, "1月", &[HEADER, &["CG1", "a"]]);
        let two_flags: &[&[&str]] = &[&["采购单号", "标记", "标记名称"], &["CG2", "a", "b"]];
        add(book, "2月", two_flags);
    });
    has(&refused(&bytes), "\"1月\" (1 row), \"2月\" (1 row)");
}

#[test]
fn a_worksheet_without_rows_is_taken_only_where_no_other_has_any() {
    let bytes = book(|book| {
        add(book, "模板", &[HEADER]);
        add(book, "1月", &[HEADER, &["CG1", "a"]]);
    });
    assert_eq!(told(&open(&bytes)), ["2 CG1 a"]);
    let bytes = book(|book| {
        add(book, "模板", &[HEADER]);
        add(book, "1月", &[HEADER]);
    });
    let sheet = open(&bytes);
    assert_eq!(sheet.layout().worksheet.as_deref(), Some("模板"));
    assert_eq!(told(&sheet), [""; 0]);
}

#[test]
fn hidden_worksheets_are_taken_by_name_alone() {
    let bytes = book(|book| {
        add(book, "封面", &[&["说明"]]);
        add(book, "旧", &[HEADER, &["OLD", "a"]]).set_hidden(true);
        add(book, "更旧", &[HEADER, &["OLDER", "a"], &["OLDEST", "a"]]).set_very_hidden(true);
    });
    assert_eq!(
        refused(&bytes),
        "-: no visible worksheet has the columns; hidden ones have: \"旧\" (1 row), \"更旧\" (2 rows); take one with --sheet NAME"
    );
    assert_eq!(read(&bytes, &worksheet("旧")), ["2 OLD a"]);
}

#[test]
fn a_worksheet_that_cannot_be_read_is_not_passed_over() {
    let bytes = book(|book| {
        add(book, "1月", &[HEADER, &["CG1", "a"]]);
        add(book, "2月", &[HEADER, &["CG2", "a"]]);
    });
    let damaged = with_parts(&bytes, |name, part| match name {
        "xl/worksheets/sheet2.xml" => b"<worksheet><c></d>".to_vec(),
        _ => part,
    });
    let said = refused(&damaged);
    has(&said, "worksheet \"2月\" cannot be read (");
    has(&said, "rows may be missing");
    assert_eq!(read(&damaged, &worksheet("1月")), ["2 CG1 a"]);
    has(
        &refusal(&damaged, &worksheet("2月")),
        "is not a sheet that can be read",
    );
}
