//! Workbooks: the worksheets that are read, held in memory.

mod archive;
mod binary;
mod book;
mod budget;
mod cell;
mod cells;
mod chain;
mod choice;
mod compound;
mod date;
mod merged;
mod number_format;
mod ods;
mod shape;
mod table;
mod worksheet;
mod xls;
mod xlsb;
mod xlsx;
mod xml;

use super::error::{Fault, SheetError};
use super::format::Format;
use super::header::Header;
use super::input::Input;
use super::options::SheetOptions;
use super::record::RecordReader;
use super::warning::Warning;
use book::Book;
use budget::Budget;
use chain::{Chain, check_alike};
use choice::choose;
use worksheet::Worksheet;

/// Of a workbook's cells, unless the user allows more.
const MAX_SIZE: u64 = 512 << 20;

/// The worksheets of a workbook that are read.
#[derive(Debug)]
pub(super) struct Workbook {
    pub(super) format: Format,
    first: Worksheet,
    others: Vec<Worksheet>,
    /// Whether they are read as one sheet, be it only one.
    is_all: bool,
}

impl Workbook {
    pub(super) fn open(
        input: &Input,
        formats: &[Format],
        options: &SheetOptions,
    ) -> Result<(Workbook, Header), SheetError> {
        let budget = Budget::new(options.max_workbook_size.unwrap_or(MAX_SIZE));
        let book = Book::open(input, formats, &budget);
        input.unchanged()?;
        let mut book = book?;
        let format = book.format();
        let chosen = choose(&mut book, options);
        input.unchanged()?;
        let mut worksheets = Vec::new();
        for chosen in chosen.map_err(|fault| input.error(fault))? {
            let worksheet = Worksheet::of(chosen, options);
            worksheets.push(worksheet.map_err(|fault| input.error(fault))?);
        }
        check_alike(&worksheets).map_err(|fault| input.error(fault))?;
        let mut worksheets = worksheets.into_iter();
        let first = worksheets.next().ok_or_else(|| input.error(Fault::Empty))?;
        let header = first.header.clone();
        let book = Workbook {
            format,
            first,
            others: worksheets.collect(),
            is_all: options.all_sheets,
        };
        Ok((book, header))
    }

    /// The name of the only one.
    pub(super) fn name(&self) -> Option<String> {
        (!self.is_all).then(|| self.first.name.clone())
    }

    /// The names of those that are read as one sheet.
    pub(super) fn names(&self) -> Vec<String> {
        let all = self.is_all.then(|| self.all());
        all.into_iter()
            .flatten()
            .map(|it| it.name.clone())
            .collect()
    }

    fn all(&self) -> impl Iterator<Item = &Worksheet> {
        [&self.first].into_iter().chain(&self.others)
    }

    pub(super) fn warnings(&self) -> Vec<Warning> {
        worksheet::warnings(self.all())
    }

    pub(super) fn records(&self) -> Box<dyn RecordReader + Send + '_> {
        match self.others.is_empty() {
            true => self.first.records(),
            false => Box::new(Chain::new(&self.first, &self.others)),
        }
    }
}
