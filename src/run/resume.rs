//! Continuing a run that was cut short: what its journal knows that still holds.

#[cfg(test)]
mod tests;

use std::collections::{HashMap, HashSet};
use std::path::Path;
use std::time::Duration;

use jiff::Timestamp;

use super::Settings;
use super::error::RunError;
use super::event::{Level, Observer};
use super::orders::Orders;
use crate::files::journal::{Foreign, Found, Identity, Journal, Left, Line};
use crate::files::{FileError, RunFiles, Status, history};
use crate::sheet::Sheet;

/// How many of a journal's rows must still be in the sheet, if it has as many: one row alone may be
/// in any sheet.
const ENOUGH: usize = 2;

/// The orders, and the journal's lines if they belong to the sheet: rows with their orders and flags
/// are still in it, wherever they now stand.
///
/// Orders of a failures file that had `failed` when it was written are marked.
pub fn orders(
    sheet: &Sheet,
    left: Option<Left>,
    identity: &Identity,
    settings: &Settings,
) -> Result<(Orders, Found), RunError> {
    let found = left.map_or(Found::Nothing, |left| left.find(identity));
    let lines: &[Line] = match &found {
        Found::Lines(lines, _) => lines,
        Found::Nothing | Found::Foreign(_) => &[],
    };
    let mut recorded: HashMap<&str, Vec<&str>> = HashMap::new();
    for line in lines {
        recorded.entry(&line.order).or_default().push(&line.flag);
    }
    let mut still_there = 0;
    let mut failed = HashSet::new();
    let mut orders = Orders::of(sheet, settings.on_conflict, |row, entry| {
        let Ok(entry) = entry else {
            return;
        };
        let status = row.origin().map(|origin| origin.status());
        if status == Some(Status::Failed.as_str()) {
            failed.insert(entry.order.to_string());
        }
        if let Some(flags) = recorded.get_mut(&*entry.order) {
            let before = flags.len();
            flags.retain(|flag| *flag != entry.flag);
            still_there += before - flags.len();
        }
    })
    .map_err(RunError::Plan)?;
    for number in failed {
        if let Some((_, order)) = orders.get_mut(&number) {
            order.failed_before = true;
        }
    }
    let belongs = still_there >= ENOUGH.min(lines.len());
    let found = match found {
        Found::Lines(..) | Found::Foreign(_) if settings.fresh => {
            Found::Foreign(Foreign::NotWanted)
        }
        Found::Lines(..) if !belongs => Found::Foreign(Foreign::OtherRows),
        Found::Lines(lines, _) if age(&lines) > settings.continue_within => {
            Found::Foreign(Foreign::Old(age(&lines)))
        }
        found => found,
    };
    Ok((orders, found))
}

/// How long ago the last outcome was known of a run that is continued.
pub fn age_of(found: &Found) -> Option<Duration> {
    match found {
        Found::Lines(lines, _) if !lines.is_empty() => Some(age(lines)),
        _ => None,
    }
}

fn age(lines: &[Line]) -> Duration {
    let newest = lines.iter().map(|line| line.outcome.finished_at).max();
    let age = newest.map(|newest| Timestamp::now().duration_since(newest));
    // A clock may have been put back.
    age.and_then(|age| age.try_into().ok()).unwrap_or_default()
}

/// Begins the journal of this run and gives orders the outcomes known from an earlier one.
///
/// `failed` and `skipped` orders are tried again. An outcome for a flag that the sheet no longer
/// gives is removed from the journal before the order is sent its new flag: were this process killed
/// right after that call, and the sheet changed back, the old outcome would be taken for true.
pub fn begin_journal(
    found: Found,
    orders: &mut Orders,
    files: &RunFiles,
    identity: &Identity,
    observers: &[&dyn Observer],
) -> Result<Journal, RunError> {
    let set_aside = |journal: &Path, why: Foreign| -> Result<(), FileError> {
        let kept = history::keep(journal, None).map_err(FileError::io(journal));
        let kept = kept.map_err(FileError::of_earlier_run)?;
        // An earlier run's outcomes are not taken over: that is said even with -q.
        let level = if why == Foreign::OtherSheet {
            Level::Warning
        } else {
            Level::Alert
        };
        observers.say(level, why.set_aside(&kept.display().to_string()));
        Ok(())
    };
    // From the first call on they are no longer true.
    for journal in &files.outdated {
        set_aside(journal, Foreign::OtherSheet)?;
    }
    let (lines, published) = match found {
        Found::Lines(lines, published) => (lines, published),
        Found::Nothing => Default::default(),
        Found::Foreign(why) => {
            set_aside(&files.journal, why)?;
            Default::default()
        }
    };
    let kept = take_over(&lines, orders);
    Ok(Journal::begin(&files.journal, identity, &kept, published)?)
}

/// Gives orders their outcomes, and returns the lines that still hold.
pub fn take_over<'l>(lines: &'l [Line], orders: &mut Orders) -> Vec<&'l Line> {
    let on_conflict = orders.on_conflict;
    let mut kept = Vec::new();
    for line in lines {
        let Some((flag, order)) = orders.get_mut(&line.order) else {
            continue;
        };
        let is_its_flag = *flag == *line.flag;
        match line.outcome.status {
            // It was not asked, and somebody may have defined its flag since.
            Status::Rejected if line.outcome.attempts == 0 => {}
            Status::Ok | Status::Rejected => {
                if is_its_flag {
                    order.outcome = line.outcome.clone().into();
                }
                if is_its_flag || !order.is_sent(on_conflict) {
                    kept.push(line);
                }
            }
            Status::Failed if is_its_flag => {
                order.failed_before = true;
                order.failed = Some(Box::new(line.outcome.clone()));
                kept.push(line);
            }
            _ => {}
        }
    }
    kept
}
