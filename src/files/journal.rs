//! The journal: the outcome of every call, written ahead of its being known, so that a run that is
//! cut short is continued.
//!
//! Its first line says for whom it is. Then it holds a line of JSON for each call that came to an
//! end; what becomes of a sheet's other rows follows from those. At a run's end a line names each
//! file that it is about to put in its place: what stands there from then on is this run's own. Where
//! the run is to be continued, a last line says that all of them are there.
//!
//! While a run is under way the journal is only appended to. Continuing a run compacts it: the lines
//! that still hold go into a new file, which replaces the old one.

mod left;

use std::collections::BTreeMap;
use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};

use jiff::Timestamp;
use md5::{Digest, Md5};
use serde::{Deserialize, Serialize};

use super::atomic::AtomicFile;
use super::error::FileError;
use super::fs::{leads_to, sync_directory};
use super::history::is_of;
use super::outcome::{Outcome, Status};
use crate::text::hex;
pub use left::{Foreign, Found, Left, is_at, is_half_placed, parse};

/// The beginning of the first line, before the identity.
const BEGINNING: &str = "{\"wdt_flags_journal\":\"";

/// For whom and how a sheet is carried out. Outcomes recorded under another identity say nothing
/// about this run: an order that one account's ERP accepted is still to be sent to another's.
#[derive(Clone, Debug)]
pub struct Identity(String);

impl Identity {
    /// Of fields by name: account, endpoint, columns and the like.
    pub fn new(fields: &[(&str, &str)]) -> Self {
        let mut md5 = Md5::new();
        for text in fields.iter().flat_map(|&(name, it)| [name, it]) {
            // With its length, so that text cannot pass from one to the next.
            md5.update((text.len() as u64).to_le_bytes());
            md5.update(text);
        }
        Identity(hex(&md5.finalize()))
    }

    fn line(&self) -> String {
        format!("{BEGINNING}{}\"}}", self.0)
    }
}

/// The outcome of an order's call, as the journal has it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Line {
    pub order: String,
    pub flag: String,
    /// Line of the sheet's row that decided.
    pub line: u64,
    #[serde(flatten)]
    pub outcome: Outcome,
}

impl Line {
    /// Whether the ERP would not hear of the call: that says nothing of the order.
    fn was_refused(&self) -> bool {
        self.outcome.status == Status::Failed && self.outcome.code.is_some()
    }
}

/// The names of the files that a run has put in their place, and when each was last changed, as the
/// run has set it.
pub type Published = BTreeMap<String, Timestamp>;

/// A line after the first.
#[derive(Serialize, Deserialize)]
#[serde(untagged)]
enum Entry {
    Line(Line),
    Published { published: Published },
    Placed { placed: bool },
}

/// The journal of the run under way.
#[derive(Debug)]
pub struct Journal {
    file: fs::File,
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
        let text = text_of(lines).and_then(|text| self.append_text(&text));
        text.map_err(FileError::io(&self.path))
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

    /// When this run, from where it was first begun, has put its own file at `path`, if it did.
    pub fn published(&self, path: &Path) -> Option<Timestamp> {
        self.published.get(&name(path)).copied()
    }

    /// Whether the file that is at `path` is the one that this run has put there.
    pub fn has_published(&self, path: &Path) -> bool {
        let written = self.published(path);
        written.is_some_and(|written| is_of(path, written))
    }

    /// Where this run has put what is for `path` while that could not be replaced.
    pub fn published_beside(&self, path: &Path) -> Vec<PathBuf> {
        let stem = path.file_stem().unwrap_or_default();
        let beginning = format!("{}-", stem.to_string_lossy());
        let is_beside = |name: &&String| {
            let rest = name.strip_prefix(&beginning);
            let number = rest.and_then(|it| it.split('.').next());
            number.is_some_and(|it| it.parse::<u32>().is_ok())
        };
        let names = self.published.keys().filter(is_beside);
        let files = names.map(|name| path.with_file_name(name));
        files.filter(|it| self.has_published(it)).collect()
    }

    /// Records that the run's own file is put at `path`, and what was there is not needed any more.
    /// Where that cannot be recorded, a run that continues this one keeps the file as an earlier
    /// one's.
    pub fn publish(&mut self, path: &Path, modified: Timestamp) {
        let published = Published::from([(name(path), modified)]);
        self.published.extend(published.clone());
        self.record(&Entry::Published { published });
    }

