//! Texts that a spreadsheet made, or that stand around a table: no order and no flag that somebody
//! meant.

use std::sync::LazyLock;

use regex::RegexSet;

use super::normalize::plain;
use crate::erp::field::Field;
use crate::language::say;

/// What the text in a column is instead, and what to do about it.
pub type Say = fn(column: &str) -> String;

macro_rules! says {
    ($key:literal) => {
        |column| say!($key, column = column)
    };
}

#[cfg(test)]
mod tests;

pub const REPEATED_HEADER: Say = says!("misfit-repeated-header");
const TOTAL: Say = says!("misfit-total");
const NOTE: Say = says!("misfit-note");
const SEVERAL_ORDERS: Say = says!("misfit-several-orders");
pub const ROUNDED: Say = says!("misfit-rounded");
pub const NOTHING: Say = says!("misfit-nothing");
pub const NO_VALUE: Say = says!("misfit-no-value");
pub const FORMATTED: Say = says!("misfit-format");
pub const FEW_DIGITS: Say = says!("misfit-few-digits");
pub const NARROW: Say = says!("misfit-narrow");
pub const FORMULA_ERROR: Say = says!("misfit-formula-error");
pub const BOOLEAN: Say = says!("misfit-boolean");
pub const PERCENTAGE: Say = says!("misfit-percentage");
pub const TIME: Say = says!("misfit-time");
pub const DATE: Say = says!("misfit-date");
pub const SCIENTIFIC: Say = says!("misfit-scientific");
pub const AMOUNT: Say = says!("misfit-amount");

struct Misfits {
    says: Vec<Say>,
    patterns: RegexSet,
}

static IN_BOTH: LazyLock<Misfits> = LazyLock::new(|| {
    let (year, month, day) = (
        "(?:19|20|21)[0-9]{2}",
        "(?:0?[1-9]|1[0-2])",
        "(?:0?[1-9]|[12][0-9]|3[01])",
    );
    let short = format!("(?:{year}|[0-9]{{2}})");
    let gap = "[-/ .]";
    let name = "(?:Jan(?:uary)?|Feb(?:ruary)?|Mar(?:ch)?|Apr(?:il)?|May|June?|July?|Aug(?:ust)?\
                |Sep(?:tember)?|Oct(?:ober)?|Nov(?:ember)?|Dec(?:ember)?)";
    let time = r"(?:(?:上午|下午|-)\s*)?[0-9]{1,9}:[0-5][0-9](?::[0-5][0-9](?:\.[0-9]*)?)?\s*(?:(?i-u:z|am|pm)|[-+][0-9]{1,9}:[0-5][0-9])?";
    let dates = [
        // 2024-01-05, 2024/1/5, 2024.1.5
        format!(r"{year}(?:-{month}-{day}|/{month}/{day}|\.{month}\.{day})"),
        // 5/1/2024, 12-31-2024, 31.12.2024, 1/5/24
        format!("(?:{month}/{day}|{day}/{month})/{short}"),
        format!(r"(?:{month}-{day}-|{day}-{month}-|{month}\.{day}\.|{day}\.{month}\.){year}"),
        // 2024年1月5日, 1月5日
        format!("(?:{short}年)?{month}月{day}[日号]"),
        // 5-Jan, 05-JAN-24
        format!("{day}{gap}(?:{name}|(?i-u:{name}){gap}{short})"),
        // Jan-24, January 2024, Jan 5, 2024
        format!(r"{name}{gap}(?:{short}|{day},\s*{year})"),
    ];
    let dates = format!(r"(?:{})(?:(?:T|\s+){time})?", dates.join("|"));
    Misfits::of(&[
        (NARROW, "#+"),
        // `#REF!`, `#NAME?`, `#SPILL!`, and all that will be thought of yet.
        (
            FORMULA_ERROR,
            r"#(?:N/A|GETTING_DATA|[0-9/_]*[A-Z][A-Z0-9/_]*[!?])(?:\s.*)?|Err:[0-9]+",
        ),
        (BOOLEAN, "(?i-u:true|false)"),
        (PERCENTAGE, r"[-+−]?[0-9.,]*[0-9][0-9.,]*\s*[%％]"),
        (TIME, time),
        (DATE, &dates),
    ])
});

