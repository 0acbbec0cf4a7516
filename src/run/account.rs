//! The runs of an account take turns: two at once would exceed its quota.

use std::time::{Duration, Instant};

use super::error::RunError;
use super::event::{Level, Observer};
use super::rules::{GIVE_UP_AFTER, Rules};
use crate::files::AccountLock;
use crate::language::say;
use crate::stop::Stop;

/// How often a run looks whether another one of its account has ended.
const ASK_EVERY: Duration = Duration::from_millis(500);

/// The account's lock, and how long another run held it, if one did.
pub fn take_account(
    rules: &Rules,
    stop: &Stop,
    observers: &[&dyn Observer],
) -> Result<(AccountLock, Option<Duration>), RunError> {
    let Some(path) = &rules.account_lock else {
        return Ok((AccountLock::None, None));
    };
    let mut busy_since = None;
    loop {
        let account = AccountLock::take(path);
        let AccountLock::Busy(holder) = &account else {
            if matches!(account, AccountLock::None) {
                observers.say(Level::Warning, say!("event-account-unknown"));
            }
            return Ok((account, busy_since.map(|at: Instant| at.elapsed())));
        };
        let since = *busy_since.get_or_insert_with(|| {
            let text = say!("event-account-busy", holder = holder.to_string());
            observers.say(Level::Warning, text);
            Instant::now()
        });
        let longest = rules.give_up_after.unwrap_or(GIVE_UP_AFTER);
        if rules.has_deadline_passed() || since.elapsed() >= longest || !stop.sleep(ASK_EVERY) {
            return Err(RunError::AccountBusy {
                holder: holder.clone(),
                waited: since.elapsed(),
            });
        }
    }
}
