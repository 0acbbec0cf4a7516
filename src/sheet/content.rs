//! What a sheet is made of: text, or a worksheet of a workbook.

use super::format::{SNIFF_LEN, is_workbook, locked_document};
use super::header::Header;
use super::input::{Input, SheetError, SheetOptions};
use super::problem::RecordReader;
use super::text::{Decoded, Text, TextEncoding};
use super::worksheets::Worksheet;
use crate::language::say;
use crate::workbook::{Budget, Workbook};

#[derive(Debug)]
pub enum Content {
    Text(Text),
    Worksheet(Box<Worksheet>),
}

impl Content {
    pub fn open(input: &Input, options: &SheetOptions) -> Result<(Content, Header), SheetError> {
        let head = input.read_at(0, SNIFF_LEN)?;
        check_no_lock(input)?;
        if head.is_empty() {
            return Err(input.error(say!("sheet-empty")));
        }
        let budget = Budget::new(options.max_workbook_size);
        let (book, encoding) = if is_workbook(&head).map_err(|fault| input.error(fault))? {
            let book = Workbook::open(input.reader_from(0), &budget);
            (book.map_err(|error| input.failed(error)), None)
        } else {
            let encoding = TextEncoding::of(input, options)?;
            let mut text = Decoded::new(input, encoding);
            let Some(format) = text.markup()? else {
                let (text, header) = Text::open(input, encoding, options)?;
                return Ok((Content::Text(text), header));
            };
            let book = Workbook::open_text(format, &mut text, input.length()?, &budget);
            let failed = |error| text.failed.take().unwrap_or_else(|| input.failed(error));
            (book.map_err(failed), Some(encoding))
        };
        input.unchanged()?;
        let (worksheet, header) = Worksheet::open(input, book?, encoding, options)?;
        Ok((Content::Worksheet(Box::new(worksheet)), header))
    }

    /// Reads all records, blank ones and those above the header included.
    pub fn records<'s>(
        &'s self,
        input: &'s Input,
        header: &'s Header,
    ) -> Result<Box<dyn RecordReader + Send + 's>, SheetError> {
        match self {
            Content::Text(text) => {
                input.unchanged()?;
                Ok(Box::new(text.records(input)))
            }
            Content::Worksheet(worksheet) => Ok(Box::new(worksheet.records(header))),
        }
    }
}

/// Lock files name who has the document open; they are small.
const MAX_LOCK_FILE: u64 = 1024;

fn check_no_lock(input: &Input) -> Result<(), SheetError> {
    let path = input.path.as_deref();
    let name = path.and_then(|path| path.file_name()?.to_str());
    match path.zip(name.and_then(locked_document)) {
        Some((path, document)) if input.length()? <= MAX_LOCK_FILE => {
            let document = path.with_file_name(document).display().to_string();
            Err(input.error(say!("sheet-lock-file", document = document)))
        }
        _ => Ok(()),
    }
}
