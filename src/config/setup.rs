//! A profile put into the configuration file, which keeps everything else that stands in it.

use std::fs::{self, DirBuilder};
use std::io::{ErrorKind, Write};
use std::path::Path;

use toml_edit::{DocumentMut, Item, Key, Value};
use zeroize::Zeroizing;

use super::Lookup;
use super::file::{DEFAULT_PROFILE, File, profile_name};
use super::setting::SECRET_FILE;
use crate::cli::InitArgs;
use crate::files::{AtomicFile, FileError};
use crate::language::say;

pub struct Slot {
    pub file: File,
    pub profile: String,
}

impl Slot {
    /// The profile that is named, by the environment too, or the default one.
    pub fn find(args: &InitArgs, lookup: Lookup<'_>) -> Result<Slot, String> {
        let file = File::open(args.config.as_deref(), lookup, false)?;
        if file.path.as_os_str().is_empty() {
            return Err(say!("config-no-home"));
        }
        if fs::symlink_metadata(&file.path).is_ok_and(|found| !found.is_file()) {
            let path = file.path.display().to_string();
            return Err(say!("config-not-a-file", path = path));
        }
        let profile = profile_name(args.profile.as_deref(), lookup);
        let profile = profile.unwrap_or_else(|| DEFAULT_PROFILE.to_owned());
        Ok(Slot { file, profile })
    }

    pub fn is_taken(&self) -> bool {
        self.file.profiles.contains_key(&self.profile)
    }

    /// What the profile that is there gives for a setting.
    pub fn given(&self, key: &str) -> Option<Zeroizing<String>> {
        let text = self.file.profiles.get(&self.profile)?.text(key)?;
        Some(text).filter(|text| !text.is_empty())
    }

    /// Writes the file with this account in the profile, where all else stays: comments, order,
    /// pace. Nobody else can read it, nor the directory if there was none.
    pub fn save(&self, account: &[(&str, Zeroizing<String>)]) -> Result<(), FileError> {
        let path = &self.file.path;
        let mut text = self.file.text.clone();
        if !self.is_taken() {
            let gap = match text.as_str() {
                "" => "",
                text if text.ends_with('\n') => "\n",
                _ => "\n\n",
            };
            text.push_str(&format!("{gap}[{}]\n", Key::new(&self.profile)));
        }
        // It was read as a file of profiles.
        let no_profile = || FileError::io(path)(ErrorKind::InvalidData.into());
        let mut document: DocumentMut = text.parse().map_err(|_| no_profile())?;
        let section = document.get_mut(&self.profile);
        let section = section.and_then(Item::as_table_like_mut);
        let section = section.ok_or_else(no_profile)?;
        for (key, text) in account {
            let mut value = Value::from(text.as_str());
            // A comment beside it stays.
            if let Some(old) = section.get(key).and_then(Item::as_value) {
                *value.decor_mut() = old.decor().clone();
            }
            section.insert(key, Item::Value(value));
        }
        // The secret stands in one place alone.
        section.remove(SECRET_FILE);
        let text = Zeroizing::new(document.to_string());

        let mut directory = DirBuilder::new();
        directory.recursive(true);
        #[cfg(unix)]
        std::os::unix::fs::DirBuilderExt::mode(&mut directory, 0o700);
        let parent = path.parent().filter(|parent| *parent != Path::new(""));
        if let Some(parent) = parent {
            directory.create(parent).map_err(FileError::io(path))?;
        }
        let file = AtomicFile::private(path)?;
        let written = file.file().write_all(text.as_bytes());
        written.map_err(|error| file.error(error))?;
        file.commit().map(drop)
    }
}
