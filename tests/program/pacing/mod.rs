//! How fast calls are made, and when no more are.

mod stop_rules;
mod throttling;
mod volume;
