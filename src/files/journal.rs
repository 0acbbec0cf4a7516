//! The journal: the outcome of every call, written ahead of its being known, so that a run that is
//! cut short is continued.
//!
//! It holds a line for each call that came to an end; what becomes of a sheet's other rows follows
//! from those. While a run is under way it is only appended to. Continuing a run compacts it: the
//! lines that still hold go into a new file, which replaces the old one.
//!
//! The name of its last column says for whom it is; below it stands a checksum of each line, which
//! shows that the line is whole. At a run's end a short line names each file that it is about to put
//! in its place: what stands there from then on is this run's own.

use std::fs::{self, File, Metadata};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use csv::StringRecord;
use jiff::Timestamp;
use md5::{Digest, Md5};
use serde::Serialize;

use super::atomic::AtomicFile;
use super::error::FileError;
use super::fs::{leads_to, open_to_read, sync_directory};
use super::outcome::{Outcome, local_time};
use super::results::{io_error, writer};
use crate::language::say;
use crate::text::{duration, hex};

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

/// The files that a run has put in their place, by name, with the times that they were given.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Published(Vec<(String, Timestamp)>);

impl Published {
    /// When the run put its file there, if it did.
    pub fn time(&self, path: &Path) -> Option<Timestamp> {
        let name = name(path);
        let found = self.0.iter().rfind(|(it, _)| *it == name);
        found.map(|(_, time)| *time)
    }
}

fn name(path: &Path) -> String {
    let name = path.file_name().unwrap_or_default();
    name.to_string_lossy().into_owned()
}

/// What an existing journal turned out to be.
#[derive(Debug, PartialEq, Eq)]
pub enum Found {
    /// There was none, or none worth keeping.
    Nothing,
    /// That of a run that was cut short, as far as it is whole.
    Lines(Vec<Line>, Published),
    Foreign(Foreign),
}

/// Why a journal is not continued.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Foreign {
    OtherIdentity,
    NotOwn,
    OtherRows,
    /// So long ago its last outcome was known.
    Old(Duration),
    /// More has happened to it than that its end was cut off.
    Damaged,
    /// It is of the sheet, and its failures are corrected; or the other way round.
    OtherSheet,
    NotWanted,
}

impl Foreign {
    /// Says that a journal was in the way and is now at `path`.
    pub fn set_aside(self, path: &str) -> String {
        match self {
            Foreign::OtherIdentity => say!("journal-of-other-identity", path = path),
            Foreign::NotOwn => say!("journal-not-own", path = path),
            Foreign::OtherRows => say!("journal-of-other-rows", path = path),
            Foreign::Old(age) => say!("journal-too-old", age = duration(age), path = path),
            Foreign::Damaged => say!("journal-damaged", path = path),
            Foreign::OtherSheet => say!("journal-of-other-sheet", path = path),
            Foreign::NotWanted => say!("journal-not-wanted", path = path),
        }
    }
}

/// A journal that is in the way, as it was when it was found.
#[derive(Debug)]
pub struct Left {
    bytes: Vec<u8>,
    is_own: bool,
}

impl Left {
    /// Reads the journal at `path`, if there is one.
    ///
    /// # Errors
    ///
    /// If there is something that is no journal, whole, cut off or torn.
    pub fn open(path: &Path) -> Result<Option<Left>, FileError> {
        let Some((bytes, found)) = read(path, usize::MAX)? else {
            return Ok(None);
        };
        let is_own = is_own(path, &found)?;
        Ok(Some(Left { bytes, is_own }))
    }

    pub fn find(&self, identity: &Identity) -> Found {
        match parse(&self.bytes, identity) {
            Found::Lines(..) if !self.is_own => Found::Foreign(Foreign::NotOwn),
            found => found,
        }
    }
}

/// Whether there is a journal at the path, whole, cut off or torn.
pub fn is_at(path: &Path) -> bool {
    matches!(read(path, COLUMNS.len()), Ok(Some(_)))
}

/// The same, if it is one's own.
pub fn is_own_at(path: &Path) -> bool {
    match read(path, COLUMNS.len()) {
        Ok(Some((_, found))) => is_own(path, &found).unwrap_or(false),
        _ => false,
    }
}

/// Whether the file is this user's, as one made now is: some file systems show one user for all.
#[cfg(unix)]
fn is_own(path: &Path, found: &Metadata) -> Result<bool, FileError> {
    use std::os::unix::fs::MetadataExt;

    let fresh = AtomicFile::private(path)?;
    let fresh = fresh.file().metadata().map_err(FileError::io(path))?;
    Ok(found.uid() == fresh.uid())
}

