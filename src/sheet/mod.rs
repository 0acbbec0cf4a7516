//! Sheets in: whatever a merchant's Excel, WPS or ERP exports, read row by row.
//!
//! [`Sheet::open`] finds out format, encoding, delimiter, header line and columns, and says so in
//! a [`Layout`]; [`SheetOptions`] overrule each. [`Sheet::rows`] then reads the rows as often as
//! wanted: text in memory that does not grow with the file, workbooks from one worksheet held in
//! memory. Cells are kept as they are; [`Row::entry`] cleans the two that go to the ERP.
//!
//! Of `erp` this room uses `field` alone, to know which rows are invalid.

mod columns;
mod content;
mod entry;
mod format;
mod header;
mod input;
mod layout;
mod misfit;
mod normalize;
mod own;
mod problem;
mod rounded;
mod row;
mod text;
mod torn;
mod worksheets;

#[cfg(test)]
mod tests;

use std::borrow::Cow;
use std::collections::HashMap;
use std::fs::Metadata;
use std::path::Path;

pub use entry::Entry;
pub use input::{SheetError, SheetOptions, Source};
pub use layout::Layout;
pub use misfit::{FEW_DIGITS, Say};
pub use normalize::strip_wrapping;
pub use own::{Appended, EXTRA_FIELDS, SENT_FLAG};
pub use problem::Problem;
pub use row::{Origin, Part, Place, Row, Rows};

use crate::erp::field::Field;
use crate::language::say;
use columns::FlagSource;
use content::Content;
use entry::check_given_flag;
use header::Header;
use input::Input;
use normalize::{half_width, is_blank};
use rounded::LongNumbers;
use torn::Torn;

/// An opened sheet: what was found out about it, and as many passes over its rows as wanted.
#[derive(Debug)]
pub struct Sheet {
    input: Input,
    content: Content,
    layout: Layout,
    header: Header,
    /// What stands in for the file's own rows.
    held: Option<Vec<Row>>,
    may_be_empty: bool,
}

impl Sheet {
    /// Opens a sheet and finds its header.
    ///
    /// What can be read only once, such as standard input, is first kept in a temporary file.
    pub fn open(source: Source, options: &SheetOptions) -> Result<Sheet, SheetError> {
        check_given_flag(options)?;
        Sheet::find_header(Input::open(source)?, options)
    }

    /// Opens a sheet as [`Sheet::open`] does one from standard input.
    pub fn from_bytes(mut bytes: &[u8], options: &SheetOptions) -> Result<Sheet, SheetError> {
        check_given_flag(options)?;
        let input = Input::spool("-".to_owned(), None, &mut bytes)?;
        Sheet::find_header(input, options)
    }

    fn find_header(input: Input, options: &SheetOptions) -> Result<Sheet, SheetError> {
        let (content, mut header) = Content::open(&input, options)?;
        header.flags.clone_from(&options.flags);
        let mut sheet = Sheet {
            layout: Layout::of(&content, &header),
            input,
            content,
            header,
            held: None,
            may_be_empty: options.allow_empty,
        };
        // The rows of a file of this program's prove themselves.
        if !sheet.is_ours() && !options.is_table {
            sheet.survey()?;
        }
        Ok(sheet)
    }

    /// Finds out what only all rows together tell. What cannot be read of them is found again when
    /// they are wanted.
    fn survey(&mut self) -> Result<(), SheetError> {
        let (mut numbers, mut feet) = (LongNumbers::default(), HashMap::new());
        let (mut full_width, mut fewest) = (0, usize::MAX);
        let mut records = self.content.records(&self.input, &self.header)?;
        while let Ok(Some(record)) = records.next() {
            if record.line <= self.header.last_line || record.is_blank() {
                continue;
            }
            let order = record.get(self.header.order).unwrap_or_default();
            numbers.add(order);
            full_width += u64::from(half_width(order).is_some());
            let others = self.header.others(record);
            if self.header.may_be_foot(record) {
                let is_told = Header::has_foot_words(record);
                feet.insert(record.line, if is_told { 0 } else { others + 1 });
            } else if !is_blank(order) {
                fewest = others.min(fewest);
            }
        }
        drop(records);
        self.header.fewest = fewest;
        feet.retain(|_, cells| *cells <= fewest);
        let is_text = matches!(self.content, Content::Text(_));
        self.header.rounded = numbers.rounded(is_text);
        if full_width > 0 {
            let text = say!("warning-full-width", count = full_width);
            self.layout.warnings.push((text, true));
        }
        if !feet.is_empty() {
            let (mut rows, mut row) = (self.rows()?, Row::default());
            let (mut last, mut below) = (None, 0);
            while let Ok(true) = rows.read(&mut row) {
                if row.entry(self).is_ok() {
                    (last, below) = (Some(row.line()), 0);
                } else if last.is_some() && row.problem.is_none() {
                    below += u64::from(feet.contains_key(&row.line()));
                }
            }
            drop(rows);
            self.header.last_row = last;
            self.layout.foot_lines = below;
        }
        Ok(())
    }

    /// The sheet's name for messages: the path as given, or `-` for standard input.
    pub fn name(&self) -> &str {
        &self.input.name
    }

    /// The same, and what of the sheet is left out.
    pub fn title(&self) -> String {
        match self.layout.foot() {
            Some(foot) => say!("note-and", message = self.name(), note = foot),
            None => self.name().to_owned(),
        }
    }

    /// None for standard input.
    pub fn path(&self) -> Option<&Path> {
        self.input.path.as_deref()
    }

    /// Of the file itself; none for a stream.
    pub fn metadata(&self) -> Option<Metadata> {
        self.input.metadata()
    }

