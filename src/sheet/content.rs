//! What a sheet is made of: text, or a worksheet of a workbook.

use super::error::{Fault, SheetError};
use super::format::{SNIFF_LEN, Signature, signature};
use super::header::Header;
use super::input::Input;
use super::options::SheetOptions;
use super::record::RecordReader;
use super::text::Text;
use super::warning::Warning;
use super::workbook::Worksheet;

#[derive(Debug)]
pub(super) enum Content {
    Text(Text),
    Worksheet(Worksheet),
}

impl Content {
    pub(super) fn open(
        input: &Input,
        options: &SheetOptions,
    ) -> Result<(Content, Header), SheetError> {
        let head = input.read_at(0, SNIFF_LEN)?;
        match signature(&head) {
            _ if head.is_empty() => Err(input.error(Fault::Empty)),
            Signature::Other(what) => Err(input.error(Fault::NotASheet(what))),
            Signature::Text => {
                Text::open(input, options).map(|(text, header)| (Content::Text(text), header))
            }
            Signature::Workbook(formats) => Worksheet::open(input, formats, options)
                .map(|(worksheet, header)| (Content::Worksheet(worksheet), header)),
        }
    }

    pub(super) fn warnings(&self) -> Vec<Warning> {
        match self {
            Content::Text(text) => text.encoding.warning().into_iter().collect(),
            Content::Worksheet(_) => Vec::new(),
        }
    }

    /// Reads all records, blank ones and those above the header included.
    pub(super) fn records<'s>(
        &'s self,
        input: &'s Input,
        header: &'s Header,
    ) -> Result<Box<dyn RecordReader + Send + 's>, SheetError> {
        match self {
            Content::Text(text) => {
                input.unchanged()?;
                Ok(Box::new(text.records(input, header)))
            }
            Content::Worksheet(worksheet) => Ok(Box::new(worksheet.cells(header.order))),
        }
    }
}
