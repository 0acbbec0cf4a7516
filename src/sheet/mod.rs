//! Sheets in: whatever a merchant's Excel, WPS or ERP exports, read row by row.
//!
//! [`Sheet::open`] finds out format, encoding, delimiter, header line and columns, and says so in
//! a [`Layout`]; [`SheetOptions`] overrule each. [`Sheet::rows`] then reads the rows as often as
//! wanted: text in memory that does not grow with the file, workbooks from one worksheet held in
//! memory. Cells are kept as they are; [`Row::entry`] cleans the two that go to the ERP.
//!
//! Of `erp` this room uses `field` alone, to know which rows are invalid.

mod cell;
mod columns;
mod content;
mod entry;
mod error;
mod format;
mod header;
mod input;
mod layout;
mod line;
mod misfit;
mod normalize;
mod options;
mod own;
mod problem;
mod record;
mod rounding;
mod row;
mod text;
mod torn;
mod warning;
mod worksheets;

#[cfg(test)]
mod tests;

use std::borrow::Cow;
use std::collections::HashMap;
use std::fs::Metadata;
use std::path::Path;

pub use entry::Entry;
pub use error::SheetError;
pub use layout::Layout;
pub use line::Place;
pub use normalize::strip_wrapping;
pub use options::{SheetOptions, Source};
pub use own::{Appended, EXTRA_FIELDS, SENT_FLAG};
pub use problem::Problem;
pub use row::{Row, Rows};
pub use warning::Warning;

use content::Content;
use entry::check_given_flag;
use header::{FlagSource, Header};
use input::Input;

/// An opened sheet: what was found out about it, and as many passes over its rows as wanted.
#[derive(Debug)]
pub struct Sheet {
    input: Input,
    content: Content,
    layout: Layout,
    header: Header,
    /// Rows that are not what was meant, whatever stands in them.
    refused: HashMap<u64, Problem>,
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
        header.has_rounded_orders = content.has_rounded_orders(&input, &header);
        Ok(Sheet {
            layout: Layout::of(&content, &header),
            input,
            content,
            header,
            refused: HashMap::new(),
        })
    }

    /// The sheet's name for messages: the path as given, or `-` for standard input.
    pub fn name(&self) -> &str {
        &self.input.name
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

    /// Makes rows invalid from now on.
    pub fn refuse(&mut self, rows: impl IntoIterator<Item = (u64, Problem)>) {
        self.refused.extend(rows);
    }

    fn refusal(&self, line: u64) -> Option<&Problem> {
        // Looked up for every row there is.
        let refused = Some(&self.refused).filter(|it| !it.is_empty());
        refused.and_then(|it| it.get(&line))
    }

    /// A new pass from the first row below the header. Fails if the file was written to since it
    /// was opened.
    pub fn rows(&self) -> Result<Rows<'_>, SheetError> {
        let records = self.content.records(&self.input, &self.header)?;
        Ok(Rows::new(records, &self.header))
    }

    /// Whether the sheet is a results or failures file of this program's.
    pub fn is_ours(&self) -> bool {
        self.header.own.is_ours()
    }

    /// Whether the path still leads to the file that was opened, and not to one saved over it.
    pub fn is_in_place(&self) -> bool {
        self.input.is_in_place()
    }

    /// Fails if the file was written to, or another took its place, since it was opened.
    pub fn ensure_current(&self) -> Result<(), SheetError> {
        self.input.ensure_current()
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
        match self.problem.as_ref().or_else(|| sheet.refusal(self.line())) {
            Some(problem) => Err(problem.clone()),
            None => entry::entry(&sheet.header, self),
        }
    }

    /// The cell of the order, as it stands.
    pub fn order_cell(&self, sheet: &Sheet) -> &str {
        let at = sheet.header.cell(sheet.header.order);
        self.cells().get(at).unwrap_or_default()
    }

    /// The order the row names, if its cell alone is as it should be, whatever else is wrong.
    pub fn order<'a>(&'a self, sheet: &Sheet) -> Option<Cow<'a, str>> {
        match sheet.refusal(self.line()) {
            Some(_) => None,
            None => entry::order(&sheet.header, self).ok(),
        }
    }
}
