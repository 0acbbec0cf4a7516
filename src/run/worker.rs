//! What a worker does with one order: wait for a turn, call, judge, try again.

use std::sync::atomic::{AtomicU64, Ordering};

use csv::StringRecord;

use super::outcome::{Outcome, Status, now};
use super::pace::Change;
use super::pacer::Pacer;
use super::plan::OrderId;
use super::retry::backoff;
use super::stop::{Stop, StopReason};
use super::{Event, Watch};
use crate::erp::{Caller, Client, Verdict};

/// An order to be sent, with the row that decides its flag.
#[derive(Debug)]
pub(super) struct Job {
    pub(super) id: OrderId,
    pub(super) line: u64,
    pub(super) cells: StringRecord,
    pub(super) sent_flag: Option<String>,
    pub(super) order: String,
    pub(super) flag: String,
}

/// An order that was sent, and how it ended.
#[derive(Debug)]
pub(super) struct Done {
    pub(super) job: Job,
    pub(super) outcome: Outcome,
}

/// What the run's calls cost.
#[derive(Debug, Default)]
pub(super) struct Costs {
    pub(super) calls: AtomicU64,
    pub(super) retries: AtomicU64,
    pub(super) pauses: AtomicU64,
}

/// What all workers share.
pub(super) struct Work<'r> {
    pub(super) client: &'r Client,
    pub(super) pacer: &'r Pacer,
    pub(super) stop: &'r Stop,
    pub(super) watch: &'r dyn Watch,
    pub(super) costs: &'r Costs,
    pub(super) retries: u32,
}

impl Work<'_> {
    /// Carries one order into the ERP. `None` if the run stopped before anything became of it.
    pub(super) fn carry(&self, caller: &mut Caller<'_>, job: &Job) -> Option<Outcome> {
        let mut attempts = 0;
        let mut failures = 0;
        let mut clock_was_wrong = false;
        // The last transient failure: what is known of the row should the run stop now.
        let mut last = None;
        loop {
            let Some(turn) = self.pacer.turn(self.stop) else {
                return last;
            };
            attempts += 1;
            self.costs.calls.fetch_add(1, Ordering::Relaxed);
            let verdict = caller.update_flag(&job.order, &job.flag);
            self.watch.event(Event::Answered {
                line: job.line,
                attempt: attempts,
                verdict: &verdict,
            });
            let end = |status, code, message| {
                Some(Outcome {
                    status,
                    code,
                    message,
                    attempts,
                    finished_at: now(),
                })
            };
            let clock_is_wrong = matches!(verdict, Verdict::Clock { .. });
            match verdict {
                Verdict::Accepted => {
                    turn.passed();
                    return end(Status::Ok, Some(0), String::new());
                }
                Verdict::Rejected { code, message } => {
                    turn.passed();
                    return end(Status::Rejected, Some(code), message);
                }
                Verdict::Throttled {
                    limit,
                    message,
                    retry_after,
                    ..
                } => {
                    let change = turn.throttled(limit, retry_after);
                    if let Change::Pause(_) = change {
                        self.costs.pauses.fetch_add(1, Ordering::Relaxed);
                    }
                    self.watch.event(Event::Throttled {
                        change,
                        message: &message,
                    });
                }
                Verdict::Transient {
                    code,
                    message,
                    retry_after,
                } => {
                    drop(turn);
                    failures += 1;
                    last = end(Status::Failed, code, message);
                    let delay = backoff(failures, fastrand::f64(), retry_after);
                    if failures > self.retries || !self.stop.sleep(delay) {
                        return last;
                    }
                    self.costs.retries.fetch_add(1, Ordering::Relaxed);
                }
                Verdict::Clock { code, message } => {
                    if clock_was_wrong {
                        self.stop.stop(StopReason::Fatal(format!(
                            "{message} (status {code}), even after the clock was corrected by {} s from the ERP's Date header",
                            self.client.clock().offset()
                        )));
                        return end(Status::Failed, Some(code), message);
                    }
                    self.watch.event(Event::ClockCorrected {
                        offset: self.client.clock().offset(),
                    });
                }
                Verdict::Fatal { code, message } => {
                    let reason = match code {
                        Some(code) => format!("{message} (status {code})"),
                        None => message.clone(),
                    };
                    self.stop.stop(StopReason::Fatal(reason));
                    return end(Status::Failed, code, message);
                }
            }
            clock_was_wrong = clock_is_wrong;
        }
    }
}
