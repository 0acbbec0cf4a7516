//! Who calls, and where to: resolved from options, environment and configuration file.

use std::fmt;
use std::fs;
use std::path::{Path, PathBuf};

use etcetera::{BaseStrategy, choose_base_strategy};
use serde::{Deserialize, Deserializer, de};
use zeroize::Zeroizing;

use crate::erp::{Account, AppSecret, Endpoint, EndpointError};

/// The profile taken when none is named.
const DEFAULT_PROFILE: &str = "default";

/// What the command line says about the account.
#[derive(Clone, Debug, Default)]
pub struct Choice {
    /// `--endpoint`.
    pub endpoint: Option<String>,
    /// `--profile`.
    pub profile: Option<String>,
    /// `--config`.
    pub config: Option<PathBuf>,
    /// `--ca-file`.
    pub ca_file: Option<PathBuf>,
}

/// Everything needed to call the ERP.
#[derive(Debug)]
pub struct Resolved {
    /// Who calls.
    pub account: Account,
    /// Where to.
    pub endpoint: Endpoint,
    /// A file of certificate authorities to trust besides the built-in ones.
    pub ca_file: Option<PathBuf>,
    /// Which of the places each piece came from, for people.
    pub origins: String,
    /// What should be mended about the configuration.
    pub warnings: Vec<String>,
}

/// Why the account is not known. None of these holds any of the secret.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    /// The file cannot be read.
    #[error("cannot read the configuration file `{path}`: {source}")]
    Read {
        /// The file.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// The file with the secret cannot be read.
    #[error("cannot read `{path}`, which app_secret_file in {place} names: {source}")]
    SecretFile {
        /// The file.
        path: PathBuf,
        /// The profile that names it.
        place: String,
        /// Why.
        source: std::io::Error,
    },
    /// The profile holds the secret twice.
    #[error("give app_secret or app_secret_file, not both, in {place}")]
    TwoSecrets {
        /// The profile.
        place: String,
    },
    /// The file is not what it should be.
    #[error("{path}{place}: {message}")]
    Syntax {
        /// The file.
        path: PathBuf,
        /// Line and column, if known.
        place: String,
        /// What is wrong there.
        message: String,
    },
    /// The profile asked for is not there.
    #[error("there is no profile `{profile}` in {file}{known}")]
    NoProfile {
        /// The profile.
        profile: String,
        /// Where it was looked for.
        file: String,
        /// The profiles that are there.
        known: String,
    },
    /// Pieces are missing.
    #[error("no {} given: {}", .pieces.join(", no "), .places)]
    Missing {
        /// The pieces.
        pieces: Vec<&'static str>,
        /// Where they could have come from.
        places: String,
    },
    /// The secret is not of its form.
    #[error("{origin}: the app secret must have the form secret:salt, with neither half empty")]
    Secret {
        /// Where it came from.
        origin: String,
    },
    /// The endpoint is not of its form.
    #[error("{origin}: {source}")]
    Endpoint {
        /// Where it came from.
        origin: String,
        /// What is wrong.
        source: EndpointError,
    },
    /// An environment variable holds no text.
    #[error("the environment variable {0} is not valid UTF-8")]
    NotText(&'static str),
}

/// One account in the configuration file.
#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct Profile {
    sid: Option<String>,
    app_key: Option<String>,
    #[serde(default, deserialize_with = "hidden")]
    app_secret: Option<Zeroizing<String>>,
    app_secret_file: Option<PathBuf>,
    endpoint: Option<String>,
    ca_file: Option<PathBuf>,
}

/// Reads a text without ever repeating what stands there instead in an error.
fn hidden<'de, D: Deserializer<'de>>(from: D) -> Result<Option<Zeroizing<String>>, D::Error> {
    match toml::Value::deserialize(from)? {
        toml::Value::String(text) => Ok(Some(Zeroizing::new(text))),
        _ => Err(de::Error::custom("app_secret must be a string")),
    }
}

