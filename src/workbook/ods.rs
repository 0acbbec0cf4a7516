//! Workbooks in OpenDocument.

use std::collections::HashSet;

use quick_xml::events::BytesStart;

use super::archive::Archive;
use super::budget::Budget;
use super::builder::{Stored, TableBuilder};
use super::date::iso;
use super::error::{Result, bad_value, broken, cut, no_worksheets, password};
use super::table::{Kind, Value};
use super::xml::{Piece, Xml, append, attribute, attributes};
use super::{Held, hold};

/// Characters that a cell has at most.
const MAX_BLANKS: usize = 32_767;

/// All its worksheets are in one part.
pub fn read(mut archive: Archive<'_, '_>, budget: &Budget) -> Result<Held> {
    if is_encrypted(&mut archive)? {
        return Err(password());
    }
    let part = archive.part("content.xml")?.ok_or_else(no_worksheets)?;
    let mut xml = Xml::of(part.decoded()?);
    let mut held = Held::default();
    let mut hidden = HashSet::new();
    let mut style = String::new();
    let mut in_spreadsheet = false;
    loop {
        match xml.next()? {
            Piece::Start(start) => match start.local_name().as_ref() {
                "style" => style = attribute(&start, "name")?.unwrap_or_default(),
                "table-properties" if attribute(&start, "display")?.as_deref() == Some("false") => {
                    budget.spend(size_of::<String>() + style.len())?;
                    hidden.insert(style.clone());
                }
                "spreadsheet" => in_spreadsheet = true,
                "table" if in_spreadsheet => {
                    let style = attribute(&start, "style-name")?.unwrap_or_default();
                    let name = attribute(&start, "name")?.unwrap_or_default();
                    let mut builder = TableBuilder::plain(budget);
                    rows(&mut xml, &mut builder)?;
                    let is_hidden = hidden.contains(&style);
                    hold(&mut held, Some(name), is_hidden, builder.finish())?;
                }
                _ => {}
            },
            Piece::Eof => return Ok(held),
            _ => {}
        }
    }
}

fn is_encrypted(archive: &mut Archive<'_, '_>) -> Result<bool> {
    let Some(part) = archive.part("META-INF/manifest.xml")? else {
        return Ok(false);
    };
    let mut xml = Xml::of(part.decoded()?);
    loop {
        match xml.next()? {
            Piece::Start(start) if start.local_name().as_ref() == "encryption-data" => {
                return Ok(true);
            }
            Piece::Eof => return Ok(false),
            _ => {}
        }
    }
}

/// The rows of a table that has begun, up to its end.
fn rows(xml: &mut Xml<'_>, builder: &mut TableBuilder<'_>) -> Result<()> {
    let (mut line, mut repeated, mut column) = (1, 1, 0);
    // For each group of rows under way, whether it is folded away.
    let mut groups = Vec::new();
    // Tables may stand within cells and drawings.
    let mut depth = 1;
    loop {
        match xml.next()? {
            Piece::Start(start) => match start.local_name().as_ref() {
                "table" => depth += 1,
                "table-row-group" if depth == 1 => {
                    groups.push(attribute(&start, "display")?.as_deref() == Some("false"));
                }
                "table-row" if depth == 1 => {
                    repeated = times(&start, "number-rows-repeated")?;
                    column = 0;
                    let visibility = attribute(&start, "visibility")?;
                    let is_shown = matches!(visibility.as_deref(), None | Some("visible"));
                    if !is_shown || groups.contains(&true) {
                        builder.hide(line, line.saturating_add(repeated - 1))?;
                    }
                }
                "table-cell" | "covered-table-cell" if depth == 1 => {
                    let times = times(&start, "number-columns-repeated")?;
                    let cell = Cell::of(&start)?;
                    let text = text(xml)?;
                    cell.put(text.as_deref(), times, (line, column), builder)?;
                    column = column.saturating_add(times);
                }
                _ => {}
            },
            Piece::End(end) => match end.local_name().as_ref() {
                "table" if depth == 1 => return Ok(()),
                "table" => depth -= 1,
                "table-row-group" if depth == 1 => drop(groups.pop()),
                "table-row" if depth == 1 => {
                    builder.repeat_row(repeated - 1)?;
                    line = line.saturating_add(repeated);
                }
                _ => {}
            },
            Piece::Eof => return Err(cut()),
            _ => {}
        }
    }
}

fn times(start: &BytesStart<'_>, name: &str) -> Result<u32> {
    let times = attribute(start, name)?;
    times.map_or(Ok(1), |times| Ok(number_of(&times)?.max(1)))
}

fn number_of(text: &str) -> Result<u32> {
    text.trim().parse().map_err(|_| broken())
}

