//! The text of the progress display, made to fit a terminal's width.

use std::time::Duration;

use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

use super::statuses::by_status_in_short;
use crate::language::say;
use crate::text::{duration, one_line};

/// Columns left free at the right: there the terminal echoes `^C`, which must not break the line.
const FREE: usize = 3;
/// Columns of the bar.
const BAR: std::ops::RangeInclusive<usize> = 8..=24;
/// Columns of a reason that are shown.
const MAX_REASON: usize = 300;
/// Lines that a reason may take.
const MAX_REASON_LINES: usize = 4;

/// What is shown of a run.
#[derive(Clone, Debug, Default)]
pub struct View {
    pub rows: u64,
    /// Settled rows, by words for how they ended.
    pub counts: Vec<(&'static str, u64)>,
    pub calls_per_minute: Option<f64>,
    pub left: Option<Duration>,
    pub notice: Option<Notice>,
}

/// What holds the run up.
#[derive(Clone, Debug)]
pub enum Notice {
    /// No call is made before this time of day.
    Paused { until: String, reason: String },
    /// The server cannot be reached.
    Away {
        since: String,
        next_try: String,
        reason: String,
    },
    /// A call failed for now and is repeated.
    Retrying { reason: String },
}

impl Notice {
    fn text(&self) -> String {
        match self.clone() {
            Notice::Paused { until, reason } => {
                say!("progress-paused", until = until, reason = reason)
            }
            Notice::Away {
                since,
                next_try,
                reason,
            } => say!(
                "progress-away",
                since = since,
                next = next_try,
                reason = reason
            ),
            Notice::Retrying { reason } => say!("progress-retrying", reason = reason),
        }
    }
}

impl View {
    /// The lines for a terminal of so many columns. What does not fit is given up in this order:
    /// the bar, the pace, the counts.
    pub fn lines(&self, columns: usize) -> Vec<String> {
        let width = columns.saturating_sub(FREE).max(1);
        let Some(notice) = self.notice_text() else {
            return vec![self.first_line(width)];
        };
        let full = join(&[&self.counts(), &self.pace(), &notice, &self.left()]);
        let room = width.saturating_sub(full.width() + 1);
        if room >= *BAR.start() + 2 {
            return vec![format!("{} {full}", self.bar(room))];
        }
        let mut lines = vec![self.first_line(width)];
        lines.extend(wrap(&notice, width));
        lines
    }

    /// Everything on one line, however long.
    pub fn whole(&self) -> String {
        let notice = self.notice_text().unwrap_or_default();
        join(&[&self.counts(), &self.pace(), &notice, &self.left()])
    }

    fn first_line(&self, width: usize) -> String {
        let (counts, pace, left) = (self.counts(), self.pace(), self.left());
        let full = join(&[&counts, &pace, &left]);
        let room = width.saturating_sub(full.width() + 1);
        if room >= *BAR.start() + 2 {
            return format!("{} {full}", self.bar(room));
        }
        let shorter = [
            full,
            join(&[&counts, &left]),
            join(&[&self.settled_of_all(), &left]),
            join(&[&format!("{}/{}", self.settled(), self.rows), &left]),
            left,
        ];
        let fits = shorter.into_iter().find(|text| text.width() <= width);
        fits.unwrap_or_default()
    }

    fn settled(&self) -> u64 {
        self.counts.iter().map(|(_, rows)| rows).sum()
    }

    fn bar(&self, room: usize) -> String {
        let width = (room - 2).min(*BAR.end());
        let share = self.settled() as f64 / self.rows.max(1) as f64;
        let done = ((share * width as f64) as usize).min(width);
        // Other characters are twice as wide where a terminal is set to Chinese.
        format!("[{}{}]", "#".repeat(done), "-".repeat(width - done))
    }

    fn settled_of_all(&self) -> String {
        say!(
            "progress-settled",
            settled = self.settled(),
            rows = self.rows
        )
    }

    fn counts(&self) -> String {
        say!(
            "progress-counts",
            settled = self.settled(),
            rows = self.rows,
            counts = by_status_in_short(self.counts.iter().copied())
        )
    }

    fn pace(&self) -> String {
        match self.calls_per_minute {
            None => String::new(),
            Some(pace @ 0.0..300.0) => {
                say!("progress-per-minute", calls = format!("{pace:.0}"))
            }
            Some(pace) => {
                let pace = format!("{:.0}", pace / 60.0);
                say!("progress-per-second", calls = pace)
            }
        }
    }

    fn left(&self) -> String {
        let left = self
            .left
            .map(|left| say!("progress-left", time = duration(left)));
        left.unwrap_or_default()
    }

