//! How a command ended, for programs: the one object of `--format json`. Its schema is
//! `ending.schema.json` beside this file; no field is ever absent.

use std::collections::BTreeMap;
use std::path::{self, PathBuf};

use jiff::Timestamp;
use serde::{Serialize, Serializer};
use serde_json::Value;

use crate::erp::Account;
use crate::files::{Beside, Status, local_time};
use crate::run::{Confirmed, Counts, Report};

/// Counts up when a field is renamed, removed or means something else; not when one is added.
const SCHEMA_VERSION: u32 = 1;

#[derive(Clone, Debug, Default, Serialize)]
pub struct Ending {
    pub schema_version: u32,
    pub version: &'static str,
    /// Of this one execution; lines of the log have it, too.
    pub run_id: String,
    pub command: &'static str,
    pub exit_code: u8,
    /// Why it ended before its time or did nothing; `None` if it came to its end.
    pub stop_reason: Option<Stopped>,
    pub account: Option<Account>,
    pub sheet: Option<String>,
    pub files: Files,
    /// Rows that were given; `None` if there are no results to report on.
    pub rows: Option<Rows>,
    /// These and the rows of the results that were not given back.
    pub whole_sheet: Option<Rows>,
    #[serde(flatten)]
    pub counts: Counts,
    pub read_back: Option<Confirmed>,
    #[serde(serialize_with = "local")]
    pub started_at: Timestamp,
    #[serde(serialize_with = "local")]
    pub finished_at: Timestamp,
    pub duration_seconds: f64,
    #[serde(serialize_with = "local_if_any")]
    pub deadline: Option<Timestamp>,
    /// Of rows that need another look, the most frequent first.
    pub messages: Vec<Reason>,
    /// Rows whose message is not among them, for there are too many.
    pub rows_with_other_messages: u64,
    pub warnings: Vec<String>,
    /// The command that comes next.
    pub next: Option<Next>,
    /// What `check` has found.
    pub check: Option<Value>,
    /// What `ping` has found.
    pub ping: Option<Value>,
}

/// What comes next: the command, and in words what to do before it, if anything.
#[derive(Clone, Debug)]
pub struct Next {
    pub argv: Vec<String>,
    /// The command, as a shell takes it.
    pub command: String,
    pub text: String,
}

impl Serialize for Next {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.argv.serialize(serializer)
    }
}

#[derive(Clone, Debug, Serialize)]
pub struct Stopped {
    pub kind: &'static str,
    pub text: String,
}

#[derive(Clone, Debug, Default, Serialize)]
pub struct Files {
    pub results: Option<String>,
    pub failures: Option<String>,
    pub journal: Option<String>,
    /// Files of earlier runs, under the names under which they were kept.
    pub kept: Vec<String>,
    /// Files that could not take their place.
    pub beside: Vec<Beside>,
}

#[derive(Clone, Debug, Serialize)]
pub struct Rows {
    pub total: u64,
    /// Those that need another look.
    pub failures: u64,
    pub by_status: BTreeMap<Status, u64>,
}

#[derive(Clone, Debug, Serialize)]
pub struct Reason {
    pub status: Status,
    pub message: String,
    pub rows: u64,
}

impl Ending {
    /// Of a command that begins now.
    pub fn new(command: &'static str) -> Ending {
        Ending {
            schema_version: SCHEMA_VERSION,
            version: env!("CARGO_PKG_VERSION"),
            run_id: random_id(),
            command,
            started_at: Timestamp::now(),
            ..Ending::default()
        }
    }

    pub fn report(&mut self, report: &Report) {
        let tally = &report.rows;
        let (given, whole_sheet) = (tally.rows(), tally.rows() + tally.kept());
        let rows = Rows::of(given, tally.failures(), |it| tally.count(it));
        self.rows = Some(rows);
        let rows = Rows::of(whole_sheet, tally.whole_failures(), |it| {
            tally.whole_count(it)
        });
        self.whole_sheet = Some(rows);
        self.files = Files {
            results: Some(whole(&report.results)),
            failures: report.failures.as_deref().map(whole),
            journal: report.journal.as_deref().map(whole),
            kept: report.kept.iter().map(|kept| whole(kept)).collect(),
            beside: report.beside.clone(),
        };
        self.read_back = report.confirmed.clone();
        self.deadline = report.deadline;
        let messages = tally.messages().into_iter();
        let message = |(status, message, rows): (Status, &str, u64)| Reason {
            status,
            message: message.to_owned(),
            rows,
        };
        self.messages = messages.map(message).collect();
        self.rows_with_other_messages = tally.unlisted;
        let given_up = report.given_up.as_ref();
        let beside = report.beside.first();
        self.stop_reason = if let Some(reason) = &report.stopped {
            Some(Stopped::new(reason.kind(), reason.to_string()))
        } else if let Some(error) = given_up {
            Some(Stopped::new("given_up", error.to_string()))
        } else {
            beside.map(|it| Stopped::new("beside", it.why.clone()))
        };
    }

    /// The results where they are.
    pub fn results(&self) -> Option<PathBuf> {
        let results = self.files.results.as_ref()?;
        let mut beside = self.files.beside.iter();
        let beside = beside.find(|it| whole(&it.wanted) == *results);
        Some(beside.map_or(results, |it| &it.written).into())
    }

    pub fn ends(&mut self, exit_code: u8) {
        self.exit_code = exit_code;
        self.finished_at = Timestamp::now();
        let duration = self.finished_at.duration_since(self.started_at);
        self.duration_seconds = duration.as_secs_f64().max(0.0);
    }
}

impl Stopped {
    pub fn new(kind: &'static str, text: String) -> Stopped {
        Stopped { kind, text }
    }
}

impl Rows {
    fn of(total: u64, failures: u64, count: impl Fn(Status) -> u64) -> Rows {
        let statuses = [Status::OF_RESULTS, Status::OF_READINGS].concat();
        Rows {
            total,
            failures,
            by_status: statuses.into_iter().map(|it| (it, count(it))).collect(),
        }
    }
}

/// The path from the root: what a program reads is read anywhere.
fn whole(path: &str) -> String {
    let whole = path::absolute(path).map(|path| path.display().to_string());
    whole.unwrap_or_else(|_| path.to_owned())
}

/// A random UUID.
fn random_id() -> String {
    let random = fastrand::u128(..) & !(0xf << 76 | 0x3 << 62) | 4 << 76 | 2 << 62;
    let hex = format!("{random:032x}");
    let parts = [0..8, 8..12, 12..16, 16..20, 20..32].map(|part| &hex[part]);
    parts.join("-")
}

fn local<S: Serializer>(time: &Timestamp, serializer: S) -> Result<S::Ok, S::Error> {
    local_time(*time).serialize(serializer)
}

fn local_if_any<S: Serializer>(time: &Option<Timestamp>, serializer: S) -> Result<S::Ok, S::Error> {
    time.map(local_time).serialize(serializer)
}
