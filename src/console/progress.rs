//! How far a run is: a bar on a terminal, else a plain line now and then.

use std::io::{self, Write};
use std::sync::mpsc::{RecvTimeoutError, Sender, channel};
use std::sync::{Arc, Mutex};
use std::thread::{Builder, JoinHandle};
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use jiff::ZonedDateTime;

use super::lock;
use super::state::State;
use crate::text::{one_line, time_of_day};

const LINE_EVERY: Duration = Duration::from_secs(30);
const DRAW_EVERY: Duration = Duration::from_millis(200);
/// ASCII: other characters are twice as wide where a terminal is set to Chinese. What does not fit is
/// cut off at the end.
const TEMPLATE: &str = "[{bar:16}] {wide_msg}";

#[derive(Debug)]
pub(super) struct Progress {
    pub(super) state: Arc<Mutex<State>>,
    pub(super) bar: ProgressBar,
    open: Option<Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl Progress {
    pub(super) fn begin(state: State) -> Self {
        let bar = ProgressBar::with_draw_target(Some(state.rows), target());
        if let Ok(style) = ProgressStyle::with_template(TEMPLATE) {
            bar.set_style(style.progress_chars("#--"));
        }
        let (open, closed) = channel::<()>();
        let state = Arc::new(Mutex::new(state));
        let every = if bar.is_hidden() {
            LINE_EVERY
        } else {
            show(&state, &bar);
            DRAW_EVERY
        };
        let (shown, on) = (Arc::clone(&state), bar.clone());
        let show_until_closed = move || {
            while closed.recv_timeout(every) == Err(RecvTimeoutError::Timeout) {
                show(&shown, &on);
            }
        };
        let thread = Builder::new().name("progress".into());
        Progress {
            state,
            bar,
            open: Some(open),
            thread: thread.spawn(show_until_closed).ok(),
        }
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        drop(self.open.take());
        let _ = self.thread.take().map(JoinHandle::join);
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

fn show(state: &Mutex<State>, bar: &ProgressBar) {
    let state = lock(state);
    let settled = state.settled();
    let text = state.text(Instant::now());
    // Nobody waits for a terminal that takes nothing.
    drop(state);
    if !bar.is_hidden() {
        bar.set_message(one_line(&text, usize::MAX));
        bar.set_position(settled);
        return;
    }
    let line = format!("{} {text}", time_of_day(&ZonedDateTime::now()));
    // Nobody may be watching any more: the run goes on.
    let _ = writeln!(io::stderr(), "{}", one_line(&line, usize::MAX));
}
