//! Text from elsewhere, made fit for a line that people read; lists, sizes and times in words.
//!
//! Lengths are in columns of a terminal, of which a Chinese character takes two.

use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use jiff::tz::TimeZone;
use jiff::{Timestamp, ZonedDateTime};
use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

use crate::language::say;

/// The longest text that is quoted whole, in columns.
const MAX_QUOTED: usize = 40;
pub const MAX_LISTED: usize = 12;

/// One line of at most `max` columns, with spaces for what is no text.
pub fn one_line(text: &str, max: usize) -> String {
    let line = shown(text, max, is_control_or_bidi, |_, line| line.push(' '));
    line.trim().to_owned()
}

/// One line in quotes, cut short, with escapes for what is no text or cannot be seen.
pub fn quoted(text: &str) -> String {
    let escape = |c: char, line: &mut String| line.extend(c.escape_default());
    let text = shown(text, MAX_QUOTED, is_unseen, escape);
    say!("quoted", text = text)
}

pub fn padded(text: &str, columns: usize) -> String {
    let missing = columns.saturating_sub(text.width());
    format!("{text}{}", " ".repeat(missing))
}

pub fn list(texts: &[String]) -> String {
    let quoted: Vec<_> = texts.iter().map(|text| quoted(text)).collect();
    first(&quoted)
}

/// The first dozen texts, and how many more there are.
pub fn first(texts: &[String]) -> String {
    first_of(texts, texts.len())
}

/// The first dozen of so many texts, of which no more need be there.
pub fn first_of(texts: &[String], count: usize) -> String {
    let shown = texts.len().min(MAX_LISTED);
    let items = all(&texts[..shown]);
    match count.saturating_sub(shown) {
        0 => items,
        more => say!("list-more", items = items, more = more),
    }
}

pub fn all(texts: &[String]) -> String {
    texts.join(&say!("list-separator"))
}

/// A number with commas between its thousands.
pub fn thousands(number: u64) -> String {
    let digits = number.to_string();
    let groups = digits.as_bytes().rchunks(3).rev();
    let groups: Vec<_> = groups.map(String::from_utf8_lossy).collect();
    groups.join(",")
}

pub fn rows(count: u64) -> String {
    say!("count-rows", count = count)
}

pub fn calls(count: u64) -> String {
    say!("count-calls", count = count)
}

pub fn orders(count: u64) -> String {
    say!("count-orders", count = count)
}

/// A duration in its two largest units.
pub fn duration(time: Duration) -> String {
    let seconds = time.as_secs();
    let (minutes, hours) = (seconds / 60, seconds / 3_600);
    let rest = |count: u64| format!("{:02}", count % 60);
    match seconds {
        0..10 => {
            let seconds = format!("{:.1}", time.as_secs_f64());
            say!("duration-seconds", seconds = seconds)
        }
        10..60 => say!("duration-seconds", seconds = seconds),
        60..3_600 => say!(
            "duration-minutes",
            minutes = minutes,
            seconds = rest(seconds)
        ),
        _ => say!("duration-hours", hours = hours, minutes = rest(minutes)),
    }
}

/// How far this machine's clock is from the ERP's, which is `offset` seconds ahead of it.
pub fn clock_difference(offset: i64) -> String {
    let time = duration(Duration::from_secs(offset.unsigned_abs()));
    if offset < 0 {
        say!("clock-ahead", time = time)
    } else {
        say!("clock-behind", time = time)
    }
}

/// The minute of a time, with its date if that is not today's.
pub fn clock_time(at: &ZonedDateTime, now: &ZonedDateTime) -> String {
    let is_today = at.date() == now.date();
    at.strftime(if is_today { "%H:%M" } else { "%Y-%m-%d %H:%M" })
        .to_string()
}

pub fn time_of_day(at: &ZonedDateTime) -> String {
    at.strftime("%H:%M:%S").to_string()
}

