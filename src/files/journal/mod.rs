//! The journal: the outcome of every call, written ahead of its being known, so that a run that is
//! cut short is continued.
//!
//! It holds a line for each call that came to an end; what becomes of a sheet's other rows follows
//! from those. While a run is under way it is only appended to. Continuing a run compacts it: the
//! lines that still hold go into a new file, which replaces the old one.
//!
//! The name of its last column says for whom it is; below it stands a checksum of each line.

mod left;

use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use md5::{Digest, Md5};

pub use left::{Foreign, Found, Left, is_at, is_own_at, parse};

use super::atomic::AtomicFile;
use super::error::FileError;
use super::fs::sync_directory;
use super::open::leads_to;
use super::outcome::{Outcome, local_time};
use super::results::{io_error, writer};
use crate::text::hex;

/// All but the last of them.
const COLUMNS: &str = "purchase_no,flag_name,line,status,code,message,attempts,finished_at,";

/// For whom and how a sheet is carried out. Outcomes recorded under another identity say nothing
/// about this run: an order that one account's ERP accepted is still to be sent to another's.
#[derive(Clone, Debug)]
pub struct Identity(String);

impl Identity {
    /// Of fields by name: account, endpoint, columns and the like.
    pub fn new(fields: &[(&str, &str)]) -> Self {
        Identity(digest(fields.iter().flat_map(|&(name, it)| [name, it])))
    }
}

/// In hexadecimal digits. Each part counts with its length, so that text cannot pass from one to
/// the next.
fn digest<'a>(parts: impl IntoIterator<Item = &'a str>) -> String {
    let mut md5 = Md5::new();
    for part in parts {
        md5.update((part.len() as u64).to_le_bytes());
        md5.update(part);
    }
    hex(&md5.finalize())
}

/// What shows that a line is whole.
fn checksum<'a>(fields: impl IntoIterator<Item = &'a str>) -> String {
    let mut digits = digest(fields);
    digits.truncate(8);
    digits
}

/// The outcome of an order's call, as the journal has it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    pub order: String,
    pub flag: String,
    /// Line of the sheet's row that decided.
    pub line: u64,
    pub outcome: Outcome,
}

/// The journal of the run under way.
#[derive(Debug)]
pub struct Journal {
    file: File,
    path: PathBuf,
    /// Some file systems do not know a file again that was renamed.
    is_traced: bool,
}

impl Journal {
    /// Begins a journal with the lines of an earlier one that still hold, on disk before this
    /// returns. An outcome that is left out no longer counts, whatever becomes of this process.
    pub fn begin(path: &Path, identity: &Identity, kept: &[&Line]) -> Result<Journal, FileError> {
        let draft = AtomicFile::private(path)?;
        write(kept, identity)
            .and_then(|text| draft.file().write_all(&text))
            .map_err(FileError::io(path))?;
        let file = draft.commit()?;
        Ok(Journal {
            is_traced: leads_to(path, &file)?,
            file,
            path: path.to_owned(),
        })
    }

    /// Hands lines to the operating system, all in one write. After an error nothing more may be
    /// appended: the last line may be torn.
    pub fn append(&self, lines: &[&Line]) -> Result<(), FileError> {
        let mut text = Vec::new();
        append_lines(&mut text, lines)
            .and_then(|()| (&self.file).write_all(&text))
            .map_err(FileError::io(&self.path))
    }

    /// Forces what was appended to disk.
    pub fn sync(&self) -> Result<(), FileError> {
        self.file.sync_data().map_err(FileError::io(&self.path))
    }

    /// Whether it still stands where it was begun, and was not removed or moved meanwhile.
    pub fn is_in_place(&self) -> bool {
        if self.is_traced {
            leads_to(&self.path, &self.file).unwrap_or(true)
        } else {
            is_at(&self.path)
        }
    }

    /// Removes the journal, once all it holds stands in the results, if it is still in its place.
    pub fn remove(self) -> Result<(), FileError> {
        if self.is_in_place() {
            drop(self.file);
            match fs::remove_file(&self.path) {
                Err(error) if error.kind() != io::ErrorKind::NotFound => {
                    return Err(FileError::io(&self.path)(error));
                }
                _ => sync_directory(&self.path),
            }
        }
        Ok(())
    }
}

/// The text of a journal that holds `lines`.
pub fn write(lines: &[&Line], identity: &Identity) -> io::Result<Vec<u8>> {
    let mut text = format!("{COLUMNS}{}\n", identity.0).into_bytes();
    append_lines(&mut text, lines)?;
    Ok(text)
}

