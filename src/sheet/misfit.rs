//! Texts that a spreadsheet made, or that stand around a table: no order and no flag that somebody
//! meant.

use std::sync::LazyLock;

use regex::RegexSet;

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
const SEVERAL_ORDERS: Say = says!("misfit-several-orders");
pub const ROUNDED: Say = says!("misfit-rounded");
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
    let end = format!(r"(?:(?:T|\s+){time})?");
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
        // 2024-01-05, 2024/1/5, 2024.1.5
        (
            DATE,
            &format!(r"{year}(?:-{month}-{day}|/{month}/{day}|\.{month}\.{day}){end}"),
        ),
        // 5/1/2024, 12-31-2024, 31.12.2024, 1/5/24
        (
            DATE,
            &format!("(?:{month}/{day}|{day}/{month})/{short}{end}"),
        ),
        (
            DATE,
            &format!(
                r"(?:{month}-{day}-|{day}-{month}-|{month}\.{day}\.|{day}\.{month}\.){year}{end}"
            ),
        ),
        // 2024年1月5日, 1月5日
        (DATE, &format!("(?:{short}年)?{month}月{day}[日号]{end}")),
        // 5-Jan, 05-JAN-24
        (
            DATE,
            &format!("{day}{gap}(?:{name}|(?i-u:{name}){gap}{short}){end}"),
        ),
        // Jan-24, January 2024, Jan 5, 2024
        (
            DATE,
            &format!(r"{name}{gap}(?:{short}|{day},\s*{year}){end}"),
        ),
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
        (
            says!("misfit-total"),
            r"(?:本\s*[页頁]\s*)*(?:[合小总共累總]\s*[计計]|(?i-u:(?:sub|grand\s*)?total))\s*(?:[:：¥￥(（0-9].*)?",
        ),
        (
            says!("misfit-note"),
            r"(?:(?:备?\s*注|说\s*明|附\s*注|注\s*意|備\s*註|說\s*明|附\s*註|审\s*核\s*人?|制单人|打印(?:人|时间|日期)|导出时间|(?i-u:notes?|remark))[0-9\s]*[:：]|[制製]\s*表).*",
        ),
    ])
});

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
    let has_digit = text.bytes().any(|byte| byte.is_ascii_digit());
    let is_usual = match field {
        Field::PurchaseNo => has_digit && text.bytes().all(|byte| byte.is_ascii_alphanumeric()),
        Field::FlagName => !has_digit && !text.is_ascii() && !text.starts_with('#'),
    };
    if is_usual {
        return None;
    }
    let found = IN_BOTH.find(text);
    if found.is_some() || field == Field::FlagName {
        return found;
    }
    let several = || are_alike(text).then_some(SEVERAL_ORDERS);
    IN_ORDERS.find(text).or_else(several)
}

/// `CG1 CG2`, `2204130001 2204130002`; but `2024 0001` may be one order.
fn are_alike(text: &str) -> bool {
    let kind = |word: &'_ str| {
        let prefix = word.find(|c: char| c.is_ascii_digit())?;
        let is_number = prefix == 0 && word.len() >= 6;
        let digits = is_number && word.bytes().all(|byte| byte.is_ascii_digit());
        let length = if digits { word.len() } else { 0 };
        (prefix > 0 || digits).then(|| (word[..prefix].to_owned(), length))
    };
    let mut kinds = text.split_whitespace().map(kind);
    let first = kinds.next().flatten();
    let Some(second) = kinds.next() else {
        return false;
    };
    first.is_some() && second == first && kinds.all(|it| it == first)
}
