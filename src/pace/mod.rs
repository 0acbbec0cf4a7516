//! Pacing: how fast calls are made. Pure rules, and the one place that waits.

mod adaptive;
mod at_once;
mod backoff;
mod forecast;
mod in_flight;
mod limiter;
mod pause;
mod rate;

pub use adaptive::AdaptiveRate;
pub use backoff::backoff;
pub use forecast::Pacing;
pub use in_flight::{Change, MAX_WORKERS, Workers};
pub use limiter::{Permit, RateLimiter};
pub use rate::{KnownRates, RateLimit};
