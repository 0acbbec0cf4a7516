//! What is told of a run to those who were not there: scripts, logs, collectors, people. Nothing here
//! changes how a run ends: what cannot be told is a warning.

mod ending;
mod log;
mod metrics;
pub mod notify;
pub mod page;

use std::fs::{self, File};
use std::io::{ErrorKind, Read, Write};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, MutexGuard, OnceLock};

use serde_json::json;

pub use self::ending::{Ending, Next, Stopped};
use self::log::Log;
use self::notify::{Message, Past, Robot};
use self::page::About;
use crate::cli::{Command, Format, Notify, OutputsArgs};
use crate::files::{AtomicFile, FileError, Paths, is_named_ours};
use crate::language::say;
use crate::run::{Event, Observer};
use crate::sync::lock;

/// Within so many bytes from its beginning a file of ours says that it is.
const MARKED_WITHIN: u64 = 4_096;

/// Marks the object of `--summary`.
const SUMMARY_MARK: &str = "\"schema_version\"";

/// Is told all that becomes known of a command, and tells it on at its end.
#[derive(Debug, Default)]
pub struct Outputs {
    wanted: OutputsArgs,
    sheet: Option<PathBuf>,
    /// Where the results are to go, which may be there from an earlier run.
    results: Mutex<Option<PathBuf>>,
    ending: Mutex<Ending>,
    log: Option<Log>,
    /// Who tells people, and when; or why nobody can.
    robot: OnceLock<(Notify, Result<Robot, String>)>,
    /// The results that this run replaces.
    past: OnceLock<Option<Past>>,
    is_told: AtomicBool,
    is_closed: AtomicBool,
}

impl Outputs {
    /// For a command that begins now.
    pub fn of(command: &Command) -> Outputs {
        let (name, sheet, wanted) = match command {
            Command::Run(args) if args.dry_run => ("check", Some(&args.sheet), &args.outputs),
            Command::Run(args) => ("run", Some(&args.sheet), &args.outputs),
            Command::Check(args) => ("check", Some(&args.sheet), &args.outputs),
            Command::Verify(args) => ("verify", Some(&args.sheet), &args.outputs),
            Command::Ping(args) => ("ping", None, &OutputsArgs::of(&args.summary)),
            _ => ("", None, &OutputsArgs::default()),
        };
        let mut wanted = wanted.clone();
        if name == "check" {
            // It is no run of which a log or a collector is to hear.
            wanted = OutputsArgs::of(&wanted.summary);
        }
        let mut ending = Ending::new(name);
        let sheet = sheet.map(|sheet| sheet.path.clone());
        ending.sheet = sheet.as_ref().map(|path| path.display().to_string());
        let log = wanted.log.clone();
        Outputs {
            log: log.map(|path| Log::new(path, sheet.clone(), ending.run_id.clone())),
            wanted,
            sheet,
            ending: Mutex::new(ending),
            ..Outputs::default()
        }
    }

    pub fn is_json(&self) -> bool {
        self.wanted.summary.format == Format::Json
    }

