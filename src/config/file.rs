//! The configuration file: one profile a section, and the secret or the file that holds it.

use std::collections::BTreeMap;
use std::fs;
use std::io::{self, ErrorKind};
use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};

use encoding_rs::{Encoding, UTF_8};
use serde::{Deserialize, Deserializer, de::Error};
use zeroize::Zeroizing;

use super::{ConfigError, Lookup, user_directory, variable};
use crate::files::OutputFormat;
use crate::language::say;
use crate::pace::{MAX_WORKERS, RateLimit};
use crate::text::all;

pub const DEFAULT_PROFILE: &str = "default";

type Text = Option<Zeroizing<String>>;

#[derive(Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Profile {
    sid: Text,
    app_key: Text,
    app_secret: Text,
    app_secret_file: Text,
    endpoint: Text,
    ca_file: Text,
    #[serde(default, deserialize_with = "rate")]
    pub rate: Option<RateLimit>,
    #[serde(default, deserialize_with = "workers")]
    pub workers: Option<NonZeroUsize>,
    #[serde(default, deserialize_with = "output_format")]
    pub output_format: Option<OutputFormat>,
}

impl Profile {
    /// The text that a key has.
    pub fn text(&self, key: &str) -> Text {
        match key {
            "sid" => self.sid.clone(),
            "app_key" => self.app_key.clone(),
            "app_secret" => self.app_secret.clone(),
            "app_secret_file" => self.app_secret_file.clone(),
            "endpoint" => self.endpoint.clone(),
            "ca_file" => self.ca_file.clone(),
            _ => None,
        }
    }
}

fn rate<'de, D: Deserializer<'de>>(from: D) -> Result<Option<RateLimit>, D::Error> {
    let rate = String::deserialize(from)?.parse::<RateLimit>().map(Some);
    rate.map_err(|why| D::Error::custom(ConfigError::at("rate", why)))
}

fn workers<'de, D: Deserializer<'de>>(from: D) -> Result<Option<NonZeroUsize>, D::Error> {
    match NonZeroUsize::new(usize::deserialize(from)?) {
        Some(workers) if workers.get() <= MAX_WORKERS => Ok(Some(workers)),
        _ => Err(D::Error::custom(say!("config-workers", most = MAX_WORKERS))),
    }
}

fn output_format<'de, D: Deserializer<'de>>(from: D) -> Result<Option<OutputFormat>, D::Error> {
    let format = String::deserialize(from)?.parse().map(Some);
    format.map_err(|()| D::Error::custom(say!("config-output-format")))
}

/// The file as it is read; without text where there is none.
pub struct File {
    /// Empty where there is neither a name nor a home directory.
    pub path: PathBuf,
    pub text: Zeroizing<String>,
    profiles: BTreeMap<String, Profile>,
}

impl File {
    /// The file that an option or the environment names, which must be there if it is `needed`, or
    /// the usual one.
    pub fn open(
        config: Option<&Path>,
        lookup: Lookup<'_>,
        needed: bool,
    ) -> Result<File, ConfigError> {
        let named = config.map(Path::to_owned);
        let named = named.or_else(|| variable(lookup, "WDT_CONFIG").map(PathBuf::from));
        let needed = needed && named.is_some();
        let usual = || Some(user_directory("XDG_CONFIG_HOME", ".config")?.join("config.toml"));
        let path = named.or_else(usual).unwrap_or_default();
        let text = match read(&path) {
            Err(error) if error.kind() == ErrorKind::NotFound && !needed => Zeroizing::default(),
            read => read.map_err(|error| unreadable(&path, &say!("config-file"), &error))?,
        };
        // The error's `Display` shows the line, and with it perhaps the secret.
        let profiles = toml_edit::de::from_str(&text).map_err(|error| {
            let at = error.span().map(|span| position(&text, span.start));
            let place = format!("{}{}", path.display(), at.unwrap_or_default());
            ConfigError::at(&place, without_value(error.message()))
        })?;
        Ok(File {
            path,
            text,
            profiles,
        })
    }

