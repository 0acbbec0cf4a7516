//! Number formats: what people see of a cell whose stored value is another.

mod builtin;
mod section;

#[cfg(test)]
mod tests;

use std::collections::HashMap;
use std::sync::Arc;

pub(super) use section::INEXACT;
use section::{Section, Token};

/// Characters that a format's code has at most.
const MAX_CODE: usize = 255;

/// A cell's number format, as far as order numbers can tell it.
#[derive(Debug)]
pub(in crate::workbook) struct NumberFormat {
    /// As it stands in the workbook.
    pub(super) code: Box<str>,
    /// For positive numbers, negative ones and zero: one to three.
    numbers: Vec<Section>,
    text: TextSection,
}

#[derive(Debug)]
enum TextSection {
    AsItIs,
    Pattern(Vec<Token>),
    Hidden,
}

/// The format of each kind of cell, from the codes that a workbook has by number, and each kind's
/// number.
pub(in crate::workbook) fn of_cells(
    codes: &HashMap<u32, String>,
    cells: &[u32],
) -> Arc<[Arc<NumberFormat>]> {
    let mut parsed: HashMap<u32, Arc<NumberFormat>> = HashMap::new();
    let format = |id: &u32| {
        let own = codes.get(id).map(String::as_str);
        let code = own.or_else(|| builtin::code(*id)).unwrap_or("General");
        let format = parsed.entry(*id);
        Arc::clone(format.or_insert_with(|| Arc::new(NumberFormat::parse(code))))
    };
    cells.iter().map(format).collect()
}

/// How a number is shown.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum ShownNumber {
    /// By its own digits.
    General,
    Date,
    Duration,
    /// Exactly so.
    Text(String),
    Percent(String),
    /// In some other way, which the format's code alone tells.
    Other,
}

impl NumberFormat {
    pub(in crate::workbook) fn parse(code: &str) -> NumberFormat {
        let end = code.char_indices().nth(MAX_CODE);
        let code = end.map_or(code, |(end, _)| &code[..end]);
        let mut sections: Vec<Section> = section::split(code).map(Section::parse).collect();
        let is_text = match sections.len() {
            0..=3 => sections.last().is_some_and(Section::has_text),
            _ => true,
        };
        let text = match is_text.then(|| sections.swap_remove(sections.len().min(4) - 1)) {
            None => TextSection::AsItIs,
            Some(Section::Pattern(tokens)) => match tokens[..] {
                [Token::Text] => TextSection::AsItIs,
                _ => TextSection::Pattern(tokens),
            },
            Some(_) => TextSection::Hidden,
        };
        // Only the text section is left out: numbers in a cell formatted as text show as they are.
        if sections.is_empty() {
            sections.push(match text {
                TextSection::AsItIs => Section::General,
                _ => Section::Other,
            });
        }
        sections.truncate(3);
        if sections.contains(&Section::Condition) {
            sections = vec![Section::Other];
        }
        NumberFormat {
            code: code.into(),
            numbers: sections,
            text,
        }
    }

    pub(super) fn number(&self, value: f64) -> ShownNumber {
        let section = match self.numbers.len() {
            3 if value == 0.0 => 2,
            2.. if value < 0.0 => 1,
            _ => 0,
        };
        match self.numbers.get(section) {
            Some(Section::General) => ShownNumber::General,
            Some(Section::Date) => ShownNumber::Date,
            Some(Section::Duration) => ShownNumber::Duration,
            Some(Section::Percent(decimals)) => {
                ShownNumber::Percent(format!("{:.*}%", *decimals, value * 100.0))
            }
            Some(Section::Pattern(tokens)) => {
                section::digits(tokens, value).map_or(ShownNumber::Other, ShownNumber::Text)
            }
            _ => ShownNumber::Other,
        }
    }

    /// A text as it is shown, where that is not as it is; the error if it is hidden.
    pub(super) fn text(&self, text: &str) -> Option<Result<String, Hidden>> {
        match &self.text {
            TextSection::AsItIs => None,
            TextSection::Hidden => Some(Err(Hidden)),
            TextSection::Pattern(tokens) => Some(section::around(tokens, text).ok_or(Hidden)),
        }
    }
}

/// A text of which a format shows nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Hidden;
