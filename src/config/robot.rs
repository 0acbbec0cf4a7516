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

/// All of it from the first place that gives a URL: the profile that an option names, the
/// environment, or else another profile. Whether the account is complete does not matter.
///
/// # Errors
///
/// If a file cannot be read. It says nothing of what is given.
pub fn robot(args: &AccountArgs, lookup: Lookup<'_>) -> Result<Option<RobotConfig>, String> {
    let of_environment = |key: &str| {
        let value = variable(lookup, &variable_of(key))?;
        Some(Zeroizing::new(value.to_string_lossy().into_owned()))
    };
    let in_environment = |key: &str| say!("config-in-environment", name = variable_of(key));
    if args.profile.is_none()
        && let Some(robot) = given(of_environment, in_environment, Path::new(""))?
    {
        return Ok(Some(robot));
    }
    let file = File::open(args.config.as_deref(), lookup, false)?;
    let named = profile_name(args.profile.as_deref(), lookup);
    let named = named.as_deref().unwrap_or(DEFAULT_PROFILE);
    let directory = file.path.parent().unwrap_or(Path::new(""));
    let place = say!(
        "config-profile",
        profile = named,
        file = file.path.display().to_string()
    );
    let in_profile = |key: &str| say!("config-in-profile", key = key, place = place.as_str());
    if let Some(profile) = file.profiles.get(named)
        && let Some(mut robot) = given(|key| profile.text(key), in_profile, directory)?
    {
        robot.warnings.extend(readable_by_others(&file.path));
        return Ok(Some(robot));
    }
    given(of_environment, in_environment, Path::new(""))
}

/// What one place gives, if it gives a URL. A file is looked for in the directory.
fn given(
    text: impl Fn(&str) -> Option<Zeroizing<String>>,
    origin: impl Fn(&str) -> String,
    directory: &Path,
) -> Result<Option<RobotConfig>, String> {
    let text = |key: &str| {
        let text = Zeroizing::new(trimmed(&text(key)?).to_owned());
        Some(text).filter(|text| !text.is_empty())
    };
    let (mut key, mut url, mut warnings) = (URL, text(URL), Vec::new());
    if let Some(path) = text(URL_FILE) {
        let path = directory.join(&*path);
        let read = read(&path, &origin(URL_FILE))?;
        warnings.extend(readable_by_others(&path));
        (key, url) = (URL_FILE, Some(Zeroizing::new(trimmed(&read).to_owned())));
    }
    let ca_file = text("ca_file").map(|path| directory.join(&*path));
    // An empty file is one of nobody: a scheduler may demand that there is one.
    let url = url.filter(|url| !url.is_empty());
    Ok(url.map(|url| RobotConfig {
        url,
        secret: text(SECRET),
        format: text(FORMAT).map(|it| it.to_string()),
        keyword: text(KEYWORD).map(|it| it.to_string()),
        ca_file,
        origin: origin(key),
        warnings,
    }))
}
