//! Workbooks: one worksheet held in memory.

use std::io::BufReader;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;

use calamine::{
    Cell, Data, DataRef, Error, Ods, OdsError, Range, Reader as _, SheetType, SheetVisible, Sheets,
    Xls, XlsError, Xlsb, XlsbError, Xlsx, XlsxError,
};

use super::cell;
use super::clean::is_blank;
use super::format::{Format, Kind};
use super::header::{self, Finding, Header, Line, SEARCHED};
use super::input::{Input, Reader};
use super::record::Record;
use super::{Options, SheetError};
use crate::text::{one_line, quoted};

type Book<'i> = Sheets<BufReader<Reader<'i>>>;

/// One worksheet of a workbook.
#[derive(Debug)]
pub(super) struct Worksheet {
    pub(super) format: Format,
    pub(super) name: String,
    range: Range<Data>,
}

/// Blank columns before the first that is used. They are kept, so that letters mean the same
/// columns here and in results.
fn left(range: &Range<Data>) -> usize {
    range.start().map_or(0, |(_, column)| column as usize)
}

impl Worksheet {
    /// The worksheet asked for, else the first visible one that has the columns.
    pub(super) fn open(
        input: &Input,
        kind: Kind,
        options: &Options,
    ) -> Result<(Worksheet, Header), SheetError> {
        let (format, mut book) = open_book(input, kind)?;
        let names = match &options.worksheet {
            Some(asked) => vec![named(&book, asked).ok_or_else(|| unknown(input, &book, asked))?],
            None => visible(&book),
        };
        let mut nearest: Option<Finding> = None;
        let mut failed = None;
        for name in names {
            let range = match guarded(|| range_of(&mut book, &name)) {
                Ok(range) => range,
                Err(refusal) => {
                    failed.get_or_insert(refusal);
                    continue;
                }
            };
            let finding = header::search(&first_lines(&range), options);
            if let Finding::Header(_, header) = finding {
                input.unchanged()?;
                let sheet = Worksheet {
                    format,
                    name,
                    range,
                };
                return Ok((sheet, header));
            }
            if nearest
                .as_ref()
                .is_none_or(|best| finding.rank() < best.rank())
            {
                nearest = Some(finding);
            }
        }
        input.unchanged()?;
        Err(match (nearest, failed) {
            (Some(Finding::Unusable(_, line, why)), _) => {
                header::unusable(input.name(), &line, &why)
            }
            (_, Some(refusal)) => refusal.of(input),
            (Some(Finding::Missing(nearest)), None) => {
                header::missing(input.name(), nearest, false, options)
            }
            _ => SheetError::Empty {
                file: input.name().to_owned(),
            },
        })
    }

    /// The rows below a row of the worksheet.
    pub(super) fn cells_below(&self, row: u64) -> Cells<'_> {
        let start = self.range.start().map_or(0, |(row, _)| u64::from(row));
        Cells {
            range: &self.range,
            left: left(&self.range),
            start,
            next: usize::try_from(row.saturating_sub(start)).unwrap_or(usize::MAX),
            text: String::new(),
            ends: Vec::new(),
        }
    }
}

/// Goes through a worksheet's rows, as records of text.
pub(super) struct Cells<'s> {
    range: &'s Range<Data>,
    left: usize,
    /// Rows of the worksheet above the range.
    start: u64,
    /// The next row within the range.
    next: usize,
    text: String,
    ends: Vec<usize>,
}

impl Cells<'_> {
    /// The next row that is not blank. A number in the `order` column that Excel cannot hold
    /// exactly shows as such.
    pub(super) fn next(&mut self, order: usize) -> Option<Record<'_>> {
        let width = self.range.width();
        loop {
            let row = self.next;
            if row >= self.range.height() {
                return None;
            }
            self.next += 1;
            self.text.clear();
            self.ends.clear();
            self.ends.resize(self.left, 0);
            for column in 0..width {
                if let Some(data) = self.range.get((row, column)) {
                    cell::show(data, self.left + column == order, &mut self.text);
                }
                self.ends.push(self.text.len());
            }
            if !is_blank(&self.text) {
                break;
            }
        }
        Some(Record {
            line: self.start + self.next as u64,
            text: &self.text,
            ends: &self.ends,
        })
    }
}

/// Cells a worksheet may span, empty ones between included. One stray cell far to the right of a
/// long table would otherwise take all memory there is.
const LARGEST: u64 = 50_000_000;

fn range_of(book: &mut Book<'_>, name: &str) -> Result<Range<Data>, Error> {
    let mut cells = Vec::new();
    let mut keep = |cell: Cell<DataRef<'_>>| {
        if *cell.get_value() != DataRef::Empty {
            let value = Data::from(cell.get_value().clone());
            cells.push(Cell::new(cell.get_position(), value));
        }
    };
    match book {
        Sheets::Xlsx(book) => {
            let mut reader = book.worksheet_cells_reader(name).map_err(Error::Xlsx)?;
            while let Some(cell) = reader.next_cell().map_err(Error::Xlsx)? {
                keep(cell);
            }
        }
        Sheets::Xlsb(book) => {
            let mut reader = book.worksheet_cells_reader(name).map_err(Error::Xlsb)?;
            while let Some(cell) = reader.next_cell().map_err(Error::Xlsb)? {
                keep(cell);
            }
        }
        // These cannot span as much, or are checked by their reader.
        Sheets::Xls(_) | Sheets::Ods(_) => return book.worksheet_range(name),
    }
    let mut bounds = [u32::MAX, 0, u32::MAX, 0];
    for (row, column) in cells.iter().map(Cell::get_position) {
        let [top, bottom, left, right] = bounds;
        bounds = [
            top.min(row),
            bottom.max(row),
            left.min(column),
            right.max(column),
        ];
    }
    let [top, bottom, left, right] = bounds.map(u64::from);
    if !cells.is_empty() && (bottom - top + 1) * (right - left + 1) > LARGEST {
        return Err(Error::Msg(
            "cells far apart; delete what is outside the table",
        ));
    }
    Ok(Range::from_sparse(cells))
}

