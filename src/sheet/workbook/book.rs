//! A workbook, whatever its format.

use super::archive::{self, Archive};
use super::budget::Budget;
use super::compound::Compound;
use super::ods::Ods;
use super::table::Table;
use super::xls::Xls;
use super::xlsb::Xlsb;
use super::xlsx::{Package, Xlsx};
use crate::sheet::error::{Fault, SheetError};
use crate::sheet::format::Format;
use crate::sheet::input::Input;

/// What a workbook says of one of its sheets.
#[derive(Clone, Debug)]
pub(super) struct Sheet {
    pub(super) name: String,
    pub(super) typ: SheetType,
    pub(super) visible: SheetVisible,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum SheetType {
    WorkSheet,
    /// A chart and the like.
    Other,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum SheetVisible {
    Visible,
    Hidden,
    /// Hidden, and not to be shown by hand.
    VeryHidden,
}

pub(super) enum Book<'i, 'b> {
    Xlsx(Xlsx<'i, 'b>),
    Xlsb(Xlsb<'i, 'b>),
    Xls(Xls<'b>),
    Ods(Ods),
}

impl<'i, 'b> Book<'i, 'b> {
    pub(super) fn open(
        input: &'i Input,
        formats: &[Format],
        budget: &'b Budget,
    ) -> Result<Book<'i, 'b>, SheetError> {
        if formats.contains(&Format::Xls) {
            return Book::of_compound(input, budget);
        }
        archive::check_directory(input)?;
        match Book::of_archive(input, budget).and_then(Book::has_sheets) {
            Ok(book) => Ok(book),
            Err(fault @ Fault::Workbook(_)) => {
                Err(input.error(archive::no_workbook(input)?.map_or(fault, Fault::NotASheet)))
            }
            Err(fault) => Err(input.error(fault)),
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
        let nothing = || input.error(Fault::damaged("it has no worksheets"));
        let stream = stream.ok_or_else(nothing)?;
        let book = Xls::open(stream, budget).map(Book::Xls);
        book.and_then(Book::has_sheets)
            .map_err(|fault| input.error(fault))
    }

    fn of_archive(input: &'i Input, budget: &'b Budget) -> Result<Book<'i, 'b>, Fault> {
        let mut archive = Archive::open(input, budget)?;
        if archive.has("content.xml") {
            return Ods::open(archive, budget).map(Book::Ods);
        }
        let package = Package::of(&mut archive)?;
        match package.workbook.ends_with(".bin") {
            true => Xlsb::open(archive, &package, budget).map(Book::Xlsb),
            false => Xlsx::open(archive, &package, budget).map(Book::Xlsx),
        }
    }

    fn has_sheets(self) -> Result<Self, Fault> {
        match self.sheets().is_empty() {
            true => Err(Fault::damaged("it has no worksheets")),
            false => Ok(self),
        }
    }

    pub(super) fn format(&self) -> Format {
        match self {
            Book::Xlsx(_) => Format::Xlsx,
            Book::Xlsb(_) => Format::Xlsb,
            Book::Xls(_) => Format::Xls,
            Book::Ods(_) => Format::Ods,
        }
    }

    pub(super) fn sheets(&self) -> &[Sheet] {
        match self {
            Book::Xlsx(book) => &book.sheets,
            Book::Xlsb(book) => &book.sheets,
            Book::Xls(book) => &book.sheets,
            Book::Ods(book) => &book.sheets,
        }
    }

    /// The cells of one of its worksheets.
    pub(super) fn table(&mut self, at: usize) -> Result<Table, Fault> {
        match self {
            Book::Xlsx(book) => book.table(at),
            Book::Xlsb(book) => book.table(at),
            Book::Xls(book) => book.table(at),
            Book::Ods(book) => book.table(at),
        }
    }
}
