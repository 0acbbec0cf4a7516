//! The upper bound on calls that the user allows.

use std::fmt;
use std::num::NonZeroU32;
use std::str::FromStr;
use std::time::Duration;

use serde::Serialize;

use crate::language::say;

/// How many seconds of a minute calls may be held up on their way without more of them reaching
/// the ERP within one of its minutes than the rate allows.
const HELD_UP: f64 = 0.25;

/// An upper bound on calls.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum RateLimit {
    /// This many calls in this time.
    Limited { calls: NonZeroU32, per: Per },
    /// Begins as the default and looks for the account's own limit.
    Auto,
    /// As fast as the workers and the server can.
    Unlimited,
}

/// The unit of time of a rate.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Per {
    Second,
    Minute,
    Hour,
}

impl Per {
    fn unit(self) -> &'static str {
        match self {
            Per::Second => "s",
            Per::Minute => "min",
            Per::Hour => "h",
        }
    }

    fn duration(self) -> Duration {
        Duration::from_secs(match self {
            Per::Second => 1,
            Per::Minute => 60,
            Per::Hour => 3_600,
        })
    }
}

#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[error("{}", say!("pace-rate"))]
pub struct RateLimitError;

impl FromStr for RateLimit {
    type Err = RateLimitError;

    fn from_str(text: &str) -> Result<Self, RateLimitError> {
        match text {
            "auto" => return Ok(RateLimit::Auto),
            "unlimited" => return Ok(RateLimit::Unlimited),
            _ => {}
        }
        let (calls, per) = text.split_once('/').ok_or(RateLimitError)?;
        let calls = calls.trim().parse().map_err(|_| RateLimitError)?;
        let per = [Per::Second, Per::Minute, Per::Hour]
            .into_iter()
            .find(|unit| unit.unit() == per.trim())
            .ok_or(RateLimitError)?;
        Ok(RateLimit::Limited { calls, per })
    }
}

impl fmt::Display for RateLimit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            RateLimit::Limited { calls, per } => write!(f, "{calls}/{}", per.unit()),
            RateLimit::Auto => f.write_str("auto"),
            RateLimit::Unlimited => f.write_str("unlimited"),
        }
    }
}

impl RateLimit {
    /// Below the 60 calls a minute that accounts are known to be allowed.
    pub const DEFAULT: RateLimit = RateLimit::Limited {
        calls: NonZeroU32::MIN.saturating_add(54),
        per: Per::Minute,
    };

    /// The first rate and the highest, in calls a minute.
    pub(super) fn per_minute(self) -> (f64, f64) {
        match self {
            RateLimit::Limited { calls, per } => {
                let calls = f64::from(calls.get()) * 60.0 / per.duration().as_secs_f64();
                (calls, calls)
            }
            RateLimit::Auto => (RateLimit::DEFAULT.per_minute().0, f64::INFINITY),
            RateLimit::Unlimited => (f64::INFINITY, f64::INFINITY),
        }
    }

    /// The time from the start of one call to the start of the next, while nothing is throttled;
    /// `None` if unlimited.
    pub fn interval(self) -> Option<Duration> {
        interval(self.per_minute().0)
    }
}

/// The spacing of calls at a rate in calls a minute; `None` if it is infinite.
///
/// A little longer than the rate asks: calls may be held up on their way by a quarter of a second,
/// and still none of the ERP's minutes sees more of them than the rate allows.
pub(super) fn interval(per_minute: f64) -> Option<Duration> {
    per_minute.is_finite().then(|| {
        // Rounded up, so that rounding never exceeds the rate.
        Duration::from_secs_f64((60.0 + HELD_UP) / per_minute) + Duration::from_nanos(1)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rates_are_read() {
        for (text, seconds) in [("20/s", 0.05), ("55/min", 60.0 / 55.0), ("1/h", 3_600.0)] {
            let interval = text
                .parse::<RateLimit>()
                .expect(text)
                .interval()
                .expect("limited");
            let slack = interval.as_secs_f64() / seconds;
            assert!((1.0..1.01).contains(&slack), "{text}: {interval:?}");
        }
        assert_eq!("unlimited".parse(), Ok(RateLimit::Unlimited));
        assert_eq!("55/min".parse(), Ok(RateLimit::DEFAULT));
        assert_eq!(RateLimit::DEFAULT.to_string(), "55/min");
        for wrong in [
            "", "0/s", "-1/s", "1.5/s", "55", "55/m", "55/day", "/min", "auto!",
        ] {
            assert_eq!(wrong.parse::<RateLimit>(), Err(RateLimitError), "{wrong}");
        }
    }

    /// The bound holds for any minute, however its calls are held up by a quarter of a second.
    #[test]
    fn no_minute_sees_more_calls_than_the_rate() {
        for calls in [1_u32, 55, 60, 600] {
            let rate = RateLimit::Limited {
                calls: NonZeroU32::new(calls).expect("not 0"),
                per: Per::Minute,
            };
            let interval = rate.interval().expect("limited").as_secs_f64();
            let most_in_a_minute = (60.25 / interval - 1e-9).floor() + 1.0;
            assert!(
                most_in_a_minute <= f64::from(calls) + 1e-9,
                "{calls}: {most_in_a_minute}"
            );
        }
    }
}
