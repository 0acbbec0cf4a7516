//! Cells of xls files.

use super::*;

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
    let [one, other] = [(1, "加"), (3, "C")]
        .map(|(length, text)| [&words(&[length])[..], &[1], &units(text)].concat());
    let texts = record(0x00FC, &[&integers(&[2, 2])[..], &one, &other].concat());
    let texts = [texts, record(0x003C, &[0, b'G', b'9'])];
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
    let old_formula = [&42_f64.to_le_bytes()[..], &[0; 8]].concat();
    let packed = 45_000_u32 << 2 | 2;
    let numbers = words(&[1, 0, 1, packed as u16, (packed >> 16) as u16, 0]);
    for (format, cell, order) in [
        ("\"CG\"00000000", number(45_000.0), "CG00045000"),
        ("General", number(2_204_130_001.0), "2204130001"),
        ("0.00", number(45_000.0), "Formatted 45000 | 0.00"),
        ("yyyy-mm-dd", number(45_000.0), "Date 2023-03-15"),
        (
            "0",
            xls_cell(0x027E, &integers(&[45_000 << 2 | 2])),
            "45000",
        ),
        ("0000000", record(0x00BD, &numbers), "0045000"),
        ("0", xls_cell(0x00FD, &integers(&[1])), "CG9"),
        ("0", xls_cell(0x0205, &[1, 0]), "Boolean TRUE"),
        ("0", xls_cell(0x0205, &[0x2A, 1]), "Error #N/A"),
        ("0", xls_cell(0x0205, &[0x99, 1]), "Error #ERROR!"),
        ("0", [formula(of_kind(0, 0)), text("CG7")].concat(), "CG7"),
        ("0", formula(of_kind(0, 0)), "NoValue "),
        ("0", formula(of_kind(3, 0)), "EmptyText "),
        ("0", formula(of_kind(2, 7)), "Error #DIV/0!"),
        ("0", formula(of_kind(1, 1)), "Boolean TRUE"),
        ("0", formula(0_f64.to_le_bytes()), "NoValue 0"),
        ("0", formula(7_f64.to_le_bytes()), "7"),
        // As programs write them that keep to earlier generations.
        ("0", xls_cell(0x0406, &old_formula), "42"),
        ("0", xls_cell(0x0206, &old_formula), "42"),
    ] {
        let bytes = xls_with(format, &cell);
        let cells = [order.to_owned(), "加".to_owned()];
        assert_eq!(rows(&bytes).unwrap()[1], cells, "{format} {cell:?}");
    }
}

#[test]
fn days_count_from_1904_where_the_workbook_says_so() {
    let day = xls_cell(0x0203, &43_538_f64.to_le_bytes());
    let header = [xls_text(0, 0, "采购单号"), xls_text(0, 1, "标记")].concat();
    let style = |format: u16| record(0x00E0, &words(&[0, format, 0, 0]));
    let globals = [record(0x0022, &words(&[1])), style(0), style(14)].concat();
    let cells = [header, day, xls_text(1, 1, "a")].concat();
    assert_eq!(
        order(&xls_book(0x0600, &globals, &cells)),
        "Date 2023-03-15"
    );
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
    let bytes = xls_book(0x0500, &globals, &cells.concat());
    assert_eq!(rows(&bytes).unwrap()[1], ["CG1", "加急"]);
}

#[test]
fn xls_files_that_cannot_be_read_whole_are_refused() {
    let header = [xls_text(0, 0, "采购单号"), xls_text(0, 1, "标记")].concat();
    let cut = xls_stream(0x0600, &[], &[begin(0x0600, 0x10), header].concat());
    for (bytes, why) in [
        (compound("/Workbook", &cut), "it ends early"),
        (compound("/Book", &cut[..cut.len() - 3]), "it is damaged"),
        (
            xls_with("0", &xls_cell(0x00FD, &integers(&[2]))),
            "a cell's text is not there",
        ),
        (xls_with("0", &xls_cell(0x0203, &[0; 4])), "it is damaged"),
        (
            xls_with("0", &xls_cell(0x0203, &f64::NAN.to_le_bytes())),
            "it is damaged",
        ),
        (compound("/Other", b"x"), "it has no worksheets"),
        (xls_with("0", &xls_cell(0x0003, &[0; 9])), "it is damaged"),
    ] {
        has(&refusal(&bytes), &format!("that can be read ({why}"));
    }
    let encrypted = xls_book(0x0600, &record(0x002F, &words(&[1, 1])), &[]);
    assert!(refusal(&encrypted).contains("is password-protected"));
    assert!(refusal(&compound("/EncryptedPackage", b"x")).contains("is password-protected"));
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
        let said = refusal(&looped);
        has(&said, "it is damaged");
    }
}
