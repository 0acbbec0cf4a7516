//! Workbooks: one worksheet held in memory.

mod archive;
mod cell;
mod compound;

use std::io::BufReader;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;

use calamine::{
    Cell, Data, DataRef, Error, Ods, OdsError, Range, Reader as _, Sheet, SheetType, SheetVisible,
    Sheets, Xls, XlsError, Xlsb, XlsbError, Xlsx, XlsxError,
};

use super::error::{Fault, SheetError};
use super::format::Format;
use super::header::{Found, Header, Search, search};
use super::input::{Input, Reader};
use super::options::SheetOptions;
use super::record::{Record, RecordReader};
use crate::text::{one_line, quoted};

type Book<'i> = Sheets<BufReader<Reader<'i>>>;

#[derive(Debug)]
pub(super) struct Worksheet {
    pub(super) format: Format,
    pub(super) name: String,
    range: Range<Data>,
}

impl Worksheet {
    /// The worksheet asked for, else the first visible one that has the columns.
    pub(super) fn open(
        input: &Input,
        formats: &[Format],
        options: &SheetOptions,
    ) -> Result<(Worksheet, Header), SheetError> {
        let (format, mut book) = open_book(input, formats)?;
        let names =
            candidates(&book, options.worksheet.as_deref()).map_err(|fault| input.error(fault))?;
        let mut nearest: Option<Search> = None;
        let mut failed = None;
        for name in names {
            let range = match catch_panic(|| range_of(&mut book, &name)) {
                Ok(range) => range,
                Err(fault) => {
                    failed.get_or_insert(fault);
                    continue;
                }
            };
            let search = search(Cells::new(&range, None), false, options);
            if let Found::Header(header) = search.found {
                input.unchanged()?;
                let sheet = Worksheet {
                    format,
                    name,
                    range,
                };
                return Ok((sheet, header));
            }
            if nearest.as_ref().is_none_or(|best| search.rank < best.rank) {
                nearest = Some(search);
            }
        }
        input.unchanged()?;
        Err(input.error(match (nearest.map(|best| best.found), failed) {
            (Some(Found::Unusable(fault)), _) => fault,
            (_, Some(fault)) | (Some(Found::Missing(fault)), None) => fault,
            _ => Fault::Empty,
        }))
    }

    pub(super) fn cells(&self, order: usize) -> Cells<'_> {
        Cells::new(&self.range, Some(order))
    }
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
            line: self.line,
            text: &self.text,
            ends: &self.ends,
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

/// The worksheet asked for by name, else by number from 1, hidden ones included; if none is asked
/// for, all that are visible.
fn candidates(book: &Book<'_>, asked: Option<&str>) -> Result<Vec<String>, Fault> {
    let sheets = book.sheets_metadata();
    let is_visible = |sheet: &&Sheet| sheet.visible == SheetVisible::Visible;
    let name = |sheet: &Sheet| sheet.name.clone();
    let Some(asked) = asked else {
        let tables = sheets
            .iter()
            .filter(|sheet| sheet.typ == SheetType::WorkSheet);
        return Ok(tables.filter(is_visible).map(name).collect());
    };
    let by_name = sheets
        .iter()
        .find(|sheet| sheet.name.trim() == asked.trim());
    let number = asked
        .trim()
        .parse()
        .ok()
        .and_then(|number: usize| number.checked_sub(1));
    if let Some(sheet) = by_name.or_else(|| sheets.get(number?)) {
        return Ok(vec![name(sheet)]);
    }
    let listed = (1..).zip(sheets).map(|(number, sheet)| {
        let hidden = if is_visible(&sheet) { "" } else { " (hidden)" };
        format!("{number}: {}{hidden}", quoted(&sheet.name))
    });
    Err(Fault::UnknownWorksheet {
        asked: asked.to_owned(),
        worksheets: listed.collect::<Vec<_>>().join(", "),
    })
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
