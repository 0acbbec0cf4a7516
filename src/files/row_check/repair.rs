//! Numbers that a spreadsheet has written in another way than they stood.

/// The most digits that a purchase order has.
const MAX_ORDER: usize = 40;
/// A spreadsheet keeps this many digits of a number.
const EXACT_DIGITS: usize = 15;
/// It shows numbers of more digits than this with an exponent, and then this many of them.
const SHOWN_DIGITS: usize = 11;
const SHORT_DIGITS: usize = 6;
/// Where more digits are lost than these, too many texts would have to be tried.
const MAX_LOST: u32 = 4;

/// How an order fits the one that a check is of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fit {
    Intact,
    /// A spreadsheet has changed it; this is how it was.
    PutRight(String),
    /// A spreadsheet has cut it, and what it was is not known.
    Cut,
    /// It is another.
    Other,
}

/// `is_it` tells the order that was read last. Where it is `known`, it need not be found by trying.
pub fn fit(
    order: &str,
    was_rejected: bool,
    known: Option<&str>,
    is_it: impl Fn(&str) -> bool,
) -> Fit {
    if is_it(order) {
        return Fit::Intact;
    }
    let Some(number) = Number::of(order).filter(|_| is_as_spreadsheets_write(order)) else {
        return Fit::Other;
    };
    let same = match known {
        Some(was) if Number::of(was).is_none_or(|it| !it.is_equal(&number)) => None,
        Some(was) => number.texts().find(|text| text == was),
        None => number.texts().find(|text| is_it(text)),
    };
    if let Some(text) = same {
        return Fit::PutRight(text);
    }
    let mut found = number
        .near(order, known)
        .map(|number| number.to_string())
        .filter(|text| is_it(text));
    match (found.next(), found.next()) {
        (Some(text), None) if number.lost_digits(order) && !was_rejected => Fit::PutRight(text),
        (None, _) if !number.lost_digits(order) => Fit::Other,
        // A person may have changed the last digits.
        _ => Fit::Cut,
    }
}

/// The text, and those from which a spreadsheet may have made it.
pub fn sources(order: &str) -> impl Iterator<Item = String> {
    let number = Number::of(order).filter(|_| is_as_spreadsheets_write(order));
    let texts = number.map(|number| number.texts().collect::<Vec<_>>());
    std::iter::once(order.to_owned()).chain(texts.into_iter().flatten())
}

/// A text of a number in the one way that spreadsheets may be brought to write it: without
/// separators, signs of currency and what does not change its value. Other texts stay as they are.
pub fn as_spreadsheets_write(order: &str) -> String {
    let is_decoration =
        |c: char| matches!(c, ',' | '，' | '¥' | '￥' | '$' | '€') || c.is_whitespace();
    let plain = order.replace(is_decoration, "");
    match Number::of(&plain) {
        Some(number) if !has_zero_before(&plain) => number.plain(),
        _ => order.to_owned(),
    }
}

/// Whether a number has lost its last digits by its looks.
pub fn is_cut(order: &str) -> bool {
    Number::of(order).is_some_and(|number| number.lost_digits(order))
}

/// Whether a number is as a spreadsheet writes one by itself: it puts no zeros before it and no plus,
/// and before the point of one with an exponent stands one digit.
fn is_as_spreadsheets_write(text: &str) -> bool {
    let is_exponential = |(mantissa, power): (&str, &str)| {
        let digits = mantissa.trim_start_matches(['-', '−']).split('.').next();
        digits.is_some_and(|it| it.len() == 1) && power.starts_with(['+', '-'])
    };
    let parts = text.split_once(['e', 'E']);
    !text.starts_with('+') && !has_zero_before(text) && parts.is_none_or(is_exponential)
}

fn has_zero_before(text: &str) -> bool {
    let digits = text.trim_start_matches(['+', '-']).as_bytes();
    matches!(digits, [b'0', b'0'..=b'9', ..])
}

/// A decimal number.
struct Number {
    is_negative: bool,
    /// Without zeros at either end.
    digits: String,
    /// What power of ten the last of the digits counts.
    exponent: i32,
    /// Digits that its text gives, zeros before it not counted.
    shown: usize,
}

