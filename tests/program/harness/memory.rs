//! How much memory a process takes.

use std::fs;

/// The most memory that a process has held so far, in bytes; none once it is over.
///
/// (What the system says of a child that has been waited for includes its parent before the child
/// began.)
pub fn peak(pid: u32) -> Option<u64> {
    let status = fs::read_to_string(format!("/proc/{pid}/status")).ok()?;
    let line = status
        .lines()
        .find_map(|line| line.strip_prefix("VmHWM:"))?;
    let kib: u64 = line.trim().strip_suffix(" kB")?.parse().ok()?;
    Some(kib * 1024)
}
