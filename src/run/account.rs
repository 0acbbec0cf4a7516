//! The runs of an account take turns: two at once would exceed its quota.

use std::time::{Duration, Instant};

use super::error::{RunError, ensure_not_stopped};
use super::event::{Level, Observer};
use super::rules::Rules;
use crate::erp::Client;
use crate::files::{AccountLock, AccountState};
use crate::language::say;
use crate::stop::Stop;
use crate::text::duration;

/// How often a run looks whether another one of its account has ended.
const ASK_EVERY: Duration = Duration::from_millis(500);

/// What the runs of an account leave to each other, once no other run holds it, and whether one did.
/// Where nothing can be kept that is told, and the run goes on.
pub fn take_account(
    rules: &Rules,
    client: &Client,
    stop: &Stop,
    observers: &[&dyn Observer],
) -> Result<(Option<AccountState>, bool), RunError> {
    let alone = |why: String| {
        observers.say(Level::Warning, say!("event-account-unknown", why = why));
        Ok((None, false))
    };
    let mut busy_since = None;
    loop {
        let holder = match rules.account_lock.as_deref().map(AccountLock::take) {
            Some(AccountLock::Held(state)) => {
                return Ok((Some(state), busy_since.is_some()));
            }
            Some(AccountLock::Busy(holder)) => holder,
            Some(AccountLock::Unavailable(error)) => return alone(error.to_string()),
            None if client.account.stand_in => return Ok((None, false)),
            None => return alone(say!("event-no-state-directory")),
        };
        let since = *busy_since.get_or_insert_with(|| {
            let time = duration(rules.give_up_after);
            let text = say!("event-account-busy", holder = holder.as_str(), time = time);
            observers.say(Level::Warning, text);
            Instant::now()
        });
        let waited = since.elapsed();
        if rules.has_deadline_passed() || waited >= rules.give_up_after {
            return Err(RunError::AccountBusy { holder, waited });
        }
        stop.sleep(ASK_EVERY);
        ensure_not_stopped(stop)?;
    }
}
