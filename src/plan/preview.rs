//! What is about to be sent, for people to see before it is.

use serde::Serialize;

use super::shapes::unlike;
use super::{OrderId, Plan};
use crate::sheet::{Sheet, SheetLine};

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
    #[serde(flatten)]
    pub line: SheetLine,
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
    /// Of the orders that are sent.
    pub fn of(sheet: &Sheet, plan: &Plan, is_sent: impl Fn(OrderId) -> bool) -> Preview {
        let sent = |id: OrderId| Sent {
            line: sheet.sheet_line(plan.line(id)),
            order: plan.order(id).to_owned(),
            flag: plan.flag(id).to_owned(),
        };
        let mut ids = plan.ids().filter(|&id| is_sent(id));
        let first = ids.next();
        let last = ids.next_back().or(first);
        // Few orders are left of an interrupted run: all show what is usual.
        let unlike = unlike(plan.orders.keys().map(|order| order.as_str()));
        let unlike = unlike.into_iter().map(OrderId).filter(|&id| is_sent(id));
        let mut unlike: Vec<OrderId> = unlike.collect();
        unlike.sort_unstable_by_key(|&id| plan.line(id));
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
