//! Texts: those that cells share, and those of their own.

use std::borrow::Cow;
use std::io::BufRead;

use super::super::archive::Archive;
use super::super::xml::{Piece, Xml, append};
use crate::workbook::error::{Result, cut};
use crate::workbook::table::{Budget, Texts};

pub(super) fn read(archive: &mut Archive<'_, '_>, part: &str, budget: &Budget) -> Result<Texts> {
    let mut texts = Texts::default();
    let Some(mut xml) = archive.xml(part)? else {
        return Ok(texts);
    };
    let mut text = String::new();
    loop {
        match xml.next()? {
            Piece::Start(start) if start.local_name().as_ref() == "si" => {
                text.clear();
                rich(&mut xml, "si", &mut text)?;
                texts.push(&unescaped(&text), budget)?;
            }
            Piece::Eof => return Ok(texts),
            _ => {}
        }
    }
}

/// Appends the text of an element that has begun: all its runs, but not how they are pronounced.
pub(super) fn rich(
    xml: &mut Xml<'_, impl BufRead>,
    element: &str,
    text: &mut String,
) -> Result<()> {
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

/// The text of an element that has begun, without markup.
pub(super) fn plain(
    xml: &mut Xml<'_, impl BufRead>,
    element: &str,
    text: &mut String,
) -> Result<()> {
    loop {
        match xml.next()? {
            Piece::Text(part) => append(text, &part)?,
            Piece::End(end) if end.local_name().as_ref() == element => return Ok(()),
            Piece::Eof => return Err(cut()),
            _ => {}
        }
    }
}

/// With characters that stand as `_x000D_`, which are those that XML cannot have.
pub(super) fn unescaped(text: &str) -> Cow<'_, str> {
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
    are_hexadecimal
        .then(|| u16::from_str_radix(digits, 16).ok())
        .flatten()
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
