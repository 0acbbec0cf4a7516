//! Workbooks, made by the tests.

use rust_xlsxwriter::{ExcelDateTime, Format as Style, Formula};

use super::*;
use crate::workbook::tests::made::*;

fn table(rows: &[&[&str]]) -> Vec<u8> {
    book(|book| write(book.add_worksheet(), (0, 0), rows))
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
    let sheet = open(&bytes);
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
fn the_visible_worksheet_with_the_columns_is_read() {
    let bytes = book(|book| {
        let columns: &[&str] = &["采购单号", "标记"];
        let mut add = |name: &str, table: &[&[&str]], is_hidden| {
            let sheet = book.add_worksheet().set_name(name).unwrap();
            write(sheet.set_hidden(is_hidden), (0, 0), table);
        };
        add("旧", &[columns, &["OLD", "a"]], true);
        add("封面", &[&["说明"]], false);
        add("空", &[], false);
        add("采购单", &[columns, &["CG1", "a"]], false);
        add("1", &[columns, &["CG9", "z"]], true);
        book.worksheet_from_index(1).unwrap().set_active(true);
    });
    let sheet = open(&bytes);
    assert_eq!(sheet.layout().worksheet.as_deref(), Some("采购单"));
    assert_eq!(told(&sheet), ["2 CG1 a"]);
    for (asked, row) in [
        ("旧", "2 OLD a"),
        ("4", "2 CG1 a"),
        ("1", "2 CG9 z"),
        (" 采购单 ", "2 CG1 a"),
    ] {
        assert_eq!(read(&bytes, &worksheet(asked)), [row], "{asked}");
    }
    assert_eq!(
        refusal(&bytes, &worksheet("六")),
        "-: has no worksheet \"六\"; it has 1: \"旧\" (hidden), 2: \"封面\", 3: \"空\", 4: \"采购单\", 5: \"1\" (hidden)"
    );
    let said = refusal(&bytes, &worksheet("封面"));
    has(&said, "line 1 has \"说明\"");
    has(&said, "--sheet");
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
    let said = refused(&bytes);
    has(&said, "line 6: more than one column");
    has(&said, "\"标记\" (column E), \"标记名称\" (column F)");
    let options = with(|it| it.flag_column = Some("F".to_owned()));
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
        ("a.xls", &bytes[..], "xlsx"),
        ("a.ods", &bytes, "xlsx"),
        ("a.xlsb", &bytes, "xlsx"),
        ("a.csv", &bytes, "xlsx"),
        ("a", &bytes, "xlsx"),
        ("a.xls", text.as_bytes(), "TSV"),
        ("a.xlsx", &gbk, "TSV"),
    ] {
        let file = saved(name, bytes);
        let sheet = from_path(&file.path).unwrap();
        assert_eq!(sheet.layout().format.to_string(), format, "{name}");
        assert_eq!(told(&sheet), ["2 CG1 a"], "{name}");
    }
}

#[test]
fn results_kept_as_a_workbook_are_still_results() {
    let mut header = vec!["采购单号", "sent_flag"];
    header.extend(Appended::Outcomes.columns());
    let row = ["CG1", "加急", "2", "failed", "", "", "", ""];
    let sheet = open(table(&[&header, &row]));
    assert_eq!(sheet.columns(), ["采购单号"]);
    assert_eq!(told(&sheet), ["2 CG1 加急"]);
}

#[test]
fn a_damaged_workbook_is_said_to_be() {
    let bytes = table(&[&["采购单号", "标记"], &["CG1", "a"]]);
    for length in [bytes.len() / 2, bytes.len() - 10, 30] {
        let said = refused(&bytes[..length]);
        has(&said, "is not a sheet that can be read");
    }
}

#[test]
fn a_stray_cell_far_away_makes_one_row_more() {
    let bytes = book(|book| {
        let sheet = book.add_worksheet();
        write(sheet, (0, 0), &[&["采购单号", "标记"], &["CG1", "a"]]);
        sheet.write(1_048_575, 16_383, "x").unwrap();
    });
    let told = told(&open(&bytes));
    assert_eq!(told[0], "2 CG1 a");
    has(&told[1], "1048576 ! 采购单号 is empty");
}

#[test]
fn an_empty_worksheet_says_less_than_one_without_the_columns() {
    let bytes = book(|book| {
        book.add_worksheet().set_name("空").unwrap();
        let cover = book.add_worksheet().set_name("封面").unwrap();
        write(cover, (0, 0), &[&["说明"]]);
    });
    has(&refused(&bytes), "line 1 has \"说明\"");
}

