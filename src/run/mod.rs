//! The run: carrying one sheet out by its plan, one call an order.
//!
//! ```text
//! sheet ──► plan                                                           (first pass)
//! listings + plan ──► outcomes of orders that need no call                 (if asked for)
//! sheet ──► workers (permit, sign, call, classify, retry) ──► journal      (second pass)
//! listings + outcomes ──► outcomes that were read back                     (if asked for)
//! sheet + outcomes ──► results + failures                                  (last pass)
//! ```

mod calling;
mod confirm;
mod destination;
mod doubts;
mod error;
mod event;
mod jobs;
mod note;
mod outage;
mod planned;
mod publish;
mod readback;
mod reading;
mod results;
mod resume;
mod rules;
mod send;
mod standing;
mod summary;
mod told;
mod unchanged;
mod verify;
mod watch;
mod worker;

use std::path::Path;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use jiff::Timestamp;

pub use calling::Calling;
pub use destination::Destination;
pub use error::RunError;
pub use event::{CalledFor, Event, Observer};
pub use note::{LineRef, Note};
pub use rules::{Deadline, StopRules};
pub use summary::{Confirmed, Report, Summary, Word};
pub use told::{Ended, Listings, PageRead, Planned};
pub use unchanged::survey;
pub use verify::report::{Verified, VerifyPlanned};
pub use verify::{VerifySettings, verify};

use crate::erp::{Client, DerivedKey};
use crate::files::journal::{Found, Identity};
use crate::files::{Paths, RunFiles};
use crate::plan::OnConflict;
use crate::sheet::Sheet;
use crate::stop::Stop;
use confirm::confirm;
use planned::tell_accepted_before;
use publish::Publishing;
use results::Ending;
use rules::CircuitBreaker;
use send::{Sending, to_send};
use unchanged::ask;

/// How a run is carried out.
#[derive(Clone, Debug)]
pub struct Settings {
    pub calling: Calling,
    /// Made from the account's secret: with it the journal is sealed.
    pub key: DerivedKey,
    /// How many orders to send, the first of the sheet; the rest are skipped.
    pub limit: Option<u64>,
    /// Whether orders are not sent that the ERP lists with their flag, of those modified within this
    /// time.
    pub skip_unchanged: Option<Duration>,
    /// Whether orders are read back once they have been sent.
    pub verify: bool,
    pub on_conflict: OnConflict,
    pub paths: Paths,
    /// Whether orders and flags of a failures file are sent that a spreadsheet seems to have changed.
    pub accept_changes: bool,
    /// Whether results and failures begin with a byte order mark.
    pub bom: bool,
    /// How many results and failures of earlier runs are kept; `None`: all.
    pub keep: Option<usize>,
    /// Whether to start over though an earlier run could be continued.
    pub fresh: bool,
    /// An earlier run that is older is not continued: what it knows may no longer be true.
    pub continue_within: Duration,
}

impl Settings {
    /// Outcomes recorded for other accounts, servers, columns or rules say nothing about this run.
    fn identity(&self, sheet: &Sheet) -> Identity {
        let layout = sheet.layout();
        let (order_position, flag_position) = layout.places;
        let position = |at: Option<usize>| at.map(|at| at.to_string()).unwrap_or_default();
        let flag_column = layout.flag_column.as_deref().unwrap_or_default();
        let fields = [
            ("account", self.calling.destination.account.as_str()),
            ("endpoint", &self.calling.destination.endpoint),
            ("on_conflict", self.on_conflict.as_str()),
            ("order_column", &layout.order_column),
            ("order_position", &position(Some(order_position))),
            ("flag_column", flag_column),
            ("flag_position", &position(flag_position)),
        ];
        Identity::new(&self.key, &fields)
    }
}

