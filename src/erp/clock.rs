//! The ERP's clock, as far as this machine can tell.

use std::sync::atomic::{AtomicI64, Ordering};

use jiff::Timestamp;

use super::protocol::EPOCH;

/// This machine's clock plus a correction learnt from the ERP, shared by all workers.
#[derive(Debug, Default)]
pub struct Clock {
    /// The ERP's clock minus this machine's, in seconds.
    offset: AtomicI64,
}

impl Clock {
    pub fn timestamp(&self, now: Timestamp) -> i64 {
        now.as_second() + self.offset() - EPOCH
    }

    /// Takes `server`, the reply's `Date`, for the right time at `now`.
    pub fn correct(&self, now: Timestamp, server: Timestamp) {
        let offset = server.as_second() - now.as_second();
        self.offset.store(offset, Ordering::Relaxed);
    }

    pub fn offset(&self) -> i64 {
        self.offset.load(Ordering::Relaxed)
    }
}