static IN_ORDERS: LazyLock<Misfits> = LazyLock::new(|| {
    let part = r"[\w/.#-]*[0-9][\w/.#-]*";
    Misfits::of(&[
        // Without sign, point and comma it may be an order.
        (
            SCIENTIFIC,
            "[-+−]?[0-9]+(?:[.,][0-9]*[eE][-+−]?|[eE][-+−])[0-9]+|[-+−][0-9]+[eE][0-9]+",
        ),
        // 2,204,130,001, 2204130001.00, ¥2204130001
        (AMOUNT, r"(?:[-+−]?[¥￥$€]+\s*|[-+−]\s+)[0-9]+(?:\.[0-9]+)?"),
        (
            AMOUNT,
            r"[-+−]?[¥￥$€]*\s*(?:[0-9]+\.0+|[0-9]+[,，]00?(?:\.[0-9]+)?|[0-9]{1,3}(?:[,，][0-9]{3})+(?:\.[0-9]+)?)",
        ),
        (
            SEVERAL_ORDERS,
            &format!(
                r"[,，、;；|｜\s]*{part}(?:\s*[,，、;；|｜\r\n][,，、;；|｜\s]*{part})+[,，、;；|｜\s]*"
            ),
        ),
    ])
});

/// What stands below a table, or between its pages.
static FEET: LazyLock<Misfits> = LazyLock::new(|| {
    let person = "(?:[审複复]\\s*核|[审審]\\s*[批核]|批\\s*准|[制製]\\s*[单單表]|填\\s*[表报]|经\\s*[办手]|采\\s*购|打\\s*印|导\\s*出|负\\s*责|收\\s*货|送\\s*货|主\\s*管|仓\\s*管|财\\s*务|签\\s*[字名收章])";
    let end = "(?:以下空白|以下无正文|(?i-u:eof|end of (?:file|report|data)))";
    let total = r"(?:本\s*[页頁]\s*)*(?:[合小总共累總]\s*[计計]|[汇匯]\s*[总總]|[总總]\s*[数數]|(?i-u:(?:sub|grand\s*)?total))\s*(?:[:：¥￥(（0-9].*)?";
    let notes = [
        r"(?:(?:备?\s*注|说\s*明|附\s*注|注\s*意|備\s*註|說\s*明|附\s*註|(?i-u:notes?|remark))[0-9\s]*[:：]|[制製]\s*表).*",
        &format!(r"(?:{person}\s*(?:人|员|員|时间|日期)?|日\s*期)\s*[:：].*"),
        // 第 1 页 共 3 页, 共 57 条记录, Page 1 of 3
        r"第\s*[0-9]+\s*[页頁].*|共\s*[0-9]+\s*[页頁条條行张張单單笔筆项項个個].*|(?i-u:page)\s*[0-9]+(?:\s*(?:of|/)\s*[0-9]+)?",
        // (57 rows affected), 57 rows in set (0.01 sec), (57 行受影响)
        r"[(（]?\s*[0-9]+\s*(?:(?i-u:rows?|records?)(?:\s.*)?|[行条條].*)[)）]?",
        &format!(r"[-—=*(（\s]*{end}[-—=*)）\s]*"),
    ];
    Misfits::of(&[(TOTAL, total), (NOTE, &notes.join("|"))])
});

/// What exports write, and people, where there is nothing; letter case and brackets aside.
static NOTHINGS: LazyLock<Vec<&str>> = LazyLock::new(|| {
    let words = "null nil none nan nat na n/a n\\a n.a #n/a undefined unknown blank \\n tbd tba ditto \
                 同上 同上一行 同前 同左 々 空 空白 待定 待补 待填 待确认 未定 未填 未知 暂无 无数据";
    words.split(' ').collect()
});
const BRACKETS: &str = "()（）[]［］【】<>＜＞《》〈〉{}\"'“”‘’″〃";
const LONGEST_NOTHING: usize = 24;