/// A value and where it came from.
struct Found<T> {
    value: T,
    origin: String,
}

/// The first place that has the piece.
fn first<T>(places: impl IntoIterator<Item = (Option<T>, String)>) -> Option<Found<T>> {
    places
        .into_iter()
        .find_map(|(value, origin)| value.map(|value| Found { value, origin }))
}

/// Resolves the account: option before environment before profile before default.
///
/// `env` looks up an environment variable; empty counts as not set.
///
/// # Errors
///
/// [`ConfigError`], in one message that names every place a missing piece could come from.
pub fn resolve(
    choice: &Choice,
    env: &dyn Fn(&'static str) -> Option<std::ffi::OsString>,
) -> Result<Resolved, ConfigError> {
    let env = |name: &'static str| match env(name) {
        Some(value) if !value.is_empty() => match value.into_string() {
            Ok(value) => Ok(Some(value)),
            Err(_) => Err(ConfigError::NotText(name)),
        },
        _ => Ok(None),
    };
    let mut warnings = Vec::new();
    let named = match &choice.profile {
        Some(profile) => Some(profile.clone()),
        None => env("WDT_PROFILE")?,
    };
    let name = named.as_deref().unwrap_or(DEFAULT_PROFILE);
    let path = choice.config.clone().or_else(default_path);
    let file = match &path {
        Some(path) => read(path, choice.config.is_some(), &mut warnings)?,
        None => None,
    };
    let place = match &path {
        Some(path) => format!("profile `{name}` of {}", path.display()),
        None => "the configuration file".to_owned(),
    };
    let profile = match file {
        Some(mut profiles) => match profiles.remove(name) {
            Some(profile) => profile,
            None if named.is_some() => {
                let known: Vec<_> = profiles.keys().map(String::as_str).collect();
                return Err(no_profile(name, path.as_deref(), &known));
            }
            None => Profile::default(),
        },
        None if named.is_some() => return Err(no_profile(name, path.as_deref(), &[])),
        None => Profile::default(),
    };

    let from_env = |name| format!("environment variable {name}");
    let from_profile = |key| format!("{key} in {place}");
    let sid = first([
        (env("WDT_SID")?, from_env("WDT_SID")),
        (profile.sid, from_profile("sid")),
    ]);
    let app_key = first([
        (env("WDT_APP_KEY")?, from_env("WDT_APP_KEY")),
        (profile.app_key, from_profile("app_key")),
    ]);
    if profile.app_secret.is_some() && profile.app_secret_file.is_some() {
        return Err(ConfigError::TwoSecrets { place });
    }
    let beside = |file: PathBuf| match path.as_deref().and_then(Path::parent) {
        Some(directory) => directory.join(file),
        None => file,
    };
    let in_file = match profile.app_secret_file {
        Some(file) => {
            let file = beside(file);
            warn_if_open(&file, &mut warnings);
            Some(read_secret(&file, &place)?)
        }
        None => None,
    };
    let secret = first([
        (
            env("WDT_APP_SECRET")?.map(Zeroizing::new),
            from_env("WDT_APP_SECRET"),
        ),
        (profile.app_secret, from_profile("app_secret")),
        (in_file, from_profile("app_secret_file")),
    ]);
    let endpoint = first([
        (choice.endpoint.clone(), "--endpoint".to_owned()),
        (env("WDT_ENDPOINT")?, from_env("WDT_ENDPOINT")),
        (profile.endpoint, from_profile("endpoint")),
    ]);

    let ca_file = match choice.ca_file.clone() {
        Some(file) => Some(file),
        None => env("WDT_CA_FILE")?.map(PathBuf::from),
    };
    let ca_file = ca_file.or_else(|| profile.ca_file.map(beside));

    let (Some(sid), Some(app_key), Some(secret)) = (&sid, &app_key, &secret) else {
        let pieces = [
            (sid.is_none(), "seller account (sid)"),
            (app_key.is_none(), "app key"),
            (secret.is_none(), "app secret"),
        ];
        return Err(ConfigError::Missing {
            pieces: pieces
                .into_iter()
                .filter_map(|(missing, piece)| missing.then_some(piece))
                .collect(),
            places: format!(
                "set WDT_SID, WDT_APP_KEY and WDT_APP_SECRET (as secret:salt) in the environment, or sid, app_key and app_secret (or app_secret_file) in {place}; `wdt-flags run --sandbox` needs no account"
            ),
        });
    };
    let (endpoint, endpoint_origin) = match &endpoint {
        Some(Found { value, origin }) => {
            let parsed = value.parse().map_err(|source| ConfigError::Endpoint {
                origin: origin.clone(),
                source,
            })?;
            (parsed, origin.as_str())
        }
        None => (Endpoint::production(), "default"),
    };
    Ok(Resolved {
        account: Account {
            sid: sid.value.clone(),
            app_key: app_key.value.clone(),
            app_secret: AppSecret::parse(&secret.value).map_err(|_| ConfigError::Secret {
                origin: secret.origin.clone(),
            })?,
        },
        endpoint,
        ca_file,
        origins: format!(
            "sid from {}; app key from {}; app secret from {}; endpoint from {endpoint_origin}",
            sid.origin, app_key.origin, secret.origin
        ),
        warnings,
    })
}

