//! The worksheets of an XML spreadsheet, as Excel 2003 and many ERPs write it.

use std::collections::HashMap;

use quick_xml::Reader;
use quick_xml::events::{BytesStart, Event};

use super::stored::through;
use super::table::{MAX_COLUMNS, MAX_TEXT, NewCell, Sent, Table, check_count};
use super::xml::{Source, attribute, count, index, resolved};
use crate::sheet::error::{Fault, SheetError};
use crate::sheet::input::Input;
use crate::sheet::text::TextEncoding;
use crate::text::one_line;

/// The parser keeps the tags that are open.
const MAX_DEPTH: u64 = 256;
const MAX_STYLES: usize = 65_536;
/// Characters of what the parser says that a message shows.
const MAX_REASON: usize = 100;

pub(super) fn worksheets(input: &Input, encoding: TextEncoding) -> Result<Vec<Table>, SheetError> {
    let mut xml = Reader::from_reader(Source::new(input, encoding));
    let mut book = Book::default();
    let mut buffer = Vec::new();
    let mut depth = 0_u64;
    loop {
        buffer.clear();
        let read = match xml.read_event_into(&mut buffer) {
            Ok(Event::Start(tag)) => {
                depth += 1;
                match depth {
                    0..=MAX_DEPTH => book.begin(&tag),
                    _ => Err(Fault::BadTable("its tags are nested too deep")),
                }
            }
            Ok(Event::Empty(tag)) => book
                .begin(&tag)
                .and_then(|()| book.end(tag.local_name().as_ref())),
            Ok(Event::End(tag)) => {
                depth = depth.saturating_sub(1);
                book.end(tag.local_name().as_ref())
            }
            Ok(Event::Text(text)) => book.text(&text),
            Ok(Event::CData(text)) => book.text(&text),
            Ok(Event::GeneralRef(entity)) => book.entity(&entity),
            Ok(Event::Eof) if depth > 0 => Err(Fault::CutTable),
            Ok(Event::Eof) => break,
            Ok(_) => Ok(()),
            Err(error) => {
                let line = xml.get_ref().text.line();
                if let Some(failed) = xml.get_mut().failed.take() {
                    return Err(failed);
                }
                let why = one_line(&error.to_string(), MAX_REASON);
                Err(Fault::BadXml { line, why })
            }
        };
        read.map_err(|fault| input.failed(fault))?;
    }
    Ok(book.tables)
}

#[derive(Default)]
struct Book {
    tables: Vec<Table>,
    styles: HashMap<String, Style>,
    /// The style that is being read.
    style: Option<String>,
    /// The styles of columns, by the column after their last, in order.
    columns: Vec<(u32, Option<String>)>,
    /// Where the next row stands, counted from 0.
    next_row: u32,
    row: Row,
    cell: Option<OpenCell>,
    /// Within a comment, whose text is no cell's.
    in_comment: bool,
    reading: Reading,
    /// The text that is being read.
    text: String,
}

#[derive(Default)]
struct Style {
    parent: Option<String>,
    format: Option<String>,
}

#[derive(Default)]
struct Row {
    at: u32,
    next_column: u32,
    is_hidden: bool,
    style: Option<String>,
}

#[derive(Default)]
struct OpenCell {
    column: u32,
    down: u32,
    across: u32,
    style: Option<String>,
    has_formula: bool,
    kind: String,
}

#[derive(Clone, Copy, Default, PartialEq, Eq)]
enum Reading {
    #[default]
    Nothing,
    Data,
    /// Whether the worksheet is hidden.
    Visible,
}

