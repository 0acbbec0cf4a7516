//! Encodings found, overruled, and not fitting; where a text ends.

use encoding_rs::{BIG5, Encoding, GB18030, UTF_8};

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
    with(|it| it.encoding = Some(label.to_owned()))
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
        (utf_16(TEXT, true), "UTF-16LE"),
        (utf_16(TEXT, false), "UTF-16BE"),
    ] {
        let sheet = open(&bytes);
        assert_eq!(sheet.layout().encoding, Some(name));
        assert_eq!(sheet.columns()[0], "采购单号", "{name}");
        assert_eq!(told(&sheet), TOLD, "{name}");
        assert_eq!(sheet.layout().warnings, [], "{name}");
    }
}

#[test]
fn an_encoding_given_overrules() {
    let marked = [b"\xEF\xBB\xBF", TEXT.as_bytes()].concat();
    let big5 = encoded("採購單號,標記\nCG1,緊急\n", BIG5);
    for (bytes, label, rows) in [
        (utf_16(TEXT, true), "utf-16le", TOLD.join("~")),
        (marked, "utf-8", TOLD.join("~")),
        (big5, "big5", "2 CG1 緊急".to_owned()),
    ] {
        assert_eq!(read(&bytes, &labelled(label)).join("~"), rows);
    }
    let said = refusal(&encoded(TEXT, GB18030), &labelled("utf-8"));
    assert_eq!(
        said,
        "-: line 1 is not valid UTF-8; save the file again as UTF-8, or give its true encoding with --encoding"
    );
    assert!(refusal(b"x", &labelled("utf-9")).starts_with("unknown encoding \"utf-9\""));
}

const SIMPLIFIED: &str = "加急 特急 缺票 平 停 已质检 待质检 待付款 已付款 部分到货 全部到货 退货 \
    换货 补货 缺货 到货 未到货 催货 发货 待发货 标记 已开票 未开票 发票 尾款 预付 定金 月结 现结 \
    已入库 入库 拒收 破损 少货 多货 错货 质量问题 取消 作废 暂停 暂缓 正常 异常 完成 已审核 待审核 \
    驳回 紧急 重要 普通 样品 赠品 直发 代发 退款 对账 未对账 红 黄 绿 蓝 是 否 无 有 路 每 站 转";
const TRADITIONAL: &str = "加急 特急 缺票 平 停 已質檢 待質檢 待付款 已付款 部分到貨 全部到貨 退貨 \
    換貨 補貨 缺貨 到貨 未到貨 催貨 發貨 待發貨 標記 已開票 未開票 發票 尾款 預付 定金 月結 現結 \
    已入庫 入庫 拒收 破損 少貨 多貨 錯貨 質量問題 取消 作廢 暫停 暫緩 正常 異常 完成 已審核 待審核 \
    駁回 緊急 重要 普通 樣品 贈品 直發 代發 退款 對賬 未對賬 紅 黃 綠 藍 是 否 無 有 路 每 站 轉";

/// The flags of a sheet with these, whether the encoding is in doubt; none if the sheet is refused
/// for that.
fn guessed(
    header: [&str; 2],
    flags: &[&str],
    encoding: &'static Encoding,
) -> Option<(String, bool)> {
    let rows: String = flags.iter().map(|flag| format!("CG1,{flag}\n")).collect();
    let text = format!("{},{}\n{rows}", header[0], header[1]);
    let options = columns(header[0], header[1]);
    let sheet = match opened(&encoded(&text, encoding), &options) {
        Ok(sheet) => sheet,
        Err(error) => {
            let said = error.to_string();
            has(&said, "--encoding utf-8 or --encoding gb18030");
            return None;
        }
    };
    let rows = super::rows(&sheet).unwrap();
    let flags: Vec<&str> = rows.iter().map(|row| &row.cells()[1]).collect();
    Some((flags.join(" "), !sheet.layout().warnings.is_empty()))
}

const ASCII: [&str; 2] = ["purchase_no", "flag_name"];

#[track_caller]
fn is_sure(header: [&str; 2], flag: &str, encoding: &'static Encoding) {
    let found = guessed(header, &[flag], encoding);
    assert_eq!(found, Some((flag.to_owned(), false)), "{encoding:?}");
}

