//! Tables in markup: web pages and XML spreadsheets, which ERPs export under the name `.xls`.

mod html;
mod spreadsheet;
mod stored;
mod table;
mod xml;

use std::cmp::Reverse;

use super::columns::{by_letter, letter};
use super::error::{Fault, SheetError};
use super::format::Format;
use super::header::{FlagSource, Found, Header, Search, search};
use super::input::Input;
use super::options::SheetOptions;
use super::record::RecordReader;
use super::text::{TextEncoding, TextKind};
use super::warning::Warning;
use crate::erp::field::Field;
use crate::text::quoted;
use table::Table;

/// A longer file would take too much memory; it is text all the same, and can be saved as such.
const MAX_BYTES: u64 = 256 * 1024 * 1024;
/// Tables that an error names.
const MAX_TOLD: usize = 12;
/// Cells by which a table is told from others.
const TOLD_CELLS: usize = 3;

#[derive(Debug)]
pub(super) struct Markup {
    pub(super) format: Format,
    pub(super) encoding: TextEncoding,
    /// The worksheet's name, or the number of one table of several.
    pub(super) name: Option<String>,
    pub(super) warnings: Vec<Warning>,
    table: Table,
    visible_only: bool,
}

impl Markup {
    pub(super) fn open(
        input: &Input,
        encoding: TextEncoding,
        kind: TextKind,
        options: &SheetOptions,
    ) -> Result<(Markup, Header), SheetError> {
        if input.length()? > MAX_BYTES {
            return Err(input.error(Fault::TooManyCells));
        }
        let (format, tables) = match kind {
            TextKind::XmlSpreadsheet => {
                let tables = spreadsheet::worksheets(input, encoding)?;
                (Format::XmlSpreadsheet, tables)
            }
            TextKind::Html | TextKind::Delimited => (Format::Html, html::tables(input, encoding)?),
        };
        input.unchanged()?;
        let chosen = choose(tables, options).map_err(|mut fault| {
            fault.guessed(encoding.in_doubt());
            input.error(fault)
        });
        let (name, table, header) = chosen?;
        let markup = Markup {
            format,
            encoding,
            name,
            warnings: warnings(encoding, &table, &header, options.visible_only),
            table,
            visible_only: options.visible_only,
        };
        Ok((markup, header))
    }

    pub(super) fn rows(&self, header: &Header) -> impl RecordReader + Send {
        self.table.rows_below(header, self.visible_only)
    }
}

fn warnings(
    encoding: TextEncoding,
    table: &Table,
    header: &Header,
    left_out: bool,
) -> Vec<Warning> {
    let (merged, hidden) = (table.merged_down(header), table.hidden_rows(header));
    let merged = (merged > 0).then_some(Warning::MergedCells { count: merged });
    let hidden = (hidden > 0).then_some(Warning::HiddenRows {
        count: hidden,
        left_out,
    });
    [encoding.warning(), merged, hidden]
        .into_iter()
        .flatten()
        .collect()
}

type Chosen = (Option<String>, Table, Header);

/// The table asked for, else the only one that has the columns.
fn choose(mut tables: Vec<Table>, options: &SheetOptions) -> Result<Chosen, Fault> {
    if tables.is_empty() {
        return Err(Fault::NoTable);
    }
    let is_single = tables.len() == 1;
    let numbers = match &options.worksheet {
        Some(asked) => vec![asked_for(&tables, asked)?],
        None => (0..tables.len()).collect(),
    };
    let is_asked = options.worksheet.is_some();
    let mut found = Vec::new();
    let mut nearest: Option<Search> = None;
    for at in numbers {
        let table = &tables[at];
        let search = search(table.rows(), false, options);
        let line = search.line();
        match search.found {
            Found::Header(header) => {
                let rows = rows_after(table, header.line);
                found.push((at, rows, usable(table, header, options)));
            }
            Found::Unusable(fault) => found.push((at, rows_after(table, line), Err(fault))),
            Found::Missing(_) if nearest.as_ref().is_none_or(|best| search.rank < best.rank) => {
                nearest = Some(search);
            }
            Found::Missing(_) => {}
        }
    }
    let is_shown = |at: usize| is_asked || !tables[at].is_hidden;
    if !found.is_empty() && !found.iter().any(|(at, ..)| is_shown(*at)) {
        return Err(Fault::HiddenTables(titles(
            &tables,
            found.iter().map(|(at, ..)| *at),
        )));
    }
    found.retain(|(at, ..)| is_shown(*at));
    // A table without rows holds nothing that could be sent instead of another's.
    found.sort_by_key(|(_, rows, _)| Reverse(*rows > 0));
    if found.get(1).is_some_and(|(_, rows, _)| *rows > 0) {
        let with_rows = found
            .iter()
            .filter(|(_, rows, _)| *rows > 0)
            .map(|(at, ..)| *at);
        return Err(Fault::SeveralTables(titles(&tables, with_rows)));
    }
    let Some((at, _, header)) = found.into_iter().next() else {
        return Err(match nearest.map(|best| best.found) {
            Some(Found::Missing(fault)) => fault,
            _ => Fault::Empty,
        });
    };
    let header = header?;
    let table = tables.swap_remove(at);
    let number = (!is_single).then(|| (at + 1).to_string());
    Ok((table.name.clone().or(number), table, header))
}

