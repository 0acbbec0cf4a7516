//! What people see. Is told what happens and decides nothing.

mod asking;
mod forecast;
mod human;
mod line;
mod preview;
mod progress;
mod question;
mod screen;
mod state;
mod stdout;
mod summary;

use std::fmt::Display;
use std::io::{self, Write};
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, OnceLock, PoisonError};
use std::time::Instant;

use console::Style;
use jiff::ZonedDateTime;

pub use forecast::forecast;
pub use human::{clock_difference, counted, duration};
pub use preview::preview;
pub use question::{NOT_CONFIRMED, ask, ask_hidden, can_ask, confirm, confirm_clearing};
pub use stdout::{print, print_json};
pub use summary::{Next, summary};

use crate::erp::{CallError, ErrorKind};
use crate::files::journal::Foreign;
use crate::language::say;
use crate::messages::set_aside;
use crate::pace::Change;
use crate::plan::OnConflict;
use crate::run::{CalledFor, Destination, Event, Observer, Planned};
use crate::text::one_line;
use human::time_now;
use progress::Progress;
use state::State;

/// How much a line on stderr matters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Level {
    /// Always shown.
    Error,
    /// Not with `-q`.
    Note,
    /// With `-v`.
    Detail,
    /// With `-vv`.
    Trace,
}

/// Writes to stderr what the user has asked to see, and never fails: a run goes on though nobody
/// can watch it any more.
#[derive(Debug)]
pub struct Console {
    shown: Level,
    /// Known once a run has started.
    destination: OnceLock<Destination>,
    journal: OnceLock<String>,
    clock_said: AtomicBool,
    /// When it was last said how far the asking is.
    asking_said: Mutex<Option<Instant>>,
    progress: Mutex<Option<Progress>>,
}

impl Console {
    /// A console as `-q` and `-v` ask for.
    pub fn new(quiet: bool, verbose: u8) -> Self {
        Console {
            shown: match (quiet, verbose) {
                (true, _) => Level::Error,
                (false, 0) => Level::Note,
                (false, 1) => Level::Detail,
                (false, _) => Level::Trace,
            },
            destination: OnceLock::new(),
            journal: OnceLock::new(),
            clock_said: AtomicBool::new(false),
            asking_said: Mutex::new(None),
            progress: Mutex::new(None),
        }
    }

    /// Why the program ends without doing what it was asked to.
    pub fn error(&self, message: impl Display) {
        self.say(Level::Error, format_args!("error: {message}"));
    }

    /// Something the user should look at.
    pub fn warning(&self, message: impl Display) {
        self.say(Level::Note, format_args!("warning: {message}"));
    }

    /// Something the user will want to know.
    pub fn note(&self, message: impl Display) {
        self.say(Level::Note, message);
    }

    /// Something that explains what happens, for `-v`.
    pub fn detail(&self, message: impl Display) {
        self.say(Level::Detail, message);
    }

    /// Whether the user has asked for details.
    pub fn shows_details(&self) -> bool {
        self.shown >= Level::Detail
    }

    /// What a run leaves behind that ends here and now.
    pub fn left_at_once(&self) {
        self.finish();
        if let Some(journal) = self.journal.get()
            && Path::new(journal).exists()
        {
            self.error(format_args!(
                "left at once: calls in flight were not waited for, results are not written; what is known is kept in `{journal}`, and the same command continues from there"
            ));
        }
    }

    /// Ends the progress display, if there is one.
    pub fn finish(&self) {
        let progress = self.lock().take();
        drop(progress);
    }

    fn say(&self, level: Level, message: impl Display) {
        if level > self.shown {
            return;
        }
        let message = message.to_string();
        let time = match level {
            Level::Error | Level::Note => String::new(),
            Level::Detail | Level::Trace => format!("{} ", time_now()),
        };
        let write = || {
            let mut stderr = io::stderr().lock();
            for line in message.lines() {
                // File names are anybody's words, too.
                let line = coloured(one_line(line, usize::MAX));
                let _ = writeln!(stderr, "{time}{line}");
            }
        };
        match &*self.lock() {
            Some(progress) => progress.suspend(write),
            None => write(),
        }
    }