/// What a cell's attributes say of its value.
#[derive(Default)]
struct Cell {
    kind: String,
    value: Option<String>,
    is_error: bool,
    is_formula: bool,
    /// How many rows and columns it is merged over; 0 if it is not.
    spanned: (u32, u32),
}

impl Cell {
    fn of(start: &BytesStart<'_>) -> Result<Cell> {
        let mut cell = Cell::default();
        for attribute in attributes(start) {
            let (name, value) = attribute?;
            match name {
                "office:value-type" => cell.kind = value.into_owned(),
                "calcext:value-type" => cell.is_error = value == "error",
                "office:value"
                | "office:date-value"
                | "office:time-value"
                | "office:boolean-value"
                | "office:string-value" => cell.value = Some(value.into_owned()),
                "table:formula" => cell.is_formula = true,
                "table:number-rows-spanned" => cell.spanned.0 = number_of(&value)?,
                "table:number-columns-spanned" => cell.spanned.1 = number_of(&value)?,
                _ => {}
            }
        }
        Ok(cell)
    }

    /// Puts it so many times side by side.
    fn put(
        &self,
        text: Option<&str>,
        times: u32,
        (line, column): (u32, u32),
        builder: &mut TableBuilder<'_>,
    ) -> Result<()> {
        let last = |first: u32, spanned: u32| first.saturating_add(spanned.max(1) - 1);
        let (rows, columns) = self.spanned;
        if rows > 1 || columns > 1 {
            builder.merge((line, last(line, rows)), (column, last(column, columns)))?;
        }
        let value = self.value(text)?;
        if matches!(value, Value::Empty) && !self.is_formula {
            return Ok(());
        }
        for column in column..column.saturating_add(times) {
            builder.put(Stored {
                line,
                column,
                style: 0,
                is_formula: self.is_formula,
                value: value.clone(),
            })?;
        }
        Ok(())
    }

    /// By what is stored and what is shown of it, which is the text that counts.
    fn value<'v>(&'v self, text: Option<&'v str>) -> Result<Value<'v>> {
        let shown = text.unwrap_or_default();
        let stored = self.value.as_deref().unwrap_or_default();
        let either = if shown.is_empty() { stored } else { shown };
        Ok(match (self.kind.as_str(), text) {
            _ if self.is_error => Value::Known(Kind::Error, either.into()),
            ("string" | "", _) if stored.is_empty() => Value::Text(shown),
            _ if stored.is_empty() && self.is_formula => Value::Empty,
            _ if stored.is_empty() => Value::Text(shown),
            ("float" | "currency", None) => Value::Number(number(stored)?),
            ("float" | "currency", Some(shown)) => Value::Shown(number(stored)?, shown),
            ("percentage", _) if shown.is_empty() => Value::Known(
                Kind::Percentage,
                format!("{}%", number(stored)? * 100.0).into(),
            ),
            ("percentage", _) => Value::Known(Kind::Percentage, shown.into()),
            ("date", _) => iso(stored),
            ("time", _) => Value::Known(Kind::Time, either.into()),
            ("boolean", _) => Value::of_bool(stored.eq_ignore_ascii_case("true")),
            (_, Some("")) => Value::Hidden(stored),
            _ => Value::Text(either),
        })
    }
}

fn number(text: &str) -> Result<f64> {
    match text.trim().parse::<f64>() {
        Ok(number) if number.is_finite() => Ok(number),
        _ => Err(bad_value(text)),
    }
}

/// The text that a cell shows: its paragraphs, without notes and what is drawn over it. None if it
/// has no paragraph.
fn text(xml: &mut Xml<'_>) -> Result<Option<String>> {
    let mut text: Option<String> = None;
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
                if name == "p" && text.is_none() {
                    text = Some(String::new());
                    continue;
                }
                let text = text.get_or_insert_default();
                match name {
                    "p" | "line-break" => append(text, "\n")?,
                    "s" => {
                        let count = attribute(&start, "c")?.and_then(|count| count.parse().ok());
                        let count: usize = count.unwrap_or(1);
                        append(text, &" ".repeat(count.min(MAX_BLANKS)))?;
                    }
                    "tab" => append(text, "\t")?,
                    _ => {}
                }
            }
            Piece::End(_) if depth == 0 => return Ok(text),
            Piece::End(_) => {
                depth -= 1;
                left_out -= usize::from(left_out > 0);
            }
            Piece::Text(part) if depth > 0 && left_out == 0 => {
                append(text.get_or_insert_default(), &part)?;
            }
            Piece::Eof => return Err(cut()),
            _ => {}
        }
    }
}
