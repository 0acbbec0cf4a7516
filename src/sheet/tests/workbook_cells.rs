//! Cells of workbooks whose stored value is not what people see.

use rust_xlsxwriter::{Format as Style, Formula};

use super::made::*;
use super::workbooks::{book, write};
use super::*;

fn sheet_of(bytes: &[u8]) -> Sheet {
    opened(bytes, &SheetOptions::default()).unwrap()
}

/// The cells of each row, as results echo them.
fn echoed(bytes: &[u8]) -> Vec<Vec<String>> {
    let rows = rows(&sheet_of(bytes)).unwrap();
    let cells = rows
        .iter()
        .map(|row| cells(row).into_iter().map(str::to_owned).collect());
    cells.collect()
}

fn orders(bytes: &[u8]) -> Vec<String> {
    let echoed = echoed(bytes).into_iter();
    echoed.map(|mut cells| cells.swap_remove(0)).collect()
}

fn said(bytes: &[u8]) -> String {
    refusal(bytes, &SheetOptions::default())
}

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
    assert!(
        told[6].starts_with("8 ! 采购单号 is 45000, shown as #,##0"),
        "{}",
        told[6]
    );
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
            "a cell of kind b with 2",
        ),
        (
            rows("<row><c t=\"n\"><v>x</v></c></row>"),
            "a cell of kind n with x",
        ),
        (
            rows("<row><c t=\"z\"><v>x</v></c></row>"),
            "a cell of kind z with x",
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
        (
            rows("<row><c><v>&unknown;</v></c></row>"),
            "an unknown entity",
        ),
        (
            xlsx_package("<worksheet><sheetData><row><c><v>1</v></c></row>", &[]),
            "a part ends early",
        ),
        (
            xlsx_package("<worksheet/>", &[]),
            "a worksheet without cells",
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

/// A cell of an xls file: row 1 and column 0, with the second cell format.
fn xls_cell(kind: u16, value: &[u8]) -> Vec<u8> {
    record(kind, &[&words(&[1, 0, 1])[..], value].concat())
}

/// An xls file of one row, whose order's cell is given and has a number format.
fn xls_with(format: &str, order: &[u8]) -> Vec<u8> {
    let length = [176, format.encode_utf16().count() as u16];
    let code = [&words(&length)[..], &[1], &units(format)].concat();
    let style = |format: u16| record(0x00E0, &words(&[0, format, 0, 0]));
    // Two texts, of which the second goes on in another record, in narrow characters.
    let texts = [
        record(
            0x00FC,
            &[
                &integers(&[2, 2])[..],
                &words(&[1]),
                &[1],
                &units("加"),
                &words(&[3]),
                &[1],
                &units("C"),
            ]
            .concat(),
        ),
        record(0x003C, &[0, b'G', b'9']),
    ];
    let globals = [record(0x041E, &code), style(0), style(176), texts.concat()].concat();
    let shared = record(0x00FD, &[&words(&[1, 1, 0])[..], &integers(&[0])].concat());
    let header = [xls_text(0, 0, "采购单号"), xls_text(0, 1, "标记")].concat();
    xls_book(0x0600, &globals, &[header, order.to_vec(), shared].concat())
}

#[test]
fn kinds_of_cells_in_xls() {
    let number = |value: f64| xls_cell(0x0203, &value.to_le_bytes());
    let formula = |value: [u8; 8]| xls_cell(0x0006, &[&value[..], &[0; 8]].concat());
    let text = |text: &str| {
        let length = words(&[text.encode_utf16().count() as u16]);
        record(0x0207, &[&length[..], &[1], &units(text)].concat())
    };
    let of_kind = |kind: u8, value: u8| [kind, 0, value, 0, 0, 0, 0xFF, 0xFF];
    let numbers = words(&[
        1,
        0,
        1,
        (45_000 << 2 | 2) as u16,
        (45_000_u32 << 2 >> 16) as u16,
        0,
    ]);
    for (format, cell, order) in [
        ("\"CG\"00000000", number(45_000.0), "CG00045000"),
        ("General", number(2_204_130_001.0), "2204130001"),
        ("0.00", number(45_000.0), "#FORMAT! 45000 | 0.00"),
        ("yyyy-mm-dd", number(45_000.0), "2023-03-15"),
        (
            "0",
            xls_cell(0x027E, &integers(&[45_000 << 2 | 2])),
            "45000",
        ),
        ("0000000", record(0x00BD, &numbers), "0045000"),
        ("0", xls_cell(0x00FD, &integers(&[1])), "CG9"),
        ("0", xls_cell(0x0205, &[1, 0]), "TRUE"),
        ("0", xls_cell(0x0205, &[0x2A, 1]), "#N/A"),
        ("0", xls_cell(0x0205, &[0x99, 1]), "#ERROR!"),
        ("0", [formula(of_kind(0, 0)), text("CG7")].concat(), "CG7"),
        ("0", formula(of_kind(0, 0)), "#FORMULA!"),
        ("0", formula(of_kind(3, 0)), "#FORMULA!"),
        ("0", formula(of_kind(2, 7)), "#DIV/0!"),
        ("0", formula(of_kind(1, 1)), "TRUE"),
        ("0", formula(0_f64.to_le_bytes()), "#FORMULA!"),
        ("0", formula(7_f64.to_le_bytes()), "7"),
    ] {
        let bytes = xls_with(format, &cell);
        let cells = [order.to_owned(), "加".to_owned()];
        assert_eq!(echoed(&bytes), [cells], "{format} {cell:?}");
    }
}

#[test]
fn days_count_from_1904_where_the_workbook_says_so() {
    let order = xls_cell(0x0203, &43_538_f64.to_le_bytes());
    let header = [xls_text(0, 0, "采购单号"), xls_text(0, 1, "标记")].concat();
    let style = |format: u16| record(0x00E0, &words(&[0, format, 0, 0]));
    let globals = [record(0x0022, &words(&[1])), style(0), style(14)].concat();
    let cells = [header, order, xls_text(1, 1, "a")].concat();
    assert_eq!(orders(&xls_book(0x0600, &globals, &cells)), ["2023-03-15"]);
}

#[test]
fn texts_before_unicode_are_read_by_their_code_page() {
    let text = |row: u16, column: u16, text: &str| {
        let bytes = encoding_rs::GB18030.encode(text).0;
        let head = words(&[row, column, 0, bytes.len() as u16]);
        record(0x0204, &[&head[..], &bytes].concat())
    };
    let cells = [
        text(0, 0, "采购单号"),
        text(0, 1, "标记"),
        text(1, 0, "CG1"),
        text(1, 1, "加急"),
    ];
    let globals = record(0x0042, &words(&[936]));
    let sheet = sheet_of(&xls_book(0x0500, &globals, &cells.concat()));
    assert_eq!(told(&sheet), ["2 CG1 加急"]);
}

#[test]
fn xls_files_that_cannot_be_read_whole_are_refused() {
    let header = [xls_text(0, 0, "采购单号"), xls_text(0, 1, "标记")].concat();
    let cut = xls_stream(0x0600, &[], &[begin(0x0600, 0x10), header].concat());
    for (bytes, why) in [
        (compound("/Workbook", &cut), "a worksheet ends early"),
        (
            compound("/Book", &cut[..cut.len() - 3]),
            "a record is too short",
        ),
        (
            xls_with("0", &xls_cell(0x00FD, &integers(&[2]))),
            "a cell's text is not there",
        ),
        (
            xls_with("0", &xls_cell(0x0203, &[0; 4])),
            "a record is too short",
        ),
        (
            xls_with("0", &xls_cell(0x0203, &f64::NAN.to_le_bytes())),
            "a number that is none",
        ),
        (compound("/Other", b"x"), "it has no worksheets"),
    ] {
        let said = said(&bytes);
        assert!(
            said.contains(&format!("that can be read ({why}")),
            "{why}: {said}"
        );
    }
    let encrypted = xls_book(0x0600, &record(0x002F, &words(&[1, 1])), &[]);
    assert!(said(&encrypted).contains("is password-protected"));
    assert!(said(&compound("/EncryptedPackage", b"x")).contains("is password-protected"));
}

/// An xlsb file of one row, whose order's record is given.
fn xlsb_with(format: &str, order: &[u8]) -> Vec<u8> {
    let (formats, texts) = xlsb_parts(format);
    let more: [(&str, &[u8]); 2] = [
        ("xl/styles.bin", &formats),
        ("xl/sharedStrings.bin", &texts),
    ];
    xlsb_book("_rels/.rels", &more, &xlsb_cells(order), &[])
}

fn xlsb_parts(format: &str) -> (Vec<u8>, Vec<u8>) {
    let style = |format: u16| xlsb_record(0x2F, &words(&[0, format, 0, 0]));
    let formats = [
        xlsb_record(0x2C, &[&words(&[176])[..], &wide(format)].concat()),
        xlsb_record(0x269, &integers(&[2])),
        style(0),
        style(176),
        xlsb_record(0x26A, &[]),
    ];
    let texts = ["加急", "CG9"].map(|text| xlsb_record(0x13, &[&[0], &wide(text)[..]].concat()));
    (formats.concat(), texts.concat())
}

fn xlsb_cells(order: &[u8]) -> Vec<u8> {
    let text =
        |column: u32, text: &str| xlsb_record(0x06, &[integers(&[column, 0]), wide(text)].concat());
    [
        xlsb_row(0, 0),
        text(0, "采购单号"),
        text(1, "标记"),
        xlsb_row(1, 0),
        order.to_vec(),
        // One that does not say its column.
        xlsb_record(0x12, &integers(&[0, 0])),
    ]
    .concat()
}

/// A cell of column 0, with the second cell format.
fn xlsb_cell(kind: u16, value: &[u8]) -> Vec<u8> {
    xlsb_record(kind, &[&integers(&[0, 1])[..], value].concat())
}

#[test]
fn kinds_of_cells_in_xlsb() {
    for (format, cell, order) in [
        (
            "\"CG\"00000000",
            xlsb_cell(0x05, &45_000_f64.to_le_bytes()),
            "CG00045000",
        ),
        (
            "#,##0",
            xlsb_cell(0x02, &integers(&[45_000 << 2 | 2])),
            "#FORMAT! 45000 | #,##0",
        ),
        ("0", xlsb_cell(0x02, &integers(&[45_000 << 2 | 3])), "450"),
        ("0", xlsb_cell(0x03, &[0x17]), "#REF!"),
        ("0", xlsb_cell(0x03, &[0x99]), "#ERROR!"),
        ("0", xlsb_cell(0x0B, &[0x2A]), "#N/A"),
        ("0", xlsb_cell(0x04, &[1]), "TRUE"),
        ("0", xlsb_cell(0x07, &integers(&[1])), "CG9"),
        ("0", xlsb_cell(0x08, &wide("CG7")), "CG7"),
        ("0", xlsb_cell(0x08, &wide("")), "#FORMULA!"),
        ("0", xlsb_cell(0x09, &[0; 8]), "#FORMULA!"),
        (
            "0",
            xlsb_cell(0x3E, &[&[0], &wide("CG8")[..]].concat()),
            "CG8",
        ),
    ] {
        let cells = [order.to_owned(), "加急".to_owned()];
        assert_eq!(
            echoed(&xlsb_with(format, &cell)),
            [cells],
            "{format} {cell:?}"
        );
    }
}

#[test]
fn xlsb_files_that_cannot_be_read_whole_are_refused() {
    let head = [xlsb_record(0x81, &[]), xlsb_record(0x91, &[])].concat();
    let cells = xlsb_cells(&xlsb_cell(0x04, &[1]));
    let whole = [head, cells].concat();
    for (sheet, why) in [
        (&whole[..], "a worksheet ends early"),
        (&whole[..whole.len() - 2], "a part ends early"),
    ] {
        let (_, texts) = xlsb_parts("0");
        let texts: (&str, &[u8]) = ("xl/sharedStrings.bin", &texts);
        let said = said(&xlsb_package("_rels/.rels", &[texts], sheet));
        assert!(said.contains(why), "{said}");
    }
    for (cell, why) in [
        (xlsb_cell(0x03, &[]), "a record is too short"),
        (
            xlsb_cell(0x07, &integers(&[2])),
            "a cell's text is not there",
        ),
        (
            xlsb_record(0x04, &integers(&[16_384, 0, 1])),
            "a cell in no place",
        ),
        (xlsb_row(u32::MAX, 0), "a cell in no place"),
    ] {
        let said = said(&xlsb_with("0", &cell));
        assert!(
            said.contains(&format!("that can be read ({why}")),
            "{why}: {said}"
        );
    }
}

/// An ods file of one row, whose order's cell is given.
fn ods_with(attributes: &str, content: &str) -> Vec<u8> {
    let header = ["采购单号", "标记"].map(|cell| ods_cell("", cell)).concat();
    let flag = ods_cell("", "a");
    ods(&format!(
        "<table:table-row>{header}</table:table-row>\
         <table:table-row><table:table-cell {attributes}>{content}</table:table-cell>{flag}</table:table-row>"
    ))
}

#[test]
fn kinds_of_cells_in_ods() {
    let float = "office:value-type=\"float\" office:value=\"45000\"";
    let text = "office:value-type=\"string\"";
    for (attributes, content, order) in [
        (float, "<text:p>45000</text:p>", "45000"),
        (float, "", "45000"),
        (float, "<text:p>CG00045000</text:p>", "CG00045000"),
        (
            float,
            "<text:p>45,000.00</text:p>",
            "#FORMAT! 45000 | 45,000.00",
        ),
        (
            "office:value-type=\"percentage\" office:value=\"0.15\"",
            "<text:p>15 %</text:p>",
            "15%",
        ),
        (
            "office:value-type=\"currency\" office:value=\"45\"",
            "<text:p>¥45</text:p>",
            "#FORMAT! 45 | ¥45",
        ),
        (
            "office:value-type=\"date\" office:date-value=\"2024-01-05\"",
            "<text:p>5.1.</text:p>",
            "2024-01-05",
        ),
        (
            "office:value-type=\"time\" office:time-value=\"PT08H30M00S\"",
            "<text:p>8:30</text:p>",
            "08:30:00",
        ),
        (
            "office:value-type=\"boolean\" office:boolean-value=\"true\"",
            "<text:p>WAHR</text:p>",
            "TRUE",
        ),
        (
            "table:formula=\"of:=X\" office:value-type=\"string\" office:string-value=\"\" calcext:value-type=\"error\"",
            "<text:p>Err:502</text:p>",
            "Err:502",
        ),
        ("table:formula=\"of:=X\"", "", "#FORMULA!"),
        (
            "table:formula=\"of:=X\" office:value-type=\"float\" office:value=\"0\"",
            "",
            "#FORMULA!",
        ),
        (
            "table:formula=\"of:=X\" office:value-type=\"string\"",
            "",
            "#FORMULA!",
        ),
        ("", "<text:p>CG1</text:p>", "CG1"),
        (
            text,
            "<office:annotation><text:p>note</text:p></office:annotation><text:p>C<text:span>G</text:span>&amp;<text:s text:c=\"2\"/>1</text:p><text:p>x</text:p><draw:frame><text:p>no</text:p></draw:frame>",
            "CG&  1\nx",
        ),
    ] {
        assert_eq!(
            orders(&ods_with(attributes, content)),
            [order],
            "{attributes} {content}"
        );
    }
    let said = said(&ods_with(
        "office:value-type=\"float\" office:value=\"x\"",
        "",
    ));
    assert!(said.contains("a number that is none: x"), "{said}");
}
