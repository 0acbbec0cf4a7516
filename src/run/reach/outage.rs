//! An outage, while the whole run waits, one call at a time is tried, and no order pays for it.

use std::sync::atomic::Ordering;
use std::time::Instant;

use super::{About, Away, FIRST_WAIT, MAX_WAIT};
use crate::erp::{CallError, ErrorKind};
use crate::run::calls::Calls;
use crate::run::event::{Event, Observer};
use crate::stop::StopReason;
use crate::sync::lock;

impl Calls<'_> {
    /// Whether the refusal of an order holds for every other call, too: then the run stops.
    pub fn weigh(&self, error: &CallError) -> bool {
        let holds_for_all = match self.reach.refused() {
            About::Row => false,
            About::Run => true,
            About::Ask => match self.ping() {
                Some(Ok(())) | None => false,
                Some(Err(ping)) => match ping.kind {
                    ErrorKind::Fatal => true,
                    ErrorKind::Doubtful => ping.reason == error.reason,
                    _ => {
                        self.reach.state().asked = false;
                        false
                    }
                },
            },
        };
        if holds_for_all {
            self.stop.stop(StopReason::Fatal(error.clone()));
        }
        holds_for_all
    }

    /// After a call that had no reply of any kind, from `started` on: waits until the server answers,
    /// unless others are answered meanwhile. Returns whether there was an outage: if there was none,
    /// the failure is the call's own.
    ///
    /// One worker tries for all, with a call that changes nothing.
    pub fn wait_out_outage(&self, kind: ErrorKind, started: Instant) -> bool {
        let reach = &self.reach;
        let was_away = reach.is_away();
        let failed = Instant::now();
        let _trying = lock(&reach.trying);
        let is_there = if kind == ErrorKind::NoReply {
            reach.state().answered_at > Some(started)
        } else {
            reach.state().reached_at > Some(failed)
        };
        if is_there {
            return was_away || reach.state().back_at > Some(started);
        }
        let mut away_since = None;
        let mut away = None;
        let mut wait = FIRST_WAIT;
        let was_outage = loop {
            let tried = Instant::now();
            let Some(result) = self.ping() else {
                break true;
            };
            let Some(error) = result.err().filter(|error| !error.is_reply()) else {
                break was_away || away_since.is_some();
            };
            if self.stop.stopped() {
                break true;
            }
            if away_since.is_none() && reach.state().reached_at > Some(tried) {
                break was_away;
            }
            let next_try = match reach.next_try(wait, self.rules.give_up_after, &error) {
                Ok(next_try) => next_try,
                Err(reason) => {
                    self.stop.stop(reason);
                    break true;
                }
            };
            away_since.get_or_insert(tried);
            away.get_or_insert_with(|| {
                reach.is_away.store(true, Ordering::Release);
                Away(reach)
            });
            self.observers.event(&Event::Outage {
                reason: &error.reason,
                next_try,
            });
            wait = (wait * 2).min(MAX_WAIT);
            if !self.stop.sleep(next_try) {
                break true;
            }
        };
        if let Some(since) = away_since.filter(|_| !self.stop.stopped()) {
            reach.state().back_at = Some(Instant::now());
            let lasted = since.elapsed();
            self.observers.event(&Event::OutageOver { lasted });
        }
        was_outage
    }
}
