//! XML spreadsheets, as Excel 2003 and many ERPs write them.

mod styles;

use std::sync::Arc;

use quick_xml::events::BytesStart;

use super::budget::{Budget, MAX_ROWS, Metered};
use super::builder::{Stored, TableBuilder};
use super::date::iso;
use super::error::{Result, WorkbookError, cut_table, out_of_order};
use super::table::{Kind, MAX_COLUMNS, Value};
use super::xml::{Piece, Xml, append, attribute};
use super::{Held, TextReader, hold};
use crate::language::say;
use styles::Styles;

pub fn read(text: &mut impl TextReader, budget: &Budget) -> Result<Held> {
    let mut xml = Xml::of(Metered::new(&mut *text, budget));
    let mut book = Book::default();
    let error = loop {
        match xml.next() {
            Ok(Piece::Start(tag)) => book.begin(&tag, budget)?,
            Ok(Piece::End(tag)) => book.end(tag.local_name().as_ref())?,
            Ok(Piece::Text(text)) => book.text(&text)?,
            Ok(Piece::Other) => {}
            Ok(Piece::Eof) => return Ok(book.held),
            Err(error) => break error,
        }
    };
    let (is_cut, is_malformed) = (xml.is_cut, xml.is_malformed);
    drop(xml);
    Err(if is_cut {
        cut_table()
    } else if is_malformed {
        WorkbookError::new(say!("sheet-bad-xml", line = text.line()))
    } else {
        error
    })
}

#[derive(Default)]
struct Book<'b> {
    held: Held,
    styles: Styles,
    worksheet: Option<Worksheet<'b>>,
    row: Row,
    cell: Option<Cell>,
    /// Within a comment, whose text is no cell's.
    in_comment: bool,
    reading: Reading,
    /// The text that is being read.
    text: String,
}

struct Worksheet<'b> {
    name: String,
    is_hidden: bool,
    table: TableBuilder<'b>,
    style: Option<u16>,
    /// The styles of columns, by the column after their last, in order.
    columns: Vec<(u32, Option<u16>)>,
    /// Where the next row stands, counted from 1.
    next_line: u32,
}

#[derive(Default)]
struct Row {
    line: u32,
    next_column: u32,
    style: Option<u16>,
}

#[derive(Default)]
struct Cell {
    column: u32,
    down: u32,
    across: u32,
    style: Option<u16>,
    is_formula: bool,
    kind: String,
    has_data: bool,
}

#[derive(Clone, Copy, Default, PartialEq, Eq)]
enum Reading {
    #[default]
    Nothing,
    Data,
    /// Whether the worksheet is hidden.
    Visible,
}

impl<'b> Book<'b> {
    fn begin(&mut self, tag: &BytesStart<'_>, budget: &'b Budget) -> Result<()> {
        match tag.local_name().as_ref() {
            "Style" => self.styles.begin(tag, budget)?,
            "NumberFormat" => self.styles.format(tag, budget)?,
            "Worksheet" => {
                self.styles.finish();
                let formats = Arc::clone(&self.styles.formats);
                self.worksheet = Some(Worksheet {
                    name: attribute(tag, "Name")?.unwrap_or_default(),
                    is_hidden: false,
                    table: TableBuilder::new(budget, Arc::default(), formats),
                    style: None,
                    columns: Vec::new(),
                    next_line: 1,
                });
            }
            "Table" => {
                if let Some(worksheet) = &mut self.worksheet {
                    worksheet.style = self.styles.of(tag)?;
                }
            }
            "Column" => self.column(tag)?,
            "Row" => self.begin_row(tag)?,
            "Cell" => self.begin_cell(tag)?,
            "Comment" => self.in_comment = true,
            "Data" if !self.in_comment => {
                if let Some(cell) = &mut self.cell {
                    cell.kind = attribute(tag, "Type")?.unwrap_or_default();
                    cell.has_data = true;
                    self.reading = Reading::Data;
                }
            }
            "Visible" if self.cell.is_none() => {
                self.reading = Reading::Visible;
                self.text.clear();
            }
            _ => {}
        }
        Ok(())
    }

    fn column(&mut self, tag: &BytesStart<'_>) -> Result<()> {
        let style = self.styles.of(tag)?;
        let Some(worksheet) = &mut self.worksheet else {
            return Ok(());
        };
        let columns = &mut worksheet.columns;
        let next = columns.last().map_or(0, |(end, _)| *end);
        let first = place(tag, next + 1)? - 1;
        let end = first.saturating_add(count(tag, "Span")?).saturating_add(1);
        if first < next || end > MAX_COLUMNS {
            return Err(out_of_order());
        }
        if first > next {
            columns.push((first, None));
        }
        columns.push((end, style));
        Ok(())
    }

