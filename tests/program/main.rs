//! Whole-program tests: the real binary against the stand-in ERP, or a faulty server, on loopback.

#![cfg(feature = "sandbox")]

// What the tests share.
mod fake;
mod faulty;
mod runs;
mod support;

// The main job.
mod account;
mod basics;
mod check;
mod cli;
mod clock;
mod conflicts;
mod edited;
mod exit_codes;
mod faults;
#[cfg(unix)]
mod interrupt;
mod outputs;
mod ping;
mod random_sheets;
mod rerun;
mod results_format;
mod sandbox_command;
mod secrets;
mod statuses;
#[cfg(unix)]
mod throttle;
mod volume;

// Sheets as people have them.
mod formats;

// Nothing is lost.
mod at_once;
mod disk;
mod floods;
mod foreign;
mod grown;
mod kills;
mod lost;
#[cfg(target_os = "linux")]
mod memory;
mod ours;
mod replies;
mod resume;
mod sequential;
mod stalls;
mod stop_rules;
mod terminal;
mod tls;
mod torn;
mod unrecorded;
