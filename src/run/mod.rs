//! The run: carrying one sheet out by its plan, one call an order.
//!
//! ```text
//! sheet ──► plan                                                    (first pass)
//! sheet ──► dispatch ──► workers (rayon pool: pace, sign, call, judge, retry) ──► record
//! sheet + record ──► results + failures                             (last pass)
//! ```

mod dispatch;
mod format;
mod lock;
mod outcome;
mod outputs;
mod pace;
mod pacer;
mod plan;
mod record;
mod results;
mod retry;
mod rules;
mod stop;
mod worker;

use std::io;
use std::path::PathBuf;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

pub use outcome::Status;
pub use outputs::{OutputError, Paths};
pub use pace::{Change, Pace};
pub use pacer::{Per, Rate, RateError};
pub use plan::{OnConflict, OrderId, Plan, PlanError, Role};
pub use record::RunKey;
pub use results::Tally;
pub use rules::StopRules;
pub use stop::{Stop, StopReason};

use crate::erp::{Client, Verdict};
use crate::sheet::{Row, Sheet, SheetError};
use dispatch::{CHANNEL_ROWS, Run, job};
use outcome::{Outcome, now};
use outputs::{Draft, Outputs, set_aside};
use pacer::Pacer;
use plan::Marker;
use record::{Found, Ledger, Record, Taken};
use results::Assembly;
use rules::Referee;
use worker::{Costs, Done, Work};

/// How a run is carried out.
#[derive(Clone, Debug)]
pub struct Settings {
    /// Upper bound on calls.
    pub rate: Rate,
    /// Calls in flight at most.
    pub workers: usize,
    /// Further attempts after the first, for transient failures.
    pub retries: u32,
    /// What to do with an order that is given different flags.
    pub on_conflict: OnConflict,
    /// Where the run's files go.
    pub paths: Paths,
    /// Whether results and failures begin with a byte order mark.
    pub bom: bool,
    /// For whom and how the sheet is carried out.
    pub key: RunKey,
    /// What ends the run early.
    pub stop_rules: StopRules,
    /// Whether to start afresh though an earlier run could be continued.
    pub fresh: bool,
}

/// Something that happened, for people to see.
#[derive(Debug)]
pub enum Event<'a> {
    /// The sheet has been read, and this much of it has been carried out by an earlier run.
    Planned {
        /// The plan.
        plan: &'a Plan,
        /// Rows an earlier run has settled.
        taken_over: u64,
    },
    /// A record was in the way that does not belong to this run, and was kept.
    SetAside {
        /// Where it is now.
        path: PathBuf,
        /// What is wrong with it.
        why: &'a str,
    },
    /// A call was answered, or was not.
    Answered {
        /// The row's line.
        line: u64,
        /// Which of the row's calls it was, from 1.
        attempt: u32,
        /// What it meant.
        verdict: &'a Verdict,
    },
    /// The ERP throttled a call.
    Throttled {
        /// What that changes for the whole run.
        change: Change,
        /// The ERP's words.
        message: &'a str,
    },
    /// The ERP's clock was found to differ.
    ClockCorrected {
        /// The ERP's clock minus this machine's, in seconds.
        offset: i64,
    },
    /// Nothing more is sent; calls in flight are brought to their end.
    Stopping {
        /// Why.
        reason: &'a StopReason,
    },
    /// An outcome is known and recorded.
    Settled {
        /// The rows of the sheet that it settles.
        rows: u64,
        /// The outcome.
        status: Status,
    },
    /// An outcome is known but could not be recorded.
    Unrecorded {
        /// The row's line.
        line: u64,
        /// The order.
        order: &'a str,
        /// The outcome.
        status: Status,
        /// Its message.
        message: &'a str,
    },
}

