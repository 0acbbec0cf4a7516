//! How far a run is: a bar on a terminal, else a plain line now and then.

use std::io::{self, Write};
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, sync_channel};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use jiff::ZonedDateTime;

use super::state::State;
use crate::language::say;
use crate::text::{one_line, time_of_day};

/// How often a plain line is written.
const LINE_EVERY: Duration = Duration::from_secs(30);
/// How often the bar is drawn.
const DRAW_EVERY: Duration = Duration::from_millis(200);
/// ASCII: other characters are twice as wide where a terminal is set to Chinese. What does not fit is
/// cut off at the end.
const TEMPLATE: &str = "[{bar:16}] {wide_msg}";

/// A run's progress, shown until dropped.
#[derive(Debug)]
pub(super) struct Progress {
    state: Arc<Mutex<State>>,
    bar: ProgressBar,
    closed: Option<SyncSender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl Progress {
    pub(super) fn begin(state: State) -> Self {
        let bar = ProgressBar::with_draw_target(Some(state.rows()), target());
        if let Ok(style) = ProgressStyle::with_template(TEMPLATE) {
            bar.set_style(style.progress_chars("#--"));
        }
        let state = Arc::new(Mutex::new(state));
        let (closed, open) = sync_channel::<()>(0);
        let (shown, on) = (Arc::clone(&state), bar.clone());
        let thread = std::thread::Builder::new()
            .name("progress".into())
            .spawn(move || {
                if on.is_hidden() {
                    write_lines(&shown, &open);
                } else {
                    draw(&shown, &on, &open);
                }
            });
        Progress {
            state,
            bar,
            closed: Some(closed),
            thread: thread.ok(),
        }
    }

    /// Changes what is shown.
    pub(super) fn tell(&self, tell: impl FnOnce(&mut State)) {
        tell(&mut lock(&self.state));
    }

    /// Writes something while the bar is out of the way.
    pub(super) fn suspend(&self, write: impl FnOnce()) {
        self.bar.suspend(write);
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        drop(self.closed.take());
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
        self.bar.finish_and_clear();
    }
}

/// Stderr, if it is a terminal that can draw over lines.
fn target() -> ProgressDrawTarget {
    if std::env::var("TERM").is_ok_and(|term| term == "dumb") {
        ProgressDrawTarget::hidden()
    } else {
        ProgressDrawTarget::stderr()
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

fn draw(state: &Mutex<State>, bar: &ProgressBar, open: &Receiver<()>) {
    loop {
        let state = lock(state);
        let (settled, text) = (state.settled(), state.text(Instant::now()));
        drop(state);
        bar.set_position(settled);
        bar.set_message(one_line(&text, usize::MAX));
        if open.recv_timeout(DRAW_EVERY) != Err(RecvTimeoutError::Timeout) {
            return;
        }
    }
}

fn write_lines(state: &Mutex<State>, open: &Receiver<()>) {
    while open.recv_timeout(LINE_EVERY) == Err(RecvTimeoutError::Timeout) {
        let state = lock(state);
        let text = state.text(Instant::now());
        let text = match state.last() {
            "" => text,
            order => say!("progress-last", line = text, order = order),
        };
        drop(state);
        let line = format!("{} {text}", time_of_day(&ZonedDateTime::now()));
        // Nobody may be watching any more: the run goes on.
        let _ = writeln!(io::stderr(), "{}", one_line(&line, usize::MAX));
    }
}
