//! Numbers behind what a cell shows.

use super::table::Sent;

/// From here on a number has more digits than the 15 Excel keeps.
const INEXACT: f64 = 1e15;

/// A number shown by a web page: `stored` is what its cell holds, `shown` what people see.
pub(super) fn beside(stored: &str, shown: &str) -> (Option<String>, Sent) {
    let Ok(value) = stored.trim().parse::<f64>() else {
        return (None, Sent::AsShown);
    };
    let plain = plain(value);
    let shown = shown.trim();
    let is_cut = shown.contains(['E', 'e', '#']);
    if shown == plain || is_cut {
        // The number as it would show in a column wide enough.
        return (is_cut.then_some(plain), long(value));
    }
    let digits: String = shown.chars().filter(char::is_ascii_digit).collect();
    let is_literal = !shown.contains([',', '.', '%', '，', '/', ':']);
    if is_literal && digits.trim_start_matches('0') == plain {
        return (None, long(value));
    }
    (None, Sent::As(format!("#FORMAT! {plain} | {shown}")))
}

/// A number and the format that it is shown through, if it is not the general one.
pub(super) fn through(value: f64, format: Option<&str>) -> (String, Sent) {
    let plain = plain(value);
    let sent = match format {
        None => long(value),
        Some(format) => Sent::As(format!("#FORMAT! {plain} | {format}")),
    };
    (plain, sent)
}

/// A whole number with more digits than Excel keeps shows an exponent where it is an order, as in
/// Excel: so it stays recognizable as one that has lost its last digits.
fn long(value: f64) -> Sent {
    if value.abs() < INEXACT {
        return Sent::AsShown;
    }
    let shown = format!("{value:.14E}");
    let (mantissa, exponent) = shown.split_once('E').unwrap_or((&shown, "15"));
    let mantissa = mantissa.trim_end_matches('0').trim_end_matches('.');
    Sent::OrderAs(format!("{mantissa}E+{exponent}"))
}

fn plain(value: f64) -> String {
    if value == 0.0 {
        return "0".to_owned();
    }
    if value.fract() == 0.0 {
        return value.to_string();
    }
    // Excel shows at most 15 digits: 0.3 for 0.1 + 0.2.
    let shown: f64 = format!("{value:.14e}").parse().unwrap_or(value);
    shown.to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_is_sent_as_it_is_shown_or_not_at_all() {
        let format = |text: &str| Sent::As(text.to_owned());
        for (stored, shown, text, sent) in [
            ("2204130001", "2204130001", None, Sent::AsShown),
            ("2204130001", "0002204130001", None, Sent::AsShown),
            ("2204130001", "CG2204130001", None, Sent::AsShown),
            (
                "2204130001",
                "2.20413E+09",
                Some("2204130001"),
                Sent::AsShown,
            ),
            ("2204130001", "########", Some("2204130001"), Sent::AsShown),
            (
                "1234567890123456789",
                "1.23457E+18",
                Some("1234567890123456800"),
                Sent::OrderAs("1.23456789012346E+18".to_owned()),
            ),
            ("2204", "2,204", None, format("#FORMAT! 2204 | 2,204")),
            ("0.15", "15%", None, format("#FORMAT! 0.15 | 15%")),
            ("22", "22.00", None, format("#FORMAT! 22 | 22.00")),
            (
                "45296",
                "2024/1/5",
                None,
                format("#FORMAT! 45296 | 2024/1/5"),
            ),
            ("", "CG1", None, Sent::AsShown),
        ] {
            let expected = (text.map(str::to_owned), sent);
            assert_eq!(beside(stored, shown), expected, "{stored} {shown}");
        }
    }
}
