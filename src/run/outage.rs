//! Outages: while the server cannot be reached the whole run waits, one call at a time is tried, and
//! no order pays for it.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use crate::erp::{CallError, Reason};
use crate::stop::StopReason;

/// The first wait of an outage; doubles with each further one.
const FIRST_WAIT: Duration = Duration::from_secs(5);
const MAX_WAIT: Duration = Duration::from_secs(120);
/// When to give up unless the user says otherwise.
pub(super) const GIVE_UP_AFTER: Duration = Duration::from_secs(3_600);
/// The same while not one call has been answered: then the endpoint is wrong rather than away.
const GIVE_UP_UNANSWERED: Duration = Duration::from_secs(60);
/// How often it is looked whether the try that is under way was answered.
const POLL: Duration = Duration::from_millis(20);

/// What is known of the server, from all workers.
#[derive(Debug)]
pub struct Outages {
    began: Instant,
    give_up_after: Option<Duration>,
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    answered_at: Option<Instant>,
    /// When the latest of the calls that were answered had started.
    reached_at: Option<Instant>,
    /// Since when no call has got through the ERP's limits, and its words, if one was over them.
    shut_out: Option<(Instant, Reason)>,
    /// Whether a worker is trying whether the server answers.
    trying: bool,
    outage: Option<Outage>,
}

#[derive(Clone, Copy, Debug)]
struct Outage {
    since: Instant,
    wait: Duration,
    next_try: Instant,
}

impl State {
    /// Whether a call reached the server that started later than this: the reply of one that was on
    /// its way already says nothing.
    fn reached_since(&self, since: Instant) -> bool {
        self.reached_at.is_some_and(|at| at > since)
    }
}

/// What a worker is to do about a server that does not answer.
pub enum Turn {
    /// Something was answered.
    GoOn,
    Wait(Duration),
    Try,
}

impl Outages {
    pub fn new(give_up_after: Option<Duration>) -> Self {
        Outages {
            began: Instant::now(),
            give_up_after,
            state: Mutex::default(),
        }
    }

    /// A call that started at `started` was answered, whatever the answer is.
    pub fn answered(&self, started: Instant) {
        let mut state = self.lock();
        state.answered_at = Some(Instant::now());
        state.reached_at = state.reached_at.max(Some(started));
    }

    /// A call got through the ERP's limits.
    pub fn let_in(&self) {
        self.lock().shut_out = None;
    }

    /// A call was over a limit, in the ERP's words.
    pub fn shut_out(&self, reason: &Reason) {
        let mut state = self.lock();
        let since = state.shut_out.take().map_or_else(Instant::now, |it| it.0);
        state.shut_out = Some((since, reason.clone()));
    }

    /// Why to give up, if no call has got through the ERP's limits for as long as an outage may
    /// last: a limit by the day does not end by waiting for the minute to turn.
    pub fn shut_out_for_good(&self) -> Option<StopReason> {
        let state = self.lock();
        let (since, reason) = state.shut_out.clone()?;
        let lasted = since.elapsed();
        let is_over = lasted >= self.give_up_after.unwrap_or(GIVE_UP_AFTER);
        is_over.then_some(StopReason::ShutOut {
            reason,
            seconds: lasted.as_secs(),
        })
    }

    pub fn under_way(&self) -> bool {
        self.lock().outage.is_some()
    }

    /// `since` is when the caller's own call failed.
    pub fn turn(&self, since: Instant) -> Turn {
        let mut state = self.lock();
        let now = Instant::now();
        if state.outage.is_none() && state.reached_since(since) {
            return Turn::GoOn;
        }
        if state.trying {
            return Turn::Wait(POLL);
        }
        match state.outage {
            Some(outage) if now < outage.next_try => Turn::Wait(outage.next_try - now),
            _ => {
                state.trying = true;
                Turn::Try
            }
        }
    }

    /// The try was answered. Returns how long the outage was, if it has become one.
    pub fn over(&self) -> Option<Duration> {
        let mut state = self.lock();
        let now = Instant::now();
        state.trying = false;
        state.outage.take().map(|outage| now - outage.since)
    }

