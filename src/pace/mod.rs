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

pub use backoff::backoff;
pub use change::Change;
pub use forecast::Pacing;
pub use limiter::RateLimiter;
#[cfg(feature = "sandbox")]
pub use rate::Per;
pub use rate::RateLimit;

/// More calls in flight than this are surely a typing error.
pub const MAX_WORKERS: usize = 1_000;
