//! What an earlier run has left that is not gone on with.

use std::fmt;

use crate::files::NotUpdated;
use crate::files::journal::Foreign;
use crate::language::say;
use crate::text::duration;

/// A journal was in the way and is now at `path`.
pub fn set_aside(path: &str, why: Foreign) -> String {
    match why {
        Foreign::OtherIdentity => say!("journal-of-other-identity", path = path),
        Foreign::NotOwn => say!("journal-not-own", path = path),
        Foreign::OtherRows => say!("journal-of-other-rows", path = path),
        Foreign::Old(age) => say!("journal-too-old", age = duration(age), path = path),
        Foreign::Damaged => say!("journal-damaged", path = path),
        Foreign::OtherSheet => say!("journal-of-other-sheet", path = path),
        Foreign::NotWanted => say!("journal-not-wanted", path = path),
    }
}

impl fmt::Display for NotUpdated {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&match self {
            NotUpdated::Missing => say!("results-missing"),
            NotUpdated::Unreadable(why) => say!("results-unreadable", why = why.as_str()),
            NotUpdated::OtherForm => say!("results-of-other-form"),
            NotUpdated::OtherColumns => say!("results-with-other-columns"),
            NotUpdated::NoSuchLine { named, at } => say!(
                "results-without-line",
                line = named.to_string(),
                place = say!("place-of-failures", line = at.to_string())
            ),
            NotUpdated::LaterRun => say!("results-of-later-run"),
        })
    }
}
