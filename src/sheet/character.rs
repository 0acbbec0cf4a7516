//! What is said of characters that the ERP refuses.

use crate::erp::field::Refused;
use crate::language::say;

impl Refused {
    /// Which character of the column is refused, as `position`, and what to do about it.
    pub(super) fn message(self, column: &str, c: char, position: usize) -> String {
        let code = self.code(c);
        macro_rules! told {
            ($key:literal) => {
                say!($key, column = column, code = code, position = position)
            };
        }
        match self {
            Refused::LineBreak => told!("character-line-break"),
            Refused::Tab => told!("character-tab"),
            Refused::Control => told!("character-control"),
            Refused::Replacement => told!("character-replacement"),
            Refused::PrivateUse => told!("character-private-use"),
            Refused::Invisible => told!("character-invisible"),
            Refused::Emoji => told!("character-emoji"),
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
