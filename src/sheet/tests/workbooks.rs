//! Workbooks, made by the tests.

use std::io::{Cursor, Read as _};

use crate::sheet::format::Format;
use rust_xlsxwriter::{ExcelDateTime, Format as Style, Formula, Workbook, Worksheet};

use super::*;

pub(super) fn book(fill: impl FnOnce(&mut Workbook)) -> Vec<u8> {
    let mut workbook = Workbook::new();
    fill(&mut workbook);
    workbook.save_to_buffer().unwrap()
}

pub(super) fn write(sheet: &mut Worksheet, at: (u32, u16), table: &[&[&str]]) {
    for (row, cells) in (at.0..).zip(table) {
        for (column, cell) in (at.1..).zip(*cells) {
            sheet.write(row, column, *cell).unwrap();
        }
    }
}

/// The archive with one of its parts edited.
pub(super) fn with_part(bytes: &[u8], part: &str, edit: impl Fn(String) -> String) -> Vec<u8> {
    let mut from = zip::ZipArchive::new(Cursor::new(bytes)).unwrap();
    let mut to = zip::ZipWriter::new(Cursor::new(Vec::new()));
    for at in 0..from.len() {
        let mut entry = from.by_index(at).unwrap();
        let name = entry.name().unwrap().into_owned();
        let mut content = Vec::new();
        entry.read_to_end(&mut content).unwrap();
        if name == part {
            content = edit(String::from_utf8(content).unwrap()).into_bytes();
        }
        let stored = zip::write::SimpleFileOptions::default();
        to.start_file(name, stored).unwrap();
        to.write_all(&content).unwrap();
    }
    to.finish().unwrap().into_inner()
}

fn table(rows: &[&[&str]]) -> Vec<u8> {
    book(|book| write(book.add_worksheet(), (0, 0), rows))
}

pub(super) fn worksheet(asked: &str) -> SheetOptions {
    SheetOptions {
        worksheet: Some(asked.to_owned()),
        ..SheetOptions::default()
    }
}

#[test]
fn cells_show_as_people_see_them() {
    let bytes = book(|book| {
        let sheet = book.add_worksheet();
        write(
            sheet,
            (0, 0),
            &[&["采购单号", "标记", "备注", "数量", "日期", "空"]],
        );
        let day = Style::new().set_num_format("yyyy-mm-dd");
        sheet.write(1, 0, 2_204_130_001_i64).unwrap();
        sheet.write(1, 1, "加急").unwrap();
        sheet.write(1, 2, "a\n\"b\"").unwrap();
        sheet.write(1, 3, 1.5).unwrap();
        let date = ExcelDateTime::from_ymd(2024, 4, 13).unwrap();
        sheet.write_with_format(1, 4, &date, &day).unwrap();
        sheet.write(3, 0, "=\"CG2\"").unwrap();
        sheet.write_string(3, 0, "=\"CG2\"").unwrap();
        sheet.write(3, 1, 7).unwrap();
        sheet.write(3, 2, true).unwrap();
        sheet
            .write(3, 3, Formula::new("=1+1").set_result("2"))
            .unwrap();
    });
    let sheet = opened(&bytes, &SheetOptions::default()).unwrap();
    let layout = sheet.layout();
    assert_eq!(layout.format.to_string(), "xlsx");
    assert_eq!(layout.worksheet.as_deref(), Some("Sheet1"));
    assert_eq!((layout.encoding, layout.delimiter), (None, None));
    for _ in 0..2 {
        assert_eq!(told(&sheet), ["2 2204130001 加急", "4 CG2 7"]);
    }
    let rows = rows(&sheet).unwrap();
    assert_eq!(
        cells(&rows[0]),
        ["2204130001", "加急", "a\n\"b\"", "1.5", "2024-04-13", ""]
    );
    assert_eq!(cells(&rows[1]), ["=\"CG2\"", "7", "TRUE", "2", "", ""]);
}

#[test]
fn numbers_that_excel_has_cut_are_invalid_and_stay_so() {
    let bytes = book(|book| {
        let sheet = book.add_worksheet();
        write(sheet, (0, 0), &[&["采购单号", "标记", "条码"]]);
        for (row, number) in [(1, 123_456_789_012_345.0), (2, 1_234_567_890_123_456.0)] {
            sheet.write(row, 0, number).unwrap();
            sheet.write(row, 1, "a").unwrap();
            sheet.write(row, 2, number).unwrap();
        }
    });
    let sheet = opened(&bytes, &SheetOptions::default()).unwrap();
    let told = told(&sheet);
    assert_eq!(told[0], "2 123456789012345 a");
    assert!(told[1].ends_with("(\"1.23456789012346E+15\")"));
    let rows = rows(&sheet).unwrap();
    assert_eq!(&rows[1].cells()[2], "1234567890123456");
    // What the results echo is refused again when they are read.
    assert!(sheet.entry(rows[1].cells(), None).is_err());
}

