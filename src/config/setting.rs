//! What makes an account, setting by setting.

use zeroize::Zeroizing;

use super::at;
use crate::erp::{AppSecret, Endpoint};
use crate::language::say;
use crate::text::is_unseen;

/// The settings by their keys in a profile. The endpoint, the last, is no account's own.
pub const SETTINGS: [&str; 4] = ["sid", "app_key", "app_secret", "endpoint"];
/// Names the file that holds the app secret, instead of that.
pub const SECRET_FILE: &str = "app_secret_file";

pub fn name(key: &str) -> String {
    say!("setting", key = key)
}

pub fn variable_of(key: &str) -> String {
    format!("WDT_{}", key.to_uppercase())
}

/// The environment variables that come before a profile.
pub fn variables() -> impl Iterator<Item = String> {
    SETTINGS.into_iter().chain([SECRET_FILE]).map(variable_of)
}

/// The value that somebody has entered, without what pasting leaves around it.
pub fn entered(key: &str, text: &str, origin: &str) -> Result<Zeroizing<String>, String> {
    let text = trimmed(text);
    check(key, text, origin)?;
    if key == "app_secret" {
        AppSecret::parse(text).map_err(|error| at(origin, error))?;
    }
    if key == "endpoint" && text.parse::<Endpoint>().is_err() {
        // It is not repeated: it may be the secret in a wrong place.
        return Err(say!("config-no-endpoint", origin = origin));
    }
    Ok(Zeroizing::new(text.to_owned()))
}

pub fn trimmed(text: &str) -> &str {
    text.trim_matches(is_blank)
}

/// An error if the value is empty, or if pasting has left in it what cannot be part of it. Names the
/// character and not the value, which may be the secret.
pub fn check(key: &str, text: &str, origin: &str) -> Result<(), String> {
    if text.is_empty() {
        return Err(say!("config-empty", origin = origin, setting = name(key)));
    }
    let Some(c) = misplaced(text) else {
        return Ok(());
    };
    // Every second byte of UTF-16.
    if c == '\0' {
        return Err(say!("config-null", origin = origin, setting = name(key)));
    }
    let character = format!("{c:?} U+{:04X}", u32::from(c));
    Err(say!(
        "config-misplaced",
        origin = origin,
        setting = name(key),
        character = character
    ))
}

/// A quote around the text or at one end, or a blank, line break or invisible character in it.
fn misplaced(text: &str) -> Option<char> {
    let mut ends = text.chars().next().into_iter().chain(text.chars().last());
    let quote = ends.find(|&c| is_quote(c));
    quote.or_else(|| text.chars().find(|&c| is_blank(c)))
}

/// U+FFFD stands for bytes that are no text.
fn is_blank(c: char) -> bool {
    c == ' ' || is_unseen(c) || c == '\u{fffd}'
}

fn is_quote(c: char) -> bool {
    "\"'`“”„‘’«»「」＂＇".contains(c)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_saved_in_another_encoding_is_to_be_saved_as_utf_8() {
        let error = check("app_secret", "h\0u\0s\0h", "there").expect_err("refused");
        assert!(error.ends_with("save it as UTF-8"), "{error}");
    }

    #[test]
    fn what_is_around_is_cut_off_and_what_is_inside_is_found() {
        for (text, cleaned, found) in [
            (" \tit's\r\n", "it's", None),
            ("\u{feff}店\u{200b}\u{3000}", "店", None),
            ("\u{a0}", "", None),
            ("\"shop\"", "\"shop\"", Some('"')),
            ("shop”", "shop”", Some('”')),
            ("my shop", "my shop", Some(' ')),
            ("my\u{3000}shop", "my\u{3000}shop", Some('\u{3000}')),
            ("my\nshop", "my\nshop", Some('\n')),
            ("sh\u{200b}op", "sh\u{200b}op", Some('\u{200b}')),
        ] {
            assert_eq!(trimmed(text), cleaned);
            assert_eq!(misplaced(cleaned), found, "{text:?}");
        }
    }
}