impl Book {
    fn begin(&mut self, tag: &BytesStart<'_>) -> Result<(), Fault> {
        let name = tag.local_name();
        match name.as_ref() {
            "Style" => {
                let id = attribute(tag, "ID")?.unwrap_or_default();
                let style = Style {
                    parent: attribute(tag, "Parent")?,
                    format: None,
                };
                self.styles.insert(id.clone(), style);
                if self.styles.len() > MAX_STYLES {
                    return Err(Fault::BadTable("it has more than 65,536 styles"));
                }
                self.style = Some(id);
            }
            "NumberFormat" => {
                let format = attribute(tag, "Format")?;
                let style = self.style.as_ref().and_then(|id| self.styles.get_mut(id));
                if let Some(style) = style {
                    style.format = format;
                }
            }
            "Worksheet" => {
                let name = attribute(tag, "Name")?;
                self.tables.push(Table::named(name.unwrap_or_default()));
                check_count(&self.tables)?;
                self.columns.clear();
                self.next_row = 0;
            }
            "Column" => self.column(tag)?,
            "Row" => self.begin_row(tag)?,
            "Cell" => self.begin_cell(tag)?,
            "Comment" => self.in_comment = true,
            "Data" if !self.in_comment => {
                if let Some(cell) = &mut self.cell {
                    cell.kind = attribute(tag, "Type")?.unwrap_or_default();
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

    fn column(&mut self, tag: &BytesStart<'_>) -> Result<(), Fault> {
        let next = self.columns.last().map_or(0, |(end, _)| *end);
        let first = index(tag, next)?;
        let end = first.saturating_add(count(tag, "Span")?).saturating_add(1);
        if first < next || end > MAX_COLUMNS {
            return Err(Fault::BadTable("its columns are not in order"));
        }
        if first > next {
            self.columns.push((first, None));
        }
        self.columns.push((end, attribute(tag, "StyleID")?));
        Ok(())
    }

    fn begin_row(&mut self, tag: &BytesStart<'_>) -> Result<(), Fault> {
        let at = index(tag, self.next_row)?;
        if at < self.next_row {
            return Err(Fault::BadTable("its rows are not in order"));
        }
        self.next_row = at.saturating_add(count(tag, "Span")?).saturating_add(1);
        self.row = Row {
            at,
            next_column: 0,
            is_hidden: attribute(tag, "Hidden")?.as_deref() == Some("1"),
            style: attribute(tag, "StyleID")?,
        };
        Ok(())
    }

    fn begin_cell(&mut self, tag: &BytesStart<'_>) -> Result<(), Fault> {
        let column = index(tag, self.row.next_column)?;
        let across = count(tag, "MergeAcross")?;
        self.row.next_column = column.saturating_add(across).saturating_add(1);
        self.text.clear();
        self.cell = Some(OpenCell {
            column,
            across,
            down: count(tag, "MergeDown")?,
            style: attribute(tag, "StyleID")?,
            has_formula: attribute(tag, "Formula")?.is_some(),
            kind: String::new(),
        });
        Ok(())
    }

    fn end(&mut self, name: &str) -> Result<(), Fault> {
        match name {
            "Style" => self.style = None,
            "Comment" => self.in_comment = false,
            "Data" if !self.in_comment => self.reading = Reading::Nothing,
            "Visible" if self.reading == Reading::Visible => {
                self.reading = Reading::Nothing;
                if let Some(table) = self.tables.last_mut() {
                    table.is_hidden = self.text.starts_with("Sheet");
                }
            }
            "Cell" => return self.end_cell(),
            "Row" if self.row.is_hidden => {
                if let Some(table) = self.tables.last_mut() {
                    table.hide(self.row.at);
                }
            }
            _ => {}
        }
        Ok(())
    }

    fn end_cell(&mut self) -> Result<(), Fault> {
        let Some(cell) = self.cell.take() else {
            return Ok(());
        };
        let (text, sent) = self.shown(&cell);
        let Some(table) = self.tables.last_mut() else {
            return Ok(());
        };
        table.push(NewCell {
            row: self.row.at,
            column: cell.column,
            down: cell.down,
            across: cell.across,
            text: &text,
            sent,
        })
    }

    /// A cell's text as people see it, and as it is sent.
    fn shown(&self, cell: &OpenCell) -> (String, Sent) {
        let text = self.text.as_str();
        let value = text.trim().parse::<f64>();
        if cell.has_formula && (text.trim().is_empty() || value == Ok(0.0)) {
            return (text.to_owned(), Sent::As("#FORMULA!".to_owned()));
        }
        let shown = match (cell.kind.as_str(), value) {
            ("Number", Ok(value)) => return through(value, self.format(cell)),
            ("Boolean", _) if text.trim() == "1" => "TRUE".to_owned(),
            ("Boolean", _) => "FALSE".to_owned(),
            ("DateTime", _) => moment(text.trim()),
            _ => text.to_owned(),
        };
        (shown, Sent::AsShown)
    }

    /// The number format of a cell, of its row or of its column, if it is not the general one.
    fn format(&self, cell: &OpenCell) -> Option<&str> {
        let of_column = self
            .columns
            .iter()
            .find(|(end, _)| cell.column < *end)
            .and_then(|(_, style)| style.as_ref());
        let own = cell
            .style
            .as_ref()
            .or(self.row.style.as_ref())
            .or(of_column);
        let mut id = own.map_or("Default", String::as_str);
        // A style without a format has that of its parent; a few steps, so that a ring has an end.
        for _ in 0..8 {
            let style = self.styles.get(id)?;
            if let Some(format) = &style.format {
                let is_general =
                    ["", "General", "General Number", "0", "@"].contains(&format.as_str());
                return (!is_general).then_some(format);
            }
            id = style.parent.as_deref()?;
        }
        None
    }

    fn text(&mut self, text: &str) -> Result<(), Fault> {
        // More is refused when the cell ends.
        if self.reading != Reading::Nothing && self.text.len() <= MAX_TEXT {
            self.text.push_str(text);
        }
        Ok(())
    }

    fn entity(&mut self, name: &str) -> Result<(), Fault> {
        if self.reading != Reading::Nothing {
            let text = resolved(name);
            self.text
                .push_str(&text.ok_or(Fault::BadTable("it has a character that is not known"))?);
        }
        Ok(())
    }
}

/// `2024-01-05T08:30:00.000` as people see it.
fn moment(iso: &str) -> String {
    let shown = iso.trim_end_matches(".000").replacen('T', " ", 1);
    shown.trim_end_matches(" 00:00:00").to_owned()
}
