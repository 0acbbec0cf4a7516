//! The account, the endpoint and whom to trust, from options, environment and configuration file.

mod file;
#[cfg(test)]
mod tests;

use std::ffi::OsString;
use std::path::PathBuf;

use zeroize::Zeroizing;

pub use self::file::ConfigError;
use self::file::Profile;
use crate::erp::{Account, AppSecret, Endpoint};

/// What the command line says about the account.
#[derive(Clone, Debug, Default)]
pub struct AccountOptions {
    pub endpoint: Option<String>,
    pub profile: Option<String>,
    pub config: Option<PathBuf>,
    pub ca_file: Option<PathBuf>,
}

/// Everything needed to call the ERP.
#[derive(Debug)]
pub struct Resolved {
    pub account: Account,
    pub endpoint: Endpoint,
    /// Certificate authorities to trust besides the built-in ones.
    pub ca_file: Option<PathBuf>,
    /// Where each setting came from, for people.
    pub origins: String,
    pub warnings: Vec<String>,
}

pub fn from_environment(options: &AccountOptions) -> Result<Resolved, ConfigError> {
    resolve(options, &|name| std::env::var_os(name))
}

type Lookup<'a> = &'a dyn Fn(&'static str) -> Option<OsString>;

fn resolve(options: &AccountOptions, lookup: Lookup<'_>) -> Result<Resolved, ConfigError> {
    let named = match &options.profile {
        Some(name) => Some(name.clone()),
        None => variable(lookup, "WDT_PROFILE")?,
    };
    let loaded = file::load(options.config.as_deref(), named.as_deref())?;
    let layers = Layers {
        options,
        lookup,
        profile: &loaded.profile,
        place: &loaded.place,
    };
    let (account, account_origins) = layers.account()?;
    let (endpoint, endpoint_origin) = layers.endpoint()?;
    Ok(Resolved {
        account,
        endpoint,
        ca_file: layers.ca_file()?,
        origins: format!("{account_origins}; endpoint from {endpoint_origin}"),
        warnings: loaded.warnings,
    })
}

/// An environment variable; empty counts as not set.
fn variable(lookup: Lookup<'_>, name: &'static str) -> Result<Option<String>, ConfigError> {
    let value = lookup(name).filter(|value| !value.is_empty());
    let text = value.map(OsString::into_string).transpose();
    text.map_err(|_| {
        ConfigError(format!(
            "the environment variable {name} is not valid UTF-8"
        ))
    })
}

/// Where settings come from: an option comes before the environment, that before the profile, and
/// that before the default.
struct Layers<'a> {
    options: &'a AccountOptions,
    lookup: Lookup<'a>,
    profile: &'a Profile,
    /// Where the profile stands.
    place: &'a str,
}

struct Sourced {
    value: Zeroizing<String>,
    origin: String,
}

impl Layers<'_> {
    /// From the environment, or else what the profile has under `key`.
    fn setting(
        &self,
        name: &'static str,
        key: &str,
        in_profile: Option<&str>,
    ) -> Result<Option<Sourced>, ConfigError> {
        if let Some(value) = variable(self.lookup, name)? {
            return Ok(Some(Sourced {
                value: value.into(),
                origin: format!("environment variable {name}"),
            }));
        }
        Ok(in_profile.map(|value| Sourced {
            value: value.to_owned().into(),
            origin: format!("{key} in {}", self.place),
        }))
    }

    /// With the origins of its parts.
    fn account(&self) -> Result<(Account, String), ConfigError> {
        let profile = self.profile;
        let secret_key = match profile.app_secret_file {
            Some(_) => "app_secret_file",
            None => "app_secret",
        };
        let in_profile = profile.app_secret.as_ref().map(|secret| secret.as_str());
        let sid = self.setting("WDT_SID", "sid", profile.sid.as_deref())?;
        let app_key = self.setting("WDT_APP_KEY", "app_key", profile.app_key.as_deref())?;
        let secret = self.setting("WDT_APP_SECRET", secret_key, in_profile)?;
        let missing = [
            sid.is_none().then_some("seller account (sid)"),
            app_key.is_none().then_some("app key"),
            secret.is_none().then_some("app secret"),
        ];
        let (Some(sid), Some(app_key), Some(secret)) = (sid, app_key, secret) else {
            let missing: Vec<_> = missing.into_iter().flatten().collect();
            return Err(ConfigError(format!(
                "no {} given: set WDT_SID, WDT_APP_KEY and WDT_APP_SECRET (as secret:salt) in the \
                 environment, or sid, app_key and app_secret (or app_secret_file) in {}; \
                 `wdt-flags run --sandbox` needs no account",
                missing.join(", no "),
                self.place
            )));
        };
        let account = Account {
            sid: sid.value.to_string(),
            app_key: app_key.value.to_string(),
            app_secret: AppSecret::parse(&secret.value)
                .map_err(|error| ConfigError(format!("{}: {error}", secret.origin)))?,
        };
        let origins = format!(
            "sid from {}; app key from {}; app secret from {}",
            sid.origin, app_key.origin, secret.origin
        );
        Ok((account, origins))
    }

    /// With its origin.
    fn endpoint(&self) -> Result<(Endpoint, String), ConfigError> {
        let given = match &self.options.endpoint {
            Some(endpoint) => Some(Sourced {
                value: endpoint.clone().into(),
                origin: "--endpoint".to_owned(),
            }),
            None => {
                let in_profile = self.profile.endpoint.as_deref();
                self.setting("WDT_ENDPOINT", "endpoint", in_profile)?
            }
        };
        let Some(Sourced { value, origin }) = given else {
            return Ok((Endpoint::production(), "default".to_owned()));
        };
        match value.parse() {
            Ok(endpoint) => Ok((endpoint, origin)),
            Err(error) => Err(ConfigError(format!("{origin}: {error}"))),
        }
    }

    fn ca_file(&self) -> Result<Option<PathBuf>, ConfigError> {
        if let Some(file) = &self.options.ca_file {
            return Ok(Some(file.clone()));
        }
        let variable = variable(self.lookup, "WDT_CA_FILE")?.map(PathBuf::from);
        Ok(variable.or_else(|| self.profile.ca_file.clone()))
    }
}