    /// Where files that are named in it are looked for.
    pub fn directory(&self) -> &Path {
        self.path.parent().unwrap_or(Path::new(""))
    }

    pub fn find(&self, profile: &str) -> Option<&Profile> {
        self.profiles.get(profile)
    }

    /// A profile and its place, for messages. One that is named must be there.
    pub fn profile(&self, named: Option<&str>) -> Result<(Profile, String), ConfigError> {
        let name = named.unwrap_or(DEFAULT_PROFILE);
        let file = self.path.display().to_string();
        match self.profiles.get(name) {
            None if named.is_some() => {
                let others: Vec<_> = self.profiles.keys().cloned().collect();
                Err(ConfigError(say!(
                    "config-no-profile",
                    profile = name,
                    file = file,
                    count = others.len(),
                    others = all(&others)
                )))
            }
            found => {
                let place = say!("config-profile", profile = name, file = file);
                Ok((found.cloned().unwrap_or_default(), place))
            }
        }
    }
}

/// The name that an option or the environment gives.
pub fn profile_name(profile: Option<&str>, lookup: Lookup<'_>) -> Option<String> {
    let named = || {
        Some(
            variable(lookup, "WDT_PROFILE")?
                .to_string_lossy()
                .into_owned(),
        )
    };
    profile.map(str::to_owned).or_else(named)
}

/// The secret in the file that `origin` names.
pub fn read_secret(
    path: &Path,
    origin: &str,
    warnings: &mut Vec<String>,
) -> Result<Zeroizing<String>, ConfigError> {
    warn_if_readable_by_others(path, warnings);
    read(path).map_err(|error| unreadable(path, origin, &error))
}

fn unreadable(path: &Path, origin: &str, error: &io::Error) -> ConfigError {
    ConfigError(say!(
        "config-unreadable",
        origin = origin,
        path = path.display().to_string(),
        why = error.to_string()
    ))
}

/// The text of a file in UTF-8, or with a byte order mark, as Notepad and PowerShell put one before
/// it, in UTF-16.
fn read(path: &Path) -> io::Result<Zeroizing<String>> {
    let bytes = Zeroizing::new(fs::read(path)?);
    let (encoding, mark) = Encoding::for_bom(&bytes).unwrap_or((UTF_8, 0));
    let text = encoding.decode_without_bom_handling_and_without_replacement(&bytes[mark..]);
    let not_text = || io::Error::new(ErrorKind::InvalidData, say!("config-not-utf8"));
    Ok(Zeroizing::new(text.ok_or_else(not_text)?.into_owned()))
}

/// A parser's message without the value it found, which may be the secret in a wrong place.
fn without_value(message: &str) -> String {
    match message.split_once(", expected ") {
        Some((what, expected)) if what.starts_with("invalid ") => match expected {
            "struct Profile" => say!("config-expected-profile"),
            "a string" => say!("config-expected-string"),
            expected => say!("config-expected", what = expected),
        },
        _ => message.to_owned(),
    }
}

/// Line and column of the byte `at`.
fn position(text: &str, at: usize) -> String {
    let before = text.get(..at).unwrap_or(text);
    let line = before.matches('\n').count() + 1;
    let column = before
        .rsplit('\n')
        .next()
        .unwrap_or_default()
        .chars()
        .count()
        + 1;
    format!(":{line}:{column}")
}

/// On other systems files in a user's own directories are private by default.
pub fn warn_if_readable_by_others(path: &Path, warnings: &mut Vec<String>) {
    #[cfg(unix)]
    if let Ok(found) = fs::metadata(path)
        && std::os::unix::fs::MetadataExt::mode(&found) & 0o077 != 0
    {
        let path = path.display().to_string();
        warnings.push(say!("config-readable-by-others", path = path));
    }
    #[cfg(not(unix))]
    let _ = (path, warnings);
}
