//! What an earlier run has left that is not gone on with.

use std::fmt;

use crate::files::NotUpdated;
use crate::files::journal::Foreign;
use crate::text::duration;

impl fmt::Display for Foreign {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Foreign::Old(age) => {
                let age = duration(*age);
                return write!(f, "is of a run {age} ago, too old to be true today (--continue-within)");
            }
            Foreign::OtherIdentity => {
                "belongs to another account, secret, endpoint, choice of columns or --on-conflict, or was not written by this program"
            }
            Foreign::NotOwn => "is another user's, or others can write to it",
            Foreign::OtherRows => "holds rows this sheet does not have",
            Foreign::Damaged => "is damaged or was changed",
            Foreign::OtherSheet => {
                "is of a run over another sheet with the same results or failures"
            }
            Foreign::NotWanted => "is not continued, as asked (--fresh)",
        })
    }
}

impl fmt::Display for NotUpdated {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            NotUpdated::Missing => f.write_str("they are not there"),
            NotUpdated::Unreadable(why) => write!(f, "they cannot be read ({why})"),
            NotUpdated::OtherForm => f.write_str("they are not as wdt-flags writes them"),
            NotUpdated::OtherColumns => f.write_str("they have other columns"),
            NotUpdated::NoSuchLine(line) => write!(f, "they have no {line}"),
            NotUpdated::LaterRun => f.write_str("they are of a later run"),
        }
    }
}
