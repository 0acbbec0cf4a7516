//! A table of cells, held in memory: as it is stored, whatever the format that it is read from, and
//! as the text that people see.

mod budget;
mod builder;
mod cells;
mod date;
mod number_format;
mod shape;
mod show;

pub use budget::Budget;
pub(in crate::workbook) use builder::{MAX_ROWS, TableBuilder};
pub use cells::{Row, Table};
pub(in crate::workbook) use cells::{TableCell, Texts, Value};
pub(in crate::workbook) use date::{iso, iso_duration};
pub(in crate::workbook) use number_format::{NumberFormat, of_cells};
pub use shape::Shape;
pub use show::Role;
