//! One cell.

use std::io::BufRead;

use quick_xml::events::BytesStart;

use super::super::xml::{Piece, Xml, append, attribute, attributes};
use crate::workbook::error::{Result, bad_value, broken, cut};
use crate::workbook::table::{TableBuilder, TableCell, Value, iso, iso_duration};

/// Characters that a cell has at most.
const MAX_BLANKS: usize = 32_767;

/// What a cell's attributes say of its value.
#[derive(Default)]
pub(super) struct Attributes {
    is_covered: bool,
    kind: String,
    value: Option<String>,
    is_error: bool,
    is_formula: bool,
    /// How many rows and columns it is merged over; 0 if it is not.
    spanned: (u32, u32),
}

impl Attributes {
    pub(super) fn of(start: &BytesStart<'_>) -> Result<Attributes> {
        let mut read = Attributes {
            is_covered: start.local_name().as_ref() == "covered-table-cell",
            ..Attributes::default()
        };
        for attribute in attributes(start) {
            let (name, value) = attribute?;
            match name {
                "office:value-type" => read.kind = value.into_owned(),
                "calcext:value-type" => read.is_error = value == "error",
                "office:value"
                | "office:date-value"
                | "office:time-value"
                | "office:boolean-value"
                | "office:string-value" => {
                    read.value = Some(value.into_owned());
                }
                "table:formula" => read.is_formula = true,
                "table:number-rows-spanned" => read.spanned.0 = span(&value)?,
                "table:number-columns-spanned" => read.spanned.1 = span(&value)?,
                _ => {}
            }
        }
        Ok(read)
    }
}

fn span(value: &str) -> Result<u32> {
    value.trim().parse().map_err(|_| broken())
}

/// Reads a cell that has begun, up to its end, and puts it so many times side by side.
pub(super) fn read(
    xml: &mut Xml<'_, impl BufRead>,
    attributes: &Attributes,
    times: u32,
    (line, column): (u32, u32),
    builder: &mut TableBuilder<'_>,
) -> Result<()> {
    let last = |first: u32, spanned: u32| first.saturating_add(spanned.max(1) - 1);
    let (rows, columns) = attributes.spanned;
    if rows > 1 || columns > 1 {
        builder.merge((line, last(line, rows)), (column, last(column, columns)))?;
    }
    let text = text(xml, attributes.is_covered)?;
    let Some(value) = value(attributes, &text, builder)? else {
        return Ok(());
    };
    for column in column..column.saturating_add(times) {
        let cell = TableCell {
            value,
            column,
            style: 0,
            is_formula: attributes.is_formula,
        };
        builder.cell(line, cell)?;
    }
    Ok(())
}

/// None for a cell that is empty.
fn value(
    attributes: &Attributes,
    shown: &str,
    builder: &mut TableBuilder<'_>,
) -> Result<Option<Value>> {
    let stored = attributes.value.as_deref();
    let is_text = attributes.is_error || matches!(attributes.kind.as_str(), "string" | "");
    Ok(Some(match (attributes.kind.as_str(), stored) {
        // The text of an error stands where it is shown.
        _ if is_text => {
            let text = stored.filter(|text| !text.is_empty()).unwrap_or(shown);
            match text.is_empty() {
                true if attributes.is_formula && attributes.kind.is_empty() => Value::None,
                true if !attributes.is_formula => return Ok(None),
                _ => builder.text(text)?,
            }
        }
        ("float" | "currency", Some(stored)) if shown.is_empty() => Value::Number(number(stored)?),
        ("float" | "currency", Some(stored)) => builder.shown(number(stored)?, shown)?,
        ("percentage", Some(stored)) => Value::Percent(number(stored)?),
        ("date", Some(stored)) => builder.text(&iso(stored))?,
        ("time", Some(stored)) => builder.text(&iso_duration(stored))?,
        ("boolean", Some(stored)) => Value::Bool(stored.eq_ignore_ascii_case("true")),
        (_, None) if attributes.is_formula => Value::None,
        _ if shown.is_empty() => return Ok(None),
        _ => builder.text(shown)?,
    }))
}

fn number(text: &str) -> Result<f64> {
    match text.trim().parse::<f64>() {
        Ok(number) if number.is_finite() => Ok(number),
        _ => Err(bad_value(text)),
    }
}

/// The text that a cell shows: its paragraphs, without notes and what is drawn over it.
fn text(xml: &mut Xml<'_, impl BufRead>, is_covered: bool) -> Result<String> {
    let cell = if is_covered {
        "covered-table-cell"
    } else {
        "table-cell"
    };
    let mut text = String::new();
    let mut paragraphs = 0;
    // Elements within the cell, and within one that is left out.
    let (mut depth, mut left_out) = (0, 0);
    loop {
        match xml.next()? {
            Piece::Start(start) => {
                depth += 1;
                let name = start.local_name();
                let name = name.as_ref();
                let is_paragraph = depth == 1 && name == "p";
                let is_note = matches!(name, "annotation" | "note" | "ruby-text");
                if left_out > 0 || is_note || (depth == 1 && !is_paragraph) {
                    left_out += 1;
                    continue;
                }
                match name {
                    "p" => {
                        if paragraphs > 0 {
                            append(&mut text, "\n")?;
                        }
                        paragraphs += 1;
                    }
                    "s" => {
                        let count = attribute(&start, "c")?.and_then(|count| count.parse().ok());
                        let count: usize = count.unwrap_or(1);
                        append(&mut text, &" ".repeat(count.min(MAX_BLANKS)))?;
                    }
                    "tab" => append(&mut text, "\t")?,
                    "line-break" => append(&mut text, "\n")?,
                    _ => {}
                }
            }
            Piece::End(end) if depth == 0 && end.local_name().as_ref() == cell => return Ok(text),
            Piece::End(_) => {
                depth -= 1;
                left_out -= usize::from(left_out > 0);
            }
            Piece::Text(part) if depth > 0 && left_out == 0 => append(&mut text, &part)?,
            Piece::Eof => return Err(cut()),
            _ => {}
        }
    }
}
