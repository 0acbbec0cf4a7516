//! Workbooks: tables of cells as people see them, in each format that is read.
//!
//! A workbook is opened under a limit of what is unpacked and held; its worksheets are listed, and
//! a [`Table`] is given of each. Nothing is known here of what the tables are for.

mod archive;
mod binary;
mod budget;
mod builder;
mod compound;
mod date;
mod error;
mod html;
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
pub mod tests;

use std::io::{self, BufRead, Read, Seek, SeekFrom};

use archive::Archive;
use budget::MAX_TABLES;
use compound::Compound;
use error::{Result, no_cells, no_worksheets, password, too_much};
use package::Package;
use xls::Xls;

use crate::language::say;

pub use budget::Budget;
pub use error::WorkbookError;
pub use table::{Cell, Kind, Row, Table, by_letter, letter};

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
    /// And no chart or the like.
    pub is_worksheet: bool,
    pub is_hidden: bool,
}

/// The bytes of a file.
pub trait ReadSeek: Read + Seek {}

impl<T: Read + Seek> ReadSeek for T {}

type Source<'i> = Box<dyn ReadSeek + 'i>;

/// Up to `length` bytes from `offset` on; less only at the end of the file.
fn read_at(source: &mut Source<'_>, offset: u64, length: u64) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    source.seek(SeekFrom::Start(offset))?;
    source.take(length).read_to_end(&mut bytes)?;
    Ok(bytes)
}

/// Decoded text.
pub trait TextReader: BufRead {
    /// The line of the first byte that is not used, counted from 1.
    fn line(&self) -> u64;

    /// Goes back to the first byte.
    fn rewind(&mut self);
}

pub struct Workbook<'i, 'b> {
    pub format: WorkbookFormat,
    pub sheets: Vec<SheetInfo>,
    tables: Tables<'i, 'b>,
}

/// Where the tables of its sheets are.
enum Tables<'i, 'b> {
    Package(Package<'i, 'b>),
    Xls(Xls<'b>),
    /// All are read; each can be had once.
    Held(Vec<Option<Result<Table>>>),
}

impl<'i, 'b> Workbook<'i, 'b> {
    /// An archive or a compound file.
    pub fn open(source: impl ReadSeek + 'i, budget: &'b Budget) -> Result<Workbook<'i, 'b>> {
        let mut source: Source<'i> = Box::new(source);
        let book = if compound::is_compound(&mut source)? {
            Workbook::of_compound(source, budget)?
        } else {
            Workbook::of_archive(source, budget)?
        };
        if book.sheets.is_empty() {
            return Err(no_worksheets());
        }
        Ok(book)
    }

    /// A web page or an XML spreadsheet of so many bytes.
    pub fn open_text(
        format: WorkbookFormat,
        text: &mut impl TextReader,
        length: u64,
        budget: &'b Budget,
    ) -> Result<Workbook<'i, 'b>> {
        let held = match format {
            WorkbookFormat::XmlSpreadsheet => xml_spreadsheet::read(text, budget)?,
            _ => html::read(text, length, budget)?,
        };
        if held.is_empty() {
            return Err(WorkbookError::new(say!("sheet-no-table")));
        }
        Ok(Workbook::of_held(format, held))
    }

    fn of_held(format: WorkbookFormat, held: Held) -> Workbook<'i, 'b> {
        let held = held.into_iter().map(|(sheet, table)| (sheet, Some(table)));
        let (sheets, tables) = held.unzip();
        Workbook {
            format,
            sheets,
            tables: Tables::Held(tables),
        }
    }

    fn of_compound(source: Source<'i>, budget: &'b Budget) -> Result<Workbook<'i, 'b>> {
        let mut file = Compound::open(source, budget)?;
        if file.find("EncryptedPackage").is_some() {
            return Err(password());
        }
        let stream = match file.stream("Workbook")? {
            Some(stream) => Some(stream),
            None => file.stream("Book")?,
        };
        let (sheets, book) = Xls::open(stream.ok_or_else(no_worksheets)?, budget)?;
        Ok(Workbook {
            format: WorkbookFormat::Xls,
            sheets,
            tables: Tables::Xls(book),
        })
    }

    fn of_archive(source: Source<'i>, budget: &'b Budget) -> Result<Workbook<'i, 'b>> {
        let archive = Archive::open(source, budget)?;
        let foreign = archive.foreign();
        Workbook::of_parts(archive, budget).map_err(|error| match foreign {
            Some(what) if error.damage().is_some() => {
                WorkbookError::new(say!("sheet-not-a-sheet", what = what))
            }
            _ => error,
        })
    }

    fn of_parts(archive: Archive<'i, 'b>, budget: &'b Budget) -> Result<Workbook<'i, 'b>> {
        if archive.has("content.xml") {
            let held = ods::read(archive, budget)?;
            return Ok(Workbook::of_held(WorkbookFormat::Ods, held));
        }
        let (sheets, package) = Package::open(archive, budget)?;
        Ok(Workbook {
            format: if package.is_binary {
                WorkbookFormat::Xlsb
            } else {
                WorkbookFormat::Xlsx
            },
            sheets,
            tables: Tables::Package(package),
        })
    }

    /// The cells of one of its sheets. Some formats give each once.
    pub fn table(&mut self, at: usize) -> Result<Table> {
        match &mut self.tables {
            Tables::Package(book) => book.table(at),
            Tables::Xls(book) => book.table(at),
            Tables::Held(tables) => {
                let table = tables.get_mut(at).and_then(Option::take);
                table.unwrap_or_else(|| Err(no_cells()))
            }
        }
    }
}

/// Worksheets of a file that is read in one go.
type Held = Vec<(SheetInfo, Result<Table>)>;

fn hold(
    held: &mut Held,
    name: Option<String>,
    is_hidden: bool,
    table: Result<Table>,
) -> Result<()> {
    if held.len() == MAX_TABLES {
        return Err(too_much());
    }
    let sheet = SheetInfo {
        name,
        is_worksheet: true,
        is_hidden,
    };
    held.push((sheet, table));
    Ok(())
}
