//! The middle of a run, where calls are made: rows go through a pool of workers into the record.

use std::fs::File;
use std::thread::{Builder, Scope, ScopedJoinHandle};
use std::time::{Duration, SystemTime};

use crossbeam_channel::{Receiver, RecvTimeoutError, Sender, bounded};

use super::plan::{Plan, Role};
use super::record::{Ledger, Record};
use super::rules::Referee;
use super::stop::StopReason;
use super::worker::{Done, Job, Work};
use super::{Event, RunError};
use crate::sheet::{Row, Sheet, SheetError};

/// How many rows may wait between two stages of the run.
pub(super) const CHANNEL_ROWS: usize = 256;
/// The most rows a worker takes at once.
const BATCH_ROWS: usize = 32;
/// How long the recorder lets outcomes gather while they come faster than one at a time.
const GATHER: Duration = Duration::from_millis(1);
/// How often it is looked whether the run is to stop.
const OVERSEE_EVERY: Duration = Duration::from_millis(50);
/// How often the record is forced to disk.
const SYNC_EVERY: Duration = Duration::from_secs(1);

/// What is to be sent for the row, if it decides its order's flag.
pub(super) fn job(sheet: &Sheet, plan: &Plan, row: &Row) -> Result<Option<Job>, SheetError> {
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

/// Starts a thread of the run.
fn start<'s>(
    scope: &'s Scope<'s, '_>,
    name: &str,
    work: impl FnOnce() + Send + 's,
) -> Result<ScopedJoinHandle<'s, ()>, RunError> {
    Builder::new()
        .name(name.to_owned())
        .spawn_scoped(scope, work)
        .map_err(|error| RunError::Workers(error.to_string()))
}

/// The middle of a run, where calls are made.
pub(super) struct Run<'r> {
    pub(super) sheet: &'r Sheet,
    pub(super) plan: &'r Plan,
    pub(super) ledger: &'r Ledger,
    pub(super) work: Work<'r>,
    pub(super) workers: usize,
    /// Whether only the workers' own speed holds the run up.
    pub(super) unlimited: bool,
    /// When sending ends.
    pub(super) deadline: Option<SystemTime>,
    pub(super) referee: Referee,
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
    pub(super) fn send_all(&self, record: &mut Record) -> Result<(), RunError> {
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
            start(scope, "disk", move || self.force_to_disk(&handle, &open))?;
            start(scope, "overseer", move || self.oversee(&still_open))?;
            // It owns its end of the channel: were it to panic, the workers would not wait for it.
            let recorder = start(scope, "recorder", move || self.record_all(&done, record))?;
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
            Ok(())
        })
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
            if self.deadline.is_some_and(|at| SystemTime::now() >= at) {
                stop.stop(StopReason::Deadline);
            }
            if let Some(reason) = stop.reason() {
                self.work.watch.event(Event::Stopping { reason: &reason });
                return;
            }
        }
    }

    /// Forces the record to disk every second until the run is over.
    fn force_to_disk(&self, record: &File, open: &Receiver<()>) {
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
