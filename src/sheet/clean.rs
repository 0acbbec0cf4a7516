//! What of a cell goes to the ERP.

use std::borrow::Cow;

use unicode_properties::UnicodeEmoji;
use unicode_properties::emoji::EmojiStatus;

use super::columns::Role;
use super::encoding::is_private;
use super::problem::Problem;
use crate::text::{one_line, quoted};

/// What Excel shows for a formula that failed.
const FAILED: [&str; 8] = [
    "#DIV/0!", "#N/A", "#NAME?", "#NULL!", "#NUM!", "#REF!", "#VALUE!", "#DATA!",
];

impl Role {
    /// The ERP's limit, in characters.
    fn longest(self) -> usize {
        match self {
            Role::Order => 40,
            Role::Flag => 32,
        }
    }
}

/// The cell as it would be sent, or why it cannot be. Borrows unless something within had to go.
pub(super) fn cleaned<'c>(
    cell: &'c str,
    column: &str,
    role: Role,
) -> Result<Cow<'c, str>, Problem> {
    if is_plain(cell, role) {
        return Ok(Cow::Borrowed(cell));
    }
    let text = peeled(cell);
    match complaint(&text, role) {
        None => Ok(text),
        Some(what) => Err(Problem::of_column(
            column,
            format!("{} {what}", one_line(column, 40)),
        )),
    }
}

/// Whether the cell is common text with nothing to clean and nothing to refuse, as most are.
fn is_plain(cell: &str, role: Role) -> bool {
    let bytes = cell.as_bytes();
    let (Some(&first), Some(&last)) = (bytes.first(), bytes.last()) else {
        return false;
    };
    if !(first.is_ascii_alphanumeric() || first >= 0x80) || last == b' ' {
        return false;
    }
    let common = if bytes.iter().all(|byte| matches!(byte, b' '..=b'~')) {
        bytes.len() <= role.longest()
    } else {
        cell.chars().all(is_common) && cell.chars().count() <= role.longest()
    };
    common && !(role == Role::Order && first.is_ascii_digit() && is_scientific(cell))
}

/// Characters of nearly all orders and flags, none of which is refused.
fn is_common(c: char) -> bool {
    matches!(c, ' '..='~' | '\u{3400}'..='\u{9FFF}' | '\u{FF01}'..='\u{FF5E}')
}

/// Without white space around, zero-width characters, and what spreadsheets wrap text in to keep
/// it text: `="…"` or a leading `'`.
pub(super) fn peeled(cell: &str) -> Cow<'_, str> {
    if cell.is_ascii() || !cell.contains(is_zero_width) {
        return unwrapped(cell);
    }
    let visible: String = cell.chars().filter(|&c| !is_zero_width(c)).collect();
    Cow::Owned(unwrapped(&visible).into_owned())
}

fn unwrapped(cell: &str) -> Cow<'_, str> {
    let cell = cell.trim();
    let formula = cell
        .strip_prefix("=\"")
        .and_then(|rest| rest.strip_suffix('"'));
    match formula {
        Some(inner) if inner.contains('"') => {
            Cow::Owned(inner.replace("\"\"", "\"").trim().to_owned())
        }
        Some(inner) => Cow::Borrowed(inner.trim()),
        None => Cow::Borrowed(cell.strip_prefix('\'').map_or(cell, str::trim)),
    }
}

/// Whether nothing but white space and zero-width characters is in the cell.
pub(super) fn is_blank(cell: &str) -> bool {
    cell.chars().all(|c| c.is_whitespace() || is_zero_width(c))
}

/// Characters that cannot be seen and have no width, direction marks among them.
fn is_zero_width(c: char) -> bool {
    matches!(
        c,
        '\u{200B}'..='\u{200F}'
            | '\u{202A}'..='\u{202E}'
            | '\u{2060}'..='\u{2064}'
            | '\u{2066}'..='\u{2069}'
            | '\u{FEFF}'
    )
}

