//! Long numbers among the orders whose end was rounded away, by Excel or by a browser, before the
//! sheet was saved.
//!
//! One that ends in zeros may be right. Judged are all of a column: there are more such than chance
//! would make.

use std::collections::HashSet;
use std::hash::BuildHasher;

use foldhash::fast::RandomState;

use super::normalize::{half_width, is_zero_width};

/// Excel keeps so many digits of a number, and writes zeros for the rest.
const EXACT_DIGITS: usize = 15;
/// How many times what chance would make is no chance.
const TIMES_CHANCE: f64 = 5.0;
/// One number by itself tells nothing with fewer zeros.
const ZEROS_OF_ONE: usize = 3;

/// Who rounds numbers: with how many zeros one of so many digits ends then at least.
const ROUNDERS: [fn(usize) -> Option<usize>; 2] = [
    |digits| digits.checked_sub(EXACT_DIGITS),
    // A browser keeps 16 or 17 digits, and writes up to 21.
    |digits| (18..=21).contains(&digits).then(|| digits.max(19) - 17),
];

/// Which of [`ROUNDERS`] have rounded numbers of a column.
#[derive(Clone, Copy, Debug, Default)]
pub struct Rounded([bool; 2]);

impl Rounded {
    /// Whether the cell holds such a number. One that is marked as text was not rounded.
    pub fn has(self, cell: &str) -> bool {
        let half = half_width(cell);
        let number = long_number(half.as_deref().unwrap_or(cell));
        let mut rounders = ROUNDERS
            .into_iter()
            .zip(self.0)
            .filter(|(_, is_at_work)| *is_at_work);
        number.is_some_and(|number| rounders.any(|(rounder, _)| ends_so(number, rounder)))
    }
}

/// The distinct long numbers of a column.
#[derive(Default)]
pub struct LongNumbers {
    seen: HashSet<u64, RandomState>,
    /// How many end so, and how many would by chance.
    counts: [(u64, f64); 2],
    has_many_zeros: bool,
}

impl LongNumbers {
    pub fn add(&mut self, cell: &str) {
        let half = half_width(cell);
        let Some(number) = long_number(half.as_deref().unwrap_or(cell)) else {
            return;
        };
        // Exports repeat an order on every line of its goods.
        let hash = self.seen.hasher().hash_one(number);
        if !self.seen.insert(hash) {
            return;
        }
        for ((found, by_chance), rounder) in self.counts.iter_mut().zip(ROUNDERS) {
            *found += u64::from(ends_so(number, rounder));
            let zeros = rounder(number.len());
            *by_chance += zeros.map_or(0.0, |zeros| 0.1_f64.powi(zeros as i32));
        }
        self.has_many_zeros = zeros(number) >= ZEROS_OF_ONE;
    }

    /// Where nothing else can tell, `alone` says whether a single one with many zeros is taken for
    /// rounded.
    pub fn rounded(&self, alone: bool) -> Rounded {
        let is_one = alone && self.seen.len() == 1 && self.has_many_zeros;
        Rounded(self.counts.map(|(found, by_chance)| {
            found >= 2 && found as f64 > TIMES_CHANCE * by_chance || is_one
        }))
    }
}

fn ends_so(number: &str, rounder: fn(usize) -> Option<usize>) -> bool {
    rounder(number.len()).is_some_and(|least| zeros(number) >= least)
}

/// A number of more than 15 digits.
fn long_number(cell: &str) -> Option<&str> {
    if cell.len() <= EXACT_DIGITS {
        return None;
    }
    let number = cell.trim_matches(|c: char| c.is_whitespace() || is_zero_width(c));
    let is_long = number.len() > EXACT_DIGITS && number.bytes().all(|byte| byte.is_ascii_digit());
    is_long.then_some(number)
}

fn zeros(number: &str) -> usize {
    number.len() - number.trim_end_matches('0').len()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Those of the cells that were rounded.
    fn rounded(cells: &[&str]) -> String {
        let mut numbers = LongNumbers::default();
        cells.iter().for_each(|cell| numbers.add(cell));
        let rounded = numbers.rounded(true);
        let cells = cells.iter().filter(|cell| rounded.has(cell));
        cells.copied().collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn more_zeros_than_by_chance_are_no_chance() {
        for (case, cells, found) in [
            ("one by itself", "220413000123456000", "220413000123456000"),
            ("one of few zeros", "2204130001234560", ""),
            (
                "one beside others",
                "220413000123456000 220413000123456123",
                "",
            ),
            (
                "one intact among cut ones",
                "2022072512345920000 2022072512345930000 2022072512345928259",
                "2022072512345920000 2022072512345930000",
            ),
            (
                "no more than chance",
                "2204130001234560 2204130001234571 2204130001234582 2204130001234590",
                "",
            ),
            (
                "one order on several lines",
                "2204130001234560 2204130001234560 2204130001234571",
                "",
            ),
            (
                "of two lengths",
                "220413000123456000 2204130001234560000",
                "220413000123456000 2204130001234560000",
            ),
            (
                "by a browser, of 19 digits",
                "2022072512345928200 2022072512345931000 2022072512345940123",
                "2022072512345928200 2022072512345931000",
            ),
            (
                "by a browser, of 18 digits",
                "202207251234592800 202207251234593100 202207251234593123",
                "202207251234592800 202207251234593100",
            ),
            (
                "by a browser, of 20 digits",
                "20220725123459282000 20220725123459310000 20220725123459312300",
                "20220725123459282000 20220725123459310000",
            ),
            (
                "marked as text",
                "'220413000123456000 =\"220413000123457000\" `220413000123458000",
                "",
            ),
            ("no number", "CG22041300012345000 CG22041300012346000", ""),
            ("short", "220413000123000 220413000124000", ""),
        ] {
            let cells: Vec<&str> = cells.split(' ').collect();
            assert_eq!(rounded(&cells), found, "{case}");
        }
    }
}
