//! What is said of texts that are no orders and no flags.

use super::Misfit;
use crate::language::say;
use crate::text::{one_line, quoted};

/// Characters of a number that a message shows.
const MAX_SHOWN: usize = 40;

impl Misfit {
    /// What the text in the column is, and what to do about it.
    pub(in crate::sheet) fn message(self, column: &str, text: &str) -> String {
        let (stored, shown) = stored_and_shown(text);
        let text = quoted(text);
        match self {
            Misfit::FormulaError => {
                say!("misfit-formula-error", column = column, text = text)
            }
            Misfit::NoValue => say!("misfit-no-value", column = column),
            Misfit::Narrow => say!("misfit-narrow", column = column, text = text),
            Misfit::Format => say!(
                "misfit-format",
                column = column,
                stored = stored,
                shown = shown
            ),
            Misfit::FewDigits => say!("misfit-few-digits", column = column, text = text),
            Misfit::Rounded => say!("misfit-rounded", column = column, text = text),
            Misfit::Scientific => say!("misfit-scientific", column = column, text = text),
            Misfit::Amount => say!("misfit-amount", column = column, text = text),
            Misfit::Date => say!("misfit-date", column = column, text = text),
            Misfit::Time => say!("misfit-time", column = column, text = text),
            Misfit::Boolean => say!("misfit-boolean", column = column, text = text),
            Misfit::Percentage => say!("misfit-percentage", column = column, text = text),
            Misfit::SeveralOrders => say!("misfit-several-orders", column = column, text = text),
            Misfit::Total => say!("misfit-total", column = column, text = text),
            Misfit::Note => say!("misfit-note", column = column, text = text),
            Misfit::RepeatedHeader => say!("misfit-repeated-header", column = column, text = text),
        }
    }

    /// The same, in words that all such cells of the column share.
    pub(in crate::sheet) fn common(self, column: &str) -> String {
        match self {
            Misfit::FormulaError => say!("misfit-formula-error", "common", column = column),
            Misfit::NoValue => say!("misfit-no-value", column = column),
            Misfit::Narrow => say!("misfit-narrow", "common", column = column),
            Misfit::Format => say!("misfit-format", "common", column = column),
            Misfit::FewDigits => say!("misfit-few-digits", "common", column = column),
            Misfit::Rounded => say!("misfit-rounded", "common", column = column),
            Misfit::Scientific => say!("misfit-scientific", "common", column = column),
            Misfit::Amount => say!("misfit-amount", "common", column = column),
            Misfit::Date => say!("misfit-date", "common", column = column),
            Misfit::Time => say!("misfit-time", "common", column = column),
            Misfit::Boolean => say!("misfit-boolean", "common", column = column),
            Misfit::Percentage => say!("misfit-percentage", "common", column = column),
            Misfit::SeveralOrders => say!("misfit-several-orders", "common", column = column),
            Misfit::Total => say!("misfit-total", "common", column = column),
            Misfit::Note => say!("misfit-note", "common", column = column),
            Misfit::RepeatedHeader => say!("misfit-repeated-header", "common", column = column),
        }
    }

    /// The text as a message shows it, where it says something.
    pub(in crate::sheet) fn particular(self, text: &str) -> Option<String> {
        match self {
            Misfit::NoValue => None,
            Misfit::Format => {
                let (stored, shown) = stored_and_shown(text);
                Some(say!(
                    "misfit-format",
                    "particular",
                    stored = stored,
                    shown = shown
                ))
            }
            _ => Some(quoted(text)),
        }
    }
}

/// The number and what its cell shows instead, where that is known.
fn stored_and_shown(text: &str) -> (String, String) {
    let (stored, shown) = text.split_once(" | ").unwrap_or((text, "…"));
    (one_line(stored, MAX_SHOWN), one_line(shown, MAX_SHOWN))
}
