//! The last lines of a terminal, which indicatif draws over and over again.

use std::io;
use std::sync::atomic::{AtomicBool, Ordering};

use console::Term;
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle, TermLike};

use super::line::height;

/// How often a second lines may be drawn.
const MAX_DRAWS: u8 = 20;

#[derive(Debug)]
pub struct Screen {
    terminal: Term,
    bar: ProgressBar,
    drawn: Vec<String>,
    /// Columns of the terminal when they were drawn.
    columns: usize,
}

impl Screen {
    /// `None` if stderr is no terminal that can draw over lines.
    pub fn of_stderr() -> Option<Self> {
        let terminal = Term::buffered_stderr();
        let can_draw =
            terminal.is_term() && !std::env::var("TERM").is_ok_and(|term| term == "dumb");
        let style = ProgressStyle::with_template("{msg}").ok()?;
        can_draw.then(|| Screen {
            bar: ProgressBar::with_draw_target(None, target(&terminal)).with_style(style),
            terminal,
            drawn: Vec::new(),
            columns: 0,
        })
    }

    pub fn columns(&self) -> usize {
        self.terminal.size().1.into()
    }

    /// Draws these lines in place of those before.
    pub fn draw(&mut self, lines: Vec<String>) {
        let columns = self.columns();
        if self.drawn == lines && self.columns == columns {
            return;
        }
        if self.columns != columns {
            self.wipe_after_resize(columns);
        }
        self.bar.set_message(lines.join("\n"));
        self.drawn = lines;
        self.columns = columns;
    }

    /// Writes something where the lines are, and draws them again below it.
    pub fn suspend(&mut self, write: impl FnOnce()) {
        self.bar.suspend(write);
    }

    /// A terminal that has become narrower breaks the lines that were drawn before, which indicatif
    /// does not know.
    fn wipe_after_resize(&self, columns: usize) {
        if self.drawn.is_empty() {
            return;
        }
        let rows: usize = self.drawn.iter().map(|line| height(line, columns)).sum();
        // Nobody may be watching any more: the run goes on.
        let _ = self.terminal.clear_line();
        let _ = self.terminal.move_cursor_up(rows - 1);
        let _ = self.terminal.clear_to_end_of_screen();
        let _ = self.terminal.flush();
        self.bar.set_draw_target(target(&self.terminal));
    }
}

impl Drop for Screen {
    fn drop(&mut self) {
        self.bar.finish_and_clear();
    }
}

fn target(terminal: &Term) -> ProgressDrawTarget {
    let lines = Unfilled {
        terminal: terminal.clone(),
        is_filled: AtomicBool::new(false),
    };
    ProgressDrawTarget::term_like_with_hz(Box::new(lines), MAX_DRAWS)
}

/// A terminal whose lines are not filled up with spaces, as indicatif does to reach the next one:
/// then the `^C` that a terminal echoes would begin a new line and leave the old one behind.
#[derive(Debug)]
struct Unfilled {
    terminal: Term,
    /// A line has been filled up; what is written next begins another.
    is_filled: AtomicBool,
}

impl TermLike for Unfilled {
    fn width(&self) -> u16 {
        self.terminal.size().1
    }

    fn height(&self) -> u16 {
        self.terminal.size().0
    }

    fn move_cursor_up(&self, n: usize) -> io::Result<()> {
        self.terminal.move_cursor_up(n)
    }

    fn move_cursor_down(&self, n: usize) -> io::Result<()> {
        self.terminal.move_cursor_down(n)
    }

    fn move_cursor_right(&self, n: usize) -> io::Result<()> {
        self.terminal.move_cursor_right(n)
    }

    fn move_cursor_left(&self, n: usize) -> io::Result<()> {
        self.terminal.move_cursor_left(n)
    }

    fn write_line(&self, text: &str) -> io::Result<()> {
        self.terminal.write_line(text)
    }

    fn write_str(&self, text: &str) -> io::Result<()> {
        if text.chars().all(|c| c == ' ') {
            self.is_filled.store(true, Ordering::Relaxed);
            return Ok(());
        }
        if self.is_filled.swap(false, Ordering::Relaxed) {
            self.terminal.write_str("\n")?;
        }
        self.terminal.write_str(text)
    }

    fn clear_line(&self) -> io::Result<()> {
        self.terminal.clear_line()
    }

    fn flush(&self) -> io::Result<()> {
        self.is_filled.store(false, Ordering::Relaxed);
        self.terminal.flush()
    }
}
