//! Continuing a run that was cut short: what its journal knows that still holds.

use std::collections::{HashMap, HashSet};
use std::path::Path;
use std::time::Duration;

use jiff::Timestamp;

use super::Settings;
use super::error::RunError;
use super::event::{Event, Observer};
use crate::files::journal::{Foreign, Found, Identity, Journal, Left, Line};
use crate::files::{FileError, Outcome, RunFiles, Status, move_aside};
use crate::plan::Plan;
use crate::sheet::Sheet;

/// How many of a journal's rows must still be in the sheet, if it has as many: one row alone may be
/// in any sheet.
const ENOUGH: usize = 2;

/// The plan, and the journal's lines if they belong to the sheet: rows with their orders and flags
/// are still in it, wherever they now stand.
///
/// Of a failures file also, by order, which had `failed` when it was written.
pub fn plan(
    sheet: &Sheet,
    left: Option<Left>,
    identity: &Identity,
    settings: &Settings,
) -> Result<(Plan, Found, Vec<bool>), RunError> {
    let found = match left {
        Some(left) => left.find(identity),
        None => Found::Nothing,
    };
    let lines: &[Line] = match &found {
        Found::Lines(lines) => lines,
        Found::Nothing | Found::Foreign(_) => &[],
    };
    let mut recorded: HashMap<&str, Vec<&str>> = HashMap::new();
    for line in lines {
        recorded.entry(&line.order).or_default().push(&line.flag);
    }
    let mut still_there = 0;
    let mut failed = HashSet::new();
    let plan = Plan::build(sheet, settings.on_conflict, |row, entry| {
        let status = row.origin().map(|origin| origin.status.as_str());
        if let Ok(entry) = entry
            && status == Some(Status::Failed.as_str())
        {
            failed.insert(entry.order.to_string());
        }
        if let Ok(entry) = entry
            && let Some(flags) = recorded.get_mut(&*entry.order)
        {
            let before = flags.len();
            flags.retain(|flag| *flag != entry.flag);
            still_there += before - flags.len();
        }
    })
    .map_err(RunError::Plan)?;
    let mut failed_before = vec![false; plan.orders()];
    for id in failed.iter().filter_map(|order| plan.find(order)) {
        failed_before[id.index()] = true;
    }
    let belongs = still_there >= ENOUGH.min(lines.len());
    let found = match found {
        Found::Lines(_) | Found::Foreign(_) if settings.fresh => Found::Foreign(Foreign::NotWanted),
        Found::Lines(_) if !belongs => Found::Foreign(Foreign::OtherRows),
        Found::Lines(lines) if age(&lines) > settings.continue_within => {
            Found::Foreign(Foreign::Old(age(&lines)))
        }
        found => found,
    };
    Ok((plan, found, failed_before))
}

/// How long ago the last of the outcomes was known.
pub fn age(lines: &[Line]) -> Duration {
    let newest = lines.iter().map(|line| line.outcome.finished_at).max();
    let age = newest.map(|newest| Timestamp::now().duration_since(newest));
    // A clock may have been put back.
    age.and_then(|age| age.try_into().ok()).unwrap_or_default()
}

/// Begins the journal of this run and gives the outcomes known from an earlier one, by order.
///
/// `failed` and `skipped` orders are tried again. An outcome for a flag that the sheet no longer
/// gives is removed from the journal before the order is sent its new flag: were this process killed
/// right after that call, and the sheet changed back, the old outcome would be taken for true.
///
/// Orders that `failed` are marked in `failed_before`.
pub fn begin_journal(
    found: Found,
    failed_before: &mut [bool],
    plan: &Plan,
    files: &RunFiles,
    identity: &Identity,
    observers: &[&dyn Observer],
) -> Result<(Journal, Vec<Option<Outcome>>), RunError> {
    let mut outcomes = vec![None; plan.orders()];
    let set_aside = |journal: &Path, why: Foreign| -> Result<(), FileError> {
        let path = move_aside(journal)?.display().to_string();
        observers.event(&Event::JournalSetAside { path, why });
        Ok(())
    };
    // From the first call on they are no longer true.
    for journal in &files.outdated {
        set_aside(journal, Foreign::OtherSheet)?;
    }
    let lines = match found {
        Found::Lines(lines) => lines,
        Found::Nothing => Vec::new(),
        Found::Foreign(why) => {
            set_aside(&files.journal, why)?;
            Vec::new()
        }
    };
    let mut kept = Vec::new();
    for line in &lines {
        let Some(id) = plan.find(&line.order) else {
            continue;
        };
        if !matches!(line.outcome.status, Status::Ok | Status::Rejected) {
            if line.outcome.status == Status::Failed && plan.flag(id) == line.flag {
                failed_before[id.index()] = true;
                kept.push(line);
            }
            continue;
        }
        let holds = plan.flag(id) == line.flag;
        if holds {
            outcomes[id.index()] = Some(line.outcome.clone());
        }
        if holds || !plan.is_sent(id) {
            kept.push(line);
        }
    }
    let journal = Journal::begin(&files.journal, identity, &kept)?;
    Ok((journal, outcomes))
}
