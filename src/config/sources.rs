//! The account as environment and profile give it, and which of them counts.

use zeroize::Zeroizing;

use super::credential::{check, trimmed};
use super::error::{ConfigError, Setting};

/// A value and where it comes from.
#[derive(Clone)]
pub struct Sourced {
    pub value: Zeroizing<String>,
    pub origin: String,
}

/// What one source gives, by setting.
#[derive(Default)]
pub struct Given {
    settings: [Option<Sourced>; 4],
}

const ALL: [Setting; 4] = [
    Setting::Sid,
    Setting::AppKey,
    Setting::AppSecret,
    Setting::Endpoint,
];

impl Given {
    /// Takes a value without what pasting leaves around it. An empty one counts as not given.
    pub fn set(&mut self, setting: Setting, value: &str, origin: String) {
        let value = Zeroizing::new(trimmed(value).to_owned());
        self.settings[setting as usize] = (!value.is_empty()).then_some(Sourced { value, origin });
    }

    /// An error if something that counts cannot be right as it stands.
    pub fn check(&self) -> Result<(), ConfigError> {
        for setting in ALL {
            let Some(Sourced { value, origin }) = self.get(setting) else {
                continue;
            };
            check(value).map_err(|fault| ConfigError::Credential {
                setting,
                origin: origin.clone(),
                fault,
            })?;
        }
        Ok(())
    }

    pub fn get(&self, setting: Setting) -> Option<&Sourced> {
        self.settings[setting as usize].as_ref()
    }

    /// Whether both give some part of the account, and not the same.
    pub fn names_another_account_than(&self, other: &Given) -> bool {
        let parts = [Setting::Sid, Setting::AppKey, Setting::AppSecret];
        parts.into_iter().any(|part| {
            let both = self.get(part).zip(other.get(part));
            both.is_some_and(|(one, other)| one.value != other.value)
        })
    }

    /// These, and what only `second` gives.
    ///
    /// # Errors
    ///
    /// If that would put something of one account beside something of another.
    pub fn or(&self, second: &Given) -> Result<Given, ConfigError> {
        let added = ALL.into_iter().find_map(|setting| {
            let added = second.get(setting)?;
            self.get(setting).is_none().then_some((setting, added))
        });
        let kept = ALL.into_iter().find_map(|setting| {
            let kept = self.get(setting)?;
            Some((setting, kept))
        });
        if let (Some(kept), Some(added)) = (kept, added)
            && self.names_another_account_than(second)
        {
            let named = |(setting, given): (Setting, &Sourced)| (setting, given.origin.clone());
            return Err(ConfigError::Mixed {
                one: named(kept),
                other: named(added),
            });
        }
        let mut all = Given::default();
        for setting in ALL {
            let given = self.get(setting).or(second.get(setting));
            all.settings[setting as usize] = given.cloned();
        }
        Ok(all)
    }
}