#[test]
fn the_visible_worksheet_with_the_columns_is_read() {
    let bytes = book(|book| {
        let hidden = book
            .add_worksheet()
            .set_name("旧")
            .unwrap()
            .set_hidden(true);
        write(hidden, (0, 0), &[&["采购单号", "标记"], &["OLD", "a"]]);
        let cover = book
            .add_worksheet()
            .set_name("封面")
            .unwrap()
            .set_active(true);
        write(cover, (0, 0), &[&["说明"]]);
        book.add_worksheet().set_name("空").unwrap();
        let orders = book.add_worksheet().set_name("采购单").unwrap();
        write(orders, (0, 0), &[&["采购单号", "标记"], &["CG1", "a"]]);
        let more = book.add_worksheet().set_name("1").unwrap().set_hidden(true);
        write(more, (0, 0), &[&["采购单号", "标记"], &["CG9", "z"]]);
    });
    let sheet = opened(&bytes, &SheetOptions::default()).unwrap();
    assert_eq!(sheet.layout().worksheet.as_deref(), Some("采购单"));
    assert_eq!(told(&sheet), ["2 CG1 a"]);
    for (asked, row) in [
        ("旧", "2 OLD a"),
        ("4", "2 CG1 a"),
        ("1", "2 CG9 z"),
        (" 采购单 ", "2 CG1 a"),
    ] {
        assert_eq!(
            told(&opened(&bytes, &worksheet(asked)).unwrap()),
            [row],
            "{asked}"
        );
    }
    assert_eq!(
        refusal(&bytes, &worksheet("六")),
        "-: has no worksheet \"六\"; it has 1: \"旧\" (hidden), 2: \"封面\", 3: \"空\", 4: \"采购单\", 5: \"1\" (hidden)"
    );
    let said = refusal(&bytes, &worksheet("封面"));
    assert!(
        said.contains("line 1 has \"说明\"") && said.contains("--sheet"),
        "{said}"
    );
    assert!(refusal(&bytes, &worksheet("空")).contains("is empty: no header line"));
}

#[test]
fn a_table_that_starts_elsewhere_keeps_its_rows_and_letters() {
    let bytes = book(|book| {
        let table: &[&[&str]] = &[
            &["月报"],
            &["单号", "采购单号", "标记", "标记名称"],
            &["", "CG1", "a", "b"],
        ];
        write(book.add_worksheet(), (4, 2), table);
    });
    let said = refusal(&bytes, &SheetOptions::default());
    assert!(
        said.contains("line 6: more than one column could be the flag column"),
        "{said}"
    );
    assert!(
        said.contains("\"标记\" (column E), \"标记名称\" (column F)"),
        "{said}"
    );
    let options = SheetOptions {
        flag_column: Some("F".to_owned()),
        ..SheetOptions::default()
    };
    let sheet = opened(&bytes, &options).unwrap();
    assert_eq!(
        (sheet.layout().header_line, sheet.layout().skipped_lines),
        (6, 1)
    );
    assert_eq!(told(&sheet), ["7 CG1 b"]);
}

#[test]
fn content_and_not_the_name_tells_the_format() {
    let bytes = table(&[&["采购单号", "标记"], &["CG1", "a"]]);
    let text = "采购单号\t标记\nCG1\ta\n";
    let gbk = encoding_rs::GB18030.encode(text).0;
    for (name, bytes, format) in [
        ("a.xls", &bytes[..], Format::Xlsx),
        ("a.ods", &bytes, Format::Xlsx),
        ("a.xlsb", &bytes, Format::Xlsx),
        ("a.csv", &bytes, Format::Xlsx),
        ("a", &bytes, Format::Xlsx),
        ("a.xls", text.as_bytes(), Format::Tsv),
        ("a.xlsx", &gbk, Format::Tsv),
    ] {
        let file = saved(name, bytes);
        let sheet = Sheet::open(Source::Path(file.path.clone()), &SheetOptions::default()).unwrap();
        assert_eq!(sheet.layout().format, format, "{name}");
        assert_eq!(told(&sheet), ["2 CG1 a"], "{name}");
    }
}

