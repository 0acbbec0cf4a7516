//! Workbooks with more than one worksheet.

use rust_xlsxwriter::Workbook;

use super::workbooks::{book, with_part, worksheet, write};
use super::*;

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
        refusal(&bytes, &SheetOptions::default()),
        "-: several worksheets have the columns: \"示例\" (1 row), \"1月\" (2 rows); take one with --sheet NAME, or all of them with --all-sheets"
    );
    let sheet = opened(&bytes, &worksheet("1月")).unwrap();
    assert_eq!(told(&sheet), ["2 CG1 a", "4 CG2 a"]);
}

#[test]
fn a_worksheet_with_the_columns_that_cannot_be_used_counts() {
    let bytes = book(|book| {
        add(book, "1月", &[HEADER, &["CG1", "a"]]);
        let two_flags: &[&[&str]] = &[&["采购单号", "标记", "标记名称"], &["CG2", "a", "b"]];
        add(book, "2月", two_flags);
    });
    let said = refusal(&bytes, &SheetOptions::default());
    assert!(said.contains("\"1月\" (1 row), \"2月\" (1 row)"), "{said}");
}

#[test]
fn a_worksheet_without_rows_is_taken_only_where_no_other_has_any() {
    let bytes = book(|book| {
        add(book, "模板", &[HEADER]);
        add(book, "1月", &[HEADER, &["CG1", "a"]]);
    });
    let sheet = opened(&bytes, &SheetOptions::default()).unwrap();
    assert_eq!(told(&sheet), ["2 CG1 a"]);
    let bytes = book(|book| {
        add(book, "模板", &[HEADER]);
        add(book, "1月", &[HEADER]);
    });
    let sheet = opened(&bytes, &SheetOptions::default()).unwrap();
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
        refusal(&bytes, &SheetOptions::default()),
        "-: no visible worksheet has the columns; hidden ones have: \"旧\" (1 row), \"更旧\" (2 rows); take one with --sheet NAME"
    );
    let sheet = opened(&bytes, &worksheet("旧")).unwrap();
    assert_eq!(told(&sheet), ["2 OLD a"]);
}

#[test]
fn a_worksheet_that_cannot_be_read_is_not_passed_over() {
    let bytes = book(|book| {
        add(book, "1月", &[HEADER, &["CG1", "a"]]);
        add(book, "2月", &[HEADER, &["CG2", "a"]]);
    });
    let damaged = with_part(&bytes, "xl/worksheets/sheet2.xml", |text| {
        text.replace("</c>", "</d>")
    });
    let said = refusal(&damaged, &SheetOptions::default());
    assert!(
        said.contains("worksheet \"2月\" cannot be read (") && said.contains("rows may be missing"),
        "{said}"
    );
    let sheet = opened(&damaged, &worksheet("1月")).unwrap();
    assert_eq!(told(&sheet), ["2 CG1 a"]);
    let said = refusal(&damaged, &worksheet("2月"));
    assert!(said.contains("is not a sheet that can be read"), "{said}");
}

fn all_sheets() -> SheetOptions {
    SheetOptions {
        all_sheets: true,
        ..SheetOptions::default()
    }
}

/// Each row as `told` has it, with its worksheet.
fn told_of_all(sheet: &Sheet) -> Vec<String> {
    let rows = rows(sheet).unwrap();
    let told = rows.iter().map(|row| {
        let entry = row
            .entry(sheet)
            .map(|it| format!("{} {}", it.order, it.flag));
        let entry = entry.unwrap_or_else(|problem| format!("! {problem}"));
        format!("{}: {entry}", sheet.place(row))
    });
    told.collect()
}

