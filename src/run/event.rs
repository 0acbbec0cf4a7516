//! What observers are told while a run is under way: plain data, so that a console, a log or a
//! notification can each make its own of it.

use std::time::Duration;

use serde::Serialize;

use super::planned::Planned;
use crate::erp::{Account, CallError};
use crate::files::Status;
use crate::sheet::Place;
use crate::stop::StopReason;

#[derive(Debug)]
pub enum Event<'a> {
    Said {
        level: Level,
        text: &'a str,
    },
    Started {
        account: &'a Account,
        /// Where outcomes stand until the results are written, if any are.
        journal: Option<String>,
    },
    Planned(&'a Planned),
    /// A call was answered, or was not: then `error` says why.
    Answered {
        kind: CallKind,
        order: Option<(&'a str, &'a Place)>,
        /// Which of the calls for it, from 1.
        attempt: u32,
        /// Whether it repeats one that failed.
        is_retry: bool,
        took: Duration,
        error: Option<&'a CallError>,
        /// The pace from now on, in calls a minute; `None` if nothing bounds it.
        pace: Option<f64>,
    },
    MaxInFlight {
        calls: usize,
        reason: &'a str,
    },
    Paused {
        wait: Duration,
        reason: &'a str,
        /// Whether the ERP wants it, and not the pace alone.
        is_asked: bool,
        pace: Option<f64>,
    },
    Outage {
        reason: &'a str,
        next_try: Duration,
    },
    OutageOver {
        lasted: Duration,
    },
    /// Calls are signed by the ERP's clock from now on.
    Clock {
        /// The ERP's clock minus this machine's, in seconds.
        offset: i64,
    },
    /// Nothing more is sent; calls in flight are brought to their end.
    Stopping {
        reason: &'a StopReason,
    },
    /// What became of an order is known and, if it was sent, in the journal.
    Settled {
        line: u64,
        order: &'a str,
        rows: u64,
        /// Of those, the ones that give the order another flag.
        superseded: u64,
        status: Status,
    },
}

/// What a call is for: the methods may have prices of their own.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum CallKind {
    Update,
    Query,
    Ping,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Level {
    /// Always told.
    Error,
    Alert,
    Warning,
    Note,
    Detail,
    Call,
}

/// Is told what happens, from any thread, and decides nothing.
pub trait Observer: Sync {
    fn event(&self, event: &Event<'_>);

    fn say(&self, level: Level, text: impl AsRef<str>)
    where
        Self: Sized,
    {
        self.event(&Event::Said {
            level,
            text: text.as_ref(),
        });
    }
}

impl Observer for &[&dyn Observer] {
    fn event(&self, event: &Event<'_>) {
        for observer in *self {
            observer.event(event);
        }
    }
}
