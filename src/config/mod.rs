//! The account, from options, environment and configuration file.
//!
//! An error is what people are told, and holds nothing of a secret.

mod file;
mod robot;
mod setting;
mod setup;
#[cfg(test)]
mod tests;

use std::env;
use std::ffi::OsString;
use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};

use zeroize::Zeroizing;

pub use self::file::DEFAULT_PROFILE;
use self::file::{File, profile_name, read, readable_by_others};
pub use self::robot::{RobotConfig, robot};
use self::setting::{SECRET_FILE, check, trimmed, variable_of};
pub use self::setting::{SETTINGS, entered, name, variables};
pub use self::setup::Slot;
use crate::cli::AccountArgs;
use crate::erp::{Account, AppSecret, Endpoint};
use crate::files::OutputFormat;
use crate::language::say;
use crate::pace::RateLimit;
use crate::text::all;

#[derive(Debug)]
pub struct Configured {
    pub account: Account,
    pub rate: Option<RateLimit>,
    pub workers: Option<NonZeroUsize>,
    /// Of the profile, whosever account is called.
    pub output_format: Option<OutputFormat>,
    /// The account's, as the profile lists them; empty: any.
    pub flags: Vec<String>,
    pub origins: String,
    pub warnings: Vec<String>,
}

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
/// accounts and the one that comes first does not give everything that the other does. It is within
/// if no account is given anywhere.
pub fn find(args: &AccountArgs, lookup: Lookup<'_>) -> Result<Result<Configured, String>, String> {
    let mut warnings = Vec::new();
    let file = File::open(args.config.as_deref(), lookup, true)?;
    let mut all_profiles = file.profiles.values();
    if all_profiles.any(|profile| profile.text("app_secret").is_some()) {
        warnings.extend(readable_by_others(&file.path));
    }
    let directory = file.path.parent().unwrap_or(Path::new(""));
    let named = profile_name(args.profile.as_deref(), lookup);
    let profile = named.as_deref().unwrap_or(DEFAULT_PROFILE);
    let path = file.path.display().to_string();
    let is_there = file.profiles.contains_key(profile);
    let no_profile = || {
        if file.path.as_os_str().is_empty() {
            return say!("config-no-home");
        }
        let others: Vec<_> = file.profiles.keys().cloned().collect();
        say!(
            "config-no-profile",
            profile = profile,
            file = path.as_str(),
            count = others.len(),
            others = all(&others)
        )
    };
    if !is_there && named.is_some() {
        return Err(no_profile());
    }
    let stored = file.profiles.get(profile).cloned().unwrap_or_default();
    let place = say!("config-profile", profile = profile, file = path.as_str());
    let in_environment = given(
        |key| {
            let value = variable(lookup, &variable_of(key))?;
            Some(value.to_string_lossy().into_owned().into())
        },
        |key| say!("config-in-environment", name = variable_of(key)),
        Path::new(""),
        &mut warnings,
    )?;
    // The file has accounts, and none was chosen.
    let is_given = in_environment.iter().any(|it| it.key != "endpoint");
    if !is_there && !is_given && !file.profiles.is_empty() {
        return Ok(Err(no_profile()));
    }
    let in_profile = given(
        |key| stored.text(key),
        |key| say!("config-in-profile", key = key, place = place.as_str()),
        directory,
        &mut warnings,
    )?;
    let mut places = [in_environment, in_profile];
    let mut ca_files = [
        variable(lookup, "WDT_CA_FILE").map(PathBuf::from),
        stored.text("ca_file").map(|path| directory.join(&*path)),
    ];
    let is_profile_first = args.profile.is_some();
    if is_profile_first {
        places.reverse();
        ca_files.reverse();
    }
    let [mut first, second] = places;
    let option = args.endpoint.as_deref();
    let option = option.map(|it| Given::new("endpoint", it, "--endpoint".into()));
    first.extend(option.and_then(Given::unless_empty));
    // An endpoint is nobody's own.
    let are_two = first.iter().filter(|one| one.key != "endpoint").any(|one| {
        let other = given_as(&second, one.key);
        other.is_some_and(|other| other.text != one.text)
    });
    let is_added = |other: &&Given| given_as(&first, other.key).is_none();
    let added = second.iter().find(is_added);
    if are_two && let (Some(one), Some(other)) = (first.first(), added) {
        return Err(say!(
            "config-mixed",
            one = name(one.key),
            one_origin = one.origin.as_str(),
            other = name(other.key),
            other_origin = other.origin.as_str()
        ));
    }
    let settings = SETTINGS.map(|key| given_as(&first, key).or_else(|| given_as(&second, key)));
    let origins = SETTINGS.into_iter().zip(settings).map(|(key, given)| {
        let origin = given.map_or_else(|| say!("config-default"), |it| it.origin.clone());
        say!("config-origin", setting = name(key), origin = origin)
    });
    let ca_files = [args.ca_file.clone()].into_iter().chain(ca_files);
    // The quota is the account's.
    let is_paced = is_profile_first || !are_two;
    let account = account(settings, ca_files.flatten().next(), &place);
    let is_given = named.is_some() || settings[..3].iter().any(Option::is_some);
    let account = match account {
        Err(why) if !is_given => return Ok(Err(why)),
        account => account?,
    };
    Ok(Ok(Configured {
        account,
        rate: stored.rate.filter(|_| is_paced),
        workers: stored.workers.filter(|_| is_paced),
        output_format: stored.output_format,
        flags: if is_paced { stored.flags } else { Vec::new() },
        origins: all(&origins.collect::<Vec<_>>()),
        warnings,
    }))
}