#[test]
fn all_worksheets_are_read_as_one_sheet() {
    let bytes = book(|book| {
        let titled: &[&[&str]] = &[&["一月"], &[], HEADER, &["CG1", "a"], &["CG2", "a"]];
        add(book, "1月", titled);
        add(book, "说明", &[&["请勿修改"]]);
        add(book, "旧", &[HEADER, &["OLD", "a"]]).set_hidden(true);
        add(book, "2月", &[HEADER, &["CG3", "b"], &[], &["CG1", "b"]])
            .write(9, 5, " ")
            .unwrap();
        add(book, "3月", &[HEADER]);
    });
    let sheet = opened(&bytes, &all_sheets()).unwrap();
    for _ in 0..2 {
        assert_eq!(
            told_of_all(&sheet),
            [
                "worksheet 1月, line 4: CG1 a",
                "worksheet 1月, line 5: CG2 a",
                "worksheet 2月, line 2: CG3 b",
                "worksheet 2月, line 4: CG1 b",
            ]
        );
    }
    let layout = sheet.layout();
    assert_eq!((&layout.worksheet, layout.worksheets.len()), (&None, 2));
    assert!(
        layout
            .to_string()
            .contains(", worksheets \"1月\", \"2月\", header on line 3"),
        "{layout}"
    );
    let rows = rows(&sheet).unwrap();
    assert!(rows.windows(2).all(|rows| rows[0].line() < rows[1].line()));
}

#[test]
fn all_of_one_worksheet_is_still_named() {
    let bytes = book(|book| {
        add(book, "1月", &[HEADER, &["CG1", "a"]]);
    });
    let sheet = opened(&bytes, &all_sheets()).unwrap();
    assert_eq!(told_of_all(&sheet), ["worksheet 1月, line 2: CG1 a"]);
    assert!(sheet.has_worksheets());
}

#[test]
fn worksheets_that_differ_are_not_read_as_one() {
    let bytes = book(|book| {
        add(book, "1月", &[HEADER, &["CG1", "a"]]);
        let moved: &[&[&str]] = &[&["采购单号", "备注", "标记"], &["CG2", "x", "a"]];
        add(book, "2月", moved);
    });
    assert_eq!(
        refusal(&bytes, &all_sheets()),
        "-: the headers of the worksheets \"1月\" and \"2月\" differ: column B is \"标记\" and \"备注\"; make them alike, or take one with --sheet NAME"
    );
    let bytes = book(|book| {
        add(book, "1月", &[HEADER, &["CG1", "a"]]);
        let two_flags: &[&[&str]] = &[&["采购单号", "标记", "标记名称"], &["CG2", "a", "b"]];
        add(book, "2月", two_flags);
    });
    let said = refusal(&bytes, &all_sheets());
    assert!(
        said.starts_with("-: worksheet \"2月\": line 1: more than one column could be the flag"),
        "{said}"
    );
    let said = refusal("采购单号,标记\nCG1,a\n".as_bytes(), &all_sheets());
    assert!(said.contains("leave out --sheet or --all-sheets"), "{said}");
}

#[test]
fn hidden_rows_and_merged_cells_are_each_worksheets_own() {
    let bytes = book(|book| {
        add(book, "1月", &[HEADER, &["CG1", "a"], &["CG2", "a"]])
            .set_row_hidden(1)
            .unwrap();
        let sheet = add(
            book,
            "2月",
            &[HEADER, &["CG3", "a"], &["", "b"], &["CG4", "c"]],
        );
        let style = rust_xlsxwriter::Format::new();
        sheet.merge_range(1, 0, 2, 0, "CG3", &style).unwrap();
        sheet.set_row_hidden(3).unwrap();
    });
    let options = SheetOptions {
        visible_only: true,
        ..all_sheets()
    };
    let sheet = opened(&bytes, &options).unwrap();
    assert_eq!(
        sheet.layout().warnings,
        [
            Warning::HiddenRows {
                count: 2,
                left_out: true
            },
            Warning::MergedCells { count: 1 },
        ]
    );
    let rows = rows(&sheet).unwrap();
    let left_out: Vec<bool> = rows.iter().map(Row::is_left_out).collect();
    assert_eq!(left_out, [true, false, false, false, true]);
    assert_eq!(told_of_all(&sheet)[3], "worksheet 2月, line 3: CG3 b");
}