    /// The try was not answered either. Returns how long to wait for the next, or why to give up;
    /// nothing if other calls were answered meanwhile.
    pub fn not_over(
        &self,
        since: Instant,
        error: &CallError,
    ) -> Result<Option<Duration>, StopReason> {
        let mut state = self.lock();
        let now = Instant::now();
        if state.outage.is_none() && state.reached_since(since) {
            state.trying = false;
            return Ok(None);
        }
        let by_default = match state.answered_at {
            Some(_) => GIVE_UP_AFTER,
            None => GIVE_UP_UNANSWERED,
        };
        let silent = now - state.answered_at.unwrap_or(self.began);
        let left = self
            .give_up_after
            .unwrap_or(by_default)
            .saturating_sub(silent);
        if left.is_zero() {
            return Err(StopReason::Unreachable {
                reason: error.reason.clone(),
                seconds: silent.as_secs(),
                answered: state.answered_at.is_some(),
            });
        }
        let wait = match state.outage {
            Some(outage) => (outage.wait * 2).min(MAX_WAIT),
            None => FIRST_WAIT,
        };
        let asked = error.retry_after.unwrap_or_default().min(MAX_WAIT);
        let until_next = wait.max(asked).min(left);
        state.trying = false;
        state.outage = Some(Outage {
            since: state.outage.map_or(now, |outage| outage.since),
            wait,
            next_try: now + until_next,
        });
        Ok(Some(until_next))
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::erp::{Secrets, classify};

    fn refused() -> CallError {
        let refused = Err(Reason::Connection("refused".into()));
        classify(refused, &Secrets::default()).expect_err("an error")
    }

    fn wait(outages: &Outages) -> Duration {
        let wait = outages.not_over(Instant::now(), &refused());
        wait.expect("it is not time to give up").expect("an outage")
    }

    #[test]
    fn an_answer_in_between_makes_it_no_outage() {
        let outages = Outages::new(None);
        let before = Instant::now();
        let since = Instant::now();
        outages.answered(before);
        assert!(!outages.lock().reached_since(since), "it was on its way");
        outages.answered(Instant::now());
        assert_eq!(outages.not_over(since, &refused()), Ok(None));
        assert!(!outages.under_way());
    }

    #[test]
    fn waits_double_to_two_minutes() {
        let outages = Outages::new(None);
        outages.answered(Instant::now());
        let waits: Vec<_> = (0..7).map(|_| wait(&outages).as_secs()).collect();
        assert_eq!(waits, [5, 10, 20, 40, 80, 120, 120]);
        assert!(outages.over().is_some());
        assert!(outages.over().is_none(), "over already");
        assert_eq!(wait(&outages), FIRST_WAIT);
    }

    #[test]
    fn the_last_try_is_when_it_is_time_to_give_up() {
        let outages = Outages::new(Some(Duration::from_secs(3)));
        let wait = wait(&outages);
        assert!(wait <= Duration::from_secs(3), "{wait:?}");
        let at_once = Outages::new(Some(Duration::ZERO));
        assert!(matches!(
            at_once.not_over(Instant::now(), &refused()),
            Err(StopReason::Unreachable {
                answered: false,
                ..
            })
        ));
    }

    #[test]
    fn one_tries_while_the_others_wait_and_an_answer_lets_all_go_on() {
        let outages = Outages::new(None);
        let since = Instant::now();
        assert!(matches!(outages.turn(since), Turn::Try));
        assert!(
            matches!(outages.turn(since), Turn::Wait(_)),
            "one at a time"
        );
        let wait = wait(&outages);
        assert!(matches!(outages.turn(since), Turn::Wait(left) if left <= wait));
        outages.answered(Instant::now());
        assert!(
            matches!(outages.turn(since), Turn::Wait(_)),
            "a late reply is no end"
        );
        let _ = outages.over();
        assert!(matches!(outages.turn(since), Turn::GoOn));
    }
}
