//! Cells of xlsx files.

use rust_xlsxwriter::{Format as Style, Formula};

use super::super::made::*;
use super::super::workbooks::{book, write};
use super::*;

#[test]
fn an_order_is_sent_as_its_format_shows_it() {
    let bytes = book(|book| {
        let sheet = book.add_worksheet();
        write(sheet, (0, 0), &[&["采购单号", "标记", "数量"]]);
        let formats = [
            "0000000000",
            "\"CG\"00000000",
            "0000-0000-00",
            "General",
            "0",
            "@",
            "#,##0",
            "0%",
            "yyyy-mm-dd",
        ];
        for (row, format) in (1..).zip(formats) {
            let style = Style::new().set_num_format(format);
            sheet.write_with_format(row, 0, 45_000, &style).unwrap();
            sheet.write(row, 1, "加急").unwrap();
            sheet.write_with_format(row, 2, 45_000, &style).unwrap();
        }
    });
    assert_eq!(
        orders(&bytes),
        [
            "0000045000",
            "CG00045000",
            "0000-0450-00",
            "45000",
            "45000",
            "45000",
            "#FORMAT! 45000 | #,##0",
            "4500000%",
            "2023-03-15"
        ]
    );
    assert_eq!(echoed(&bytes)[0][2], "45000");
    let told = told(&sheet_of(&bytes));
    assert_eq!(told[1], "3 CG00045000 加急");
    assert!(told[6].ends_with("(45000, shown as #,##0)"), "{}", told[6]);
}

#[test]
fn a_number_that_lost_its_zeros_is_told_by_the_texts_beside_it() {
    let bytes = book(|book| {
        let sheet = book.add_worksheet();
        write(sheet, (0, 0), &[&["采购单号", "标记"], &["0012345", "a"]]);
        sheet.write(2, 0, 12_346).unwrap();
        sheet.write(2, 1, "a").unwrap();
    });
    assert_eq!(orders(&bytes), ["0012345", "#DIGITS! 12346"]);
}

#[test]
fn an_order_of_another_kind_does_not_hide_lost_zeros() {
    let orders_of = |texts: &[&str]| {
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
        orders(&bytes).pop().unwrap()
    };
    assert_eq!(
        orders_of(&["0012300", "0012301", "CG2026001"]),
        "#DIGITS! 12399"
    );
    // Where nothing begins with a zero, none is likely to be lost.
    assert_eq!(orders_of(&["2204130001", "12398", "CG2026001"]), "12399");
}

#[test]
fn a_formula_that_was_never_calculated_is_no_order() {
    let bytes = book(|book| {
        let sheet = book.add_worksheet();
        write(sheet, (0, 0), &[&["采购单号", "标记"]]);
        sheet.write(1, 0, Formula::new("=\"CG\"&1")).unwrap();
        write(sheet, (1, 1), &[&["a"]]);
        write(sheet, (2, 0), &[&["CG2"]]);
        sheet.write(2, 1, Formula::new("=\"加\"&\"急\"")).unwrap();
        let known = Formula::new("=\"CG\"&3").set_result("CG3");
        sheet.write(3, 0, known).unwrap();
        write(sheet, (3, 1), &[&["a"]]);
    });
    let told = told(&sheet_of(&bytes));
    assert!(
        told[0].starts_with("2 ! 采购单号 is a formula without a value"),
        "{}",
        told[0]
    );
    assert!(
        told[1].starts_with("3 ! 标记 is a formula without a value"),
        "{}",
        told[1]
    );
    assert_eq!(told[2], "4 CG3 a");
    for cell in [
        "<c><f>A1</f></c>",
        "<c><f>A1</f><v></v></c>",
        "<c><f>A1</f><v/></c>",
    ] {
        let row = format!("<row>{cell}{}</row>", inline("a"));
        assert_eq!(orders(&xlsx_rows(&row, &[])), ["#FORMULA!"], "{cell}");
    }
}

