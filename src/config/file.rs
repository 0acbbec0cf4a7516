//! The configuration file: one profile a section, and the secret or the file that holds it.

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};

use encoding_rs::{Encoding, UTF_8};
use etcetera::{BaseStrategy, choose_base_strategy};
use serde::{Deserialize, Deserializer, de};
use zeroize::Zeroizing;

use super::error::ConfigError;
use crate::files::OutputFormat;
use crate::language::say;
use crate::pace::{MAX_WORKERS, RateLimit};
use crate::text::all;

pub(super) const DEFAULT_PROFILE: &str = "default";

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Profile {
    pub(super) sid: Option<String>,
    pub(super) app_key: Option<String>,
    /// Once loaded, the content of `app_secret_file` if that is given.
    #[serde(default, deserialize_with = "secret_text")]
    pub(super) app_secret: Option<Zeroizing<String>>,
    pub(super) app_secret_file: Option<PathBuf>,
    pub(super) endpoint: Option<String>,
    pub(super) ca_file: Option<PathBuf>,
    #[serde(default, deserialize_with = "rate")]
    pub(super) rate: Option<RateLimit>,
    #[serde(default, deserialize_with = "workers")]
    pub(super) workers: Option<NonZeroUsize>,
    #[serde(default, deserialize_with = "output_format")]
    pub(super) output_format: Option<OutputFormat>,
}

/// serde's own error would repeat the value, which may be the secret without its quotes.
fn secret_text<'de, D: Deserializer<'de>>(from: D) -> Result<Option<Zeroizing<String>>, D::Error> {
    match toml::Value::deserialize(from)? {
        toml::Value::String(text) => Ok(Some(Zeroizing::new(text))),
        _ => Err(de::Error::custom(say!("config-secret-no-string"))),
    }
}

fn rate<'de, D: Deserializer<'de>>(from: D) -> Result<Option<RateLimit>, D::Error> {
    let text = String::deserialize(from)?;
    text.parse::<RateLimit>().map(Some).map_err(|error| {
        de::Error::custom(say!("config-at", place = "rate", why = error.to_string()))
    })
}

fn workers<'de, D: Deserializer<'de>>(from: D) -> Result<Option<NonZeroUsize>, D::Error> {
    let workers = usize::deserialize(from)?;
    NonZeroUsize::new(workers)
        .filter(|workers| workers.get() <= MAX_WORKERS)
        .map(Some)
        .ok_or_else(|| de::Error::custom(say!("config-workers", most = MAX_WORKERS)))
}

fn output_format<'de, D: Deserializer<'de>>(from: D) -> Result<Option<OutputFormat>, D::Error> {
    let text = String::deserialize(from)?;
    text.parse()
        .map(Some)
        .map_err(|()| de::Error::custom(say!("config-output-format")))
}

pub(super) struct Loaded {
    pub(super) profile: Profile,
    /// Where it stands, for messages.
    pub(super) place: String,
    pub(super) warnings: Vec<String>,
}

/// The profile named, or the default one if there is one. A `path` that is given must exist.
pub(super) fn load(path: Option<&Path>, named: Option<&str>) -> Result<Loaded, ConfigError> {
    let mut warnings = Vec::new();
    let file = path.map(Path::to_owned).or_else(default_path);
    let (profiles, shown) = match &file {
        Some(file) => {
            let profiles = parse(file, path.is_some(), &mut warnings)?;
            (profiles, file.display().to_string())
        }
        None => (Profiles::new(), say!("config-file")),
    };
    let mut profile = select(profiles, &shown, named)?;
    let place = say!(
        "config-profile",
        profile = named.unwrap_or(DEFAULT_PROFILE),
        file = shown
    );
    let directory = file.as_deref().and_then(Path::parent);
    let directory = directory.unwrap_or(Path::new(""));
    if let Some(secret_file) = &profile.app_secret_file {
        if profile.app_secret.is_some() {
            return Err(ConfigError::Other(say!(
                "config-two-secrets",
                place = place
            )));
        }
        profile.app_secret = Some(secret(directory.join(secret_file), &place, &mut warnings)?);
    }
    profile.ca_file = profile.ca_file.map(|file| directory.join(file));
    Ok(Loaded {
        profile,
        place,
        warnings,
    })
}

