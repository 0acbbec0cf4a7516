//! What is looked after while a run makes calls: its deadline, its limits, whether it is to stop.

use std::sync::mpsc::{Receiver, RecvTimeoutError, sync_channel};
use std::thread::{Builder, Scope, ScopedJoinHandle};
use std::time::Duration;

use super::error::RunError;
use super::event::{Event, Observer};
use super::rules::Deadline;
use super::worker::Work;
use crate::stop::StopReason;

/// How often it is looked whether the run is to stop.
const WATCH_EVERY: Duration = Duration::from_millis(50);

impl Work<'_> {
    /// Does what makes calls. Meanwhile stops the run at its deadline or when it is shut out, and
    /// tells when it is stopping.
    pub fn watched<T>(
        &self,
        deadline: Option<Deadline>,
        make_calls: impl FnOnce() -> Result<T, RunError>,
    ) -> Result<T, RunError> {
        let (over_sender, over) = sync_channel::<()>(0);
        std::thread::scope(|scope| {
            start(scope, "watch", move || self.watch(deadline, &over))?;
            let done = make_calls();
            drop(over_sender);
            done
        })
    }

    fn watch(&self, deadline: Option<Deadline>, over: &Receiver<()>) {
        while over.recv_timeout(WATCH_EVERY) == Err(RecvTimeoutError::Timeout) {
            if deadline.is_some_and(Deadline::has_passed) {
                self.stop.stop(StopReason::Deadline);
            }
            if let Some(reason) = self.outages.shut_out_for_good() {
                self.stop.stop(reason);
            }
            if let Some(reason) = self.stop.reason() {
                self.observers.event(&Event::Stopping { reason });
                return;
            }
        }
    }
}

/// Starts a thread of the run.
pub fn start<'s>(
    scope: &'s Scope<'s, '_>,
    name: &str,
    work: impl FnOnce() + Send + 's,
) -> Result<ScopedJoinHandle<'s, ()>, RunError> {
    Builder::new()
        .name(name.to_owned())
        .spawn_scoped(scope, work)
        .map_err(|error| RunError::Workers(error.to_string()))
}
