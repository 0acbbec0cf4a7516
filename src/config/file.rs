//! The configuration file: one profile a section, and the secret or the file that holds it.

use std::collections::BTreeMap;
use std::fs;
use std::io::ErrorKind;
use std::num::NonZeroUsize;
use std::ops::Range;
use std::path::{Path, PathBuf};

use encoding_rs::{Encoding, UTF_8};
use toml_edit::{Document, Item, Value};
use zeroize::Zeroizing;

use super::robot::ROBOT_SETTINGS;
use super::setting::{SECRET_FILE, SETTINGS, trimmed};
use super::{Lookup, at, user_directory, variable};
use crate::files::OutputFormat;
use crate::language::{os_error, say};
use crate::pace::{MAX_WORKERS, RateLimit};

pub const DEFAULT_PROFILE: &str = "default";

pub struct File {
    /// Empty where there is neither a name nor a home directory.
    pub path: PathBuf,
    pub text: Zeroizing<String>,
    pub profiles: BTreeMap<String, Profile>,
}

#[derive(Clone, Default)]
pub struct Profile {
    texts: BTreeMap<String, Zeroizing<String>>,
    pub rate: Option<RateLimit>,
    pub workers: Option<NonZeroUsize>,
    pub output_format: Option<OutputFormat>,
    /// The flags that are defined in the account; empty: not told.
    pub flags: Vec<String>,
}

impl File {
    /// The file that an option or the environment names, which must be there if it is `needed`, or
    /// the usual one.
    pub fn open(config: Option<&Path>, lookup: Lookup<'_>, needed: bool) -> Result<File, String> {
        let named = config.map(Path::to_owned);
        let named = named.or_else(|| variable(lookup, "WDT_CONFIG").map(PathBuf::from));
        let needed = needed && named.is_some();
        let usual = || Some(user_directory("XDG_CONFIG_HOME", ".config")?.join("config.toml"));
        let path = named.or_else(usual).unwrap_or_default();
        let is_missing = fs::metadata(&path).is_err_and(|it| it.kind() == ErrorKind::NotFound);
        let text = if is_missing && !needed {
            Zeroizing::default()
        } else {
            read(&path, &say!("config-file"))?
        };
        let wrong = |span, why| at(&format!("{}{}", path.display(), position(&text, span)), why);
        let document = Document::parse(text.as_str());
        let document = document.map_err(|error| {
            let line = line_at(&text, error.span());
            wrong(error.span(), why_malformed(error.message(), line))
        })?;
        let mut profiles = BTreeMap::new();
        for (name, section) in document.into_table() {
            let span = section.span();
            let section = section.into_table();
            let section = section.map_err(|_| wrong(span, say!("config-expected-profile")))?;
            let profile = profiles
                .entry(name.to_string())
                .or_insert_with(Profile::default);
            for (key, item) in section {
                let span = item.span();
                profile.set(&key, item).map_err(|why| wrong(span, why))?;
            }
        }
        Ok(File {
            path,
            text,
            profiles,
        })
    }
}

impl Profile {
    pub fn text(&self, key: &str) -> Option<Zeroizing<String>> {
        self.texts.get(key).cloned()
    }

    /// An error says nothing of the value, which may be the secret in a wrong place.
    fn set(&mut self, key: &str, item: Item) -> Result<(), String> {
        if key == "workers" {
            let number = item.as_integer().and_then(|it| usize::try_from(it).ok());
            let number = number.filter(|&it| it <= MAX_WORKERS);
            let workers = number.and_then(NonZeroUsize::new);
            let workers = workers.ok_or_else(|| say!("config-workers", most = MAX_WORKERS))?;
            self.workers = Some(workers);
            return Ok(());
        }
        if key == "flags" {
            let all = item.as_array().into_iter().flatten();
            let flags: Option<Vec<_>> = all.map(flag).collect();
            let flags = flags.filter(|flags| !flags.is_empty());
            self.flags = flags.ok_or_else(|| say!("config-flags"))?;
            return Ok(());
        }
        let is_text = SETTINGS.contains(&key)
            || ROBOT_SETTINGS.contains(&key)
            || [SECRET_FILE, "ca_file"].contains(&key);
        if !is_text && !["rate", "output_format"].contains(&key) {
            return Err(say!("config-unknown-key"));
        }
        let Ok(Value::String(text)) = item.into_value() else {
            return Err(say!("config-expected-string"));
        };
        let text = Zeroizing::new(text.into_value());
        match key {
            "rate" => self.rate = Some(text.parse().map_err(|why| at(key, why))?),
            "output_format" => {
                let format = text.parse().map_err(|()| say!("config-output-format"))?;
                self.output_format = Some(format);
            }
            _ => drop(self.texts.insert(key.to_owned(), text)),
        }
        Ok(())
    }
}