/// [`resolve`]s against the process's environment.
///
/// # Errors
///
/// As [`resolve`].
pub fn from_environment(choice: &Choice) -> Result<Resolved, ConfigError> {
    resolve(choice, &|name| std::env::var_os(name))
}

/// Where the configuration file is if nobody says otherwise.
fn default_path() -> Option<PathBuf> {
    let base = choose_base_strategy().ok()?;
    Some(base.config_dir().join("wdt-flags").join("config.toml"))
}

type Profiles = std::collections::BTreeMap<String, Profile>;

/// `None` if there is no file and none was asked for.
fn read(
    path: &Path,
    asked_for: bool,
    warnings: &mut Vec<String>,
) -> Result<Option<Profiles>, ConfigError> {
    let text = match fs::read_to_string(path) {
        Ok(text) => Zeroizing::new(text),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound && !asked_for => {
            return Ok(None);
        }
        Err(source) => {
            return Err(ConfigError::Read {
                path: path.to_owned(),
                source,
            });
        }
    };
    warn_if_open(path, warnings);
    match toml::from_str(&text) {
        Ok(profiles) => Ok(Some(profiles)),
        // The error's own text shows the line, and with it perhaps the secret.
        Err(error) => Err(ConfigError::Syntax {
            path: path.to_owned(),
            place: error
                .span()
                .map(|span| place(&text, span.start))
                .unwrap_or_default(),
            message: without_value(error.message()),
        }),
    }
}

/// A parser's message without the value it found, which may be the secret in a wrong place.
fn without_value(message: &str) -> String {
    match message.split_once(", expected ") {
        Some((what, expected)) if what.starts_with("invalid ") => match expected {
            "struct Profile" => "expected a [profile] of sid, app_key, …".to_owned(),
            expected => format!("expected {expected}"),
        },
        _ => message.to_owned(),
    }
}