#[cfg(not(unix))]
fn is_own(_: &Path, _: &Metadata) -> Result<bool, FileError> {
    Ok(true)
}

/// What is at the path, up to so many bytes of it.
fn read(path: &Path, most: usize) -> Result<Option<(Vec<u8>, Metadata)>, FileError> {
    let opened = open_to_read(path).map_err(FileError::of_earlier_run)?;
    let Some((file, found)) = opened else {
        return Ok(None);
    };
    let mut bytes = Vec::new();
    file.take(most as u64)
        .read_to_end(&mut bytes)
        .map_err(FileError::io(path))?;
    // A power cut may leave zeros where something was to be written.
    let zeros = bytes.iter().rev().take_while(|&&byte| byte == 0).count();
    let written = &bytes[..bytes.len() - zeros];
    let columns = COLUMNS.as_bytes();
    if written.starts_with(columns) || columns.starts_with(written) {
        Ok(Some((bytes, found)))
    } else {
        Err(FileError::not_ours(path))
    }
}

/// What the bytes of a journal say to a run of this identity.
pub fn parse(bytes: &[u8], identity: &Identity) -> Found {
    let (columns, rest) = bytes.split_at(bytes.len().min(COLUMNS.len()));
    if !COLUMNS.as_bytes().starts_with(columns) {
        return Found::Foreign(Foreign::Damaged);
    }
    let Some(end) = rest.iter().position(|&byte| byte == b'\n') else {
        return Found::Nothing;
    };
    match parse_lines(&rest[end + 1..]) {
        None => Found::Foreign(Foreign::Damaged),
        Some((lines, Published(files))) if lines.is_empty() && files.is_empty() => Found::Nothing,
        Some(_) if rest[..end] != *identity.0.as_bytes() => Found::Foreign(Foreign::OtherIdentity),
        Some((lines, published)) => Found::Lines(lines, published),
    }
}

/// The lines of a journal; `None` if it is damaged.
///
/// A kill or a power cut leaves at most the last line torn: it is dropped. Two lines that are none,
/// or one before a whole one, are damage of another kind.
fn parse_lines(body: &[u8]) -> Option<(Vec<Line>, Published)> {
    let mut csv = csv::ReaderBuilder::new()
        .has_headers(false)
        .flexible(true)
        .terminator(csv::Terminator::Any(b'\n'))
        .from_reader(body);
    let mut record = StringRecord::new();
    let (mut lines, mut published) = (Vec::new(), Published::default());
    let mut torn = 0;
    loop {
        let is_whole = match csv.read_record(&mut record) {
            Ok(false) => break,
            // Its end may be missing, though all its fields are there.
            Ok(true) => csv.position().byte() < body.len() as u64 || body.ends_with(b"\n"),
            // Not UTF-8: reading from memory fails in no other way.
            Err(_) => false,
        };
        let fields = is_whole.then(|| whole(&record)).flatten();
        let is_read = match fields.as_deref() {
            Some([name, time]) => time.parse().ok().map(|time| {
                published.0.push(((*name).to_owned(), time));
            }),
            Some(fields) => parse_line(fields).map(|line| lines.push(line)),
            None => None,
        };
        match is_read {
            Some(()) if torn > 0 => return None,
            Some(()) => {}
            None => torn += 1,
        }
    }
    (torn <= 1).then_some((lines, published))
}

/// The fields of a record, if it is whole.
fn whole(record: &StringRecord) -> Option<Vec<&str>> {
    let mut fields: Vec<&str> = record.iter().collect();
    let sum = fields.pop()?;
    (checksum(fields.iter().copied()) == sum).then_some(fields)
}

fn parse_line(fields: &[&str]) -> Option<Line> {
    let &[
        order,
        flag,
        line,
        status,
        code,
        message,
        attempts,
        finished_at,
    ] = fields
    else {
        return None;
    };
    Some(Line {
        order: order.to_owned(),
        flag: flag.to_owned(),
        line: line.parse().ok()?,
        outcome: Outcome {
            status: status.parse().ok()?,
            code: match code {
                "" => None,
                code => Some(code.parse().ok()?),
            },
            message: message.into(),
            attempts: attempts.parse().ok()?,
            finished_at: finished_at.parse().ok()?,
        },
    })
}

/// The journal of the run under way.
#[derive(Debug)]
pub struct Journal {
    file: File,
    path: PathBuf,
    published: Published,
    /// Whether its last line may be torn.
    is_torn: AtomicBool,
    /// Some file systems do not know a file again that was renamed.
    is_traced: bool,
}

