//! Columns by letter.

/// How many columns a spreadsheet has at most (`XFD`).
pub const MAX_COLUMNS: u32 = 16_384;

/// The column that letters name, counted from 0: A, C, AA.
pub fn by_letter(letters: &str) -> Option<usize> {
    let letters = letters.trim();
    let are_letters = letters.bytes().all(|byte| byte.is_ascii_alphabetic());
    if !are_letters || !(1..=3).contains(&letters.len()) {
        return None;
    }
    let digits = letters.bytes().map(|byte| byte.to_ascii_uppercase() - b'A');
    let number = digits.fold(0, |number, digit| number * 26 + usize::from(digit) + 1);
    (number <= MAX_COLUMNS as usize).then(|| number - 1)
}

/// The letters of a column counted from 0.
pub fn letter(column: usize) -> String {
    let mut letters = match column / 26 {
        0 => String::new(),
        more => letter(more - 1),
    };
    letters.push(char::from(b'A' + (column % 26) as u8));
    letters
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn letters_and_columns_correspond() {
        for (letters, column) in [("A", 0), ("c", 2), ("Z", 25), ("AA", 26), ("XFD", 16_383)] {
            assert_eq!(by_letter(letters), Some(column));
            assert_eq!(letter(column), letters.to_uppercase());
        }
        for none in ["", "A1", "XFE", "AAAA", "中"] {
            assert_eq!(by_letter(none), None, "{none:?}");
        }
    }
}
