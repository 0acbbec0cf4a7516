//! The night as a picture: bars of rows settled, by status.

use std::fmt::Write;

use jiff::tz::TimeZone;
use jiff::{Timestamp, ZonedDateTime};
use maud::{Markup, html};

use super::night::{Bins, Counts, aligned};
use super::{class, grouped};
use crate::files::Status;
use crate::language::say;

const HEIGHT: f64 = 100.0;
/// Of a failure among very many rows, so that it is seen.
const LEAST: f64 = 2.0;
/// Of the plot, in pixels, as the style has it: below it stand the times, above it the highest
/// number.
const TOP: u64 = 16;
const PLOT: u64 = 150;
const MAX_TICKS: i64 = 6;
/// In minutes.
const STEPS: [i64; 12] = [1, 2, 5, 10, 15, 30, 60, 120, 180, 360, 720, 1_440];

/// Bars stretch with the page, numbers and times do not.
pub fn picture(bins: &Bins, statuses: &[Status]) -> Markup {
    let highest = bins.bins.iter().map(|it| it.iter().sum()).max();
    let top = round(highest.unwrap_or_default());
    let title = say!("page-night", minutes = bins.width);
    let size = format!("0 0 {} {HEIGHT}", bins.bins.len() * 10);
    html! {
        div.plot role="img" aria-label=(title) {
        svg width="100%" height=(TOP + PLOT + 24) {
            @for (part, label) in [(0, Some(top)), (1, None)] {
                @let y = TOP + PLOT * part / 2;
                line class="grid" x1="0" x2="100%" y1=(y) y2=(y) {}
                @if let Some(label) = label {
                    text x="0" y=(y - 5) { (grouped(label)) }
                }
            }
            line class="axis" x1="0" x2="100%" y1=(TOP + PLOT) y2=(TOP + PLOT) {}
            @for (share, label) in ticks(bins) {
                @let x = format!("{:.2}%", share * 100.0);
                line class="axis" x1=(x) x2=(x) y1=(TOP + PLOT) y2=(TOP + PLOT + 4) {}
                text class=(anchor(share)) x=(x) y=(TOP + PLOT + 18) { (label) }
            }
        }
        svg.bars viewBox=(size) preserveAspectRatio="none" {
            @for (status, bars) in statuses.iter().zip(bars(&bins.bins, statuses, top)) {
                @if !bars.is_empty() {
                    path class=(class(*status)) d=(bars) {}
                }
            }
        }
        }
    }
}

/// A path for each status, which stand on each other.
fn bars(bins: &[Counts], statuses: &[Status], top: u64) -> Vec<String> {
    let mut paths = vec![String::new(); statuses.len()];
    for (at, counts) in bins.iter().enumerate() {
        let mut floor = HEIGHT;
        for ((path, status), &rows) in paths.iter_mut().zip(statuses).zip(counts) {
            if rows == 0 {
                continue;
            }
            let least = if status.is_failure() { LEAST } else { 0.5 };
            let height = (rows as f64 / top.max(1) as f64 * HEIGHT).max(least);
            let _ = write!(path, "M{} {floor:.1}h8v-{height:.1}h-8z", at * 10 + 1);
            floor -= height;
        }
    }
    paths
}

/// Times on the clock, with their places from 0 to 1.
fn ticks(bins: &Bins) -> Vec<(f64, String)> {
    let span = bins.width * i64::try_from(bins.bins.len()).unwrap_or(i64::MAX);
    let step = STEPS.into_iter().find(|step| span / step <= MAX_TICKS);
    let step = step.unwrap_or((span / MAX_TICKS / 1_440 + 1) * 1_440);
    let begin = match aligned(bins.first, step) {
        minute if minute < bins.first => minute + step,
        minute => minute,
    };
    let step_by = usize::try_from(step).unwrap_or(usize::MAX);
    let times = (begin..bins.first + span).step_by(step_by);
    let tick = |minute: i64| {
        let time: ZonedDateTime = Timestamp::from_second(minute * 60)
            .ok()?
            .to_zoned_datetime(TimeZone::system());
        let is_day = span > 1_440 && (time.hour(), time.minute()) == (0, 0);
        let label = time.strftime(if is_day { "%m-%d" } else { "%H:%M" });
        Some((
            (minute - bins.first) as f64 / span as f64,
            label.to_string(),
        ))
    };
    times.filter_map(tick).collect()
}

fn anchor(share: f64) -> &'static str {
    match share {
        ..0.06 => "first",
        0.94.. => "last",
        _ => "middle",
    }
}

/// The next number that people count in.
fn round(number: u64) -> u64 {
    let unit = 10_u64.pow(number.max(1).ilog10());
    let steps = [1, 2, 4, 6, 8, 10].map(|step| unit.saturating_mul(step));
    steps.into_iter().find(|it| *it >= number).unwrap_or(number)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bars_stand_on_each_other_and_few_failures_are_seen() {
        let statuses = [Status::Ok, Status::Failed];
        let bins = [
            [50, 1, 0, 0, 0, 0, 0],
            Counts::default(),
            [0, 100, 0, 0, 0, 0, 0],
        ];
        let paths = bars(&bins, &statuses, 100);
        assert_eq!(paths[0], "M1 100.0h8v-50.0h-8z");
        assert_eq!(paths[1], "M1 50.0h8v-2.0h-8zM21 100.0h8v-100.0h-8z");
    }

    #[test]
    fn times_on_the_axis_are_few_and_lie_in_the_picture() {
        for (width, count) in [(1, 12), (1, 120), (10, 73), (240, 100), (525, 119)] {
            let bins = Bins {
                first: 29_000_007,
                width,
                bins: vec![Counts::default(); count],
            };
            let ticks = ticks(&bins);
            assert!((1..=7).contains(&ticks.len()), "{ticks:?}");
            assert!(ticks.iter().all(|(at, _)| (0.0..1.0).contains(at)));
        }
        let tops = [0, 1, 3, 55, 101, 99_999].map(round);
        assert_eq!(tops, [1, 1, 4, 60, 200, 100_000]);
    }
}
