//! Number formats: what people see of a cell whose stored value is another.

mod section;

#[cfg(test)]
mod tests;

use std::collections::HashMap;
use std::sync::Arc;

pub use section::{INEXACT, Section, SectionKind};
use section::{Token, sections};

/// Characters that a format's code has at most.
const MAX_CODE: usize = 255;
/// Of which cells name one by a number of 16 bits.
pub const MAX_STYLES: usize = 1 << 16;

/// Number formats by number, and that of each style.
#[derive(Default)]
pub struct Styles {
    pub codes: HashMap<u32, String>,
    pub styles: Vec<u32>,
}

/// The formats of a workbook's cells, by the number of their style.
#[derive(Debug, Default)]
pub struct Formats {
    pub styles: Vec<Arc<NumberFormat>>,
    /// Whether days count from 1904.
    pub is_1904: bool,
}

impl Formats {
    pub fn new(styles: &Styles, is_1904: bool) -> Formats {
        let mut parsed: HashMap<u32, Arc<NumberFormat>> = HashMap::new();
        let format = |id: &u32| {
            let own = styles.codes.get(id).map(String::as_str);
            // Some programs write an empty code for General.
            let own = own.filter(|code| !code.is_empty());
            let code = own.or_else(|| built_in(*id)).unwrap_or("General");
            let format = parsed.entry(*id);
            Arc::clone(format.or_insert_with(|| Arc::new(NumberFormat::parse(code))))
        };
        Formats {
            styles: styles.styles.iter().take(MAX_STYLES).map(format).collect(),
            is_1904,
        }
    }

    pub fn get(&self, style: u16) -> Option<&NumberFormat> {
        self.styles.get(usize::from(style)).map(|format| &**format)
    }
}

/// A cell's number format, as far as order numbers can tell it.
#[derive(Debug)]
pub struct NumberFormat {
    /// As it stands in the workbook.
    pub code: Box<str>,
    /// For positive numbers, negative ones and zero: one to three.
    numbers: Vec<Section>,
    /// For texts, if these are not shown as they are.
    text: Option<Section>,
}

impl NumberFormat {
    pub fn parse(code: &str) -> NumberFormat {
        let end = code.char_indices().nth(MAX_CODE);
        let code = end.map_or(code, |(end, _)| &code[..end]);
        let mut sections = sections(code);
        let has_text = |section: &Section| section.tokens.contains(&Token::Text);
        let is_text = sections.len() > 3 || sections.last().is_some_and(has_text);
        let text = is_text.then(|| sections.swap_remove(sections.len().min(4) - 1));
        let text =
            text.filter(|it| !(it.kind == SectionKind::Pattern && it.tokens == [Token::Text]));
        // Numbers in a cell formatted as text show as they are.
        if sections.is_empty() {
            sections.push(Section {
                kind: match text {
                    None => SectionKind::General,
                    Some(_) => SectionKind::Other,
                },
                tokens: Vec::new(),
            });
        }
        sections.truncate(3);
        if sections.iter().any(|it| it.kind == SectionKind::Condition) {
            sections.truncate(1);
            sections[0].kind = SectionKind::Other;
        }
        NumberFormat {
            code: code.into(),
            numbers: sections,
            text,
        }
    }

    /// How a number is shown; none if it is not.
    pub fn section(&self, value: f64) -> Option<&Section> {
        self.numbers.get(match self.numbers.len() {
            3 if value == 0.0 => 2,
            2.. if value < 0.0 => 1,
            _ => 0,
        })
    }

    /// A text as it is shown, where that is not as it is: the inner none if that is not certain.
    pub fn text(&self, text: &str) -> Option<Option<String>> {
        self.text.as_ref().map(|section| section.around(text))
    }
}

/// The code of a built-in format (ECMA-376, 18.8.30); none for one that is not built in. Formats
/// that differ between languages have a code of the same kind.
fn built_in(id: u32) -> Option<&'static str> {
    Some(match id {
        0 => "General",
        1 => "0",
        2 | 59..=62 | 67..=70 => "0.00",
        3 => "#,##0",
        4 => "#,##0.00",
        5..=8 | 23..=26 | 41..=44 | 63..=66 => "$#,##0.00",
        9 => "0%",
        10 => "0.00%",
        11 => "0.00E+00",
        12 => "# ?/?",
        13 => "# ??/??",
        14..=17 | 22 | 27..=31 | 34..=36 | 50..=54 | 57 | 58 | 71..=81 => "yyyy-m-d",
        18..=21 | 32 | 33 | 45 | 47 | 55 | 56 => "h:mm:ss",
        37 | 38 => "#,##0;(#,##0)",
        39 | 40 => "#,##0.00;(#,##0.00)",
        46 => "[h]:mm:ss",
        48 => "##0.0E+0",
        49 => "@",
        _ => return None,
    })
}
