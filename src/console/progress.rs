//! How far a run is: a bar on a terminal, else a plain line now and then.

use std::io::{self, Write};
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, sync_channel};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use jiff::ZonedDateTime;

use super::begun::Begun;
use super::screen::Screen;
use super::state::State;
use crate::text::{one_line, time_of_day};

/// How often a plain line is written.
const LINE_EVERY: Duration = Duration::from_secs(30);
/// How often the bar is drawn.
const DRAW_EVERY: Duration = Duration::from_millis(200);

/// A run's progress, shown until dropped.
#[derive(Debug)]
pub(super) struct Progress {
    state: Arc<Mutex<State>>,
    screen: Option<Arc<Mutex<Screen>>>,
    closed: Option<SyncSender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl Progress {
    pub(super) fn begin(begun: Begun) -> Self {
        let state = Arc::new(Mutex::new(State::new(begun)));
        let screen = Screen::of_stderr().map(|screen| Arc::new(Mutex::new(screen)));
        let (closed, open) = sync_channel::<()>(0);
        let (shown, on) = (Arc::clone(&state), screen.clone());
        let thread = std::thread::Builder::new()
            .name("progress".into())
            .spawn(move || match on {
                Some(screen) => draw(&shown, &screen, &open),
                None => write_lines(&shown, &open),
            });
        Progress {
            state,
            screen,
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
        match &self.screen {
            Some(screen) => lock(screen).suspend(write),
            None => write(),
        }
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        drop(self.closed.take());
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

fn draw(state: &Mutex<State>, screen: &Mutex<Screen>, open: &Receiver<()>) {
    loop {
        let view = lock(state).view(Instant::now());
        let mut screen = lock(screen);
        let lines = view.lines(screen.columns());
        screen.draw(lines);
        drop(screen);
        if open.recv_timeout(DRAW_EVERY) != Err(RecvTimeoutError::Timeout) {
            return;
        }
    }
}

fn write_lines(state: &Mutex<State>, open: &Receiver<()>) {
    while open.recv_timeout(LINE_EVERY) == Err(RecvTimeoutError::Timeout) {
        let clock = time_of_day(&ZonedDateTime::now());
        let line = lock(state).line(Instant::now(), &clock);
        let _ = writeln!(io::stderr(), "{}", one_line(&line, usize::MAX));
    }
}
