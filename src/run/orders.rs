//! The orders of a sheet, a record each: one call an order, with the flag that its last valid row
//! gives.
//!
//! Calls are scarce and exports repeat an order on every detail line.

#[cfg(test)]
mod tests;

use std::collections::HashMap;
use std::sync::OnceLock;

use compact_str::CompactString;
use foldhash::fast::RandomState;
use indexmap::IndexMap;
use indexmap::map::Entry;

use super::found::Found;
use crate::files::Outcome;
use crate::language::say;
use crate::sheet::{self, Place, Problem, Row, Sheet, SheetError};

/// What to do with an order that is given different flags.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, clap::ValueEnum)]
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

/// What the rows of one order come to, and what becomes of it.
#[derive(Debug, Default)]
pub struct Order {
    /// Of the row that decides, among the sheet's rows.
    pub position: u64,
    /// Its line.
    pub line: u64,
    /// Where that row stands in the sheet that a file of this program's own comes from.
    pub origin: Option<u64>,
    /// Position among the flags.
    flag: u32,
    /// Valid rows that name it.
    pub rows: u32,
    is_conflicting: bool,
    /// Whether it failed in an earlier run.
    pub failed_before: bool,
    /// Whether the row that decides has success from an earlier run.
    pub is_settled: bool,
    /// How, if this run continues that one: it holds until more is known.
    pub failed: Option<Box<Outcome>>,
    /// Whether a call is wanted for it, to send it or to read it back.
    pub is_wanted: bool,
    /// Known once it is in the journal, or needs no call.
    pub outcome: OnceLock<Outcome>,
    /// What the ERP says that the order carries, where it was asked.
    pub found: OnceLock<Box<Found>>,
}

/// The valid rows of a sheet by order. About 150 bytes a distinct order.
#[derive(Debug, Default)]
pub struct Orders {
    pub on_conflict: OnConflict,
    /// Order numbers are short: they stand in the map itself.
    all: IndexMap<CompactString, Order, RandomState>,
    /// With the valid rows that give each.
    flags: IndexMap<Box<str>, u64, RandomState>,
    /// Rows by order and flag, of the orders that are given different flags.
    rows_by_flag: HashMap<(usize, u32), u32, RandomState>,
    /// All rows, valid or not.
    pub rows: u64,
    /// Rows that cannot be sent as they stand.
    pub invalid: u64,
    /// Rows that are hidden and not wanted.
    pub left_out: u64,
    /// Orders that are given different flags.
    pub conflicts: u64,
    /// Whether a row has more fields than the header.
    pub has_extra_fields: bool,
}

