//! The last lines of a terminal, drawn over again and again.

use console::Term;

use super::line::height;

#[derive(Debug)]
pub struct Screen {
    terminal: Term,
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
        can_draw.then(|| Screen {
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
        self.wipe();
        // Nobody may be watching any more: the run goes on.
        let _ = self.terminal.write_str(&lines.join("\n"));
        let _ = self.terminal.flush();
        self.drawn = lines;
        self.columns = columns;
    }

    /// Writes something where the lines are, and draws them again below it.
    pub fn suspend(&mut self, write: impl FnOnce()) {
        self.wipe();
        let _ = self.terminal.flush();
        let lines = std::mem::take(&mut self.drawn);
        write();
        self.draw(lines);
    }

    fn wipe(&self) {
        if self.drawn.is_empty() {
            return;
        }
        // A terminal that has become narrower breaks lines that were drawn before.
        let columns = self.columns();
        let rows: usize = self.drawn.iter().map(|line| height(line, columns)).sum();
        let _ = self.terminal.clear_line();
        let _ = self.terminal.move_cursor_up(rows - 1);
        let _ = self.terminal.clear_to_end_of_screen();
    }
}

impl Drop for Screen {
    fn drop(&mut self) {
        self.wipe();
        let _ = self.terminal.flush();
    }
}
