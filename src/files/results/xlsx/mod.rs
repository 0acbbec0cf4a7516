//! Results and failures as a workbook of one worksheet.
//!
//! All of the sheet's own cells are texts, as they were read, in columns formatted as text: what a
//! person opens, repairs and saves is not changed. Nothing can be a formula.

mod escape;
mod read;
mod write;

pub use read::{has_others, to_csv};
pub use write::XlsxWriter;

/// Rows of a worksheet, the header included.
pub const MAX_ROWS: u64 = 1_048_576;

const SHEET: &str = "xl/worksheets/sheet1.xml";