impl Orders {
    /// Reads the sheet once. `watch` is shown every row that is not left out, with what would be
    /// sent for it.
    ///
    /// # Errors
    ///
    /// If the sheet cannot be read to its end, or has no rows and is to have some: then nothing may
    /// be sent.
    pub fn of(
        sheet: &Sheet,
        on_conflict: OnConflict,
        mut watch: impl FnMut(&Row, &Result<sheet::Entry<'_>, Problem>),
    ) -> Result<Orders, SheetError> {
        let mut orders = Orders {
            on_conflict,
            ..Orders::default()
        };
        let mut rows = sheet.rows()?;
        let mut row = Row::default();
        while rows.read(&mut row)? {
            if !row.part.is_given() {
                if let Ok(entry) = row.entry(sheet)
                    && row.part.is_settled()
                {
                    orders.enter(&row, &entry);
                }
                continue;
            }
            orders.rows += 1;
            orders.has_extra_fields |= !row.extra_fields().is_empty();
            if row.is_left_out() {
                orders.left_out += 1;
                continue;
            }
            let entry = row.entry(sheet);
            match &entry {
                Ok(entry) => orders.enter(&row, entry),
                Err(_) => orders.invalid += 1,
            }
            watch(&row, &entry);
        }
        if orders.rows == 0 && !sheet.may_be_empty() {
            return Err(SheetError::of(sheet.name(), say!("sheet-no-rows")));
        }
        Ok(orders)
    }

    /// The last row decides.
    fn enter(&mut self, row: &Row, entry: &sheet::Entry<'_>) {
        let origin = row.origin().and_then(|origin| origin.line);
        // Rows that are not given count for nothing.
        let count = u32::from(row.part.is_given());
        let flag = match self.flags.get_index_of(entry.flag.as_ref()) {
            Some(at) => at,
            None => self.flags.insert_full(entry.flag.as_ref().into(), 0).0,
        };
        self.flags[flag] += u64::from(count);
        // More distinct flags than this do not fit in memory.
        let flag = u32::try_from(flag).unwrap_or(u32::MAX);
        let known = self.all.entry(CompactString::new(&entry.order));
        let (index, is_new) = (known.index(), matches!(known, Entry::Vacant(_)));
        let order = known.or_default();
        if !is_new && order.flag != flag && !order.is_conflicting {
            order.is_conflicting = true;
            self.conflicts += 1;
            self.rows_by_flag.insert((index, order.flag), order.rows);
        }
        if order.is_conflicting {
            *self.rows_by_flag.entry((index, flag)).or_default() += count;
        }
        order.position = row.position;
        order.line = row.line();
        order.origin = origin;
        order.flag = flag;
        order.is_settled = row.part.is_settled();
        order.outcome = past_outcome(row);
        order.rows = order.rows.saturating_add(count);
    }

    /// All distinct orders among the valid rows, by first appearance, with their numbers.
    pub fn iter(&self) -> impl DoubleEndedIterator<Item = (&str, &Order)> + Clone {
        self.all
            .iter()
            .map(|(number, order)| (number.as_str(), order))
    }

    /// The same, with the flags that their deciding rows give.
    pub fn iter_mut(&mut self) -> impl Iterator<Item = (&str, &str, &mut Order)> {
        let flags = &self.flags;
        self.all
            .iter_mut()
            .map(|(number, order)| (number.as_str(), flag_of(flags, order.flag), order))
    }

    /// `None` if no valid row names the order.
    pub fn get(&self, number: &str) -> Option<&Order> {
        self.all.get(number)
    }

    /// The same, and the flag that its deciding row gives.
    pub fn get_mut(&mut self, number: &str) -> Option<(&str, &mut Order)> {
        let order = self.all.get_mut(number)?;
        Some((flag_of(&self.flags, order.flag), order))
    }

    /// Whether a call is made for the order.
    pub fn is_sent(&self, order: &Order) -> bool {
        order.is_sent(self.on_conflict)
    }

    /// Wants a call for the first `limit` orders of the sheet, but for those whose outcome is known.
    pub fn want_unsettled(&mut self, limit: Option<u64>) {
        let mut left = limit.unwrap_or(u64::MAX);
        let on_conflict = self.on_conflict;
        self.want(|order| {
            let is_first = order.is_sent(on_conflict) && !order.is_settled && left > 0;
            left -= u64::from(is_first);
            is_first && order.outcome.get().is_none()
        });
    }

    /// Wants a call for the orders of which this is so, and for no other.
    pub fn want(&mut self, mut is_wanted: impl FnMut(&Order) -> bool) {
        for order in self.all.values_mut() {
            order.is_wanted = is_wanted(order);
        }
    }

    /// The orders that a call is wanted for, with their numbers, by first appearance.
    pub fn wanted(&self) -> impl DoubleEndedIterator<Item = (&str, &Order)> {
        self.iter().filter(|(_, order)| order.is_wanted)
    }

    /// The same in the order in which calls are made: as the rows stand that decide, but those that
    /// failed in an earlier run last, so that none of them keeps the others from being sent, night
    /// after night.
    pub fn in_turn(&self) -> Vec<(&str, &Order)> {
        let mut wanted: Vec<_> = self.wanted().collect();
        wanted.sort_by_key(|(_, order)| (order.failed_before, order.position));
        wanted
    }

    /// The flag that the order's deciding row gives.
    pub fn flag(&self, order: &Order) -> &str {
        flag_of(&self.flags, order.flag)
    }

    /// How many of its rows give another flag than the deciding one.
    pub fn superseded_rows_of(&self, number: &str, order: &Order) -> u64 {
        if !order.is_conflicting {
            return 0;
        }
        let index = self.all.get_index_of(number).unwrap_or_default();
        let same = self.rows_by_flag.get(&(index, order.flag));
        order
            .rows
            .saturating_sub(same.copied().unwrap_or_default())
            .into()
    }

    /// Where the row stands that decides for the order, as people know it.
    pub fn place(&self, order: &Order) -> Place {
        Place {
            line: order.line,
            sheet_line: order.origin.filter(|&line| line != order.line),
        }
    }

    /// Wanted rows that give no order a flag: invalid ones, and those of conflicts.
    pub fn unclear(&self) -> u64 {
        self.invalid + self.conflicting_rows()
    }

    /// Distinct orders among the valid rows.
    pub fn distinct(&self) -> usize {
        self.all.len()
    }

    /// Those of them that rows to be sent or given back name.
    pub fn given(&self) -> usize {
        self.all.values().filter(|order| order.rows > 0).count()
    }

    /// The flags that valid rows give, with the number of these rows.
    pub fn flags(&self) -> impl Iterator<Item = (&str, u64)> {
        let flags = self.flags.iter().map(|(flag, &rows)| (&**flag, rows));
        flags.filter(|(_, rows)| *rows > 0)
    }

    /// Rows of the orders that conflicts make invalid.
    pub fn conflicting_rows(&self) -> u64 {
        self.all
            .values()
            .filter(|order| !self.is_sent(order))
            .map(|order| u64::from(order.rows))
            .sum()
    }
}

impl Order {
    pub fn is_sent(&self, on_conflict: OnConflict) -> bool {
        on_conflict == OnConflict::Last || !self.is_conflicting
    }
}

/// What became of a row in an earlier run, if that holds.
fn past_outcome(row: &Row) -> OnceLock<Outcome> {
    let origin = row.origin().filter(|_| row.part.is_settled());
    origin
        .and_then(Outcome::of_past)
        .map(OnceLock::from)
        .unwrap_or_default()
}

fn flag_of(flags: &IndexMap<Box<str>, u64, RandomState>, at: u32) -> &str {
    flags.get_index(at as usize).map_or("", |(flag, _)| flag)
}