    fn notice_text(&self) -> Option<String> {
        let notice = self.notice.as_ref()?;
        Some(one_line(&notice.text(), MAX_REASON))
    }
}

fn join(parts: &[&str]) -> String {
    let parts: Vec<_> = parts
        .iter()
        .copied()
        .filter(|part| !part.is_empty())
        .collect();
    parts.join(&say!("progress-separator"))
}

/// Breaks a text into lines of at most so many columns, between words where there are any.
fn wrap(text: &str, width: usize) -> Vec<String> {
    let mut lines = Vec::new();
    let mut rest = text;
    while !rest.is_empty() && lines.len() < MAX_REASON_LINES {
        let mut columns = 0;
        let fits = rest
            .char_indices()
            .find(|(_, c)| {
                columns += c.width().unwrap_or_default();
                columns > width
            })
            // A character wider than the line is cut by the terminal.
            .map_or(
                rest.len(),
                |(at, c)| if at == 0 { c.len_utf8() } else { at },
            );
        let (line, after) = rest.split_at(fits);
        let at_space = line
            .rfind(' ')
            .filter(|&at| splits_word(line, after) && line[..at].width() > width / 2);
        let (line, after) = rest.split_at(at_space.unwrap_or(fits));
        lines.push(line.trim_end().to_owned());
        rest = after.trim_start();
    }
    lines
}

/// Whether a break between these is within a word; Chinese may be broken anywhere.
fn splits_word(line: &str, after: &str) -> bool {
    let of_word = |c: Option<char>| c.is_some_and(|c| c != ' ' && c.width() != Some(2));
    of_word(line.chars().next_back()) && of_word(after.chars().next())
}

/// How many rows of a terminal a line takes, where a character that is too wide for what is left of
/// a row stands in the next.
pub fn height(line: &str, columns: usize) -> usize {
    let (mut rows, mut filled) = (1, 0);
    for c in line.chars() {
        let width = c.width().unwrap_or_default();
        filled += width;
        if filled > columns {
            rows += 1;
            filled = width;
        }
    }
    rows
}

#[cfg(test)]
mod tests {
    use super::*;

    fn view() -> View {
        View {
            rows: 100_000,
            counts: vec![("ok", 38_000), ("rejected", 12), ("invalid", 0)],
            calls_per_minute: Some(55.2),
            left: Some(Duration::from_secs(18 * 3_600 + 120)),
            notice: None,
        }
    }

    fn paused() -> View {
        View {
            calls_per_minute: None,
            notice: Some(Notice::Paused {
                until: "22:41".to_owned(),
                reason: "超过每分钟最大调用频率限制，请稍后重试".to_owned(),
            }),
            ..view()
        }
    }

    #[test]
    fn the_bar_goes_first_then_the_pace_then_the_counts() {
        for (columns, lines) in [
            (
                120,
                "[#########---------------] 38012 of 100000 rows: 38000 ok, 12 rejected, 55 calls/min, 18 h 02 min left",
            ),
            (
                90,
                "[###------] 38012 of 100000 rows: 38000 ok, 12 rejected, 55 calls/min, 18 h 02 min left",
            ),
            (
                80,
                "38012 of 100000 rows: 38000 ok, 12 rejected, 55 calls/min, 18 h 02 min left",
            ),
            (
                70,
                "38012 of 100000 rows: 38000 ok, 12 rejected, 18 h 02 min left",
            ),
            (60, "38012 of 100000 rows, 18 h 02 min left"),
            (40, "38012/100000, 18 h 02 min left"),
            (30, "18 h 02 min left"),
        ] {
            assert_eq!(view().lines(columns), [lines], "{columns}");
        }
    }

    #[test]
    fn a_pause_keeps_its_reason_on_lines_of_its_own() {
        assert_eq!(
            paused().lines(160),
            [
                "[#########---------------] 38012 of 100000 rows: 38000 ok, 12 rejected, paused until 22:41: 超过每分钟最大调用频率限制，请稍后重试, 18 h 02 min left"
            ]
        );
        assert_eq!(
            paused().lines(80),
            [
                "[####---------] 38012 of 100000 rows: 38000 ok, 12 rejected, 18 h 02 min left",
                "paused until 22:41: 超过每分钟最大调用频率限制，请稍后重试",
            ]
        );
        assert_eq!(
            paused().lines(40),
            [
                "38012/100000, 18 h 02 min left",
                "paused until 22:41: 超过每分钟最大调",
                "用频率限制，请稍后重试",
            ]
        );
    }

    #[test]
    fn no_line_reaches_the_last_columns() {
        let long = View {
            notice: Some(Notice::Retrying {
                reason: "no reply: connection refused 中文 ".repeat(30),
            }),
            ..view()
        };
        for view in [view(), paused(), long] {
            for columns in 1..200 {
                let width = columns.max(FREE + 2) - FREE;
                for line in view.lines(columns) {
                    assert!(line.width() <= width, "{columns}: {line}");
                }
            }
            for columns in [40, 60, 80, 120] {
                let text = view.lines(columns).concat();
                assert!(text.contains("18 h 02 min left"), "{columns}: {text}");
            }
        }
    }

    #[test]
    fn a_line_takes_as_many_rows_as_its_columns_need() {
        assert_eq!(height("", 10), 1);
        assert_eq!(height("0123456789", 10), 1);
        assert_eq!(height("标记标记标记", 10), 2);
        assert_eq!(height("标记标记标", 5), 3);
    }
}