/// Whether the text stands for an empty cell, or for that of another row.
pub fn is_nothing(text: &str) -> bool {
    if text.is_empty() || text.len() > LONGEST_NOTHING {
        return false;
    }
    let text = text.trim_matches(|c| BRACKETS.contains(c));
    let word = text.trim_end_matches(['.', '。', '．']);
    let is_stroke = |c| "-－‐‑‒–—―−﹣─━_＿/／\\＼.．…·?？*＊~～,，、。".contains(c);
    let chars = word.chars().map(|c| plain(c).to_ascii_lowercase());
    text.chars().all(is_stroke) || NOTHINGS.iter().any(|it| it.chars().eq(chars.clone()))
}

/// Whether the text in the place of an order is what stands below a table, or nothing.
pub fn is_foot(text: &str) -> bool {
    let is_told = || FEET.find(text).is_some() && !tells_order(text);
    !is_number(text, b"-_.") && (is_nothing(text) || is_told())
}

/// Whether an order may stand behind a colon, and not a person, a day or an amount.
fn tells_order(text: &str) -> bool {
    let (_, told) = text.split_once([':', '：']).unwrap_or_default();
    told.split(|c: char| !c.is_ascii_alphanumeric() && c != '-')
        .any(|word| {
            let digits = word.bytes().filter(u8::is_ascii_digit).count();
            let has_letter = word.contains(|c: char| c.is_ascii_alphabetic());
            digits >= 12 || digits >= 3 && has_letter
        })
}

/// Whether the text has digits, and nothing else but letters and these.
fn is_number(text: &str, others: &[u8]) -> bool {
    let is_part = |byte: u8| byte.is_ascii_alphanumeric() || others.contains(&byte);
    text.bytes().all(is_part) && text.bytes().any(|byte| byte.is_ascii_digit())
}

impl Misfits {
    fn of(misfits: &[(Say, &str)]) -> Misfits {
        let patterns = misfits.iter().map(|(_, it)| format!("^(?s:{it})$"));
        Misfits {
            says: misfits.iter().map(|(says, _)| *says).collect(),
            patterns: RegexSet::new(patterns).expect("fixed patterns"),
        }
    }

    fn find(&self, text: &str) -> Option<Say> {
        let first = self.patterns.matches(text).iter().next()?;
        Some(self.says[first])
    }
}

/// What the text is if it is not what it should be.
pub fn misfit(text: &str, field: Field) -> Option<Say> {
    let has_digit = || text.bytes().any(|byte| byte.is_ascii_digit());
    let is_usual = match field {
        Field::PurchaseNo => is_number(text, b""),
        Field::FlagName => !text.is_ascii() && !text.starts_with('#') && !has_digit(),
    };
    if is_usual {
        return None;
    }
    let found = IN_BOTH.find(text);
    if found.is_some() || field == Field::FlagName {
        return found;
    }
    let nothing = || is_nothing(text).then_some(NOTHING);
    let several = || {
        let parts = || text.split(['/', '／']);
        let are_long = parts().all(|part| part.len() >= LONG_PART);
        let are_several = are_alike(text.split_whitespace()) || are_long && are_alike(parts());
        are_several.then_some(SEVERAL_ORDERS)
    };
    let other = || FEET.find(text).or_else(several);
    IN_ORDERS.find(text).or_else(nothing).or_else(other)
}

/// Orders may have short parts between strokes.
const LONG_PART: usize = 8;

/// `CG1 CG2`, `2204130001 2204130002`; but `2024 0001` may be one order.
fn are_alike<'t>(parts: impl Iterator<Item = &'t str>) -> bool {
    let kind = |word: &'_ str| {
        let prefix = word.find(|c: char| c.is_ascii_digit())?;
        let is_number = prefix == 0 && word.len() >= 6;
        let digits = is_number && word.bytes().all(|byte| byte.is_ascii_digit());
        let length = if digits { word.len() } else { 0 };
        (prefix > 0 || digits).then(|| (word[..prefix].to_owned(), length))
    };
    let mut kinds = parts.map(kind);
    let first = kinds.next().flatten();
    let Some(second) = kinds.next() else {
        return false;
    };
    first.is_some() && second == first && kinds.all(|it| it == first)
}