    fn begin(&self, plan: &Planned) {
        if plan.rows == 0 {
            self.warning(say!("run-no-rows"));
        }
        if plan.conflicts > 0 {
            let orders = counted(plan.conflicts, "order is", "orders are");
            self.warning(match plan.on_conflict {
                OnConflict::Last => format!(
                    "{orders} given different flags; the last row of each decides (--on-conflict)"
                ),
                OnConflict::Invalid => {
                    format!("{orders} given different flags and will not be sent (--on-conflict)")
                }
            });
        }
        let recovered = plan.recovered.values().sum();
        if recovered > 0 {
            let rows = counted(recovered, "row", "rows");
            let age = duration(plan.continued_after.unwrap_or_default());
            self.note(format_args!(
                "continuing an interrupted run of {age} ago: {rows} taken over from its journal (--fresh starts over)"
            ));
        }
        if let Some(destination) = self.destination.get() {
            let calls = forecast(plan.calls_left, &plan.pacing, &ZonedDateTime::now());
            self.note(format_args!("{calls}; account: {destination}"));
        }
        for line in preview(&plan.preview, plan.calls_left) {
            self.note(line);
        }
        if self.shown >= Level::Note {
            *self.lock() = Some(Progress::begin(plan));
        }
    }

    fn answered(
        &self,
        row: Option<&CalledFor>,
        attempt: u32,
        error: Option<&CallError>,
        pace: Option<f64>,
    ) {
        let kind = error.map(|error| error.kind);
        let trouble = error
            .filter(|error| matches!(error.kind, ErrorKind::Transient | ErrorKind::Unreachable))
            .map(|error| error.reason.to_string());
        self.progress(|state| state.answered(Instant::now(), pace, trouble));
        let level = match kind {
            None | Some(ErrorKind::Rejected) => Level::Trace,
            Some(_) => Level::Detail,
        };
        if level > self.shown {
            return;
        }
        let called = match row {
            Some(row) => format!("{}, order {}", row.place, row.order),
            None => "a call".to_owned(),
        };
        let attempt = match attempt {
            1 => String::new(),
            n => format!(", attempt {n}"),
        };
        let verdict = match error {
            Some(error) => error.to_string(),
            None => "accepted".to_owned(),
        };
        self.say(level, format_args!("{called}{attempt}: {verdict}"));
    }

