//! What a row is to the run.

use super::orders::{Order, Orders};
use crate::sheet::{Problem, Row, Sheet, SheetError};

/// What a row is to the run, with the order's record, whose line is that of the deciding row.
#[derive(Debug)]
pub enum Role<'o> {
    /// It is hidden in the sheet, and only visible rows are wanted.
    LeftOut,
    Invalid {
        problem: Problem,
        /// Decided by a later row.
        decided: Option<&'o Order>,
    },
    /// Its flag is sent for its order.
    Decides(&'o Order),
    /// Gives the flag that the deciding row gives.
    Same(&'o Order),
    /// Gives another flag than the deciding row.
    Superseded(&'o Order),
    /// Its order is given different flags, and conflicts are invalid.
    Conflict(&'o Order),
}

impl Orders {
    /// Whether a row that is not given back decides for its order.
    pub fn is_decided_by(&self, row: &Row, sheet: &Sheet) -> bool {
        let entry = row.entry(sheet).ok().filter(|_| row.part.is_settled());
        let order = entry.and_then(|entry| self.get(&entry.order));
        order.is_some_and(|order| order.position == row.position)
    }

    /// What a row is to the run.
    ///
    /// # Errors
    ///
    /// If the sheet has changed since: the row's order is not known, or another row decides, or
    /// this one gives another flag.
    pub fn role(&self, row: &Row, sheet: &Sheet) -> Result<Role<'_>, SheetError> {
        if row.is_left_out() {
            return Ok(Role::LeftOut);
        }
        let entry = match row.entry(sheet) {
            Ok(entry) => entry,
            Err(problem) => {
                let order = row.order(sheet).and_then(|order| self.get(&order));
                return Ok(Role::Invalid {
                    problem,
                    decided: order.filter(|order| order.position > row.position),
                });
            }
        };
        let has_changed = || SheetError::changed(sheet.name());
        let order = self.get(&entry.order).ok_or_else(has_changed)?;
        let same_flag = self.flag(order) == entry.flag;
        let decides = order.position == row.position;
        if row.position > order.position || decides && !same_flag {
            return Err(has_changed());
        }
        Ok(if !self.is_sent(order) {
            Role::Conflict(order)
        } else if !same_flag {
            Role::Superseded(order)
        } else if decides {
            Role::Decides(order)
        } else {
            Role::Same(order)
        })
    }
}
