//! `--log`: a line of JSON an event. Whole lines are written at a time, and the file is opened again
//! once it was moved away.

use std::fs::{self, File, Metadata, OpenOptions};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::mem::take;
use std::path::PathBuf;
use std::sync::Mutex;
use std::time::{Duration, Instant};

use jiff::Timestamp;
use same_file::Handle;
use serde::Serialize;
use serde_json::{Value, json};

use super::ensure_own;
use crate::erp::{CallError, ErrorKind};
use crate::files::{FileError, local_time};
use crate::run::Event;
use crate::sync::lock;

/// A file that begins otherwise is somebody else's.
const MARK: &str = "{\"time\":\"";
/// How often it is looked whether the file was moved away.
const LOOK_EVERY: Duration = Duration::from_secs(1);

#[derive(Debug)]
pub struct Log {
    path: PathBuf,
    sheet: Option<PathBuf>,
    run_id: String,
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    file: Option<File>,
    looked: Option<Instant>,
    /// Whether the last line in the file was cut off.
    is_torn: bool,
    /// The first one.
    error: Option<String>,
}

#[derive(Serialize)]
struct Line<'a> {
    time: String,
    run: &'a str,
    event: &'a str,
    #[serde(flatten)]
    facts: Value,
}

impl Log {
    pub fn new(path: PathBuf, sheet: Option<PathBuf>, run_id: String) -> Log {
        Log {
            path,
            sheet,
            run_id,
            state: Mutex::default(),
        }
    }

    pub fn event(&self, event: &Event<'_>) {
        if let Some((name, facts)) = line_of(event) {
            self.write(name, facts);
        }
    }

    /// Writes a line. After an error nothing more is written.
    pub fn write(&self, event: &str, facts: Value) {
        let line = Line {
            time: local_time(Timestamp::now()),
            run: &self.run_id,
            event,
            facts,
        };
        let mut state = lock(&self.state);
        if state.error.is_none() {
            let written = serde_json::to_string(&line).map_err(io::Error::from);
            let written = written.map_err(FileError::io(&self.path));
            let written = written.and_then(|line| self.append(&mut state, line));
            state.error = written.err().map(|error| error.to_string());
        }
    }

    /// Why not everything was written, if it was not.
    pub fn error(&self) -> Option<String> {
        lock(&self.state).error.clone()
    }

    fn append(&self, state: &mut State, mut line: String) -> Result<(), FileError> {
        let is_due = state.looked.is_none_or(|at| at.elapsed() >= LOOK_EVERY);
        if is_due && !self.is_in_place(state) {
            self.open(state)?;
        }
        line.push('\n');
        if take(&mut state.is_torn) {
            line.insert(0, '\n');
        }
        let mut file = state.file.iter();
        let written = file.try_for_each(|mut file| file.write_all(line.as_bytes()));
        written.map_err(FileError::io(&self.path))
    }

    fn is_in_place(&self, state: &mut State) -> bool {
        state.looked = Some(Instant::now());
        let own = state.file.as_ref().and_then(|file| file.try_clone().ok());
        let own = own.and_then(|file| Handle::from_file(file).ok());
        own.is_some() && own == Handle::from_path(&self.path).ok()
    }

    fn open(&self, state: &mut State) -> Result<(), FileError> {
        ensure_own(&self.path, MARK)?;
        let mut options = OpenOptions::new();
        options.read(true).append(true).create(true);
        if let Some(Ok(sheet)) = self.sheet.as_ref().map(fs::metadata) {
            as_private_as(&sheet, &mut options);
        }
        let opened = options.open(&self.path);
        let mut file = opened.map_err(FileError::io(&self.path))?;
        let mut last = [b'\n'];
        if file.seek(SeekFrom::End(-1)).is_ok() {
            let read = file.read_exact(&mut last);
            read.map_err(FileError::io(&self.path))?;
        }
        state.is_torn = last != [b'\n'];
        state.file = Some(file);
        Ok(())
    }
}

/// Orders stand in it: as the sheet, it is nobody else's to read.
#[cfg(unix)]
fn as_private_as(sheet: &Metadata, options: &mut OpenOptions) {
    use std::os::unix::fs::{MetadataExt, OpenOptionsExt};

    options.mode(sheet.mode() & 0o666 | 0o600);
}

#[cfg(not(unix))]
fn as_private_as(_: &Metadata, _: &mut OpenOptions) {}

/// The name of an event and its facts, for those that a log tells.
fn line_of(event: &Event<'_>) -> Option<(&'static str, Value)> {
    Some(match *event {
        Event::Planned(plan) => (
            "planned",
            json!({ "rows": plan.rows, "calls": plan.calls, "settled": plan.settled }),
        ),
        Event::Answered {
            kind,
            order,
            attempt,
            took,
            error,
            ..
        } => {
            let (order, place) = order.unzip();
            let is_throttled = |it: &CallError| matches!(it.kind, ErrorKind::Throttled(_));
            let name = if error.is_some_and(is_throttled) {
                "throttled"
            } else {
                "answered"
            };
            let facts = json!({
                "kind": kind,
                "line": place.map(|place| place.line),
                "order": order,
                "attempt": attempt,
                "verdict": error.map_or("ok", |error| error.kind.name()),
                "code": error.and_then(|error| error.code),
                "reason": error.map(|error| &error.reason),
                "ms": took.as_millis() as u64,
            });
            (name, facts)
        }
        Event::Paused { wait, reason, .. } => (
            "paused",
            json!({ "seconds": seconds(wait), "reason": reason }),
        ),
        Event::Outage { reason, next_try } => (
            "outage",
            json!({ "is_over": false, "reason": reason, "next_try_seconds": seconds(next_try) }),
        ),
        Event::OutageOver { lasted } => (
            "outage",
            json!({ "is_over": true, "seconds": seconds(lasted) }),
        ),
        Event::Clock { offset } => ("clock", json!({ "offset_seconds": offset })),
        Event::Settled {
            line,
            order,
            rows,
            status,
            ..
        } => (
            "settled",
            json!({ "line": line, "order": order, "rows": rows, "status": status }),
        ),
        Event::Stopping { reason } => (
            "stopped",
            json!({ "kind": reason.kind(), "reason": reason.to_string() }),
        ),
        Event::Said { .. } | Event::Started { .. } | Event::MaxInFlight { .. } => return None,
    })
}

/// To the millisecond.
fn seconds(time: Duration) -> f64 {
    time.as_millis() as f64 / 1_000.0
}
