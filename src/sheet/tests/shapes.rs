//! Hidden rows and merged cells, in each format of workbooks.

use std::io::{Cursor, Write as _};

use rust_xlsxwriter::{Format as Style, Worksheet};

use super::workbooks::{book, write};
use super::*;

fn visible_only() -> SheetOptions {
    SheetOptions {
        visible_only: true,
        ..SheetOptions::default()
    }
}

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

fn archive(parts: &[(&str, &[u8])]) -> Vec<u8> {
    let mut archive = zip::ZipWriter::new(Cursor::new(Vec::new()));
    for (name, content) in parts {
        let stored = zip::write::SimpleFileOptions::default();
        archive.start_file(*name, stored).unwrap();
        archive.write_all(content).unwrap();
    }
    archive.finish().unwrap().into_inner()
}

/// Rows as `.ods` files have them; the last three are one folded group.
fn ods(rows: &str) -> Vec<u8> {
    let content = format!(
        "<o:document-content><o:body><o:spreadsheet><table:table table:name=\"表\">{rows}\
         </table:table></o:spreadsheet></o:body></o:document-content>"
    );
    archive(&[
        (
            "mimetype",
            b"application/vnd.oasis.opendocument.spreadsheet",
        ),
        ("META-INF/manifest.xml", b"<manifest:manifest/>"),
        ("content.xml", content.as_bytes()),
    ])
}

