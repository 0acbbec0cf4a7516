//! What is about to be sent, for people to see before it is.

use serde::Serialize;

use super::orders::{Order, Orders};
use super::shapes::unlike;

/// Orders unlike the rest that are shown.
const SHOWN: usize = 3;

#[derive(Clone, Debug, Default, Serialize)]
pub struct Preview {
    pub first: Option<Sent>,
    pub last: Option<Sent>,
    pub unlike: Unlike,
}

/// An order and its flag, exactly as they are sent.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Sent {
    /// The line that decides.
    pub line: u64,
    pub order: String,
    pub flag: String,
}

/// The orders that look unlike the rest of the sheet's.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Unlike {
    pub orders: u64,
    /// The first of them by line.
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
        let mut unlike: Vec<_> = unlike(orders.iter().map(|(number, _)| number))
            .into_iter()
            .filter_map(|at| orders.at(at))
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
