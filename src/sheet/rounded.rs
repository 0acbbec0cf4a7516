//! Long numbers among the orders whose end was rounded away, by Excel or by a browser, before the
//! sheet was saved.
//!
//! One that ends in zeros may be right. Judged are all of a column: there are more such than chance
//! would make.

use std::collections::{BTreeMap, HashSet};
use std::hash::BuildHasher;

use foldhash::fast::RandomState;

use super::normalize::{half_width, is_zero_width};

/// Excel keeps so many digits of a number, and writes zeros for the rest.
const EXACT_DIGITS: usize = 15;
/// A browser keeps so many at most.
const MOST_DIGITS: usize = 17;
/// How many times what chance would make is no chance.
const TIMES_CHANCE: f64 = 5.0;
/// One number by itself tells no more than that it has so many zeros.
const ZEROS_OF_ONE: usize = 3;

/// From how many zeros at its end on a number was rounded, by how many digits it has more than
/// [`EXACT_DIGITS`].
#[derive(Clone, Debug, Default)]
pub struct Rounded(BTreeMap<usize, usize>);

impl Rounded {
    /// Whether the cell holds such a number. One that is marked as text was not rounded.
    pub fn has(&self, cell: &str) -> bool {
        let number = half_width(cell);
        long_number(&number).is_some_and(|number| {
            let least = self.0.get(&number.len());
            least.is_some_and(|&least| zeros(number) >= least)
        })
    }
}

/// The distinct long numbers of a column.
#[derive(Default)]
pub struct LongNumbers {
    seen: HashSet<u64, RandomState>,
    /// How many there are of each length with so many zeros at their end.
    counts: BTreeMap<(usize, usize), u64>,
}

impl LongNumbers {
    pub fn add(&mut self, cell: &str) {
        let number = half_width(cell);
        let Some(number) = long_number(&number) else {
            return;
        };
        // Exports repeat an order on every line of its goods.
        let hash = self.seen.hasher().hash_one(number);
        if self.seen.insert(hash) {
            let count = self.counts.entry((number.len(), zeros(number)));
            *count.or_default() += 1;
        }
    }

    /// Which of them were rounded. Where nothing else can tell, `alone` says whether a single one
    /// with many zeros is taken for such.
    pub fn rounded(&self, alone: bool) -> Rounded {
        let all_of = |length| self.count(length, 0);
        let lengths: Vec<usize> = self.counts.keys().map(|(length, _)| *length).collect();
        let (mut cut, mut by_chance, mut all) = (0, 0.0, 0);
        for (&(length, zeros), &count) in &self.counts {
            let lost = length - EXACT_DIGITS;
            all += count;
            by_chance += chance(count, lost);
            cut += if zeros >= lost { count } else { 0 };
        }
        let is_one = |(length, zeros): &(usize, usize)| {
            let lost = length - EXACT_DIGITS;
            lost >= ZEROS_OF_ONE && *zeros >= lost
        };
        let are_cut =
            is_many(cut, by_chance) || alone && all == 1 && self.counts.keys().all(is_one);
        let least = |length: usize| {
            let lost = length - EXACT_DIGITS;
            let fewest = length.saturating_sub(MOST_DIGITS).max(lost.min(2));
            let mut least = (fewest..=lost).find(|&zeros| {
                let found = self.count(length, zeros);
                is_many(found, chance(all_of(length), zeros))
            });
            // Of 18 digits a browser makes at least one zero, and often two.
            let with_one = self.count(length, 1);
            let by_browser = with_one > 2 * self.count(length, ZEROS_OF_ONE);
            if length == MOST_DIGITS + 1 && by_browser && 2 * with_one > all_of(length) {
                least = least.map(|_| 1);
            }
            Some((length, least.or(are_cut.then_some(lost))?))
        };
        Rounded(lengths.into_iter().filter_map(least).collect())
    }

    fn count(&self, length: usize, zeros: usize) -> u64 {
        self.counts
            .range((length, zeros)..(length + 1, 0))
            .map(|(_, count)| count)
            .sum()
    }
}

/// How many of these numbers end in so many zeros by chance.
fn chance(numbers: u64, zeros: usize) -> f64 {
    numbers as f64 / 10_f64.powi(zeros as i32)
}

fn is_many(found: u64, by_chance: f64) -> bool {
    found >= 2 && found as f64 > TIMES_CHANCE * by_chance
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
                "202207251234592830 202207251234592800 202207251234593120 202207251234593500",
                "202207251234592830 202207251234592800 202207251234593120 202207251234593500",
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
