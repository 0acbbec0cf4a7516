//! When rows were settled.

use std::collections::BTreeMap;

use jiff::Timestamp;
use jiff::tz::TimeZone;

/// As many as there are statuses of one kind.
pub const STATUSES: usize = 7;
/// Minutes without any row: what was before is of an earlier run.
const GAP: i64 = 12 * 60;
/// What is older than the last so many minutes in which something was settled is only counted.
const MAX_MINUTES: usize = 20_000;
const MIN_BINS: i64 = 12;
const MAX_BINS: i64 = 120;
/// In minutes.
const WIDTHS: [i64; 9] = [1, 2, 5, 10, 15, 30, 60, 120, 240];

/// Rows by status.
pub type Counts = [u64; STATUSES];

#[derive(Default)]
pub struct Night {
    /// By minutes since 1970.
    minutes: BTreeMap<i64, Counts>,
    /// Rows of earlier runs.
    pub earlier: u64,
}

/// Rows settled in equal stretches of time.
pub struct Bins {
    /// In minutes since 1970.
    pub first: i64,
    pub width: i64,
    pub bins: Vec<Counts>,
}

impl Night {
    pub fn add(&mut self, time: Timestamp, status: usize) {
        let minute = time.as_second().div_euclid(60);
        self.minutes.entry(minute).or_default()[status] += 1;
        if self.minutes.len() > MAX_MINUTES
            && let Some((_, counts)) = self.minutes.pop_first()
        {
            self.earlier += counts.iter().sum::<u64>();
        }
    }

    /// Leaves what was settled without a long break before the last.
    pub fn keep_last(&mut self) {
        let later = self.minutes.keys().rev();
        let earlier = self.minutes.keys().rev().skip(1);
        let begins = later.zip(earlier).find(|(later, it)| *later - *it > GAP);
        if let Some((&first, _)) = begins {
            let last = self.minutes.split_off(&first);
            self.earlier += self.minutes.values().flatten().sum::<u64>();
            self.minutes = last;
        }
    }

    pub fn began(&self) -> Option<Timestamp> {
        let (first, _) = self.minutes.first_key_value()?;
        Timestamp::from_second(first * 60).ok()
    }

    /// So wide that a page holds them; none if nothing was settled.
    pub fn bins(&self) -> Option<Bins> {
        let (&first, _) = self.minutes.first_key_value()?;
        let (&last, _) = self.minutes.last_key_value()?;
        let span = last - first + 1;
        let width = WIDTHS.into_iter().find(|width| span <= width * MAX_BINS);
        let width = width.unwrap_or((span / MAX_BINS / 240 + 1) * 240);
        let first = aligned(first, width);
        let count = ((last - first) / width + 1).max(MIN_BINS);
        let mut bins = vec![Counts::default(); usize::try_from(count).unwrap_or_default()];
        for (minute, counts) in &self.minutes {
            let at = usize::try_from((minute - first) / width).unwrap_or_default();
            for (sum, rows) in bins[at].iter_mut().zip(counts) {
                *sum += rows;
            }
        }
        Some(Bins { first, width, bins })
    }
}

/// The last minute before, or this, that is a multiple of so many minutes on a clock.
pub fn aligned(minute: i64, width: i64) -> i64 {
    let time = Timestamp::from_second(minute * 60).unwrap_or_default();
    let offset = i64::from(TimeZone::system().to_offset(time).seconds()) / 60;
    minute - (minute + offset).rem_euclid(width)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn night(minutes: impl IntoIterator<Item = i64>) -> Night {
        let mut night = Night::default();
        for minute in minutes {
            night.add(Timestamp::from_second(minute * 60).expect("a time"), 0);
        }
        night.keep_last();
        night
    }

    #[test]
    fn the_last_night_alone_is_shown_in_so_many_bins() {
        for (minutes, earlier, width, bins) in [
            (vec![0], 0, 1, 12),
            (vec![0, 60], 0, 1, 61),
            (vec![0, GAP], 0, 10, 73),
            (vec![0, 1, GAP + 2, GAP + 2, GAP + 3], 2, 1, 12),
            (vec![0, 2 * GAP, 4 * GAP, 4 * GAP + 60], 2, 1, 61),
            ((0..90).map(|n| n * 700).collect(), 0, 720, 87),
        ] {
            let night = night(minutes.iter().copied());
            let found = night.bins().expect("bins");
            let last = usize::try_from(bins).expect("a count");
            assert_eq!(
                (night.earlier, found.width),
                (earlier, width),
                "{minutes:?}"
            );
            // Where bins are wide, the first may begin before.
            assert!((last..last + 2).contains(&found.bins.len()), "{minutes:?}");
            let shown = found.bins.iter().flatten().sum::<u64>();
            assert_eq!(shown + earlier, minutes.len() as u64);
        }
        assert!(night([]).bins().is_none());
        let old = night(0..MAX_MINUTES as i64 + 9);
        assert_eq!(old.earlier, 9);
    }
}
