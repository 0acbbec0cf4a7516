//! What is said before anything is sent.

use std::collections::{BTreeMap, HashSet};
use std::path::Path;
use std::time::Duration;

use super::Settings;
use super::event::{Event, Observer};
use super::send::to_send;
use super::told::Planned;
use crate::files::{Outcome, Status, history};
use crate::plan::{Plan, Preview};
use crate::sheet::{SENT_FLAG, Sheet};

impl Planned {
    /// `age` is that of the run that is continued, if one is.
    pub(super) fn new(
        sheet: &Sheet,
        plan: &Plan,
        outcomes: &[Option<Outcome>],
        age: Option<Duration>,
        settings: &Settings,
    ) -> Planned {
        let to_send = to_send(plan, outcomes, settings.limit);
        let is_read = |status| status == Status::Unchanged;
        Planned {
            rows: plan.rows() - plan.left_out(),
            invalid: plan.invalid(),
            calls: plan.calls().min(settings.limit.unwrap_or(u64::MAX)),
            conflicts: plan.conflicts(),
            conflicting_rows: plan.conflicting_rows(),
            on_conflict: plan.on_conflict(),
            recovered: settled(plan, outcomes, |status| !is_read(status)),
            unchanged: settled(plan, outcomes, is_read),
            continued_after: age,
            calls_left: to_send.iter().filter(|&&sent| sent).count() as u64,
            preview: Preview::of(sheet, plan, |id| to_send[id.index()]),
            pacing: settings.calling.pacing(),
        }
    }
}

/// The rows of orders whose outcome is such, by how they end.
fn settled(
    plan: &Plan,
    outcomes: &[Option<Outcome>],
    is_such: impl Fn(Status) -> bool,
) -> BTreeMap<Status, u64> {
    let mut rows = BTreeMap::new();
    for id in plan.ids().filter(|&id| plan.is_sent(id)) {
        if let Some(outcome) = &outcomes[id.index()]
            && is_such(outcome.status)
        {
            let superseded = plan.superseded_rows_of(id);
            let other_flags = outcome.status.of_other_flags();
            *rows.entry(other_flags).or_default() += superseded;
            *rows.entry(outcome.status).or_default() += plan.rows_of(id) - superseded;
        }
    }
    rows
}

/// Tells how many of the orders to be sent the last results show as carrying their flag.
pub fn tell_accepted_before(
    sheet: &Sheet,
    plan: &Plan,
    results: &Path,
    to_send: &[bool],
    observers: &[&dyn Observer],
) {
    let layout = sheet.layout();
    let flag_column = layout.flag_column.as_deref().unwrap_or(SENT_FLAG);
    let mut accepted = history::accepted(results, &layout.order_column, flag_column);
    accepted.retain(|it| {
        plan.find(&it.order)
            .is_some_and(|id| to_send[id.index()] && plan.flag(id) == it.flag)
    });
    let orders: HashSet<&str> = accepted.iter().map(|it| it.order.as_str()).collect();
    if let Some(last) = accepted.iter().map(|it| &it.finished_at).max() {
        observers.event(&Event::AcceptedBefore {
            orders: orders.len() as u64,
            finished_at: last.clone(),
        });
    }
}
