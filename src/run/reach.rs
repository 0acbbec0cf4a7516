//! What is known of the server, from all calls: refusals that may hold for every call, and outages.

mod outage;

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, MutexGuard, OnceLock};
use std::time::{Duration, Instant};

use crate::erp::CallError;
use crate::stop::StopReason;
use crate::sync::lock;

/// The first wait of an outage; doubles with each further one.
const FIRST_WAIT: Duration = Duration::from_secs(5);
const MAX_WAIT: Duration = Duration::from_secs(120);
/// When to say what may be wrong while not one call has been answered.
const LONG_UNANSWERED: Duration = Duration::from_secs(10);
const REFUSED_IN_A_ROW: u32 = 5;

#[derive(Debug, Default)]
pub struct Reach {
    /// When the first call began.
    began: OnceLock<Instant>,
    /// Held by the worker that tries for all whether the server answers.
    trying: Mutex<()>,
    is_away: AtomicBool,
    state: Mutex<State>,
}

#[derive(Debug, Default)]
pub struct State {
    answered_at: Option<Instant>,
    /// When the latest of the calls that were answered had started: the reply of one that was on its
    /// way already says nothing of a server that has broken a connection.
    reached_at: Option<Instant>,
    back_at: Option<Instant>,
    /// Why the last call was not answered, if it was not.
    silence: Option<String>,
    /// Since when no call has got through the ERP's limits, and its words, if one was over them.
    pub shut_out: Option<(Instant, String)>,
    refused: u32,
    /// Whether the server was asked by a call that changes nothing.
    asked: bool,
}

/// Whom a refusal is about that a firewall, too, could have given.
#[derive(Debug, PartialEq, Eq)]
pub enum About {
    Row,
    Run,
    /// A call that changes nothing is to tell.
    Ask,
}

/// While it is there no calls are made, as the server answers nothing.
struct Away<'r>(&'r Reach);

impl Drop for Away<'_> {
    fn drop(&mut self) {
        self.0.is_away.store(false, Ordering::Release);
    }
}

impl Reach {
    pub fn is_away(&self) -> bool {
        self.is_away.load(Ordering::Acquire)
    }

    pub fn wait_while_away(&self) {
        if self.is_away() {
            drop(self.trying.lock());
        }
    }

    pub fn begins(&self, call: Instant) {
        self.began.get_or_init(|| call);
    }

    /// Whether calls are made, and so far in vain: the endpoint may be wrong, rather than away.
    pub fn is_long_unanswered(&self, now: Instant) -> bool {
        let began = self
            .began
            .get()
            .filter(|_| self.state().answered_at.is_none());
        began.is_some_and(|&began| now.duration_since(began) >= LONG_UNANSWERED)
    }

    /// A call that started at `started` was answered, whatever the answer is.
    pub fn answered(&self, started: Instant) {
        let mut state = self.state();
        state.answered_at = Some(Instant::now());
        state.silence = None;
        state.reached_at = state.reached_at.max(Some(started));
    }

    pub fn unanswered(&self, reason: &str) {
        self.state().silence = Some(reason.to_owned());
    }

    /// What has kept the last calls from getting through.
    pub fn trouble(&self) -> Option<String> {
        let state = self.state();
        let shut_out = state.shut_out.as_ref().map(|(_, reason)| reason);
        state.silence.as_ref().or(shut_out).cloned()
    }

    /// That no call was answered, if calls were made.
    pub fn never_reached(&self) -> Option<StopReason> {
        let state = self.state();
        let began = self.began.get().filter(|_| state.answered_at.is_none())?;
        Some(StopReason::Unreachable {
            reason: state.silence.clone().unwrap_or_default(),
            seconds: began.elapsed().as_secs(),
            answered: false,
            limit: "--deadline",
        })
    }

    /// A call got through to the ERP, which took it or refused its row.
    pub fn got_through(&self) {
        let mut state = self.state();
        state.shut_out = None;
        state.refused = 0;
    }

    pub fn shut_out(&self, reason: &str) {
        let mut state = self.state();
        let since = state.shut_out.take().map_or_else(Instant::now, |it| it.0);
        state.shut_out = Some((since, reason.to_owned()));
    }

