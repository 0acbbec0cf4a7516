//! The upper bound on calls that the user allows, and what is known of the ERP's.

use std::fmt;
use std::num::NonZeroU32;
use std::str::FromStr;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::language::say;

/// How many seconds of a minute calls may be held up on their way without more of them reaching
/// the ERP within one of its minutes than the rate allows.
const HELD_UP: f64 = 0.25;
const UNITS: [(&str, u32); 3] = [("s", 1), ("min", 60), ("h", 3_600)];

#[derive(Clone, Copy, Debug, PartialEq)]
pub enum RateLimit {
    /// This many calls in a second, a minute or an hour.
    Limited { calls: NonZeroU32, seconds: u32 },
    /// Begins as the default and looks for the account's own limit.
    Auto,
    /// As fast as the workers and the server can.
    Unlimited,
}

/// What is known about the ERP's limit, in calls a minute.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct KnownRates {
    /// The highest rate that whole quiet minutes have carried; 0 if none is known.
    pub good: f64,
    /// The lowest rate that was throttled.
    pub bad: Option<f64>,
}

impl FromStr for RateLimit {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match text {
            "auto" => return Ok(RateLimit::Auto),
            "unlimited" => return Ok(RateLimit::Unlimited),
            _ => {}
        }
        let limited = || {
            let (calls, unit) = text.split_once('/')?;
            let (_, seconds) = *UNITS.iter().find(|(name, _)| *name == unit.trim())?;
            let calls = calls.trim().parse().ok()?;
            Some(RateLimit::Limited { calls, seconds })
        };
        limited().ok_or_else(|| say!("pace-rate"))
    }
}

impl fmt::Display for RateLimit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            RateLimit::Limited { calls, seconds } => {
                let unit = UNITS.iter().find(|(_, unit)| unit == seconds);
                write!(f, "{calls}/{}", unit.map_or("", |(name, _)| name))
            }
            RateLimit::Auto => f.write_str("auto"),
            RateLimit::Unlimited => f.write_str("unlimited"),
        }
    }
}

impl RateLimit {
    /// Below the 60 calls a minute that accounts are known to be allowed.
    pub const DEFAULT: RateLimit = RateLimit::Limited {
        calls: NonZeroU32::MIN.saturating_add(54),
        seconds: 60,
    };

    pub(super) fn ceiling(self) -> f64 {
        match self {
            RateLimit::Limited { calls, seconds } => {
                f64::from(calls.get()) * 60.0 / f64::from(seconds)
            }
            RateLimit::Auto | RateLimit::Unlimited => f64::INFINITY,
        }
    }

    /// The rate to begin at, in calls a minute: what an earlier run found to be too much is not
    /// asked for again.
    pub(super) fn first(self, known: Option<KnownRates>) -> f64 {
        let KnownRates { good, bad } = known.unwrap_or_default();
        match self {
            _ if bad.is_some() => good.min(self.ceiling()),
            RateLimit::Auto => good.max(RateLimit::DEFAULT.ceiling()),
            _ => self.ceiling(),
        }
    }

    /// The time from the start of one call to the start of the next, while nothing is throttled;
    /// `None` if unlimited.
    pub fn interval(self) -> Option<Duration> {
        interval(self.first(None))
    }
}

/// The spacing of calls at a rate in calls a minute; `None` if it is infinite.
///
/// A little longer than the rate asks: calls may be held up on their way by a quarter of a second,
/// and still none of the ERP's minutes sees more of them than the rate allows.
pub(super) fn interval(per_minute: f64) -> Option<Duration> {
    // Rounded up, so that rounding never exceeds the rate.
    let rounded = |seconds| Duration::from_secs_f64(seconds) + Duration::from_nanos(1);
    per_minute
        .is_finite()
        .then(|| rounded((60.0 + HELD_UP) / per_minute))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rates_are_read_and_their_intervals_a_little_longer() {
        for (text, seconds) in [
            ("20/s", 0.05),
            ("1/min", 60.0),
            ("55/min", 60.0 / 55.0),
            ("600/min", 0.1),
            ("1/h", 3_600.0),
        ] {
            let rate: RateLimit = text.parse().expect(text);
            let interval = rate.interval().expect("limited").as_secs_f64();
            assert!((1.0..1.01).contains(&(interval / seconds)), "{text}");
            // No minute sees more calls, however they are held up by a quarter of a second.
            let in_a_minute = (60.25 / interval - 1e-9).floor() + 1.0;
            assert!(in_a_minute <= (60.0 / seconds).max(1.0) + 1e-9, "{text}");
        }
        assert_eq!("unlimited".parse(), Ok(RateLimit::Unlimited));
        assert_eq!("55/min".parse(), Ok(RateLimit::DEFAULT));
        assert_eq!(RateLimit::DEFAULT.to_string(), "55/min");
        for wrong in " 0/s -1/s 1.5/s 55 55/m 55/day /min auto!".split(' ') {
            assert!(wrong.parse::<RateLimit>().is_err(), "{wrong}");
        }
    }
}
