//! The files of a run: what they hold, and where they may go.

#[cfg(target_os = "linux")]
mod full_disk;
mod history;
mod locks;
mod overwriting;
mod results;
mod statuses;
