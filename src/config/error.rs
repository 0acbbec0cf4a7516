//! Why there is no account to call for. Holds nothing of a secret.

use std::error::Error;
use std::path::PathBuf;

use super::credential::CredentialFault;
use crate::language::say;

#[derive(Debug)]
pub enum ConfigError {
    Other(String),
    /// Something that pasting leaves in a value.
    Credential {
        setting: Setting,
        origin: String,
        fault: CredentialFault,
    },
    /// What is entered is nothing.
    Empty {
        setting: Setting,
        origin: String,
    },
    /// What is entered as an endpoint is none. Not repeated: it may be the secret in a wrong place.
    NoEndpoint {
        origin: String,
    },
    /// Input ended before this was entered.
    Ended(Setting),
    /// The configuration file is a link, or no file, and is not written.
    NotAFile(PathBuf),
    /// The profile is there, and it was not said that it may be replaced.
    Taken {
        profile: String,
        file: PathBuf,
    },
    /// Environment and profile name two accounts, and neither gives everything.
    Mixed {
        /// What one of them gives, and where.
        one: (Setting, String),
        /// What only the other gives.
        other: (Setting, String),
    },
}

impl ConfigError {
    /// What is wrong with what stands in one place.
    pub(super) fn at(place: &str, error: &impl Error) -> Self {
        ConfigError::Other(say!("config-at", place = place, why = error.to_string()))
    }
}

impl Error for ConfigError {}

/// What makes an account.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Setting {
    Sid,
    AppKey,
    AppSecret,
    Endpoint,
}
