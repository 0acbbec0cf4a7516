//! Who calls: seller account, app key and app secret.

use std::fmt;
use std::path::PathBuf;

use serde::Serialize;
use zeroize::Zeroizing;

use super::endpoint::Endpoint;
use crate::language::say;

/// The app secret, handed out by the platform as `secret:salt`.
///
/// Prints as `***`, in `Debug` output too, and is wiped from memory when dropped.
#[derive(Clone)]
pub struct AppSecret {
    secret: Zeroizing<String>,
    salt: Zeroizing<String>,
}

/// What is wrong with an app secret. Never contains any of it.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[error("{}", say!("account-secret-form"))]
pub struct SecretError;

impl AppSecret {
    /// Splits `secret:salt`; white space around it is dropped. Where there is no colon, Chinese
    /// input methods have put a full-width one.
    pub fn parse(text: &str) -> Result<Self, SecretError> {
        let text = text.trim();
        match text.split_once(':').or_else(|| text.split_once('：')) {
            Some((secret, salt)) if !secret.is_empty() && !salt.is_empty() => Ok(AppSecret {
                secret: Zeroizing::new(secret.to_owned()),
                salt: Zeroizing::new(salt.to_owned()),
            }),
            _ => Err(SecretError),
        }
    }

    /// The half that is signed with and never sent.
    pub(super) fn secret(&self) -> &str {
        &self.secret
    }

    /// The half that the protocol sends as query field `salt`.
    pub(super) fn salt(&self) -> &str {
        &self.salt
    }
}

impl fmt::Debug for AppSecret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("***")
    }
}

impl fmt::Display for AppSecret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("***")
    }
}

/// A seller account, the application that calls for it, and where the calls go.
#[derive(Clone, Debug, Serialize)]
pub struct Account {
    /// The seller account, query field `sid`.
    pub sid: String,
    /// The application's key, query field `key`.
    pub app_key: String,
    /// The application's secret.
    #[serde(skip)]
    pub secret: AppSecret,
    pub endpoint: Endpoint,
    /// A PEM file of certificate authorities to trust besides the built-in ones.
    pub ca_file: Option<PathBuf>,
    /// Whether it is the stand-in inside this process: then nothing is sent to the ERP.
    pub stand_in: bool,
}

impl Account {
    /// The endpoint as files know it: a stand-in has another port each time.
    pub fn endpoint_name(&self) -> &str {
        if self.stand_in {
            "sandbox"
        } else {
            self.endpoint.url()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_has_two_halves() {
        let secret = AppSecret::parse(" abc:de:f\n").expect("valid");
        assert_eq!((secret.secret(), secret.salt()), ("abc", "de:f"));
        let secret = AppSecret::parse("abc：de").expect("valid");
        assert_eq!((secret.secret(), secret.salt()), ("abc", "de"));
        for wrong in ["", "abc", "abc:", ":salt", ":"] {
            assert_eq!(AppSecret::parse(wrong).err(), Some(SecretError), "{wrong}");
        }
    }

    #[test]
    fn a_secret_never_prints() {
        let account = Account {
            sid: "shop".into(),
            app_key: "key".into(),
            secret: AppSecret::parse("hush:quiet").expect("valid"),
            endpoint: Endpoint::production(),
            ca_file: None,
            stand_in: false,
        };
        let printed = format!("{account:?} {account:#?} {}", account.secret);
        assert!(printed.contains("***"));
        assert!(!printed.contains("hush") && !printed.contains("quiet"));
    }
}
