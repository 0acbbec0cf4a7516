//! What people type, and what they are told.

mod check;
#[cfg(unix)]
mod columns;
mod completions;
mod exit_codes;
mod first_run;
#[cfg(target_os = "linux")]
mod guide;
mod help;
#[cfg(unix)]
mod interrupt;
mod language;
mod man;
#[cfg(target_os = "linux")]
mod on_a_terminal;
mod page;
mod preview;
#[cfg(unix)]
mod progress;
mod readme;
#[cfg(unix)]
mod sandbox;
#[cfg(unix)]
mod summary;
mod trial;
mod untranslated;
mod verbosity;