fn complaint(text: &str, role: Role) -> Option<String> {
    if text.is_empty() {
        return Some("is empty".to_owned());
    }
    let mut count = 0;
    for (at, c) in text.chars().enumerate() {
        count = at + 1;
        if let Some(what) = refused(c) {
            return Some(format!("has {what} as character {count}; {}", advice(c)));
        }
    }
    if FAILED.contains(&text) {
        return Some(format!(
            "is {text}, the error of a formula; correct it in the workbook"
        ));
    }
    if role == Role::Order && is_scientific(text) {
        return Some(format!(
            "is {}, a number that Excel has cut to 15 digits or less; format the column as text (文本), enter or import the numbers again, and export",
            quoted(text)
        ));
    }
    let longest = role.longest();
    (count > longest).then(|| format!("has {count} characters; the ERP takes at most {longest}"))
}

fn refused(c: char) -> Option<String> {
    if is_common(c) {
        return None;
    }
    let code = c as u32;
    if c.is_control() || matches!(c, '\u{2028}' | '\u{2029}') {
        let name = match c {
            '\n' | '\r' | '\u{85}' | '\u{2028}' | '\u{2029}' => "a line break",
            '\t' => "a tab",
            _ => "a control character",
        };
        Some(format!("{name} (U+{code:04X})"))
    } else if c == char::REPLACEMENT_CHARACTER {
        Some("� (U+FFFD)".to_owned())
    } else if is_private(c) {
        Some(format!("a character without a meaning (U+{code:04X})"))
    } else if is_emoji(c) {
        Some(format!("an emoji ({c} U+{code:04X})"))
    } else {
        None
    }
}

fn advice(c: char) -> &'static str {
    if is_private(c) {
        return "the sheet was probably read in the wrong encoding; give its own with --encoding";
    }
    if c == char::REPLACEMENT_CHARACTER {
        "the text was already damaged when the sheet was saved; export it again"
    } else if is_emoji(c) {
        "the ERP may refuse emoji; remove it"
    } else {
        "remove it"
    }
}

/// Emoji as the ERP's database may refuse them: beyond the BMP all of them, within it those that
/// are pictures by default. Rare ideographs beyond the BMP are no emoji.
fn is_emoji(c: char) -> bool {
    match c {
        '\u{20E3}' | '\u{FE0F}' => true,
        '\u{231A}'..='\u{2B55}' => matches!(
            c.emoji_status(),
            EmojiStatus::EmojiPresentation
                | EmojiStatus::EmojiPresentationAndModifierBase
                | EmojiStatus::EmojiPresentationAndEmojiComponent
                | EmojiStatus::EmojiPresentationAndModifierAndEmojiComponent
        ),
        '\u{1F000}'..='\u{1FFFF}' | '\u{E0000}'..='\u{E0FFF}' => {
            c.is_emoji_char_or_emoji_component()
        }
        _ => false,
    }
}

