//! Encodings found, overruled, and not fitting.

use encoding_rs::{BIG5, Encoding, GB18030};

use super::*;

pub(super) fn encoded(text: &str, encoding: &'static Encoding) -> Vec<u8> {
    let (bytes, _, replaced) = encoding.encode(text);
    assert!(!replaced);
    bytes.into_owned()
}

pub(super) fn utf_16(text: &str, little: bool) -> Vec<u8> {
    let bytes = |unit: u16| {
        if little {
            unit.to_le_bytes()
        } else {
            unit.to_be_bytes()
        }
    };
    text.encode_utf16().flat_map(bytes).collect()
}

fn labelled(label: &str) -> SheetOptions {
    SheetOptions {
        encoding: Some(label.to_owned()),
        ..SheetOptions::default()
    }
}

const TEXT: &str = "采购单号,标记名称,备注\r\nCG2204130001,加急,已质检\r\nCG2,无,\r\n";
const TOLD: [&str; 2] = ["2 CG2204130001 加急", "3 CG2 无"];

#[test]
fn every_usual_encoding_is_found() {
    let marked = |mark: &[u8], text: Vec<u8>| [mark, &text].concat();
    for (bytes, name) in [
        (TEXT.as_bytes().to_vec(), "UTF-8"),
        (marked(b"\xEF\xBB\xBF", TEXT.into()), "UTF-8 with BOM"),
        (encoded(TEXT, GB18030), "GB18030"),
        (marked(b"\xFF\xFE", utf_16(TEXT, true)), "UTF-16LE"),
        (marked(b"\xFE\xFF", utf_16(TEXT, false)), "UTF-16BE"),
    ] {
        let sheet = opened(&bytes, &SheetOptions::default()).unwrap();
        assert_eq!(sheet.layout().encoding, Some(name));
        assert_eq!(sheet.columns()[0], "采购单号", "{name}");
        assert_eq!(told(&sheet), TOLD, "{name}");
    }
}

#[test]
fn short_text_in_gbk_is_not_taken_for_utf_8() {
    // Each pair of these bytes happens to be a character in UTF-8 as well.
    let sheet = opened(
        &encoded("采购单号,标记\nCG1,联通\n", GB18030),
        &SheetOptions::default(),
    )
    .unwrap();
    assert_eq!(told(&sheet), ["2 CG1 联通"]);
}

#[test]
fn traditional_text_in_big5_is_found_or_given() {
    let text = "purchase_no,flag_name\nCG1,緊急處理，請優先安排這張採購單的到貨與驗收\n";
    let bytes = encoded(text, BIG5);
    for options in [labelled("big5"), SheetOptions::default()] {
        let sheet = opened(&bytes, &options).unwrap();
        assert_eq!(sheet.layout().encoding, Some("Big5"));
        assert_eq!(
            told(&sheet),
            ["2 CG1 緊急處理，請優先安排這張採購單的到貨與驗收"]
        );
    }
}

/// Whole tables of ordinary words, short and long, are found to be what they are.
#[test]
fn big5_and_gb18030_are_told_apart() {
    let traditional = [
        "供應商已確認交貨日期",
        "加急",
        "已質檢",
        "待付款",
        "部分到貨",
        "尾款已付，待發票",
    ];
    let simplified = [
        "供应商已确认交货日期",
        "加急",
        "已质检",
        "待付款",
        "部分到货",
        "尾款已付，待发票",
    ];
    for rows in [1, 3, 40, 4_000] {
        for (words, encoding, name) in [
            (traditional, BIG5, "Big5"),
            (simplified, GB18030, "GB18030"),
        ] {
            let mut text = String::from("purchase_no,flag_name\n");
            for row in 0..rows {
                text.push_str(&format!("CG{row},{}\n", words[row % words.len()]));
            }
            let sheet = opened(&encoded(&text, encoding), &SheetOptions::default()).unwrap();
            assert_eq!(sheet.layout().encoding, Some(name), "{rows} rows");
        }
    }
}

