//! What environment and profile say of the account, and which of them counts.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use zeroize::Zeroizing;

use super::file::read_secret;
use super::setting::{SECRET_FILE, check, trimmed};
use super::{ConfigError, Setting};
use crate::erp::{Account, AppSecret, Endpoint};
use crate::language::say;
use crate::text::all;

/// A value and where it comes from.
struct Given {
    text: Zeroizing<String>,
    origin: String,
}

/// What one place says of the account.
#[derive(Default)]
pub struct Source {
    settings: BTreeMap<Setting, Given>,
    pub ca_file: Option<PathBuf>,
}

impl Source {
    /// Reads one place, which has a `text` of each key and an `origin` to be named by. Files that it
    /// names are looked for in the directory.
    pub fn read(
        text: impl Fn(&str) -> Option<Zeroizing<String>>,
        origin: impl Fn(&str) -> String,
        directory: &Path,
        warnings: &mut Vec<String>,
    ) -> Result<Source, ConfigError> {
        let mut source = Source::default();
        for setting in Setting::ALL {
            if let Some(text) = text(setting.key()) {
                source.give(setting, &text, origin(setting.key()));
            }
        }
        if let Some(path) = text(SECRET_FILE) {
            let origin = origin(SECRET_FILE);
            if let Some(given) = source.settings.get(&Setting::AppSecret) {
                let one = given.origin.as_str();
                return Err(ConfigError(say!(
                    "config-two-secrets",
                    one = one,
                    other = origin
                )));
            }
            let secret = read_secret(&directory.join(&*path), &origin, warnings)?;
            source.give(Setting::AppSecret, &secret, origin);
        }
        source.ca_file = text("ca_file").map(|path| directory.join(&*path));
        Ok(source)
    }

    /// Takes a value without what pasting leaves around it. An empty one counts as not given.
    pub fn give(&mut self, setting: Setting, text: &str, origin: String) {
        let text = Zeroizing::new(trimmed(text).to_owned());
        if !text.is_empty() {
            self.settings.insert(setting, Given { text, origin });
        }
    }

    /// Whether both give some part of the account, and not the same.
    pub fn names_another_account_than(&self, other: &Source) -> bool {
        Setting::OF_ACCOUNT.iter().any(|setting| {
            let both = self.settings.get(setting).zip(other.settings.get(setting));
            both.is_some_and(|(one, other)| one.text != other.text)
        })
    }

    /// With what only `second` gives.
    ///
    /// # Errors
    ///
    /// If that would put something of one account beside something of another.
    pub fn completed(mut self, second: Source, are_two: bool) -> Result<Source, ConfigError> {
        for (setting, added) in second.settings {
            if self.settings.contains_key(&setting) {
                continue;
            }
            if are_two && let Some((one, given)) = self.settings.first_key_value() {
                return Err(ConfigError(say!(
                    "config-mixed",
                    one = one.to_string(),
                    one_origin = given.origin.as_str(),
                    other = setting.to_string(),
                    other_origin = added.origin.as_str()
                )));
            }
            self.settings.insert(setting, added);
        }
        self.ca_file = self.ca_file.or(second.ca_file);
        Ok(self)
    }

    /// The account, if nothing is missing and all can be right. `place` is that of the profile.
    pub fn account(&self, place: &str) -> Result<Account, ConfigError> {
        for (&setting, given) in &self.settings {
            check(setting, &given.text, &given.origin)?;
        }
        let [sid, app_key, secret] = Setting::OF_ACCOUNT.map(|setting| self.settings.get(&setting));
        let (Some(sid), Some(app_key), Some(secret)) = (sid, app_key, secret) else {
            let is_missing = |setting: &Setting| !self.settings.contains_key(setting);
            let missing = Setting::OF_ACCOUNT.into_iter().filter(is_missing);
            let missing: Vec<_> = missing.map(|setting| setting.to_string()).collect();
            let missing = all(&missing);
            return Err(ConfigError(say!(
                "config-incomplete",
                missing = missing,
                place = place
            )));
        };
        let endpoint = match self.settings.get(&Setting::Endpoint) {
            None => Endpoint::production(),
            Some(given) => {
                let endpoint = given.text.parse::<Endpoint>();
                endpoint.map_err(|error| ConfigError::at(&given.origin, error))?
            }
        };
        Ok(Account {
            sid: sid.text.to_string(),
            app_key: app_key.text.to_string(),
            secret: AppSecret::parse(&secret.text)
                .map_err(|error| ConfigError::at(&secret.origin, error))?,
            endpoint,
            ca_file: self.ca_file.clone(),
            stand_in: false,
        })
    }

    /// Where each setting comes from.
    pub fn origins(&self) -> String {
        all(&Setting::ALL.map(|setting| {
            let given = self.settings.get(&setting);
            let origin = given.map_or_else(|| say!("config-default"), |it| it.origin.clone());
            say!(
                "config-origin",
                setting = setting.to_string(),
                origin = origin
            )
        }))
    }
}
