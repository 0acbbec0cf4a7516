//! What the ERP takes in the two fields of an update. Imports nothing of the API, so that `sheet` may
//! use it.

use unicode_properties::UnicodeEmoji;
use unicode_properties::emoji::EmojiStatus;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Field {
    PurchaseNo,
    FlagName,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Invalid {
    Empty,
    /// Lengths in characters.
    TooLong {
        length: usize,
        max: usize,
    },
    /// `position` counts characters from 1.
    Character {
        c: char,
        kind: Refused,
        position: usize,
    },
}

/// Characters that the ERP refuses, or that show that the text is not what was meant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refused {
    LineBreak,
    Tab,
    Control,
    Replacement,
    PrivateUse,
    Emoji,
    Invisible,
}

pub fn validate(text: &str, field: Field) -> Result<(), Invalid> {
    let max = match field {
        Field::PurchaseNo => 40,
        Field::FlagName => 32,
    };
    let mut length = 0;
    for c in text.chars() {
        length += 1;
        if let Some(kind) = refused(c) {
            let position = length;
            return Err(Invalid::Character { c, kind, position });
        }
    }
    match length {
        0 => Err(Invalid::Empty),
        _ if length > max => Err(Invalid::TooLong { length, max }),
        _ => Ok(()),
    }
}

fn refused(c: char) -> Option<Refused> {
    match c {
        ' '..='~' => None,
        '\n' | '\r' | '\u{85}' | '\u{2028}' | '\u{2029}' => Some(Refused::LineBreak),
        '\t' => Some(Refused::Tab),
        char::REPLACEMENT_CHARACTER => Some(Refused::Replacement),
        '\u{E000}'..='\u{F8FF}' => Some(Refused::PrivateUse),
        _ if c.is_control() => Some(Refused::Control),
        _ if is_invisible(c) => Some(Refused::Invisible),
        _ if is_emoji(c) => Some(Refused::Emoji),
        _ => None,
    }
}

/// Characters that fonts show nothing for: an order with one looks like another order. Those that
/// are harmless are gone before.
fn is_invisible(c: char) -> bool {
    matches!(c,
        '\u{AD}' | '\u{34F}' | '\u{61C}' | '\u{115F}' | '\u{1160}' | '\u{17B4}' | '\u{17B5}'
        | '\u{180B}'..='\u{180F}' | '\u{2065}' | '\u{206A}'..='\u{206F}' | '\u{2800}'
        | '\u{3164}' | '\u{FE00}'..='\u{FE0E}' | '\u{FFA0}' | '\u{FFF0}'..='\u{FFFB}'
        | '\u{1D173}'..='\u{1D17A}' | '\u{E0000}'..='\u{E0FFF}')
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
        '\u{1F000}'..='\u{1FFFF}' => c.is_emoji_char_or_emoji_component(),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn limits_count_characters() {
        for (field, max) in [(Field::PurchaseNo, 40), (Field::FlagName, 32)] {
            for c in ["a", "标"] {
                assert_eq!(validate(&c.repeat(max), field), Ok(()));
                let length = max + 1;
                let too_long = Err(Invalid::TooLong { length, max });
                assert_eq!(validate(&c.repeat(length), field), too_long);
            }
        }
        assert_eq!(validate("", Field::PurchaseNo), Err(Invalid::Empty));
    }

    #[test]
    fn what_the_erp_may_refuse_is_found_where_it_stands() {
        for (text, c, kind, position) in [
            ("a\nb", '\n', Refused::LineBreak, 2),
            ("a\u{85}b", '\u{85}', Refused::LineBreak, 2),
            ("a\tb", '\t', Refused::Tab, 2),
            ("中\u{7f}", '\u{7f}', Refused::Control, 2),
            ("CG😀1", '😀', Refused::Emoji, 3),
            ("⭐", '⭐', Refused::Emoji, 1),
            ("1\u{fe0f}\u{20e3}", '\u{fe0f}', Refused::Emoji, 2),
            ("🇨🇳", '🇨', Refused::Emoji, 1),
            ("a\u{fffd}", '\u{fffd}', Refused::Replacement, 2),
            ("a\u{e4c6}", '\u{e4c6}', Refused::PrivateUse, 2),
            ("CG\u{ad}1", '\u{ad}', Refused::Invisible, 3),
            ("\u{3164}", '\u{3164}', Refused::Invisible, 1),
            ("葛\u{e0100}", '\u{e0100}', Refused::Invisible, 2),
        ] {
            let refused = Err(Invalid::Character { c, kind, position });
            assert_eq!(validate(text, Field::FlagName), refused, "{text:?}");
        }
        // Rare characters are no emoji.
        for text in ["采购 1", "\u{20000}1", "©2024", "1#☑", "㊗"] {
            assert_eq!(validate(text, Field::PurchaseNo), Ok(()), "{text:?}");
        }
    }

    #[test]
    fn the_ranges_cover_all_emoji() {
        use EmojiStatus as Is;
        for c in ('\0'..='\u{1FFFF}').chain('\u{E0000}'..='\u{E01FF}') {
            let is_picture = matches!(
                c.emoji_status(),
                Is::EmojiPresentation
                    | Is::EmojiPresentationAndModifierBase
                    | Is::EmojiPresentationAndEmojiComponent
                    | Is::EmojiPresentationAndModifierAndEmojiComponent
            );
            if is_picture || (c > '\u{FFFF}' && c.is_emoji_char_or_emoji_component()) {
                // Tags are parts of emoji, and by themselves invisible.
                let is_refused = matches!(refused(c), Some(Refused::Emoji | Refused::Invisible));
                assert!(is_refused, "U+{:04X}", c as u32);
            }
        }
    }
}
