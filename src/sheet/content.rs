//! What a sheet is made of: text, or a worksheet of a workbook.

use super::error::SheetError;
use super::format::{SNIFF_LEN, Signature, lock_file, signature};
use super::header::Header;
use super::input::Input;
use super::options::SheetOptions;
use super::record::RecordReader;
use super::rounding::has_rounded_orders;
use super::text::{DecodedReader, Text, TextEncoding, TextKind, kind_of};
use super::warning::Warning;
use super::worksheets::Worksheet;
use crate::language::say;
use crate::workbook::{Budget, Workbook};

#[derive(Debug)]
pub(super) enum Content {
    Text(Text),
    Worksheet(Box<Worksheet>),
}

impl Content {
    pub(super) fn open(
        input: &Input,
        options: &SheetOptions,
    ) -> Result<(Content, Header), SheetError> {
        let head = input.read_at(0, SNIFF_LEN)?;
        if let Some(fault) = lock_fault(input)? {
            return Err(input.error(fault));
        }
        let budget = Budget::new(options.max_workbook_size);
        let failed = |error| input.failed(error);
        let (book, encoding) = match signature(&head).map_err(|fault| input.error(fault))? {
            _ if head.is_empty() => return Err(input.error(say!("sheet-empty"))),
            Signature::Text => {
                let encoding = TextEncoding::of(input, options)?;
                let kind = kind_of(input, encoding)?;
                let mut text = DecodedReader::new(input, encoding);
                let book = match kind {
                    TextKind::Delimited => {
                        let (text, header) = Text::open(input, encoding, options)?;
                        return Ok((Content::Text(text), header));
                    }
                    TextKind::Html => Workbook::open_page(&mut text, input.length()?, &budget),
                    TextKind::XmlSpreadsheet => Workbook::open_xml_spreadsheet(&mut text, &budget),
                };
                let book =
                    book.map_err(|error| text.failed.take().unwrap_or_else(|| failed(error)));
                (book, Some(encoding))
            }
            Signature::Workbook => {
                let book = Workbook::open(input.reader_from(0), &budget);
                (book.map_err(failed), None)
            }
        };
        input.unchanged()?;
        let (worksheet, header) = Worksheet::open(input, book?, encoding, options)?;
        Ok((Content::Worksheet(Box::new(worksheet)), header))
    }

    pub(super) fn warnings(&self) -> Vec<Warning> {
        match self {
            Content::Text(text) => text.encoding.warning().into_iter().collect(),
            Content::Worksheet(worksheet) => worksheet.warnings(),
        }
    }

    /// Whether all long numbers among the orders look cut by Excel. A workbook shows those with an
    /// exponent.
    pub(super) fn has_rounded_orders(&self, input: &Input, header: &Header) -> bool {
        match self {
            Content::Text(text) => has_rounded_orders(text.records(input, header), header),
            Content::Worksheet(_) => false,
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
            Content::Worksheet(worksheet) => Ok(Box::new(worksheet.records(header))),
        }
    }
}

/// Lock files name who has the document open; they are small.
const MAX_LOCK_FILE: u64 = 1024;

fn lock_fault(input: &Input) -> Result<Option<String>, SheetError> {
    let Some(path) = &input.path else {
        return Ok(None);
    };
    let name = path.file_name().and_then(|name| name.to_str());
    let locked = name.and_then(lock_file);
    let Some((program, document)) =
        locked.filter(|_| input.length().is_ok_and(|length| length <= MAX_LOCK_FILE))
    else {
        return Ok(None);
    };
    let document = path.with_file_name(document).display().to_string();
    Ok(Some(say!(
        "sheet-lock-file",
        program = program,
        document = document
    )))
}
