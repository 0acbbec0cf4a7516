//! The plan deduplicates a sheet: one call an order, with the flag that its last valid row gives.
//!
//! Calls are scarce and exports repeat an order on every detail line.

mod preview;
mod shapes;
#[cfg(test)]
mod tests;

use std::collections::HashMap;

use compact_str::CompactString;
use foldhash::fast::RandomState;
use indexmap::IndexMap;
use indexmap::map::Entry;
use serde::Serialize;

pub use preview::{Preview, Sent};

use crate::sheet::{self, Line, Problem, Row, Sheet, SheetError};

/// What to do with an order that is given different flags.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, clap::ValueEnum)]
#[serde(rename_all = "snake_case")]
pub enum OnConflict {
    /// The order's last valid row decides, the others are superseded.
    #[default]
    Last,
    /// All the order's rows are invalid.
    Invalid,
}

impl OnConflict {
    pub fn as_str(self) -> &'static str {
        match self {
            OnConflict::Last => "last",
            OnConflict::Invalid => "invalid",
        }
    }
}

/// An order's position in the plan, by first appearance in the sheet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OrderId(usize);

impl OrderId {
    pub fn index(self) -> usize {
        self.0
    }
}

/// What a valid row of the sheet is to the run. `line` is that of the order's deciding row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RowRole {
    /// Its flag is sent for its order.
    Decides { id: OrderId },
    /// Gives the flag that the deciding row gives.
    Same { id: OrderId, line: Line },
    /// Gives another flag than the deciding row.
    Superseded { id: OrderId, line: Line },
    /// Its order is given different flags, and conflicts are invalid.
    Conflict { id: OrderId, line: Line },
}

/// What the rows of one order come to.
#[derive(Clone, Copy, Debug)]
struct Decision {
    /// Line of the row that decides.
    line: Line,
    /// In a failures file, that of its row in the sheet; 0 for others.
    sheet_line: u64,
    /// Its flag, as an index into [`Plan::flags`].
    flag: u32,
    rows: u32,
    conflict: bool,
}

/// The sheet's valid rows, one decision an order. About 100 bytes a distinct order.
#[derive(Debug)]
pub struct Plan {
    on_conflict: OnConflict,
    /// Order numbers are short: they stand in the map itself.
    orders: IndexMap<CompactString, Decision, RandomState>,
    /// With the valid rows that give each.
    flags: IndexMap<Box<str>, u64, RandomState>,
    /// Rows by order and flag, of the orders that are given different flags.
    rows_by_flag: HashMap<(usize, u32), u32, RandomState>,
    rows: u64,
    invalid: u64,
    left_out: u64,
    conflicts: u64,
    has_extra_fields: bool,
}