    pub fn layout(&self) -> &Layout {
        &self.layout
    }

    /// The sheet's own columns (headers as they stand), without the ones this program appended in
    /// an earlier run.
    pub fn columns(&self) -> &[String] {
        &self.header.columns
    }

    /// Where the columns with orders and flags are among [`Sheet::columns`].
    pub fn own_places(&self) -> (usize, Option<usize>) {
        let flag = match self.header.flag {
            FlagSource::Column(at) => Some(self.header.cell(at)),
            FlagSource::SentFlag(_) | FlagSource::Given(_) => None,
        };
        (self.header.cell(self.header.order), flag)
    }

    /// A new pass from the first row below the header. Fails if the file was written to since it
    /// was opened.
    pub fn rows(&self) -> Result<Rows<'_>, SheetError> {
        if let Some(rows) = &self.held {
            return Ok(Rows::Held(rows.iter()));
        }
        Ok(Rows::Read {
            records: self.content.records(&self.input, &self.header)?,
            header: &self.header,
            torn: Torn::new(self.layout.delimiter),
        })
    }

    /// Lets rows stand in for the file's own from now on.
    pub fn hold(&mut self, rows: Vec<Row>) {
        self.held = Some(rows);
    }

    /// Whether the columns of this program's are there, be it without what proves the rows.
    pub fn was_ours(&self) -> bool {
        self.header.own.was_ours()
    }

    /// Whether the sheet is a results or failures file of this program's.
    pub fn is_ours(&self) -> bool {
        self.header.own.is_ours()
    }

    /// Whether a sheet without rows is taken for what it says. Of failures none may be left.
    pub fn may_be_empty(&self) -> bool {
        self.may_be_empty || self.is_ours()
    }

    /// Whether the path still leads to the file that was opened, and not to one saved over it.
    pub fn is_in_place(&self) -> bool {
        self.input.is_in_place()
    }

    /// Fails if the file was written to, or another took its place, since it was opened.
    pub fn ensure_current(&self) -> Result<(), SheetError> {
        self.input.ensure_current()
    }

    /// The flag that is sent for a row, and the sheet's own where that is another.
    pub fn flags<'r>(&self, row: &'r Row) -> [&'r str; 2] {
        let own = self.own_flag_column().and_then(|at| row.cells().get(at));
        let own = own.unwrap_or_default();
        match row.sent_flag() {
            Some(sent) => [sent, own],
            None => [own, ""],
        }
    }

    pub fn own_flag_header(&self) -> &str {
        let at = self.own_flag_column();
        at.map_or("", |at| &self.header.columns[at])
    }

    /// Where the sheet's own column of flags is, be it not the one that is sent.
    fn own_flag_column(&self) -> Option<usize> {
        let is_flag = |name: &String| Field::FlagName.fit(name).is_some();
        let (_, sent) = self.own_places();
        sent.or_else(|| self.header.columns.iter().position(is_flag))
    }

    /// Which of this program's columns the file has, if it wrote it.
    pub fn appended(&self) -> Option<Appended> {
        let kinds = [Appended::Outcomes, Appended::Readings];
        let count = self.header.own.appended.len();
        kinds.into_iter().find(|kind| kind.columns().len() == count)
    }

    /// Whether the file keeps the flags that were sent in a column of this program's.
    pub fn keeps_sent_flags(&self) -> bool {
        self.header.own.sent_flag.is_some()
    }

    /// Whether results carry a `sent_flag` column: one flag was given for all rows, or the sheet
    /// is a results or failures file that has that column.
    pub fn has_sent_flag(&self) -> bool {
        !matches!(self.header.flag, FlagSource::Column(_))
    }
}

impl Row {
    /// Where the row stands, and where it comes from.
    pub fn place(&self) -> Place {
        let origin = self.origin().and_then(|origin| origin.line);
        Place {
            line: self.line(),
            sheet_line: origin.filter(|&line| line != self.line()),
        }
    }

    /// Order and flag as they would be sent.
    pub fn entry<'a>(&'a self, sheet: &'a Sheet) -> Result<Entry<'a>, Problem> {
        match &self.problem {
            Some(problem) => Err(problem.clone()),
            None => entry::entry(&sheet.header, self),
        }
    }

    /// The cell of the order, as it stands.
    pub fn order_cell(&self, sheet: &Sheet) -> &str {
        let at = sheet.header.cell(sheet.header.order);
        self.cells().get(at).unwrap_or_default()
    }

    /// Whether the order is not sent though it could be by its text, for what is known of it beside
    /// that; and the same of the flag.
    pub fn doubts(&self, sheet: &Sheet) -> [bool; 2] {
        let could_be = |cell, field| entry::clean(cell, "", field).is_ok();
        let order = self.order_cell(sheet);
        let [flag, _] = sheet.flags(self);
        let is_refused = self.problem.as_ref().is_some_and(|it| it.column.is_some())
            || entry::order(&sheet.header, self).is_err();
        let is_known = self.cell_problems[0].is_some() && !is_blank(order);
        [
            is_known || (is_refused && could_be(order, Field::PurchaseNo)),
            self.cell_problems[1].is_some() && could_be(flag, Field::FlagName),
        ]
    }

    /// The order the row names, if its cell alone is as it should be, whatever else is wrong; none
    /// if other rows may be within the row.
    pub fn order<'a>(&'a self, sheet: &Sheet) -> Option<Cow<'a, str>> {
        let has_lines = || self.cells().iter().any(|cell| cell.contains(['\n', '\r']));
        let is_cell = |problem: &Problem| problem.column.is_some() || has_lines();
        if self.problem.as_ref().is_some_and(is_cell) {
            return None;
        }
        entry::order(&sheet.header, self).ok()
    }
}
