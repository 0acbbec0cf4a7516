//! What is said of accounts and of the configuration file.

use std::fmt;

use crate::config::{ConfigError, CredentialFault, Setting, Slot};
use crate::language::say;
use crate::text::all;

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

impl Setting {
    /// As `init` asks for it.
    pub fn question(self) -> String {
        match self {
            Setting::Sid => say!("setting-sid", "question"),
            Setting::AppKey => say!("setting-app-key", "question"),
            Setting::AppSecret => say!("setting-app-secret", "question"),
            Setting::Endpoint => say!("setting-endpoint", "question"),
        }
    }
}

/// What `init` says before its questions.
pub fn asking_for(slot: &Slot) -> String {
    say!(
        "account-asked",
        profile = slot.profile(),
        file = slot.path().display().to_string()
    )
}

/// What `init` asks before it replaces an account.
pub fn may_replace(slot: &Slot) -> String {
    match slot.given(Setting::Sid) {
        Some(sid) => say!(
            "account-may-replace-sid",
            profile = slot.profile(),
            sid = sid
        ),
        None => say!("account-may-replace", profile = slot.profile()),
    }
}

pub fn saved(slot: &Slot) -> String {
    say!(
        "account-saved",
        profile = slot.profile(),
        file = slot.path().display().to_string()
    )
}

/// The environment's variables that come before the profile.
pub fn overruled(names: &[&str], profile: &str) -> String {
    let names: Vec<_> = names.iter().map(ToString::to_string).collect();
    say!("account-overruled", names = all(&names), profile = profile)
}

impl fmt::Display for ConfigError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&match self {
            ConfigError::Other(message) => return f.write_str(message),
            &ConfigError::Credential {
                setting,
                ref origin,
                fault,
            } => of_credential(setting.to_string(), origin, fault),
            ConfigError::Empty { setting, origin } => say!(
                "config-empty",
                origin = origin.as_str(),
                setting = setting.to_string()
            ),
            ConfigError::NoEndpoint { origin } => {
                say!("config-no-endpoint", origin = origin.as_str())
            }
            ConfigError::Ended(setting) => say!("config-ended", setting = setting.to_string()),
            ConfigError::NotAFile(path) => {
                say!("config-not-a-file", path = path.display().to_string())
            }
            ConfigError::Taken { profile, file } => say!(
                "config-taken",
                profile = profile.as_str(),
                file = file.display().to_string()
            ),
            ConfigError::Mixed { one, other } => say!(
                "config-mixed",
                one = one.0.to_string(),
                one_origin = one.1.as_str(),
                other = other.0.to_string(),
                other_origin = other.1.as_str()
            ),
        })
    }
}

fn of_credential(setting: String, origin: &str, fault: CredentialFault) -> String {
    match fault {
        CredentialFault::Quote(quote) => say!(
            "config-quote",
            origin = origin,
            setting = setting,
            quote = quote.to_string()
        ),
        CredentialFault::Blank => say!("config-blank", origin = origin, setting = setting),
        CredentialFault::LineBreak => {
            say!("config-line-break", origin = origin, setting = setting)
        }
        CredentialFault::Invisible(c) => say!(
            "config-invisible",
            origin = origin,
            setting = setting,
            code = format!("U+{:04X}", u32::from(c))
        ),
    }
}
