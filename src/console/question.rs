//! The one question: before flags are cleared.

use std::io::{self, IsTerminal, Write};

use super::human::counted;
use crate::run::Destination;
use crate::text::one_line;

pub const NOT_CONFIRMED: &str = "not confirmed: nothing was sent (--yes answers yes)";

/// Whether somebody is there to answer.
pub fn can_ask() -> bool {
    io::stdin().is_terminal() && io::stderr().is_terminal()
}

/// Whether the answer is yes; no answer is no.
pub fn confirm_clearing(orders: u64, destination: &Destination) -> bool {
    let orders = counted(orders, "order", "orders");
    let question = format!("clear the flags of {orders}? account: {destination}");
    let mut stderr = io::stderr();
    let asked = write!(stderr, "{} [y/N] ", one_line(&question, usize::MAX));
    let mut answer = String::new();
    let answered = asked
        .and_then(|()| stderr.flush())
        .and_then(|()| io::stdin().read_line(&mut answer));
    answered.is_ok() && ["y", "yes", "是"].contains(&answer.trim().to_lowercase().as_str())
}
