//! Encodings of sheets that have but a word or two to tell them by.

use encoding_rs::{BIG5, GB18030, UTF_8};

use super::encodings::encoded;
use super::*;

const SIMPLIFIED: &str = "加急 特急 缺票 平 停 已质检 待质检 待付款 已付款 部分到货 全部到货 退货 \
    换货 补货 缺货 到货 未到货 催货 发货 待发货 标记 已开票 未开票 发票 尾款 预付 定金 月结 现结 \
    已入库 入库 拒收 破损 少货 多货 错货 质量问题 取消 作废 暂停 暂缓 正常 异常 完成 已审核 待审核 \
    驳回 紧急 重要 普通 样品 赠品 直发 代发 退款 对账 未对账 红 黄 绿 蓝 是 否 无 有 路 每 站 转";
const TRADITIONAL: &str = "加急 特急 缺票 平 停 已質檢 待質檢 待付款 已付款 部分到貨 全部到貨 退貨 \
    換貨 補貨 缺貨 到貨 未到貨 催貨 發貨 待發貨 標記 已開票 未開票 發票 尾款 預付 定金 月結 現結 \
    已入庫 入庫 拒收 破損 少貨 多貨 錯貨 質量問題 取消 作廢 暫停 暫緩 正常 異常 完成 已審核 待審核 \
    駁回 緊急 重要 普通 樣品 贈品 直發 代發 退款 對賬 未對賬 紅 黃 綠 藍 是 否 無 有 路 每 站 轉";

/// The flag of a sheet with this header and one row, and whether the encoding is in doubt.
fn read(header: [&str; 2], flag: &str, encoding: &'static encoding_rs::Encoding) -> (String, bool) {
    let text = format!("{},{}\nCG1,{flag}\n", header[0], header[1]);
    let options = SheetOptions {
        order_column: Some(header[0].to_owned()),
        flag_column: Some(header[1].to_owned()),
        ..SheetOptions::default()
    };
    let sheet = opened(&encoded(&text, encoding), &options).unwrap();
    let read = rows(&sheet).unwrap();
    let is_close = |warning: &Warning| matches!(warning, Warning::CloseEncoding { .. });
    let in_doubt = sheet.layout().warnings.iter().any(is_close);
    (read[0].cells()[1].to_owned(), in_doubt)
}

#[test]
fn a_chinese_header_settles_the_encoding() {
    for (words, encoding, header) in [
        (SIMPLIFIED, GB18030, ["采购单号", "标记名称"]),
        (SIMPLIFIED, UTF_8, ["采购单号", "标记名称"]),
        (TRADITIONAL, BIG5, ["採購單號", "標記名稱"]),
        (TRADITIONAL, UTF_8, ["採購單號", "標記名稱"]),
        (TRADITIONAL, GB18030, ["採購單號", "標記名稱"]),
    ] {
        for word in words.split_whitespace() {
            let expected = (word.to_owned(), false);
            assert_eq!(read(header, word, encoding), expected, "{encoding:?}");
        }
    }
}

#[test]
fn one_word_is_read_right_or_the_encoding_is_in_doubt() {
    let ascii = ["purchase_no", "flag_name"];
    for word in SIMPLIFIED.split_whitespace() {
        assert_eq!(read(ascii, word, GB18030).0, word);
        assert_eq!(read(ascii, word, UTF_8), (word.to_owned(), false));
    }
    let traditional: Vec<&str> = TRADITIONAL.split_whitespace().collect();
    let mut wrong = 0;
    for word in &traditional {
        let (flag, in_doubt) = read(ascii, word, BIG5);
        assert!(flag == *word || in_doubt, "{word}: {flag}");
        wrong += usize::from(flag != *word);
        assert_eq!(read(ascii, word, UTF_8), ((*word).to_owned(), false));
    }
    assert!(wrong * 8 < traditional.len(), "{wrong}");
}

#[test]
fn a_few_words_together_leave_no_doubt() {
    for (words, encoding) in [(SIMPLIFIED, GB18030), (TRADITIONAL, BIG5)] {
        let words: Vec<&str> = words.split_whitespace().collect();
        for few in words.chunks(12) {
            let rows: String = few.iter().map(|word| format!("CG1,{word}\n")).collect();
            let text = format!("purchase_no,flag_name\n{rows}");
            let sheet = opened(&encoded(&text, encoding), &SheetOptions::default()).unwrap();
            assert_eq!(sheet.layout().warnings, [], "{few:?}");
            let flags: Vec<String> = super::rows(&sheet)
                .unwrap()
                .iter()
                .map(|row| row.cells()[1].to_owned())
                .collect();
            assert_eq!(flags, few);
        }
    }
}

#[test]
fn a_character_of_private_use_does_not_turn_gbk_into_big5() {
    for header in ["采购单号,标记", "purchase_no,flag_name"] {
        let mut bytes = encoded(
            &format!("{header}\nCG1,加急\nCG2,已质检\nCG3,部分到货\nCG4,待付款\n"),
            GB18030,
        );
        bytes.extend(b"CG5,\xAA\xA1\n");
        let sheet = opened(&bytes, &SheetOptions::default()).unwrap();
        assert_eq!(sheet.layout().encoding, Some("GB18030"));
        let told = told(&sheet);
        assert_eq!(told[..2], ["2 CG1 加急", "3 CG2 已质检"]);
        assert!(told[4].starts_with("6 ! "), "{}", told[4]);
    }
}

#[test]
fn words_of_other_alphabets_stay_utf_8() {
    for words in [
        "Café Müller",
        "für Größe",
        "срочно нет оплачен",
        "επείγον ακυρώθηκε",
        "¥100 25°",
    ] {
        let text = format!("purchase_no,flag_name\nCG1,{words}\n");
        let sheet = open(&text);
        assert_eq!(told(&sheet), [format!("2 CG1 {words}")]);
        assert_eq!(sheet.layout().warnings, []);
    }
    // One letter by itself is as well a Chinese character: é is 茅.
    let sheet = open("purchase_no,flag_name\nCG1,é\n");
    assert_eq!(
        sheet.layout().warnings,
        [Warning::CloseEncoding {
            taken: "GB18030",
            other: "UTF-8"
        }]
    );
    let text = sheet.layout().warnings[0].to_string();
    assert!(text.contains("give --encoding utf-8"), "{text}");
}

#[test]
fn a_missing_header_says_that_the_encoding_was_guessed() {
    let options = SheetOptions::default();
    let said = refusal(&encoded("单号,颜色\nCG1,红\n", GB18030), &options);
    assert!(
        said.ends_with("was guessed to be GB18030, give the true one with --encoding"),
        "{said}"
    );
    for (bytes, options) in [
        (b"order,colour\nCG1,red\n".to_vec(), SheetOptions::default()),
        (
            encoded("单号,颜色\nCG1,红\n", GB18030),
            SheetOptions {
                encoding: Some("gbk".to_owned()),
                ..SheetOptions::default()
            },
        ),
    ] {
        let said = refusal(&bytes, &options);
        assert!(!said.contains("guessed"), "{said}");
    }
}
