//! The night as a picture: bars of rows settled, by status.

use std::collections::BTreeMap;
use std::fmt::Write;

use jiff::Timestamp;
use jiff::tz::TimeZone;
use maud::{Markup, html};

use super::{class, section};
use crate::files::Status;
use crate::language::say;
use crate::text::thousands;

/// Minutes without any row: what was before is of an earlier run.
const GAP: i64 = 12 * 60;
const MIN_BARS: i64 = 12;
const MAX_BARS: i64 = 120;
/// In minutes.
const WIDTHS: [i64; 9] = [1, 2, 5, 10, 15, 30, 60, 120, 240];
const HEIGHT: f64 = 100.0;
/// Of a failure among very many rows, so that it is seen.
const LEAST: f64 = 2.0;

/// Rows by status, of which there are as many of one kind.
type Counts = [u64; 7];

/// Rows by the minute since 1970 in which they were settled.
#[derive(Default)]
pub struct Night(BTreeMap<i64, Counts>);

impl Night {
    pub fn add(&mut self, time: Timestamp, status: usize) {
        let minute = time.as_second().div_euclid(60);
        self.0.entry(minute).or_default()[status] += 1;
    }

    /// The first minute and the last of what was settled without a long break at the end.
    fn last_run(&self) -> Option<(i64, i64)> {
        let (&last, _) = self.0.last_key_value()?;
        let minutes = self.0.keys().rev().copied();
        let first = minutes.fold(
            last,
            |first, minute| {
                if first - minute > GAP { first } else { minute }
            },
        );
        Some((first, last))
    }

    pub fn began(&self) -> Option<String> {
        let (first, _) = self.last_run()?;
        Some(clock(first, "%Y-%m-%d %H:%M"))
    }

    /// Equal stretches of so many minutes, as few as a page holds.
    fn bars(&self, first: i64, last: i64) -> (i64, Vec<Counts>) {
        let span = last - first + 1;
        let width = WIDTHS.into_iter().find(|width| span <= width * MAX_BARS);
        let width = width.unwrap_or((span / MAX_BARS / 240 + 1) * 240);
        let count = ((last - first) / width + 1).max(MIN_BARS);
        let mut bars = vec![Counts::default(); usize::try_from(count).unwrap_or_default()];
        for (minute, counts) in self.0.range(first..) {
            let at = usize::try_from((minute - first) / width).unwrap_or_default();
            for (sum, rows) in bars[at].iter_mut().zip(counts) {
                *sum += rows;
            }
        }
        (width, bars)
    }

    /// Bars stretch with the page, numbers and times do not.
    pub fn picture(&self, statuses: &[Status]) -> Markup {
        let Some((first, last)) = self.last_run() else {
            return Markup::default();
        };
        let (width, bars) = self.bars(first, last);
        let highest = bars.iter().map(|it| it.iter().sum()).max();
        let highest = highest.unwrap_or_default();
        let span = width * bars.len() as i64;
        let format = if span > 1_440 { "%m-%d %H:%M" } else { "%H:%M" };
        let title = say!("page-night", minutes = width);
        let earlier = self.0.range(..first).flat_map(|(_, counts)| counts);
        let earlier: u64 = earlier.sum();
        let size = format!("0 0 {} {HEIGHT}", bars.len() * 10);
        let body = html! {
            div.plot role="img" aria-label=(title) {
                small { (thousands(highest)) }
                svg viewBox=(size) preserveAspectRatio="none" {
                    @for (status, path) in statuses.iter().zip(paths(&bars, statuses, highest)) {
                        @if !path.is_empty() { path class=(class(*status)) d=(path) {} }
                    }
                }
                div.times {
                    @for part in 0..4 { small { (clock(first + span * part / 3, format)) } }
                }
            }
            @if earlier > 0 {
                p.note { (say!("page-earlier", count = earlier, rows = thousands(earlier))) }
            }
        };
        section(&title, body)
    }
}

/// A path for each status, which stand on each other.
fn paths(bars: &[Counts], statuses: &[Status], highest: u64) -> Vec<String> {
    let mut paths = vec![String::new(); statuses.len()];
    for (at, counts) in bars.iter().enumerate() {
        let mut floor = HEIGHT;
        for ((path, status), &rows) in paths.iter_mut().zip(statuses).zip(counts) {
            if rows == 0 {
                continue;
            }
            let least = if status.is_failure() { LEAST } else { 0.5 };
            let height = (rows as f64 / highest as f64 * HEIGHT).max(least);
            let _ = write!(path, "M{} {floor:.1}h8v-{height:.1}h-8z", at * 10 + 1);
            floor -= height;
        }
    }
    paths
}

fn clock(minute: i64, format: &str) -> String {
    let time = Timestamp::from_second(minute * 60).unwrap_or_default();
    let time = time.to_zoned_datetime(TimeZone::system());
    time.strftime(format).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_night_alone_is_shown_in_so_many_bars() {
        for (minutes, begins, width, count) in [
            (vec![0], 0, 1, 12),
            (vec![0, 60], 0, 1, 61),
            (vec![0, GAP], 0, 10, 73),
            (vec![0, 1, GAP + 2, GAP + 2, GAP + 3], GAP + 2, 1, 12),
            (vec![0, 2 * GAP, 4 * GAP, 4 * GAP + 60], 4 * GAP, 1, 61),
            ((0..90).map(|n| n * 700).collect(), 0, 720, 87),
        ] {
            let mut night = Night::default();
            for minute in &minutes {
                night.add(Timestamp::from_second(minute * 60).expect("a time"), 0);
            }
            let (first, last) = night.last_run().expect("a run");
            let (found, bars) = night.bars(first, last);
            assert_eq!((first, found, bars.len()), (begins, width, count));
            let shown = bars.iter().flatten().sum::<u64>() as usize;
            let expected = minutes.iter().filter(|it| **it >= begins).count();
            assert_eq!(shown, expected, "{minutes:?}");
        }
        assert!(Night::default().last_run().is_none());
    }

    #[test]
    fn bars_stand_on_each_other_and_few_failures_are_seen() {
        let statuses = [Status::Ok, Status::Failed];
        let bars = [[50, 1, 0, 0, 0, 0, 0], [0; 7], [0, 100, 0, 0, 0, 0, 0]];
        let paths = paths(&bars, &statuses, 100);
        assert_eq!(paths[0], "M1 100.0h8v-50.0h-8z");
        assert_eq!(paths[1], "M1 50.0h8v-2.0h-8zM21 100.0h8v-100.0h-8z");
    }
}