/// Carries the sheet into the ERP.
///
/// # Errors
///
/// When there are no results to report on. The journal is kept then, and the same call continues
/// from there.
pub fn run(
    mut sheet: Sheet,
    client: &Client,
    settings: &Settings,
    stop: &Stop,
    observers: &[&dyn Observer],
) -> Result<Report, RunError> {
    let calling = &settings.calling;
    let mut files = RunFiles::claim(&settings.paths, &sheet, settings.accept_changes)?;
    let changes = files.changes.iter();
    sheet.refuse(changes.map(|(line, changed)| (*line, changed.problem.clone())));
    let text = |path: &Path| path.display().to_string();
    observers.event(&Event::Started {
        destination: calling.destination.clone(),
        sheet: sheet.name().to_owned(),
        results: text(&files.results),
        failures: text(&files.failures),
        journal: text(&files.journal),
    });
    if let Some(Err(why)) = &files.correction {
        observers.event(&Event::NotUpdated {
            results: text(&files.results),
            why: why.clone(),
        });
    }
    let account = calling.lock(observers);
    let identity = settings.identity(&sheet);
    let left = files.left.take();
    let (plan, found, mut failed_before) = resume::plan(&sheet, left, &identity, settings)?;
    // Now that no other run may replace it: it is still the sheet that was planned.
    ensure_sheet_not_replaced(&sheet, &files)?;
    files.ensure_room(plan.rows())?;
    let age = match &found {
        Found::Lines(lines) => Some(resume::age(lines)),
        Found::Nothing | Found::Foreign(_) => None,
    };
    let publishing = Publishing {
        files: &files,
        is_continued: age.is_some(),
        keep: settings.keep,
        observers,
    };
    stop.begin();
    files.ensure_writable()?;
    let (mut journal, mut outcomes) = resume::begin_journal(
        found,
        &mut failed_before,
        &plan,
        &files,
        identity,
        observers,
    )?;
    let began = Instant::now();
    let sending = Sending {
        sheet: &sheet,
        plan: &plan,
        failed_before: &failed_before,
        work: calling.work(client, account.as_ref(), stop, observers),
        workers: calling.pacing().workers,
        limit: settings.limit,
        breaker: CircuitBreaker::new(calling.stop_rules),
    };
    let work = &sending.work;
    let confirmed = work.watched(calling.stop_rules.deadline, || {
        if let Some(within) = settings.skip_unchanged {
            work.keep_pace();
            let to_send = to_send(&plan, &outcomes, settings.limit);
            let asked = ask(work, &plan, to_send, within, &mut outcomes);
            if let Ended::Stopped = asked.ended {
                return Ok(None);
            }
        }
        if publishing.is_new() {
            let to_send = to_send(&plan, &outcomes, settings.limit);
            tell_accepted_before(&sheet, &plan, &files.results, &to_send, observers);
        }
        let planned = Planned::new(&sheet, &plan, &outcomes, age, settings);
        observers.event(&Event::Planned(planned));
        if settings.skip_unchanged.is_none() {
            work.keep_pace();
        }
        sending.send_all(&mut outcomes, &mut journal)?;
        match settings.verify {
            true => {
                let workers = calling.pacing().workers;
                confirm(work, &sheet, &plan, workers, &mut outcomes, &mut journal)
            }
            false => Ok(None),
        }
    });
    let elapsed = began.elapsed();
    let counters = sending.work.counters;

    let stopped = stop.reason();
    let keep_sheet = files.replaces_sheet && stopped.is_some();
    let is_kept = journal.is_in_place();
    let interrupted = |source: RunError| RunError::Interrupted {
        stopped: stopped.clone(),
        source: Box::new(source),
        journal: files.journal.clone(),
        is_kept,
    };
    let confirmed = confirmed.map_err(|error| match counters.calls.load(Ordering::Relaxed) {
        0 => error,
        _ => interrupted(error),
    })?;
    let ending = Ending {
        sheet: &sheet,
        files: &files,
        plan: &plan,
        outcomes: &outcomes,
        stopped: stopped.as_ref(),
        limit: settings.limit,
        bom: settings.bom,
    };
    let (summary, written) = ending.write(keep_sheet).map_err(interrupted)?;
    if stopped.is_none() {
        ensure_sheet_not_replaced(&sheet, &files).map_err(interrupted)?;
    }
    let sheet_name = sheet.name().to_owned();
    // Some systems do not replace a file that is open.
    drop(sheet);
    let (kept, beside) = publishing
        .publish(written)
        .map_err(|error| interrupted(error.into()))?;
    let is_needed = stopped.is_some() || !beside.is_empty();
    let journal_lost = !journal.is_in_place();
    if !is_needed {
        let removed = journal.remove();
        removed.map_err(|error| interrupted(error.into()))?;
    }
    // The sheet is needed until the results are in their place.
    let keep_sheet = keep_sheet || files.replaces_sheet && !beside.is_empty();
    let report = Report {
        destination: calling.destination.clone(),
        summary,
        sheet: sheet_name,
        finished_at: Timestamp::now(),
        calls: counters.calls.load(Ordering::Relaxed),
        retries: counters.retries.load(Ordering::Relaxed),
        pauses: counters.pauses.load(Ordering::Relaxed),
        elapsed,
        confirmed,
        results: text(settings.paths.results(files.is_correction())),
        failures: (!keep_sheet).then(|| text(&settings.paths.failures)),
        kept,
        beside,
        journal: is_needed.then(|| text(&files.journal)),
        journal_lost,
        stopped,
    };
    observers.event(&Event::Finished(Box::new(report.clone())));
    Ok(report)
}

/// An error if the failures are to replace the sheet and somebody has saved another over it.
fn ensure_sheet_not_replaced(sheet: &Sheet, files: &RunFiles) -> Result<(), RunError> {
    match files.replaces_sheet && !sheet.is_in_place() {
        true => Err(RunError::SheetReplaced(sheet.name().to_owned())),
        false => Ok(()),
    }
}
