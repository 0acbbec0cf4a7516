//! A table of cells, held in memory: as it is stored, whatever the format that it is read from, and
//! as the text that people see.

mod budget;
mod builder;
mod cells;
mod date;
mod number_format;
mod records;
mod sent;
mod shape;
mod show;

pub(super) use budget::Budget;
pub(super) use builder::{MAX_COLUMNS, MAX_ROWS, TableBuilder};
pub(super) use cells::{Table, TableCell, Texts, Value};
pub(super) use date::{iso, iso_duration};
pub(super) use number_format::{NumberFormat, of_cells};
pub(super) use records::{TableRecords, count};
pub(super) use sent::Sent;
pub(super) use shape::Shape;
