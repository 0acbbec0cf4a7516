//! The run: carrying one sheet out by its plan, one call an order.
//!
//! ```text
//! sheet ──► plan                                                           (first pass)
//! sheet ──► workers (permit, sign, call, classify, retry) ──► journal      (second pass)
//! sheet + outcomes ──► results + failures                                  (last pass)
//! ```

mod destination;
mod doubts;
mod error;
mod event;
mod note;
mod outage;
mod publish;
mod reading;
mod results;
mod resume;
mod rules;
mod send;
mod summary;
mod watch;
mod worker;

use std::collections::{BTreeMap, HashSet};
use std::path::{Path, PathBuf};
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use jiff::Timestamp;

pub use destination::Destination;
pub use error::RunError;
pub use event::{CalledFor, Event, Observer, Planned};
pub use note::{LineRef, Note};
pub use reading::{Carried, Ended, Reading};
pub use rules::{Deadline, StopRules};
pub use summary::Report;

use crate::erp::{Client, DerivedKey};
use crate::files::history;
use crate::files::journal::{Found, Identity};
use crate::files::{AccountLock, Outcome, Paths, RunFiles};
use crate::pace::{Pacing, RateLimit, RateLimiter};
use crate::plan::{OnConflict, Plan, Preview};
use crate::sheet::{SENT_FLAG, Sheet};
use crate::stop::Stop;
use doubts::Doubts;
use outage::Outages;
use publish::Publishing;
use results::Ending;
use rules::CircuitBreaker;
use send::{Sending, to_send};
use worker::{Counters, Work};

/// A wait before the first call that is longer is told.
const WORTH_SAYING: Duration = Duration::from_secs(5);

