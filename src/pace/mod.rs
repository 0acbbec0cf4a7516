//! Pacing: how fast calls are made. Pure rules, and the one place that waits.

mod adaptive;
mod backoff;
mod change;
mod forecast;
mod in_flight;
mod limiter;
mod pause;
mod rate;
mod window;
mod workers;

pub use backoff::backoff;
pub use change::Change;
pub use forecast::Pacing;
pub use limiter::{Permit, RateLimiter};
pub use rate::RateLimit;
pub use workers::{MAX_WORKERS, Workers};
