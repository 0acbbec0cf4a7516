//! Why a workbook, or one of its worksheets, cannot be read.

use std::fmt;
use std::io;

use crate::language::{os_error, say};
use crate::text::one_line;

/// Characters that a message shows of what stands in the workbook.
const MAX_SHOWN: usize = 40;

pub type Result<T> = std::result::Result<T, WorkbookError>;

/// What is wrong and what to do, as a clause about the file.
#[derive(Clone, Debug)]
pub struct WorkbookError {
    text: String,
    is_damage: bool,
}

impl WorkbookError {
    pub fn new(text: String) -> WorkbookError {
        WorkbookError {
            text,
            is_damage: false,
        }
    }

    pub fn damaged(text: String) -> WorkbookError {
        WorkbookError {
            text,
            is_damage: true,
        }
    }

    /// What is wrong within the file, if that is why.
    pub fn damage(&self) -> Option<&str> {
        self.is_damage.then_some(&*self.text)
    }
}

impl fmt::Display for WorkbookError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.is_damage {
            f.write_str(&say!("sheet-damaged", damage = self.text.as_str()))
        } else {
            f.write_str(&self.text)
        }
    }
}

/// The system says why, or what unpacks a part.
impl From<io::Error> for WorkbookError {
    fn from(error: io::Error) -> WorkbookError {
        WorkbookError::from(&error)
    }
}

impl From<&io::Error> for WorkbookError {
    fn from(error: &io::Error) -> WorkbookError {
        match (error.raw_os_error(), error.kind()) {
            (Some(_), _) => WorkbookError::new(say!("sheet-not-read", why = os_error(error))),
            (None, io::ErrorKind::UnexpectedEof) => cut(),
            (None, io::ErrorKind::Unsupported) => {
                WorkbookError::damaged(say!("sheet-damage-packing"))
            }
            _ => broken(),
        }
    }
}

macro_rules! damages {
    ($($name:ident: $key:literal,)*) => {
        $(pub fn $name() -> WorkbookError {
            WorkbookError::damaged(say!($key))
        })*
    };
}

damages! {
    broken: "sheet-damage-broken",
    cut: "sheet-damage-cut",
    no_worksheets: "sheet-damage-no-worksheets",
    no_cells: "sheet-damage-no-cells",
    too_much: "sheet-damage-too-much",
    out_of_order: "sheet-damage-order",
    long_text: "sheet-damage-long-text",
}

/// A cell holds what its kind does not allow.
pub fn bad_value(value: &str) -> WorkbookError {
    let value = one_line(value, MAX_SHOWN);
    WorkbookError::damaged(say!("sheet-damage-value", value = value))
}

/// A cell is where none can be.
pub fn bad_place(place: &str) -> WorkbookError {
    let place = one_line(place, MAX_SHOWN);
    WorkbookError::damaged(say!("sheet-damage-place", place = place))
}

/// A table of a page or an XML spreadsheet is not whole.
pub fn cut_table() -> WorkbookError {
    WorkbookError::new(say!("sheet-cut-table"))
}

pub fn password() -> WorkbookError {
    WorkbookError::new(say!("sheet-password"))
}
