//! Cells of xlsx files.

use rust_xlsxwriter::Format as Style;

use super::*;

#[test]
fn numbers_show_through_their_format() {
    for (format, shown) in [
        ("0000000000", "0000045000"),
        ("\"CG\"00000000", "CG00045000"),
        ("0000-0000-00", "0000-0450-00"),
        ("General", "45000"),
        ("@", "45000"),
        ("#,##0", "Formatted 45000 | #,##0"),
        ("[$-2000401]0", "Formatted 45000 | [$-2000401]0"),
        ("[>3]0", "Formatted 45000 | [>3]0"),
        ("0%", "Percentage 4500000%"),
        ("yyyy-mm-dd", "Date 2023-03-15"),
        ("mmm", "Date 2023-03-15"),
        ("[h]:mm", "Time 1080000:00:00"),
    ] {
        let bytes = book(|book| {
            let style = Style::new().set_num_format(format);
            let sheet = book.add_worksheet();
            sheet.write_with_format(0, 0, 45_000, &style).unwrap();
        });
        assert_eq!(rows(&bytes).unwrap(), [[shown]], "{format}");
    }
}

#[test]
fn an_empty_format_code_is_none() {
    let styles = "<styleSheet><numFmts><numFmt numFmtId=\"0\" formatCode=\"\"/></numFmts>\
        <cellXfs><xf numFmtId=\"0\"/></cellXfs></styleSheet>";
    let bytes = xlsx_rows(
        "<row><c><v>2204130001</v></c></row>",
        &[("xl/styles.xml", styles)],
    );
    assert_eq!(order(&bytes), "2204130001");
}

#[test]
fn kinds_of_cells_in_xlsx() {
    let strings =
        "<sst><si><r><t>CG</t></r><r><t>1</t></r><rPh sb=\"0\" eb=\"1\"><t>no</t></rPh></si></sst>";
    for (cell, shown) in [
        ("<c t=\"s\"><v>0</v></c>", "CG1"),
        (
            "<c t=\"inlineStr\"><is><t>C</t><rPh><t>x</t></rPh><t>G1</t></is></c>",
            "CG1",
        ),
        (
            "<c t=\"str\"><v>a_x000D_&amp;&#x4e2d;<![CDATA[<]]></v></c>",
            "a\r&中<",
        ),
        ("<c t=\"e\"><v>#SPILL!</v></c>", "Error #SPILL!"),
        (
            "<c t=\"d\"><v>2024-01-05T00:00:00</v></c>",
            "Date 2024-01-05",
        ),
        ("<c t=\"d\"><v>PT0H11M0.000S</v></c>", "Time PT0H11M0.000S"),
        ("<c t=\"b\"><v>1</v></c>", "Boolean TRUE"),
        ("<c t=\"n\"><v> 2204130001 </v></c>", "2204130001"),
        ("<c><v>2.204130001E9</v></c>", "2204130001"),
        ("<c><v>20240105.1</v></c>", "Decimals 20240105.1"),
        ("<c><v>CG1</v></c>", "CG1"),
        ("<x:c t=\"n\"><x:v>7</x:v></x:c>", "7"),
        ("<c><f>A1</f></c>", "NoValue "),
        ("<c><f>A1</f><v/></c>", "NoValue "),
        ("<c><f>A1</f><v>0</v></c>", "NoValue 0"),
        ("<c t=\"str\"><f>A1</f><v></v></c>", "EmptyText "),
        ("<c t=\"str\"><f>A1</f><v>CG3</v></c>", "CG3"),
    ] {
        let row = format!("<row>{cell}</row>");
        let bytes = xlsx_rows(&row, &[("xl/sharedStrings.xml", strings)]);
        assert_eq!(order(&bytes), shown, "{cell}");
    }
}

#[test]
fn what_cannot_be_read_right_is_refused() {
    for (rows, why) in [
        (
            "<row><c t=\"s\"><v>5</v></c></row>",
            "a cell's text is not there",
        ),
        (
            "<row><c t=\"b\"><v>2</v></c></row>",
            "a cell's value cannot be read: 2",
        ),
        (
            "<row><c t=\"n\"><v>x</v></c></row>",
            "a cell's value cannot be read: x",
        ),
        (
            "<row><c t=\"z\"><v>x</v></c></row>",
            "a cell's value cannot be read: x",
        ),
        (
            "<row><c r=\"A1048577\"><v>1</v></c></row>",
            "a cell in no place",
        ),
        ("<row r=\"x\"></row>", "a cell in no place: x"),
        (
            "<row r=\"2\"><c><v>1</v></c></row><row r=\"2\"><c><v>2</v></c></row>",
            "it has two cells in one place on line 2",
        ),
        ("<row><c><v>&unknown;</v></c></row>", "it is damaged"),
    ] {
        let said = refusal(&xlsx_rows(rows, &[]));
        has(&said, &format!("that can be read ({why}"));
    }
    let cut = "<worksheet><sheetData><row><c><v>1</v></c></row>";
    has(
        &refusal(&xlsx_package(cut, &[])),
        "that can be read (it ends early",
    );
    let none = "that can be read (a worksheet's cells are not there";
    has(&refusal(&xlsx_package("<worksheet/>", &[])), none);
}

#[test]
fn rows_in_any_order_are_read_in_theirs() {
    let row = |line: u32| {
        format!(
            "<row r=\"{line}\"><c r=\"B{line}\"><v>{line}</v></c><c r=\"A{line}\"><v>7</v></c></row>"
        )
    };
    let bytes = xlsx_rows(&[row(9), row(4)].concat(), &[]);
    assert_eq!(rows(&bytes).unwrap()[1..], [["7", "4"], ["7", "9"]]);
}

#[test]
fn parts_may_be_utf_16() {
    let edit = |name: &str, part: Vec<u8>| {
        if !name.starts_with("xl/") {
            return part;
        }
        let text = String::from_utf8(part).unwrap();
        [&[0xFF, 0xFE], &units(&text)[..]].concat()
    };
    let bytes = with_parts(&xlsx_rows("<row><c><v>7</v></c></row>", &[]), edit);
    assert_eq!(order(&bytes), "7");
}

#[test]
fn a_sheet_that_names_no_part_is_none_to_read() {
    let edit = |name: &str, part: Vec<u8>| match name {
        "xl/workbook.xml" => {
            let text = String::from_utf8(part).unwrap();
            let module = "<sheet name=\"Module1\" state=\"veryHidden\" r:id=\"\"/></sheets>";
            text.replace("</sheets>", module).into_bytes()
        }
        _ => part,
    };
    let bytes = with_parts(&xlsx_rows("<row><c><v>7</v></c></row>", &[]), edit);
    let budget = Budget::new(None);
    let mut book = Workbook::open(Cursor::new(bytes), &budget).unwrap();
    let worksheets: Vec<bool> = book.sheets.iter().map(|it| it.is_worksheet).collect();
    assert_eq!(worksheets, [true, false]);
    assert!(book.table(0).is_ok() && book.table(1).is_err());
}
