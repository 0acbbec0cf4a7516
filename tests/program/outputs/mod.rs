//! What is told of a command to scripts, logs and collectors, however it ends.

mod endings;
mod log;
mod metrics;
mod people;
#[cfg(unix)]
mod schedulers;

use crate::harness::{REJECTED, accepted, http, http_with};

/// What is answered to the calls of one worker, from 1: a failure, a limit, success and a refusal.
fn trouble(call: usize) -> Vec<u8> {
    match call {
        1 => http("200 OK", "busy"),
        2 => http_with("429 Too Many Requests", "Retry-After: 1\r\n", "slow down"),
        3 => accepted(),
        _ => http("200 OK", REJECTED),
    }
}