/// Digits, a fraction perhaps, `E`, a sign and digits: what Excel makes of long numbers.
fn is_scientific(text: &str) -> bool {
    let digits = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    let Some((mantissa, exponent)) = text.split_once(['E', 'e']) else {
        return false;
    };
    let (whole, fraction) = match mantissa.split_once('.') {
        Some((whole, fraction)) => (whole, Some(fraction)),
        None => (mantissa, None),
    };
    digits(whole)
        && fraction.is_none_or(digits)
        && exponent.strip_prefix(['+', '-']).is_some_and(digits)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn order(cell: &str) -> Result<Cow<'_, str>, Problem> {
        cleaned(cell, "采购单号", Role::Order)
    }

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
            ("\u{20000}1", "\u{20000}1"),
            ("©2024", "©2024"),
            ("1#☑", "1#☑"),
            ("㊗", "㊗"),
        ] {
            assert_eq!(order(cell).as_deref(), Ok(sent), "{cell:?}");
        }
    }

    #[test]
    fn text_that_needs_no_cleaning_is_borrowed() {
        for cell in ["CG1", " CG1 ", "加急", "=\"CG1\"", "'1"] {
            assert!(matches!(order(cell), Ok(Cow::Borrowed(_))), "{cell:?}");
        }
    }

    #[test]
    fn what_the_erp_would_refuse_is_named() {
        let long = "中".repeat(41);
        for (cell, says) in [
            ("", "采购单号 is empty"),
            (" \u{200b}\u{3000}", "采购单号 is empty"),
            ("=\"\"", "采购单号 is empty"),
            ("'", "采购单号 is empty"),
            ("a\nb", "a line break (U+000A) as character 2"),
            ("a\tb", "a tab (U+0009) as character 2"),
            ("中\u{7f}", "a control character (U+007F) as character 2"),
            ("a\u{85}b", "U+0085"),
            ("CG😀1", "an emoji (😀 U+1F600) as character 3"),
            ("⭐", "U+2B50"),
            ("1\u{fe0f}\u{20e3}", "U+FE0F"),
            ("🇨🇳", "U+1F1E8"),
            ("a\u{fffd}", "U+FFFD"),
            ("a\u{e4c6}", "give its own with --encoding"),
            (
                "2.20413E+12",
                "\"2.20413E+12\", a number that Excel has cut",
            ),
            ("2e-5", "format the column as text (文本)"),
            ("#N/A", "is #N/A"),
            (&long, "has 41 characters; the ERP takes at most 40"),
        ] {
            let problem = order(cell).expect_err(cell);
            assert!(problem.to_string().contains(says), "{cell:?}: {problem}");
            assert_eq!(problem.column(), Some("采购单号"));
            assert!(!problem.to_string().contains('\n'), "{cell:?}: {problem}");
        }
    }

    #[test]
    fn limits_count_characters() {
        assert!(order(&"中".repeat(40)).is_ok());
        assert!(order(&"a".repeat(40)).is_ok());
        assert!(order(&"a".repeat(41)).is_err());
        assert!(order(&format!(" {} ", "a".repeat(40))).is_ok());
        let flag = |cell: &str| cleaned(cell, "f", Role::Flag).is_ok();
        assert!(flag(&"标".repeat(32)) && flag(&"a".repeat(32)));
        assert!(!flag(&"标".repeat(33)) && !flag(&"a".repeat(33)));
    }

    #[test]
    fn only_text_like_a_destroyed_number_is_one() {
        for cell in [
            "1E10", "E+12", "1.E+12", "CG1E+12", "1E+", "1E+1x", "2.2.2E+1",
        ] {
            assert!(order(cell).is_ok(), "{cell:?}");
        }
        assert!(cleaned("2.2E+12", "f", Role::Flag).is_ok());
    }

    #[test]
    fn the_quick_look_agrees_with_the_close_one() {
        for c in (0..=0x7F_u8).map(char::from) {
            for cell in [
                format!("{c}"),
                format!("A{c}B"),
                format!("{c}A"),
                format!("A{c}"),
            ] {
                if is_plain(&cell, Role::Order) {
                    assert_eq!(peeled(&cell), cell);
                    assert_eq!(complaint(&cell, Role::Order), None, "{cell:?}");
                }
            }
        }
    }

    #[test]
    fn the_ranges_cover_all_emoji() {
        let pictures = |c: char| {
            let status = c.emoji_status();
            let by_default = matches!(
                status,
                EmojiStatus::EmojiPresentation
                    | EmojiStatus::EmojiPresentationAndModifierBase
                    | EmojiStatus::EmojiPresentationAndEmojiComponent
                    | EmojiStatus::EmojiPresentationAndModifierAndEmojiComponent
            );
            by_default || (c > '\u{FFFF}' && c.is_emoji_char_or_emoji_component())
        };
        for c in ('\0'..=char::MAX).filter(|&c| pictures(c)) {
            assert!(refused(c).is_some(), "U+{:04X}", c as u32);
        }
    }
}
