//! What is said of characters that the ERP refuses.

use crate::erp::field::Refused;
use crate::language::say;

impl Refused {
    /// Which character of the column is refused, as `position`, and what to do about it.
    pub(super) fn message(self, column: &str, c: char, position: usize) -> String {
        let code = self.code(c);
        match self {
            Refused::LineBreak => say!(
                "character-line-break",
                column = column,
                code = code,
                position = position
            ),
            Refused::Tab => say!(
                "character-tab",
                column = column,
                code = code,
                position = position
            ),
            Refused::Control => say!(
                "character-control",
                column = column,
                code = code,
                position = position
            ),
            Refused::Replacement => say!(
                "character-replacement",
                column = column,
                code = code,
                position = position
            ),
            Refused::PrivateUse => say!(
                "character-private-use",
                column = column,
                code = code,
                position = position
            ),
            Refused::Invisible => say!(
                "character-invisible",
                column = column,
                code = code,
                position = position
            ),
            Refused::Emoji => say!(
                "character-emoji",
                column = column,
                code = code,
                position = position
            ),
        }
    }

    /// The same, in words that all such cells of the column share.
    pub(super) fn common(self, column: &str) -> String {
        match self {
            Refused::LineBreak => say!("character-line-break", "common", column = column),
            Refused::Tab => say!("character-tab", "common", column = column),
            Refused::Control => say!("character-control", "common", column = column),
            Refused::Replacement => say!("character-replacement", "common", column = column),
            Refused::PrivateUse => say!("character-private-use", "common", column = column),
            Refused::Invisible => say!("character-invisible", "common", column = column),
            Refused::Emoji => say!("character-emoji", "common", column = column),
        }
    }

    pub(super) fn particular(self, c: char, position: usize) -> String {
        say!("character", position = position, code = self.code(c))
    }

    /// The character by its number, and as it is where it can be shown.
    fn code(self, c: char) -> String {
        let code = format!("U+{:04X}", u32::from(c));
        match self {
            Refused::Emoji => format!("{c} {code}"),
            _ => code,
        }
    }
}