    /// What becomes known of the command stands in it.
    pub fn ending(&self) -> MutexGuard<'_, Ending> {
        lock(&self.ending)
    }

    pub fn paths(&self, paths: &Paths) {
        let updated = paths.corrects.as_ref().filter(|path| path.is_file());
        let results = updated.unwrap_or(&paths.results);
        if self.robot.get().is_some() {
            let is_night = !self.sheet.as_deref().is_some_and(is_named_ours);
            let _ = self.past.set(Past::read(results, is_night));
        }
        *lock(&self.results) = Some(results.clone());
    }

    /// Lets people be told by this robot.
    pub fn robot(&self, when: Notify, robot: Result<Robot, String>) {
        let _ = self.robot.set((when, robot));
    }

    /// Why a command came to no end.
    pub fn failed(&self, kind: &'static str, why: &str) {
        self.ending().stop_reason = Some(Stopped::new(kind, why.to_owned()));
    }

    /// Tells, once, those who are to hear how the command ended, and returns what could not be told.
    /// Where the program `leaves` at once there is no time for people.
    pub fn tell(&self, exit_code: u8, leaves: bool) -> Vec<String> {
        if self.is_told.swap(true, Ordering::Relaxed) {
            return Vec::new();
        }
        let ending = {
            let mut ending = self.ending();
            ending.ends(exit_code);
            ending.clone()
        };
        let mut untold = Vec::new();
        if let Some(log) = &self.log {
            let stopped = ending.stop_reason.as_ref();
            log.write(
                "finished",
                json!({
                    "exit_code": exit_code,
                    "stop_reason": stopped.map(|it| it.kind),
                    "rows": ending.rows.as_ref().map(|rows| &rows.by_status),
                    "calls": ending.counts.calls,
                }),
            );
            untold.extend(log.error().map(|why| say!("untold-log", why = why)));
        }
        if let Some(path) = &self.wanted.metrics
            && let Err(why) = metrics::write(path, &ending)
        {
            untold.push(say!("untold-metrics", why = why.to_string()));
        }
        if let Some(path) = &self.wanted.report
            && let Err(why) = self.draw(path, &ending)
        {
            untold.push(say!("untold-report", why = why.to_string()));
        }
        if !leaves {
            untold.extend(self.tell_people(&ending).err());
        }
        untold
    }

    fn tell_people(&self, ending: &Ending) -> Result<(), String> {
        let Some((when, robot)) = self.robot.get() else {
            return Ok(());
        };
        let robot = match robot {
            Ok(robot) => robot,
            // The same keeps the run from its account.
            Err(why)
                if ending
                    .stop_reason
                    .as_ref()
                    .is_some_and(|it| it.text == *why) =>
            {
                return Ok(());
            }
            Err(why) => return Err(say!("untold-people", why = why.as_str())),
        };
        let before = self.past.get().and_then(Option::as_ref);
        let now = ending.results().and_then(|it| Past::read(&it, false));
        let message = Message::new(ending, before, now.as_ref(), robot.given.keyword.as_deref());
        let is_wanted = *when == Notify::Always || message.is_problem || message.is_recovery;
        if !is_wanted && !robot.hears_all() {
            return Ok(());
        }
        let is_stopped = ending
            .stop_reason
            .as_ref()
            .is_some_and(|it| it.kind == "signal");
        let sent = robot.send(&message, is_stopped);
        sent.map_err(|why| say!("untold-people", why = why))
    }

    /// Draws what there is: a page of an earlier run would be taken for one of this.
    fn draw(&self, path: &Path, ending: &Ending) -> Result<(), FileError> {
        let about = About::of(ending);
        let results = ending.results().or_else(|| lock(&self.results).clone());
        let results = results.as_deref();
        let text = page::draw(results, &about)?;
        page::write(path, &text, results.or(self.sheet.as_deref()))
    }

    /// The last word on the command, once: `--summary` is written, or else it is said why not.
    pub fn close(&self, exit_code: u8) -> Option<(Ending, Option<String>)> {
        if self.is_closed.swap(true, Ordering::Relaxed) {
            return None;
        }
        let mut ending = self.ending();
        ending.ends(exit_code);
        let written = self.wanted.summary.summary.as_ref().map(|path| {
            let text = serde_json::to_string_pretty(&*ending).unwrap_or_default() + "\n";
            replace_own(path, &text, SUMMARY_MARK, self.sheet.as_deref())
        });
        let untold = written.and_then(Result::err);
        let untold = untold.map(|why| say!("untold-summary", why = why.to_string()));
        Some((ending.clone(), untold))
    }
}

impl Observer for Outputs {
    fn event(&self, event: &Event<'_>) {
        self.ending().counts.event(event);
        if let Some(log) = &self.log {
            log.event(event);
        }
    }
}

/// Puts a file in its place, whole, if what is there is empty or has the mark of such files. No more
/// people can read it than the file that it tells of.
pub fn replace_own(
    path: &Path,
    text: &str,
    mark: &str,
    of: Option<&Path>,
) -> Result<(), FileError> {
    ensure_own(path, mark)?;
    let like = of.and_then(|of| fs::metadata(of).ok());
    let file = AtomicFile::create(path, like.as_ref())?;
    let written = file.file().write_all(text.as_bytes());
    written.map_err(|error| file.error(error))?;
    file.commit().map(drop)
}

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
            let replaced = replace_own(&path, "<mark> today", "<mark>", None);
            assert_eq!(replaced.is_ok(), is_replaced, "{before:?}");
        }
        assert!(
            replace_own(directory.path(), "", "", None).is_err(),
            "a directory"
        );
    }
}