fn secret(
    path: PathBuf,
    place: &str,
    warnings: &mut Vec<String>,
) -> Result<Zeroizing<String>, ConfigError> {
    warn_if_readable_by_others(&path, warnings);
    read(&path).map_err(|error| {
        ConfigError::Other(say!(
            "config-secret-unreadable",
            path = path.display().to_string(),
            place = place,
            why = error.to_string()
        ))
    })
}

pub(super) fn default_path() -> Option<PathBuf> {
    let base = choose_base_strategy().ok()?;
    Some(base.config_dir().join("wdt-flags").join("config.toml"))
}

pub(super) type Profiles = BTreeMap<String, Profile>;

fn parse(
    path: &Path,
    must_exist: bool,
    warnings: &mut Vec<String>,
) -> Result<Profiles, ConfigError> {
    let Some(text) = text(path, must_exist)? else {
        return Ok(Profiles::new());
    };
    warn_if_readable_by_others(path, warnings);
    profiles(&text, path)
}

/// The file's text; `None` if there is none and need be none.
pub(super) fn text(
    path: &Path,
    must_exist: bool,
) -> Result<Option<Zeroizing<String>>, ConfigError> {
    match read(path) {
        Ok(text) => Ok(Some(text)),
        Err(error) if error.kind() == io::ErrorKind::NotFound && !must_exist => Ok(None),
        Err(error) => Err(ConfigError::Other(say!(
            "config-unreadable",
            path = path.display().to_string(),
            why = error.to_string()
        ))),
    }
}

/// The profiles that the text of the file at `path` holds.
pub(super) fn profiles(text: &str, path: &Path) -> Result<Profiles, ConfigError> {
    let shown = path.display();
    // The error's `Display` shows the line, and with it perhaps the secret.
    toml::from_str(text).map_err(|error| {
        let start = error.span().map(|span| position(text, span.start));
        let position = start.unwrap_or_default();
        let message = without_value(error.message());
        ConfigError::Other(say!(
            "config-at",
            place = format!("{shown}{position}"),
            why = message
        ))
    })
}

fn select(mut profiles: Profiles, file: &str, named: Option<&str>) -> Result<Profile, ConfigError> {
    match (profiles.remove(named.unwrap_or(DEFAULT_PROFILE)), named) {
        (Some(profile), _) => Ok(profile),
        (None, None) => Ok(Profile::default()),
        (None, Some(name)) => {
            let others: Vec<_> = profiles.into_keys().collect();
            Err(ConfigError::Other(match others[..] {
                [] => say!("config-no-profile", profile = name, file = file),
                _ => say!(
                    "config-other-profiles",
                    profile = name,
                    file = file,
                    others = all(&others)
                ),
            }))
        }
    }
}

/// The text of a file in UTF-8, or with a byte order mark, as Notepad and PowerShell put one before
/// it, in UTF-16.
fn read(path: &Path) -> io::Result<Zeroizing<String>> {
    let bytes = Zeroizing::new(fs::read(path)?);
    let (encoding, mark) = Encoding::for_bom(&bytes).unwrap_or((UTF_8, 0));
    let text = encoding.decode_without_bom_handling_and_without_replacement(&bytes[mark..]);
    let text =
        text.ok_or_else(|| io::Error::new(io::ErrorKind::InvalidData, say!("config-not-utf8")))?;
    Ok(Zeroizing::new(text.into_owned()))
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
    let start = before.rfind('\n').map_or(0, |end| end + 1);
    let column = before[start..].chars().count() + 1;
    format!(":{line}:{column}")
}

#[cfg(unix)]
fn warn_if_readable_by_others(path: &Path, warnings: &mut Vec<String>) {
    use std::os::unix::fs::PermissionsExt;

    if let Ok(metadata) = fs::metadata(path)
        && metadata.permissions().mode() & 0o077 != 0
    {
        warnings.push(say!(
            "config-readable-by-others",
            path = path.display().to_string()
        ));
    }
}

/// Elsewhere files in a user's own directories are private by default.
#[cfg(not(unix))]
fn warn_if_readable_by_others(_path: &Path, _warnings: &mut Vec<String>) {}