#[test]
fn a_chinese_header_settles_the_encoding() {
    for (words, encoding, header) in [
        (SIMPLIFIED, GB18030, ["采购单号", "标记名称"]),
        (SIMPLIFIED, GB18030, ["单据", "颜色"]),
        (SIMPLIFIED, UTF_8, ["采购单号", "标记名称"]),
        (TRADITIONAL, BIG5, ["採購單號", "標記名稱"]),
        (TRADITIONAL, UTF_8, ["採購單號", "標記名稱"]),
        (TRADITIONAL, GB18030, ["採購單號", "標記名稱"]),
    ] {
        for word in words.split_whitespace() {
            is_sure(header, word, encoding);
        }
    }
}

#[test]
fn one_word_is_read_right_or_the_encoding_is_in_doubt() {
    for word in SIMPLIFIED.split_whitespace() {
        let found = guessed(ASCII, &[word], GB18030);
        assert!(found.is_none_or(|(flag, _)| flag == word), "{word}");
    }
    let mut wrong = 0;
    for word in TRADITIONAL.split_whitespace() {
        let (flag, in_doubt) = guessed(ASCII, &[word], BIG5).unwrap_or((word.to_owned(), true));
        assert!(flag == word || in_doubt, "{word}: {flag}");
        wrong += usize::from(flag != word);
    }
    assert!(wrong < 10, "{wrong}");
    for word in [SIMPLIFIED, TRADITIONAL].join(" ").split_whitespace() {
        is_sure(ASCII, word, UTF_8);
    }
}

#[test]
fn a_few_words_together_leave_no_doubt() {
    for (words, encoding) in [(SIMPLIFIED, GB18030), (TRADITIONAL, BIG5)] {
        let words: Vec<&str> = words.split_whitespace().collect();
        for few in words.chunks(12) {
            let found = guessed(ASCII, few, encoding);
            assert_eq!(found, Some((few.join(" "), false)));
        }
        let found = guessed(ASCII, &words.repeat(100), encoding);
        assert!(found.is_some_and(|(_, in_doubt)| !in_doubt));
    }
}

/// Letters of other alphabets are none of Chinese, and else the encoding is asked for.
#[test]
fn letters_are_not_taken_for_chinese() {
    for words in ["срочно нет оплачен", "επείγον ακυρώθηκε", "加急 Café"]
    {
        is_sure(ASCII, words, UTF_8);
    }
    for word in ["é", "Café", "CG·1"] {
        assert_eq!(guessed(ASCII, &[word], UTF_8), None);
        is_sure(["采购单号", "标记"], word, UTF_8);
    }
    // Those of Windows for Western languages are no encoding of a sheet.
    let sheet = open(b"purchase_no,flag_name\nCG1,premi\xE8re\n");
    assert_ne!(sheet.layout().warnings, []);
}

#[test]
fn a_character_of_private_use_does_not_turn_gbk_into_big5() {
    for header in ["采购单号,标记", "purchase_no,flag_name"] {
        let text = format!("{header}\nCG1,加急\nCG2,已质检\nCG3,部分到货\nCG4,待付款\n");
        let bytes = [&encoded(&text, GB18030)[..], b"CG5,\xAA\xA1\n"].concat();
        let sheet = open(&bytes);
        assert_eq!(sheet.layout().encoding, Some("GB18030"));
        let told = told(&sheet);
        assert_eq!(told[..2], ["2 CG1 加急", "3 CG2 已质检"]);
        assert!(told[4].starts_with("6 ! "), "{}", told[4]);
    }
}

#[test]
fn a_missing_header_says_that_the_encoding_was_guessed() {
    let bytes = encoded("单号,颜色\nCG1,红\n", GB18030);
    let said = refused(&bytes);
    assert!(
        said.ends_with("guessed to be GB18030, give the true one with --encoding"),
        "{said}"
    );
    for (bytes, options) in [
        (&b"order,colour\nCG1,red\n"[..], SheetOptions::default()),
        (&bytes, labelled("gbk")),
    ] {
        assert!(!refusal(bytes, &options).contains("guessed"));
    }
}

#[test]
fn chinese_late_in_a_long_file_is_found() {
    let note = "x".repeat(14_000);
    let rows: String = (0..30).map(|n| format!("CG{n},aa,{note}\n")).collect();
    let text = format!("purchase_no,flag_name,note\n{rows}CG,加急\n");
    let sheet = open(encoded(&text, GB18030));
    assert_eq!(sheet.layout().encoding, Some("GB18030"));
    assert_eq!(told(&sheet).last().unwrap(), "32 CG 加急");
}

