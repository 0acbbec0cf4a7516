//! The worksheet of a workbook that is read, held in memory.

mod choice;
mod merged;
mod records;
mod sent;
mod worksheet;

use super::error::SheetError;
use super::header::Header;
use super::input::Input;
use super::options::SheetOptions;
use super::text::TextEncoding;
use choice::choose;
pub(super) use worksheet::Worksheet;

use crate::workbook::Workbook;

impl Worksheet {
    pub(super) fn open(
        input: &Input,
        mut book: Workbook<'_, '_>,
        encoding: Option<TextEncoding>,
        options: &SheetOptions,
    ) -> Result<(Worksheet, Header), SheetError> {
        let chosen = choose(&mut book, options);
        input.unchanged()?;
        let worksheet = chosen.and_then(|chosen| {
            let format = book.format().into();
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
