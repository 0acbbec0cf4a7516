//! What is wrong inside a workbook, as far as it tells people something.

use std::fmt;

use crate::language::say;
use crate::text::one_line;

/// Characters that a message shows of what stands in the workbook.
const MAX_SHOWN: usize = 40;

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Damage {
    /// It is not as its format has it.
    Broken,
    /// It, or a part of it, ends early.
    Cut,
    NoWorksheets,
    NoCells,
    NoText,
    Value(String),
    Place(String),
    TwoCells {
        line: u32,
    },
    LongText,
    /// Rows or columns come in another order than they say.
    Order,
    FarApart,
    TooMuch,
    Packing,
}

impl Damage {
    /// A cell holds what its kind does not allow.
    pub(super) fn value(value: &str) -> Damage {
        Damage::Value(one_line(value, MAX_SHOWN))
    }

    /// A cell is where none can be.
    pub(super) fn place(place: &str) -> Damage {
        Damage::Place(one_line(place, MAX_SHOWN))
    }
}

impl fmt::Display for Damage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&match self {
            Damage::Broken => say!("sheet-damage-broken"),
            Damage::Cut => say!("sheet-damage-cut"),
            Damage::NoWorksheets => say!("sheet-damage-no-worksheets"),
            Damage::NoCells => say!("sheet-damage-no-cells"),
            Damage::NoText => say!("sheet-damage-no-text"),
            Damage::Value(value) => say!("sheet-damage-value", value = value),
            Damage::Place(place) => say!("sheet-damage-place", place = place),
            Damage::TwoCells { line } => say!("sheet-damage-two-cells", line = line),
            Damage::LongText => say!("sheet-damage-long-text"),
            Damage::Order => say!("sheet-damage-order"),
            Damage::FarApart => say!("sheet-damage-far-apart"),
            Damage::TooMuch => say!("sheet-damage-too-much"),
            Damage::Packing => say!("sheet-damage-packing"),
        })
    }
}