    /// Records that all files are in their places.
    pub fn placed(&self) {
        self.record(&Entry::Placed { placed: true });
    }

    fn record(&self, entry: &Entry) {
        let is_torn = self.is_torn.load(Ordering::Relaxed);
        if let Ok(text) = text_of(&[entry])
            && !is_torn
            && self.append_text(&text).is_ok()
        {
            let _ = self.sync();
        }
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
    let mut text = (identity.line() + "\n").into_bytes();
    text.extend(text_of(lines)?);
    if !published.is_empty() {
        let published = published.clone();
        text.extend(text_of(&[Entry::Published { published }])?);
    }
    Ok(text)
}

fn name(path: &Path) -> String {
    let name = path.file_name().unwrap_or_default();
    name.to_string_lossy().into_owned()
}

fn text_of(entries: &[impl Serialize]) -> io::Result<Vec<u8>> {
    let mut text = Vec::new();
    for entry in entries {
        serde_json::to_writer(&mut text, entry)?;
        text.push(b'\n');
    }
    Ok(text)
}

#[cfg(test)]
mod tests {
    use super::*;

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

    fn found(bytes: &[u8]) -> Found {
        parse(bytes, &identity())
    }

    fn lines(lines: &[Line]) -> Found {
        Found::Lines(lines.to_vec(), Published::default())
    }

    fn journal(lines: &[Line]) -> Vec<u8> {
        let lines: Vec<&Line> = lines.iter().collect();
        write(&lines, &Published::default(), &identity()).expect("in memory")
    }

    #[test]
    fn lines_read_back_as_they_were_written() {
        let directory = tempfile::tempdir().expect("a directory");
        let path = directory.path().join("x.partial");
        let find = || {
            let left = Left::open(&path).expect("ours");
            left.map(|left| left.find(&identity()))
        };
        assert_eq!(find(), None);
        let begin = |kept: &Line| Journal::begin(&path, &identity(), &[kept], Published::default());
        let all = [line("CG1", ""), line("C,\"G\n2", "=1+1,\r\n'x'")];
        let journal = begin(&all[0]).expect("begun");
        journal.append(&[&all[1]]).expect("appended");
        assert_eq!(find(), Some(lines(&all)));
        drop(journal);
        let kept = begin(&all[1]).expect("compacted");
        assert_eq!(find(), Some(lines(&all[1..])));
        kept.remove().expect("removed");
        assert!(!path.exists());
    }

    #[test]
    fn wherever_it_is_cut_off_the_whole_lines_are_found() {
        let all = [line("CG1", "a"), line("CG,2", "b\nc")];
        let (first, whole) = (journal(&all[..1]).len(), journal(&all));
        for end in 0..whole.len() {
            let expected = if end >= first {
                lines(&all[..1])
            } else {
                Found::Nothing
            };
            assert_eq!(found(&whole[..end]), expected, "{end}");
        }
        assert_eq!(found(&whole), lines(&all));
        let one_torn = [&whole[..], b"x\n"].concat();
        assert_eq!(found(&one_torn), lines(&all));
    }

    #[test]
    fn what_is_more_than_torn_is_damaged_and_of_another_identity_foreign() {
        let bytes = journal(&[line("CG1", "a"), line("CG2", "b")]);
        let whole = String::from_utf8(bytes.clone()).expect("UTF-8");
        for damaged in [
            whole.replacen("\"rejected\"", "\"rejec\"", 1),
            whole.replacen(":7,", ":-7,", 1),
            whole.replacen(",\"line\":7", "", 1),
            whole.replacen("{\"order\"", "x\n{\"order\"", 1),
            format!("{whole}x\ny\n"),
            format!("x{whole}"),
        ] {
            let damage = Found::Foreign(Foreign::Damaged);
            assert_eq!(found(damaged.as_bytes()), damage, "{damaged}");
        }
        for fields in [
            [("account", "shop"), ("endpoint", "there")],
            [("accounts", "hop"), ("endpoint", "here")],
        ] {
            let other = parse(&bytes, &Identity::new(&fields));
            assert_eq!(other, Found::Foreign(Foreign::OtherIdentity), "{fields:?}");
        }
    }
}
