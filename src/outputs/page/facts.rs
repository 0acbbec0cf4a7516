//! What a page shows, read row by row from results, or from what was read back.

use std::iter::once;
use std::path::Path;
use std::sync::LazyLock;

use jiff::Timestamp;
use regex::Regex;

use super::night::Night;
use crate::erp::field::Field;
use crate::files::{FileError, RowCheck, Status, is_of_stand_in, open_table};
use crate::language::say;
use crate::run::Tally;
use crate::sheet::{Appended, Row};
use crate::text::one_line;

const MAX_LOOKS: usize = 500;
/// In columns of a terminal.
const MAX_CELL: usize = 60;
const MAX_REASON: usize = 200;

pub struct Facts {
    pub kind: Appended,
    pub tally: Tally,
    /// Rows with a status that is none of this program's.
    pub strange: u64,
    /// The first rows that need a look.
    pub looks: Vec<Look>,
    pub night: Night,
    pub last: Option<Timestamp>,
    pub is_stand_in: bool,
}

/// A row that needs a look.
pub struct Look {
    pub line: Option<u64>,
    pub order: String,
    pub flag: String,
    pub status: Status,
    pub reason: String,
}

impl Facts {
    /// # Errors
    ///
    /// If there are no results at `path`, or they cannot be read.
    pub fn read(path: &Path) -> Result<Facts, FileError> {
        let refused =
            || FileError::Refused(say!("page-no-results", path = path.display().to_string()));
        let table = open_table(path)?.ok_or_else(refused)??;
        let kind = table.appended().ok_or_else(refused)?;
        let mut facts = Facts {
            kind,
            tally: Tally::default(),
            strange: 0,
            looks: Vec::new(),
            night: Night::default(),
            last: None,
            is_stand_in: is_of_stand_in(path),
        };
        let columns = table.columns();
        let named = [Field::PurchaseNo, Field::FlagName].map(|field| {
            let fit = |at: &usize| field.fit(&columns[*at]).map_or(2, u8::from);
            (0..columns.len()).min_by_key(fit).unwrap_or_default()
        });
        let (mut rows, mut row) = (table.rows()?, Row::default());
        while rows.read(&mut row)? {
            facts.add(&row, named);
        }
        Ok(facts)
    }

    pub fn statuses(&self) -> &'static [Status] {
        match self.kind {
            Appended::Outcomes => Status::OF_RESULTS,
            Appended::Readings => Status::OF_READINGS,
        }
    }

    /// Counts a row, whose order and flag usually stand in these columns.
    fn add(&mut self, row: &Row, named: [usize; 2]) {
        let Some(origin) = row.origin() else { return };
        let cell = |at: usize| origin.appended.get(at).unwrap_or_default();
        let check = RowCheck::beside(row);
        let check = check.as_ref();
        self.is_stand_in |= check.is_some_and(|it| it.issuer.is_demo());
        let mut known = self.statuses().iter().copied();
        let Some(at) = known.position(|it| it.as_str() == origin.status()) else {
            self.strange += 1;
            return;
        };
        let status = self.statuses()[at];
        let time: Option<Timestamp> = cell(self.kind.columns().len() - 2).parse().ok();
        self.last = self.last.max(time);
        // What was never sent has no other time than that of the file.
        let is_sent = !matches!(status, Status::Invalid | Status::Skipped);
        if let Some(time) = time.filter(|_| is_sent) {
            self.night.add(time, at);
        }
        if check.is_some_and(|it| it.is_left_out) {
            self.tally.leave_out(status);
            return;
        }
        if !status.is_failure() {
            self.tally.add(status, "");
            return;
        }
        // The command may have been told to take other columns than those of the usual names.
        let own = |named: usize, is_its: fn(&RowCheck, &str) -> bool| {
            let named = row.cells().get(named).unwrap_or_default();
            let mut cells = once(named).chain(row.cells());
            let proven = cells.find(|cell| check.is_some_and(|it| is_its(it, cell)));
            proven.unwrap_or(named)
        };
        let (order, message) = (own(named[0], RowCheck::has_order), cell(3));
        self.tally.add(status, &common(message, order));
        if self.looks.len() < MAX_LOOKS {
            let flag = row.sent_flag();
            let flag = flag.unwrap_or_else(|| own(named[1], RowCheck::has_flag));
            self.looks.push(Look {
                line: origin.line,
                order: plain(order, MAX_CELL),
                flag: plain(flag, MAX_CELL),
                status,
                reason: plain(message, MAX_REASON),
            });
        }
    }
}

/// A message without the row's own order, the line that decides it, and long numbers.
fn common(message: &str, order: &str) -> String {
    static LINES: LazyLock<Regex> =
        LazyLock::new(|| Regex::new("(line |第 )[0-9]+|[0-9]{5,}").expect("a fixed pattern"));
    // What is left of a long one is cut again.
    let mut text = plain(message, 2 * MAX_REASON);
    // What is this short may be part of anything.
    if order.chars().count() > 3 {
        text = text.replace(order, "…");
    }
    let text = LINES.replace_all(&text, "$1…");
    plain(&text, MAX_REASON)
}

/// Foreign text on one line, cut short, with nothing in it that turns the direction of writing.
pub fn plain(text: &str, max: usize) -> String {
    one_line(&text.replace(['\u{61c}', '\u{200e}', '\u{200f}'], ""), max)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reasons_lack_what_is_particular_to_a_row() {
        for (message, order, reason) in [
            (
                "order CG0001 is not there",
                "CG0001",
                "order … is not there",
            ),
            (
                "as on line 12: HTTP 502",
                "CG0001",
                "as on line …: HTTP 502",
            ),
            ("与第 7 行相同；余额不足", "5", "与第 … 行相同；余额不足"),
            ("status 5", "5", "status 5"),
            ("流水号 000217，CG202600", "CG202600", "流水号 …，…"),
            ("a\u{202e}b\u{200f}c", "CG0001", "a bc"),
        ] {
            assert_eq!(common(message, order), reason);
        }
    }
}
