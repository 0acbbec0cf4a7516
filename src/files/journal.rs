//! The journal: the outcome of every call, written ahead of its being known, so that a run that is
//! cut short is continued.
//!
//! It holds a line for each call that came to an end; what becomes of a sheet's other rows follows
//! from those. While a run is under way it is only appended to. Continuing a run compacts it: the
//! lines that still hold go into a new file, which replaces the old one.

use std::fs::{self, File};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};

use csv::StringRecord;
use md5::{Digest, Md5};
use serde::Serialize;

use super::atomic::AtomicFile;
use super::error::FileError;
use super::fs::{metadata_if_exists, sync_directory};
use super::outcome::{Outcome, local_time};
use super::results::{io_error, writer};
use crate::text::hex;

const HEADER: &str = "purchase_no,flag_name,line,status,code,message,attempts,finished_at,run\n";

/// For whom and how a sheet is carried out. Outcomes recorded under another identity say nothing
/// about this run: an order that one account's ERP accepted is still to be sent to another's.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Identity(String);

impl Identity {
    /// Of fields by name: account, endpoint, columns and the like.
    pub fn new(fields: &[(&str, &str)]) -> Self {
        // Text always serialises; were it not to, no journal would be continued.
        let text = serde_json::to_vec(fields).unwrap_or_default();
        Identity(hex(&Md5::digest(&text)))
    }
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

/// What an existing journal turned out to be.
#[derive(Debug, PartialEq, Eq)]
pub enum Found {
    /// There was none, or none worth keeping.
    Nothing,
    /// That of a run that was cut short, as far as it is whole.
    Lines(Vec<Line>),
    Foreign(Foreign),
}

/// Why a journal is not continued.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Foreign {
    OtherIdentity,
    OtherRows,
    /// More has happened to it than that its end was cut off.
    Damaged,
    /// It is of the sheet, and its failures are corrected; or the other way round.
    OtherSheet,
    NotWanted,
}

/// Reads the journal at `path`, if there is one.
pub fn find(path: &Path, identity: &Identity) -> io::Result<Found> {
    match fs::read(path) {
        Ok(bytes) => parse(&bytes, identity),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(Found::Nothing),
        Err(error) => Err(error),
    }
}

/// A kill or a power cut leaves at most the last line torn: it is dropped. Two lines that are none,
/// or one before a whole one, are damage of another kind.
pub fn parse(bytes: &[u8], identity: &Identity) -> io::Result<Found> {
    let Some(body) = bytes.strip_prefix(HEADER.as_bytes()) else {
        return Ok(match HEADER.as_bytes().starts_with(bytes) {
            true => Found::Nothing,
            false => Found::Foreign(Foreign::Damaged),
        });
    };
    let mut csv = csv::ReaderBuilder::new()
        .has_headers(false)
        .flexible(true)
        .terminator(csv::Terminator::Any(b'\n'))
        .from_reader(body);
    let mut record = StringRecord::new();
    let mut lines = Vec::new();
    let mut torn = 0;
    loop {
        let line = match csv.read_record(&mut record) {
            Ok(false) => break,
            Ok(true) => parse_line(&record),
            Err(error) if matches!(error.kind(), csv::ErrorKind::Utf8 { .. }) => None,
            Err(error) => return Err(io_error(error)),
        };
        let is_last = csv.position().byte() == body.len() as u64;
        match line {
            Some(_) if torn > 0 => return Ok(Found::Foreign(Foreign::Damaged)),
            Some((_, run)) if run != identity.0 => {
                return Ok(Found::Foreign(Foreign::OtherIdentity));
            }
            // Its end may be missing, though all its fields are there.
            Some(_) if is_last && !body.ends_with(b"\n") => break,
            Some((line, _)) => lines.push(line),
            None => torn += 1,
        }
    }
    Ok(match lines.is_empty() {
        _ if torn > 1 => Found::Foreign(Foreign::Damaged),
        true => Found::Nothing,
        false => Found::Lines(lines),
    })
}

/// The line and its identity; `None` if it is not whole.
fn parse_line(record: &StringRecord) -> Option<(Line, &str)> {
    let mut fields = record.iter();
    let line = Line {
        order: fields.next()?.to_owned(),
        flag: fields.next()?.to_owned(),
        line: fields.next()?.parse().ok()?,
        outcome: Outcome {
            status: fields.next()?.parse().ok()?,
            code: match fields.next()? {
                "" => None,
                code => Some(code.parse().ok()?),
            },
            message: fields.next()?.into(),
            attempts: fields.next()?.parse().ok()?,
            finished_at: fields.next()?.parse().ok()?,
        },
    };
    let run = fields.next()?;
    let whole = run.len() == 32 && fields.next().is_none();
    whole.then_some((line, run))
}

/// An error unless the path is free or holds a journal, whole or cut off.
pub fn check(path: &Path) -> Result<(), FileError> {
    if metadata_if_exists(path)?.is_none() {
        return Ok(());
    }
    let mut begin = Vec::new();
    File::open(path)
        .and_then(|file| file.take(HEADER.len() as u64).read_to_end(&mut begin))
        .map_err(FileError::io(path))?;
    match HEADER.as_bytes().starts_with(&begin) {
        true => Ok(()),
        false => Err(FileError::NotOurs(path.to_owned())),
    }
}

