//! What holds for any sheet.

use proptest::collection::vec;
use proptest::prelude::*;

use super::encodings::utf_16;
use super::*;
use crate::erp::field::Field;

fn encoded(text: &str, encoding: usize) -> Vec<u8> {
    match encoding {
        0 => text.as_bytes().to_vec(),
        1 => [&b"\xEF\xBB\xBF"[..], text.as_bytes()].concat(),
        2 => encoding_rs::GB18030.encode(text).0.into_owned(),
        3 => [&b"\xFF\xFE"[..], &utf_16(text, true)].concat(),
        _ => [&b"\xFE\xFF"[..], &utf_16(text, false)].concat(),
    }
}

fn cell() -> impl Strategy<Value = String> {
    // GB18030 has no way back for the private use area.
    prop_oneof![
        "[a-zA-Z0-9 ]{0,12}",
        "[\u{4E00}-\u{9FA5}]{0,8}",
        "[,;|\t\"\r\n'=x中]{0,8}",
        "[^\u{E000}-\u{F8FF}\u{FFFD}\u{0}\u{1E3F}\u{FE10}-\u{FE19}\u{9FB4}-\u{9FBB}]{0,8}",
    ]
}

fn table() -> impl Strategy<Value = Vec<Vec<String>>> {
    (0..4_usize).prop_flat_map(|extra| vec(vec(cell(), extra + 2), 0..12))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn any_table_reads_back_cell_for_cell(
        table in table(),
        delimiter in prop::sample::select(&b",\t;|"[..]),
        end in prop::sample::select(vec![csv::Terminator::CRLF, csv::Terminator::Any(b'\n')]),
        encoding in 0..5_usize,
        finished in any::<bool>(),
    ) {
        let width = table.first().map_or(2, Vec::len);
        let mut header = vec!["采购单号".to_owned(), "标记".to_owned()];
        header.extend((2..width).map(|n| format!("列{n}")));
        let mut writer = csv::WriterBuilder::new()
            .delimiter(delimiter)
            .terminator(end)
            .from_writer(Vec::new());
        writer.write_record(&header).unwrap();
        for row in &table {
            writer.write_record(row).unwrap();
        }
        let mut text = String::from_utf8(writer.into_inner().unwrap()).unwrap();
        if !finished {
            text.truncate(text.trim_end_matches(['\r', '\n']).len());
        }
        let options = SheetOptions {
            // Without a mark and beyond the first few characters a guess may rightly differ.
            encoding: (encoding == 2).then(|| "gb18030".to_owned()),
            ..SheetOptions::default()
        };
        let sheet = opened(&encoded(&text, encoding), &options).unwrap();
        prop_assert_eq!(sheet.layout().delimiter, Some(char::from(delimiter)));
        prop_assert_eq!(sheet.columns(), &header);
        let rows = rows(&sheet).unwrap();
        let read: Vec<Vec<&str>> = rows.iter().map(cells).collect();
        let written: Vec<Vec<&str>> = table
            .iter()
            .filter(|row| !row.iter().all(|cell| normalize::is_blank(cell)))
            .map(|row| row.iter().map(String::as_str).collect())
            .collect();
        let mut left = read.iter();
        for row in &written {
            if left.as_slice().first() == Some(row) {
                left.next();
            } else {
                prop_assert!(normalize::is_blank(row[1]), "{row:?} is a row");
            }
        }
        prop_assert!(left.next().is_none());
        prop_assert_eq!(read.len() as u64 + sheet.layout().foot_lines, written.len() as u64);
        // Where a row starts, its line has at least the beginning of its first cell.
        let breaks = text.replace("\r\n", "\n").replace('\r', "\n");
        let lines: Vec<&str> = breaks.split('\n').collect();
        for row in &rows {
            let first = row.cells()[0].replace("\r\n", "\n").replace('\r', "\n").replace('"', "\"\"");
            let start = first.split('\n').next().unwrap_or_default();
            let line = lines[row.line() as usize - 1];
            prop_assert!(line.trim_start_matches('"').starts_with(start.trim_start_matches('"')));
        }
    }

    #[test]
    fn no_bytes_make_the_reader_panic(
        head in prop::sample::select(vec![
            &b""[..], b"purchase_no,flag_name\n", b"\xFF\xFE", b"\xEF\xBB\xBF",
            b"\xB2\xC9\xB9\xBA\xB5\xA5\xBA\xC5,\xB1\xEA\xBC\xC7\n", b"purchase_no\tflag\r",
            b"PK\x03\x04", b"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1",
            b"a,sent_flag,extra_fields,line,status,code,message,attempts,finished_at,row_check\n",
        ]),
        body in vec(prop_oneof![any::<u8>(), prop::sample::select(&b",;\t|\"\r\n\0A=1"[..])], 0..400),
        encoding in prop::option::of(prop::sample::select(vec!["utf-8", "gbk", "utf-16le", "big5", "iso-2022-jp"])),
        order_column in prop::option::of(prop::sample::select(vec!["A", "B", "purchase_no"])),
        flag in prop::option::of(Just("aa".to_owned())),
        header_line in prop::option::of(1..4_u64),
    ) {
        let options = SheetOptions {
            encoding: encoding.map(str::to_owned),
            order_column: order_column.map(str::to_owned),
            flag,
            header_line,
            ..SheetOptions::default()
        };
        if let Ok(sheet) = opened(&[head, &body].concat(), &options) {
            let mut pass = sheet.rows().unwrap();
            let mut row = Row::default();
            let mut line = sheet.layout().header_line;
            while let Ok(true) = pass.read(&mut row) {
                prop_assert!(row.line() > line);
                line = row.line();
                prop_assert_eq!(row.cells().len(), sheet.columns().len());
                let _ = row.entry(&sheet);
            }
        }
    }

    #[test]
    fn whatever_is_sent_is_clean(cell in "\\PC{0,50}|.{0,50}") {
        if let Ok(sent) = entry::clean(&cell, "x", Field::PurchaseNo) {
            prop_assert!(!sent.is_empty() && sent.chars().count() <= 40);
            prop_assert!(!sent.chars().any(char::is_control));
            prop_assert_eq!(sent.trim(), &*sent);
        }
    }
}
