//! Text from elsewhere, made fit for a line on a terminal.

/// One line of at most `most` characters: what could steer a terminal, break the line or turn the
/// writing direction becomes a space.
#[must_use]
pub fn printable(text: &str, most: usize) -> String {
    let mut clean: String = text
        .chars()
        .take(most)
        .map(|c| if steers(c) { ' ' } else { c })
        .collect();
    if text.chars().nth(most).is_some() {
        clean.push('…');
    }
    clean.trim().to_owned()
}

/// Control characters, line separators and marks that turn the writing direction.
pub fn steers(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{2028}' | '\u{2029}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_reaches_the_terminal_but_text() {
        assert_eq!(printable("a\u{1b}[31mb\r\nc\u{202e}", 80), "a [31mb  c");
        assert_eq!(printable("标记标记", 3), "标记标…");
        assert_eq!(printable("", 3), "");
    }
}
