//! Text of a sheet as it may stand in a message: short, and on one line.

use std::fmt::Write;

use crate::text::steers;

/// Characters of a cell that a message shows.
const SHOWN: usize = 40;
/// Headers that a message lists.
const LISTED: usize = 12;

/// `text` in double quotes, cut after 40 characters, control characters escaped.
pub(super) fn excerpt(text: &str) -> String {
    format!("\"{}\"", bare(text))
}

/// As [`excerpt`], without the quotes.
pub(super) fn bare(text: &str) -> String {
    let mut shown = String::new();
    for (at, c) in text.chars().enumerate() {
        if at == SHOWN {
            shown.push('…');
            break;
        }
        if steers(c) {
            shown.extend(c.escape_default());
        } else {
            shown.push(c);
        }
    }
    shown
}

/// The texts as one list, each an excerpt, the first dozen of them.
pub(super) fn list<'a>(texts: impl IntoIterator<Item = &'a str>) -> String {
    let mut shown = String::new();
    let mut more = 0;
    for (at, text) in texts.into_iter().enumerate() {
        if at >= LISTED {
            more += 1;
            continue;
        }
        if at > 0 {
            shown.push_str(", ");
        }
        shown.push_str(&excerpt(text));
    }
    if more > 0 {
        let _ = write!(shown, " and {more} more");
    }
    shown
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_and_unprintable_text_stays_short_and_on_one_line() {
        assert_eq!(excerpt("CG001"), "\"CG001\"");
        assert_eq!(excerpt("a\nb\u{7}"), "\"a\\nb\\u{7}\"");
        assert_eq!(excerpt(&"中".repeat(41)).chars().count(), 43);
    }

    #[test]
    fn long_lists_are_cut() {
        assert_eq!(list(["a", "b"]), "\"a\", \"b\"");
        let many: Vec<String> = (0..14).map(|n| n.to_string()).collect();
        assert!(list(many.iter().map(String::as_str)).ends_with("\"11\" and 2 more"));
    }
}
