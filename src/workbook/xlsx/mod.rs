//! Parts of markup: the workbook, the texts that cells share, the styles and the worksheets.

mod worksheet;

pub use worksheet::table;

use std::borrow::Cow;

use super::SheetInfo;
use super::budget::Budget;
use super::error::{Result, cut};
use super::number_format::Styles;
use super::table::Texts;
use super::xml::{Piece, Xml, append, attribute, is_true};

/// The sheets by the numbers of their relationships, and whether days count from 1904.
pub fn contents(xml: &mut Xml<'_>) -> Result<(Vec<(String, SheetInfo)>, bool)> {
    let (mut sheets, mut is_1904) = (Vec::new(), false);
    loop {
        match xml.next()? {
            Piece::Start(start) => match start.local_name().as_ref() {
                "workbookPr" => {
                    let date = attribute(&start, "date1904")?;
                    is_1904 = date.is_some_and(|value| is_true(&value));
                }
                "sheet" => {
                    let state = attribute(&start, "state")?;
                    let sheet = SheetInfo {
                        name: Some(attribute(&start, "name")?.unwrap_or_default()),
                        is_worksheet: true,
                        is_hidden: matches!(state.as_deref(), Some("hidden" | "veryHidden")),
                    };
                    sheets.push((attribute(&start, "id")?.unwrap_or_default(), sheet));
                }
                _ => {}
            },
            Piece::Eof => return Ok((sheets, is_1904)),
            _ => {}
        }
    }
}

pub fn strings(xml: &mut Xml<'_>, budget: &Budget) -> Result<Texts> {
    let mut texts = Texts::default();
    let mut text = String::new();
    loop {
        match xml.next()? {
            Piece::Start(start) if start.local_name().as_ref() == "si" => {
                text.clear();
                rich(xml, "si", &mut text)?;
                texts.push(&unescaped(&text), budget)?;
            }
            Piece::Eof => return Ok(texts),
            _ => {}
        }
    }
}

pub fn styles(xml: &mut Xml<'_>, budget: &Budget) -> Result<Styles> {
    let mut read = Styles::default();
    // Conditional formats have some of their own.
    let (mut in_formats, mut in_cells) = (false, false);
    loop {
        match xml.next()? {
            Piece::Start(start) => {
                let id = attribute(&start, "numFmtId")?.and_then(|id| id.parse().ok());
                match start.local_name().as_ref() {
                    "numFmts" => in_formats = true,
                    "numFmt" if in_formats => {
                        let code = attribute(&start, "formatCode")?.unwrap_or_default();
                        budget.spend(code.len())?;
                        read.codes.extend(id.map(|id| (id, code)));
                    }
                    "cellXfs" => in_cells = true,
                    "xf" if in_cells => {
                        budget.spend(size_of::<u32>())?;
                        read.styles.push(id.unwrap_or(0));
                    }
                    _ => {}
                }
            }
            Piece::End(end) => match end.local_name().as_ref() {
                "numFmts" => in_formats = false,
                "cellXfs" => in_cells = false,
                _ => {}
            },
            Piece::Eof => return Ok(read),
            _ => {}
        }
    }
}

/// Appends the text of an element that has begun: all its runs, but not how they are pronounced.
fn rich(xml: &mut Xml<'_>, element: &str, text: &mut String) -> Result<()> {
    let (mut in_text, mut in_phonetic) = (false, false);
    loop {
        match xml.next()? {
            Piece::Start(start) => match start.local_name().as_ref() {
                "t" => in_text = true,
                "rPh" => in_phonetic = true,
                _ => {}
            },
            Piece::End(end) => match end.local_name().as_ref() {
                "t" => in_text = false,
                "rPh" => in_phonetic = false,
                name if name == element => return Ok(()),
                _ => {}
            },
            Piece::Text(part) if in_text && !in_phonetic => append(text, &part)?,
            Piece::Eof => return Err(cut()),
            _ => {}
        }
    }
}

/// With characters that stand as `_x000D_`, which are those that XML cannot have.
fn unescaped(text: &str) -> Cow<'_, str> {
    if !text.contains("_x") {
        return Cow::Borrowed(text);
    }
    let mut units: Vec<u16> = Vec::with_capacity(text.len());
    let mut rest = text;
    while let Some(c) = rest.chars().next() {
        match escape(rest) {
            Some(unit) => {
                units.push(unit);
                rest = &rest["_x0000_".len()..];
            }
            None => {
                units.extend(c.encode_utf16(&mut [0; 2]).iter());
                rest = &rest[c.len_utf8()..];
            }
        }
    }
    Cow::Owned(String::from_utf16_lossy(&units))
}

fn escape(text: &str) -> Option<u16> {
    let digits = text.strip_prefix("_x")?.get(..5)?.strip_suffix('_')?;
    let are_hexadecimal = digits.bytes().all(|byte| byte.is_ascii_hexdigit());
    let unit = u16::from_str_radix(digits, 16).ok();
    unit.filter(|_| are_hexadecimal)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn escapes_are_read() {
        for (text, read) in [
            ("a_x000D_b", "a\rb"),
            ("_x005F_x000D_", "_x000D_"),
            ("_xD83D__xDE00_", "😀"),
            ("_x12_ _xZZZZ_ 中_x", "_x12_ _xZZZZ_ 中_x"),
        ] {
            assert_eq!(unescaped(text), read);
        }
    }
}