#[test]
fn an_encoding_given_overrules() {
    let sheet = opened(&utf_16(TEXT, true), &labelled("utf-16le")).unwrap();
    assert_eq!(told(&sheet), TOLD);
    let marked = [b"\xEF\xBB\xBF", TEXT.as_bytes()].concat();
    let sheet = opened(&marked, &labelled("utf-8")).unwrap();
    assert_eq!(sheet.columns()[0], "采购单号");
    let said = refusal(&encoded(TEXT, GB18030), &labelled("utf-8"));
    assert_eq!(
        said,
        "-: line 1 is not valid UTF-8; save the file again as UTF-8, or give its true encoding with --encoding"
    );
    assert!(refusal(b"x", &labelled("utf-9")).starts_with("unknown encoding \"utf-9\""));
}

#[test]
fn text_full_of_zero_bytes_is_not_guessed_at() {
    let said = refusal(&utf_16(TEXT, true), &SheetOptions::default());
    assert!(
        said.contains("--encoding utf-16le or --encoding utf-16be"),
        "{said}"
    );
}

#[test]
fn chinese_late_in_a_long_file_is_found() {
    let mut bytes = b"purchase_no,flag_name\n".to_vec();
    for n in 0..30_000 {
        bytes.extend_from_slice(format!("CG{n:08},aa\n").as_bytes());
    }
    assert!(bytes.len() > 300_000);
    bytes.extend_from_slice(&encoded("CG,加急\n", GB18030));
    let sheet = opened(&bytes, &SheetOptions::default()).unwrap();
    assert_eq!(sheet.layout().encoding, Some("GB18030"));
    assert_eq!(told(&sheet).last().unwrap(), "30002 CG 加急");
}

#[test]
fn a_stray_byte_in_utf_8_is_an_error_with_its_line() {
    let mut text = "采购单号,标记\r\n".to_owned();
    for n in 0..20_000 {
        text.push_str(&format!("CG{n},加急\r\n"));
    }
    for stray in [
        &b"CG,\x80\r\n"[..],
        b"CG,x\r\n,\"a\nb\xFF\"\n",
        b"\xE4,\xB8\xAD\r\n",
        b"CG,\xE5\x8A",
    ] {
        let bytes = [text.as_bytes(), stray].concat();
        let sheet = opened(&bytes, &SheetOptions::default()).unwrap();
        assert_eq!(sheet.layout().encoding, Some("UTF-8"));
        let line = if stray.len() > 10 { 20_004 } else { 20_002 };
        assert_eq!(
            stop(&sheet),
            format!(
                "-: line {line} is not valid UTF-8; save the file again as UTF-8, or give its encoding with --encoding"
            )
        );
    }
}

#[test]
fn a_bad_byte_in_gbk_is_an_error_with_its_line() {
    for (rows, line) in [
        (&b"CG1,a\r\nCG2,\xFF\r\n"[..], 3),
        (b"CG1,\"a\r\nb\xFF\"\r\n", 3),
        (b"CG1,a\r\n\r\n\xFF", 4),
        (b"CG1,\xC0", 2),
    ] {
        let bytes = [encoded("采购单号,标记名称\r\n", GB18030).as_slice(), rows].concat();
        let sheet = opened(&bytes, &SheetOptions::default()).unwrap();
        assert!(stop(&sheet).starts_with(&format!("-: line {line} is not valid GB18030; ")));
    }
}

#[test]
fn half_a_character_at_the_end_of_utf_16_is_an_error() {
    let mut bytes = [&b"\xFF\xFE"[..], &utf_16(TEXT, true)].concat();
    bytes.push(b'x');
    let sheet = opened(&bytes, &SheetOptions::default()).unwrap();
    assert!(stop(&sheet).starts_with("-: line 4 is not valid UTF-16LE"));
}

#[test]
fn characters_across_buffers_stay_whole() {
    let text: String = (0..40_000)
        .map(|n| format!("CG{n},中文标记{n}\n"))
        .collect();
    let text = format!("采购单号,标记\n{text}");
    let expected: Vec<String> = (0..40_000)
        .map(|n| format!("{} CG{n} 中文标记{n}", n + 2))
        .collect();
    for bytes in [
        text.clone().into_bytes(),
        encoded(&text, GB18030),
        [&b"\xFF\xFE"[..], &utf_16(&text, true)].concat(),
    ] {
        assert_eq!(
            told(&opened(&bytes, &SheetOptions::default()).unwrap()),
            expected
        );
    }
}
