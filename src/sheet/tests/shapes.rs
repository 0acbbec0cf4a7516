//! Hidden rows and merged cells, in each format of workbooks.

use rust_xlsxwriter::{Format as Style, Worksheet};

use super::*;
use crate::language::say;
use crate::workbook::tests::made::*;

/// Orders merged over rows 2 to 4; row 3 hidden, and row 5.
const TABLE: [[&str; 3]; 5] = [
    ["采购单号", "标记", "备注"],
    ["CG1", "a", "1"],
    ["", "b", "2"],
    ["", "c", "3"],
    ["CG2", "d", "4"],
];

fn xlsx() -> Vec<u8> {
    book(|book| {
        let sheet = book.add_worksheet();
        for (row, cells) in (0..).zip(TABLE) {
            sheet.write_row(row, 0, cells).unwrap();
        }
        merge(sheet, (1, 0, 3, 0), "CG1");
        sheet
            .set_row_hidden(2)
            .unwrap()
            .set_row_height(4, 0)
            .unwrap();
    })
}

fn merge(sheet: &mut Worksheet, (top, left, bottom, right): (u32, u16, u32, u16), text: &str) {
    let style = Style::new();
    sheet
        .merge_range(top, left, bottom, right, text, &style)
        .unwrap();
}

fn table_as_ods() -> Vec<u8> {
    let rows = TABLE.map(|cells| cells.map(|cell| ods_cell("", cell)).concat());
    let covered = "<table:covered-table-cell/>";
    let empty = ods_cell("", "");
    let below = |row: &String| row.replacen(&empty, covered, 1);
    ods(&format!(
        "<table:table-row>{}</table:table-row>\
         <table:table-row>{}</table:table-row>\
         <table:table-row table:visibility=\"filter\">{}</table:table-row>\
         <table:table-row>{}</table:table-row>\
         <table:table-row-group table:display=\"false\">\
         <table:table-row table:number-rows-repeated=\"1\">{}</table:table-row>\
         </table:table-row-group>",
        rows[0],
        rows[1].replacen(
            "\"string\"",
            "\"string\" table:number-rows-spanned=\"3\"",
            1
        ),
        below(&rows[2]),
        below(&rows[3]),
        rows[4],
    ))
}

fn xls() -> Vec<u8> {
    let mut sheet = Vec::new();
    for (row, cells) in (0..).zip(TABLE) {
        let flags = if row == 2 || row == 4 { 0x0120 } else { 0x0100 };
        sheet.extend(record(0x0208, &words(&[row, 0, 3, 255, 0, 0, flags, 15])));
        for (column, cell) in (0..).zip(cells).filter(|(_, cell)| !cell.is_empty()) {
            sheet.extend(xls_text(row, column, cell));
        }
    }
    // A chart within has rows of its own.
    sheet.extend(
        [
            begin(0x0600, 0x0020),
            record(0x0208, &words(&[0, 0, 3, 255, 0, 0, 0x0120, 15])),
            record(0x000A, &[]),
        ]
        .concat(),
    );
    sheet.extend(record(0x00E5, &words(&[1, 1, 3, 0, 0])));
    xls_book(0x0600, &[], &sheet)
}

fn xlsb(root_name: &str) -> Vec<u8> {
    let mut sheet = Vec::new();
    for (row, cells) in (0..).zip(TABLE) {
        let hidden = if row == 2 || row == 4 { 0x10 } else { 0 };
        sheet.extend(xlsb_row(row, hidden));
        for (column, cell) in (0..).zip(cells).filter(|(_, cell)| !cell.is_empty()) {
            sheet.extend(xlsb_record(
                0x0006,
                &[integers(&[column, 0]), wide(cell)].concat(),
            ));
        }
    }
    let merged = xlsb_record(0x00B0, &integers(&[1, 3, 0, 0]));
    xlsb_book(root_name, &[], &sheet, &merged)
}

