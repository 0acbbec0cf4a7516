//! Texts that a spreadsheet made, or that stand around a table: no order and no flag that somebody
//! meant.

#[cfg(test)]
mod tests;
mod words;

use super::moment::{is_date, is_time};
use crate::erp::field::Field;

/// What a cell's text is instead.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Misfit {
    FormulaError,
    /// A formula that was never calculated.
    NoValue,
    /// `####`: the column was too narrow.
    Narrow,
    /// A number whose shown form is not certain: stored and shown, with ` | ` between.
    Format,
    /// A number with fewer digits than the orders beside it.
    FewDigits,
    /// A number of more than 15 digits whose last ones a spreadsheet has made zeros.
    Rounded,
    Scientific,
    /// A number with decimals or thousands separators.
    Amount,
    Date,
    Time,
    Boolean,
    Percentage,
    SeveralOrders,
    Total,
    Note,
    RepeatedHeader,
}

/// How a workbook's reader renders cells whose meaning is not certain.
const RENDERED: [(&str, Misfit); 4] = [
    ("#FORMULA!", Misfit::NoValue),
    ("#FORMAT!", Misfit::Format),
    ("#DIGITS!", Misfit::FewDigits),
    ("#ROUNDED!", Misfit::Rounded),
];

/// What the text is if it is not what it should be, and the part of it that matters.
pub(super) fn misfit(text: &str, field: Field) -> Option<(Misfit, &str)> {
    let has_digit = text.bytes().any(|byte| byte.is_ascii_digit());
    if has_digit && text.bytes().all(|byte| byte.is_ascii_alphanumeric()) {
        // As most orders are.
        return None;
    }
    for (prefix, misfit) in RENDERED {
        if let Some(rest) = text.strip_prefix(prefix) {
            return Some((misfit, rest.trim()));
        }
    }
    let found = if is_narrow(text) {
        Misfit::Narrow
    } else if is_formula_error(text) {
        Misfit::FormulaError
    } else if ["TRUE", "FALSE"]
        .iter()
        .any(|it| it.eq_ignore_ascii_case(text))
    {
        Misfit::Boolean
    } else if has_digit && is_percentage(text) {
        Misfit::Percentage
    } else if has_digit && is_time(text) {
        Misfit::Time
    } else if has_digit && is_date(text) {
        Misfit::Date
    } else if field == Field::PurchaseNo {
        let may_be_words = !has_digit || !text.is_ascii() || text.contains([':', ' ']);
        match number_or_several(text) {
            None if may_be_words => words(text)?,
            found => found?,
        }
    } else {
        return None;
    };
    Some((found, text))
}

fn number_or_several(text: &str) -> Option<Misfit> {
    if is_scientific(text) {
        Some(Misfit::Scientific)
    } else if is_amount(text) {
        Some(Misfit::Amount)
    } else if are_several(text) {
        Some(Misfit::SeveralOrders)
    } else {
        None
    }
}

fn words(text: &str) -> Option<Misfit> {
    let condensed = condensed(text);
    if is_total(&condensed) {
        Some(Misfit::Total)
    } else if is_note(&condensed) {
        Some(Misfit::Note)
    } else if Field::PurchaseNo.fit(text).is_some() {
        Some(Misfit::RepeatedHeader)
    } else {
        None
    }
}

fn are_digits(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}

fn unsigned(number: &str) -> &str {
    number
        .strip_prefix(['+', '-', '\u{2212}'])
        .unwrap_or(number)
}

fn is_narrow(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte == b'#')
}

/// `#REF!`, `#NAME?`, `#SPILL!`, `#N/A`, `Err:502` and all that will be thought of yet.
fn is_formula_error(text: &str) -> bool {
    if let Some(number) = text.strip_prefix("Err:") {
        return are_digits(number);
    }
    let Some(name) = text.strip_prefix('#') else {
        return false;
    };
    if ["N/A", "GETTING_DATA"].contains(&name) {
        return true;
    }
    let name = name.strip_suffix(['!', '?']).unwrap_or_default();
    name.contains(|c: char| c.is_ascii_uppercase())
        && name
            .bytes()
            .all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit() || b"/_".contains(&byte))
}

fn is_percentage(text: &str) -> bool {
    let number = text.strip_suffix(['%', '％']).map(str::trim_end);
    number.is_some_and(|number| {
        let mut bytes = unsigned(number).bytes();
        bytes.all(|byte| byte.is_ascii_digit() || b".,".contains(&byte))
    })
}