/// The header with the lines that its cells are merged over; an error if one of them that is known
/// by its text stands for several columns.
fn usable(table: &Table, mut header: Header, options: &SheetOptions) -> Result<Header, Fault> {
    let order = (Field::PurchaseNo, &options.order_column, Some(header.order));
    let flag_column = match header.flag {
        FlagSource::Column(at) | FlagSource::SentFlag(at) => Some(at),
        FlagSource::Given(_) => None,
    };
    for (field, asked, column) in [order, (Field::FlagName, &options.flag_column, flag_column)] {
        let Some(column) = column else {
            continue;
        };
        let Some((last_line, last_column)) = table.merged_at(header.line, column) else {
            continue;
        };
        let is_by_letter = asked.as_deref().and_then(by_letter) == Some(column);
        if last_column > column && !is_by_letter {
            return Err(Fault::MergedHeader {
                line: header.line,
                header: header.fields[column].clone(),
                field,
                columns: (letter(column), letter(last_column)),
            });
        }
        header.last_line = header.last_line.max(last_line);
    }
    Ok(header)
}

/// The worksheet of this name, else the table of this number from 1.
fn asked_for(tables: &[Table], asked: &str) -> Result<usize, Fault> {
    let asked = asked.trim();
    let is_named = |table: &Table| table.name.as_ref().is_some_and(|name| name.trim() == asked);
    let by_name = tables.iter().position(is_named);
    let number = || {
        asked
            .parse()
            .ok()
            .and_then(|number: usize| number.checked_sub(1))
    };
    let found = by_name.or_else(number).filter(|&at| at < tables.len());
    found.ok_or_else(|| Fault::UnknownWorksheet {
        asked: asked.to_owned(),
        worksheets: titles(tables, 0..tables.len()),
    })
}

/// Each table's number with its name or its first cells.
fn titles(tables: &[Table], mut wanted: impl Iterator<Item = usize>) -> String {
    let title = |at: usize| {
        let table = &tables[at];
        let name = match &table.name {
            Some(name) => quoted(name),
            None => first_cells(table),
        };
        let hidden = if table.is_hidden { " (hidden)" } else { "" };
        format!("{}: {name}{hidden}", at + 1)
    };
    let mut titles: Vec<String> = wanted.by_ref().take(MAX_TOLD).map(title).collect();
    match wanted.count() {
        0 => {}
        more => titles.push(format!("{more} more")),
    }
    titles.join(", ")
}

fn first_cells(table: &Table) -> String {
    let mut rows = table.rows();
    let Ok(Some(first)) = rows.next() else {
        return "empty".to_owned();
    };
    let cells = first.iter().filter(|cell| !cell.is_empty());
    cells
        .take(TOLD_CELLS)
        .map(quoted)
        .collect::<Vec<_>>()
        .join(" ")
}

/// How many rows follow the line.
fn rows_after(table: &Table, line: u64) -> u64 {
    let mut rows = table.rows();
    let mut count = 0;
    while let Ok(Some(record)) = rows.next() {
        count += u64::from(record.line > line);
    }
    count
}
