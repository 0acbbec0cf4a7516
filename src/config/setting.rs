//! What makes an account, setting by setting.

use std::fmt;

use zeroize::Zeroizing;

use super::ConfigError;
use crate::erp::{AppSecret, Endpoint};
use crate::language::say;

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Setting {
    Sid,
    AppKey,
    AppSecret,
    Endpoint,
}

/// Names the file that holds the app secret, instead of that.
pub(super) const SECRET_FILE: &str = "app_secret_file";

impl Setting {
    /// What one account has and another has not.
    pub const OF_ACCOUNT: [Setting; 3] = [Setting::Sid, Setting::AppKey, Setting::AppSecret];
    pub const ALL: [Setting; 4] = [
        Setting::Sid,
        Setting::AppKey,
        Setting::AppSecret,
        Setting::Endpoint,
    ];

    /// Its name in a profile.
    pub fn key(self) -> &'static str {
        match self {
            Setting::Sid => "sid",
            Setting::AppKey => "app_key",
            Setting::AppSecret => "app_secret",
            Setting::Endpoint => "endpoint",
        }
    }

    /// As `init` asks for it.
    pub fn question(self) -> String {
        match self {
            Setting::Sid | Setting::AppKey => self.to_string(),
            Setting::AppSecret => say!("setting-app-secret", "question"),
            Setting::Endpoint => say!("setting-endpoint", "question"),
        }
    }
}

impl fmt::Display for Setting {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&match self {
            Setting::Sid => say!("setting-sid"),
            Setting::AppKey => say!("setting-app-key"),
            Setting::AppSecret => say!("setting-app-secret"),
            Setting::Endpoint => say!("setting-endpoint"),
        })
    }
}

/// The environment variable that stands for a profile's key.
pub(super) fn variable_of(key: &str) -> String {
    format!("WDT_{}", key.to_uppercase())
}

/// The environment variables that come before a profile.
pub fn variables() -> impl Iterator<Item = String> {
    let keys = Setting::ALL.map(Setting::key).into_iter();
    keys.chain([SECRET_FILE]).map(variable_of)
}

/// The value that somebody has entered, without what pasting leaves around it.
pub fn entered(
    setting: Setting,
    text: &str,
    origin: &str,
) -> Result<Zeroizing<String>, ConfigError> {
    let text = trimmed(text);
    if text.is_empty() {
        let setting = setting.to_string();
        return Err(ConfigError(say!(
            "config-empty",
            origin = origin,
            setting = setting
        )));
    }
    check(setting, text, origin)?;
    if setting == Setting::AppSecret {
        AppSecret::parse(text).map_err(|error| ConfigError::at(origin, error))?;
    }
    if setting == Setting::Endpoint && text.parse::<Endpoint>().is_err() {
        // It is not repeated: it may be the secret in a wrong place.
        return Err(ConfigError(say!("config-no-endpoint", origin = origin)));
    }
    Ok(Zeroizing::new(text.to_owned()))
}

pub(super) fn trimmed(text: &str) -> &str {
    text.trim_matches(|c: char| c.is_whitespace() || is_invisible(c))
}

/// An error if pasting has left in the value what cannot be part of it. Names the character and not
/// the value, which may be the secret.
pub(super) fn check(setting: Setting, text: &str, origin: &str) -> Result<(), ConfigError> {
    let Some(c) = misplaced(text) else {
        return Ok(());
    };
    let code = format!("U+{:04X}", u32::from(c));
    Err(ConfigError(say!(
        "config-misplaced",
        origin = origin,
        setting = setting.to_string(),
        character = if is_quote(c) {
            format!("{c} {code}")
        } else {
            code
        }
    )))
}

/// A quote around the text or at one end, or a blank, line break or invisible character in it.
fn misplaced(text: &str) -> Option<char> {
    let mut ends = text.chars().next().into_iter().chain(text.chars().last());
    let quote = ends.find(|&c| is_quote(c));
    quote.or_else(|| text.chars().find(|&c| c.is_whitespace() || is_invisible(c)))
}

/// U+FFFD stands for bytes that are no text.
fn is_invisible(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{ad}' | '\u{feff}' | '\u{200b}'..='\u{200f}' | '\u{2060}'..='\u{2064}')
        || matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{fffd}')
}

fn is_quote(c: char) -> bool {
    "\"'`“”„‘’«»「」＂＇".contains(c)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_around_is_cut_off_and_what_is_inside_is_found() {
        for (text, cleaned, found) in [
            ("shop", "shop", None),
            (" \tshop\r\n", "shop", None),
            ("\u{feff}shop\u{200b}\u{3000}", "shop", None),
            ("it's", "it's", None),
            ("店", "店", None),
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