fn ods_cell(attributes: &str, text: &str) -> String {
    format!(
        "<table:table-cell office:value-type=\"string\" {attributes}><text:p>{text}</text:p>\
         </table:table-cell>"
    )
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

fn words(numbers: &[u16]) -> Vec<u8> {
    numbers.iter().flat_map(|it| it.to_le_bytes()).collect()
}

fn units(text: &str) -> Vec<u8> {
    words(&text.encode_utf16().collect::<Vec<_>>())
}

fn xls() -> Vec<u8> {
    let record = |kind: u16, bytes: &[u8]| {
        let head = words(&[kind, u16::try_from(bytes.len()).unwrap()]);
        [&head[..], bytes].concat()
    };
    let begin = |what: u16| record(0x0809, &words(&[0x0600, what, 0, 0, 0, 0, 0, 0]));
    let end = record(0x000A, &[]);
    let mut sheet = begin(0x0010);
    for (row, cells) in (0..).zip(TABLE) {
        let flags = if row == 2 || row == 4 { 0x0120 } else { 0x0100 };
        sheet.extend(record(0x0208, &words(&[row, 0, 3, 255, 0, 0, flags, 15])));
        for (column, cell) in (0..).zip(cells).filter(|(_, cell)| !cell.is_empty()) {
            let length = cell.encode_utf16().count() as u16;
            let head = words(&[row, column, 0, length]);
            sheet.extend(record(0x0204, &[&head[..], &[1], &units(cell)].concat()));
        }
    }
    // A chart within has rows of its own.
    sheet.extend(
        [
            begin(0x0020),
            record(0x0208, &words(&[0, 0, 3, 255, 0, 0, 0x0120, 15])),
        ]
        .concat(),
    );
    sheet.extend(&end);
    sheet.extend(record(0x00E5, &words(&[1, 1, 3, 0, 0])));
    sheet.extend(&end);
    let bound = |start: u32| {
        let bytes = [&start.to_le_bytes()[..], &[0, 0, 1, 1], &units("表")].concat();
        [begin(0x0005), record(0x0085, &bytes), end.clone()].concat()
    };
    let start = bound(0).len();
    let stream = [bound(start as u32), sheet].concat();
    let mut file = cfb::CompoundFile::create(Cursor::new(Vec::new())).unwrap();
    file.create_stream("/Workbook")
        .unwrap()
        .write_all(&stream)
        .unwrap();
    file.into_inner().into_inner()
}

fn xlsb(root_name: &str) -> Vec<u8> {
    let record = |kind: u16, bytes: &[u8]| {
        let kind = match kind {
            0..0x80 => vec![kind as u8],
            _ => vec![kind as u8 | 0x80, (kind >> 7) as u8],
        };
        [&kind[..], &[bytes.len() as u8], bytes].concat()
    };
    let integers =
        |numbers: &[u32]| -> Vec<u8> { numbers.iter().flat_map(|it| it.to_le_bytes()).collect() };
    let text = |text: &str| [integers(&[text.encode_utf16().count() as u32]), units(text)].concat();
    let mut sheet = record(0x0081, &[]);
    sheet.extend(record(0x0094, &integers(&[0, 4, 0, 2])));
    sheet.extend(record(0x0091, &[]));
    for (row, cells) in (0..).zip(TABLE) {
        let hidden = if row == 2 || row == 4 { 0x10 } else { 0 };
        let head = [&integers(&[row, 0])[..], &[44, 1, 0, hidden, 0]].concat();
        sheet.extend(record(0x0000, &head));
        for (column, cell) in (0..).zip(cells).filter(|(_, cell)| !cell.is_empty()) {
            sheet.extend(record(
                0x0006,
                &[integers(&[column, 0]), text(cell)].concat(),
            ));
        }
    }
    sheet.extend(record(0x0092, &[]));
    sheet.extend(record(0x00B0, &integers(&[1, 3, 0, 0])));
    sheet.extend(record(0x0082, &[]));
    let bundle = [integers(&[0, 1]), text("rId1"), text("表")].concat();
    let workbook = [(0x009C, &bundle[..]), (0x0090, &[]), (0x009D, &[])];
    let workbook = workbook.map(|(kind, bytes)| record(kind, bytes)).concat();
    let relation = |kind: &str, target: &str| {
        format!(
            "<Relationships><Relationship Id=\"rId1\" Type=\"http://x/{kind}\" Target=\"{target}\"/></Relationships>"
        )
    };
    let (root, parts) = (
        relation("officeDocument", "xl/workbook.bin"),
        relation("worksheet", "worksheets/sheet1.bin"),
    );
    archive(&[
        (root_name, root.as_bytes()),
        ("xl/_rels/workbook.bin.rels", parts.as_bytes()),
        ("xl/workbook.bin", &workbook),
        ("xl/worksheets/sheet1.bin", &sheet),
    ])
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
    left_out.map(|row| row.line().number()).collect()
}

#[test]
fn hidden_rows_are_counted_and_left_out_where_asked() {
    for (format, bytes) in each_format() {
        let sheet = opened(&bytes, &SheetOptions::default()).unwrap();
        assert_eq!(sheet.layout().format.to_string(), format);
        let hidden = |left_out| Warning::HiddenRows { count: 2, left_out };
        assert_eq!(sheet.layout().warnings[0], hidden(false), "{format}");
        assert_eq!(left_out(&sheet), [0; 0], "{format}");

        let sheet = opened(&bytes, &visible_only()).unwrap();
        assert_eq!(sheet.layout().warnings[0], hidden(true), "{format}");
        assert_eq!(left_out(&sheet), [3, 5], "{format}");
    }
}

#[test]
fn merged_cells_count_for_each_row() {
    for (format, bytes) in each_format() {
        let sheet = opened(&bytes, &SheetOptions::default()).unwrap();
        let rows = ["2 CG1 a", "3 CG1 b", "4 CG1 c", "5 CG2 d"];
        assert_eq!(told(&sheet), rows, "{format}");
        let merged = Warning::MergedCells { count: 1 };
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
    let sheet = opened(&bytes, &SheetOptions::default()).unwrap();
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
    let sheet = opened(&bytes, &SheetOptions::default()).unwrap();
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
        refusal(&bytes, &SheetOptions::default()),
        "-: line 1: \"采购单号\" is merged over the columns A to B; say which is the order column (采购单号) with --order-column and its letter"
    );
    let options = SheetOptions {
        order_column: Some("A".to_owned()),
        ..SheetOptions::default()
    };
    assert_eq!(told(&opened(&bytes, &options).unwrap()), ["2 1 a"]);
}

#[test]
fn a_workbook_is_found_in_its_usual_place_and_text_hides_nothing() {
    let sheet = opened(&xlsb("elsewhere.rels"), &visible_only()).unwrap();
    assert_eq!(left_out(&sheet), [3, 5]);
    let said = refusal("采购单号,标记\nCG1,a\n".as_bytes(), &visible_only());
    assert!(said.contains("is text and has no hidden rows"), "{said}");
}
