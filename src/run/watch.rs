//! What is looked after while a run makes calls: its deadline, its limits, its journal, whether it is
//! to stop.

use std::sync::mpsc::{RecvTimeoutError, sync_channel};
use std::time::{Duration, Instant};

use super::calls::Calls;
use super::error::RunError;
use super::event::{Event, Level, Observer};
use crate::files::journal::Journal;
use crate::language::{os_error, say};
use crate::stop::StopReason;
use crate::text::duration;

const WATCH_EVERY: Duration = Duration::from_millis(50);
const TICK_EVERY: Duration = Duration::from_secs(1);

impl Calls<'_> {
    /// Does what makes calls. Meanwhile stops the run at its deadline or when it is shut out, tells
    /// when it is stopping, and does `tick` every second.
    pub fn watched<T>(
        &self,
        tick: impl Fn() + Send,
        make_calls: impl FnOnce() -> Result<T, RunError>,
    ) -> Result<T, RunError> {
        let (over_sender, over) = sync_channel::<()>(0);
        std::thread::scope(|scope| {
            std::thread::Builder::new()
                .name("watch".to_owned())
                .spawn_scoped(scope, move || {
                    let (mut is_told, mut is_doubted) = (false, false);
                    let mut ticked = Instant::now();
                    while over.recv_timeout(WATCH_EVERY) == Err(RecvTimeoutError::Timeout) {
                        is_told = is_told || self.is_stopping();
                        is_doubted = is_doubted || !is_told && self.is_endpoint_in_doubt();
                        if ticked.elapsed() >= TICK_EVERY {
                            ticked = Instant::now();
                            tick();
                        }
                    }
                })
                .map_err(|error| RunError::Workers(os_error(&error)))?;
            let done = make_calls();
            drop(over_sender);
            self.remember_pace();
            done
        })
    }

    pub fn sync(&self, journal: &Journal) {
        if let Err(error) = journal.sync() {
            self.stop.stop(StopReason::Journal(error.to_string()));
        }
    }

    /// Tells what may be wrong if no call has been answered for long.
    fn is_endpoint_in_doubt(&self) -> bool {
        let is_in_doubt = self.reach.is_long_unanswered(Instant::now());
        if is_in_doubt {
            let endpoint = self.client.account.endpoint.url().to_string();
            let time = duration(self.rules.give_up_after);
            let text = say!("event-unanswered", endpoint = endpoint, time = time);
            self.observers.say(Level::Note, text);
        }
        is_in_doubt
    }

    /// Stops the run if it is time; tells if it is stopping.
    fn is_stopping(&self) -> bool {
        if self.rules.has_deadline_passed() && !self.stop.stopped() {
            if let Some(reason) = self.reach.trouble() {
                let text = say!("event-trouble-at-deadline", reason = reason);
                self.observers.say(Level::Warning, text);
            }
            self.stop.stop(StopReason::Deadline);
        }
        if let Some(reason) = self.reach.shut_out_for(self.rules.give_up_after) {
            self.stop.stop(reason);
        }
        let reason = self.stop.reason();
        if let Some(reason) = &reason {
            self.observers.event(&Event::Stopping { reason });
        }
        reason.is_some()
    }
}
