//! Parts of markup: the workbook, the texts that cells share, the styles and the worksheets.

use std::borrow::Cow;

use quick_xml::events::BytesStart;

use super::budget::Budget;
use super::builder::{Stored, TableBuilder};
use super::date::iso;
use super::error::{Result, bad_place, bad_value, cut, no_cells};
use super::number_format::Styles;
use super::package::Listed;
use super::table::{Kind, Table, Texts, Value, by_letter};
use super::xml::{Piece, Xml, append, attribute, attributes, is_true};

/// The sheets, and whether days count from 1904.
pub fn contents(xml: &mut Xml<'_>) -> Result<(Vec<Listed>, bool)> {
    let (mut sheets, mut is_1904) = (Vec::new(), false);
    loop {
        match xml.next()? {
            Piece::Start(start) => match start.local_name().as_ref() {
                "workbookPr" => {
                    let date = attribute(&start, "date1904")?;
                    is_1904 = date.is_some_and(|value| is_true(&value));
                }
                "sheet" => {
                    let [id, name, state] = ["id", "name", "state"].map(|it| attribute(&start, it));
                    let is_hidden = matches!(state?.as_deref(), Some("hidden" | "veryHidden"));
                    sheets.push((
                        id?.unwrap_or_default(),
                        name?.unwrap_or_default(),
                        is_hidden,
                    ));
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

/// One worksheet's cells.
pub fn table(xml: &mut Xml<'_>, mut builder: TableBuilder<'_>) -> Result<Table> {
    // Memory used again for each cell.
    let (mut kind, mut text) = (String::new(), String::new());
    let (mut has_data, mut in_data) = (false, false);
    // Rows and cells that do not say where they are come after those before.
    let (mut line, mut column) = (0_u32, 0_u32);
    loop {
        match xml.next()? {
            Piece::Start(start) => match start.local_name().as_ref() {
                "sheetData" => (has_data, in_data) = (true, true),
                "row" if in_data => {
                    (line, column) = (line.saturating_add(1), 0);
                    let (own, is_hidden) = row(&start)?;
                    line = own.unwrap_or(line);
                    if is_hidden {
                        builder.hide(line, line)?;
                    }
                }
                "c" if in_data => {
                    let mut style = 0;
                    kind.clear();
                    for attribute in attributes(&start) {
                        match attribute? {
                            ("r", value) => {
                                let place = place(&value).ok_or_else(|| bad_place(&value));
                                (line, column) = place?;
                            }
                            ("s", value) => style = value.trim().parse().unwrap_or(u16::MAX),
                            ("t", value) => kind.push_str(&value),
                            _ => {}
                        }
                    }
                    let (value, is_formula) = value(xml, &kind, &mut text)?;
                    builder.put(Stored {
                        line,
                        column,
                        style,
                        is_formula,
                        value,
                    })?;
                    column += 1;
                }
                "mergeCell" => {
                    let cells = attribute(&start, "ref")?.unwrap_or_default();
                    if let Some((rows, columns)) = corners(&cells) {
                        builder.merge(rows, columns)?;
                    }
                }
                _ => {}
            },
            Piece::End(end) if end.local_name().as_ref() == "sheetData" => in_data = false,
            Piece::Eof if has_data => return builder.finish(),
            Piece::Eof => return Err(no_cells()),
            _ => {}
        }
    }
}

/// The line that a row says it has, and whether it is hidden.
fn row(start: &BytesStart<'_>) -> Result<(Option<u32>, bool)> {
    let (mut line, mut is_hidden) = (None, false);
    // A row may be hidden by a height of nothing.
    let (mut has_height, mut is_flat) = (false, false);
    for attribute in attributes(start) {
        match attribute? {
            ("r", value) => line = Some(value.trim().parse().map_err(|_| bad_place(&value))?),
            ("hidden", value) => is_hidden = is_true(&value),
            ("customHeight", value) => has_height = is_true(&value),
            ("ht", value) => is_flat = value.trim().parse() == Ok(0.0),
            _ => {}
        }
    }
    Ok((line, is_hidden || has_height && is_flat))
}

/// `B3` is line 3 and column 1.
fn place(name: &str) -> Option<(u32, u32)> {
    let name = name.trim();
    let letters = name.trim_end_matches(|c: char| c.is_ascii_digit());
    let line = name.get(letters.len()..)?.parse().ok()?;
    Some((line, by_letter(letters)? as u32))
}

type Span = (u32, u32);

/// The lines and columns of `A2:B4`.
fn corners(cells: &str) -> Option<(Span, Span)> {
    let cells = cells.replace('$', "");
    let (first, last) = cells.split_once(':').unwrap_or((&cells, &cells));
    let ((top, left), (bottom, right)) = (place(first)?, place(last)?);
    Some(((top, bottom), (left, right)))
}

/// What stands in a cell that has begun, up to its end, and whether a formula does.
fn value<'t>(xml: &mut Xml<'_>, kind: &str, text: &'t mut String) -> Result<(Value<'t>, bool)> {
    let is_inline = matches!(kind, "inlineStr" | "is");
    let (mut has_value, mut is_rich, mut is_formula) = (false, false, false);
    let mut in_value = false;
    text.clear();
    loop {
        match xml.next()? {
            Piece::Start(start) => match start.local_name().as_ref() {
                "v" if !is_inline => {
                    (has_value, is_rich, in_value) = (true, false, true);
                    text.clear();
                }
                "is" => {
                    (has_value, is_rich) = (true, true);
                    text.clear();
                    rich(xml, "is", text)?;
                }
                "f" => is_formula = true,
                _ => {}
            },
            Piece::Text(part) if in_value => append(text, &part)?,
            Piece::End(end) => match end.local_name().as_ref() {
                "v" => in_value = false,
                "c" => break,
                _ => {}
            },
            Piece::Eof => return Err(cut()),
            _ => {}
        }
    }
    if (is_rich || kind == "str") && text.contains("_x") {
        *text = unescaped(text).into_owned();
    }
    let value = if !has_value {
        Value::Empty
    } else if is_rich {
        Value::Text(text)
    } else {
        stored(kind, text)?
    };
    Ok((value, is_formula))
}

/// A cell's value as it is stored, by the kind that the cell says it is.
fn stored<'t>(kind: &str, text: &'t str) -> Result<Value<'t>> {
    let trimmed = text.trim();
    Ok(match kind {
        "str" => Value::Text(text),
        _ if trimmed.is_empty() => Value::Empty,
        "e" => Value::Known(Kind::Error, trimmed.into()),
        "d" => iso(text),
        "s" => Value::Shared(trimmed.parse().unwrap_or(u32::MAX)),
        "b" if matches!(trimmed, "0" | "false") => Value::of_bool(false),
        "b" if matches!(trimmed, "1" | "true") => Value::of_bool(true),
        "n" | "" => match trimmed.parse::<f64>() {
            Ok(number) if number.is_finite() => Value::Number(number),
            // Some programs do not say that a text is one.
            _ if kind.is_empty() => Value::Text(text),
            _ => return Err(bad_value(text)),
        },
        _ => return Err(bad_value(text)),
    })
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

    #[test]
    fn cells_are_named_by_letters_and_line() {
        for (name, at) in [
            ("A1", (1, 0)),
            ("c3", (3, 2)),
            ("XFD1048576", (1_048_576, 16_383)),
        ] {
            assert_eq!(place(name), Some(at));
        }
        for name in ["", "A", "1", "AAAA1", "A-1", "中1", "A1B"] {
            assert_eq!(place(name), None, "{name}");
        }
    }
}
