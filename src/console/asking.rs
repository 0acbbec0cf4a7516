//! What is said while the ERP is asked which orders carry their flag already, and of the answer.

use std::time::{Duration, Instant};

use super::{Console, Level};
use crate::language::say;
use crate::run::{Ended, Listings, PageRead};
use crate::text::duration;

/// How often it is said how far the asking is.
const SAY_EVERY: Duration = Duration::from_secs(30);

impl Console {
    pub(super) fn read(&self, read: &PageRead) {
        let now = Instant::now();
        let level = match self.asking_said.lock() {
            Ok(mut said)
                if said.is_none_or(|at| now - at >= SAY_EVERY) && read.page < read.pages =>
            {
                *said = Some(now);
                Level::Note
            }
            _ => Level::Detail,
        };
        let left = read.pages.saturating_sub(read.page);
        let time = read.pace.map(|pace| left as f64 * 60.0 / pace);
        let time = time.and_then(|time| Duration::try_from_secs_f64(time).ok());
        self.say(
            level,
            None,
            match time {
                Some(time) if left > 0 => say!(
                    "progress-asking-left",
                    seen = read.seen,
                    wanted = read.wanted,
                    page = read.page,
                    pages = read.pages,
                    time = duration(time)
                ),
                _ => say!(
                    "progress-asking",
                    seen = read.seen,
                    wanted = read.wanted,
                    page = read.page,
                    pages = read.pages
                ),
            },
        );
    }

    pub(super) fn saves_little(&self, calls: u64, saved: u64) {
        self.note(say!("progress-saves-little", calls = calls, saved = saved));
    }

    pub(super) fn asked(&self, asked: &Listings) {
        match &asked.ended {
            Ended::Refused(error) => {
                self.warning(say!("progress-asking-refused", error = error.to_string()));
            }
            &Ended::DoesNotPay { pages, unseen } => self.note(say!(
                "progress-asking-does-not-pay",
                calls = pages,
                orders = unseen
            )),
            &Ended::SavesLittle { calls, saved } => self.saves_little(calls, saved),
            Ended::Done | Ended::Stopped => {}
        }
        let is_told = matches!(asked.ended, Ended::Refused(_)) && asked.saved == 0;
        if asked.calls > 0 && !is_told {
            let left = asked.orders - asked.saved;
            self.note(say!(
                "progress-asked",
                unchanged = asked.saved,
                orders = asked.orders,
                calls = asked.calls,
                left = left
            ));
        }
    }
}
