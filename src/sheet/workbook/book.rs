//! A workbook, whatever its format.

use super::archive::{self, Archive};
use super::compound::Compound;
use super::held::Held;
use super::listed::Listed;
use super::package::{Opened, Package};
use super::xls::Xls;
use super::{html, ods, xlsb, xlsx, xml_spreadsheet};
use crate::sheet::damage::Damage;
use crate::sheet::error::{Fault, SheetError};
use crate::sheet::format::Format;
use crate::sheet::input::Input;
use crate::sheet::table::{Budget, Table};
use crate::sheet::text::TextEncoding;

pub(in crate::sheet) enum Book<'i, 'b> {
    Xlsx(Opened<'i, 'b>),
    Xlsb(Opened<'i, 'b>),
    Xls(Xls<'b>),
    Held(Format, Held),
}

impl<'i, 'b> Book<'i, 'b> {
    pub(in crate::sheet) fn open(
        input: &'i Input,
        formats: &[Format],
        budget: &'b Budget,
    ) -> Result<Book<'i, 'b>, SheetError> {
        let book = if formats.contains(&Format::Xls) {
            Book::of_compound(input, budget)?
        } else {
            Book::of_archive(input, budget)?
        };
        if book.sheets().is_empty() {
            Err(input.error(Damage::NoWorksheets))
        } else {
            Ok(book)
        }
    }

    /// A web page or an XML spreadsheet.
    pub(in crate::sheet) fn of_markup(
        input: &'i Input,
        encoding: TextEncoding,
        format: Format,
        budget: &'b Budget,
    ) -> Result<Book<'i, 'b>, SheetError> {
        let held = match format {
            Format::XmlSpreadsheet => xml_spreadsheet::read(input, encoding, budget)?,
            _ => html::read(input, encoding, budget)?,
        };
        if held.sheets.is_empty() {
            Err(input.error(Fault::NoTable))
        } else {
            Ok(Book::Held(format, held))
        }
    }

    fn of_compound(input: &'i Input, budget: &'b Budget) -> Result<Book<'i, 'b>, SheetError> {
        let file = Compound::open(input, budget)?;
        if file.has("EncryptedPackage") {
            return Err(input.error(Fault::Password));
        }
        let stream = match file.stream("Workbook")? {
            Some(stream) => Some(stream),
            None => file.stream("Book")?,
        };
        let nothing = || input.error(Damage::NoWorksheets);
        let stream = stream.ok_or_else(nothing)?;
        let book = Xls::open(stream, budget).map(Book::Xls);
        book.map_err(|fault| input.error(fault))
    }

    fn of_archive(input: &'i Input, budget: &'b Budget) -> Result<Book<'i, 'b>, SheetError> {
        archive::check_directory(input)?;
        match Book::of_parts(input, budget) {
            Ok(book) => Ok(book),
            Err(fault @ Fault::Workbook(_)) => {
                Err(input.error(archive::no_workbook(input)?.map_or(fault, Fault::NotASheet)))
            }
            Err(fault) => Err(input.error(fault)),
        }
    }

    fn of_parts(input: &'i Input, budget: &'b Budget) -> Result<Book<'i, 'b>, Fault> {
        let mut archive = Archive::open(input, budget)?;
        if archive.has("content.xml") {
            let held = ods::read(archive, budget)?;
            return Ok(Book::Held(Format::Ods, held));
        }
        let package = Package::of(&mut archive)?;
        if package.workbook.ends_with(".bin") {
            xlsb::open(archive, &package, budget).map(Book::Xlsb)
        } else {
            xlsx::open(archive, &package, budget).map(Book::Xlsx)
        }
    }

    pub(in crate::sheet) fn format(&self) -> Format {
        match self {
            Book::Xlsx(_) => Format::Xlsx,
            Book::Xlsb(_) => Format::Xlsb,
            Book::Xls(_) => Format::Xls,
            Book::Held(format, _) => *format,
        }
    }

    pub(in crate::sheet) fn sheets(&self) -> &[Listed] {
        match self {
            Book::Xlsx(book) | Book::Xlsb(book) => &book.sheets,
            Book::Xls(book) => &book.sheets,
            Book::Held(_, book) => &book.sheets,
        }
    }

    /// The cells of one of its worksheets.
    pub(in crate::sheet) fn table(&mut self, at: usize) -> Result<Table, Fault> {
        match self {
            Book::Xlsx(book) => xlsx::table(book, at),
            Book::Xlsb(book) => xlsb::table(book, at),
            Book::Xls(book) => book.table(at),
            Book::Held(_, book) => book.table(at),
        }
    }
}
