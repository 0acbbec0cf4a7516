//! What the calls of a run came to, counted from its events.

use serde::Serialize;

use super::event::{CallKind, Event};
use crate::erp::ErrorKind;

#[derive(Clone, Debug, Default, Serialize)]
pub struct Counts {
    pub calls: Calls,
    pub retries: u64,
    pub throttled_calls: u64,
    pub pauses: u64,
    pub outages: u64,
    /// The last pace, in calls a minute; `None` if nothing bounds it.
    pub pace_per_minute: Option<f64>,
    #[serde(skip)]
    is_away: bool,
}

/// By what they were for, repetitions included.
#[derive(Clone, Copy, Debug, Default, Serialize)]
pub struct Calls {
    pub total: u64,
    pub update: u64,
    pub query: u64,
    pub ping: u64,
}

impl Counts {
    pub fn event(&mut self, event: &Event<'_>) {
        match event {
            Event::Answered {
                kind,
                is_retry,
                error,
                pace,
                ..
            } => {
                self.calls.total += 1;
                *match kind {
                    CallKind::Update => &mut self.calls.update,
                    CallKind::Query => &mut self.calls.query,
                    CallKind::Ping => &mut self.calls.ping,
                } += 1;
                self.retries += u64::from(*is_retry);
                let throttled = |kind| matches!(kind, ErrorKind::Throttled(_));
                self.throttled_calls += u64::from(error.is_some_and(|it| throttled(it.kind)));
                self.pace_per_minute = *pace;
            }
            Event::Paused { is_asked, .. } => self.pauses += u64::from(*is_asked),
            Event::Outage { .. } => {
                self.outages += u64::from(!self.is_away);
                self.is_away = true;
            }
            Event::OutageOver { .. } => self.is_away = false,
            _ => {}
        }
    }
}