fn place(text: &str, at: usize) -> String {
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

fn read_secret(path: &Path, place: &str) -> Result<Zeroizing<String>, ConfigError> {
    match fs::read_to_string(path) {
        Ok(text) => Ok(Zeroizing::new(text)),
        Err(source) => Err(ConfigError::SecretFile {
            path: path.to_owned(),
            place: place.to_owned(),
            source,
        }),
    }
}

fn no_profile(profile: &str, path: Option<&Path>, known: &[&str]) -> ConfigError {
    ConfigError::NoProfile {
        profile: profile.to_owned(),
        file: path.map_or_else(
            || "any configuration file".to_owned(),
            |path| path.display().to_string(),
        ),
        known: match known {
            [] => String::new(),
            known => format!("; it has: {}", known.join(", ")),
        },
    }
}

/// Warns if others than the owner can read a file that holds a secret.
#[cfg(unix)]
fn warn_if_open(path: &Path, warnings: &mut Vec<String>) {
    use std::os::unix::fs::PermissionsExt;

    if let Ok(metadata) = fs::metadata(path)
        && metadata.permissions().mode() & 0o077 != 0
    {
        let path = path.display();
        warnings.push(format!(
            "others can read `{path}`, which holds a secret; run: chmod 600 '{path}'"
        ));
    }
}

/// Elsewhere a file in a user's own directories is that user's by default.
#[cfg(not(unix))]
fn warn_if_open(_path: &Path, _warnings: &mut Vec<String>) {}

impl fmt::Debug for Profile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Profile").finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use std::ffi::OsString;

    use super::*;

    struct Place {
        directory: tempfile::TempDir,
        env: Vec<(&'static str, &'static str)>,
    }

    impl Place {
        fn new(config: &str) -> Self {
            let directory = tempfile::tempdir().expect("a directory");
            let path = directory.path().join("config.toml");
            fs::write(&path, config).expect("written");
            #[cfg(unix)]
            {
                use std::os::unix::fs::PermissionsExt;
                fs::set_permissions(&path, fs::Permissions::from_mode(0o600)).expect("set");
            }
            Place {
                directory,
                env: Vec::new(),
            }
        }

        fn env(mut self, name: &'static str, value: &'static str) -> Self {
            self.env.push((name, value));
            self
        }

        fn path(&self) -> PathBuf {
            self.directory.path().join("config.toml")
        }

        fn resolve(&self, profile: Option<&str>) -> Result<Resolved, String> {
            let choice = Choice {
                endpoint: None,
                profile: profile.map(str::to_owned),
                config: Some(self.path()),
                ca_file: None,
            };
            resolve(&choice, &|name| {
                let found = self.env.iter().find(|(known, _)| *known == name);
                found.map(|(_, value)| OsString::from(value))
            })
            .map_err(|error| error.to_string())
        }
    }

    const TWO: &str = "
        [default]
        sid = 'shop'
        app_key = 'key'
        app_secret = 'hush:salt'

        [other]
        sid = 'shop2'
        app_key = 'key2'
        app_secret = 'hush2:salt2'
        endpoint = 'test'
    ";

    #[test]
    fn a_profile_is_taken_by_name() {
        let default = Place::new(TWO).resolve(None).expect("resolved");
        assert_eq!(default.account.sid, "shop");
        assert_eq!(default.endpoint, Endpoint::production());
        let other = Place::new(TWO).resolve(Some("other")).expect("resolved");
        assert_eq!(other.account.app_key, "key2");
        assert_ne!(other.endpoint, Endpoint::production());
        let by_env = Place::new(TWO).env("WDT_PROFILE", "other");
        assert_eq!(by_env.resolve(None).expect("resolved").account.sid, "shop2");
        assert_eq!(
            by_env
                .resolve(Some("default"))
                .expect("resolved")
                .account
                .sid,
            "shop"
        );
    }

    #[test]
    fn the_environment_comes_before_the_profile() {
        let place = Place::new(TWO)
            .env("WDT_SID", "mine")
            .env("WDT_APP_KEY", "")
            .env("WDT_ENDPOINT", "http://127.0.0.1:1/openapi");
        let resolved = place.resolve(None).expect("resolved");
        assert_eq!(resolved.account.sid, "mine");
        assert_eq!(resolved.account.app_key, "key", "empty is not set");
        assert_eq!(resolved.endpoint.url(), "http://127.0.0.1:1/openapi");
        assert!(
            resolved
                .origins
                .contains("sid from environment variable WDT_SID")
        );
    }

    #[test]
    fn a_missing_piece_names_every_place() {
        let error = Place::new("[default]\nsid = 'shop'\n")
            .resolve(None)
            .expect_err("missing");
        for part in [
            "no app key",
            "no app secret",
            "WDT_APP_SECRET",
            "app_secret_file",
            "--sandbox",
        ] {
            assert!(error.contains(part), "{part}: {error}");
        }
        assert!(!error.contains("no seller account"), "{error}");
    }

    #[test]
    fn a_missing_profile_or_file_is_an_error() {
        let error = Place::new(TWO).resolve(Some("third")).expect_err("missing");
        assert!(
            error.contains("no profile `third`") && error.contains("default, other"),
            "{error}"
        );
        let place = Place::new(TWO);
        fs::remove_file(place.path()).expect("removed");
        assert!(
            place
                .resolve(None)
                .expect_err("missing")
                .contains("cannot read")
        );
    }

    #[test]
    fn a_secret_may_stand_in_a_file_beside() {
        let place = Place::new("[default]\nsid='s'\napp_key='k'\napp_secret_file='secret.txt'\n");
        fs::write(place.directory.path().join("secret.txt"), "hush:salt\n").expect("written");
        assert!(place.resolve(None).is_ok());
        fs::write(place.directory.path().join("secret.txt"), "hush").expect("written");
        let error = place.resolve(None).expect_err("no salt");
        assert!(
            error.contains("secret:salt") && !error.contains("hush"),
            "{error}"
        );
    }

    #[test]
    fn certificate_authorities_of_a_profile_stand_beside_the_file() {
        let config = TWO.replace("endpoint = 'test'", "ca_file = 'company.pem'");
        let place = Place::new(&config);
        let ca_file = |place: &Place| place.resolve(Some("other")).expect("resolved").ca_file;
        assert_eq!(
            ca_file(&place),
            Some(place.directory.path().join("company.pem"))
        );
        let place = place.env("WDT_CA_FILE", "other.pem");
        assert_eq!(ca_file(&place), Some(PathBuf::from("other.pem")));
        assert_eq!(
            Place::new(TWO).resolve(None).expect("resolved").ca_file,
            None
        );
    }

    #[test]
    fn no_error_repeats_the_secret() {
        for wrong in [
            "[default]\napp_secret = 'hush:salt\n",
            "[default]\napp_secret = hush:salt\n",
            "[default]\napp_secret = ['hush:salt']\n",
            "[default]\napp_secret = 45781:hush\n",
            "[default]\napp_secret = 45781\n",
            "[default]\napp_secret = 'hush'\napp_key = 'k'\nsid = 's'\n",
            "app_secret = 'hush:salt'\n",
            "[default]\napp_secret = 'hush:salt'\napp_secret = 'hush:salt'\n",
            "[default]\nsecret = 'hush:salt'\n",
            "[default]\nsid = 'a'\n\"hush:salt\n",
            "[default]\nsid = 45781\n",
        ] {
            let error = Place::new(wrong).resolve(None).expect_err(wrong);
            assert!(
                !error.contains("hush") && !error.contains("45781"),
                "{wrong}: {error}"
            );
            assert!(!error.contains('\n'), "{wrong}: {error}");
        }
        let error = Place::new("[default]\nsid = 1\n")
            .resolve(None)
            .expect_err("wrong type");
        assert!(error.contains("config.toml:2:7: "), "{error}");
    }

    #[cfg(unix)]
    #[test]
    fn an_open_file_gets_a_warning_that_says_how_to_mend_it() {
        use std::os::unix::fs::PermissionsExt;

        let place = Place::new(TWO);
        assert_eq!(
            place.resolve(None).expect("resolved").warnings,
            Vec::<String>::new()
        );
        fs::set_permissions(place.path(), fs::Permissions::from_mode(0o640)).expect("set");
        let warnings = place.resolve(None).expect("resolved").warnings;
        assert!(warnings[0].contains("chmod 600"), "{warnings:?}");
    }
}