    /// Tells the progress display something, if there is one.
    fn progress(&self, tell: impl FnOnce(&mut State)) {
        if let Some(progress) = &*self.lock() {
            progress.tell(tell);
        }
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Option<Progress>> {
        self.progress.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Observer for Console {
    fn event(&self, event: &Event) {
        match event {
            Event::Started {
                destination,
                journal,
                ..
            } => {
                let _ = self.destination.set(destination.clone());
                let _ = self.journal.set(journal.clone());
            }
            Event::Finished(_) => {}
            Event::AccountUnknown => self.warning(
                "no file can be kept in the directory for state (is HOME right?): runs for one account do not know of each other, and do not keep each other's pace",
            ),
            Event::AccountBusy { holder } => self.warning(format_args!(
                "another run is calling for the same account ({holder}); the two share its quota"
            )),
            Event::AcceptedBefore {
                orders,
                finished_at,
            } => {
                let orders = counted(*orders, "order", "orders");
                self.note(format_args!(
                    "the last results show {orders} as accepted with the same flag, the latest at {finished_at}; sending again"
                ));
            }
            Event::Kept {
                path,
                kept_as,
                edited: true,
            } => self.warning(format_args!(
                "`{path}` was edited since it was written, and is kept as `{kept_as}`"
            )),
            Event::Kept { path, kept_as, .. } => {
                self.detail(format_args!("`{path}` of an earlier run is kept as `{kept_as}`"));
            }
            Event::NotUpdated { results, why } => self.warning(format_args!(
                "the results that this failures file comes from are not updated: {why}; writing `{results}`"
            )),
            Event::Listed(read) => self.read(read),
            Event::Asked(asked) => self.asked(asked),
            Event::Planned(plan) => self.begin(plan),
            // Said even with -q: an earlier run's outcomes are not taken over.
            Event::JournalSetAside {
                path,
                why: Foreign::OtherSheet,
            } => self.warning(set_aside(path, Foreign::OtherSheet)),
            Event::JournalSetAside { path, why } => self.say(
                Level::Error,
                format_args!("warning: {}", set_aside(path, *why)),
            ),
            Event::Answered {
                row,
                attempt,
                error,
                pace,
            } => self.answered(row.as_ref(), *attempt, error.as_ref(), *pace),
            Event::WaitsForPace { wait } => {
                let shown = duration(*wait);
                self.note(format_args!(
                    "the first call waits {shown}: the run before called for this account, or paused"
                ));
                self.progress(|state| {
                    let reason = "as the run before did".to_owned();
                    state.paused(Instant::now(), &ZonedDateTime::now(), *wait, reason);
                });
            }
            Event::Throttled {
                change,
                reason,
                pace,
            } => match change {
                Change::None => {}
                Change::Pause(pause) => {
                    let reason = reason.to_string();
                    // The display shows it where there is one.
                    let level = match *self.lock() {
                        Some(_) => Level::Detail,
                        None => Level::Note,
                    };
                    self.say(
                        level,
                        format_args!("pausing for {}: {reason}", duration(*pause)),
                    );
                    self.progress(|state| {
                        state.answered(Instant::now(), *pace, None);
                        state.paused(Instant::now(), &ZonedDateTime::now(), *pause, reason);
                    });
                }
                Change::MaxInFlight(calls) => {
                    let calls = counted(*calls as u64, "call", "calls");
                    self.detail(format_args!(
                        "at most {calls} in flight from now on: {reason}"
                    ));
                }
            },
            Event::Outage { reason, next_try } => {
                let why = reason.to_string();
                self.note(format_args!(
                    "the server cannot be reached: {why}; trying again in {}",
                    duration(*next_try)
                ));
                self.progress(|state| {
                    state.away(&ZonedDateTime::now(), *next_try, why);
                });
            }
            Event::OutageOver { lasted } => {
                self.progress(State::back);
                self.note(format_args!(
                    "the server answers again, after {}",
                    duration(*lasted)
                ));
            }
            // Every call in flight finds out; once is enough.
            Event::ClockCorrected { offset } => {
                if !self.clock_said.swap(true, Ordering::Relaxed) {
                    self.warning(format_args!(
                        "this machine's clock is {}; calls are signed by the ERP's from now on, but better set it right",
                        clock_difference(*offset)
                    ));
                }
            }
            Event::Stopping { reason } => {
                self.progress(State::stopping);
                self.note(format_args!(
                    "stopping: {reason}; waiting for the calls in flight (Ctrl-C leaves at once)"
                ));
            }
            Event::Settled {
                order,
                rows,
                superseded,
                status,
                ..
            } => self.progress(|state| {
                state.count(status.of_other_flags(), *superseded);
                state.count(*status, rows - superseded);
                state.settled(Instant::now(), order);
            }),
            Event::Unrecorded {
                place,
                order,
                status,
                message,
            } => {
                let message = match message.as_str() {
                    "" => String::new(),
                    message => format!(", {message}"),
                };
                let known = format_args!("{place}, order {order}: {status}{message}");
                self.say(Level::Error, format_args!("not recorded: {known}"));
            }
        }
    }
}

/// The line with its first word as clap colours it, on a terminal that is to have colours.
fn coloured(line: String) -> String {
    for (word, style) in [
        ("error:", Style::new().red()),
        ("warning:", Style::new().yellow()),
    ] {
        if let Some(rest) = line.strip_prefix(word) {
            let style = style.bold().for_stderr();
            return format!("{}{rest}", style.apply_to(word));
        }
    }
    line
}
