//! Text within markup. What XML cannot hold stands there as `_x000D_`.

use std::borrow::Cow;

/// What a cell holds at most, in UTF-16 units.
const MAX_UNITS: usize = 32_767;

pub fn escaped(text: &str) -> Cow<'_, str> {
    let is_plain = |c: char| matches!(c, ' '..='~') && !matches!(c, '&' | '<' | '>' | '_');
    if text.len() <= MAX_UNITS && text.chars().all(is_plain) {
        return Cow::Borrowed(text);
    }
    let mut escaped = String::with_capacity(text.len() + 16);
    let mut units = 0;
    for (at, c) in text.char_indices() {
        units += c.len_utf16();
        if units >= MAX_UNITS && at + c.len_utf8() < text.len() {
            escaped.push('…');
            break;
        }
        match c {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '_' if code(&text[at..]).is_some() => escaped.push_str("_x005F_"),
            '\t' | '\n' => escaped.push(c),
            '\0'..='\u{1f}' | '\u{fffe}' | '\u{ffff}' => {
                escaped.push_str(&format!("_x{:04X}_", u32::from(c)));
            }
            _ => escaped.push(c),
        }
    }
    Cow::Owned(escaped)
}

/// The character that a text begins with in the form `_x000D_`.
fn code(text: &str) -> Option<char> {
    let digits = text.get(..7)?.strip_prefix("_x")?.strip_suffix('_')?;
    let are_digits = digits.bytes().all(|byte| byte.is_ascii_hexdigit());
    let code = u32::from_str_radix(digits, 16).ok().filter(|_| are_digits);
    code.and_then(char::from_u32)
}

pub fn unescaped(text: &str) -> Cow<'_, str> {
    if !text.contains("_x") {
        return Cow::Borrowed(text);
    }
    let mut plain = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find("_x") {
        plain.push_str(&rest[..at]);
        rest = &rest[at..];
        match code(rest) {
            Some(c) => {
                plain.push(c);
                rest = &rest[7..];
            }
            None => {
                plain.push('_');
                rest = &rest[1..];
            }
        }
    }
    plain.push_str(rest);
    Cow::Owned(plain)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_escaped_is_read_back() {
        for (text, markup) in [
            ("CG1", "CG1"),
            ("a_b", "a_b"),
            ("<a & b>", "&lt;a &amp; b&gt;"),
            ("a\r\nb", "a_x000D_\nb"),
            ("_x000D_", "_x005F_x000D_"),
            ("_x00", "_x00"),
            ("\u{7}加急", "_x0007_加急"),
        ] {
            assert_eq!(escaped(text), markup, "{text:?}");
            let read = markup.replace("&lt;", "<").replace("&gt;", ">");
            assert_eq!(unescaped(&read.replace("&amp;", "&")), text);
        }
    }

    #[test]
    fn no_cell_is_longer_than_one_can_be() {
        let most = "x".repeat(MAX_UNITS);
        assert_eq!(escaped(&most), most);
        let cut = escaped(&"x".repeat(MAX_UNITS + 1)).into_owned();
        assert_eq!(cut.chars().count(), MAX_UNITS);
        assert!(cut.ends_with("x…"));
    }
}