impl Number {
    fn of(text: &str) -> Option<Number> {
        let (is_negative, unsigned) = match text.strip_prefix(['-', '−']) {
            Some(rest) => (true, rest),
            None => (false, text.strip_prefix('+').unwrap_or(text)),
        };
        let (mantissa, power) = match unsigned.split_once(['e', 'E']) {
            Some((mantissa, power)) => (mantissa, power.parse::<i16>().ok()?),
            None => (unsigned, 0),
        };
        let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
        let digits = format!("{whole}{fraction}");
        let is_number = !whole.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit());
        if !is_number || digits.len() > 2 * MAX_ORDER || power.unsigned_abs() > 100 {
            return None;
        }
        let significant = digits.trim_start_matches('0');
        let shown = significant.len();
        let stripped = significant.trim_end_matches('0');
        let exponent = i32::from(power) - fraction.len() as i32 + (shown - stripped.len()) as i32;
        Some(Number {
            is_negative,
            digits: stripped.to_owned(),
            exponent: if stripped.is_empty() { 0 } else { exponent },
            shown,
        })
    }

    fn is_equal(&self, other: &Number) -> bool {
        (self.is_negative, &self.digits, self.exponent)
            == (other.is_negative, &other.digits, other.exponent)
    }

    /// As many zeros as are needed, and no sign of an exponent.
    fn plain(&self) -> String {
        let sign = if self.is_negative { "-" } else { "" };
        format!("{sign}{}", self.unsigned())
    }

    fn unsigned(&self) -> String {
        let (digits, exponent) = (&self.digits, self.exponent);
        if digits.is_empty() {
            return "0".to_owned();
        }
        if exponent >= 0 {
            return format!("{digits}{}", "0".repeat(exponent as usize));
        }
        let decimals = exponent.unsigned_abs() as usize;
        let padded = format!("{digits:0>width$}", width = decimals + 1);
        let (whole, fraction) = padded.split_at(padded.len() - decimals);
        format!("{whole}.{fraction}")
    }

    /// The texts of this number from which a spreadsheet makes the plain one.
    fn texts(&self) -> impl Iterator<Item = String> + '_ {
        let plain = self.unsigned();
        let point = if plain.contains('.') { "" } else { "." };
        let decimals = [1, 2, 3, 4].map(|zeros| format!("{plain}{point}{}", "0".repeat(zeros)));
        let powers = (0..=self.exponent.clamp(0, 30)).flat_map(move |power| {
            let zeros = "0".repeat((self.exponent - power).max(0) as usize);
            let mantissa = format!("{}{zeros}", self.digits);
            ["E", "e", "E+", "e+"].into_iter().flat_map(move |sign| {
                let mantissa = mantissa.clone();
                (1..=3).map(move |width| format!("{mantissa}{sign}{power:0width$}"))
            })
        });
        let signs: &[&str] = if self.is_negative { &["-"] } else { &["", "+"] };
        let unsigned = [plain].into_iter().chain(decimals).chain(powers);
        unsigned.flat_map(move |text| {
            let most = MAX_ORDER.saturating_sub(text.len());
            signs.iter().flat_map(move |sign| {
                let text = text.clone();
                (0..=most).map(move |zeros| format!("{sign}{}{text}", "0".repeat(zeros)))
            })
        })
    }

    /// Whether digits are missing from the text: it has an exponent, or all that it gives after the
    /// fifteenth are zeros, or after the sixth, as where a number was saved that was shown short.
    fn lost_digits(&self, text: &str) -> bool {
        let length = self.digits.len() as i32 + self.exponent;
        let has_exponent = text.contains(['e', 'E']) && length > self.shown as i32;
        let is_cut = self.digits.len() <= EXACT_DIGITS && length > EXACT_DIGITS as i32;
        let was_short = self.digits.len() <= SHORT_DIGITS && length > SHOWN_DIGITS as i32;
        self.exponent > 0 && !self.is_negative && (has_exponent || is_cut || was_short)
    }

    /// The numbers that it may stand for, or of these the one that is known: those that begin with
    /// its digits where they were cut, those around it where they were rounded to what an exponent
    /// shows or a double holds.
    fn near(&self, text: &str, known: Option<&str>) -> impl Iterator<Item = u128> + use<> {
        let length = (self.digits.len() as i32 + self.exponent).max(0) as usize;
        let value: u128 = self.plain().parse().unwrap_or_default();
        let has_exponent = text.contains(['e', 'E']);
        let kept = if has_exponent {
            self.shown
        } else {
            EXACT_DIGITS
        };
        let lost = length.saturating_sub(kept) as u32;
        let unit = match lost {
            1..=MAX_LOST => 10_u128.pow(lost),
            _ => 0,
        };
        let is_double = !has_exponent && self.digits.len() > EXACT_DIGITS;
        let range = if has_exponent || is_double {
            value.saturating_sub(unit / 2)..value.saturating_add(unit / 2)
        } else {
            value..value.saturating_add(unit)
        };
        let range = match known.map(str::parse) {
            Some(Ok(known)) if range.contains(&known) => known..known + 1,
            Some(_) => 0..0,
            None => range,
        };
        // Excel writes a double to 15 digits, other programs all of it, and browsers as many as tell
        // it from others.
        let double = value as f64;
        let is_written = double as u128 == value || double.to_string() == value.to_string();
        range.filter(move |number| !is_double || is_written && *number as f64 == double)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fit_of(now: &str, was: &str) -> Fit {
        fit(now, false, None, |text| text == was)
    }

    #[test]
    fn what_a_spreadsheet_makes_of_a_number_is_put_right() {
        for (was, made) in [
            ("0012345", "12345 12345.0 12345.00"),
            ("12.50", "12.5 12.500"),
            ("2204130001.0", "2204130001"),
            ("+8613800138000", "8613800138000"),
            ("12E3", "12000 1.20E+04"),
            ("5e12", "5E+12"),
            ("1E05", "100000"),
            ("00012E3", "12000"),
            ("000", "0"),
            ("0", "0.0"),
            ("-12", "-12.0"),
            ("202204130000000000", "2.0220413E+17"),
            ("2022041300012345", "2022041300012340"),
            (
                "2022072512345928259",
                "2022072512345920000 2.02207251234593E+18",
            ),
            ("220413", "2.2041E+05"),
        ] {
            for now in made.split(' ') {
                assert_eq!(fit_of(now, was), Fit::PutRight(was.to_owned()), "{now}");
                // Nothing is tried of an order that is known.
                let tried = std::cell::Cell::new(0);
                let known = fit(now, false, Some(was), |text| {
                    tried.set(tried.get() + 1);
                    text == was
                });
                assert_eq!(known, Fit::PutRight(was.to_owned()), "{now}");
                assert!(tried.get() <= 2, "{now}: {tried:?}");
            }
        }
        assert_eq!(fit_of("0012345", "0012345"), Fit::Intact);
    }

    #[test]
    fn what_is_lost_is_not_guessed() {
        for (was, now) in [
            ("2204130001234", "2.20413E+12"),
            ("220413000123456789012", "220413000123456000000"),
            ("2022072512345928259", "2022072512345928192"),
            ("2022072512345928259", "2022072512345928200"),
            ("202207251234592825", "202207251234592830"),
            ("CG1", "220413000123456000"),
        ] {
            for known in [None, Some(was)] {
                let fit = fit(now, false, known, |text| text == was);
                assert_eq!(fit, Fit::Cut, "{now}");
            }
        }
        let was = "2022072512345928259";
        for known in [None, Some(was)] {
            for cut in ["2022072512345920000", "2022072512345928200"] {
                let rejected = fit(cut, true, known, |text| text == was);
                assert_eq!(rejected, Fit::Cut, "{cut}");
            }
        }
        let rejected = fit("12345", true, None, |text| text == "0012345");
        assert_eq!(rejected, Fit::PutRight("0012345".to_owned()));
    }

    #[test]
    fn another_order_is_a_persons_word() {
        for (was, entered) in [
            ("0012345", "12346 CG12345 2022072512345928259 1E 12345x 1-2"),
            // What was lost when it was first read.
            ("12345", "0012345 +12345"),
            ("12000", "12E3"),
            (
                "2022072512345928259",
                "2022072512345928258 2022072512345928260",
            ),
            ("2022072512345920000", "2022072512345928259"),
            ("202207251234592821", "202207251234592827"),
        ] {
            for now in entered.split(' ') {
                assert_eq!(fit_of(now, was), Fit::Other, "{now}");
            }
        }
    }

    #[test]
    fn texts_that_are_no_numbers_stay_as_they_are() {
        for text in ["CG1", "0012345", "00.5", "", "1,2,x"] {
            assert_eq!(as_spreadsheets_write(text), text);
        }
        for (text, written) in [
            ("¥12,345.50", "12345.5"),
            ("1.2345E+04", "12345"),
            ("0.50", "0.5"),
        ] {
            assert_eq!(as_spreadsheets_write(text), written);
        }
        for text in ["CG1", "0012345", "12E3"] {
            assert_eq!(sources(text).count(), 1, "{text}");
        }
        for source in ["12000", "0012000", "12E3", "12000.0"] {
            assert!(sources("12000").any(|it| it == source), "{source}");
        }
    }
}