/// How a run is carried out.
#[derive(Clone, Debug)]
pub struct Settings {
    pub destination: Destination,
    /// Made from the account's secret: with it the journal is sealed.
    pub key: DerivedKey,
    pub rate: RateLimit,
    /// Calls in flight at most.
    pub workers: usize,
    /// How many orders to send, the first of the sheet; the rest are skipped.
    pub limit: Option<u64>,
    /// Further attempts after the first, for transient failures.
    pub retries: u32,
    pub on_conflict: OnConflict,
    pub paths: Paths,
    /// Whether orders and flags of a failures file are sent that a spreadsheet seems to have changed.
    pub accept_changes: bool,
    /// Whether results and failures begin with a byte order mark.
    pub bom: bool,
    pub stop_rules: StopRules,
    /// Locked while the run is under way, so that another for the same account is told.
    pub account_lock: Option<PathBuf>,
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
            ("account", self.destination.account.as_str()),
            ("endpoint", &self.destination.endpoint),
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
    let mut files = RunFiles::claim(&settings.paths, &sheet, settings.accept_changes)?;
    let changes = files.changes.iter();
    sheet.refuse(changes.map(|(line, changed)| (*line, changed.problem.clone())));
    let text = |path: &Path| path.display().to_string();
    observers.event(&Event::Started {
        destination: settings.destination.clone(),
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
    let account = match settings.account_lock.as_deref() {
        Some(path) => AccountLock::take(path),
        None => AccountLock::None,
    };
    if matches!(account, AccountLock::None) && !settings.destination.stand_in {
        observers.event(&Event::AccountUnknown);
    }
    if let AccountLock::Busy(holder) = &account {
        let holder = holder.clone();
        observers.event(&Event::AccountBusy { holder });
    }
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
    if publishing.is_new() {
        tell_accepted_before(&sheet, &plan, &files.results, observers);
    }
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
    let planned = planned(&sheet, &plan, &outcomes, age, settings);
    observers.event(&Event::Planned(planned));

    let began = Instant::now();
    let sending = Sending {
        sheet: &sheet,
        plan: &plan,
        failed_before: &failed_before,
        work: Work {
            client,
            limiter: limiter(settings, &account, observers),
            account: &account,
            stop,
            observers,
            outages: Outages::new(settings.stop_rules.give_up_after),
            doubts: Doubts::default(),
            counters: Counters::default(),
            retries: settings.retries,
        },
        workers: settings.workers,
        limit: settings.limit,
        breaker: CircuitBreaker::new(settings.stop_rules),
    };
    let deadline = settings.stop_rules.deadline;
    sending
        .work
        .watched(deadline, || sending.send_all(&mut outcomes, &mut journal))?;
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
        destination: settings.destination.clone(),
        summary,
        sheet: sheet_name,
        finished_at: Timestamp::now(),
        calls: counters.calls.load(Ordering::Relaxed),
        retries: counters.retries.load(Ordering::Relaxed),
        pauses: counters.pauses.load(Ordering::Relaxed),
        elapsed,
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

/// At the pace of the run before, where it left off.
fn limiter(settings: &Settings, account: &AccountLock, observers: &[&dyn Observer]) -> RateLimiter {
    let limiter = RateLimiter::new(settings.rate, settings.workers);
    if let Some(at) = account.last_call() {
        let wait = limiter.follow(at);
        if wait > WORTH_SAYING {
            observers.event(&Event::WaitsForPace { wait });
        }
    }
    limiter
}

fn planned(
    sheet: &Sheet,
    plan: &Plan,
    outcomes: &[Option<Outcome>],
    age: Option<Duration>,
    settings: &Settings,
) -> Planned {
    let mut recovered = BTreeMap::new();
    for id in plan.ids().filter(|&id| plan.is_sent(id)) {
        if let Some(outcome) = &outcomes[id.index()] {
            let superseded = plan.superseded_rows_of(id);
            let other_flags = outcome.status.of_other_flags();
            *recovered.entry(other_flags).or_default() += superseded;
            *recovered.entry(outcome.status).or_default() += plan.rows_of(id) - superseded;
        }
    }
    let to_send = to_send(plan, outcomes, settings.limit);
    Planned {
        rows: plan.rows() - plan.left_out(),
        invalid: plan.invalid(),
        calls: plan.calls().min(settings.limit.unwrap_or(u64::MAX)),
        conflicts: plan.conflicts(),
        conflicting_rows: plan.conflicting_rows(),
        on_conflict: plan.on_conflict(),
        recovered,
        continued_after: age,
        calls_left: to_send.iter().filter(|&&sent| sent).count() as u64,
        preview: Preview::of(sheet, plan, |id| to_send[id.index()]),
        pacing: Pacing {
            rate: settings.rate,
            workers: settings.workers,
            deadline: settings.stop_rules.deadline.and_then(Deadline::time),
        },
    }
}

/// Tells how many orders the last results show as accepted with the flag they are to get.
fn tell_accepted_before(sheet: &Sheet, plan: &Plan, results: &Path, observers: &[&dyn Observer]) {
    let layout = sheet.layout();
    let flag_column = layout.flag_column.as_deref().unwrap_or(SENT_FLAG);
    let mut accepted = history::accepted(results, &layout.order_column, flag_column);
    accepted.retain(|it| {
        plan.find(&it.order)
            .is_some_and(|id| plan.flag(id) == it.flag)
    });
    let orders: HashSet<&str> = accepted.iter().map(|it| it.order.as_str()).collect();
    if let Some(last) = accepted.iter().map(|it| &it.finished_at).max() {
        observers.event(&Event::AcceptedBefore {
            orders: orders.len() as u64,
            finished_at: last.clone(),
        });
    }
}

/// An error if the failures are to replace the sheet and somebody has saved another over it.
fn ensure_sheet_not_replaced(sheet: &Sheet, files: &RunFiles) -> Result<(), RunError> {
    match files.replaces_sheet && !sheet.is_in_place() {
        true => Err(RunError::SheetReplaced(sheet.name().to_owned())),
        false => Ok(()),
    }
}
