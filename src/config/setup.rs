//! A profile put into the configuration file, which keeps everything else that stands in it.

use std::fs::{self, DirBuilder};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use toml_edit::{DocumentMut, Item, Table, TableLike, Value};
use zeroize::Zeroizing;

use super::credential::{check, trimmed};
use super::error::{ConfigError, Setting};
use super::file::{self, DEFAULT_PROFILE, Profile};
use super::variable;
use crate::erp::{AppSecret, Endpoint};
use crate::files::{AtomicFile, FileError};
use crate::language::say;

/// An account as somebody has entered it.
pub struct Entered {
    pub sid: Zeroizing<String>,
    pub app_key: Zeroizing<String>,
    pub app_secret: Zeroizing<String>,
    pub endpoint: Zeroizing<String>,
}

impl Entered {
    /// What stands in a profile.
    fn lines(&self) -> [(&'static str, &str); 4] {
        [
            ("sid", &self.sid),
            ("app_key", &self.app_key),
            ("app_secret", &self.app_secret),
            ("endpoint", &self.endpoint),
        ]
    }
}

/// The value that is entered, without what pasting leaves around it.
pub fn entered(
    setting: Setting,
    text: &str,
    origin: &str,
) -> Result<Zeroizing<String>, ConfigError> {
    let origin = || origin.to_owned();
    let value = trimmed(text);
    if value.is_empty() {
        return Err(ConfigError::Empty {
            setting,
            origin: origin(),
        });
    }
    check(value).map_err(|fault| ConfigError::Credential {
        setting,
        origin: origin(),
        fault,
    })?;
    match setting {
        Setting::Sid | Setting::AppKey => {}
        Setting::AppSecret => {
            AppSecret::parse(value).map_err(|error| ConfigError::at(&origin(), &error))?;
        }
        Setting::Endpoint => {
            value
                .parse::<Endpoint>()
                .map_err(|_| ConfigError::NoEndpoint { origin: origin() })?;
        }
    }
    Ok(Zeroizing::new(value.to_owned()))
}

/// Where in the configuration file a profile stands, or is to stand.
pub struct Slot {
    path: PathBuf,
    profile: String,
    text: Zeroizing<String>,
    taken_by: Option<Profile>,
}

impl Slot {
    /// The profile that is named, by `WDT_PROFILE` too, or the default one.
    pub fn find(config: Option<&Path>, profile: Option<&str>) -> Result<Slot, ConfigError> {
        let named = match profile {
            Some(name) => Some(name.to_owned()),
            None => variable(&|name| std::env::var_os(name), "WDT_PROFILE")?,
        };
        let path = config.map(Path::to_owned).or_else(file::default_path);
        let path = path.ok_or_else(|| ConfigError::Other(say!("config-no-home")))?;
        if fs::symlink_metadata(&path).is_ok_and(|found| !found.is_file()) {
            return Err(ConfigError::NotAFile(path));
        }
        let text = file::text(&path, false)?.unwrap_or_default();
        let profile = named.unwrap_or_else(|| DEFAULT_PROFILE.to_owned());
        let taken_by = file::profiles(&text, &path)?.remove(&profile);
        Ok(Slot {
            path,
            profile,
            text,
            taken_by,
        })
    }

    pub fn path(&self) -> &Path {
        &self.path
    }

    pub fn profile(&self) -> &str {
        &self.profile
    }

    /// Whether the profile is there already.
    pub fn is_taken(&self) -> bool {
        self.taken_by.is_some()
    }

    /// What the profile that is there gives for a setting; never the secret.
    pub fn given(&self, setting: Setting) -> Option<&str> {
        let profile = self.taken_by.as_ref()?;
        let given = match setting {
            Setting::Sid => &profile.sid,
            Setting::AppKey => &profile.app_key,
            Setting::AppSecret => &None,
            Setting::Endpoint => &profile.endpoint,
        };
        given.as_deref().filter(|given| !given.is_empty())
    }

    /// The file's text with this account in the profile.
    pub fn with(&self, account: &Entered) -> Result<Zeroizing<String>, ConfigError> {
        if !self.is_taken() {
            return Ok(appended(&self.text, &self.profile, account));
        }
        replaced(&self.text, &self.profile, account).ok_or_else(|| {
            ConfigError::Other(say!(
                "config-cannot-be-changed",
                profile = self.profile.as_str(),
                file = self.path.display().to_string()
            ))
        })
    }