/// In the system's time zone.
pub fn date_and_time(at: Timestamp) -> String {
    let at = at.to_zoned_datetime(TimeZone::system());
    at.strftime("%Y-%m-%d %H:%M:%S").to_string()
}

/// What the variable `TZ` says, if that is no time zone that is known: all times are UTC then.
pub fn unknown_zone() -> Option<String> {
    let named = std::env::var_os("TZ")?;
    let is_unknown = TimeZone::try_system().is_err();
    is_unknown.then(|| named.to_string_lossy().into_owned())
}

pub fn base64(bytes: &[u8]) -> String {
    STANDARD.encode(bytes)
}

pub fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Bytes, in the largest unit of which they are a whole number.
pub fn size(bytes: u64) -> String {
    match bytes.trailing_zeros() {
        30..64 => format!("{} GB", bytes >> 30),
        20..30 => format!("{} MB", bytes >> 20),
        10..20 => format!("{} KB", bytes >> 10),
        _ => say!("bytes", count = bytes),
    }
}

fn shown(
    text: &str,
    max: usize,
    is_replaced: impl Fn(char) -> bool,
    replace: impl Fn(char, &mut String),
) -> String {
    let mut line = String::new();
    let mut columns = 0;
    for c in text.chars() {
        let fits = line.len();
        if is_replaced(c) {
            replace(c, &mut line);
        } else {
            line.push(c);
        }
        // What takes no room of its own is not without end, either.
        columns += line[fits..].width().max(1);
        if columns > max {
            line.truncate(fits);
            line.push('…');
            break;
        }
    }
    line
}

/// What could control a terminal, break the line or turn the direction of writing.
pub fn is_control_or_bidi(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{2028}' | '\u{2029}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// What nobody can tell from a blank, or from nothing.
pub fn is_unseen(c: char) -> bool {
    is_control_or_bidi(c)
        || c != ' ' && c.is_whitespace()
        || c.width().is_none_or(|width| width == 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_reaches_the_terminal_but_text() {
        for (text, width, shown) in [
            ("a\u{1b}[31mb\r\nc\u{202e}", 80, "a [31mb  c"),
            ("标记标记", 8, "标记标记"),
            ("标记标记", 7, "标记标…"),
            ("", 3, ""),
        ] {
            assert_eq!(one_line(text, width), shown);
        }
        assert_eq!(one_line(&"\u{200b}".repeat(9), 3).chars().count(), 4);
    }

    #[test]
    fn quoted_text_is_short_and_on_one_line() {
        for (text, shown) in [
            ("CG001", r#""CG001""#),
            ("a\nb\u{7}", r#""a\nb\u{7}""#),
            ("加急 \u{a0}\u{3000}", r#""加急 \u{a0}\u{3000}""#),
            (
                "CG\u{ad}1\u{fe0f}\u{200b}",
                r#""CG\u{ad}1\u{fe0f}\u{200b}""#,
            ),
        ] {
            assert_eq!(quoted(text), shown);
        }
        for c in ["c", "中"] {
            assert_eq!(quoted(&c.repeat(41)).width(), 43);
        }
        let numbers: Vec<String> = (0..14).map(|n| n.to_string()).collect();
        assert_eq!(list(&numbers[..2]), "\"0\", \"1\"");
        assert!(list(&numbers).ends_with("\"11\" and 2 more"));
    }

    #[test]
    fn numbers_have_the_unit_that_people_use() {
        let milliseconds = [0, 1_540, 59_999, 125_000, 3_660_000];
        let durations = milliseconds.map(|ms| duration(Duration::from_millis(ms)));
        assert_eq!(
            durations.join(", "),
            "0.0 s, 1.5 s, 59 s, 2 min 05 s, 1 h 01 min"
        );
        let sizes = [512 << 20, 2 << 30, 64 << 10, 1_000_000, 0].map(size);
        assert_eq!(
            sizes.join(", "),
            "512 MB, 2 GB, 64 KB, 1000000 bytes, 0 bytes"
        );
    }
}
