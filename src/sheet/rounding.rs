//! Long order numbers that Excel has cut: it keeps 15 digits of a number, and writes zeros for the
//! rest.

use super::header::Header;
use super::normalize::is_zero_width;
use super::record::RecordReader;

const EXACT_DIGITS: usize = 15;

/// Whether every number of more than 15 digits in the order column ends in zeros after these.
/// Reads until it finds one that does not, or the sheet cannot be read any further, which is found
/// again when its rows are.
pub fn has_rounded_orders(mut records: impl RecordReader, header: &Header) -> bool {
    let mut found = false;
    while let Ok(Some(record)) = records.next() {
        if record.line <= header.line {
            continue;
        }
        match record.get(header.order).and_then(long_number) {
            None => {}
            Some(number) if is_cut(number) => found = true,
            Some(_) => return false,
        }
    }
    found
}

/// Whether the cell holds such a number, in a column that has only such.
pub fn is_rounded(cell: &str) -> bool {
    long_number(cell).is_some_and(is_cut)
}

/// A number of more than 15 digits. One that is marked as text was not cut.
fn long_number(cell: &str) -> Option<&str> {
    if cell.len() <= EXACT_DIGITS {
        return None;
    }
    let number = cell.trim_matches(|c: char| c.is_whitespace() || is_zero_width(c));
    let is_long = number.len() > EXACT_DIGITS && number.bytes().all(|byte| byte.is_ascii_digit());
    is_long.then_some(number)
}

fn is_cut(number: &str) -> bool {
    number.bytes().skip(EXACT_DIGITS).all(|byte| byte == b'0')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cut_number_has_zeros_after_fifteen_digits() {
        for cell in [
            "220413000123456000",
            " 2204130001234560 ",
            // What the first 999 orders of a day become.
            "202611010000000000",
        ] {
            assert!(is_rounded(cell), "{cell:?}");
        }
        for cell in [
            "220413000123456",
            "220413000123456001",
            "'220413000123456000",
            "=\"220413000123456000\"",
            "CG22041300012345000",
        ] {
            assert!(!is_rounded(cell), "{cell:?}");
        }
    }
}
