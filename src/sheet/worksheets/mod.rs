//! The worksheet of a workbook that is read, held in memory.

mod choice;
mod merged;
mod worksheet;

use super::error::SheetError;
use super::format::Format;
use super::header::Header;
use super::input::Input;
use super::options::SheetOptions;
use super::text::TextEncoding;
use super::workbook::Book;
use choice::choose;
pub(super) use worksheet::Worksheet;

impl Worksheet {
    pub(super) fn open(
        input: &Input,
        mut book: Book<'_, '_>,
        encoding: Option<TextEncoding>,
        options: &SheetOptions,
    ) -> Result<(Worksheet, Header), SheetError> {
        let chosen = choose(&mut book, options);
        input.unchanged()?;
        let worksheet = chosen.and_then(|chosen| {
            let format: Format = book.format();
            Worksheet::of(chosen, format, encoding, options)
        });
        let worksheet = worksheet.map_err(|mut fault| {
            fault.guessed(encoding.and_then(|encoding| encoding.in_doubt()));
            input.error(fault)
        })?;
        let header = worksheet.header.clone();
        Ok((worksheet, header))
    }
}