impl Plan {
    /// Reads the sheet once. `watch` is shown every row that is not left out, with what would be
    /// sent for it.
    ///
    /// # Errors
    ///
    /// If the sheet cannot be read to its end: then nothing may be sent.
    pub fn build(
        sheet: &Sheet,
        on_conflict: OnConflict,
        mut watch: impl FnMut(&Row, &Result<sheet::Entry<'_>, Problem>),
    ) -> Result<Plan, SheetError> {
        let mut plan = Plan {
            on_conflict,
            orders: IndexMap::default(),
            flags: IndexMap::default(),
            rows_by_flag: HashMap::default(),
            rows: 0,
            invalid: 0,
            left_out: 0,
            conflicts: 0,
            has_extra_fields: false,
        };
        let mut rows = sheet.rows()?;
        let mut row = Row::default();
        while rows.read(&mut row)? {
            plan.rows += 1;
            plan.has_extra_fields |= !row.extra_fields().is_empty();
            if row.is_left_out() {
                plan.left_out += 1;
                continue;
            }
            let entry = row.entry(sheet);
            match &entry {
                Ok(entry) => plan.enter(&row, entry),
                Err(_) => plan.invalid += 1,
            }
            watch(&row, &entry);
        }
        Ok(plan)
    }

    /// The last row decides; of a failures file, which may have been sorted, the last in its sheet.
    fn enter(&mut self, row: &Row, entry: &sheet::Entry<'_>) {
        let line = row.line();
        let origin = row.origin().and_then(|origin| origin.line.as_ref());
        let sheet_line = origin.filter(|it| it.worksheet.is_none());
        let sheet_line = sheet_line.map_or(0, |it| it.line);
        let flag = match self.flags.get_full_mut(entry.flag.as_ref()) {
            Some((known, _, rows)) => {
                *rows += 1;
                known
            }
            None => self.flags.insert_full(entry.flag.as_ref().into(), 1).0,
        };
        // More distinct flags than this do not fit in memory.
        let flag = u32::try_from(flag).unwrap_or(u32::MAX);
        match self.orders.entry(CompactString::new(&entry.order)) {
            Entry::Occupied(mut known) => {
                let index = known.index();
                let decision = known.get_mut();
                if decision.flag != flag && !decision.conflict {
                    decision.conflict = true;
                    self.conflicts += 1;
                    let before = (index, decision.flag);
                    self.rows_by_flag.insert(before, decision.rows);
                }
                if decision.conflict {
                    *self.rows_by_flag.entry((index, flag)).or_default() += 1;
                }
                if sheet_line == 0 || sheet_line >= decision.sheet_line {
                    decision.line = line;
                    decision.sheet_line = sheet_line;
                    decision.flag = flag;
                }
                decision.rows = decision.rows.saturating_add(1);
            }
            Entry::Vacant(order) => {
                order.insert(Decision {
                    line,
                    sheet_line,
                    flag,
                    rows: 1,
                    conflict: false,
                });
            }
        }
    }

    /// All distinct orders among the valid rows.
    pub fn ids(&self) -> impl DoubleEndedIterator<Item = OrderId> {
        (0..self.orders.len()).map(OrderId)
    }

    /// `None` if no valid row names the order.
    pub fn find(&self, order: &str) -> Option<OrderId> {
        self.orders.get_index_of(order).map(OrderId)
    }

    fn decision(&self, OrderId(index): OrderId) -> &Decision {
        &self.orders[index]
    }

    /// What the valid row at `line` is to the run; `None` if the sheet has changed since: the plan
    /// has never seen its order, or another row decides, or this one another flag.
    pub fn role(&self, line: Line, entry: &sheet::Entry<'_>) -> Option<RowRole> {
        let id = self.find(&entry.order)?;
        let decision = self.decision(id);
        let decides = decision.line;
        let same_flag = self.flag(id) == entry.flag;
        let is_in_order = decision.sheet_line == 0;
        if is_in_order && line > decides || line == decides && !same_flag {
            return None;
        }
        Some(if !self.is_sent(id) {
            RowRole::Conflict { id, line: decides }
        } else if !same_flag {
            RowRole::Superseded { id, line: decides }
        } else if decides != line {
            RowRole::Same { id, line: decides }
        } else {
            RowRole::Decides { id }
        })
    }

    /// The line that decides for an order, if it comes after `line`.
    pub fn decided_after(&self, line: Line, order: &str) -> Option<Line> {
        let decides = self.decision(self.find(order)?).line;
        (decides > line).then_some(decides)
    }

    /// Whether a call is made for the order.
    pub fn is_sent(&self, id: OrderId) -> bool {
        self.on_conflict == OnConflict::Last || !self.decision(id).conflict
    }

    pub fn order(&self, OrderId(index): OrderId) -> &str {
        let order = self.orders.get_index(index);
        order.map_or("", |(order, _)| order)
    }

    /// The line of the order's last valid row.
    pub fn line(&self, id: OrderId) -> Line {
        self.decision(id).line
    }

    /// The flag that the order's last valid row gives.
    pub fn flag(&self, id: OrderId) -> &str {
        let flag = self.flags.get_index(self.decision(id).flag as usize);
        flag.map_or("", |(flag, _)| flag)
    }

    /// How many valid rows name the order.
    pub fn rows_of(&self, id: OrderId) -> u64 {
        self.decision(id).rows.into()
    }

    /// How many of these give another flag than the last.
    pub fn superseded_rows_of(&self, id: OrderId) -> u64 {
        let decision = self.decision(id);
        match self.rows_by_flag.get(&(id.0, decision.flag)) {
            Some(&same) => decision.rows.saturating_sub(same).into(),
            None => 0,
        }
    }

    pub fn on_conflict(&self) -> OnConflict {
        self.on_conflict
    }

    /// Whether a row has more fields than the header.
    pub fn has_extra_fields(&self) -> bool {
        self.has_extra_fields
    }

    /// Rows that are hidden and not wanted.
    pub fn left_out(&self) -> u64 {
        self.left_out
    }

    /// All rows, valid or not.
    pub fn rows(&self) -> u64 {
        self.rows
    }

    /// Rows that cannot be sent as they stand.
    pub fn invalid(&self) -> u64 {
        self.invalid
    }

    /// Distinct orders among the valid rows.
    pub fn orders(&self) -> usize {
        self.orders.len()
    }

    /// The flags that valid rows give, with the number of these rows.
    pub fn flags(&self) -> impl Iterator<Item = (&str, u64)> {
        self.flags.iter().map(|(flag, &rows)| (&**flag, rows))
    }

    /// Orders that are given different flags.
    pub fn conflicts(&self) -> u64 {
        self.conflicts
    }

    /// Orders a call is made for, if nothing is known of any yet.
    pub fn calls(&self) -> u64 {
        match self.on_conflict {
            OnConflict::Last => self.orders() as u64,
            OnConflict::Invalid => self.orders() as u64 - self.conflicts,
        }
    }

    /// Rows of the orders that conflicts make invalid.
    pub fn conflicting_rows(&self) -> u64 {
        self.ids()
            .filter(|&id| !self.is_sent(id))
            .map(|id| self.rows_of(id))
            .sum()
    }
}
