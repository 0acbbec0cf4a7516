//! Numbers as spreadsheets show them.

/// Digits that spreadsheets keep of a number.
const KEPT_DIGITS: usize = 15;

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
pub fn is_number_of(was: &str, now: &str) -> bool {
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
