//! Who calls, and where the calls go.

use std::fmt;
use std::path::PathBuf;

use secrecy::{ExposeSecret, SecretString};
use serde::Serialize;

use super::endpoint::Endpoint;
use crate::language::say;

/// The app secret, handed out by the platform as `secret:salt`. Never printed, and wiped from
/// memory when dropped.
#[derive(Clone, Debug)]
pub struct AppSecret {
    secret: SecretString,
    salt: SecretString,
}

impl AppSecret {
    /// Splits `secret:salt`; white space around it is dropped. Where there is no colon, Chinese
    /// input methods have put a full-width one.
    pub fn parse(text: &str) -> Result<Self, String> {
        let text = text.trim();
        match text.split_once(':').or_else(|| text.split_once('：')) {
            Some((secret, salt)) if !secret.is_empty() && !salt.is_empty() => Ok(AppSecret {
                secret: secret.into(),
                salt: salt.into(),
            }),
            _ => Err(say!("account-secret-form")),
        }
    }

    pub(super) fn secret(&self) -> &str {
        self.secret.expose_secret()
    }

    pub(super) fn salt(&self) -> &str {
        self.salt.expose_secret()
    }
}

/// A seller account, the application that calls for it, and where its ERP answers.
#[derive(Clone, Debug, Serialize)]
pub struct Account {
    /// The seller account, query field `sid`.
    pub sid: String,
    /// Of the application; query field `key`.
    pub app_key: String,
    #[serde(skip)]
    pub secret: AppSecret,
    pub endpoint: Endpoint,
    /// A PEM file of certificate authorities to trust besides the built-in ones.
    #[serde(skip)]
    pub ca_file: Option<PathBuf>,
    pub stand_in: bool,
}

impl Account {
    /// The seller account as others know it.
    pub fn name(&self) -> &str {
        if self.stand_in { "sandbox" } else { &self.sid }
    }

    /// The endpoint as files know it: the stand-in has another port each time.
    pub fn endpoint_name(&self) -> &str {
        if self.stand_in {
            "sandbox"
        } else {
            self.endpoint.url()
        }
    }
}

impl fmt::Display for Account {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&if self.stand_in {
            say!("destination-stand-in")
        } else {
            say!(
                "destination",
                account = self.sid.as_str(),
                app_key = self.app_key.as_str(),
                endpoint = self.endpoint.url()
            )
        })
    }
}

/// Of the protocol's published examples.
#[cfg(test)]
pub(super) fn test_account(endpoint: &str) -> Account {
    Account {
        sid: "wdtapi3".to_owned(),
        app_key: "wdt_test".to_owned(),
        secret: AppSecret::parse("testsecret:testsalt").expect("secret:salt"),
        endpoint: endpoint.parse().expect("an endpoint"),
        ca_file: None,
        stand_in: false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_has_two_halves_that_are_neither_printed_nor_written() {
        for (text, halves) in [
            (" abc:de:f\n", Some(("abc", "de:f"))),
            ("abc：de", Some(("abc", "de"))),
            ("", None),
            ("abc", None),
            ("abc:", None),
            (":salt", None),
        ] {
            let secret = AppSecret::parse(text).ok();
            let found = secret.as_ref().map(|it| (it.secret(), it.salt()));
            assert_eq!(found, halves, "{text}");
        }
        let account = test_account("http://erp/");
        let json = serde_json::to_string(&account).expect("JSON");
        let shown = format!("{account:?} {account:#?} {account} {json}");
        assert!(!shown.contains("testsecret") && !shown.contains("testsalt"));
    }
}
