//! Why there is no account to call for. Holds nothing of a secret.

use super::credential::CredentialFault;

#[derive(Debug)]
pub enum ConfigError {
    Other(String),
    /// Something that pasting leaves in a value.
    Credential {
        setting: Setting,
        origin: String,
        fault: CredentialFault,
    },
    /// Environment and profile name two accounts, and neither gives everything.
    Mixed {
        /// What one of them gives, and where.
        one: (Setting, String),
        /// What only the other gives.
        other: (Setting, String),
    },
}

impl std::error::Error for ConfigError {}

/// What makes an account.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Setting {
    Sid,
    AppKey,
    AppSecret,
    Endpoint,
}
