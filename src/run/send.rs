//! The middle of a run, where calls are made: rows stream through a pool of workers into the
//! journal.

use std::sync::atomic::Ordering;
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, sync_channel};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use jiff::Timestamp;
use rayon::iter::{ParallelBridge, ParallelIterator};

use super::error::RunError;
use super::event::{Event, Observer};
use super::jobs::{Job, Jobs, pool};
use super::rules::CircuitBreaker;
use super::watch::start;
use super::worker::{Attempted, Purpose, Work};
use crate::erp::ErrorKind;
use crate::files::journal::{Journal, Line};
use crate::files::{Outcome, Status};
use crate::plan::{OrderId, Plan};
use crate::sheet::{Place, Sheet, SheetError};
use crate::stop::StopReason;

/// How many outcomes may wait for the journal before workers wait for it.
const WAITING_OUTCOMES: usize = 256;
/// How often the journal is forced to disk.
const SYNC_EVERY: Duration = Duration::from_secs(1);

pub struct Sending<'r> {
    pub sheet: &'r Sheet,
    pub plan: &'r Plan,
    /// By order: whether it failed in an earlier run. Those are sent last, so that none of them
    /// keeps the others from being sent, night after night.
    pub failed_before: &'r [bool],
    pub work: Work<'r>,
    pub workers: usize,
    pub limit: Option<u64>,
    pub breaker: CircuitBreaker,
}

/// An order whose call came to an end.
struct Done {
    id: OrderId,
    place: Place,
    line: Line,
}

/// Nothing more is to be sent.
struct Stopped;

/// Orders that failed, to be sent once more when all others have been, and how.
type Aside = Mutex<Vec<(Job, Outcome)>>;

impl Sending<'_> {
    /// Sends every order whose outcome is not known and adds its outcome, if it comes to one.
    pub fn send_all(
        &self,
        outcomes: &mut [Option<Outcome>],
        journal: &mut Journal,
    ) -> Result<(), RunError> {
        let mut first = to_send(self.plan, outcomes, self.limit);
        let mut last = first.clone();
        for (id, &failed) in self.failed_before.iter().enumerate() {
            first[id] &= !failed;
            last[id] &= failed;
        }
        let last = match last.contains(&true) {
            true => Some(Jobs::of(self.sheet, self.plan, last)?),
            false => None,
        };
        let jobs = Jobs::of(self.sheet, self.plan, first)?.chain(last.into_iter().flatten());
        let jobs = jobs.map(|job| Ok((job?, None)));
        let pool = pool(self.workers)?;
        let (done_sender, done) = sync_channel(WAITING_OUTCOMES);
        std::thread::scope(|scope| {
            // It owns the receiver: were it to panic, the workers would find the channel closed.
            let recorder = start(scope, "recorder", move || {
                self.record(&done, outcomes, journal);
            })?;
            pool.install(|| {
                let aside = Aside::default();
                self.send(jobs, Some(&aside), &done_sender);
                self.send_again(aside, &done_sender);
            });
            drop(done_sender);
            if let Err(panic) = recorder.join() {
                std::panic::resume_unwind(panic);
            }
            Ok(())
        })
    }

    /// Each worker takes the next row as soon as it is free: rows are read no faster than they are
    /// sent, and with one worker they are sent in the sheet's order.
    fn send(
        &self,
        jobs: impl Iterator<Item = Result<(Job, Option<Outcome>), SheetError>> + Send,
        aside: Option<&Aside>,
        done: &SyncSender<Done>,
    ) {
        let _: Result<(), Stopped> = jobs.par_bridge().try_for_each(|job| {
            let (job, before) = job.map_err(|error| {
                self.work.stop.stop(StopReason::Sheet(error.to_string()));
                Stopped
            })?;
            let attempted = self.work.with_retry(Purpose::Update(&job.row), || {
                self.work.client.update_flag(&job.row.order, &job.flag)
            });
            let may_pass = is_transient(&attempted);
            let outcome = outcome(attempted, before).ok_or(Stopped)?;
            if let Some(aside) = aside
                && may_pass
                && self.work.retries > 0
                && self.breaker.may_put_aside()
            {
                lock(aside).push((job, outcome));
                return Ok(());
            }
            if let Some(reason) = self.breaker.record(outcome.status, &outcome.message) {
                self.work.stop.stop(reason);
            }
            settle(job, outcome, done)
        });
    }

    /// The last pass: what failed in the first may have been no more than a bad hour.
    fn send_again(&self, aside: Aside, done: &SyncSender<Done>) {
        let jobs = aside.into_inner().unwrap_or_else(PoisonError::into_inner);
        if !self.work.stop.stopped() {
            let counters = &self.work.counters;
            counters
                .retries
                .fetch_add(jobs.len() as u64, Ordering::Relaxed);
            let jobs = jobs.into_iter().map(|(job, before)| (job, Some(before)));
            return self.send(jobs.map(Ok), None, done);
        }
        for (job, outcome) in jobs {
            let _: Result<(), Stopped> = settle(job, outcome, done);
        }
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
                superseded: self.plan.superseded_rows_of(id),
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
}

/// Hands an outcome to the journal.
fn settle(job: Job, outcome: Outcome, done: &SyncSender<Done>) -> Result<(), Stopped> {
    let (id, place) = (job.id, job.row.place);
    let line = Line {
        order: job.row.order,
        flag: job.flag,
        line: place.line,
        outcome,
    };
    done.send(Done { id, place, line }).map_err(|_| Stopped)
}

/// Whether another time may be a better one.
fn is_transient(attempted: &Attempted<()>) -> bool {
    let kind = match &attempted.result {
        Some(Err(error)) => error.kind,
        _ => return false,
    };
    matches!(
        kind,
        ErrorKind::Transient | ErrorKind::Unreachable | ErrorKind::NoReply
    )
}

/// `None` if the run stopped before anything became of the call, now or `before`.
fn outcome(attempted: Attempted<()>, before: Option<Outcome>) -> Option<Outcome> {
    let attempts = attempted.attempts + before.as_ref().map_or(0, |before| before.attempts);
    let Some(result) = attempted.result else {
        return before.map(|before| Outcome { attempts, ..before });
    };
    let (status, code, message) = match result {
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
        attempts,
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

fn lock(aside: &Aside) -> MutexGuard<'_, Vec<(Job, Outcome)>> {
    aside.lock().unwrap_or_else(PoisonError::into_inner)
}
