//! The middle of a run, where calls are made: rows stream through a pool of workers into the
//! journal.

use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, sync_channel};
use std::thread::{Builder, Scope, ScopedJoinHandle};
use std::time::{Duration, Instant, SystemTime};

use jiff::Timestamp;
use rayon::iter::{ParallelBridge, ParallelIterator};

use super::error::RunError;
use super::event::{CalledFor, Event, Observer};
use super::rules::CircuitBreaker;
use super::worker::{Attempted, Work};
use crate::erp::ErrorKind;
use crate::files::journal::{Journal, Line};
use crate::files::{Outcome, Status};
use crate::plan::{OrderId, Plan, RowRole};
use crate::sheet::{Place, Row, Rows, Sheet, SheetError};
use crate::stop::StopReason;

/// How many outcomes may wait for the journal before workers wait for it.
const WAITING_OUTCOMES: usize = 256;
/// How often it is looked whether the run is to stop.
const WATCH_EVERY: Duration = Duration::from_millis(50);
/// How often the journal is forced to disk.
const SYNC_EVERY: Duration = Duration::from_secs(1);

pub struct Sending<'r> {
    pub sheet: &'r Sheet,
    pub plan: &'r Plan,
    pub work: Work<'r>,
    pub workers: usize,
    pub limit: Option<u64>,
    pub deadline: Option<SystemTime>,
    pub breaker: CircuitBreaker,
}

/// An order to be sent, with the row that decides its flag.
struct Job {
    id: OrderId,
    row: CalledFor,
    flag: String,
}

/// The rows to be sent, as the sheet streams by.
struct Jobs<'r> {
    sheet: &'r Sheet,
    plan: &'r Plan,
    rows: Rows<'r>,
    row: Row,
    /// By order.
    to_send: Vec<bool>,
}

impl Jobs<'_> {
    fn next_job(&mut self) -> Result<Option<Job>, SheetError> {
        while self.rows.read(&mut self.row)? {
            let line = self.row.line();
            let Ok(entry) = self.row.entry(self.sheet) else {
                continue;
            };
            let role = self.plan.role(line, &entry);
            match role.ok_or_else(|| SheetError::changed(self.sheet.name()))? {
                RowRole::Decides { id } if self.to_send[id.index()] => {
                    return Ok(Some(Job {
                        id,
                        row: CalledFor {
                            place: self.row.place(),
                            order: entry.order.into_owned(),
                        },
                        flag: entry.flag.into_owned(),
                    }));
                }
                _ => {}
            }
        }
        Ok(None)
    }
}

impl Iterator for Jobs<'_> {
    type Item = Result<Job, SheetError>;

    fn next(&mut self) -> Option<Self::Item> {
        self.next_job().transpose()
    }
}

/// An order whose call came to an end.
struct Done {
    id: OrderId,
    place: Place,
    line: Line,
}

/// Nothing more is to be sent.
struct Stopped;