/// A flag, which has something in it.
fn flag(value: &Value) -> Option<String> {
    let flag = trimmed(value.as_str()?);
    (!flag.is_empty()).then(|| flag.to_owned())
}

/// The line that it is about.
fn line_at(text: &str, span: Option<Range<usize>>) -> &str {
    let before = span.and_then(|span| text.get(..span.start));
    let above = before.map_or(0, |before| before.matches('\n').count());
    text.lines().nth(above).unwrap_or_default()
}

/// In the parser's words, with what people do wrong: the path of a file as Windows has it, and quotes
/// as Chinese input methods set them.
fn why_malformed(message: &str, line: &str) -> String {
    let has = |chars: &[char]| line.contains(chars);
    let advice = if has(&['“', '”', '‘', '’', '＂', '＇']) {
        "quotes"
    } else if has(&['\\']) && has(&['"']) {
        "backslash"
    } else {
        ""
    };
    say!("config-malformed", message = message, advice = advice)
}

fn position(text: &str, span: Option<Range<usize>>) -> String {
    let Some(before) = span.and_then(|span| text.get(..span.start)) else {
        return String::new();
    };
    let line = before.matches('\n').count() + 1;
    let column = before.chars().rev().take_while(|&c| c != '\n').count() + 1;
    format!(":{line}:{column}")
}

pub fn profile_name(profile: Option<&str>, lookup: Lookup<'_>) -> Option<String> {
    let in_environment = || variable(lookup, "WDT_PROFILE");
    let profile = profile.map(Into::into).or_else(in_environment)?;
    Some(profile.to_string_lossy().into_owned())
}

/// The text of a file in UTF-8, or with a byte order mark, as Notepad and PowerShell put one before
/// it, in UTF-16.
pub fn read(path: &Path, origin: &str) -> Result<Zeroizing<String>, String> {
    let unreadable = |why: String| {
        let path = path.display().to_string();
        // What a `\t` or `\n` of a path has become.
        let has_control = path.chars().any(char::is_control);
        let advice = if has_control { "backslash" } else { "" };
        let message = say!("config-unreadable", origin = origin, path = path, why = why);
        say!("config-malformed", message = message, advice = advice)
    };
    let bytes = fs::read(path).map_err(|error| unreadable(os_error(&error)))?;
    let bytes = Zeroizing::new(bytes);
    let (encoding, mark) = Encoding::for_bom(&bytes).unwrap_or((UTF_8, 0));
    let text = encoding.decode_without_bom_handling_and_without_replacement(&bytes[mark..]);
    let text = text.ok_or_else(|| unreadable(say!("config-not-utf8")))?;
    Ok(Zeroizing::new(text.into_owned()))
}

/// A warning if others can read a file that holds a secret. Of another's file, as schedulers hand
/// out credentials, the group's rights are how this user reads it.
#[cfg(unix)]
pub fn readable_by_others(path: &Path) -> Option<String> {
    use std::os::unix::fs::MetadataExt;

    let found = fs::metadata(path).ok()?;
    let is_own = found.uid() == rustix::process::geteuid().as_raw();
    let others = if is_own { 0o077 } else { 0o007 };
    let path = path.display().to_string();
    (found.mode() & others != 0).then(|| say!("config-readable-by-others", path = path))
}

/// Files in a user's own directories are private by default.
#[cfg(not(unix))]
pub fn readable_by_others(_: &Path) -> Option<String> {
    None
}
