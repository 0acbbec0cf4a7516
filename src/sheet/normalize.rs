//! Cells and headers without what spreadsheets put around and into them.

use std::borrow::Cow;

/// Without white space around, zero-width characters, and what spreadsheets wrap text in to keep
/// it text: `="…"` or a leading `'`.
pub fn strip_wrapping(cell: &str) -> Cow<'_, str> {
    if cell.is_ascii() || !cell.contains(is_zero_width) {
        return unwrapped(cell);
    }
    let visible: String = cell.chars().filter(|&c| !is_zero_width(c)).collect();
    Cow::Owned(unwrapped(&visible).into_owned())
}

fn unwrapped(cell: &str) -> Cow<'_, str> {
    let cell = without_entities(cell.trim());
    let formula = cell
        .strip_prefix("=\"")
        .and_then(|rest| rest.strip_suffix('"'));
    match formula {
        Some(inner) if inner.contains('"') => {
            Cow::Owned(inner.replace("\"\"", "\"").trim().to_owned())
        }
        Some(inner) => Cow::Borrowed(inner.trim()),
        None => Cow::Borrowed(cell.strip_prefix(['\'', '`']).map_or(cell, str::trim)),
    }
}

/// Without blanks before it by the names that these have in web pages: exports put them there to keep
/// a spreadsheet from rounding numbers.
fn without_entities(mut cell: &str) -> &str {
    let blanks = ["&nbsp;", "&emsp;", "&ensp;", "&#160;"];
    while let Some(rest) = blanks.iter().find_map(|it| cell.strip_prefix(it)) {
        cell = rest.trim_start();
    }
    cell
}

/// Without full-width letters and digits, as an input method makes them, and what joins them then.
/// None if it has none.
pub fn half_width(order: &str) -> Option<String> {
    let is_full = |c: char| matches!(c, '０'..='９' | 'Ａ'..='Ｚ' | 'ａ'..='ｚ');
    if order.is_ascii() || !order.contains(is_full) {
        return None;
    }
    let goes = |c: char| is_full(c) || "－／＿．＃".contains(c);
    let half = |c| if goes(c) { plain(c) } else { c };
    Some(order.chars().map(half).collect())
}

/// The half-width form of a character that has one.
pub fn plain(c: char) -> char {
    match c {
        '\u{FF01}'..='\u{FF5E}' => char::from_u32(c as u32 - 0xFEE0).unwrap_or(c),
        c => c,
    }
}

/// Whether nothing but white space and zero-width characters is in the cell.
pub fn is_blank(cell: &str) -> bool {
    cell.chars().all(|c| c.is_whitespace() || is_zero_width(c))
}

/// Characters that cannot be seen and have no width, direction marks among them.
pub fn is_zero_width(c: char) -> bool {
    matches!(
        c,
        '\u{200B}'..='\u{200F}'
            | '\u{202A}'..='\u{202E}'
            | '\u{2060}'..='\u{2064}'
            | '\u{2066}'..='\u{2069}'
            | '\u{FEFF}'
    )
}

/// A header reduced to what it is compared by: white space around it, zero-width characters,
/// letter case, full-width forms, and spaces for underscores make no difference.
pub fn folded(header: &str) -> String {
    let text = strip_wrapping(header);
    let mut folded = String::with_capacity(text.len());
    for c in text.chars().map(plain) {
        if c.is_whitespace() || c == '_' {
            if !folded.ends_with('_') {
                folded.push('_');
            }
        } else {
            folded.extend(c.to_lowercase());
        }
    }
    folded
}

/// What a template says beside a header of how to fill the column.
const REMARKS: &str = "必填 必填项 必選 必选 选填 選填 非必填 required optional";

/// A header reduced to the letters of its name: beyond what [`folded`] takes, case of letters and
/// what separates words makes no difference, nor do brackets, asterisks and a colon around it, nor
/// a remark such as （必填）.
pub fn plain_name(header: &str) -> String {
    let mut name = folded(header);
    name.retain(|c| !"_-".contains(c));
    let is_remark = |inner: &str| REMARKS.split(' ').any(|it| it == inner);
    loop {
        let before = name.len();
        let trimmed = name.trim_matches(|c| "*:.".contains(c));
        name = match bracketed(trimmed) {
            Some((outer, inner)) if is_remark(inner) => outer.to_owned(),
            Some(("", inner)) => inner.to_owned(),
            _ => trimmed.to_owned(),
        };
        if name.len() == before {
            return name;
        }
    }
}

/// What stands before and in the brackets that a name ends with.
fn bracketed(name: &str) -> Option<(&str, &str)> {
    [('(', ')'), ('[', ']'), ('【', '】')]
        .into_iter()
        .find_map(|(open, close)| name.strip_suffix(close)?.split_once(open))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_surrounds_the_text_goes() {
        for (cell, sent) in [
            ("CG2204130001", "CG2204130001"),
            (" CG1 ", "CG1"),
            ("\u{3000}CG1\u{a0}\t\r\n", "CG1"),
            ("\u{feff}CG\u{200b}1\u{2060}", "CG1"),
            ("\u{200e}CG1\u{202c}", "CG1"),
            ("=\"CG001\"", "CG001"),
            (" =\" CG001 \" ", "CG001"),
            ("=\"a\"\"b\"", "a\"b"),
            ("'00123", "00123"),
            ("' 00123", "00123"),
            ("采购 1", "采购 1"),
        ] {
            assert_eq!(strip_wrapping(cell), sent, "{cell:?}");
        }
    }

    #[test]
    fn text_that_needs_no_cleaning_is_borrowed() {
        for cell in ["CG1", " CG1 ", "加急", "=\"CG1\"", "'1"] {
            assert!(matches!(strip_wrapping(cell), Cow::Borrowed(_)), "{cell:?}");
        }
    }

    #[test]
    fn headers_are_compared_by_what_people_see() {
        for header in [
            "purchase_no",
            " Purchase No ",
            "ＰＵＲＣＨＡＳＥ＿ＮＯ",
            "purchase\u{a0}no\u{3000}",
            "\u{feff}purchase_no",
            "purchase\u{200b}_no",
            "'purchase_no",
            "=\"purchase_no\"",
        ] {
            assert_eq!(folded(header), "purchase_no", "{header:?}");
        }
        assert_ne!(folded("purchaseno"), "purchase_no");
        assert_ne!(folded("采购单"), folded("采购单号"));
    }

    #[test]
    fn a_name_is_what_is_left_without_its_dress() {
        for header in [
            "采购单号",
            "*采购单号",
            "采购单号*",
            "采购单号（必填）",
            "*采购单号(必填)：",
            "采购单号【必填】",
            "【采购单号】",
            "[采购单号]",
            "采购\n单号",
            "采购 单号：",
        ] {
            assert_eq!(plain_name(header), "采购单号", "{header:?}");
        }
        for header in ["purchase_no", "purchaseNo", "Purchase-No.", "PURCHASE NO"] {
            assert_eq!(plain_name(header), "purchaseno", "{header:?}");
        }
        assert_eq!(plain_name("采购单号（旧）"), "采购单号(旧)");
        assert_eq!(plain_name("(必填)"), "");
        assert_eq!(plain_name("*"), "");
    }
}