fn first_lines(range: &Range<Data>) -> Vec<Line> {
    let start = range.start().map_or(0, |(row, _)| u64::from(row));
    let lines = range.rows().zip(start + 1..).map(|(row, number)| {
        let blank = std::iter::repeat_n(String::new(), left(range));
        let texts = row.iter().map(|data| {
            let mut text = String::new();
            cell::show(data, false, &mut text);
            text
        });
        let fields = blank.chain(texts).collect();
        Line { number, fields }
    });
    lines
        .filter(|line| !line.fields.iter().all(|field| is_blank(field)))
        .take(SEARCHED)
        .collect()
}

fn visible(book: &Book<'_>) -> Vec<String> {
    book.sheets_metadata()
        .iter()
        .filter(|sheet| sheet.visible == SheetVisible::Visible && sheet.typ == SheetType::WorkSheet)
        .map(|sheet| sheet.name.clone())
        .collect()
}

/// The worksheet of that name, else of that number, counted from 1 and hidden ones included.
fn named(book: &Book<'_>, asked: &str) -> Option<String> {
    let names = book.sheet_names();
    if let Some(name) = names.iter().find(|name| name.trim() == asked.trim()) {
        return Some(name.clone());
    }
    let number: usize = asked.trim().parse().ok()?;
    names.get(number.checked_sub(1)?).cloned()
}

fn unknown(input: &Input, book: &Book<'_>, asked: &str) -> SheetError {
    let sheets: Vec<String> = (1..)
        .zip(book.sheets_metadata())
        .map(|(number, sheet)| {
            let hidden = match sheet.visible {
                SheetVisible::Visible => "",
                _ => " (hidden)",
            };
            format!("{number}: {}{hidden}", quoted(&sheet.name))
        })
        .collect();
    SheetError::UnknownWorksheet {
        file: input.name().to_owned(),
        asked: asked.to_owned(),
        sheets: sheets.join(", "),
    }
}

/// Why a workbook cannot be read.
enum Refusal {
    Password,
    Damaged(String),
}

impl Refusal {
    fn of(self, input: &Input) -> SheetError {
        let file = input.name().to_owned();
        match self {
            Refusal::Password => SheetError::Password { file },
            Refusal::Damaged(reason) => SheetError::Workbook { file, reason },
        }
    }
}

impl From<Error> for Refusal {
    fn from(error: Error) -> Refusal {
        match error {
            Error::Xlsx(XlsxError::Password)
            | Error::Xls(XlsError::Password)
            | Error::Xlsb(XlsbError::Password)
            | Error::Ods(OdsError::Password) => Refusal::Password,
            error => Refusal::Damaged(one_line(&error.to_string(), 100)),
        }
    }
}

/// Runs the workbook reader, which may panic on a damaged file.
fn guarded<T>(read: impl FnOnce() -> Result<T, Error>) -> Result<T, Refusal> {
    match catch_unwind(AssertUnwindSafe(read)) {
        Ok(result) => result.map_err(Refusal::from),
        Err(_) => Err(Refusal::Damaged("it is damaged".to_owned())),
    }
}

fn open_book(input: &Input, kind: Kind) -> Result<(Format, Book<'_>), SheetError> {
    let mut formats = match kind {
        Kind::Compound => vec![Format::Xls, Format::Xlsx],
        _ => vec![Format::Xlsx, Format::Xlsb, Format::Ods],
    };
    let extension = input.path().and_then(Path::extension);
    if let Some(extension) = extension.and_then(|extension| extension.to_str()) {
        let named = extension.to_lowercase();
        // Stable: the others keep their order.
        formats.sort_by_key(|format| format.to_string() != named);
    }
    let mut refused = None;
    for format in formats {
        match guarded(|| open_as(input, format)) {
            Ok(book) if !book.sheets_metadata().is_empty() => return Ok((format, book)),
            Ok(_) => {}
            Err(Refusal::Password) => return Err(Refusal::Password.of(input)),
            Err(refusal) => {
                refused.get_or_insert(refusal);
            }
        }
    }
    let nothing = || Refusal::Damaged("it has no worksheets".to_owned());
    Err(refused.unwrap_or_else(nothing).of(input))
}

fn open_as(input: &Input, format: Format) -> Result<Book<'_>, Error> {
    let reader = BufReader::new(input.reader());
    Ok(match format {
        Format::Xls => Sheets::Xls(Xls::new(reader).map_err(Error::Xls)?),
        Format::Xlsb => Sheets::Xlsb(Xlsb::new(reader).map_err(Error::Xlsb)?),
        Format::Ods => Sheets::Ods(Ods::new(reader).map_err(Error::Ods)?),
        _ => Sheets::Xlsx(Xlsx::new(reader).map_err(Error::Xlsx)?),
    })
}
