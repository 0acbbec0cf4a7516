//! What a sheet is made of: text, or a worksheet of a workbook.

use super::error::{Fault, SheetError};
use super::format::{SNIFF_LEN, Signature, signature};
use super::header::Header;
use super::input::Input;
use super::options::SheetOptions;
use super::record::Record;
use super::text::{Records, Text};
use super::workbook::{Cells, Worksheet};

#[derive(Debug)]
pub(super) enum Content {
    Text(Text),
    Worksheet(Worksheet),
}

/// One pass over the records, blank ones and those above the header included.
pub(super) enum Pass<'s> {
    Text(Box<Records<'s>>),
    Worksheet(Cells<'s>),
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
                let (text, header) = Text::open(input, options)?;
                Ok((Content::Text(text), header))
            }
            Signature::Workbook(formats) => {
                let (worksheet, header) = Worksheet::open(input, formats, options)?;
                Ok((Content::Worksheet(worksheet), header))
            }
        }
    }

    pub(super) fn pass<'s>(
        &'s self,
        input: &'s Input,
        header: &'s Header,
    ) -> Result<Pass<'s>, SheetError> {
        match self {
            Content::Text(text) => {
                input.unchanged()?;
                Ok(Pass::Text(Box::new(text.records(input, header))))
            }
            Content::Worksheet(worksheet) => Ok(Pass::Worksheet(worksheet.cells(header.order))),
        }
    }
}

impl Pass<'_> {
    pub(super) fn next(&mut self) -> Result<Option<Record<'_>>, SheetError> {
        match self {
            Pass::Text(records) => records.next(),
            Pass::Worksheet(cells) => Ok(cells.next()),
        }
    }
}
