//! The account, from options, environment and configuration file.

mod file;
mod setting;
mod setup;
mod sources;
#[cfg(test)]
mod tests;

use std::env;
use std::ffi::OsString;
use std::fmt::Display;
use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};

use self::file::{File, profile_name, warn_if_readable_by_others};
use self::setting::variable_of;
pub use self::setting::{Setting, entered, variables};
pub use self::setup::Slot;
use self::sources::Source;
use crate::erp::Account;
use crate::files::OutputFormat;
use crate::language::say;
use crate::pace::RateLimit;

/// Whom to call, and how the profile wants it done.
#[derive(Debug)]
pub struct Configured {
    pub account: Account,
    pub rate: Option<RateLimit>,
    pub workers: Option<NonZeroUsize>,
    /// Of the profile, whosever account is called.
    pub output_format: Option<OutputFormat>,
    /// Where each setting came from, for people.
    pub origins: String,
    pub warnings: Vec<String>,
}

/// Why there is no account to call for. Holds nothing of a secret.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub struct ConfigError(String);

impl ConfigError {
    /// What is wrong with what stands in one place.
    fn at(place: &str, error: impl Display) -> Self {
        ConfigError(say!("config-at", place = place, why = error.to_string()))
    }
}

/// The value of an environment variable.
pub type Lookup<'a> = &'a dyn Fn(&str) -> Option<OsString>;

/// A variable's value; empty counts as not set.
fn variable(lookup: Lookup<'_>, name: &str) -> Option<OsString> {
    lookup(name).filter(|value| !value.is_empty())
}

/// For each setting an option comes before the environment, that before the profile, and that before
/// the default; but a profile that is named by an option comes before the environment.
///
/// # Errors
///
/// If something is missing or cannot be right as it stands, or if environment and profile name two
/// accounts and the one that comes first does not give everything that the other does.
pub fn load(
    profile: Option<&str>,
    endpoint: Option<&str>,
    config: Option<&Path>,
    ca_file: Option<&Path>,
    lookup: Lookup<'_>,
) -> Result<Configured, ConfigError> {
    let mut warnings = Vec::new();
    let file = File::open(config, lookup, true)?;
    warn_if_readable_by_others(&file.path, &mut warnings);
    let (stored, place) = file.profile(profile_name(profile, lookup).as_deref())?;
    let mut first = Source::read(
        |key| {
            let value = variable(lookup, &variable_of(key))?;
            Some(value.to_string_lossy().into_owned().into())
        },
        |key| say!("config-in-environment", name = variable_of(key)),
        Path::new(""),
        &mut warnings,
    )?;
    let mut second = Source::read(
        |key| stored.text(key),
        |key| say!("config-in-profile", key = key, place = place.as_str()),
        file.directory(),
        &mut warnings,
    )?;
    let is_profile_first = profile.is_some();
    if is_profile_first {
        std::mem::swap(&mut first, &mut second);
    }
    let are_two = first.names_another_account_than(&second);
    if let Some(endpoint) = endpoint {
        first.give(Setting::Endpoint, endpoint, "--endpoint".to_owned());
    }
    first.ca_file = ca_file.map(Path::to_owned).or(first.ca_file);
    let all = first.completed(second, are_two)?;
    // The quota is the account's.
    let is_paced = is_profile_first || !are_two;
    Ok(Configured {
        account: all.account(&place)?,
        origins: all.origins(),
        rate: stored.rate.filter(|_| is_paced),
        workers: stored.workers.filter(|_| is_paced),
        output_format: stored.output_format,
        warnings,
    })
}

/// Where what is remembered from run to run is kept, if there is such a place.
pub fn state_directory() -> Option<PathBuf> {
    user_directory("XDG_STATE_HOME", ".local/state")
}

/// This program's directory in the one that the variable names, or else in the usual one of the home
/// directory, which there need not be.
fn user_directory(variable: &str, usual: &str) -> Option<PathBuf> {
    let (variable, usual) = if cfg!(windows) {
        ("APPDATA", "AppData/Roaming")
    } else {
        (variable, usual)
    };
    let named = env::var_os(variable).map(PathBuf::from);
    let home = || env::home_dir().filter(|home| home.is_absolute());
    let directory = named
        .filter(|path| path.is_absolute())
        .or_else(|| Some(home()?.join(usual)))?;
    Some(directory.join("wdt-flags"))
}
