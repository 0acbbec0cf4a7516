//! What is known before the first call that sends, or that reads back: what is about to be sent, and
//! which orders look different from the rest, as a total, a date or a name among order numbers.

use std::collections::{BTreeMap, HashMap};
use std::time::Duration;

use compact_str::CompactString;
use foldhash::fast::RandomState;
use serde::Serialize;

use super::orders::{OnConflict, Order, Orders};
use crate::files::Status;
use crate::pace::Pacing;

/// Orders unlike the rest that are shown.
const SHOWN: usize = 3;
/// So many orders of one shape are usual.
const USUAL: usize = 20;
/// So are two or more, if they are so many of a hundred.
const USUAL_PERCENT: usize = 5;
/// Where more of a hundred are unlike the rest, none is.
const MAX_UNLIKE_PERCENT: usize = 10;
/// Fewer orders do not show what is usual.
const ENOUGH: usize = 5;
/// Digits of a number that does not count but is composed, as of a date.
const COMPOSED: usize = 9;

#[derive(Debug)]
pub struct Planned {
    /// Rows of the sheet that are wanted.
    pub rows: u64,
    /// Of these, the ones that need no call, by how they end.
    pub settled: BTreeMap<Status, u64>,
    /// Of these, the ones that an interrupted run has settled, and how long ago its last outcome
    /// was known.
    pub continued: Option<(u64, Duration)>,
    pub conflicts: u64,
    pub on_conflict: OnConflict,
    pub calls: u64,
    pub pacing: Pacing,
    /// What is sent; `None` if flags are read back.
    pub preview: Option<Preview>,
}

impl Planned {
    /// Of the orders that are wanted, to be sent. `age` is that of the run that is continued, if one
    /// is.
    pub fn to_send(orders: &Orders, pacing: Pacing, age: Option<Duration>) -> Self {
        let mut settled = BTreeMap::new();
        let mut recovered = 0;
        for (number, order) in orders.iter().filter(|(_, order)| orders.is_sent(order)) {
            if let Some(outcome) = order.outcome.get() {
                let superseded = orders.superseded_rows_of(number, order);
                *settled.entry(outcome.status.of_other_flags()).or_default() += superseded;
                *settled.entry(outcome.status).or_default() += u64::from(order.rows) - superseded;
                if outcome.status != Status::Unchanged {
                    recovered += u64::from(order.rows);
                }
            }
        }
        *settled.entry(Status::Invalid).or_default() += orders.unclear();
        Planned {
            settled,
            continued: age.filter(|_| recovered > 0).map(|age| (recovered, age)),
            preview: Some(Preview::of(orders)),
            ..Planned::to_read(orders, pacing)
        }
    }

    pub fn to_read(orders: &Orders, pacing: Pacing) -> Self {
        Planned {
            rows: orders.rows - orders.left_out,
            settled: BTreeMap::from([(Status::Unknown, orders.unclear())]),
            continued: None,
            conflicts: orders.conflicts,
            on_conflict: orders.on_conflict,
            calls: orders.wanted().count() as u64,
            pacing,
            preview: None,
        }
    }
}

#[derive(Clone, Debug, Default, Serialize)]
pub struct Preview {
    pub first: Option<Sent>,
    pub last: Option<Sent>,
    pub unlike: Unlike,
}

/// An order and its flag, exactly as they are sent.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Sent {
    pub line: u64,
    pub order: String,
    pub flag: String,
}

#[derive(Clone, Debug, Default, Serialize)]
pub struct Unlike {
    pub orders: u64,
    pub first: Vec<Sent>,
}

impl Preview {
    /// Of the orders that are wanted.
    pub fn of(orders: &Orders) -> Preview {
        let sent = |(number, order): (&str, &Order)| Sent {
            line: order.line,
            order: number.to_owned(),
            flag: orders.flag(order).to_owned(),
        };
        let mut wanted = orders.wanted();
        let first = wanted.next();
        let last = wanted.next_back().or(first);
        // Few orders are left of an interrupted run: all show what is usual.
        let mut unlike: Vec<_> = unlike(orders.iter(), |(number, _)| number)
            .filter(|(_, order)| order.is_wanted)
            .collect();
        unlike.sort_unstable_by_key(|(_, order)| order.line);
        Preview {
            first: first.map(sent),
            last: last.map(sent),
            unlike: Unlike {
                orders: unlike.len() as u64,
                first: unlike.into_iter().take(SHOWN).map(sent).collect(),
            },
        }
    }
}

