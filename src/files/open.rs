//! Opening what others may have put in the way: no link is followed, nothing is waited for, and
//! what is checked is what is read.

use std::fs::{File, Metadata, OpenOptions};
use std::io;
use std::path::Path;

use same_file::Handle;

use super::error::FileError;
use super::fs::metadata_if_exists;

/// The regular file at the path itself, with what it is; `None` if the path is free.
pub fn open_regular(
    path: &Path,
    options: &OpenOptions,
) -> Result<Option<(File, Metadata)>, FileError> {
    let opened = no_follow(options).open(path);
    let opened = opened.and_then(|file| file.metadata().map(|found| (file, found)));
    match opened {
        Ok((_, found)) if !found.is_file() => Err(FileError::NotAFile(path.to_owned())),
        Ok(opened) => Ok(Some(opened)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        // Links, sockets and the like fail to open, each in its own way.
        Err(error) => match metadata_if_exists(path)? {
            Some(found) if !found.is_file() => Err(FileError::NotAFile(path.to_owned())),
            _ => Err(FileError::io(path)(error)),
        },
    }
}

/// The regular file at the path itself, to be read.
pub fn open_to_read(path: &Path) -> Result<Option<(File, Metadata)>, FileError> {
    open_regular(path, OpenOptions::new().read(true))
}

/// Whether the path itself, without a link, leads to this open file. The error if that cannot be
/// found out, as where no more files may be opened.
pub fn leads_to(path: &Path, file: &File) -> Result<bool, FileError> {
    let found = match open_to_read(path) {
        Ok(Some((found, _))) => found,
        Ok(None) | Err(FileError::NotAFile(_)) => return Ok(false),
        Err(error) => return Err(error),
    };
    let opened = file.try_clone().and_then(Handle::from_file);
    let found = Handle::from_file(found);
    Ok(opened.map_err(FileError::io(path))? == found.map_err(FileError::io(path))?)
}

#[cfg(unix)]
pub fn no_follow(options: &OpenOptions) -> OpenOptions {
    use std::os::unix::fs::OpenOptionsExt;

    use rustix::fs::OFlags;

    let flags = OFlags::NOFOLLOW | OFlags::NONBLOCK;
    let mut options = options.clone();
    options.custom_flags(flags.bits().cast_signed());
    options
}

#[cfg(not(unix))]
pub fn no_follow(options: &OpenOptions) -> OpenOptions {
    options.clone()
}

/// Whether the file is this user's, and nobody else can write to it.
///
/// A file made now in the same directory is the measure: some file systems know neither users nor
/// permissions, and show the same for every file.
#[cfg(unix)]
pub fn is_own(path: &Path, found: &Metadata) -> Result<bool, FileError> {
    use std::os::unix::fs::MetadataExt;

    const WRITE_OF_OTHERS: u32 = 0o022;
    let fresh = super::atomic::draft(path)
        .and_then(|draft| draft.as_file().metadata())
        .map_err(FileError::io(path))?;
    let more = found.mode() & WRITE_OF_OTHERS & !fresh.mode();
    Ok(found.uid() == fresh.uid() && more == 0)
}

#[cfg(not(unix))]
pub fn is_own(_: &Path, _: &Metadata) -> Result<bool, FileError> {
    Ok(true)
}

#[cfg(all(test, unix))]
mod tests {
    use std::fs;
    use std::os::unix::fs::{PermissionsExt, symlink};

    use super::*;

    #[test]
    fn only_regular_files_are_opened_and_no_links_followed() {
        let directory = tempfile::tempdir().expect("a directory");
        let path = |name: &str| directory.path().join(name);
        let mut read = OpenOptions::new();
        read.read(true);
        assert!(matches!(open_regular(&path("free"), &read), Ok(None)));
        fs::write(path("file"), "x").expect("written");
        assert!(matches!(open_regular(&path("file"), &read), Ok(Some(_))));
        symlink("file", path("link")).expect("linked");
        symlink("free", path("dangling")).expect("linked");
        let fifo = std::process::Command::new("mkfifo")
            .arg(path("fifo"))
            .status();
        assert!(fifo.expect("mkfifo").success());
        let _socket = std::os::unix::net::UnixListener::bind(path("socket")).expect("bound");
        for options in [&read, OpenOptions::new().write(true)] {
            for name in ["link", "dangling", "fifo", "socket", "."] {
                let opened = open_regular(&path(name), options);
                assert!(
                    matches!(opened, Err(FileError::NotAFile(_))),
                    "{name}: {opened:?}"
                );
            }
        }
    }

    #[test]
    fn a_file_that_others_can_write_to_is_not_ones_own() {
        let directory = tempfile::tempdir().expect("a directory");
        let path = directory.path().join("file");
        fs::write(&path, "x").expect("written");
        for (mode, own) in [(0o600, true), (0o644, true), (0o664, false), (0o602, false)] {
            fs::set_permissions(&path, fs::Permissions::from_mode(mode)).expect("set");
            let found = fs::metadata(&path).expect("there");
            assert_eq!(is_own(&path, &found).expect("known"), own, "{mode:o}");
        }
    }
}