    fn begin_row(&mut self, tag: &BytesStart<'_>) -> Result<()> {
        let style = self.styles.of(tag)?;
        let Some(worksheet) = &mut self.worksheet else {
            return Ok(());
        };
        let line = place(tag, worksheet.next_line)?;
        if line < worksheet.next_line {
            return Err(out_of_order());
        }
        let last = line.saturating_add(count(tag, "Span")?);
        worksheet.next_line = last.saturating_add(1);
        if attribute(tag, "Hidden")?.as_deref() == Some("1") {
            worksheet.table.hide(line, last)?;
        }
        self.row = Row {
            line,
            next_column: 0,
            style,
        };
        Ok(())
    }

    fn begin_cell(&mut self, tag: &BytesStart<'_>) -> Result<()> {
        let column = place(tag, self.row.next_column.saturating_add(1))? - 1;
        let across = count(tag, "MergeAcross")?;
        self.row.next_column = column.saturating_add(across).saturating_add(1);
        self.text.clear();
        self.cell = Some(Cell {
            column,
            across,
            down: count(tag, "MergeDown")?,
            style: self.styles.of(tag)?,
            is_formula: attribute(tag, "Formula")?.is_some(),
            ..Cell::default()
        });
        Ok(())
    }

    fn end(&mut self, name: &str) -> Result<()> {
        match name {
            "Style" => self.styles.end(),
            "Comment" => self.in_comment = false,
            "Data" if !self.in_comment => self.reading = Reading::Nothing,
            "Visible" if self.reading == Reading::Visible => {
                self.reading = Reading::Nothing;
                if let Some(worksheet) = &mut self.worksheet {
                    worksheet.is_hidden = self.text.starts_with("Sheet");
                }
            }
            "Cell" => return self.end_cell(),
            "Worksheet" => return self.end_worksheet(),
            _ => {}
        }
        Ok(())
    }

    fn end_cell(&mut self) -> Result<()> {
        let Some((cell, worksheet)) = self.cell.take().zip(self.worksheet.as_mut()) else {
            return Ok(());
        };
        let mut columns = worksheet.columns.iter();
        let of_column = columns.find(|(end, _)| cell.column < *end);
        let of_column = of_column.and_then(|(_, style)| *style);
        let style = cell.style.or(self.row.style).or(of_column);
        let style = style.or(worksheet.style);
        let value = cell.value(&self.text);
        if matches!(value, Value::Empty | Value::Text("")) && !cell.is_formula {
            return Ok(());
        }
        let (line, table) = (self.row.line, &mut worksheet.table);
        table.put(Stored {
            line,
            column: cell.column,
            style: style.unwrap_or_else(|| self.styles.usual()),
            is_formula: cell.is_formula,
            value,
        })?;
        let last_column = cell.column.saturating_add(cell.across);
        let rows = (line, line.saturating_add(cell.down));
        table.merge(rows, (cell.column, last_column))
    }

    fn end_worksheet(&mut self) -> Result<()> {
        let Some(it) = self.worksheet.take() else {
            return Ok(());
        };
        hold(
            &mut self.held,
            Some(it.name),
            it.is_hidden,
            it.table.finish(),
        )
    }

    fn text(&mut self, text: &str) -> Result<()> {
        if self.reading == Reading::Nothing {
            return Ok(());
        }
        append(&mut self.text, text)
    }
}

impl Cell {
    fn value<'t>(&self, text: &'t str) -> Value<'t> {
        let trimmed = text.trim();
        match (self.kind.as_str(), trimmed.parse::<f64>()) {
            _ if !self.has_data => Value::Empty,
            ("Number", Ok(number)) if number.is_finite() => Value::Number(number),
            ("Boolean", _) => Value::of_bool(trimmed == "1"),
            ("DateTime", _) => iso(text),
            ("Error", _) => Value::Known(Kind::Error, trimmed.into()),
            _ => Value::Text(text),
        }
    }
}

/// Where a row, column or cell stands, counted from 1; `next` if it does not say.
fn place(tag: &BytesStart<'_>, next: u32) -> Result<u32> {
    let Some(index) = attribute(tag, "Index")? else {
        return Ok(next);
    };
    let index = index.trim().parse::<u32>().ok();
    index.filter(|&index| index > 0).ok_or_else(out_of_order)
}

fn count(tag: &BytesStart<'_>, name: &str) -> Result<u32> {
    let count = attribute(tag, name)?;
    let count = count.and_then(|count| count.trim().parse().ok());
    Ok(count.unwrap_or(0).min(MAX_ROWS))
}