/// Digits, a fraction perhaps, `E` and an exponent: what Excel makes of long numbers. Without sign,
/// point and comma it may be an order.
fn is_scientific(text: &str) -> bool {
    let number = unsigned(text);
    let Some((mantissa, exponent)) = number.split_once(['E', 'e']) else {
        return false;
    };
    let power = unsigned(exponent);
    let (whole, fraction) = match mantissa.split_once(['.', ',']) {
        Some((whole, fraction)) => (whole, Some(fraction)),
        None => (mantissa, None),
    };
    let is_plain = fraction.is_none() && power == exponent && number == text;
    are_digits(whole)
        && fraction.is_none_or(|digits| digits.is_empty() || are_digits(digits))
        && are_digits(power)
        && !is_plain
}

/// `2,204,130,001`, `2204130001.00`, `¥2204130001`.
fn is_amount(text: &str) -> bool {
    let plain = unsigned(text);
    let number = plain.trim_start_matches(['¥', '￥', '$', '€']).trim_start();
    let has_currency = number != plain;
    let (whole, fraction) = match number.split_once('.') {
        Some((whole, fraction)) => (whole, Some(fraction)),
        None => (number, None),
    };
    if fraction.is_some_and(|digits| !are_digits(digits)) {
        return false;
    }
    let mut groups = whole.split([',', '，']);
    let first = groups.next().unwrap_or_default();
    if !are_digits(first) {
        return false;
    }
    let groups: Vec<&str> = groups.collect();
    match groups[..] {
        [] => has_currency || fraction.is_some_and(|digits| digits.bytes().all(|it| it == b'0')),
        ["0" | "00"] => true,
        _ => first.len() <= 3 && groups.iter().all(|it| it.len() == 3 && are_digits(it)),
    }
}

/// A text as the two below take it: without white space, in lower case, with ASCII colons.
fn condensed(text: &str) -> String {
    let visible = text.chars().filter(|c| !c.is_whitespace());
    let plain = visible.map(|c| if c == '：' { ':' } else { c });
    plain.flat_map(char::to_lowercase).collect()
}

fn is_total(text: &str) -> bool {
    const WORDS: [&str; 13] = [
        "合计",
        "小计",
        "总计",
        "共计",
        "累计",
        "合計",
        "小計",
        "總計",
        "共計",
        "累計",
        "total",
        "subtotal",
        "grandtotal",
    ];
    let text = text.trim_start_matches("本页").trim_start_matches("本頁");
    WORDS.iter().any(|word| {
        text.strip_prefix(word).is_some_and(|rest| {
            rest.is_empty() || rest.starts_with(|c: char| ":¥￥(（".contains(c) || c.is_numeric())
        })
    })
}

fn is_note(text: &str) -> bool {
    const LABELS: [&str; 18] = [
        "注",
        "备注",
        "说明",
        "附注",
        "注意",
        "備註",
        "說明",
        "附註",
        "审核",
        "审核人",
        "制单人",
        "打印人",
        "打印时间",
        "打印日期",
        "导出时间",
        "note",
        "notes",
        "remark",
    ];
    if text.starts_with("制表") || text.starts_with("製表") {
        return true;
    }
    text.split_once(':').is_some_and(|(label, _)| {
        LABELS.contains(&label.trim_end_matches(|c: char| c.is_ascii_digit()))
    })
}

/// `CG1,CG2`, `CG1、CG2`, `CG1 CG2`; but `2024 0001` may be one.
fn are_several(text: &str) -> bool {
    const SEPARATORS: [char; 9] = [',', '，', '、', ';', '；', '|', '｜', '\n', '\r'];
    let parts: Vec<&str> = text
        .split(SEPARATORS)
        .map(str::trim)
        .filter(|part| !part.is_empty())
        .collect();
    let could_be_order = |part: &&str| {
        part.contains(|c: char| c.is_ascii_digit())
            && part
                .chars()
                .all(|c| c.is_alphanumeric() || "-_/.#".contains(c))
    };
    if parts.len() > 1 {
        return parts.iter().all(could_be_order);
    }
    let mut words = text.split_whitespace();
    let Some(first) = words.next() else {
        return false;
    };
    let prefix = |part: &str| part.find(|c: char| c.is_ascii_digit());
    let Some(letters) = prefix(first) else {
        return false;
    };
    let rest: Vec<&str> = words.collect();
    let is_like_first = |part: &&str| match letters {
        0 => first.len() >= 6 && part.len() == first.len() && are_digits(part) && are_digits(first),
        _ => prefix(part) == Some(letters) && part[..letters] == first[..letters],
    };
    !rest.is_empty() && rest.iter().all(is_like_first)
}
