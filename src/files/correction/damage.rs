//! What spreadsheets do to numbers and codes when they open a text file and save it again.

use jiff::ToSpan;
use jiff::civil::date;

/// Digits that spreadsheets keep of a number.
const KEPT_DIGITS: usize = 15;
/// The last day that spreadsheets know, the end of the year 9999.
const LAST_DAY: i64 = 2_958_465;

/// Whether a spreadsheet shows `now` where `was` stood: what a person would enter instead differs
/// in more.
pub fn is_damaged(was: &str, now: &str) -> bool {
    was != now
        && !was.is_empty()
        && (is_hidden(now)
            || lacks_characters(was, now)
            || is_number_of(was, now)
            || is_date_of(was, now))
}

/// A column too narrow for its numbers is saved so.
fn is_hidden(now: &str) -> bool {
    now.len() > 1 && now.bytes().all(|byte| byte == b'#')
}

/// Saved in an encoding that does not have them all.
fn lacks_characters(was: &str, now: &str) -> bool {
    now.contains('?')
        && was.chars().count() == now.chars().count()
        && was
            .chars()
            .zip(now.chars())
            .all(|(was, now)| was == now || now == '?' && !was.is_ascii())
}

/// A decimal number as it is written.
#[derive(Debug)]
struct Number {
    is_negative: bool,
    /// Without zeros at either end.
    digits: String,
    /// How many of the digits, counted from the first that is not 0, stand before the point.
    point: i64,
    /// Digits as written, those of an exponent left out and zeros at the beginning too.
    written: usize,
    /// With an exponent; and one with its sign.
    exponent: Option<bool>,
    /// Without zeros that a spreadsheet would not show, and without a plus.
    is_plain: bool,
}

impl Number {
    fn of(text: &str) -> Option<Number> {
        let (is_negative, unsigned) = match text.strip_prefix('-') {
            Some(rest) => (true, rest),
            None => (false, text.strip_prefix('+').unwrap_or(text)),
        };
        let (mantissa, exponent) = match unsigned.split_once(['E', 'e']) {
            Some((mantissa, exponent)) => (mantissa, Some(exponent)),
            None => (unsigned, None),
        };
        let power: i64 = match exponent {
            Some(text) if text.len() < 6 => text.parse().ok()?,
            Some(_) => return None,
            None => 0,
        };
        let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
        let whole = ungrouped(whole)?;
        let digits = format!("{whole}{fraction}");
        if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
            return None;
        }
        let significant = digits.trim_start_matches('0');
        let zeros = digits.len() - significant.len();
        Some(Number {
            is_negative,
            point: i64::try_from(whole.len()).ok()? - i64::try_from(zeros).ok()? + power,
            written: significant.len(),
            digits: significant.trim_end_matches('0').to_owned(),
            exponent: exponent.map(|text| text.starts_with(['+', '-'])),
            is_plain: (!whole.starts_with('0') || whole == "0") && !text.starts_with('+'),
        })
    }

    fn is_zero(&self) -> bool {
        self.digits.is_empty()
    }

    /// The first so many digits, with the rest cut off, and rounded.
    fn kept(&self, most: usize) -> Option<[(String, i64); 2]> {
        let head = self.digits.get(..most).filter(|head| !head.is_empty())?;
        let cut = (head.trim_end_matches('0').to_owned(), self.point);
        if self.digits.as_bytes()[most..].first() < Some(&b'5') {
            return Some([cut.clone(), cut]);
        }
        let up = (head.parse::<u64>().ok()? + 1).to_string();
        let point = self.point + i64::from(up.len() > head.len());
        Some([cut, (up.trim_end_matches('0').to_owned(), point)])
    }
}

/// Digits without the commas that group them by three.
fn ungrouped(digits: &str) -> Option<String> {
    let mut groups = digits.split(',');
    let first = groups.next()?;
    let mut plain = first.to_owned();
    for group in groups {
        if group.len() != 3 || !(1..=3).contains(&first.len()) {
            return None;
        }
        plain.push_str(group);
    }
    Some(plain)
}

