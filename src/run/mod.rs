//! The run: carrying one sheet out by its plan, one call an order.
//!
//! ```text
//! sheet ──► plan                                                    (first pass)
//! sheet ──► dispatch ──► workers (rayon pool: pace, sign, call, judge, retry) ──► record
//! sheet + record ──► results + failures                             (last pass)
//! ```

mod format;
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

use crossbeam_channel::{Receiver, RecvTimeoutError, Sender, bounded};

pub use outcome::Status;
pub use outputs::{OutputError, Paths};
pub use pace::{Change, Pace};
pub use pacer::{Per, Rate, RateError};
pub use plan::{OnConflict, OrderId, Plan, PlanError, Role};
pub use record::RunKey;
pub use results::Tally;
pub use retry::backoff;
pub use rules::StopRules;
pub use stop::{Stop, StopReason};

use crate::erp::{Client, Verdict};
use crate::sheet::{Row, Sheet, SheetError};
use outcome::{Outcome, now};
use outputs::{Draft, Outputs, set_aside};
use pacer::Pacer;
use plan::Marker;
use record::{Found, Ledger, Record, Taken};
use results::Assembly;
use rules::Referee;
use worker::{Costs, Done, Job, Work};

/// How many rows may wait between two stages of the run.
const CHANNEL_ROWS: usize = 256;
/// The most rows a worker takes at once.
const BATCH_ROWS: usize = 32;
/// How long the recorder lets outcomes gather while they come faster than one at a time.
const GATHER: Duration = Duration::from_millis(1);
/// How often it is looked whether the run is to stop.
const OVERSEE_EVERY: Duration = Duration::from_millis(50);
/// How often the record is forced to disk.
const SYNC_EVERY: Duration = Duration::from_secs(1);

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
    stop.begin();
    let results = Draft::create(&outputs.results)?;
    let failures = Draft::create(&outputs.failures)?;
    let ledger = Ledger::new(&plan);
    let record_failed = |source| OutputError::io(&outputs.record)(source);
    let (mut record, taken_over) = match found {
        Found::Rows { taken, end } => {
            let rows = ledger.take_over(&taken, &plan);
            let mut record = Record::resume(&outputs.record, sheet, settings.key.clone(), end)
                .map_err(record_failed)?;
            renounce_stale(sheet, &plan, &ledger, &mut record)?;
            (record, rows)
        }
        other => {
            if let Found::Foreign(why) = other {
                let path = set_aside(&outputs.record)?;
                watch.event(Event::SetAside { path, why });
            }
            let record = Record::create(&outputs.record, sheet, settings.key.clone())
                .map_err(record_failed)?;
            (record, 0)
        }
    };
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
        rules: settings.stop_rules,
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
        results.publish()?;
        if let Some(failures) = failures {
            failures.publish()?;
        }
        if stopped.is_none() {
            record.remove().map_err(record_failed)?;
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
    recorded.sort_by_key(|taken| taken.line);
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
    recorded.sort_by_key(|taken| taken.offset);
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

/// What is to be sent for the row, if it decides its order's flag.
fn job(sheet: &Sheet, plan: &Plan, row: &Row) -> Result<Option<Job>, SheetError> {
    let Ok(entry) = row.entry(sheet) else {
        return Ok(None);
    };
    match plan.role(row.line(), &entry) {
        Some(Role::Decides(id)) => Ok(Some(Job {
            id,
            line: row.line(),
            cells: row.cells().clone(),
            sent_flag: row.sent_flag().map(str::to_owned),
            order: entry.order.into_owned(),
            flag: entry.flag.into_owned(),
        })),
        Some(Role::Same { .. } | Role::Superseded { .. } | Role::Conflict { .. }) => Ok(None),
        None => Err(SheetError::Changed {
            file: sheet.name().to_owned(),
        }),
    }
}

/// The middle of a run, where calls are made.
struct Run<'r> {
    sheet: &'r Sheet,
    plan: &'r Plan,
    ledger: &'r Ledger,
    work: Work<'r>,
    workers: usize,
    /// Whether only the workers' own speed holds the run up.
    unlimited: bool,
    rules: StopRules,
    referee: Referee,
}

