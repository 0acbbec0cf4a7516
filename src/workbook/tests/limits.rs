//! Workbooks that would take more memory than there is.

use super::*;

/// What is said of a workbook when no more than so much of it may be read, else its rows.
fn limited(bytes: &[u8], limit: u64) -> String {
    let budget = Budget::new(Some(limit));
    let table = Workbook::open(Cursor::new(bytes), &budget).and_then(|mut book| book.table(0));
    match table {
        Ok(table) => {
            let rows = rows_of(&table).into_iter().take(5);
            let rows: Vec<String> = rows.map(|row| row.join(" ")).collect();
            rows.join("\n")
        }
        Err(error) => error.to_string(),
    }
}

const ROW: &str = "<row><c t=\"inlineStr\"><is><t>CG1</t></is></c><c><v>7</v></c></row>";

#[test]
fn more_cells_than_allowed_are_refused_and_how_to_allow_them_is_said() {
    let bytes = xlsx_rows(&ROW.repeat(10_000), &[]);
    assert_eq!(
        limited(&bytes, 1 << 19),
        "holds more than 512 KB of cells; if it is meant to be so large, give --max-workbook-size, and else delete what is outside the table or save it as .csv"
    );
    assert!(limited(&bytes, 4 << 20).starts_with("采购单号 标记\nCG1 7\n"));
}

#[test]
fn what_is_held_counts_even_where_little_is_read() {
    let rows = "<row><c><v>1</v></c><c><v>2</v></c></row>".repeat(10_000);
    has(&limited(&xlsx_rows(&rows, &[]), 500_000), "holds more than");
    // Each cell of them is as large as another.
    let rows = "<table:table-row table:number-rows-repeated=\"100000\"><table:table-cell \
                office:value-type=\"string\" table:number-columns-repeated=\"1000\">\
                <text:p>CG1</text:p></table:table-cell></table:table-row>";
    has(&limited(&ods(rows), 512 << 20), "holds more than 512 MB");
}

#[test]
fn one_text_cannot_be_longer_than_a_cell_can() {
    let too_long = |content: &str| {
        let cell = ods_cell("", content);
        limited(
            &ods(&format!("<table:table-row>{cell}</table:table-row>")),
            64 << 20,
        )
    };
    let blanks = "<text:s text:c=\"32767\"/>".repeat(40);
    has(&too_long(&blanks), "a cell's text is too long");
    let text = "<!---->".to_owned() + &"a".repeat(64 << 10);
    has(&too_long(&text.repeat(20)), "a cell's text is too long");
    let huge = format!("<row><c t=\"str\"><v>{}</v></c></row>", " ".repeat(5 << 20));
    has(
        &limited(&xlsx_rows(&huge, &[]), 64 << 20),
        "a cell's text is too long",
    );
    let huge = format!("<row x=\"{}\"/>", "z".repeat(5 << 20));
    has(
        &limited(&xlsx_rows(&huge, &[]), 64 << 20),
        "a cell's text is too long",
    );
}

#[test]
fn a_row_of_texts_that_are_stored_once_cannot_be_endless() {
    let strings = format!("<sst><si><t>{}</t></si></sst>", "a".repeat(32_767));
    let row = format!("<row>{}</row>", "<c t=\"s\"><v>0</v></c>".repeat(40));
    let bytes = xlsx_rows(&row, &[("xl/sharedStrings.xml", &strings)]);
    has(
        &limited(&bytes, 64 << 20),
        "the row on line 2 is longer than 1 MiB",
    );
}

#[test]
fn elements_cannot_be_endlessly_deep() {
    has(
        &limited(&xlsx_rows(&"<a>".repeat(1_000), &[]), 64 << 20),
        "(it is damaged)",
    );
}

#[test]
fn rows_repeated_to_the_end_of_an_ods_sheet_are_read() {
    let header = ["采购单号", "标记"].map(|cell| ods_cell("", cell)).concat();
    let cells = ["CG1", "a"].map(|cell| ods_cell("", cell)).concat();
    let empty = "<table:table-row table:number-rows-repeated=\"1048574\">\
                 <table:table-cell table:number-columns-repeated=\"16384\"/></table:table-row>";
    let rows = format!(
        "<table:table-row>{header}</table:table-row><table:table-row>{cells}\
         <table:table-cell table:number-columns-repeated=\"16382\"/></table:table-row>"
    );
    assert_eq!(
        limited(&ods(&format!("{rows}{empty}")), 4 << 20),
        "采购单号 标记\nCG1 a"
    );
    let again =
        format!("<table:table-row table:number-rows-repeated=\"3\">{cells}</table:table-row>");
    let told = limited(&ods(&format!("{rows}{again}")), 1 << 20);
    assert_eq!(told, format!("采购单号 标记{}", "\nCG1 a".repeat(4)));
    let beyond = again.replace("\"3\"", "\"4294967295\"");
    has(
        &limited(&ods(&format!("{rows}{beyond}")), 64 << 20),
        "more rows, columns, tables or parts",
    );
}

/// Where an xls file says how many rows there are, room need not be made for as many.
#[test]
fn an_xls_file_that_claims_four_billion_rows_is_read() {
    let cells = [
        record(
            0x0200,
            &[integers(&[0, u32::MAX]), words(&[0, 256, 0])].concat(),
        ),
        xls_text(0, 0, "采购单号"),
        xls_text(0, 1, "标记"),
        xls_text(1, 0, "CG1"),
        xls_text(1, 1, "a"),
    ];
    let bytes = xls_book(0x0600, &[], &cells.concat());
    assert_eq!(limited(&bytes, 4 << 20), "采购单号 标记\nCG1 a");
}

#[test]
fn an_archive_of_more_parts_than_a_workbook_has_is_refused() {
    let mut bytes = xlsx_rows(ROW, &[]);
    let at = bytes.windows(4).rposition(|it| it == b"PK\x05\x06");
    let count = at.unwrap() + 10;
    bytes[count..count + 2].copy_from_slice(&60_001_u16.to_le_bytes());
    has(
        &limited(&bytes, 1 << 20),
        "more rows, columns, tables or parts",
    );
}

/// A part's size stands in the archive's directory, before it is unpacked.
#[test]
fn a_directory_that_lies_about_sizes_gains_nothing() {
    let mut bytes = xlsx_rows(&ROW.repeat(10_000), &[]);
    let name = b"xl/worksheets/sheet1.xml";
    let at = bytes
        .windows(46 + name.len())
        .rposition(|entry| entry.starts_with(b"PK\x01\x02") && entry.ends_with(name));
    let size = at.unwrap() + 24;
    bytes[size..size + 4].copy_from_slice(&100_u32.to_le_bytes());
    has(&limited(&bytes, 1 << 19), "that can be read (");
}

#[test]
fn a_stray_cell_beside_a_long_table_is_refused() {
    let bytes = book(|book| {
        let sheet = book.add_worksheet();
        for row in 0..4_000 {
            write(sheet, (row, 0), &[&["CG1", "a"]]);
        }
        sheet.write(9, 16_383, "x").unwrap();
    });
    let said = refusal(&bytes);
    assert!(
        said.contains("cells far apart; delete what is outside"),
        "{said}"
    );
}

/// An archive's directory says of each part how it is packed, and whether it is encrypted.
#[test]
fn parts_that_cannot_be_unpacked_are_told_from_damaged_ones() {
    let bytes = xlsx_rows(ROW, &[]);
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
        has(&refusal(&changed), says);
    }
}
