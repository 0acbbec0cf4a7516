//! Files as programs write them, and as none should.

mod limits;
pub(crate) mod made;
mod ods;
mod text;
mod xls;
mod xlsb;
mod xlsx;

use std::io::Cursor;

use super::*;
use made::*;

/// A cell: its text, unless that is no plain text or number its kind before and a note after it.
fn told(cell: Cell<'_>) -> String {
    let Cell {
        text, kind, note, ..
    } = cell;
    match (kind, note) {
        (Kind::Text | Kind::Number, "") => text.to_owned(),
        (kind, "") => format!("{kind:?} {text}"),
        (kind, note) => format!("{kind:?} {text} | {note}"),
    }
}

fn rows_of(table: &Table) -> Vec<Vec<String>> {
    let rows = table.rows().map(|row| row.cells().map(told).collect());
    rows.collect()
}

fn rows(bytes: &[u8]) -> Result<Vec<Vec<String>>> {
    let budget = Budget::new(None);
    let mut book = Workbook::open(Cursor::new(bytes), &budget)?;
    book.table(0).map(|table| rows_of(&table))
}

/// The first cell of the second row.
fn order(bytes: &[u8]) -> String {
    rows(bytes).unwrap().swap_remove(1).swap_remove(0)
}

#[track_caller]
fn has(said: &str, part: &str) {
    assert!(said.contains(part), "{part:?}: {said}");
}

/// What is said of a file that cannot be read.
fn refusal(bytes: &[u8]) -> String {
    rows(bytes).unwrap_err().to_string()
}
