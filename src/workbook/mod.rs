//! Workbooks: tables of cells as people see them, in each format that is read.
//!
//! A workbook is opened under a limit of what is unpacked and held; its worksheets are listed, and
//! a [`Table`] is given of each. Nothing is known here of what the tables are for.

mod archive;
mod binary;
mod budget;
mod builder;
mod column;
mod compound;
mod date;
mod error;
mod held;
mod html;
mod metered;
mod number_format;
mod ods;
mod package;
mod show;
mod table;
mod xls;
mod xlsb;
mod xlsx;
mod xml;
mod xml_spreadsheet;

#[cfg(test)]
pub(crate) mod tests;

use std::io::{BufRead, Read, Seek};

use archive::Archive;
use compound::Compound;
use error::{Result, no_worksheets, password};
use held::Held;
use package::Package;
use xls::Xls;

use crate::language::say;

pub use budget::Budget;
pub use column::{by_letter, letter};
pub use error::WorkbookError;
pub use table::{Cell, Kind, Row, Table};

/// What a file is by its content.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WorkbookFormat {
    Xlsx,
    Xlsb,
    Xls,
    Ods,
    /// The tables of a web page.
    Html,
    /// The XML that Excel 2003 saves.
    XmlSpreadsheet,
}

/// What a workbook says of one of its sheets.
#[derive(Clone, Debug)]
pub struct SheetInfo {
    /// None for a table of a web page.
    pub name: Option<String>,
    pub kind: SheetKind,
    pub is_hidden: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SheetKind {
    Worksheet,
    /// A chart and the like.
    Other,
}

/// The bytes of a file.
pub trait ReadSeek: Read + Seek {}

impl<T: Read + Seek> ReadSeek for T {}

type Source<'i> = Box<dyn ReadSeek + 'i>;

/// Decoded text.
pub trait TextReader: BufRead {
    /// The line of the first byte that is not used, counted from 1.
    fn line(&self) -> u64;
}

pub struct Workbook<'i, 'b>(Book<'i, 'b>);

enum Book<'i, 'b> {
    Package(Package<'i, 'b>),
    Xls(Xls<'b>),
    Held(Held),
}

impl<'i, 'b> Workbook<'i, 'b> {
    /// An archive or a compound file.
    pub fn open(source: impl ReadSeek + 'i, budget: &'b Budget) -> Result<Workbook<'i, 'b>> {
        let mut source: Source<'i> = Box::new(source);
        let book = if compound::is_compound(&mut source)? {
            Book::of_compound(source, budget)?
        } else {
            Book::of_archive(source, budget)?
        };
        if book.sheets().is_empty() {
            return Err(no_worksheets());
        }
        Ok(Workbook(book))
    }

    pub fn open_page(
        text: &mut impl TextReader,
        length: u64,
        budget: &'b Budget,
    ) -> Result<Workbook<'i, 'b>> {
        Workbook::of_text(html::read(text, length, budget)?)
    }

    pub fn open_xml_spreadsheet(
        text: &mut impl TextReader,
        budget: &'b Budget,
    ) -> Result<Workbook<'i, 'b>> {
        Workbook::of_text(xml_spreadsheet::read(text, budget)?)
    }

    fn of_text(held: Held) -> Result<Workbook<'i, 'b>> {
        if held.sheets.is_empty() {
            return Err(WorkbookError::new(say!("sheet-no-table")));
        }
        Ok(Workbook(Book::Held(held)))
    }

    pub fn format(&self) -> WorkbookFormat {
        match &self.0 {
            Book::Package(book) if book.is_binary => WorkbookFormat::Xlsb,
            Book::Package(_) => WorkbookFormat::Xlsx,
            Book::Xls(_) => WorkbookFormat::Xls,
            Book::Held(book) => book.format,
        }
    }

    pub fn sheets(&self) -> &[SheetInfo] {
        self.0.sheets()
    }

    /// The cells of one of its worksheets. Some formats give each once.
    pub fn table(&mut self, at: usize) -> Result<Table> {
        match &mut self.0 {
            Book::Package(book) => book.table(at),
            Book::Xls(book) => book.table(at),
            Book::Held(book) => book.table(at),
        }
    }
}

impl<'i, 'b> Book<'i, 'b> {
    fn of_compound(source: Source<'i>, budget: &'b Budget) -> Result<Book<'i, 'b>> {
        let mut file = Compound::open(source, budget)?;
        if file.has("EncryptedPackage") {
            return Err(password());
        }
        let stream = match file.stream("Workbook")? {
            Some(stream) => Some(stream),
            None => file.stream("Book")?,
        };
        let stream = stream.ok_or_else(no_worksheets)?;
        Xls::open(stream, budget).map(Book::Xls)
    }

    fn of_archive(source: Source<'i>, budget: &'b Budget) -> Result<Book<'i, 'b>> {
        let archive = Archive::open(source, budget)?;
        let foreign = archive.foreign();
        Book::of_parts(archive, budget).map_err(|error| match foreign {
            Some(what) if error.damage().is_some() => {
                WorkbookError::new(say!("sheet-not-a-sheet", what = what))
            }
            _ => error,
        })
    }

    fn of_parts(archive: Archive<'i, 'b>, budget: &'b Budget) -> Result<Book<'i, 'b>> {
        if archive.has("content.xml") {
            ods::read(archive, budget).map(Book::Held)
        } else {
            Package::open(archive, budget).map(Book::Package)
        }
    }

    fn sheets(&self) -> &[SheetInfo] {
        match self {
            Book::Package(book) => &book.sheets,
            Book::Xls(book) => &book.sheets,
            Book::Held(book) => &book.sheets,
        }
    }
}
