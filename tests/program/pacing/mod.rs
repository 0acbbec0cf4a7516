//! How fast calls are made, and when no more are.

mod doubts;
mod outages;
mod stop_rules;
#[cfg(unix)]
mod throttling;
mod volume;