#[test]
fn results_kept_as_a_workbook_are_still_results() {
    let mut header = vec!["采购单号", "sent_flag"];
    header.extend(Appended::Outcomes.columns());
    let row = ["CG1", "加急", "2", "failed", "", "", "", ""];
    let sheet = opened(&table(&[&header, &row]), &SheetOptions::default()).unwrap();
    assert_eq!(sheet.columns(), ["采购单号"]);
    assert_eq!(told(&sheet), ["2 CG1 加急"]);
}

#[test]
fn a_damaged_workbook_is_said_to_be() {
    let bytes = table(&[&["采购单号", "标记"], &["CG1", "a"]]);
    for length in [bytes.len() / 2, bytes.len() - 10, 30] {
        let said = refusal(&bytes[..length], &SheetOptions::default());
        assert!(said.contains("is not a sheet that can be read"), "{said}");
    }
}

/// An archive's directory says of each part how it is packed, and whether it is encrypted.
#[test]
fn parts_that_cannot_be_unpacked_are_told_from_damaged_ones() {
    let bytes = table(&[&["采购单号", "标记"], &["CG1", "a"]]);
    let entry = |at: &usize| bytes[*at..].starts_with(b"PK\x01\x02");
    let entries: Vec<usize> = (0..bytes.len()).filter(entry).collect();
    for (at, value, says) in [
        (8, 1, "is password-protected"),
        (10, 98, "it is packed in a way that is not supported"),
    ] {
        let mut changed = bytes.clone();
        for entry in &entries {
            changed[entry + at] = value;
        }
        let said = refusal(&changed, &SheetOptions::default());
        assert!(said.contains(says), "{said}");
    }
}

/// The sector that a chain of an xls file goes on with stands in a table.
#[test]
fn a_chain_of_sectors_that_leads_back_into_itself_is_refused_rather_than_filling_memory() {
    let whole = include_bytes!("../../../tests/fixtures/orders.xls");
    let word = |at: usize| u32::from_le_bytes(whole[at..at + 4].try_into().unwrap()) as usize;
    let sector = |id: usize| (id + 1) * 512;
    let (table, directory) = (sector(word(76)), word(48));
    let entries = (0..4).map(|n| sector(directory) + n * 128);
    let workbook = entries.into_iter().find(|at| whole[at + 64] == 18).unwrap();
    for start in [directory, word(workbook + 116)] {
        let mut looped = whole.to_vec();
        let next = table + start * 4;
        looped[next..next + 4].copy_from_slice(&(start as u32).to_le_bytes());
        // Longer than memory, as the file itself says.
        looped[workbook + 120..workbook + 124].copy_from_slice(&u32::MAX.to_le_bytes());
        let said = refusal(&looped, &SheetOptions::default());
        assert!(said.contains("it is damaged"), "{said}");
    }
}

#[test]
fn a_stray_cell_far_away_makes_one_row_more() {
    let bytes = book(|book| {
        let sheet = book.add_worksheet();
        write(sheet, (0, 0), &[&["采购单号", "标记"], &["CG1", "a"]]);
        sheet.write(1_048_575, 16_383, "x").unwrap();
    });
    let sheet = opened(&bytes, &SheetOptions::default()).unwrap();
    let told = told(&sheet);
    assert_eq!(told[0], "2 CG1 a");
    assert!(
        told[1].starts_with("1048576 ! 采购单号 is empty"),
        "{}",
        told[1]
    );
}

#[test]
fn a_stray_cell_beside_a_long_table_is_refused() {
    let bytes = book(|book| {
        let sheet = book.add_worksheet();
        write(sheet, (0, 0), &[&["采购单号", "标记"]]);
        for row in 1..4_000 {
            write(sheet, (row, 0), &[&["CG1", "a"]]);
        }
        sheet.write(9, 16_383, "x").unwrap();
    });
    let said = refusal(&bytes, &SheetOptions::default());
    assert!(
        said.contains("cells far apart; delete what is outside"),
        "{said}"
    );
}

#[test]
fn an_empty_worksheet_says_less_than_one_without_the_columns() {
    let bytes = book(|book| {
        book.add_worksheet().set_name("空").unwrap();
        let cover = book.add_worksheet().set_name("封面").unwrap();
        write(cover, (0, 0), &[&["说明"]]);
    });
    let said = refusal(&bytes, &SheetOptions::default());
    assert!(said.contains("line 1 has \"说明\""), "{said}");
}
