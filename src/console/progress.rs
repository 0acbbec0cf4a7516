//! How far a run is: a bar on a terminal, else a plain line now and then.

use std::io::{self, IsTerminal, Write};
use std::sync::mpsc::{RecvTimeoutError, SyncSender, sync_channel};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use console::Term;
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressState, ProgressStyle};

use super::human::duration;
use crate::files::Status;

/// Columns of the bar.
const BAR_WIDTH: usize = 24;
/// Columns for the text, without which there is no room for a bar.
const TEXT_WIDTH: usize = 50;
/// How long the reason is shown why a call failed for now.
const TROUBLE_SHOWN: Duration = Duration::from_secs(30);
/// How often a plain line is written.
const LINE_EVERY: Duration = Duration::from_secs(30);
/// How often a bar is redrawn by itself, so that a pause counts down.
const REDRAW_EVERY: Duration = Duration::from_millis(250);

/// A run's progress, shown until dropped.
#[derive(Debug)]
pub(super) struct Progress {
    state: Arc<Mutex<State>>,
    display: Display,
}

#[derive(Debug)]
enum Display {
    Bar(ProgressBar),
    Lines {
        closed: Option<SyncSender<()>>,
        thread: Option<JoinHandle<()>>,
    },
}

/// What is shown.
#[derive(Debug)]
struct State {
    began: Instant,
    rows: u64,
    /// Rows settled before the first call.
    settled_before: u64,
    settled: u64,
    calls: u64,
    ok: u64,
    not_ok: u64,
    pause: Option<(Instant, String)>,
    /// When a call last failed for now, and why.
    trouble: Option<(Instant, String)>,
}

impl State {
    fn left(&self) -> Option<Duration> {
        let done = self.settled.saturating_sub(self.settled_before);
        let left = self.rows.saturating_sub(self.settled);
        (done > 0).then(|| self.began.elapsed().mul_f64(left as f64 / done as f64))
    }

    /// Everything but the bar.
    fn describe(&self) -> String {
        let State { ok, not_ok, .. } = self;
        let mut text = format!(
            "{} of {} rows: {ok} ok, {not_ok} not ok",
            self.settled, self.rows
        );
        if let Some((until, why)) = &self.pause {
            let left = until.saturating_duration_since(Instant::now());
            if !left.is_zero() {
                text.push_str(&format!(", paused for {}: {why}", duration(left)));
                return text;
            }
        }
        // The first call is made at once, and says nothing about the rate.
        let calls = self.calls.saturating_sub(1);
        let per_second = calls as f64 / self.began.elapsed().as_secs_f64().max(0.001);
        if calls > 0 {
            text.push_str(&match per_second {
                0.0..5.0 => format!(", {:.0} calls/min", per_second * 60.0),
                _ => format!(", {per_second:.0} calls/s"),
            });
        }
        if let Some(left) = self.left() {
            text.push_str(&format!(", {} left", duration(left)));
        }
        if let Some((at, why)) = &self.trouble
            && at.elapsed() < TROUBLE_SHOWN
        {
            text.push_str(&format!(", trying again after: {why}"));
        }
        text
    }
}

impl Progress {
    /// Shows the progress of a run over `rows` rows, `settled` of which need no call.
    pub(super) fn begin(rows: u64, settled: u64) -> Self {
        let state = Arc::new(Mutex::new(State {
            began: Instant::now(),
            rows,
            settled_before: settled,
            settled,
            calls: 0,
            ok: 0,
            not_ok: 0,
            pause: None,
            trouble: None,
        }));
        let display = if io::stderr().is_terminal() {
            Display::Bar(bar(rows, settled, Arc::clone(&state)))
        } else {
            lines(Arc::clone(&state))
        };
        Progress { state, display }
    }

    pub(super) fn settle(&self, rows: u64, status: Status) {
        let mut state = lock(&self.state);
        state.settled += rows;
        if status == Status::Ok {
            state.ok += rows;
        } else {
            state.not_ok += rows;
        }
        let settled = state.settled;
        drop(state);
        if let Display::Bar(bar) = &self.display {
            bar.set_position(settled);
        }
    }

    /// A call was answered; `trouble` is why it failed for now, if it did.
    pub(super) fn call(&self, trouble: Option<&str>) {
        let mut state = lock(&self.state);
        state.calls += 1;
        if let Some(why) = trouble {
            state.trouble = Some((Instant::now(), why.to_owned()));
        }
    }

    pub(super) fn pause(&self, pause: Duration, why: &str) {
        lock(&self.state).pause = Some((Instant::now() + pause, why.to_owned()));
    }

    /// Writes something while the bar is out of the way.
    pub(super) fn suspend(&self, write: impl FnOnce()) {
        match &self.display {
            Display::Bar(bar) => bar.suspend(write),
            Display::Lines { .. } => write(),
        }
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        match &mut self.display {
            Display::Bar(bar) => bar.finish_and_clear(),
            Display::Lines { closed, thread } => {
                drop(closed.take());
                if let Some(thread) = thread.take() {
                    let _ = thread.join();
                }
            }
        }
    }
}

fn lock(state: &Mutex<State>) -> MutexGuard<'_, State> {
    state.lock().unwrap_or_else(PoisonError::into_inner)
}

fn bar(rows: u64, settled: u64, state: Arc<Mutex<State>>) -> ProgressBar {
    let describe = move |_: &ProgressState, to: &mut dyn std::fmt::Write| {
        let _ = write!(to, "{}", lock(&state).describe());
    };
    // What does not fit on one line is cut off: two lines could not be wiped away cleanly.
    let width = usize::from(Term::stderr().size().1).saturating_sub(1);
    let template = match width.checked_sub(BAR_WIDTH + 1) {
        Some(left) if left >= TEXT_WIDTH => format!("{{bar:{BAR_WIDTH}}} {{state:!{left}}}"),
        _ => format!("{{state:!{width}}}"),
    };
    let style = ProgressStyle::with_template(&template)
        .unwrap_or_else(|_| ProgressStyle::default_bar())
        .with_key("state", describe);
    let bar = ProgressBar::with_draw_target(Some(rows), ProgressDrawTarget::stderr())
        .with_style(style)
        .with_position(settled);
    bar.enable_steady_tick(REDRAW_EVERY);
    bar
}

fn lines(state: Arc<Mutex<State>>) -> Display {
    let (closed, open) = sync_channel::<()>(0);
    let thread = std::thread::Builder::new()
        .name("progress".into())
        .spawn(move || {
            while open.recv_timeout(LINE_EVERY) == Err(RecvTimeoutError::Timeout) {
                let described = lock(&state).describe();
                let _ = writeln!(io::stderr(), "{described}");
            }
        });
    Display::Lines {
        closed: Some(closed),
        thread: thread.ok(),
    }
}
