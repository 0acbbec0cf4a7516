//! The account, the endpoint and whom to trust, from options, environment and configuration file.

mod credential;
mod error;
mod file;
mod setup;
mod sources;
#[cfg(test)]
mod tests;

use std::ffi::OsString;
use std::num::NonZeroUsize;
use std::path::PathBuf;

use zeroize::Zeroizing;

pub use self::credential::CredentialFault;
pub use self::error::{ConfigError, Setting};
use self::file::Profile;
pub use self::setup::{Entered, Slot, entered};
use self::sources::Given;
use crate::erp::{Account, AppSecret, Endpoint};
use crate::files::OutputFormat;
use crate::language::say;
use crate::pace::RateLimit;
use crate::text::all;

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
    /// Of the profile.
    pub rate: Option<RateLimit>,
    /// Of the profile.
    pub workers: Option<NonZeroUsize>,
    /// Of the profile, whosever account is called.
    pub output_format: Option<OutputFormat>,
    /// Where each setting came from, for people.
    pub origins: String,
    pub warnings: Vec<String>,
}

pub fn from_environment(options: &AccountOptions) -> Result<Resolved, ConfigError> {
    resolve(options, &|name| std::env::var_os(name))
}

type Lookup<'a> = &'a dyn Fn(&'static str) -> Option<OsString>;

/// An option comes before the environment, that before the profile, and that before the default;
/// but a profile that the command line names comes before the environment.
fn resolve(options: &AccountOptions, lookup: Lookup<'_>) -> Result<Resolved, ConfigError> {
    let named = match &options.profile {
        Some(name) => Some(name.clone()),
        None => variable(lookup, "WDT_PROFILE")?,
    };
    let loaded = file::load(options.config.as_deref(), named.as_deref())?;
    let environment = of_environment(lookup)?;
    let profile = of_profile(&loaded.profile, &loaded.place);
    let by_option = of_option(options);
    let profile_first = options.profile.is_some();
    let (first, second) = match profile_first {
        true => (&profile, &environment),
        false => (&environment, &profile),
    };
    // The quota is the account's.
    let is_profiles = profile_first || !environment.names_another_account_than(&profile);
    let given = by_option.or(first)?.or(second)?;
    given.check()?;
    let in_environment = variable(lookup, "WDT_CA_FILE")?.map(PathBuf::from);
    let in_profile = loaded.profile.ca_file;
    let ca_file = match profile_first {
        true => in_profile.or(in_environment),
        false => in_environment.or(in_profile),
    };
    Ok(Resolved {
        account: account(&given, &loaded.place, options.ca_file.clone().or(ca_file))?,
        rate: loaded.profile.rate.filter(|_| is_profiles),
        workers: loaded.profile.workers.filter(|_| is_profiles),
        output_format: loaded.profile.output_format,
        origins: origins(&given),
        warnings: loaded.warnings,
    })
}

/// An environment variable; empty counts as not set.
fn variable(lookup: Lookup<'_>, name: &'static str) -> Result<Option<String>, ConfigError> {
    let value = lookup(name).filter(|value| !value.is_empty());
    let text = value.map(OsString::into_string).transpose();
    text.map_err(|_| ConfigError::Other(say!("config-variable-not-utf8", name = name)))
}

fn of_environment(lookup: Lookup<'_>) -> Result<Given, ConfigError> {
    let mut given = Given::default();
    for (setting, name) in [
        (Setting::Sid, "WDT_SID"),
        (Setting::AppKey, "WDT_APP_KEY"),
        (Setting::AppSecret, "WDT_APP_SECRET"),
        (Setting::Endpoint, "WDT_ENDPOINT"),
    ] {
        if let Some(value) = variable(lookup, name)?.map(Zeroizing::new) {
            given.set(setting, &value, say!("config-in-environment", name = name));
        }
    }
    Ok(given)
}

fn of_profile(profile: &Profile, place: &str) -> Given {
    let secret_key = match profile.app_secret_file {
        Some(_) => "app_secret_file",
        None => "app_secret",
    };
    let secret = profile.app_secret.as_ref().map(|secret| secret.as_str());
    let mut given = Given::default();
    for (setting, key, value) in [
        (Setting::Sid, "sid", profile.sid.as_deref()),
        (Setting::AppKey, "app_key", profile.app_key.as_deref()),
        (Setting::AppSecret, secret_key, secret),
        (Setting::Endpoint, "endpoint", profile.endpoint.as_deref()),
    ] {
        if let Some(value) = value {
            given.set(
                setting,
                value,
                say!("config-in-profile", key = key, place = place),
            );
        }
    }
    given
}

fn of_option(options: &AccountOptions) -> Given {
    let mut given = Given::default();
    if let Some(endpoint) = &options.endpoint {
        given.set(Setting::Endpoint, endpoint, "--endpoint".to_owned());
    }
    given
}

fn account(given: &Given, place: &str, ca_file: Option<PathBuf>) -> Result<Account, ConfigError> {
    let sid = given.get(Setting::Sid);
    let app_key = given.get(Setting::AppKey);
    let secret = given.get(Setting::AppSecret);
    let (Some(sid), Some(app_key), Some(secret)) = (sid, app_key, secret) else {
        let parts = [Setting::Sid, Setting::AppKey, Setting::AppSecret].into_iter();
        let missing = parts.filter(|&part| given.get(part).is_none());
        let missing: Vec<_> = missing.map(|part| part.to_string()).collect();
        return Err(ConfigError::Other(say!(
            "config-incomplete",
            missing = all(&missing),
            place = place
        )));
    };
    Ok(Account {
        sid: sid.value.to_string(),
        app_key: app_key.value.to_string(),
        secret: AppSecret::parse(&secret.value)
            .map_err(|error| ConfigError::at(&secret.origin, &error))?,
        endpoint: endpoint(given)?,
        ca_file,
        stand_in: false,
    })
}

fn endpoint(given: &Given) -> Result<Endpoint, ConfigError> {
    let Some(given) = given.get(Setting::Endpoint) else {
        return Ok(Endpoint::production());
    };
    let endpoint = given.value.parse::<Endpoint>();
    endpoint.map_err(|error| ConfigError::at(&given.origin, &error))
}

/// Where each setting comes from.
fn origins(given: &Given) -> String {
    let origin = |setting| match given.get(setting) {
        Some(given) => given.origin.clone(),
        None => say!("config-default"),
    };
    say!(
        "config-origins",
        sid = origin(Setting::Sid),
        app_key = origin(Setting::AppKey),
        app_secret = origin(Setting::AppSecret),
        endpoint = origin(Setting::Endpoint)
    )
}
