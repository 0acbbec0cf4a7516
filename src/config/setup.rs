//! A profile put into the configuration file, which keeps everything else that stands in it.

use std::fs::{self, DirBuilder};
use std::io::Write;
use std::path::Path;

use toml_edit::{DocumentMut, Item, Value};
use zeroize::Zeroizing;

use super::file::{DEFAULT_PROFILE, File, profile_name};
use super::setting::SECRET_FILE;
use super::{ConfigError, Lookup, Setting};
use crate::files::{AtomicFile, FileError};
use crate::language::say;

/// Where in the configuration file a profile stands, or is to stand.
pub struct Slot {
    file: File,
    pub profile: String,
}

impl Slot {
    /// The profile that is named, by the environment too, or the default one.
    pub fn find(
        config: Option<&Path>,
        profile: Option<&str>,
        lookup: Lookup<'_>,
    ) -> Result<Slot, ConfigError> {
        let file = File::open(config, lookup, false)?;
        if file.path.as_os_str().is_empty() {
            return Err(ConfigError(say!("config-no-home")));
        }
        if fs::symlink_metadata(&file.path).is_ok_and(|found| !found.is_file()) {
            let path = file.path.display().to_string();
            return Err(ConfigError(say!("config-not-a-file", path = path)));
        }
        let profile = profile_name(profile, lookup).unwrap_or_else(|| DEFAULT_PROFILE.to_owned());
        Ok(Slot { file, profile })
    }

    pub fn path(&self) -> &Path {
        &self.file.path
    }

    /// Whether the profile is there already.
    pub fn is_taken(&self) -> bool {
        self.file.find(&self.profile).is_some()
    }

    /// What the profile that is there gives for a setting; never the secret.
    pub fn given(&self, setting: Setting) -> Option<Zeroizing<String>> {
        let profile = self.file.find(&self.profile)?;
        let text = profile.text(setting.key())?;
        (setting != Setting::AppSecret && !text.is_empty()).then_some(text)
    }

    /// The file's text with this account in the profile, where all else stays: comments, order, pace.
    pub fn with(
        &self,
        account: &[(Setting, Zeroizing<String>)],
    ) -> Result<Zeroizing<String>, ConfigError> {
        let no_profile = || ConfigError::at(&self.profile, say!("config-expected-profile"));
        let mut document: DocumentMut = self.file.text.parse().map_err(|_| no_profile())?;
        if !self.is_taken() {
            add_section(&mut document, &self.profile);
        }
        let section = document
            .get_mut(&self.profile)
            .and_then(Item::as_table_like_mut);
        let section = section.ok_or_else(no_profile)?;
        for (setting, text) in account {
            let mut value = Value::from(text.as_str());
            // A comment beside it stays.
            if let Some(old) = section.get(setting.key()).and_then(Item::as_value) {
                *value.decor_mut() = old.decor().clone();
            }
            section.insert(setting.key(), Item::Value(value));
        }
        // The secret stands in one place alone.
        section.remove(SECRET_FILE);
        Ok(Zeroizing::new(document.to_string()))
    }

    /// Writes the file, which nobody else can read, and the directory for it if there is none.
    pub fn write(&self, text: &str) -> Result<(), FileError> {
        let path = &self.file.path;
        let mut directory = DirBuilder::new();
        directory.recursive(true);
        #[cfg(unix)]
        std::os::unix::fs::DirBuilderExt::mode(&mut directory, 0o700);
        if let Some(parent) = path
            .parent()
            .filter(|parent| !parent.as_os_str().is_empty())
        {
            directory.create(parent).map_err(FileError::io(path))?;
        }
        let file = AtomicFile::private(path)?;
        let written = file.file().write_all(text.as_bytes());
        written.map_err(|error| file.error(error))?;
        file.commit().map(drop)
    }
}

/// An empty section behind everything that is there, comments at the end included.
fn add_section(document: &mut DocumentMut, profile: &str) {
    let mut before = document.trailing().as_str().unwrap_or_default().to_owned();
    if !before.is_empty() && !before.ends_with('\n') {
        before.push('\n');
    }
    if !before.is_empty() || !document.is_empty() {
        before.push('\n');
    }
    let mut section = toml_edit::Table::new();
    section.decor_mut().set_prefix(before);
    document.set_trailing("");
    document.insert(profile, Item::Table(section));
}
