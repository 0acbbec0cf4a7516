//! Cells of xlsb files.

use super::*;

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
            "Formatted 45000 | #,##0",
        ),
        ("0", xlsb_cell(0x02, &integers(&[45_000 << 2 | 3])), "450"),
        ("0", xlsb_cell(0x03, &[0x17]), "Error #REF!"),
        ("0", xlsb_cell(0x03, &[0x99]), "Error #ERROR!"),
        ("0", xlsb_cell(0x0B, &[0x2A]), "Error #N/A"),
        ("0", xlsb_cell(0x04, &[1]), "Boolean TRUE"),
        ("0", xlsb_cell(0x07, &integers(&[1])), "CG9"),
        ("0", xlsb_cell(0x08, &wide("CG7")), "CG7"),
        ("0", xlsb_cell(0x08, &wide("")), "EmptyText "),
        ("0", xlsb_cell(0x09, &[0; 8]), "NoValue 0"),
        (
            "0",
            xlsb_cell(0x3E, &[&[0], &wide("CG8")[..]].concat()),
            "CG8",
        ),
    ] {
        let cells = [order.to_owned(), "加急".to_owned()];
        let rows = rows(&xlsb_with(format, &cell)).unwrap();
        assert_eq!(rows[1], cells, "{format} {cell:?}");
    }
}

#[test]
fn xlsb_files_that_cannot_be_read_whole_are_refused() {
    let head = [xlsb_record(0x81, &[]), xlsb_record(0x91, &[])].concat();
    let cells = xlsb_cells(&xlsb_cell(0x04, &[1]));
    let whole = [head, cells].concat();
    for (sheet, why) in [
        (&whole[..], "it ends early"),
        (&whole[..whole.len() - 2], "it ends early"),
    ] {
        let (_, texts) = xlsb_parts("0");
        let texts: (&str, &[u8]) = ("xl/sharedStrings.bin", &texts);
        let said = refusal(&xlsb_package("_rels/.rels", &[texts], sheet));
        has(&said, why);
    }
    for (cell, why) in [
        (xlsb_cell(0x03, &[]), "it is damaged"),
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
        let said = refusal(&xlsb_with("0", &cell));
        has(&said, &format!("that can be read ({why}"));
    }
}