fn append_lines(text: &mut Vec<u8>, lines: &[&Line]) -> io::Result<()> {
    let mut csv = writer(text);
    for line in lines {
        let Outcome {
            status,
            code,
            message,
            attempts,
            finished_at,
        } = &line.outcome;
        let fields = [
            line.order.as_str(),
            &line.flag,
            &line.line.to_string(),
            status.as_str(),
            &code.map(|code| code.to_string()).unwrap_or_default(),
            message,
            &attempts.to_string(),
            &local_time(*finished_at),
        ];
        let checksum = checksum(fields);
        csv.write_record(fields.into_iter().chain([checksum.as_str()]))
            .map_err(io_error)?;
    }
    csv.flush()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::files::outcome::Status;

    fn line(order: &str, message: &str) -> Line {
        Line {
            order: order.into(),
            flag: "加急".into(),
            line: 7,
            outcome: Outcome {
                status: Status::Rejected,
                code: Some(100),
                message: message.into(),
                attempts: 2,
                finished_at: "2026-01-02T03:04:05.678Z".parse().expect("a time"),
            },
        }
    }

    fn identity() -> Identity {
        Identity::new(&[("account", "shop"), ("endpoint", "here")])
    }

    fn find(path: &Path) -> Found {
        match Left::open(path).expect("ours") {
            Some(left) => left.find(&identity()),
            None => Found::Nothing,
        }
    }

    fn journal(lines: &[&Line]) -> Vec<u8> {
        write(lines, &identity()).expect("in memory")
    }

    fn found(bytes: &[u8]) -> Found {
        parse(bytes, &identity())
    }

    #[test]
    fn lines_read_back_as_they_were_written() {
        let directory = tempfile::tempdir().expect("a directory");
        let path = directory.path().join("x.partial");
        assert_eq!(find(&path), Found::Nothing);
        let lines = [line("CG1", ""), line("C,\"G\n2", "=1+1,\r\n'x'")];
        let journal = Journal::begin(&path, &identity(), &[&lines[0]]).expect("begun");
        journal.append(&[&lines[1]]).expect("appended");
        journal.sync().expect("on disk");
        assert_eq!(find(&path), Found::Lines(lines.to_vec()));

        drop(journal);
        let kept = Journal::begin(&path, &identity(), &[&lines[1]]).expect("compacted");
        assert_eq!(find(&path), Found::Lines(lines[1..].to_vec()));
        kept.remove().expect("removed");
        assert!(!path.exists());
    }

    #[test]
    fn wherever_it_is_cut_off_the_whole_lines_are_found() {
        let lines = [line("CG1", "a"), line("CG,2", "b\nc")];
        let first = journal(&lines[..1].iter().collect::<Vec<_>>()).len();
        let whole = journal(&[&lines[0], &lines[1]]);
        for end in 0..whole.len() {
            let expected = if end >= first {
                Found::Lines(lines[..1].to_vec())
            } else {
                Found::Nothing
            };
            assert_eq!(found(&whole[..end]), expected, "{end}");
        }
        assert_eq!(found(&whole), Found::Lines(lines.to_vec()));
    }

    #[test]
    fn what_is_more_than_torn_is_damaged() {
        let (one, two) = (line("CG1", "a"), line("CG2", "b"));
        let whole = String::from_utf8(journal(&[&one, &two])).expect("UTF-8");
        for damaged in [
            whole.replacen(",rejected,", ",", 1),
            whole.replacen(",7,", ",seven,", 1),
            whole.replacen(",100,", ",1e2,", 1),
            whole.replacen(",rejected,", ",ok,", 1),
            whole.replacen("CG1,", "x\nCG1,", 1),
            format!("{whole}x\ny\n"),
            format!("x{whole}"),
            whole.replacen(COLUMNS, "a,b,", 1),
        ] {
            let damage = Found::Foreign(Foreign::Damaged);
            assert_eq!(found(damaged.as_bytes()), damage, "{damaged}");
        }
        let mut bytes = whole.clone().into_bytes();
        let at = whole.find("CG1").expect("there");
        bytes[at] = 0xff;
        assert_eq!(found(&bytes), Found::Foreign(Foreign::Damaged));
        let one_torn = Found::Lines(vec![one, two]);
        assert_eq!(found(format!("{whole}x\n").as_bytes()), one_torn);
    }

    #[test]
    fn another_identity_is_foreign() {
        for fields in [
            [("account", "shop"), ("endpoint", "there")],
            [("account", "shop2"), ("endpoint", "here")],
            [("accounts", "hop"), ("endpoint", "here")],
        ] {
            let journal = journal(&[&line("CG1", "")]);
            let other = parse(&journal, &Identity::new(&fields));
            assert_eq!(other, Found::Foreign(Foreign::OtherIdentity), "{fields:?}");
        }
    }

    #[test]
    fn only_a_journal_or_the_beginning_of_one_is_ours() {
        let directory = tempfile::tempdir().expect("a directory");
        let path = directory.path().join("x.partial");
        assert!(Left::open(&path).is_ok(), "free");
        for (content, ours) in [
            ("", true),
            (&COLUMNS[..20], true),
            (COLUMNS, true),
            ("dear diary", false),
            ("purchase_no,flag_name\nCG1,aa\n", false),
        ] {
            fs::write(&path, content).expect("written");
            assert_eq!(Left::open(&path).is_ok(), ours, "{content:?}");
            assert_eq!(is_at(&path), ours, "{content:?}");
        }
    }
}
