//! What is told of a run to those who were not there: scripts, logs, collectors, people. Nothing here
//! changes how a run ends: what cannot be told is a warning.

use std::fs::{self, File};
use std::io::{ErrorKind, Read, Write};
use std::path::Path;

use crate::files::{AtomicFile, FileError};

#[allow(dead_code)]
/// Within so many bytes from its beginning a file of ours says that it is.
const MARKED_WITHIN: u64 = 4_096;

#[allow(dead_code)]
/// Puts a file in its place, whole, if what is there is empty or has the mark of such files.
pub fn replace_own(path: &Path, text: &str, mark: &str) -> Result<(), FileError> {
    ensure_own(path, mark)?;
    let file = AtomicFile::create(path, None)?;
    let written = file.file().write_all(text.as_bytes());
    written.map_err(|error| file.error(error))?;
    file.commit().map(drop)
}

#[allow(dead_code)]
fn ensure_own(path: &Path, mark: &str) -> Result<(), FileError> {
    match fs::symlink_metadata(path) {
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(()),
        Ok(found) if !found.is_file() => return Err(FileError::not_a_file(path)),
        Err(error) => return Err(FileError::io(path)(error)),
        Ok(_) => {}
    }
    let mut start = Vec::new();
    let file = File::open(path).map_err(FileError::io(path))?;
    let read = file.take(MARKED_WITHIN).read_to_end(&mut start);
    read.map_err(FileError::io(path))?;
    if start.is_empty() || String::from_utf8_lossy(&start).contains(mark) {
        Ok(())
    } else {
        Err(FileError::not_ours(path))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_is_ours_is_replaced() {
        let directory = tempfile::tempdir().expect("a directory");
        let path = directory.path().join("out");
        for (before, is_replaced) in [
            (None, true),
            (Some(""), true),
            (Some("<mark> yesterday"), true),
            (Some("purchase_no,flag_name\n"), false),
        ] {
            let _ = fs::remove_file(&path);
            if let Some(text) = before {
                fs::write(&path, text).expect("a file");
            }
            let replaced = replace_own(&path, "<mark> today", "<mark>");
            assert_eq!(replaced.is_ok(), is_replaced, "{before:?}");
        }
        assert!(
            replace_own(directory.path(), "", "").is_err(),
            "a directory"
        );
    }
}
