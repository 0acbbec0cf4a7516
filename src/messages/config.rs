//! What is said of accounts and of the configuration file.

use std::fmt;

use crate::config::{ConfigError, CredentialFault, Setting, Slot};

pub const NOWHERE_TO_ASK: &str =
    "init asks on stderr, which goes elsewhere here; leave it on the terminal";

impl fmt::Display for Setting {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Setting::Sid => "sid",
            Setting::AppKey => "app key",
            Setting::AppSecret => "app secret",
            Setting::Endpoint => "endpoint",
        })
    }
}

impl Setting {
    /// As `init` asks for it.
    pub fn question(self) -> &'static str {
        match self {
            Setting::Sid => "seller account (sid)",
            Setting::AppKey => "app key",
            Setting::AppSecret => "app secret (secret:salt; it is not shown)",
            Setting::Endpoint => "endpoint (production, test or a URL)",
        }
    }
}

/// What `init` says before its questions.
pub fn asking_for(slot: &Slot) -> String {
    format!(
        "the account goes into profile `{}` of {}; app key and secret are those of your application on the ERP's open platform (旺店通开放平台)",
        slot.profile(),
        slot.path().display()
    )
}

/// What `init` asks before it replaces an account.
pub fn may_replace(slot: &Slot) -> String {
    let sid = slot.given(Setting::Sid);
    let whose = sid.map_or(String::new(), |sid| format!(" (sid {sid})"));
    format!(
        "profile `{}`{whose} is there already; replace its account?",
        slot.profile()
    )
}

pub fn saved(slot: &Slot) -> String {
    let (profile, file) = (slot.profile(), slot.path().display());
    format!("saved as profile `{profile}` of {file}, which nobody else can read")
}

/// The environment's variables that come before the profile.
pub fn overruled(names: &[&str], profile: &str) -> String {
    format!(
        "{} in the environment comes before the profile; unset it, or give --profile {profile}",
        names.join(", ")
    )
}

impl fmt::Display for ConfigError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            ConfigError::Other(message) => f.write_str(message),
            ConfigError::Credential {
                setting,
                origin,
                fault,
            } => write!(f, "{origin}: the {setting} {fault}"),
            ConfigError::Empty { setting, origin } => {
                write!(f, "{origin}: the {setting} is empty")
            }
            ConfigError::NoEndpoint { origin } => write!(
                f,
                "{origin}: the endpoint is none; give `production`, `test` or a URL that begins with https:// or http://"
            ),
            ConfigError::Ended(setting) => write!(
                f,
                "input ended before the {setting}, so nothing is saved; on a terminal init asks, from a script it reads four lines: seller account, app key, app secret, endpoint"
            ),
            ConfigError::NotAFile(path) => write!(
                f,
                "`{}` is a link or no regular file, and is not written; name the file itself with --config",
                path.display()
            ),
            ConfigError::Taken { profile, file } => write!(
                f,
                "profile `{profile}` of {} is there already and is kept; --yes replaces its account, --profile NAME makes another",
                file.display()
            ),
            ConfigError::Mixed { one, other } => write!(
                f,
                "environment and profile name different accounts, and this would mix them: {} from {}, but {} from {}; give the whole account in one place, or take away what belongs to the other",
                one.0, one.1, other.0, other.1
            ),
        }
    }
}

impl fmt::Display for CredentialFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let code = |c: &char| format!("U+{:04X}", u32::from(*c));
        match self {
            CredentialFault::Quote(quote) => {
                write!(f, "begins or ends with a quote ({quote}); leave it out")
            }
            CredentialFault::Blank => f.write_str("has a blank inside; take it out"),
            CredentialFault::LineBreak => f.write_str("has a line break inside; take it out"),
            CredentialFault::Invisible(c) => write!(
                f,
                "has an invisible character ({}) inside; type it again",
                code(c)
            ),
        }
    }
}
