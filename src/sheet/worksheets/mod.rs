//! The worksheet of a workbook that is read, held in memory.

mod choice;
mod digits;
mod records;

use super::format::Format;
use super::header::Header;
use super::input::{Input, SheetError, SheetOptions};
use super::normalize::{is_blank, strip_wrapping};
use super::text::TextEncoding;
use crate::erp::field::Field;
use crate::language::say;
use crate::text::quoted;
use crate::workbook::{Kind, Row, Table, Workbook, letter};
use choice::{Chosen, choose};
use digits::Lengths;
use records::{Sent, TableRecords};

#[derive(Debug)]
pub struct Worksheet {
    pub format: Format,
    /// Of a file that is text.
    pub encoding: Option<TextEncoding>,
    /// None for the only table of a web page.
    pub name: Option<String>,
    table: Table,
    sent: Sent,
    /// Whether rows that are hidden are left out.
    visible_only: bool,
    /// How many cells that are sent stand for several rows.
    merged: u64,
    hidden_rows: u64,
}

impl Worksheet {
    pub fn open(
        input: &Input,
        mut book: Workbook<'_, '_>,
        encoding: Option<TextEncoding>,
        options: &SheetOptions,
    ) -> Result<(Worksheet, Header), SheetError> {
        let chosen = choose(&mut book, options);
        input.unchanged()?;
        let worksheet = chosen.and_then(|chosen| {
            let format = Format::Workbook(book.format);
            Worksheet::of(chosen, format, encoding, options)
        });
        worksheet.map_err(|fault| {
            input.error(match encoding {
                Some(encoding) => encoding.explained(fault),
                None => fault,
            })
        })
    }

    fn of(
        (name, mut table, mut header): Chosen,
        format: Format,
        encoding: Option<TextEncoding>,
        options: &SheetOptions,
    ) -> Result<(Worksheet, Header), String> {
        header.last_line = last_line(&table, &header)?;
        let columns = sent_columns(&header);
        let merged = columns.map(|(_, column)| table.fill_down(column, header.last_line));
        let merged = merged.sum();
        let is_below = |line| line > header.last_line;
        let worksheet = Worksheet {
            format,
            encoding,
            name,
            merged,
            hidden_rows: count(&table, |row| is_below(row.line()) && row.is_hidden()),
            sent: sent(&table, &header),
            table,
            visible_only: options.visible_only,
        };
        let hidden = worksheet.hidden_rows;
        if options.flag.is_some() && hidden > 0 && !(options.visible_only || options.include_hidden)
        {
            return Err(say!("sheet-hidden-rows", count = hidden));
        }
        Ok((worksheet, header))
    }

    pub fn records<'s>(&'s self, header: &'s Header) -> TableRecords<'s> {
        TableRecords::new(&self.table, Some((self.sent, header)), self.visible_only)
    }

    /// As [`crate::sheet::Layout::warnings`].
    pub fn warnings(&self) -> Vec<(String, bool)> {
        let (hidden, merged) = (self.hidden_rows, self.merged);
        let of_hidden = if self.visible_only {
            say!("warning-hidden-rows-left-out", count = hidden)
        } else {
            say!("warning-hidden-rows", count = hidden)
        };
        let of_merged = say!("warning-merged-cells", count = merged);
        let warnings = [
            (hidden > 0).then_some((of_hidden, !self.visible_only)),
            (merged > 0).then_some((of_merged, false)),
        ];
        warnings.into_iter().flatten().collect()
    }
}

/// How many rows there are that are wanted, blank ones not counted.
fn count(table: &Table, is_wanted: impl Fn(Row<'_>) -> bool) -> u64 {
    let rows = table.rows().filter(|&row| is_wanted(row));
    let filled = rows.filter(|row| row.cells().any(|cell| !is_blank(cell.text)));
    filled.count() as u64
}

/// The columns that are sent.
fn sent_columns(header: &Header) -> impl Iterator<Item = (Field, usize)> + use<> {
    let flag = header.flag.column().map(|at| (Field::FlagName, at));
    [(Field::PurchaseNo, header.order)].into_iter().chain(flag)
}

/// Where the header ends that cells merged downwards make higher than a line; an error if one of
/// its cells that is known by its text stands for several columns.
fn last_line(table: &Table, header: &Header) -> Result<u64, String> {
    let mut last = header.line;
    for ((field, column), by_letter) in sent_columns(header).zip(header.by_letter) {
        let Some(merge) = table.merge_at(header.line, column) else {
            continue;
        };
        let (first_column, last_column) = merge.columns;
        if first_column < last_column && !by_letter {
            return Err(say!(
                "sheet-merged-header",
                line = header.line,
                header = quoted(&header.fields[column]),
                from = letter(first_column),
                to = letter(last_column),
                column = field.title(),
                option = field.option()
            ));
        }
        last = last.max(merge.rows.1);
    }
    Ok(last)
}

fn sent(table: &Table, header: &Header) -> Sent {
    let mut lengths = Lengths::default();
    let mut has_orders = false;
    for row in table.rows().filter(|row| row.line() > header.last_line) {
        let Some(cell) = row.cell(header.order) else {
            continue;
        };
        has_orders |= !matches!(cell.kind, Kind::NoValue | Kind::EmptyText);
        if matches!(cell.kind, Kind::Text | Kind::Error) {
            lengths.add(&strip_wrapping(cell.text));
        }
    }
    Sent {
        digits: lengths.common(),
        has_orders,
    }
}
