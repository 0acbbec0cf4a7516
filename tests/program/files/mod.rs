//! The files of a run: what they hold, and where they may go.

mod accounts;
#[cfg(target_os = "linux")]
mod full_disk;
#[cfg(target_os = "linux")]
mod handles;
mod locks;
mod names;
mod overwriting;
mod results;
#[cfg(unix)]
mod shared;
mod statuses;
mod workbooks;
