//! The robot that messages to people go by, from the environment or the profile.

use std::path::{Path, PathBuf};

use zeroize::Zeroizing;

use super::file::{DEFAULT_PROFILE, File, profile_name, read, readable_by_others};
use super::setting::{trimmed, variable_of};
use super::{Lookup, variable};
use crate::cli::AccountArgs;
use crate::language::say;

const URL: &str = "notify_url";
/// Names the file that holds the URL, instead of that.
const URL_FILE: &str = "notify_url_file";
const SECRET: &str = "notify_secret";
const FORMAT: &str = "notify_format";
const KEYWORD: &str = "notify_keyword";
pub const ROBOT_SETTINGS: [&str; 5] = [URL, URL_FILE, SECRET, FORMAT, KEYWORD];

/// As it is given: URL and secret are not shown.
pub struct RobotConfig {
    pub url: Zeroizing<String>,
    pub secret: Option<Zeroizing<String>>,
    pub format: Option<String>,
    pub keyword: Option<String>,
    pub ca_file: Option<PathBuf>,
    /// Where the URL is given, for words.
    pub origin: String,
    pub warnings: Vec<String>,
}

/// Each setting from the first place that gives it: the profile that an option names, the
/// environment, or else another profile. Whether the account is complete does not matter. `None`
/// without a URL.
///
/// # Errors
///
/// If a file cannot be read. It says nothing of what is given.
pub fn robot(args: &AccountArgs, lookup: Lookup<'_>) -> Result<Option<RobotConfig>, String> {
    let file = File::open(args.config.as_deref(), lookup, false)?;
    let named = profile_name(args.profile.as_deref(), lookup);
    let named = named.as_deref().unwrap_or(DEFAULT_PROFILE);
    let path = file.path.display().to_string();
    let profile = say!("config-profile", profile = named, file = path);
    let stored = file.profiles.get(named);
    let in_profile = |key: &str| {
        let origin = say!("config-in-profile", key = key, place = profile.as_str());
        Some((stored?.text(key)?, origin))
    };
    let in_environment = |key: &str| {
        let name = variable_of(key);
        let value = variable(lookup, &name)?.to_string_lossy().into_owned();
        Some((value.into(), say!("config-in-environment", name = name)))
    };
    let (directory, nowhere) = (file.path.parent().unwrap_or(Path::new("")), Path::new(""));
    let mut places: [(Place<'_>, &Path); 2] =
        [(&in_environment, nowhere), (&in_profile, directory)];
    if args.profile.is_some() {
        places.reverse();
    }
    let text = |key: &str| {
        let mut given = places.iter().filter_map(|(place, _)| place(key));
        given.next().map(|(text, _)| trimmed(&text).to_owned())
    };
    let holds = |key| stored.is_some_and(|it| it.text(key).is_some());
    // For an app secret the account warns.
    let is_secret = (holds(URL) || holds(SECRET)) && !holds("app_secret");
    let readable = is_secret.then(|| readable_by_others(&file.path));
    let mut warnings = Vec::from_iter(readable.flatten());
    for (place, directory) in places {
        let (url, origin) = if let Some((name, origin)) = place(URL_FILE) {
            let path = directory.join(&*name);
            let url = read(&path, &origin)?;
            warnings.extend(readable_by_others(&path));
            (url, origin)
        } else if let Some(given) = place(URL) {
            given
        } else {
            continue;
        };
        let url = Zeroizing::new(trimmed(&url).to_owned());
        // An empty file is one of nobody: a scheduler may demand that there is one.
        return Ok((!url.is_empty()).then(|| RobotConfig {
            url,
            secret: text(SECRET).map(Zeroizing::new),
            format: text(FORMAT),
            keyword: text(KEYWORD),
            ca_file: in_profile("ca_file").map(|(path, _)| file.path.with_file_name(&*path)),
            origin,
            warnings,
        }));
    }
    Ok(None)
}

/// What a place gives for a key, with its name.
type Place<'a> = &'a dyn Fn(&str) -> Option<(Zeroizing<String>, String)>;
