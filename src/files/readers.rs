//! Who may read what a run writes: nobody who could not read its sheet.

use std::fs::Metadata;

/// Who may read the sheet. Of a stream nothing is known: then new files are as any others.
#[derive(Debug, Default)]
pub struct Readers {
    #[cfg(unix)]
    sheet: Option<Metadata>,
}

/// Elsewhere a file inherits from its directory who may read it.
#[cfg(not(unix))]
impl Readers {
    pub fn of(_: Option<Metadata>) -> Self {
        Readers {}
    }
}

#[cfg(unix)]
mod unix {
    use std::fs::{File, Metadata, Permissions};
    use std::io;
    use std::os::unix::fs::{MetadataExt, PermissionsExt, fchown};

    use super::Readers;

    const ALL: u32 = 0o666;
    const OWNER: u32 = 0o600;
    const READ_OF_OTHERS: u32 = 0o004;

    impl Readers {
        pub fn of(sheet: Option<Metadata>) -> Self {
            Readers { sheet }
        }

        /// The mode of a new file, of which the umask takes its part.
        pub fn mode(&self) -> u32 {
            match &self.sheet {
                Some(sheet) => OWNER | sheet.mode() & ALL,
                None => ALL,
            }
        }

        /// Lets a new file belong to the sheet's group; where that may not be, what this group may
        /// do nobody else may.
        pub fn as_sheet(&self, file: &File) -> io::Result<()> {
            let fresh = file.metadata()?;
            let Some(sheet) = self.sheet.as_ref().filter(|it| it.gid() != fresh.gid()) else {
                return Ok(());
            };
            if fchown(file, None, Some(sheet.gid())).is_err() {
                let mode = fresh.mode() & 0o777;
                let all = (mode & 0o007) << 3;
                let _ = file.set_permissions(Permissions::from_mode(mode & (!0o070 | all)));
            }
            Ok(())
        }

        /// Gives a file that is still private the mode of the one it replaces and, where this user
        /// may do that, its owner.
        ///
        /// Who had put that one there, to read what replaces it, gets no more than the sheet gives.
        pub fn as_replaced(&self, file: &File, replaced: &Metadata) -> io::Result<()> {
            let fresh = file.metadata()?;
            let is_trusted = replaced.uid() == fresh.uid()
                || self.sheet.as_ref().is_some_and(|sheet| {
                    sheet.uid() == replaced.uid() || sheet.mode() & READ_OF_OTHERS != 0
                });
            let mut mode = replaced.mode() & 0o777;
            let mut group = fresh.gid();
            if !is_trusted {
                mode &= self.mode();
            } else if fchown(file, Some(replaced.uid()), Some(replaced.gid())).is_ok()
                || fchown(file, None, Some(replaced.gid())).is_ok()
            {
                group = replaced.gid();
            }
            if group != replaced.gid() {
                // What one group might do another may not.
                mode = mode & !0o070 | (mode & 0o007) << 3;
            }
            // Some network shares know no modes: there nothing is lost.
            let _ = file.set_permissions(Permissions::from_mode(mode | OWNER));
            Ok(())
        }
    }
}

#[cfg(all(test, unix))]
mod tests {
    use std::fs::{self, Permissions};
    use std::os::unix::fs::{MetadataExt, PermissionsExt, chown};
    use std::path::Path;

    use super::*;
    use crate::files::AtomicFile;

    fn file(path: &Path, mode: u32) -> Metadata {
        fs::write(path, "x").expect("written");
        fs::set_permissions(path, Permissions::from_mode(mode)).expect("set");
        fs::metadata(path).expect("there")
    }

    fn written(path: &Path, readers: &Readers) -> Metadata {
        let file = AtomicFile::create(path, readers).expect("created");
        file.commit().expect("committed");
        fs::metadata(path).expect("there")
    }

    #[test]
    fn a_new_file_is_no_more_readable_than_the_sheet() {
        let directory = tempfile::tempdir().expect("a directory");
        let path = |name: &str| directory.path().join(name);
        fs::write(path("any"), "x").expect("written");
        let any = fs::metadata(path("any")).expect("there").mode() & 0o777;
        for (sheet, expected) in [
            (Some(0o600), 0o600),
            (Some(0o400), 0o600),
            (Some(0o644), any & 0o644),
            (Some(0o777), any),
            (None, any),
        ] {
            let sheet = sheet.map(|mode| file(&path("sheet"), mode));
            let new = path("new");
            let found = written(&new, &Readers::of(sheet));
            assert_eq!(found.mode() & 0o777, expected, "{expected:o}");
            fs::remove_file(new).expect("removed");
        }
    }

    #[test]
    fn a_file_keeps_the_mode_and_owner_of_the_one_it_replaces() {
        let directory = tempfile::tempdir().expect("a directory");
        let path = |name: &str| directory.path().join(name);
        let open = Readers::of(Some(file(&path("open"), 0o644)));
        let private = Readers::of(Some(file(&path("private"), 0o600)));
        for mode in [0o600, 0o640, 0o644] {
            for readers in [&open, &private] {
                file(&path("old"), mode);
                let found = written(&path("old"), readers);
                assert_eq!(found.mode() & 0o777, mode);
            }
        }
        // Only root can give files away.
        let another = (Some(65_534), Some(65_534));
        file(&path("old"), 0o666);
        if chown(path("old"), another.0, another.1).is_err() {
            return;
        }
        let found = written(&path("old"), &open);
        assert_eq!((found.uid(), found.mode() & 0o777), (65_534, 0o666));
        let found = written(&path("old"), &private);
        assert_ne!(found.uid(), 65_534, "who could not read the sheet");
        assert_eq!(found.mode() & 0o777, 0o600);
    }
}