/// The same number, or what is kept of a long one.
fn is_number_of(was: &str, now: &str) -> bool {
    let (Some(old), Some(new)) = (Number::of(was), Number::of(now)) else {
        return false;
    };
    // Digits that are put back are a person's work.
    let is_repaired = old.exponent == Some(true) && new.exponent.is_none();
    if !new.is_plain || is_repaired || old.is_negative != new.is_negative {
        return false;
    }
    if old.is_zero() || new.is_zero() {
        return old.is_zero() && new.is_zero();
    }
    let value = (new.digits.clone(), new.point);
    if (&old.digits, old.point) == (&value.0, value.1) {
        return true;
    }
    let is_long = old.digits.len() > KEPT_DIGITS;
    let most = match new.exponent {
        Some(_) => new.written.min(KEPT_DIGITS),
        None if is_long => KEPT_DIGITS,
        None => return false,
    };
    let is_kept = old.kept(most).is_some_and(|kept| kept.contains(&value));
    // What a binary number of 64 bits makes of it.
    let is_nearest = || {
        let number = was.parse::<f64>();
        number.is_ok_and(|it| now == format!("{it}") || now == format!("{it:.0}"))
    };
    is_kept || is_long && is_nearest()
}

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
    const MONTHS: [&str; 12] = [
        "january",
        "february",
        "march",
        "april",
        "may",
        "june",
        "july",
        "august",
        "september",
        "october",
        "november",
        "december",
    ];
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
            let month = MONTHS.iter().position(|name| is_month(&name))?;
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
fn is_date_of(was: &str, now: &str) -> bool {
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_spreadsheets_do_is_known() {
        for (was, now) in [
            ("0012345", "12345"),
            ("000", "0"),
            ("+12345", "12345"),
            ("1,234", "1234"),
            ("1234", "1,234"),
            ("12.50", "12.5"),
            ("-007", "-7"),
            ("202604130001", "2.02604E+11"),
            ("202604130001", "2.02604E11"),
            ("202604130001", "2.0260413E+11"),
            ("202604130001", "2.03E+11"),
            ("00202604130001", "202604130001"),
            ("12E3", "12000"),
            ("12E3", "1.20E+04"),
            ("20260413000112345", "20260413000112300"),
            ("20260413000112355", "20260413000112400"),
            ("20260413000112345", "2.02604E+16"),
            ("20260413000112345", "20260413000112344"),
            ("0020260413000112345", "20260413000112300"),
            ("99999999999999999", "100000000000000000"),
            ("1-2", "1月2日"),
            ("1-2", "2-Jan"),
            ("1-2", "Jan-02"),
            ("1-2", "2026/1/2"),
            ("1-2", "2026-01-02"),
            ("1-2", "2026-01-02 00:00:00"),
            ("1-2", "46024"),
            ("1/2", "1月2日"),
            ("1-32", "Jan-32"),
            ("2026-11", "Nov-26"),
            ("2026-11", "2026年11月"),
            ("2026-1-5", "2026/1/5"),
            ("20-11-5", "2020/11/5"),
            ("2026.11.05", "2026/11/5"),
            ("MAR1", "1-Mar"),
            ("SEP-12", "12-Sep"),
            ("dec1", "12月1日"),
            ("46024", "2026/1/2"),
            ("46024", "2026-01-02"),
            ("44562", "2026-01-02"),
            ("46024", "2-Jan"),
            ("CG1", "########"),
            ("CG①é", "CG①?"),
        ] {
            assert!(is_damaged(was, now), "{was} as {now}");
        }
    }

    #[test]
    fn what_a_person_enters_is_no_damage() {
        for (was, now) in [
            ("12345", "12345"),
            ("", "12345"),
            ("12345", ""),
            ("12345", "0012345"),
            ("0012345", "12346"),
            ("0012345", "0012346"),
            ("0012345", "123450"),
            ("0012345", "1234"),
            ("0012345", "-12345"),
            ("0012345", "CG12345"),
            ("CG0012", "CG12"),
            ("CG404", "CG3"),
            ("2.02E+11", "202000000000"),
            ("2.02E+11", "202604130001"),
            ("202604130001", "2.02605E+11"),
            ("202604130001", "2.02604E+12"),
            ("20260413000112345", "20260413000112346"),
            ("20260413000112345", "20260413000113300"),
            ("123456", "123400"),
            ("1-2", "1-3"),
            ("1-2", "2-1"),
            ("1-2", "3-Jan"),
            ("2026-11-22-001", "2026-11-22-002"),
            ("2026-11-22", "2026/11/23"),
            ("46024", "2026/1/5"),
            ("46024", "46025"),
            ("1-2", "46025"),
            ("CG1", "#"),
            ("CG-1", "CG?1"),
            ("采购", "中国"),
            ("1e999999999", "1"),
            ("-", "+"),
            (".", ","),
            (",", "0"),
        ] {
            assert!(!is_damaged(was, now), "{was} as {now}");
        }
    }
}