#[test]
fn formulas_filled_down_below_the_orders_are_blank_as_they_look() {
    let nothing = "<row><c t=\"str\"><f>A1</f><v></v></c><c t=\"str\"><f>B1</f><v></v></c></row>";
    let order = "<row><c t=\"str\"><f>A1</f><v>CG1</v></c><c t=\"str\"><f>B1</f><v>a</v></c></row>";
    assert_eq!(
        told(&sheet_of(&xlsx_rows(&format!("{order}{nothing}"), &[]))),
        ["2 CG1 a"]
    );
    // Where there is nothing else, they were never calculated.
    assert_eq!(orders(&xlsx_rows(nothing, &[])), ["#FORMULA!"]);
}

#[test]
fn kinds_of_cells_in_xlsx() {
    let row = |cell: &str| format!("<row>{cell}{}</row>", inline("a"));
    let strings =
        "<sst><si><r><t>CG</t></r><r><t>1</t></r><rPh sb=\"0\" eb=\"1\"><t>no</t></rPh></si></sst>";
    for (cell, order) in [
        ("<c t=\"s\"><v>0</v></c>", "CG1"),
        (
            "<c t=\"inlineStr\"><is><t>C</t><rPh><t>x</t></rPh><t>G1</t></is></c>",
            "CG1",
        ),
        (
            "<c t=\"str\"><v>a_x000D_&amp;&#x4e2d;<![CDATA[<]]></v></c>",
            "a\r&中<",
        ),
        ("<c t=\"e\"><v>#BUSY!</v></c>", "#BUSY!"),
        ("<c t=\"e\"><v>#SPILL!</v></c>", "#SPILL!"),
        ("<c t=\"d\"><v>2024-01-05T00:00:00</v></c>", "2024-01-05"),
        ("<c t=\"b\"><v>1</v></c>", "TRUE"),
        ("<c t=\"n\"><v> 2204130001 </v></c>", "2204130001"),
        ("<c><v>2.204130001E9</v></c>", "2204130001"),
        ("<c><v>CG1</v></c>", "CG1"),
        ("<x:c t=\"n\"><x:v>7</x:v></x:c>", "7"),
    ] {
        let bytes = xlsx_rows(&row(cell), &[("xl/sharedStrings.xml", strings)]);
        assert_eq!(orders(&bytes), [order], "{cell}");
    }
}

#[test]
fn what_cannot_be_read_right_is_refused() {
    let rows = |rows: &str| xlsx_rows(rows, &[]);
    for (bytes, why) in [
        (
            rows("<row><c t=\"s\"><v>5</v></c></row>"),
            "a cell's text is not there",
        ),
        (
            rows("<row><c t=\"s\"><v>x</v></c></row>"),
            "a cell's text is not there",
        ),
        (
            rows("<row><c t=\"b\"><v>2</v></c></row>"),
            "a cell's value cannot be read: 2",
        ),
        (
            rows("<row><c t=\"n\"><v>x</v></c></row>"),
            "a cell's value cannot be read: x",
        ),
        (
            rows("<row><c t=\"z\"><v>x</v></c></row>"),
            "a cell's value cannot be read: x",
        ),
        (
            rows("<row><c r=\"A1048577\"><v>1</v></c></row>"),
            "a cell in no place",
        ),
        (rows("<row r=\"x\"></row>"), "a cell in no place: x"),
        (
            rows("<row r=\"2\"><c><v>1</v></c></row><row r=\"2\"><c><v>2</v></c></row>"),
            "it has two cells in one place on line 2",
        ),
        (rows("<row><c><v>&unknown;</v></c></row>"), "it is damaged"),
        (
            xlsx_package("<worksheet><sheetData><row><c><v>1</v></c></row>", &[]),
            "it ends early",
        ),
        (
            xlsx_package("<worksheet/>", &[]),
            "a worksheet's cells are not there",
        ),
    ] {
        let said = said(&bytes);
        assert!(
            said.contains(&format!("that can be read ({why}")),
            "{why}: {said}"
        );
    }
}

#[test]
fn rows_in_any_order_are_read_in_theirs() {
    let row = |line: u32| {
        format!(
            "<row r=\"{line}\"><c r=\"B{line}\"><v>{line}</v></c><c r=\"A{line}\"><v>7</v></c></row>"
        )
    };
    let bytes = xlsx_rows(&[row(9), row(4)].concat(), &[]);
    assert_eq!(told(&sheet_of(&bytes)), ["4 7 4", "9 7 9"]);
}