/// Orders and flags whose cells are no texts, each in a row of its own.
#[test]
fn cells_that_may_be_another_order_are_invalid_and_stand_as_they_are_shown() {
    let number = |format: &str, value: f64, shown: &str, says: &str| {
        let bytes = book(|book| {
            let sheet = book.add_worksheet();
            write(sheet, (0, 0), &[&["采购单号", "标记"], &["0012345", "a"]]);
            let style = Style::new().set_num_format(format);
            sheet.write_with_format(2, 0, value, &style).unwrap();
            sheet.write(2, 1, "a").unwrap();
        });
        let sheet = open(&bytes);
        let said = told(&sheet).pop().unwrap();
        has(&said, says);
        let rows = rows(&sheet).unwrap();
        assert_eq!(&rows[1].cells()[0], shown);
        assert_eq!(rows[1].doubts(&sheet), [said.contains('!'), false]);
    };
    number("0000000", 12_346.0, "0012346", "3 0012346 a");
    let general = "General";
    number(
        general,
        12_346.0,
        "12346",
        "! 采购单号 is a number with fewer digits",
    );
    number("#,##0", 12_346.0, "12346", "(12346, cell format #,##0)");
    let long = 1_724.999_999_999_999_8;
    number(general, long, "1725", "decimals");
    number(general, long, "1725", "(\"1724.9999999999998\")");
    number("0%", 0.15, "15%", "is a percentage");
    number("m/d/yyyy", 220_413.0, "2503-06-20", "is a date");
    number("[h]:mm", 1.5, "36:00:00", "is a time");
    let cut = "1.23456789012346E+15";
    number(general, 1_234_567_890_123_456.0, cut, "cut to 15 digits");
}

#[test]
fn a_flag_is_no_date_and_no_number_in_disguise() {
    let bytes = book(|book| {
        let sheet = book.add_worksheet();
        write(sheet, (0, 0), &[&["采购单号", "标记"]]);
        for (row, format) in [(1, "General"), (2, "0.00"), (3, "yyyy-mm-dd")] {
            let style = Style::new().set_num_format(format);
            sheet.write(row, 0, "CG1").unwrap();
            sheet.write_with_format(row, 1, 45_000.5, &style).unwrap();
        }
    });
    let told = told(&open(&bytes));
    assert_eq!(told[0], "2 CG1 45000.5");
    assert!(told[1].contains("! 标记 is a number that its cell format"));
    assert!(told[2].contains("! 标记 is a date"));
}

#[test]
fn an_order_of_another_kind_does_not_hide_lost_zeros() {
    let is_sent = |texts: &[&str]| {
        let bytes = book(|book| {
            let sheet = book.add_worksheet();
            write(sheet, (0, 0), &[&["采购单号", "标记"]]);
            for (row, order) in (1..).zip(texts) {
                write(sheet, (row, 0), &[&[*order, "a"]]);
            }
            let row = texts.len() as u32 + 1;
            sheet.write(row, 0, 12_399).unwrap();
            sheet.write(row, 1, "a").unwrap();
        });
        let sheet = open(&bytes);
        told(&sheet).pop().unwrap().ends_with(" 12399 a")
    };
    assert!(!is_sent(&["0012300", "0012301", "CG2026001"]));
    // Where nothing begins with a zero, none is likely to be lost.
    assert!(is_sent(&["2204130001", "12398", "CG2026001"]));
}

#[test]
fn formulas_filled_down_below_the_orders_are_blank_as_they_look() {
    let rows = |rows: &str| told(&open(xlsx_rows(rows, &[])));
    let nothing = "<row><c t=\"str\"><f>A1</f><v></v></c><c t=\"str\"><f>B1</f><v></v></c></row>";
    let order = "<row><c t=\"str\"><f>A1</f><v>CG1</v></c><c t=\"str\"><f>B1</f><v>a</v></c></row>";
    assert_eq!(rows(&format!("{order}{nothing}")), ["2 CG1 a"]);
    // Where there is nothing else, or no value at all, they were never calculated.
    let never = "<row><c><f>A1</f></c><c><f>B1</f></c></row>";
    for (all, line) in [(nothing, 2), (&format!("{order}{never}"), 3)] {
        let says = format!("{line} ! 采购单号 is a formula without a value");
        let told = rows(all).pop().unwrap();
        assert!(told.starts_with(&says), "{told}");
    }
}