impl Run<'_> {
    /// How many rows a worker takes at once: one, unless only its own speed holds it up and there
    /// are many for each worker.
    fn batch(&self) -> usize {
        if !self.unlimited {
            return 1;
        }
        let calls = usize::try_from(self.plan.calls()).unwrap_or(usize::MAX);
        (calls / self.workers / 16).clamp(1, BATCH_ROWS)
    }

    /// Reader → bounded channel → pool of workers → bounded channel → recorder.
    fn send_all(&self, record: &mut Record) -> Result<(), RunError> {
        let pool = rayon::ThreadPoolBuilder::new()
            .num_threads(self.workers)
            .thread_name(|n| format!("worker-{n}"))
            .build()
            .map_err(|error| RunError::Workers(error.to_string()))?;
        let batch = self.batch();
        let (job_sender, jobs) = bounded::<Vec<Job>>(CHANNEL_ROWS / batch);
        let (done_sender, done) = bounded::<Done>(CHANNEL_ROWS);
        let (closed, open) = bounded::<()>(0);
        let handle = record.handle().map_err(|error| record.error(error))?;
        std::thread::scope(|scope| {
            let still_open = open.clone();
            scope.spawn(move || self.force_to_disk(&handle, &open));
            scope.spawn(move || self.oversee(&still_open));
            let recorder = scope.spawn(|| self.record_all(&done, record));
            pool.in_place_scope(|pool| {
                for _ in 0..self.workers {
                    let (jobs, done) = (jobs.clone(), done_sender.clone());
                    pool.spawn(move |_| self.work_all(&jobs, &done));
                }
                drop((jobs, done_sender));
                let job_sender = job_sender;
                if let Err(error) = self.dispatch(&job_sender, batch) {
                    self.work.stop.stop(StopReason::Sheet(error.to_string()));
                }
            });
            if let Err(panic) = recorder.join() {
                std::panic::resume_unwind(panic);
            }
            drop(closed);
        });
        Ok(())
    }

    /// Streams the rows that are to be sent to the workers.
    fn dispatch(&self, jobs: &Sender<Vec<Job>>, batch: usize) -> Result<(), SheetError> {
        let mut rows = self.sheet.rows()?;
        let mut row = Row::default();
        let mut waiting = Vec::with_capacity(batch);
        while rows.read(&mut row)? {
            if let Some(job) = job(self.sheet, self.plan, &row)?
                && self.ledger.get(job.id).is_none()
            {
                waiting.push(job);
            }
            if waiting.len() == batch {
                let full = std::mem::replace(&mut waiting, Vec::with_capacity(batch));
                if jobs.send(full).is_err() {
                    // The workers are gone: the run is stopped.
                    return Ok(());
                }
            }
        }
        if !waiting.is_empty() {
            // As above.
            let _ = jobs.send(waiting);
        }
        Ok(())
    }

    fn work_all(&self, jobs: &Receiver<Vec<Job>>, done: &Sender<Done>) {
        let mut caller = self.work.client.caller();
        for job in jobs.iter().flatten() {
            let Some(outcome) = self.work.carry(&mut caller, &job) else {
                return;
            };
            if let Some(reason) = self.referee.judge(outcome.status, &outcome.message) {
                self.work.stop.stop(reason);
            }
            if done.send(Done { job, outcome }).is_err() {
                return;
            }
        }
    }

    /// Records outcomes as they come, as many at once as are waiting.
    fn record_all(&self, done: &Receiver<Done>, record: &mut Record) {
        let mut batch = Vec::with_capacity(CHANNEL_ROWS);
        let mut writable = true;
        while let Ok(first) = done.recv() {
            batch.push(first);
            if !done.is_empty() {
                std::thread::sleep(GATHER);
            }
            batch.extend(done.try_iter().take(CHANNEL_ROWS - 1));
            if writable && let Err(error) = record.append(&batch, self.ledger) {
                writable = false;
                let reason = record.error(error).to_string();
                self.work.stop.stop(StopReason::Record(reason));
            }
            for Done { job, outcome } in batch.drain(..) {
                if writable {
                    self.work.watch.event(Event::Settled {
                        rows: self.plan.rows_of(job.id),
                        status: outcome.status,
                    });
                } else {
                    self.work.watch.event(Event::Unrecorded {
                        line: job.line,
                        order: &job.order,
                        status: outcome.status,
                        message: &outcome.message,
                    });
                    self.ledger.keep(job.id, outcome);
                }
            }
        }
    }

    /// Stops the run at its deadline, and tells when it is stopping, until it is over.
    fn oversee(&self, open: &Receiver<()>) {
        let stop = self.work.stop;
        while open.recv_timeout(OVERSEE_EVERY) == Err(RecvTimeoutError::Timeout) {
            if self.rules.deadline.is_some_and(|at| Instant::now() >= at) {
                stop.stop(StopReason::Deadline);
            }
            if let Some(reason) = stop.reason() {
                self.work.watch.event(Event::Stopping { reason: &reason });
                return;
            }
        }
    }

    /// Forces the record to disk every second until the run is over.
    fn force_to_disk(&self, record: &std::fs::File, open: &Receiver<()>) {
        loop {
            let over = open.recv_timeout(SYNC_EVERY) != Err(RecvTimeoutError::Timeout);
            if let Err(error) = record.sync_data() {
                let reason = format!("the record cannot be forced to disk: {error}");
                self.work.stop.stop(StopReason::Record(reason));
            }
            if over {
                return;
            }
        }
    }
}