    /// Writes the file, which nobody else can read, and the directory for it if there is none.
    pub fn write(&self, text: &str) -> Result<(), FileError> {
        let failed = FileError::io(&self.path);
        make_directory(self.path.parent().unwrap_or(Path::new(""))).map_err(failed)?;
        let file = AtomicFile::private(&self.path)?;
        file.file()
            .write_all(text.as_bytes())
            .map_err(|error| file.error(error))?;
        file.commit().map(drop)
    }
}

fn make_directory(directory: &Path) -> io::Result<()> {
    if directory.as_os_str().is_empty() {
        return Ok(());
    }
    let mut builder = DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(directory)
}

/// The text, untouched, and a section after it.
fn appended(text: &str, profile: &str, account: &Entered) -> Zeroizing<String> {
    let mut section = Table::new();
    for (key, value) in account.lines() {
        section.insert(key, toml_edit::value(value));
    }
    let mut document = DocumentMut::new();
    document.insert(profile, Item::Table(section));
    let between = match text {
        "" => "",
        text if text.ends_with('\n') => "\n",
        _ => "\n\n",
    };
    let section = Zeroizing::new(document.to_string());
    Zeroizing::new([text, between, &section].concat())
}

/// The text with the account in the profile's section, where all else stays: comments, order, pace.
fn replaced(text: &str, profile: &str, account: &Entered) -> Option<Zeroizing<String>> {
    let mut document: DocumentMut = text.parse().ok()?;
    let section = document.get_mut(profile)?.as_table_like_mut()?;
    for (key, value) in account.lines() {
        set(section, key, value);
    }
    // The secret stands in one place alone.
    section.remove("app_secret_file");
    Some(Zeroizing::new(document.to_string()))
}

fn set(section: &mut dyn TableLike, key: &str, text: &str) {
    match section.get_mut(key).and_then(Item::as_value_mut) {
        Some(value) => {
            let around = value.decor().clone();
            *value = Value::from(text);
            *value.decor_mut() = around;
        }
        None => {
            section.insert(key, toml_edit::value(text));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn account() -> Entered {
        let text = |text: &str| Zeroizing::new(text.to_owned());
        Entered {
            sid: text("shop"),
            app_key: text("key"),
            app_secret: text("hush:\"salt\\"),
            endpoint: text("test"),
        }
    }

    const WRITTEN: &str =
        "sid = \"shop\"\napp_key = \"key\"\napp_secret = 'hush:\"salt\\'\nendpoint = \"test\"\n";

    #[test]
    fn a_new_profile_goes_behind_what_is_there() {
        for (text, before, profile, header) in [
            ("", "", "default", "[default]\n"),
            ("# mine", "# mine\n\n", "default", "[default]\n"),
            (
                "[a] # one\nsid='s'\n# end\n",
                "[a] # one\nsid='s'\n# end\n\n",
                "旗舰 店.1",
                "[\"旗舰 店.1\"]\n",
            ),
        ] {
            let written = appended(text, profile, &account());
            assert_eq!(*written, format!("{before}{header}{WRITTEN}"));
            let mut profiles = file::profiles(&written, Path::new("x")).expect("a configuration");
            let profile = profiles.remove(profile).expect("the profile");
            assert_eq!(
                profile.app_secret.expect("a secret").as_str(),
                "hush:\"salt\\"
            );
        }
    }

    #[test]
    fn a_profile_that_is_replaced_keeps_comments_order_and_pace() {
        let text = "\
# Accounts
[b] # the second comes first
app_key = 'old'   # from the platform
# how fast
rate = \"30/min\"
sid = \"old\"
app_secret_file = 'secret.txt'

[a]
sid='s' # untouched
";
        let expected = "\
# Accounts
[b] # the second comes first
app_key = \"key\"   # from the platform
# how fast
rate = \"30/min\"
sid = \"shop\"
app_secret = 'hush:\"salt\\'
endpoint = \"test\"

[a]
sid='s' # untouched
";
        let written = replaced(text, "b", &account()).expect("a section");
        assert_eq!(*written, expected);
    }

    #[test]
    fn a_profile_may_be_written_in_any_way() {
        for text in [
            "default = { sid = 'old', rate = '1/s' }\n[other]\nsid = 'other'\n",
            "default.sid = 'old'\ndefault.rate = '1/s'\nother.sid = 'other'\n",
        ] {
            let written = replaced(text, "default", &account()).expect("a section");
            let profiles = file::profiles(&written, Path::new("x")).expect(&written);
            assert_eq!(profiles["default"].sid.as_deref(), Some("shop"));
            assert_eq!(profiles["default"].endpoint.as_deref(), Some("test"));
            assert!(profiles["default"].rate.is_some());
            assert_eq!(profiles["other"].sid.as_deref(), Some("other"));
        }
    }
}
