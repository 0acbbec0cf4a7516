//! Who holds a lock.

use std::fmt;

use jiff::Timestamp;
use serde::Serialize;

use super::outcome::local_time;
use crate::language::say;

/// Begins every lock file, so that nothing else is taken for one.
pub const MARK: &str = "wdt-flags";

/// Who holds a lock, as its file says.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Holder {
    Run {
        pid: u32,
        since: Timestamp,
    },
    /// The file is not written yet, or by another version of this program.
    Unknown,
}

impl Holder {
    /// By the text of a lock, which is the same in every language: runs may speak different ones.
    pub fn of(text: &str) -> Holder {
        let said = || {
            let mut words = text.strip_prefix(MARK)?.split_whitespace();
            Some(Holder::Run {
                pid: words.next()?.parse().ok()?,
                since: words.next()?.parse().ok()?,
            })
        };
        said().unwrap_or(Holder::Unknown)
    }
}

impl fmt::Display for Holder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&match self {
            Holder::Run { pid, since } => {
                say!("files-holder", pid = pid, since = local_time(*since))
            }
            Holder::Unknown => say!("files-holder-unknown"),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_holds_a_lock_is_known_by_a_whole_text_alone() {
        let text = "wdt-flags 17 2026-01-02T03:04:05.678+08:00\n";
        let holder = Holder::Run {
            pid: 17,
            since: "2026-01-01T19:04:05.678Z".parse().expect("a time"),
        };
        assert_eq!(Holder::of(text), holder);
        for torn in [
            "",
            "wdt-flags",
            "wdt-flags 17",
            "wdt-flags 17 2026-01\0\0",
            "\0",
        ] {
            assert_eq!(Holder::of(torn), Holder::Unknown, "{torn:?}");
            assert_eq!(Holder::of(torn).to_string(), "it does not say who");
        }
    }
}