/// Those of few that have a shape of their own.
fn unlike<'o, T: Copy>(
    orders: impl Iterator<Item = T> + Clone,
    number: impl Fn(T) -> &'o str,
) -> impl Iterator<Item = T> {
    let mut shapes = HashMap::<CompactString, usize, RandomState>::default();
    for order in orders.clone() {
        *shapes.entry(shape(number(order))).or_default() += 1;
    }
    let all: usize = shapes.values().sum();
    shapes.retain(|_, alike| *alike == 1 || *alike < USUAL && *alike * 100 < all * USUAL_PERCENT);
    let most = (all * MAX_UNLIKE_PERCENT).div_ceil(100);
    if all < ENOUGH || shapes.values().sum::<usize>() > most {
        shapes.clear();
    }
    orders.filter(move |&order| !shapes.is_empty() && shapes.contains_key(&shape(number(order))))
}

/// An order's text with one `0` for a number and `a` for each letter, but for the letters it begins
/// with, which tell the kind of document.
fn shape(order: &str) -> CompactString {
    let mut shape = CompactString::default();
    let mut is_start = true;
    let mut digits = 0;
    for c in order.chars() {
        is_start &= c.is_alphabetic();
        digits = if c.is_ascii_digit() { digits + 1 } else { 0 };
        match digits {
            0 if c.is_alphabetic() && !is_start => shape.push('a'),
            0 => shape.push(c),
            // From `CG9998` to `CG10003` numbers have only grown.
            1 | COMPOSED => shape.push('0'),
            _ => {}
        }
    }
    shape
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The orders that are found when these stand among so many others, none of which is found.
    fn found_among<'s>(
        strays: &[&'s str],
        count: usize,
        other: impl Fn(usize) -> String,
    ) -> Vec<&'s str> {
        let others: Vec<String> = (0..count).map(other).collect();
        let (above, below) = others.split_at(count / 3);
        let [above, below] = [above, below].map(|them| them.iter().map(String::as_str));
        let orders: Vec<&str> = above.chain(strays.iter().copied()).chain(below).collect();
        let found: Vec<&str> = unlike(orders.iter().copied(), |order| order).collect();
        let strays = strays.iter().copied();
        let own: Vec<&str> = strays.filter(|it| found.contains(it)).collect();
        assert_eq!(own.len(), found.len(), "no other: {found:?}");
        own
    }

    const STRAYS: &str = "合计|12345|2022-04-13|张三|XS202204131234|cg202204131234|CG20220413|\
        CG20220413001X|CG 202204131234|CG２０２２０４１３１２３４|CG202204131234,CG202204131235";

    #[test]
    fn strays_among_order_numbers() {
        let strays: Vec<_> = STRAYS.split('|').collect();
        let usual = |n| format!("CG20220413{:04}", n + 9_800);
        assert_eq!(found_among(&strays, 200, usual), strays);
        for stray in strays {
            assert_eq!(found_among(&[stray], 4, usual), [stray]);
        }
        let digits = |n| format!("22041300000{n:02}");
        assert_eq!(found_among(&["12345"], 9, digits), ["12345"]);
    }

    #[test]
    fn orders_of_usual_shapes_and_numbers_that_grow_are_alike() {
        let kinds = |n: usize| match n % 10 {
            0..6 => format!("CG20220413{n:04}"),
            6..9 => format!("PO-{n:06}-{}", n % 13),
            _ => format!("{:013}", 2_204_130_000_000 + n),
        };
        let parts = |n: usize| format!("CG220413-{}{}", n % 12 + 1, ["A", "B"][n % 2]);
        let grown = |n: usize| format!("仓1-CG{}", n + 9_990);
        // Where nothing is usual nothing is unlike it.
        let hash = |n: usize| format!("{:x}", (n as u64 + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15));
        for count in [20, 50, 1_000] {
            for orders in [kinds, parts, grown, hash] {
                assert_eq!(found_among(&[], count, orders), [""; 0], "{count}");
            }
        }
        assert_eq!(found_among(&["合计"], 3, |n| format!("CG{n}")), [""; 0]);
    }
}