/// The journal of the run under way.
#[derive(Debug)]
pub struct Journal {
    file: File,
    path: PathBuf,
    identity: Identity,
}

impl Journal {
    /// Begins a journal with the lines of an earlier one that still hold, on disk before this
    /// returns. An outcome that is left out no longer counts, whatever becomes of this process.
    pub fn begin(path: &Path, identity: Identity, kept: &[&Line]) -> Result<Journal, FileError> {
        let draft = AtomicFile::create(path)?;
        write(kept, &identity)
            .and_then(|text| draft.file().write_all(&text))
            .map_err(FileError::io(path))?;
        Ok(Journal {
            file: draft.commit()?,
            path: path.to_owned(),
            identity,
        })
    }

    /// Hands lines to the operating system, all in one write. After an error nothing more may be
    /// appended: the last line may be torn.
    pub fn append(&mut self, lines: &[&Line]) -> Result<(), FileError> {
        let mut text = Vec::new();
        append_lines(&mut text, lines, &self.identity)
            .and_then(|()| self.file.write_all(&text))
            .map_err(FileError::io(&self.path))
    }

    /// Forces what was appended to disk.
    pub fn sync(&self) -> Result<(), FileError> {
        self.file.sync_data().map_err(FileError::io(&self.path))
    }

    /// Removes the journal, once all it holds stands in the results.
    pub fn remove(self) -> Result<(), FileError> {
        drop(self.file);
        fs::remove_file(&self.path).map_err(FileError::io(&self.path))?;
        sync_directory(&self.path);
        Ok(())
    }
}

/// The text of a journal that holds `lines`.
pub fn write(lines: &[&Line], identity: &Identity) -> io::Result<Vec<u8>> {
    let mut text = HEADER.as_bytes().to_vec();
    append_lines(&mut text, lines, identity)?;
    Ok(text)
}

fn append_lines(text: &mut Vec<u8>, lines: &[&Line], identity: &Identity) -> io::Result<()> {
    let mut csv = writer(text);
    for line in lines {
        let Outcome {
            status,
            code,
            message,
            attempts,
            finished_at,
        } = &line.outcome;
        csv.write_record([
            line.order.as_str(),
            &line.flag,
            &line.line.to_string(),
            status.as_str(),
            &code.map(|code| code.to_string()).unwrap_or_default(),
            message,
            &attempts.to_string(),
            &local_time(*finished_at),
            &identity.0,
        ])
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

    fn journal(lines: &[&Line]) -> Vec<u8> {
        write(lines, &identity()).expect("in memory")
    }

    fn found(bytes: &[u8]) -> Found {
        parse(bytes, &identity()).expect("read")
    }

    #[test]
    fn lines_read_back_as_they_were_written() {
        let directory = tempfile::tempdir().expect("a directory");
        let path = directory.path().join("x.partial");
        assert_eq!(find(&path, &identity()).expect("read"), Found::Nothing);
        let lines = [line("CG1", ""), line("C,\"G\n2", "=1+1,\r\n'x'")];
        let mut journal = Journal::begin(&path, identity(), &[&lines[0]]).expect("begun");
        journal.append(&[&lines[1]]).expect("appended");
        journal.sync().expect("on disk");
        let read = find(&path, &identity()).expect("read");
        assert_eq!(read, Found::Lines(lines.to_vec()));
        check(&path).expect("ours");

        let kept = Journal::begin(&path, identity(), &[&lines[1]]).expect("compacted");
        let read = find(&path, &identity()).expect("read");
        assert_eq!(read, Found::Lines(lines[1..].to_vec()));
        kept.remove().expect("removed");
        assert!(!path.exists());
    }

    #[test]
    fn wherever_it_is_cut_off_the_whole_lines_are_found() {
        let lines = [line("CG1", "a"), line("CG,2", "b\nc")];
        let first = journal(&lines[..1].iter().collect::<Vec<_>>()).len();
        let whole = journal(&[&lines[0], &lines[1]]);
        for end in 0..whole.len() {
            let expected = match end >= first {
                true => Found::Lines(lines[..1].to_vec()),
                false => Found::Nothing,
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
            whole.replacen("run\n", "run\nx\n", 1),
            format!("{whole}x\ny\n"),
            format!("x{whole}"),
            whole.replacen(HEADER, "a,b\n", 1),
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
            let other = parse(&journal, &Identity::new(&fields)).expect("read");
            assert_eq!(other, Found::Foreign(Foreign::OtherIdentity), "{fields:?}");
        }
    }

    #[test]
    fn only_a_journal_or_the_beginning_of_one_is_ours() {
        let directory = tempfile::tempdir().expect("a directory");
        let path = directory.path().join("x.partial");
        assert!(check(&path).is_ok(), "free");
        for (content, ours) in [
            ("", true),
            (&HEADER[..20], true),
            (HEADER, true),
            ("dear diary", false),
            ("purchase_no,flag_name\nCG1,aa\n", false),
        ] {
            fs::write(&path, content).expect("written");
            assert_eq!(check(&path).is_ok(), ours, "{content:?}");
        }
    }
}