impl Sending<'_> {
    /// Sends every order whose outcome is not known and adds its outcome, if it comes to one.
    pub fn send_all(
        &self,
        outcomes: &mut [Option<Outcome>],
        journal: &mut Journal,
    ) -> Result<(), RunError> {
        let jobs = Jobs {
            sheet: self.sheet,
            plan: self.plan,
            rows: self.sheet.rows()?,
            row: Row::default(),
            to_send: to_send(self.plan, outcomes, self.limit),
        };
        let pool = rayon::ThreadPoolBuilder::new()
            .num_threads(self.workers)
            .thread_name(|n| format!("worker-{n}"))
            .build()
            .map_err(|error| RunError::Workers(error.to_string()))?;
        let (done_sender, done) = sync_channel(WAITING_OUTCOMES);
        let (over_sender, over) = sync_channel::<()>(0);
        std::thread::scope(|scope| {
            start(scope, "watch", move || self.watch(&over))?;
            // It owns the receiver: were it to panic, the workers would find the channel closed.
            let recorder = start(scope, "recorder", move || {
                self.record(&done, outcomes, journal);
            })?;
            pool.install(|| self.send(jobs, &done_sender));
            drop(done_sender);
            if let Err(panic) = recorder.join() {
                std::panic::resume_unwind(panic);
            }
            drop(over_sender);
            Ok(())
        })
    }

    /// Each worker takes the next row as soon as it is free: rows are read no faster than they are
    /// sent, and with one worker they are sent in the sheet's order.
    fn send(&self, jobs: Jobs<'_>, done: &SyncSender<Done>) {
        let _: Result<(), Stopped> = jobs.par_bridge().try_for_each_init(
            || self.work.client.caller(),
            |caller, job| {
                let job = job.map_err(|error| {
                    self.work.stop.stop(StopReason::Sheet(error.to_string()));
                    Stopped
                })?;
                let attempted = self.work.with_retry(Some(&job.row), || {
                    caller.update_flag(&job.row.order, &job.flag)
                });
                let outcome = outcome(attempted).ok_or(Stopped)?;
                if let Some(reason) = self.breaker.record(outcome.status, &outcome.message) {
                    self.work.stop.stop(reason);
                }
                let (id, place) = (job.id, job.row.place);
                let line = Line {
                    order: job.row.order,
                    flag: job.flag,
                    line: job.row.place.line,
                    outcome,
                };
                done.send(Done { id, place, line }).map_err(|_| Stopped)
            },
        );
    }

    /// Writes outcomes to the journal as they come, as many at once as are waiting. Only then they
    /// count as known.
    fn record(
        &self,
        done: &Receiver<Done>,
        outcomes: &mut [Option<Outcome>],
        journal: &mut Journal,
    ) {
        let mut writable = true;
        let mut synced = Instant::now();
        let mut dirty = false;
        loop {
            let until_sync = SYNC_EVERY.saturating_sub(synced.elapsed());
            let batch: Vec<Done> = match done.recv_timeout(until_sync) {
                Ok(first) => [first]
                    .into_iter()
                    .chain(done.try_iter().take(WAITING_OUTCOMES))
                    .collect(),
                Err(RecvTimeoutError::Timeout) => Vec::new(),
                Err(RecvTimeoutError::Disconnected) => break,
            };
            if writable && !batch.is_empty() {
                let lines: Vec<&Line> = batch.iter().map(|done| &done.line).collect();
                dirty = true;
                if let Err(error) = journal.append(&lines) {
                    writable = false;
                    self.work.stop.stop(StopReason::Journal(error.to_string()));
                }
            }
            for Done { id, place, line } in batch {
                self.tell(id, place, &line, writable);
                outcomes[id.index()] = Some(line.outcome);
            }
            if synced.elapsed() >= SYNC_EVERY {
                if dirty {
                    self.sync(journal);
                    dirty = false;
                }
                synced = Instant::now();
            }
        }
        self.sync(journal);
    }

    fn tell(&self, id: OrderId, place: Place, line: &Line, recorded: bool) {
        let status = line.outcome.status;
        self.work.observers.event(&match recorded {
            true => Event::Settled {
                line: line.line,
                order: line.order.clone(),
                rows: self.plan.rows_of(id),
                status,
            },
            false => Event::Unrecorded {
                place,
                order: line.order.clone(),
                status,
                message: line.outcome.message.to_string(),
            },
        });
    }

    fn sync(&self, journal: &Journal) {
        if let Err(error) = journal.sync() {
            self.work.stop.stop(StopReason::Journal(error.to_string()));
        }
    }

    /// Stops the run at its deadline, and tells when it is stopping, until it is over.
    fn watch(&self, over: &Receiver<()>) {
        let stop = self.work.stop;
        while over.recv_timeout(WATCH_EVERY) == Err(RecvTimeoutError::Timeout) {
            if self.deadline.is_some_and(|at| SystemTime::now() >= at) {
                stop.stop(StopReason::Deadline);
            }
            if let Some(reason) = stop.reason() {
                self.work.observers.event(&Event::Stopping { reason });
                return;
            }
        }
    }
}

/// `None` if the run stopped before anything became of the call.
fn outcome(attempted: Attempted<()>) -> Option<Outcome> {
    let (status, code, message) = match attempted.result? {
        Ok(()) => (Status::Ok, Some(0), String::new()),
        Err(error) => {
            let status = match error.kind {
                ErrorKind::Rejected => Status::Rejected,
                _ => Status::Failed,
            };
            (status, error.code, error.reason.to_string())
        }
    };
    Some(Outcome {
        status,
        code,
        message: message.into(),
        attempts: attempted.attempts,
        finished_at: Timestamp::now(),
    })
}

/// By order: whether it is to be sent. Those are, of the first `limit` orders of the sheet, the ones
/// whose outcome is not known.
pub fn to_send(plan: &Plan, outcomes: &[Option<Outcome>], limit: Option<u64>) -> Vec<bool> {
    let mut left = limit.unwrap_or(u64::MAX);
    plan.ids()
        .map(|id| {
            let is_first = plan.is_sent(id) && left > 0;
            left -= u64::from(is_first);
            is_first && outcomes[id.index()].is_none()
        })
        .collect()
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
