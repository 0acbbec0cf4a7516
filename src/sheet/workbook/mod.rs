//! Workbooks: the worksheets that are read, held in memory.

mod archive;
mod cell;
mod chain;
mod choice;
mod compound;
mod merged;
mod shape;
mod worksheet;

use std::io::BufReader;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;

use calamine::{
    Cell, Data, DataRef, Error, Ods, OdsError, Range, Reader as _, Sheets, Xls, XlsError, Xlsb,
    XlsbError, Xlsx, XlsxError,
};

use super::error::{Fault, SheetError};
use super::format::Format;
use super::header::Header;
use super::input::{Input, Reader};
use super::normalize::is_blank;
use super::options::SheetOptions;
use super::record::{Record, RecordReader};
use super::warning::Warning;
use crate::text::one_line;
use chain::{Chain, check_alike};
use choice::choose;
use shape::Shape;
use worksheet::Worksheet;

type Book<'i> = Sheets<BufReader<Reader<'i>>>;

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
        let (format, mut book) = open_book(input, formats)?;
        let chosen = choose(&mut book, options);
        input.unchanged()?;
        let mut worksheets = Vec::new();
        for chosen in chosen.map_err(|fault| input.error(fault))? {
            let sheets = book.sheets_metadata().iter();
            let at = sheets.take_while(|it| it.name != chosen.name).count();
            let shape = Shape::of(input, format, at, &chosen.name);
            input.unchanged()?;
            let worksheet = Worksheet::of(chosen, shape, options);
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

/// How many rows there are whose line is wanted, blank ones not counted.
fn count(mut cells: Cells<'_>, is_wanted: impl Fn(u64) -> bool) -> u64 {
    let mut rows = 0;
    while let Ok(Some(record)) = cells.next() {
        rows += u64::from(is_wanted(record.line) && !is_blank(record.text));
    }
    rows
}

/// Goes through a worksheet's rows, as records of text.
pub(super) struct Cells<'s> {
    rows: calamine::Rows<'s, Data>,
    /// The worksheet's number of the row before.
    line: u64,
    /// Blank columns before the first that is used. They are kept, so that letters mean the same
    /// columns here and in results.
    left: usize,
    /// The column in which a number that Excel cannot hold exactly shows as such.
    order: Option<usize>,
    /// Whose hidden rows are left out.
    left_out: Option<&'s Shape>,
    text: String,
    ends: Vec<usize>,
}

impl<'s> Cells<'s> {
    fn new(range: &'s Range<Data>, order: Option<usize>) -> Cells<'s> {
        let (top, left) = range.start().unwrap_or_default();
        Cells {
            rows: range.rows(),
            line: u64::from(top),
            left: left as usize,
            order,
            left_out: None,
            text: String::new(),
            ends: Vec::new(),
        }
    }
}

impl RecordReader for Cells<'_> {
    fn next(&mut self) -> Result<Option<Record<'_>>, SheetError> {
        let Some(row) = self.rows.next() else {
            return Ok(None);
        };
        self.line += 1;
        self.text.clear();
        self.ends.clear();
        self.ends.resize(self.left, 0);
        for (column, data) in (self.left..).zip(row) {
            cell::show(data, self.order == Some(column), &mut self.text);
            self.ends.push(self.text.len());
        }
        Ok(Some(Record {
            worksheet: 0,
            line: self.line,
            text: &self.text,
            ends: &self.ends,
            left_out: self
                .left_out
                .is_some_and(|shape| shape.is_hidden(self.line)),
        }))
    }
}

const DAMAGED: &str = "it is damaged";
/// Characters of what the workbook reader says that a message shows.
const MAX_REASON: usize = 100;

/// Cells a worksheet may span, empty ones between included. One stray cell far to the right of a
/// long table would otherwise take all memory there is.
const MAX_CELLS: u64 = 50_000_000;

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
    let positions = cells.iter().map(Cell::get_position);
    let height = span(positions.clone().map(|(row, _)| row));
    let width = span(positions.map(|(_, column)| column));
    if height * width > MAX_CELLS {
        return Err(Error::Msg(
            "cells far apart; delete what is outside the table",
        ));
    }
    Ok(Range::from_sparse(cells))
}

fn span(numbers: impl Iterator<Item = u32> + Clone) -> u64 {
    let (least, most) = (numbers.clone().min(), numbers.max());
    u64::from(most.unwrap_or(0) - least.unwrap_or(0)) + 1
}

/// Runs the workbook reader, which may panic on a damaged file.
fn catch_panic<T>(read: impl FnOnce() -> Result<T, Error>) -> Result<T, Fault> {
    match catch_unwind(AssertUnwindSafe(read)) {
        Ok(Ok(read)) => Ok(read),
        Ok(Err(
            Error::Xlsx(XlsxError::Password)
            | Error::Xls(XlsError::Password)
            | Error::Xlsb(XlsbError::Password)
            | Error::Ods(OdsError::Password),
        )) => Err(Fault::Password),
        Ok(Err(error)) => Err(Fault::Workbook(one_line(&error.to_string(), MAX_REASON))),
        Err(_) => Err(Fault::Workbook(DAMAGED.to_owned())),
    }
}

fn open_book<'i>(input: &'i Input, formats: &[Format]) -> Result<(Format, Book<'i>), SheetError> {
    if formats.contains(&Format::Xls) && compound::has_loop(input)? {
        return Err(input.error(Fault::Workbook(DAMAGED.to_owned())));
    }
    let mut formats = formats.to_vec();
    let extension = input.path.as_deref().and_then(Path::extension);
    if let Some(extension) = extension.and_then(|extension| extension.to_str()) {
        let named = extension.to_lowercase();
        // Stable: the others keep their order.
        formats.sort_by_key(|format| format.to_string() != named);
    }
    let mut refused = None;
    for &format in &formats {
        match catch_panic(|| open_as(input, format)) {
            Ok(book) if !book.sheets_metadata().is_empty() => return Ok((format, book)),
            Ok(_) => {}
            Err(Fault::Password) => return Err(input.error(Fault::Password)),
            Err(fault) => {
                refused.get_or_insert(fault);
            }
        }
    }
    if formats.contains(&Format::Ods)
        && let Some(what) = archive::no_workbook(input)?
    {
        return Err(input.error(Fault::NotASheet(what)));
    }
    let nothing = || Fault::Workbook("it has no worksheets".to_owned());
    Err(input.error(refused.unwrap_or_else(nothing)))
}

fn open_as(input: &Input, format: Format) -> Result<Book<'_>, Error> {
    let reader = BufReader::new(input.reader_from(0));
    Ok(match format {
        Format::Xls => Sheets::Xls(Xls::new(reader).map_err(Error::Xls)?),
        Format::Xlsb => Sheets::Xlsb(Xlsb::new(reader).map_err(Error::Xlsb)?),
        Format::Ods => Sheets::Ods(Ods::new(reader).map_err(Error::Ods)?),
        _ => Sheets::Xlsx(Xlsx::new(reader).map_err(Error::Xlsx)?),
    })
}
