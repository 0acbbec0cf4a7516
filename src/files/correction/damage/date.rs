//! Dates as spreadsheets show them, and the numbers that these are.

use jiff::ToSpan;
use jiff::civil::date;

use crate::text::MONTHS;

/// The last day that spreadsheets know, the end of the year 9999.
const LAST_DAY: i64 = 2_958_465;

/// A date of which some parts may not be told.
#[derive(Clone, Copy, Debug)]
struct Day {
    year: Option<i64>,
    month: i64,
    day: Option<i64>,
}

impl Day {
    fn of(year: Option<i64>, month: i64, day: Option<i64>) -> Option<Day> {
        let is_day = day.is_none_or(|day| (1..=31).contains(&day));
        ((1..=12).contains(&month) && is_day).then_some(Day { year, month, day })
    }

    /// Whether the parts that both tell agree, and are more than one.
    fn agrees(self, other: Day) -> bool {
        let same = |one: Option<i64>, other: Option<i64>| one.zip(other).map(|(a, b)| a == b);
        let in_century = |year: i64| year % 100;
        let years = same(self.year.map(in_century), other.year.map(in_century));
        let days = same(self.day, other.day);
        self.month == other.month
            && years != Some(false)
            && days != Some(false)
            && (years.is_some() || days.is_some())
    }
}

#[derive(Clone, Copy, Debug)]
enum Part {
    Number { value: i64, digits: usize },
    Month(i64),
}

/// A text like a date, in whatever order its parts may stand.
struct DateLike {
    days: Vec<Day>,
    /// Whether it is in a form in which spreadsheets show dates.
    is_shown: bool,
}

impl DateLike {
    fn of(text: &str) -> Option<DateLike> {
        let text = match text.split_once(' ') {
            Some((date, time)) if time.contains(':') => date,
            _ => text,
        };
        let parts = parts(text)?;
        let year = |value: i64, digits: usize| match digits {
            4 => Some(Some(value)),
            2 => Some(Some(value)),
            _ => None,
        };
        let mut days = Vec::new();
        match parts[..] {
            [
                Part::Number { value: a, digits },
                Part::Number {
                    value: b,
                    digits: last,
                },
            ] => {
                days.push(Day::of(None, a, Some(b)));
                days.push(Day::of(None, b, Some(a)));
                days.extend(year(a, digits).map(|year| Day::of(year, b, None)));
                days.extend(year(b, last).map(|year| Day::of(year, a, None)));
            }
            [Part::Month(month), Part::Number { value, digits }]
            | [Part::Number { value, digits }, Part::Month(month)] => {
                days.push(Day::of(None, month, Some(value)));
                days.extend(year(value, digits).map(|year| Day::of(year, month, None)));
            }
            [
                Part::Number { value: a, digits },
                Part::Number { value: b, .. },
                Part::Number {
                    value: c,
                    digits: last,
                },
            ] => {
                days.extend(year(a, digits).map(|year| Day::of(year, b, Some(c))));
                days.extend(year(c, last).map(|year| Day::of(year, a, Some(b))));
                days.extend(year(c, last).map(|year| Day::of(year, b, Some(a))));
            }
            [
                Part::Number { value: a, digits },
                Part::Month(month),
                Part::Number {
                    value: c,
                    digits: last,
                },
            ] => {
                days.extend(year(c, last).map(|year| Day::of(year, month, Some(a))));
                days.extend(year(a, digits).map(|year| Day::of(year, month, Some(c))));
            }
            [
                Part::Month(month),
                Part::Number { value: day, .. },
                Part::Number { value, digits },
            ] => days.extend(year(value, digits).map(|year| Day::of(year, month, Some(day)))),
            _ => {}
        }
        let days: Vec<Day> = days.into_iter().flatten().collect();
        let begins_with_year = matches!(
            parts[..],
            [
                Part::Number { digits: 4, .. },
                Part::Number { .. },
                Part::Number { .. }
            ]
        );
        let is_shown = begins_with_year
            || parts.iter().any(|part| matches!(part, Part::Month(_)))
            || text.contains(['/', '年', '月']);
        (!days.is_empty()).then_some(DateLike { days, is_shown })
    }
}

/// Numbers and names of months, with what separates the parts of dates between them.
fn parts(text: &str) -> Option<Vec<Part>> {
    let mut parts = Vec::new();
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let is_like_first = |c: char| match first {
            '0'..='9' => c.is_ascii_digit(),
            _ => c.is_ascii_alphabetic(),
        };
        if !first.is_ascii_alphanumeric() {
            if !['-', '/', '.', ' ', ',', '年', '月', '日'].contains(&first) {
                return None;
            }
            rest = &rest[first.len_utf8()..];
            continue;
        }
        let end = rest.find(|c| !is_like_first(c)).unwrap_or(rest.len());
        let word = &rest[..end];
        rest = &rest[end..];
        parts.push(if first.is_ascii_digit() {
            let value = word.parse().ok().filter(|_| word.len() <= 4)?;
            let digits = word.len();
            Part::Number { value, digits }
        } else {
            let word = word.to_ascii_lowercase();
            let is_month = |name: &&str| word.len() >= 3 && name.starts_with(&word);
            let month = MONTHS.iter().position(is_month)?;
            Part::Month(i64::try_from(month).ok()? + 1)
        });
        if parts.len() > 3 {
            return None;
        }
    }
    Some(parts)
}

/// The days that a number may stand for, counted from 1900 and from 1904.
fn days_of_number(text: &str) -> Vec<Day> {
    let count = match text.parse::<i64>() {
        Ok(count @ 1..=LAST_DAY) => count,
        _ => return Vec::new(),
    };
    let after = |start: jiff::civil::Date| {
        let date = start.checked_add(count.days()).ok()?;
        Day::of(
            Some(date.year().into()),
            date.month().into(),
            Some(date.day().into()),
        )
    };
    let starts = [date(1899, 12, 30), date(1904, 1, 1)];
    starts.into_iter().filter_map(after).collect()
}

/// A date that was read from a text or a number, or the number that such a date is.
pub fn is_date_of(was: &str, now: &str) -> bool {
    let agree = |one: &[Day], other: &[Day]| {
        let agrees = |day: &Day| other.iter().any(|other| day.agrees(*other));
        one.iter().any(agrees)
    };
    let old = DateLike::of(was);
    match DateLike::of(now).filter(|it| it.is_shown) {
        Some(new) => {
            old.is_some_and(|old| agree(&old.days, &new.days))
                || agree(&days_of_number(was), &new.days)
        }
        None => old.is_some_and(|old| agree(&old.days, &days_of_number(now))),
    }
}
