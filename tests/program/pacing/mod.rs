//! How fast calls are made, and when no more are.

mod doubts;
mod outages;
mod restarts;
mod stop_rules;
#[cfg(unix)]
mod throttling;
mod volume;