/// The account, if nothing is missing and all can be right. `place` is that of the profile.
fn account(
    settings: [Option<&Given>; 4],
    ca_file: Option<PathBuf>,
    place: &str,
) -> Result<Account, String> {
    for given in settings.into_iter().flatten() {
        check(given.key, &given.text, &given.origin)?;
    }
    let [Some(sid), Some(app_key), Some(secret), endpoint] = settings else {
        let own = SETTINGS.into_iter().zip(settings).take(3);
        let missing = own.filter(|(_, given)| given.is_none());
        let missing: Vec<_> = missing.map(|(key, _)| name(key)).collect();
        let missing = all(&missing);
        return Err(say!("config-incomplete", missing = missing, place = place));
    };
    let endpoint = endpoint.map(|it| it.text.parse().map_err(|error| at(&it.origin, error)));
    Ok(Account {
        sid: sid.text.to_string(),
        app_key: app_key.text.to_string(),
        secret: AppSecret::parse(&secret.text).map_err(|error| at(&secret.origin, error))?,
        endpoint: endpoint.transpose()?.unwrap_or_else(Endpoint::production),
        ca_file,
        stand_in: false,
    })
}

struct Given {
    key: &'static str,
    text: Zeroizing<String>,
    origin: String,
}

impl Given {
    /// A value without what pasting leaves around it.
    fn new(key: &'static str, text: &str, origin: String) -> Given {
        let text = Zeroizing::new(trimmed(text).to_owned());
        Given { key, text, origin }
    }

    /// An empty value counts as not given; a file that is named and empty does not.
    fn unless_empty(self) -> Option<Given> {
        Some(self).filter(|given| !given.text.is_empty())
    }
}

/// The last one counts.
fn given_as<'g>(settings: &'g [Given], key: &str) -> Option<&'g Given> {
    settings.iter().rfind(|given| given.key == key)
}

/// What one place gives, which has a `text` of each key and an `origin` to be named by. The file
/// with the secret is looked for in the directory.
fn given(
    text: impl Fn(&str) -> Option<Zeroizing<String>>,
    origin: impl Fn(&str) -> String,
    directory: &Path,
    warnings: &mut Vec<String>,
) -> Result<Vec<Given>, String> {
    let mut settings = Vec::new();
    for key in SETTINGS {
        let value = text(key).map(|text| Given::new(key, &text, origin(key)));
        settings.extend(value.and_then(Given::unless_empty));
        if key == "app_secret"
            && let Some(path) = text(SECRET_FILE)
        {
            let other = origin(SECRET_FILE);
            if let Some(given) = given_as(&settings, key) {
                let one = given.origin.as_str();
                return Err(say!("config-two-secrets", one = one, other = other));
            }
            let path = directory.join(&*path);
            let secret = read(&path, &other)?;
            warnings.extend(readable_by_others(&path));
            settings.push(Given::new(key, &secret, other));
        }
    }
    Ok(settings)
}

fn at(place: &str, why: impl ToString) -> String {
    say!("config-at", place = place, why = why.to_string())
}

/// The names of all profiles.
pub fn profiles(lookup: Lookup<'_>) -> Result<Vec<String>, String> {
    Ok(File::open(None, lookup, true)?
        .profiles
        .into_keys()
        .collect())
}

/// Whether variables choose an account, or a part of one.
pub fn is_given_by_environment(lookup: Lookup<'_>) -> bool {
    profile_name(None, lookup).is_some() || variables().any(|it| variable(lookup, &it).is_some())
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
    let is_absolute = |path: &PathBuf| path.is_absolute();
    let named = env::var_os(variable).map(PathBuf::from).filter(is_absolute);
    let home = || Some(env::home_dir().filter(is_absolute)?.join(usual));
    Some(named.or_else(home)?.join("wdt-flags"))
}
