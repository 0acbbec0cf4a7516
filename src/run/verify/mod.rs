//! `verify`: whether the ERP carries the flags that a sheet gives. Changes nothing there.
//!
//! ```text
//! sheet ──► plan                                                   (first pass)
//! listings, then sheet ──► workers, for the orders they do not show (second pass)
//! sheet + what was found ──► verified + different                  (last pass)
//! ```

mod lines;
pub mod report;
mod rows;

use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use jiff::Timestamp;

use super::calling::Calling;
use super::error::RunError;
use super::event::{Event, Observer};
use super::readback::read_back;
use crate::erp::Client;
use crate::files::{Agreement, ReadingsFiles, ReadingsPaths};
use crate::plan::{OnConflict, Plan};
use crate::sheet::Sheet;
use crate::stop::Stop;
use lines::Lines;
use report::{Verified, VerifyPlanned};
use rows::Writing;

/// How flags are read back.
#[derive(Clone, Debug)]
pub struct VerifySettings {
    pub calling: Calling,
    pub on_conflict: OnConflict,
    /// The orders that were modified within this time are listed first.
    pub modified_within: Duration,
    pub paths: ReadingsPaths,
    /// Whether the files begin with a byte order mark.
    pub bom: bool,
}

/// Reads back which flag the ERP carries for each order of the sheet, and writes down how that
/// compares with the flag that the order's last valid row gives.
///
/// # Errors
///
/// When not everything is written.
pub fn verify(
    sheet: Sheet,
    client: &Client,
    settings: &VerifySettings,
    stop: &Stop,
    observers: &[&dyn Observer],
) -> Result<Verified, RunError> {
    let calling = &settings.calling;
    let files = ReadingsFiles::claim(&settings.paths, &sheet)?;
    let text = |path: &std::path::Path| path.display().to_string();
    observers.event(&Event::Verifying {
        destination: calling.destination.clone(),
        sheet: sheet.name().to_owned(),
        verified: text(&files.verified),
        different: text(&files.different),
    });
    let mut lines = Lines::of(&sheet);
    let plan = Plan::build(&sheet, settings.on_conflict, |row, _| lines.note(row));
    let plan = plan.map_err(RunError::Plan)?;
    files.ensure_writable(plan.rows())?;
    let account = calling.lock(observers);
    stop.begin();
    observers.event(&Event::VerifyPlanned(VerifyPlanned {
        rows: plan.rows() - plan.left_out(),
        unclear: plan.invalid() + plan.conflicting_rows(),
        calls: plan.calls(),
        pacing: calling.pacing(),
    }));

    let began = Instant::now();
    let work = calling.work(client, account.as_ref(), stop, observers);
    let wanted = plan.ids().map(|id| plan.is_sent(id)).collect();
    let read = work.watched(calling.stop_rules.deadline, || {
        work.keep_pace();
        let within = settings.modified_within;
        read_back(
            &work,
            &sheet,
            &plan,
            calling.pacing().workers,
            wanted,
            within,
        )
    })?;
    let elapsed = began.elapsed();

    let stopped = stop.reason();
    let writing = Writing {
        sheet: &sheet,
        plan: &plan,
        files: &files,
        lines: &lines,
        read: &read,
        stopped: stopped.as_ref(),
        bom: settings.bom,
    };
    let (summary, written) = writing.write()?;
    let sheet_name = sheet.name().to_owned();
    // Some systems do not replace a file that is open.
    drop(sheet);
    let kept = files.keep_edited().map(|kept| text(&kept));
    if let Some(kept_as) = &kept {
        observers.event(&Event::Kept {
            path: text(&files.different),
            kept_as: kept_as.clone(),
            edited: true,
        });
    }
    let mut beside = Vec::new();
    for file in written {
        beside.extend(file.commit_or_beside()?);
    }
    let counters = &work.counters;
    let differences = Agreement::ALL.into_iter().filter(|it| it.is_difference());
    let report = Verified {
        destination: calling.destination.clone(),
        sheet: sheet_name,
        finished_at: Timestamp::now(),
        stopped,
        given_up: read.given_up,
        calls: counters.calls.load(Ordering::Relaxed),
        retries: counters.retries.load(Ordering::Relaxed),
        pauses: counters.pauses.load(Ordering::Relaxed),
        elapsed,
        verified: text(&settings.paths.verified),
        different: text(&settings.paths.different),
        differences: differences.map(|it| summary.count(it)).sum(),
        summary,
        kept,
        beside,
    };
    observers.event(&Event::Verified(Box::new(report.clone())));
    Ok(report)
}