#[test]
fn a_bad_byte_is_an_error_with_its_line() {
    let sheet = |note: &str| {
        let row = format!("CG1,加急,{note}\r\n");
        format!("采购单号,标记,备注\r\n{}", row.repeat(20)).into_bytes()
    };
    let (short, long) = (sheet("x"), sheet(&"x".repeat(15_000)));
    let gbk = encoded("采购单号,标记名称\r\n", GB18030);
    let half = [&b"\xFF\xFE"[..], &utf_16(TEXT, true)].concat();
    for (head, rows, line, encoding) in [
        (&long, &b"CG,\x80\r\n"[..], 22, "UTF-8"),
        (&short, b"CG,x\r\n,\"a\nb\xFF\"\n", 24, "UTF-8"),
        (&short, b"\xE4,\xB8\xAD\r\n", 22, "UTF-8"),
        (&short, b"CG,\xE5\x8A", 22, "UTF-8"),
        (&gbk, b"CG1,a\r\nCG2,\xFF\r\n", 3, "GB18030"),
        (&gbk, b"CG1,\"a\r\nb\xFF\"\r\n", 3, "GB18030"),
        (&gbk, b"CG1,a\r\n\r\n\xFF", 4, "GB18030"),
        (&gbk, b"CG1,\xC0", 2, "GB18030"),
        (&half, b"x", 4, "UTF-16LE"),
    ] {
        let sheet = open([head, rows].concat());
        assert_eq!(sheet.layout().encoding, Some(encoding));
        let said = stop(&sheet);
        let start = format!("-: line {line} is not valid {encoding}; save the file again as UTF-8");
        assert!(said.starts_with(&start), "{said}");
    }
}

#[test]
fn characters_across_buffers_stay_whole() {
    let rows: String = (0..80).map(|n| format!("CG{n},中文标记{n}\n")).collect();
    let expected = (0..80).map(|n| format!("{} CG{n} 中文标记{n}", n + 3));
    let expected: Vec<String> = expected.collect();
    // The end of a buffer comes among them, wherever in a character.
    for before in 130_500..130_503 {
        let text = |width: usize| {
            let note = "x".repeat(before / width);
            format!("采购单号,标记,备注\nCG,a,{note}\n{rows}")
        };
        for bytes in [
            text(1).into_bytes(),
            encoded(&text(1), GB18030),
            [&b"\xFF\xFE"[..], &utf_16(&text(2), true)].concat(),
        ] {
            assert_eq!(told(&open(&bytes))[1..], expected);
        }
    }
}

#[test]
fn what_ends_a_text_is_no_row() {
    let text = "purchase_no,flag_name\nCG1,aa\nCG2,加急";
    let expected = ["2 CG1 aa", "3 CG2 加急"];
    let zeros = "\0".repeat(300_000);
    for end in [
        "\u{1a}",
        "\n\u{1a}",
        "\r\n\u{1a}\0\0",
        "\n\0",
        "\u{1a}\u{1a}",
        &zeros,
    ] {
        let text = format!("{text}{end}");
        let marked = |mark: &[u8], little| [mark, &utf_16(&text, little)].concat();
        for bytes in [
            text.clone().into_bytes(),
            format!("\u{feff}{text}").into_bytes(),
            marked(b"\xFF\xFE", true),
            marked(b"\xFE\xFF", false),
        ] {
            assert_eq!(told(&open(&bytes)), expected);
        }
    }
    for text in [
        "\x1a",
        "\u{feff}\x1a",
        "\r\n\x1a\0",
        "",
        "\n\r\n  \n",
        "\u{feff}",
    ] {
        assert_eq!(refused(text), "-: is empty: no header line");
    }
}

#[test]
fn zero_bytes_elsewhere_are_a_fault() {
    for text in [
        "purchase_no,flag_name\nCG1,a\0a\n",
        "purchase_no,flag_name\nCG1,aa\u{1a}\nCG2,aa\n",
    ] {
        assert!(told(&open(text))[0].starts_with("2 ! "), "{text:?}");
    }
    for zeros in [vec![0; 100], b"\0\0\0\0 a,b,c".repeat(20)] {
        has(
            &refused(&zeros),
            "--encoding utf-16le or --encoding utf-16be",
        );
    }
}
