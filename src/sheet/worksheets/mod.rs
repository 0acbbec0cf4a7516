//! The worksheets of a workbook that are read, held in memory.

mod chain;
mod choice;
mod merged;
mod worksheet;

use super::error::{Fault, SheetError};
use super::format::Format;
use super::header::Header;
use super::input::Input;
use super::options::SheetOptions;
use super::record::RecordReader;
use super::text::TextEncoding;
use super::warning::Warning;
use super::workbook::Book;
use chain::{Chain, check_alike};
use choice::choose;
use worksheet::Worksheet;

#[derive(Debug)]
pub(super) struct Worksheets {
    pub(super) format: Format,
    /// Of a file that is text.
    pub(super) encoding: Option<TextEncoding>,
    first: Worksheet,
    others: Vec<Worksheet>,
    /// Whether they are read as one sheet, be it only one.
    is_all: bool,
}

impl Worksheets {
    pub(super) fn of(
        input: &Input,
        mut book: Book<'_, '_>,
        encoding: Option<TextEncoding>,
        options: &SheetOptions,
    ) -> Result<(Worksheets, Header), SheetError> {
        let chosen = choose(&mut book, options);
        input.unchanged()?;
        let chosen = chosen.and_then(|chosen| {
            let chosen = chosen.into_iter();
            let worksheets = chosen.map(|chosen| Worksheet::of(chosen, options));
            let worksheets = worksheets.collect::<Result<Vec<_>, Fault>>()?;
            check_alike(&worksheets)?;
            Ok(worksheets)
        });
        let worksheets = chosen.map_err(|mut fault| {
            fault.guessed(encoding.and_then(|encoding| encoding.in_doubt()));
            input.error(fault)
        });
        let mut worksheets = worksheets?.into_iter();
        let first = worksheets.next().ok_or_else(|| input.error(Fault::Empty))?;
        let header = first.header.clone();
        let worksheets = Worksheets {
            format: book.format(),
            encoding,
            first,
            others: worksheets.collect(),
            is_all: options.all_sheets,
        };
        Ok((worksheets, header))
    }

    /// The name of the only one.
    pub(super) fn name(&self) -> Option<String> {
        self.first.name.clone().filter(|_| !self.is_all)
    }

    /// The names of those that are read as one sheet.
    pub(super) fn names(&self) -> Vec<String> {
        let all = self.is_all.then(|| self.all());
        let names = all.into_iter().flatten().map(|it| it.name.clone());
        names.map(Option::unwrap_or_default).collect()
    }

    fn all(&self) -> impl Iterator<Item = &Worksheet> {
        [&self.first].into_iter().chain(&self.others)
    }

    pub(super) fn warnings(&self) -> Vec<Warning> {
        let encoding = self.encoding.and_then(|encoding| encoding.warning());
        let mut warnings: Vec<_> = encoding.into_iter().collect();
        warnings.extend(worksheet::warnings(self.all()));
        warnings
    }

    pub(super) fn records(&self) -> Box<dyn RecordReader + Send + '_> {
        if self.others.is_empty() {
            self.first.records()
        } else {
            Box::new(Chain::new(&self.first, &self.others))
        }
    }
}
