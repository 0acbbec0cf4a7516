//! What is known of a run's progress, and what follows for the time left. Knows no terminal.

#[cfg(test)]
mod tests;

use std::collections::VecDeque;
use std::time::{Duration, Instant};

use jiff::{RoundMode, Unit, ZonedDateTime, ZonedDateTimeRound};

use super::begun::Begun;
use super::line::{Notice, View};
use crate::language::say;
use crate::text::{clock_time, time_of_day};

/// How long the reason is shown why a call failed for now.
const TROUBLE_SHOWN: Duration = Duration::from_secs(30);
/// How many orders tell how fast calls really come to an end.
const RECENT: usize = 60;
/// Fewer than this tell nothing where the pace tells more.
const ENOUGH: usize = 8;
/// Calls may come to an end so many times slower than the pace by chance.
const BY_CHANCE: f64 = 1.2;

/// The progress of one run.
#[derive(Debug)]
pub struct State {
    rows: u64,
    counts: Vec<(&'static str, u64)>,
    calls_left: u64,
    /// In calls a minute; `None` if nothing bounds it.
    pace: Option<f64>,
    /// When the latest orders were settled, since the last pause.
    recent: VecDeque<Instant>,
    pause: Option<Pause>,
    /// Nobody knows for how long.
    outage: Option<Outage>,
    /// When a call last failed for now, and why.
    trouble: Option<(Instant, String)>,
    /// The order that was settled last.
    last: String,
}

#[derive(Debug)]
struct Pause {
    until: Instant,
    /// The same as a time of day.
    clock: String,
    reason: String,
}

#[derive(Debug)]
struct Outage {
    since: String,
    next_try: String,
    reason: String,
}

impl State {
    pub fn new(begun: Begun) -> Self {
        State {
            rows: begun.rows,
            counts: begun.counts,
            calls_left: begun.calls_left,
            pace: begun.rate.interval().map(|time| 60.0 / time.as_secs_f64()),
            recent: VecDeque::new(),
            pause: None,
            outage: None,
            trouble: None,
            last: String::new(),
        }
    }

    /// So many more rows have ended so.
    pub fn count(&mut self, word: &str, rows: u64) {
        if let Some((_, count)) = self.counts.iter_mut().find(|(it, _)| *it == word) {
            *count += rows;
        }
    }

    /// So many calls are left.
    pub fn left(&mut self, calls: u64) {
        self.calls_left = calls;
    }

    /// An order has come to its end.
    pub fn settled(&mut self, now: Instant, order: &str) {
        self.calls_left = self.calls_left.saturating_sub(1);
        order.clone_into(&mut self.last);
        self.recent.push_back(now);
        if self.recent.len() > RECENT {
            self.recent.pop_front();
        }
    }

    /// A call was answered; `trouble` is why it failed for now, if it did.
    pub fn answered(&mut self, now: Instant, pace: Option<f64>, trouble: Option<String>) {
        self.pace = pace;
        if let Some(why) = trouble {
            self.trouble = Some((now, why));
        }
    }

    pub fn paused(&mut self, now: Instant, clock: &ZonedDateTime, pause: Duration, reason: String) {
        self.recent.clear();
        self.pause = Some(Pause {
            until: now + pause,
            clock: end_of_pause(clock, pause),
            reason,
        });
    }

    /// The server cannot be reached; a call will try whether it is back.
    pub fn away(&mut self, clock: &ZonedDateTime, next_try: Duration, reason: String) {
        let since = match self.outage.take() {
            Some(outage) => outage.since,
            None => clock_time(clock, clock),
        };
        let next_try = clock.checked_add(next_try);
        let next_try = next_try.as_ref().unwrap_or(clock);
        self.outage = Some(Outage {
            since,
            next_try: time_of_day(next_try),
            reason,
        });
    }

    /// It answers again.
    pub fn back(&mut self) {
        self.outage = None;
        self.trouble = None;
        self.recent.clear();
    }

    /// Nothing more is sent.
    pub fn stopping(&mut self) {
        self.calls_left = 0;
        self.pause = None;
        self.outage = None;
        self.trouble = None;
    }

    /// What is to be seen at this moment.
    pub fn view(&self, now: Instant) -> View {
        let pause = self.pause.as_ref().filter(|pause| pause.until > now);
        let per_call = match &self.outage {
            Some(_) => None,
            None => self.time_per_call(now),
        };
        let pausing = pause.map(|pause| pause.until - now).unwrap_or_default();
        let left = per_call.map(|seconds| seconds * self.calls_left as f64);
        let trouble = self
            .trouble
            .as_ref()
            .filter(|(at, _)| now.saturating_duration_since(*at) < TROUBLE_SHOWN);
        View {
            rows: self.rows,
            counts: self.counts.clone(),
            calls_per_minute: per_call.filter(|_| pause.is_none()).map(|time| 60.0 / time),
            left: left
                .filter(|_| self.calls_left > 0)
                .and_then(|left| Duration::try_from_secs_f64(left).ok())
                .map(|left| left + pausing),
            notice: match (&self.outage, pause, trouble) {
                (Some(outage), ..) => Some(Notice::Away {
                    since: outage.since.clone(),
                    next_try: outage.next_try.clone(),
                    reason: outage.reason.clone(),
                }),
                (None, Some(pause), _) => Some(Notice::Paused {
                    until: pause.clock.clone(),
                    reason: pause.reason.clone(),
                }),
                (None, None, Some((_, reason))) => Some(Notice::Retrying {
                    reason: reason.clone(),
                }),
                (None, None, None) => None,
            },
        }
    }

    /// The same on one line, for where nothing can be drawn over.
    pub fn line(&self, now: Instant, clock: &str) -> String {
        let line = self.view(now).whole();
        let line = match self.last.as_str() {
            "" => line,
            order => say!("progress-last", line = line, order = order),
        };
        format!("{clock} {line}")
    }

    /// In seconds: as the pace says, unless calls come to an end more slowly.
    fn time_per_call(&self, now: Instant) -> Option<f64> {
        let paced = self.pace.map(|pace| 60.0 / pace);
        let measured = self.measured(now);
        match (paced, measured) {
            (Some(paced), Some(measured))
                if self.recent.len() >= ENOUGH && measured > paced * BY_CHANCE =>
            {
                Some(measured)
            }
            (Some(paced), _) => Some(paced),
            (None, measured) => measured.filter(|&time| time > 0.0),
        }
    }

    fn measured(&self, now: Instant) -> Option<f64> {
        let (first, last) = (*self.recent.front()?, *self.recent.back()?);
        let orders = self.recent.len() as f64;
        let since = |at: Instant| at.saturating_duration_since(first).as_secs_f64();
        let settled = match self.recent.len() {
            1 => 0.0,
            _ => since(last) / (orders - 1.0),
        };
        Some(settled.max(since(now) / orders))
    }
}

/// The minute in which a pause will be over for certain.
fn end_of_pause(now: &ZonedDateTime, pause: Duration) -> String {
    let round = ZonedDateTimeRound::new()
        .smallest(Unit::Minute)
        .mode(RoundMode::Ceil);
    let end = now.checked_add(pause).and_then(|end| end.round(round));
    clock_time(end.as_ref().unwrap_or(now), now)
}
