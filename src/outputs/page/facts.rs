//! What a page shows, read row by row from results, or from what was read back.

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
/// All of these rows take so many bytes of a page at most, and each so many beside its texts.
const MAX_LOOKS_SIZE: usize = 170_000;
const LOOK_SIZE: usize = 180;
/// In columns of a terminal.
const MAX_CELL: usize = 60;
const MAX_REASON: usize = 200;

pub struct Facts {
    pub kind: Appended,
    pub tally: Tally,
    /// Rows with a status that is none of this program's.
    pub strange: u64,
    /// The first rows that need a look, and how many more there are.
    pub looks: Vec<Look>,
    pub more_looks: u64,
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
        let refused = || FileError::Refused(say!("page-no-results", path = shown(path)));
        let table = open_table(path)?.ok_or_else(refused)??;
        let kind = table.appended().ok_or_else(refused)?;
        let mut facts = Facts {
            kind,
            tally: Tally::default(),
            strange: 0,
            looks: Vec::new(),
            more_looks: 0,
            night: Night::default(),
            last: None,
            is_stand_in: is_of_stand_in(path),
        };
        let mut columns = [Field::PurchaseNo, Field::FlagName]
            .map(|field| Column::by_name(table.columns(), field));
        let (mut rows, mut row, mut size) = (table.rows()?, Row::default(), 0);
        while rows.read(&mut row)? {
            let Some(look) = facts.add(&row, &mut columns) else {
                continue;
            };
            size += look.size();
            if facts.looks.len() < MAX_LOOKS && size <= MAX_LOOKS_SIZE {
                facts.looks.push(look);
            } else {
                facts.more_looks += 1;
            }
        }
        facts.night.keep_last();
        Ok(facts)
    }

    pub fn statuses(&self) -> &'static [Status] {
        match self.kind {
            Appended::Outcomes => Status::OF_RESULTS,
            Appended::Readings => Status::OF_READINGS,
        }
    }

    /// Counts a row, and gives it back if it needs a look.
    fn add(&mut self, row: &Row, [orders, flags]: &mut [Column; 2]) -> Option<Look> {
        let origin = row.origin()?;
        let cell = |at: usize| origin.appended.get(at).unwrap_or_default();
        let check = RowCheck::beside(row);
        let check = check.as_ref();
        self.is_stand_in |= check.is_some_and(|it| it.issuer.is_demo());
        let order = orders.cell(row, |cell| check.is_some_and(|it| it.has_order(cell)));
        let flag = flags.cell(row, |cell| check.is_some_and(|it| it.has_flag(cell)));
        let flag = row.sent_flag().unwrap_or(flag);
        let mut known = self.statuses().iter().copied();
        let Some(at) = known.position(|it| it.as_str() == origin.status()) else {
            self.strange += 1;
            return None;
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
            return None;
        }
        let message = cell(3);
        self.tally.add(status, &common(message, order));
        status.is_failure().then(|| Look {
            line: origin.line,
            order: plain(order, MAX_CELL),
            flag: plain(flag, MAX_CELL),
            status,
            reason: plain(message, MAX_REASON),
        })
    }
}

/// A column of the sheet's own.
struct Column {
    /// Those that may be it, the likeliest first.
    places: Vec<usize>,
    is_proven: bool,
}

impl Column {
    fn by_name(columns: &[String], field: Field) -> Column {
        let mut places: Vec<usize> = (0..columns.len()).collect();
        places.sort_by_key(|at| field.fit(&columns[*at]).map_or(2, u8::from));
        Column {
            places,
            is_proven: false,
        }
    }

    /// The row's cell. The first row that proves it tells which column it is, if the command that
    /// wrote the file was told to take another than that of the usual name.
    fn cell<'r>(&mut self, row: &'r Row, is_its: impl Fn(&str) -> bool) -> &'r str {
        let cell = |at: &usize| row.cells().get(*at).unwrap_or_default();
        if !self.is_proven
            && let Some(found) = self.places.iter().position(|at| is_its(cell(at)))
        {
            self.places.swap(0, found);
            self.is_proven = true;
        }
        self.places.first().map_or("", cell)
    }
}

impl Look {
    /// What the row takes in a page.
    fn size(&self) -> usize {
        let escaped = |text: &String| text.len() + 5 * text.matches(['&', '<', '>', '"']).count();
        let texts = [&self.order, &self.flag, &self.reason];
        LOOK_SIZE + texts.into_iter().map(escaped).sum::<usize>()
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

pub fn shown(path: &Path) -> String {
    path.display().to_string()
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
