//! One worksheet's cells.

use std::io::BufRead;
use std::sync::Arc;

use quick_xml::events::BytesStart;

use super::super::xml::{Piece, Xml, attribute, attributes, is_true};
use super::strings::{plain, rich, unescaped};
use crate::workbook::error::{Result, WorkbookError, bad_place, bad_value, cut, no_cells};
use crate::workbook::table::{Budget, Table, TableBuilder, TableCell, Texts, Value, iso};

pub(super) fn read(
    mut xml: Xml<'_, impl BufRead>,
    budget: &Budget,
    strings: &Arc<Texts>,
) -> Result<Table> {
    let mut builder = TableBuilder::new(budget, strings);
    let mut buffers = Buffers::default();
    let (mut has_data, mut in_data) = (false, false);
    // Rows and cells that do not say where they are come after those before.
    let (mut line, mut column) = (0_u32, 0_u32);
    loop {
        match xml.next()? {
            Piece::Start(start) => match start.local_name().as_ref() {
                "sheetData" => (has_data, in_data) = (true, true),
                "row" if in_data => {
                    (line, column) = (line.saturating_add(1), 0);
                    let row = Row::of(&start)?;
                    line = row.line.unwrap_or(line);
                    if row.is_hidden {
                        builder.hide(line, line)?;
                    }
                }
                "c" if in_data => {
                    let cell = Attributes::of(&start, &mut buffers.kind)?;
                    if let Some(place) = cell.place {
                        (line, column) = place;
                    }
                    let (value, is_formula) = value(&mut xml, &mut builder, &mut buffers)?;
                    if is_formula || !matches!(value, Value::None) {
                        let cell = TableCell {
                            value,
                            column,
                            style: cell.style,
                            is_formula,
                        };
                        builder.cell(line, cell)?;
                    }
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

fn misplaced(place: &str) -> WorkbookError {
    bad_place(place)
}

#[derive(Default)]
struct Row {
    line: Option<u32>,
    is_hidden: bool,
}

impl Row {
    fn of(start: &BytesStart<'_>) -> Result<Row> {
        let mut row = Row::default();
        // A row may be hidden by a height of nothing.
        let (mut has_height, mut is_flat) = (false, false);
        for attribute in attributes(start) {
            match attribute? {
                ("r", value) => {
                    let line = value.trim().parse();
                    row.line = Some(line.map_err(|_| misplaced(&value))?);
                }
                ("hidden", value) => row.is_hidden = is_true(&value),
                ("customHeight", value) => has_height = is_true(&value),
                ("ht", value) => is_flat = value.trim().parse() == Ok(0.0),
                _ => {}
            }
        }
        row.is_hidden |= has_height && is_flat;
        Ok(row)
    }
}

/// Memory used again for each cell.
#[derive(Default)]
struct Buffers {
    kind: String,
    text: String,
}

struct Attributes {
    /// Line from 1 and column from 0.
    place: Option<(u32, u32)>,
    style: u16,
}

impl Attributes {
    /// A cell's attributes; that of its kind goes to `kind`.
    fn of(start: &BytesStart<'_>, kind: &mut String) -> Result<Attributes> {
        kind.clear();
        let mut read = Attributes {
            place: None,
            style: 0,
        };
        for attribute in attributes(start) {
            match attribute? {
                ("r", value) => {
                    read.place = Some(place(&value).ok_or_else(|| misplaced(&value))?);
                }
                ("s", value) => read.style = value.trim().parse().unwrap_or(u16::MAX),
                ("t", value) => kind.push_str(&value),
                _ => {}
            }
        }
        Ok(read)
    }
}

/// `B3` is line 3 and column 1.
fn place(name: &str) -> Option<(u32, u32)> {
    let name = name.trim();
    let letters = name.trim_end_matches(|c: char| c.is_ascii_digit());
    let line = name.get(letters.len()..)?.parse().ok()?;
    if letters.is_empty() || letters.len() > 3 {
        return None;
    }
    let column = letters.bytes().try_fold(0, |column, letter| {
        let letter = letter.to_ascii_uppercase();
        let digit = letter.is_ascii_uppercase().then(|| letter - b'A')?;
        Some(column * 26 + u32::from(digit) + 1)
    })?;
    Some((line, column - 1))
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
fn value(
    xml: &mut Xml<'_, impl BufRead>,
    builder: &mut TableBuilder<'_>,
    buffers: &mut Buffers,
) -> Result<(Value, bool)> {
    let Buffers { kind, text } = buffers;
    let is_inline = matches!(kind.as_str(), "inlineStr" | "is");
    let mut value = Value::None;
    let mut is_formula = false;
    loop {
        match xml.next()? {
            Piece::Start(start) => match start.local_name().as_ref() {
                "v" if !is_inline => {
                    text.clear();
                    plain(xml, "v", text)?;
                    value = stored(builder, kind, text, is_formula)?;
                }
                "is" => {
                    text.clear();
                    rich(xml, "is", text)?;
                    value = own(builder, &unescaped(text), false)?;
                }
                "f" => is_formula = true,
                _ => {}
            },
            Piece::End(end) if end.local_name().as_ref() == "c" => return Ok((value, is_formula)),
            Piece::Eof => return Err(cut()),
            _ => {}
        }
    }
}

/// A cell's value as it is stored, by the kind that the cell says it is.
fn stored(
    builder: &mut TableBuilder<'_>,
    kind: &str,
    text: &str,
    is_formula: bool,
) -> Result<Value> {
    let unknown = || bad_value(text);
    match kind {
        // Of a formula, no text is a value; elsewhere, it is none.
        "str" => own(builder, &unescaped(text), is_formula),
        "e" => own(builder, text.trim(), false),
        "d" => own(builder, &iso(text), false),
        _ if text.trim().is_empty() => Ok(Value::None),
        "s" => builder.shared(text.trim().parse().ok()),
        "b" => match text.trim() {
            "0" | "false" => Ok(Value::Bool(false)),
            "1" | "true" => Ok(Value::Bool(true)),
            _ => Err(unknown()),
        },
        "n" | "" => match text.trim().parse::<f64>() {
            Ok(number) if number.is_finite() => Ok(Value::Number(number)),
            // Some programs do not say that a text is one.
            _ if kind.is_empty() => own(builder, text, false),
            _ => Err(unknown()),
        },
        _ => Err(unknown()),
    }
}

fn own(builder: &mut TableBuilder<'_>, text: &str, keep_empty: bool) -> Result<Value> {
    if text.is_empty() && !keep_empty {
        Ok(Value::None)
    } else {
        builder.text(text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

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