impl Journal {
    /// Begins a journal with what of an earlier one still holds, on disk before this returns. An
    /// outcome that is left out no longer counts, whatever becomes of this process.
    pub fn begin(
        path: &Path,
        identity: &Identity,
        kept: &[&Line],
        published: Published,
    ) -> Result<Journal, FileError> {
        let draft = AtomicFile::private(path)?;
        write(kept, &published, identity)
            .and_then(|text| draft.file().write_all(&text))
            .map_err(FileError::io(path))?;
        let file = draft.commit()?;
        Ok(Journal {
            is_traced: leads_to(path, &file)?,
            file,
            path: path.to_owned(),
            published,
            is_torn: AtomicBool::new(false),
        })
    }

    /// Hands lines to the operating system, all in one write. After an error nothing more may be
    /// appended: the last line may be torn.
    pub fn append(&self, lines: &[&Line]) -> Result<(), FileError> {
        let mut text = Vec::new();
        append_lines(&mut text, lines)
            .and_then(|()| self.append_text(&text))
            .map_err(FileError::io(&self.path))
    }

    fn append_text(&self, text: &[u8]) -> io::Result<()> {
        let written = (&self.file).write_all(text);
        if written.is_err() {
            self.is_torn.store(true, Ordering::Relaxed);
        }
        written
    }

    /// Forces what was appended to disk.
    pub fn sync(&self) -> Result<(), FileError> {
        self.file.sync_data().map_err(FileError::io(&self.path))
    }

    /// What this run, from where it was first begun, has put in its place.
    pub fn published(&self) -> &Published {
        &self.published
    }

    /// Records that the run's own file is put at `path`, and what was there is not needed any more.
    /// Where that cannot be recorded, a run that continues this one keeps the file as an earlier
    /// one's.
    pub fn publish(&mut self, path: &Path, time: Timestamp) {
        let mut text = Vec::new();
        let name = name(path);
        if !self.is_torn.load(Ordering::Relaxed)
            && write_record(&mut writer(&mut text), &[&name, &local_time(time)]).is_ok()
            && self.append_text(&text).is_ok()
        {
            let _ = self.sync();
        }
        self.published.0.push((name, time));
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
pub fn write(lines: &[&Line], published: &Published, identity: &Identity) -> io::Result<Vec<u8>> {
    let mut text = format!("{COLUMNS}{}\n", identity.0).into_bytes();
    append_lines(&mut text, lines)?;
    let mut csv = writer(&mut text);
    for (name, time) in &published.0 {
        write_record(&mut csv, &[name, &local_time(*time)])?;
    }
    drop(csv);
    Ok(text)
}

fn append_lines(text: &mut Vec<u8>, lines: &[&Line]) -> io::Result<()> {
    let mut csv = writer(text);
    for line in lines {
        let outcome = &line.outcome;
        let code = outcome.code.map(|code| code.to_string());
        let fields = [
            line.order.as_str(),
            &line.flag,
            &line.line.to_string(),
            outcome.status.as_str(),
            &code.unwrap_or_default(),
            &outcome.message,
            &outcome.attempts.to_string(),
            &local_time(outcome.finished_at),
        ];
        write_record(&mut csv, &fields)?;
    }
    csv.flush()
}

fn write_record(csv: &mut csv::Writer<&mut Vec<u8>>, fields: &[&str]) -> io::Result<()> {
    let sum = checksum(fields.iter().copied());
    let fields = fields.iter().copied().chain([sum.as_str()]);
    csv.write_record(fields).map_err(io_error)?;
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
        write(lines, &Published::default(), &identity()).expect("in memory")
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
        let journal =
            Journal::begin(&path, &identity(), &[&lines[0]], Published::default()).expect("begun");
        journal.append(&[&lines[1]]).expect("appended");
        journal.sync().expect("on disk");
        assert_eq!(
            find(&path),
            Found::Lines(lines.to_vec(), Published::default())
        );

        drop(journal);
        let kept = Journal::begin(&path, &identity(), &[&lines[1]], Published::default())
            .expect("compacted");
        assert_eq!(
            find(&path),
            Found::Lines(lines[1..].to_vec(), Published::default())
        );
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
                Found::Lines(lines[..1].to_vec(), Published::default())
            } else {
                Found::Nothing
            };
            assert_eq!(found(&whole[..end]), expected, "{end}");
        }
        assert_eq!(
            found(&whole),
            Found::Lines(lines.to_vec(), Published::default())
        );
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
        let one_torn = Found::Lines(vec![one, two], Published::default());
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