    /// Why to give up, if no call has got through the ERP's limits for so long: a limit by the day
    /// does not end by waiting for the minute to turn.
    pub fn shut_out_for(&self, longest: Duration) -> Option<StopReason> {
        let state = self.state();
        let (since, reason) = state.shut_out.as_ref()?;
        let lasted = since.elapsed();
        (lasted >= longest).then(|| StopReason::ShutOut {
            reason: reason.clone(),
            seconds: lasted.as_secs(),
        })
    }

    /// Another order was refused in a manner that may hold for all: other calls tell.
    pub fn refused(&self) -> About {
        let mut state = self.state();
        state.refused += 1;
        if state.refused >= REFUSED_IN_A_ROW {
            About::Run
        } else if state.asked {
            About::Row
        } else {
            state.asked = true;
            About::Ask
        }
    }

    /// When there is time to try again after a wait of so long, or why to give up.
    pub fn next_try(
        &self,
        wait: Duration,
        longest: Duration,
        error: &CallError,
    ) -> Result<Duration, StopReason> {
        let state = self.state();
        let since = state.answered_at.or_else(|| self.began.get().copied());
        let silent = since.map_or(Duration::ZERO, |since| since.elapsed());
        let left = longest.saturating_sub(silent);
        if left.is_zero() {
            return Err(StopReason::Unreachable {
                reason: error.reason.clone(),
                seconds: silent.as_secs(),
                answered: state.answered_at.is_some(),
                limit: "--give-up-after",
            });
        }
        let asked = error.retry_after.unwrap_or_default().min(MAX_WAIT);
        Ok(wait.max(asked).min(left))
    }

    pub fn state(&self) -> MutexGuard<'_, State> {
        lock(&self.state)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::erp::ErrorKind;

    const SECOND: Duration = Duration::from_secs(1);

    #[test]
    fn a_reply_that_was_on_its_way_shows_no_more_than_that_it_came() {
        let reach = Reach::default();
        let before = Instant::now();
        let failed = Instant::now();
        reach.answered(before);
        let answered = |since| reach.state().answered_at > Some(since);
        let reached = |since| reach.state().reached_at > Some(since);
        assert!(answered(before) && !reached(failed) && !answered(Instant::now()));
        reach.answered(failed + Duration::from_nanos(1));
        assert!(reached(failed));
    }

    #[test]
    fn the_last_try_is_when_it_is_time_to_give_up() {
        let reach = Reach::default();
        let reason = "refused".to_owned();
        let refused = CallError::new(ErrorKind::Unreachable, None, reason.clone());
        let next = |longest| reach.next_try(5 * SECOND, longest, &refused);
        assert_eq!(next(3_600 * SECOND), Ok(5 * SECOND));
        assert!(next(3 * SECOND).is_ok_and(|wait| wait <= 3 * SECOND));
        let (seconds, answered) = (0, false);
        let never = StopReason::Unreachable {
            reason,
            seconds,
            answered,
            limit: "--give-up-after",
        };
        assert_eq!(next(Duration::ZERO), Err(never));
    }

    #[test]
    fn it_is_long_unanswered_ten_seconds_after_the_first_call_began() {
        let reach = Reach::default();
        let began = Instant::now();
        let is_after = |seconds| reach.is_long_unanswered(began + seconds * SECOND);
        assert!(!is_after(60), "no call has begun");
        reach.begins(began);
        reach.begins(began + 9 * SECOND);
        assert!(!is_after(9) && is_after(10));
        reach.answered(began);
        assert!(!is_after(60));
    }

    #[test]
    fn the_server_is_asked_once_and_five_in_a_row_are_enough() {
        let reach = Reach::default();
        assert_eq!(reach.refused(), About::Ask);
        reach.state().asked = false;
        assert_eq!([reach.refused(), reach.refused()], [About::Ask, About::Row]);
        reach.got_through();
        let five = [(); 5].map(|()| reach.refused());
        let row = || About::Row;
        assert_eq!(five, [row(), row(), row(), row(), About::Run]);
    }

    #[test]
    fn a_limit_that_lets_nothing_through_is_given_up() {
        let reach = Reach::default();
        let given_up = |after| reach.shut_out_for(after).is_some();
        assert!(!given_up(Duration::ZERO));
        reach.shut_out("too many");
        assert!(given_up(Duration::ZERO) && !given_up(3_600 * SECOND));
        reach.got_through();
        assert!(!given_up(Duration::ZERO));
    }
}