/// Is told what happens, from any thread.
pub trait Watch: Sync {
    /// Something happened.
    fn event(&self, event: Event<'_>);
}

/// Why a run ended without results.
#[derive(Debug, thiserror::Error)]
pub enum RunError {
    /// The sheet cannot be planned; nothing was sent.
    #[error(transparent)]
    Plan(#[from] PlanError),
    /// The sheet changed or cannot be read any more, after calls were made.
    #[error(transparent)]
    Sheet(#[from] SheetError),
    /// A file is in the way or cannot be written.
    #[error(transparent)]
    Output(#[from] OutputError),
    /// The failures were to replace the sheet, which is not the one that was read any more.
    #[error("{0}: another file was saved over it; it is left as it is")]
    Moved(String),
    /// The record cannot be read back.
    #[error("cannot read the record back: {0}")]
    Record(io::Error),
    /// Calls were made, and then something kept the results from being written.
    #[error(
        "{}{source}; what is known is kept in `{}`, and the same command continues from there",
        stopped.as_ref().map(|reason| format!("stopped early: {reason}; then: ")).unwrap_or_default(),
        record.display()
    )]
    Interrupted {
        /// Why the run stopped early, if it did.
        stopped: Option<StopReason>,
        /// Why there are no results.
        source: Box<RunError>,
        /// Where the outcomes are.
        record: PathBuf,
    },
    /// The operating system has no threads to give.
    #[error("cannot start the workers: {0}")]
    Workers(String),
}

/// How a run ended.
#[derive(Clone, Debug)]
pub struct Report {
    /// How many rows ended how.
    pub tally: Tally,
    /// Why the run stopped early, if it did.
    pub stopped: Option<StopReason>,
    /// Calls made.
    pub calls: u64,
    /// Of those, further attempts after transient failures.
    pub retries: u64,
    /// Pauses because the ERP throttled.
    pub pauses: u64,
    /// Rows that an earlier run had settled.
    pub taken_over: u64,
    /// From the first call to the last outcome.
    pub elapsed: Duration,
    /// The results.
    pub results: PathBuf,
    /// The failures; `None` if the sheet is the failures file and was left as it is.
    pub failures: Option<PathBuf>,
    /// The record, if it was kept for the run to be continued.
    pub record: Option<PathBuf>,
}

/// Carries the sheet into the ERP.
///
/// # Errors
///
/// [`RunError`], when there are no results to report on. What was recorded is kept, and the same
/// call continues from there.
pub fn carry(
    sheet: &Sheet,
    client: &Client,
    settings: &Settings,
    stop: &Stop,
    watch: &dyn Watch,
) -> Result<Report, RunError> {
    let outputs = Outputs::claim(&settings.paths, sheet)?;
    let (plan, found) = plan(sheet, &outputs, settings)?;
    // Now that nobody else may replace it: it is still the sheet that was planned.
    still_there(sheet, &outputs)?;
    stop.begin();
    let results = Draft::create(&outputs.results)?;
    let failures = Draft::create(&outputs.failures)?;
    let ledger = Ledger::new(&plan);
    let (mut record, taken_over) =
        open_record(found, sheet, &plan, &ledger, &outputs, settings, watch)?;
    watch.event(Event::Planned {
        plan: &plan,
        taken_over,
    });

    let costs = Costs::default();
    let began = Instant::now();
    let run = Run {
        sheet,
        plan: &plan,
        ledger: &ledger,
        work: Work {
            client,
            pacer: &Pacer::new(settings.rate, settings.workers),
            stop,
            watch,
            costs: &costs,
            retries: settings.retries,
        },
        workers: settings.workers.max(1),
        unlimited: settings.rate == Rate::Unlimited,
        deadline: settings.stop_rules.deadline,
        referee: Referee::new(settings.stop_rules),
    };
    run.send_all(&mut record)?;
    let elapsed = began.elapsed();

    let stopped = stop.reason();
    let keeps_sheet = outputs.replaces_sheet && stopped.is_some();
    let failures = (!keeps_sheet).then_some(failures);
    let failures_path = failures.is_some().then(|| outputs.failures.clone());
    let end = || -> Result<Tally, RunError> {
        let tally = Assembly {
            sheet,
            plan: &plan,
            ledger: &ledger,
            outcomes: record.outcomes(sheet).map_err(RunError::Record)?,
            skipped_because: match &stopped {
                Some(reason) => format!("not sent: {reason}"),
                None => "not sent".to_owned(),
            },
            bom: settings.bom,
        }
        .write(&results, failures.as_ref())?;
        if stopped.is_none() {
            still_there(sheet, &outputs)?;
        }
        results.publish()?;
        if let Some(failures) = failures {
            failures.publish()?;
        }
        if stopped.is_none() {
            record.remove()?;
        }
        Ok(tally)
    };
    let tally = end().map_err(|source| RunError::Interrupted {
        stopped: stopped.clone(),
        source: Box::new(source),
        record: outputs.record.clone(),
    })?;
    let kept = stopped.is_some();
    Ok(Report {
        tally,
        stopped,
        calls: costs.calls.load(Ordering::Relaxed),
        retries: costs.retries.load(Ordering::Relaxed),
        pauses: costs.pauses.load(Ordering::Relaxed),
        taken_over,
        elapsed,
        results: outputs.results.clone(),
        failures: failures_path,
        record: kept.then(|| outputs.record.clone()),
    })
}

/// The record to go on with: that of an interrupted run, with the rows it settles, or a new one.
fn open_record(
    found: Found,
    sheet: &Sheet,
    plan: &Plan,
    ledger: &Ledger,
    outputs: &Outputs,
    settings: &Settings,
    watch: &dyn Watch,
) -> Result<(Record, u64), RunError> {
    let failed = OutputError::io(&outputs.record);
    let key = settings.key.clone();
    if let Found::Rows { taken, end } = found {
        let rows = ledger.take_over(&taken, plan);
        let mut record = Record::resume(&outputs.record, sheet, key, end).map_err(failed)?;
        renounce_stale(sheet, plan, ledger, &mut record)?;
        return Ok((record, rows));
    }
    if let Found::Foreign(why) = found {
        let path = set_aside(&outputs.record)?;
        watch.event(Event::SetAside { path, why });
    }
    let record = Record::create(&outputs.record, sheet, key).map_err(failed)?;
    Ok((record, 0))
}

/// An error if the failures are to replace the sheet and somebody has saved another over it.
fn still_there(sheet: &Sheet, outputs: &Outputs) -> Result<(), RunError> {
    if outputs.replaces_sheet && !sheet.is_in_place() {
        return Err(RunError::Moved(sheet.name().to_owned()));
    }
    Ok(())
}

/// Plans the sheet, and on the same pass finds out whether an existing record belongs to it: every
/// recorded row must be a row of the sheet, at its line, with its order and flag.
fn plan(sheet: &Sheet, outputs: &Outputs, settings: &Settings) -> Result<(Plan, Found), RunError> {
    let marker = Marker::new();
    let mut found = record::find(&outputs.record, sheet, &settings.key, marker)
        .map_err(OutputError::io(&outputs.record))?;
    let recorded: &mut [Taken] = match &mut found {
        Found::Rows { taken, .. } => taken,
        Found::Nothing | Found::Foreign(_) => &mut [],
    };
    recorded.sort_unstable_by_key(|taken| taken.line);
    let mut unseen = &*recorded;
    let mut all_match = true;
    let mut plan = Plan::new(marker, settings.on_conflict);
    plan.read(sheet, |row, _, mark| {
        while let [taken, rest @ ..] = unseen
            && taken.line <= row.line()
        {
            all_match &= taken.line == row.line() && Some(taken.mark) == mark;
            unseen = rest;
        }
    })?;
    if !(all_match && unseen.is_empty()) {
        return Ok((plan, Found::Foreign("holds rows this sheet does not have")));
    }
    recorded.sort_unstable_by_key(|taken| taken.offset);
    if settings.fresh && !matches!(found, Found::Nothing) {
        return Ok((plan, Found::Foreign("is not continued, as asked (--fresh)")));
    }
    Ok((plan, found))
}

/// Takes back, in the record, every final outcome for a flag that the sheet no longer gives the
/// order, before the order is sent its new flag. Else a kill right after that call, and a sheet
/// that has gone back to the old flag by the next run, would leave the old outcome standing.
fn renounce_stale(
    sheet: &Sheet,
    plan: &Plan,
    ledger: &Ledger,
    record: &mut Record,
) -> Result<(), RunError> {
    if !ledger.has_stale() {
        return Ok(());
    }
    let mut stale = Vec::new();
    let mut rows = sheet.rows()?;
    let mut row = Row::default();
    let mut more = true;
    while more {
        more = rows.read(&mut row)?;
        if more
            && let Some(job) = job(sheet, plan, &row)?
            && ledger.is_stale(job.id)
        {
            let outcome = Outcome {
                status: Status::Skipped,
                code: None,
                message: "about to be sent: the order's last row gives another flag now".into(),
                attempts: 0,
                finished_at: now(),
            };
            stale.push(Done { job, outcome });
        }
        if !more || stale.len() >= CHANNEL_ROWS {
            record
                .renounce(&stale, ledger)
                .map_err(|error| record.error(error))?;
            stale.clear();
        }
    }
    Ok(())
}
