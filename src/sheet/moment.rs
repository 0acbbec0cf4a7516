//! Dates and times of day as spreadsheets and people write them.

use crate::text::MONTHS;

/// A whole date, with a time after it perhaps.
pub(super) fn is_date(text: &str) -> bool {
    [year_first, year_last, chinese, day_and_month, month_first]
        .iter()
        .filter_map(|date| date(text))
        .any(|rest| {
            let time = rest.strip_prefix('T').unwrap_or_else(|| rest.trim_start());
            rest.is_empty() || (time.len() < rest.len() && is_time(time))
        })
}

/// A time of day, or hours that were worked: `12:30`, `12:30:00.5`, `下午 1:05`, `1:05 PM`.
pub(super) fn is_time(text: &str) -> bool {
    let text = ["上午", "下午", "-"]
        .iter()
        .find_map(|before| text.strip_prefix(before))
        .map_or(text, str::trim_start);
    let minutes = |text| {
        let (_, text) = number(text, 1..=9, 0..=999_999_999)?;
        number(text.strip_prefix(':')?, 2..=2, 0..=59)
    };
    let Some((_, rest)) = minutes(text) else {
        return false;
    };
    let seconds = rest
        .strip_prefix(':')
        .and_then(|rest| number(rest, 2..=2, 0..=59));
    let rest = match seconds {
        Some((_, rest)) => match rest.strip_prefix('.') {
            Some(fraction) => fraction.trim_start_matches(|c: char| c.is_ascii_digit()),
            None => rest,
        },
        None => rest,
    };
    let rest = rest.trim_start().to_ascii_lowercase();
    matches!(&*rest, "" | "z" | "am" | "pm")
        || rest
            .strip_prefix(['+', '-'])
            .is_some_and(|zone| minutes(zone).is_some_and(|(_, rest)| rest.is_empty()))
}

/// A number of so many digits and so great, and what follows it.
fn number(
    text: &str,
    digits: std::ops::RangeInclusive<usize>,
    range: std::ops::RangeInclusive<u32>,
) -> Option<(u32, &str)> {
    let end = text.find(|c: char| !c.is_ascii_digit());
    let (number, rest) = text.split_at(end.unwrap_or(text.len()));
    let value = number.parse().ok()?;
    (digits.contains(&number.len()) && range.contains(&value)).then_some((value, rest))
}

fn year(text: &str) -> Option<&str> {
    number(text, 4..=4, 1900..=2199).map(|(_, rest)| rest)
}

fn year_of_two(text: &str) -> Option<&str> {
    number(text, 2..=2, 0..=99).map(|(_, rest)| rest)
}

fn month(text: &str) -> Option<(u32, &str)> {
    number(text, 1..=2, 1..=12)
}

fn day(text: &str) -> Option<(u32, &str)> {
    number(text, 1..=2, 1..=31)
}

fn separator(text: &str) -> Option<(char, &str)> {
    let separator = text.chars().next().filter(|&c| "-/.".contains(c))?;
    Some((separator, &text[1..]))
}

/// `2024-01-05`, `2024/1/5`, `2024.1.5`
fn year_first(text: &str) -> Option<&str> {
    let (separator, rest) = separator(year(text)?)?;
    let (_, rest) = month(rest)?;
    day(rest.strip_prefix(separator)?).map(|(_, rest)| rest)
}

/// `5/1/2024`, `05.01.2024`, `1/5/24`
fn year_last(text: &str) -> Option<&str> {
    let (first, rest) = day(text)?;
    let (separator, rest) = separator(rest)?;
    let (second, rest) = day(rest)?;
    let rest = rest.strip_prefix(separator)?;
    let has_month = first.min(second) <= 12;
    let short = || year_of_two(rest).filter(|_| separator == '/');
    year(rest).or_else(short).filter(|_| has_month)
}

/// `2024年1月5日`, `1月5日`
fn chinese(text: &str) -> Option<&str> {
    let rest = year(text).or_else(|| year_of_two(text));
    let rest = rest.and_then(|rest| rest.strip_prefix('年'));
    let (_, rest) = month(rest.unwrap_or(text))?;
    let (_, rest) = day(rest.strip_prefix('月')?)?;
    rest.strip_prefix(['日', '号'])
}

/// The month that a text begins with, whether it is written as Excel does, and what follows.
fn named_month(text: &str) -> Option<(bool, &str)> {
    let end = text.find(|c: char| !c.is_ascii_alphabetic());
    let (name, rest) = text.split_at(end.unwrap_or(text.len()));
    let lower = name.to_ascii_lowercase();
    let is_month = |month: &&&str| lower == ***month || lower == month[..3];
    MONTHS.iter().find(is_month)?;
    let is_titled = name[1..] == lower[1..] && name[..1] != lower[..1];
    Some((is_titled, rest))
}

fn gap(text: &str) -> Option<&str> {
    text.strip_prefix(['-', '/', ' ', '.'])
}

/// `5-Jan-24`, `05-JAN-2024`, `5-Jan`
fn day_and_month(text: &str) -> Option<&str> {
    let (_, rest) = day(text)?;
    let (is_titled, rest) = named_month(gap(rest)?)?;
    let with_year = gap(rest).and_then(|rest| year(rest).or_else(|| year_of_two(rest)));
    with_year.or_else(|| is_titled.then_some(rest))
}

/// `Jan-24`, `Jan-2024`, `Jan 5, 2024`
fn month_first(text: &str) -> Option<&str> {
    let (is_titled, rest) = named_month(text)?;
    let rest = gap(rest).filter(|_| is_titled)?;
    let with_day = || {
        let (_, rest) = day(rest)?;
        year(rest.strip_prefix(',')?.trim_start())
    };
    with_day()
        .or_else(|| year(rest))
        .or_else(|| year_of_two(rest))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_and_times_are_known_however_they_are_written() {
        for date in [
            "2024-01-05",
            "2024/1/5",
            "2024.1.5",
            "2024/1/5 0:00",
            "2024-01-05 12:30:00",
            "2024-01-05T12:30:00.000Z",
            "2024-01-05T12:30:00+08:00",
            "5/1/2024",
            "31.12.2024",
            "12-31-2024",
            "1/5/24",
            "2024年1月5日",
            "24年1月5日",
            "1月5日",
            "2024年1月5日 12:30",
            "5-Jan-24",
            "05-JAN-2024",
            "5-Jan",
            "Jan-24",
            "Jan 5, 2024",
            "January 2024",
        ] {
            assert!(is_date(date), "{date}");
        }
        for time in [
            "12:30",
            "12:30:00",
            "36:00:00",
            "1:05 PM",
            "1:05:00am",
            "下午 1:05",
            "00:00:00.5",
        ] {
            assert!(is_time(time), "{time}");
        }
    }

    #[test]
    fn orders_that_resemble_dates_are_none() {
        for text in [
            "2024-01-0005",
            "2024-13-05",
            "2024-01",
            "20240105",
            "24-01-05",
            "2024-01-05-1",
            "2024/1.5",
            "32/32/2024",
            "CG2024-01-05",
            "DEC-24",
            "5-MAR",
            "Jan-240",
            "Mar",
            "2024年1月",
            "1月",
            "2024-01-05 x",
            "2024-01-0512:30",
            "13-14-2024x",
            "1:2",
            "12:60",
            "12:30:00x",
            "",
        ] {
            assert!(!is_date(text) && !is_time(text), "{text}");
        }
    }
}