fn each_format() -> [(&'static str, Vec<u8>); 4] {
    [
        ("xlsx", xlsx()),
        ("xlsb", xlsb("_rels/.rels")),
        ("xls", xls()),
        ("ods", table_as_ods()),
    ]
}

fn left_out(sheet: &Sheet) -> Vec<u64> {
    let rows = rows(sheet).unwrap();
    let left_out = rows.iter().filter(|row| row.is_left_out());
    left_out.map(|row| row.line()).collect()
}

#[test]
fn hidden_rows_are_counted_and_left_out_where_asked() {
    for (format, bytes) in each_format() {
        let sheet = open(&bytes);
        assert_eq!(sheet.layout().format.to_string(), format);
        let hidden = (say!("warning-hidden-rows", count = 2), true);
        assert_eq!(sheet.layout().warnings[0], hidden, "{format}");
        assert_eq!(left_out(&sheet), [0; 0], "{format}");

        let sheet = opened(&bytes, &visible_only()).unwrap();
        let hidden = (say!("warning-hidden-rows-left-out", count = 2), false);
        assert_eq!(sheet.layout().warnings[0], hidden, "{format}");
        assert_eq!(left_out(&sheet), [3, 5], "{format}");
    }
}

#[test]
fn merged_cells_count_for_each_row() {
    for (format, bytes) in each_format() {
        let sheet = open(&bytes);
        let rows = ["2 CG1 a", "3 CG1 b", "4 CG1 c", "5 CG2 d"];
        assert_eq!(told(&sheet), rows, "{format}");
        let merged = (say!("warning-merged-cells", count = 1), false);
        assert_eq!(sheet.layout().warnings[1], merged, "{format}");
    }
}

#[test]
fn rows_repeated_in_ods_are_hidden_together() {
    let row = |attributes: &str, order: &str| {
        let cells = [order, "a"].map(|cell| ods_cell("", cell)).concat();
        format!("<table:table-row {attributes}>{cells}</table:table-row>")
    };
    let header = ["采购单号", "标记"].map(|cell| ods_cell("", cell)).concat();
    let bytes = ods(&[
        format!("<table:table-row>{header}</table:table-row>"),
        row(
            "table:number-rows-repeated=\"3\" table:visibility=\"collapse\"",
            "CG1",
        ),
        row("", "CG2"),
    ]
    .concat());
    let sheet = opened(&bytes, &visible_only()).unwrap();
    assert_eq!(left_out(&sheet), [2, 3, 4]);
}

#[test]
fn what_is_merged_over_columns_or_blank_is_not_filled_down() {
    let bytes = book(|book| {
        let sheet = book.add_worksheet();
        write(sheet, (0, 0), &[&["采购单号", "标记", "备注"]]);
        merge(sheet, (1, 0, 2, 1), "CG1");
        write(sheet, (1, 2), &[&["1"], &["2"]]);
        merge(sheet, (3, 0, 5, 0), "CG2");
        merge(sheet, (3, 1, 5, 1), "a");
        write(sheet, (5, 2), &[&["3"]]);
    });
    let sheet = open(&bytes);
    assert_eq!(
        told(&sheet),
        [
            "2 ! 标记 is empty",
            "3 ! 采购单号 is empty",
            "4 CG2 a",
            "6 CG2 a"
        ]
    );
}

#[test]
fn a_header_over_two_lines_ends_with_the_second() {
    let bytes = book(|book| {
        let sheet = book.add_worksheet();
        merge(sheet, (0, 0, 1, 0), "采购单号");
        merge(sheet, (0, 1, 1, 1), "标记");
        merge(sheet, (0, 2, 0, 3), "数量");
        write(sheet, (1, 2), &[&["订", "到"]]);
        write(sheet, (2, 0), &[&["CG1", "a", "1", "1"]]);
    });
    let sheet = open(&bytes);
    assert_eq!(told(&sheet), ["3 CG1 a"]);
    assert_eq!(sheet.layout().warnings, []);
}

#[test]
fn a_header_for_several_columns_is_refused_unless_named_by_letter() {
    let bytes = book(|book| {
        let sheet = book.add_worksheet();
        merge(sheet, (0, 0, 0, 1), "采购单号");
        write(sheet, (0, 2), &[&["标记"]]);
        write(sheet, (1, 0), &[&["1", "CG1", "a"]]);
    });
    assert_eq!(
        refused(&bytes),
        "-: line 1: \"采购单号\" is merged over the columns A to B; say which is the order column (purchase_no, 采购单号) with --order-column and its letter"
    );
    let options = with(|it| it.order_column = Some("A".to_owned()));
    assert_eq!(read(&bytes, &options), ["2 1 a"]);
}

#[test]
fn a_workbook_is_found_in_its_usual_place_and_text_hides_nothing() {
    let sheet = opened(&xlsb("elsewhere.rels"), &visible_only()).unwrap();
    assert_eq!(left_out(&sheet), [3, 5]);
    has(
        &refusal("采购单号,标记\nCG1,a\n".as_bytes(), &visible_only()),
        "is text and has no hidden rows",
    );
}
