//! Sheets in: whatever a merchant's Excel, WPS or ERP exports, read row by row.
//!
//! [`Sheet::open`] finds out format, encoding, delimiter, header line and columns, and says so in
//! a [`Layout`]; [`Options`] overrule each. [`Sheet::rows`] then reads the rows as often as
//! wanted: text in memory that does not grow with the file, workbooks from one worksheet held in
//! memory. Cells are kept as they are; [`Sheet::entry`] cleans the two that go to the ERP.

mod cell;
mod clean;
mod columns;
mod decode;
mod encoding;
mod error;
mod format;
mod header;
mod input;
mod layout;
mod problem;
mod record;
mod row;
mod text;
mod workbook;

#[cfg(test)]
mod tests;

use std::borrow::Cow;
use std::path::{Path, PathBuf};

pub use columns::{APPENDED, EXTRA_FIELDS, SENT_FLAG};
pub use error::SheetError;
pub use format::Format;
pub use layout::Layout;
pub use problem::Problem;
pub use row::{Row, Rows};

use columns::Role;
use format::Kind;
use header::Header;
use input::Input;
use text::Text;
use workbook::Worksheet;

/// Where a sheet comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Source {
    /// A file, or anything else that can be opened by a path.
    Path(PathBuf),
    /// Standard input.
    Stdin,
}

/// What the user overrules.
#[derive(Default, Clone, Debug)]
pub struct Options {
    /// Encoding of a text sheet, by its WHATWG label: `utf-8`, `gb18030`, `utf-16le`…
    pub encoding: Option<String>,
    /// What separates the fields of a text sheet: one ASCII character.
    pub delimiter: Option<char>,
    /// Name or number (from 1) of a workbook's worksheet; a name wins over a number.
    pub worksheet: Option<String>,
    /// Header or letter of the column with the orders; a header wins over a letter.
    pub order_column: Option<String>,
    /// Header or letter of the column with the flags; a header wins over a letter.
    pub flag_column: Option<String>,
    /// One flag for all rows.
    pub flag: Option<String>,
}

/// An opened sheet: what was found out about it, and as many passes over its rows as wanted.
#[derive(Debug)]
pub struct Sheet {
    input: Input,
    content: Content,
    layout: Layout,
    header: Header,
    columns: Vec<String>,
}

#[derive(Debug)]
enum Content {
    Text(Text),
    Worksheet(Worksheet),
}

/// What goes to the ERP for one row, cleaned.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry<'a> {
    /// The `purchase_no`.
    pub order: Cow<'a, str>,
    /// The `flag_name`.
    pub flag: Cow<'a, str>,
}

impl Sheet {
    /// Opens a sheet and finds its header.
    ///
    /// What can be read only once, such as standard input, is first kept in a temporary file.
    ///
    /// # Errors
    ///
    /// Any [`SheetError`] but those about lines below the header, which a pass over the rows
    /// meets.
    pub fn open(source: Source, options: &Options) -> Result<Sheet, SheetError> {
        if let Some(flag) = &options.flag {
            clean::cleaned(flag, GIVEN_FLAG, Role::Flag).map_err(SheetError::Flag)?;
        }
        Sheet::found_in(Input::open(source)?, options)
    }

    fn found_in(input: Input, options: &Options) -> Result<Sheet, SheetError> {
        let mut head = [0; format::LOOKED_AT];
        let length = input.read_at(&mut head, 0)?;
        let file = || input.name().to_owned();
        let (content, header) = match format::kind(&head[..length]) {
            _ if length == 0 => return Err(SheetError::Empty { file: file() }),
            Kind::Other(what) => return Err(SheetError::NotASheet { file: file(), what }),
            Kind::Text => {
                let (text, header) = Text::open(&input, options)?;
                (Content::Text(text), header)
            }
            kind @ (Kind::Zip | Kind::Compound) => {
                let (worksheet, header) = Worksheet::open(&input, kind, options)?;
                (Content::Worksheet(worksheet), header)
            }
        };
        let layout = Layout::of(&content, &header, options);
        let columns = header.fields[..header.own.count].to_vec();
        Ok(Sheet {
            input,
            content,
            layout,
            header,
            columns,
        })
    }

    /// The sheet's name for messages: the path as given, or `-` for standard input.
    pub fn name(&self) -> &str {
        self.input.name()
    }

    /// The sheet's path; none for standard input.
    pub fn path(&self) -> Option<&Path> {
        self.input.path()
    }

    /// What was found out or assumed.
    pub fn layout(&self) -> &Layout {
        &self.layout
    }

    /// The sheet's own columns (headers as they stand), without the ones this program appended in
    /// an earlier run.
    pub fn columns(&self) -> &[String] {
        &self.columns
    }

    /// A fresh pass from the first row below the header.
    ///
    /// # Errors
    ///
    /// [`SheetError::Changed`] if the file was written to since it was opened, and what reading
    /// up to the header may meet.
    pub fn rows(&self) -> Result<Rows<'_>, SheetError> {
        Rows::new(self)
    }

    /// Order and flag as they would be sent, from one row's own cells.
    ///
    /// `sent_flag` is the row's [`Row::sent_flag`]: where there is one, it is the flag.
    ///
    /// # Errors
    ///
    /// The [`Problem`] that makes the row invalid.
    pub fn entry<'a>(
        &'a self,
        cells: &'a csv::StringRecord,
        sent_flag: Option<&'a str>,
    ) -> Result<Entry<'a>, Problem> {
        let flag = self.header.flag;
        let cell = |at: usize| cells.get(at).unwrap_or_default();
        let order = self.order(cells)?;
        let given = self.layout.given_flag.as_deref();
        let flag = match (sent_flag, flag) {
            (Some(sent), _) if given.is_none() => clean::cleaned(sent, SENT_FLAG, Role::Flag)?,
            (Some(sent), _) => clean::cleaned(sent, GIVEN_FLAG, Role::Flag)?,
            (None, Some(flag)) => clean::cleaned(cell(flag), &self.columns[flag], Role::Flag)?,
            (None, None) => clean::cleaned(given.unwrap_or_default(), GIVEN_FLAG, Role::Flag)?,
        };
        Ok(Entry { order, flag })
    }

    /// The order as it would be sent.
    fn order<'a>(&'a self, cells: &'a csv::StringRecord) -> Result<Cow<'a, str>, Problem> {
        let at = self.header.order;
        let cell = cells.get(at).unwrap_or_default();
        clean::cleaned(cell, &self.columns[at], Role::Order)
    }

    /// Whether the sheet is a results or failures file of this program's.
    pub fn is_ours(&self) -> bool {
        self.header.has_appended()
    }

    /// Whether the path still leads to the file that was opened, and not to one saved over it.
    pub fn is_in_place(&self) -> bool {
        self.input.is_in_place()
    }

    /// Whether results carry a `sent_flag` column: one flag was given for all rows, or the sheet
    /// is a results or failures file that has that column.
    pub fn has_sent_flag(&self) -> bool {
        self.layout.given_flag.is_some() || self.header.sent_flag().is_some()
    }
}

/// How messages name the column of a flag that was given for all rows.
const GIVEN_FLAG: &str = "--flag";
