//! What pasting leaves around credentials and in them.

/// What a credential cannot hold. It is named and the credential is not, which may be the secret.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CredentialFault {
    /// Around it, or at one end.
    Quote(char),
    Blank,
    LineBreak,
    Invisible(char),
}

/// The credential without blanks and invisible characters around it.
pub fn trimmed(text: &str) -> &str {
    text.trim_matches(|c: char| c.is_whitespace() || is_invisible(c))
}

pub fn check(text: &str) -> Result<(), CredentialFault> {
    let mut ends = text.chars().next().into_iter().chain(text.chars().last());
    if let Some(quote) = ends.find(|&c| is_quote(c)) {
        return Err(CredentialFault::Quote(quote));
    }
    let fault = text.chars().find_map(|c| match c {
        '\n' | '\r' => Some(CredentialFault::LineBreak),
        c if c.is_whitespace() => Some(CredentialFault::Blank),
        c if is_invisible(c) => Some(CredentialFault::Invisible(c)),
        _ => None,
    });
    fault.map_or(Ok(()), Err)
}

fn is_invisible(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{ad}' | '\u{feff}' | '\u{200b}'..='\u{200f}' | '\u{2060}'..='\u{2064}')
        || matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

fn is_quote(c: char) -> bool {
    matches!(
        c,
        '"' | '\'' | '`' | '“' | '”' | '„' | '‘' | '’' | '«' | '»' | '「' | '」' | '＂' | '＇'
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_around_is_cut_off_and_what_is_inside_is_named() {
        for (text, cleaned) in [
            ("shop", Ok("shop")),
            (" \tshop\r\n", Ok("shop")),
            ("\u{feff}shop\u{200b}\u{3000}", Ok("shop")),
            ("it's", Ok("it's")),
            ("店", Ok("店")),
            ("", Ok("")),
            ("\u{a0}", Ok("")),
            ("\"shop\"", Err(CredentialFault::Quote('"'))),
            ("shop”", Err(CredentialFault::Quote('”'))),
            ("my shop", Err(CredentialFault::Blank)),
            ("my\u{3000}shop", Err(CredentialFault::Blank)),
            ("my\nshop", Err(CredentialFault::LineBreak)),
            ("sh\u{200b}op", Err(CredentialFault::Invisible('\u{200b}'))),
        ] {
            let text = trimmed(text);
            assert_eq!(check(text).map(|()| text), cleaned, "{text:?}");
        }
    }
}
