//! The program at work, and how it ended.

use std::io::Read;
use std::process::{Child, ChildStdin, Command, ExitStatus, Stdio};
use std::sync::{Arc, Mutex};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use serde_json::Value;

#[cfg(target_os = "linux")]
use super::memory::peak;
use super::{PATIENCE, ending};

/// How often it is looked whether something has come about.
const POLL: Duration = Duration::from_micros(500);

/// How the program ended, and what it said.
#[derive(Debug)]
pub struct Finished {
    pub status: ExitStatus,
    pub stdout: String,
    pub stderr: String,
}

impl Finished {
    /// Asserts the exit code, showing everything if it is another.
    #[track_caller]
    pub fn expect(self, code: i32) -> Self {
        assert_eq!(self.status.code(), Some(code), "{self:#?}");
        self
    }

    /// Asserts that this stands on stderr.
    #[track_caller]
    pub fn says(&self, words: &str) -> &Self {
        assert!(self.stderr.contains(words), "{words:?}: {self:#?}");
        self
    }

    /// Asserts that this does not stand on stderr.
    #[track_caller]
    pub fn says_nothing_of(&self, words: &str) -> &Self {
        assert!(!self.stderr.contains(words), "{words:?}: {self:#?}");
        self
    }

    /// Asserts that this stands on stdout.
    #[track_caller]
    pub fn prints(&self, words: &str) -> &Self {
        assert!(self.stdout.contains(words), "{words:?}: {self:#?}");
        self
    }

    /// Asserts that the last line on stderr holds this.
    #[track_caller]
    pub fn ends_by_saying(&self, words: &str) -> &Self {
        let last = self.stderr.lines().last().unwrap_or_default();
        assert!(last.contains(words), "{words:?}: {self:#?}");
        self
    }

    /// The object of `--format json`, as its schema has it.
    #[track_caller]
    pub fn json(&self) -> Value {
        ending(&self.stdout)
    }

    /// Everything the program said.
    pub fn said(&self) -> String {
        format!("{}{}", self.stdout, self.stderr)
    }
}

/// Runs a command to its end.
#[track_caller]
pub fn finish(command: &mut Command) -> Finished {
    start(command).finish()
}

/// Starts a command with its outputs piped.
#[track_caller]
pub fn start(command: &mut Command) -> Running {
    let mut child = command
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("started");
    Running {
        stdout: Output::of(child.stdout.take().expect("piped")),
        stderr: Output::of(child.stderr.take().expect("piped")),
        child,
    }
}

/// The program at work; it does not outlive its test.
pub struct Running {
    child: Child,
    stdout: Output,
    stderr: Output,
}

/// What comes out of a pipe.
struct Output {
    so_far: Arc<Mutex<Vec<u8>>>,
    reader: JoinHandle<()>,
}

impl Output {
    fn of(mut pipe: impl Read + Send + 'static) -> Self {
        let so_far = Arc::<Mutex<Vec<u8>>>::default();
        let all = Arc::clone(&so_far);
        let reader = thread::spawn(move || {
            let mut bytes = [0; 4096];
            while let Ok(length @ 1..) = pipe.read(&mut bytes) {
                all.lock().expect("no panic").extend(&bytes[..length]);
            }
        });
        Output { so_far, reader }
    }

    /// The whole lines so far.
    fn lines(&self) -> Vec<String> {
        let bytes = self.so_far.lock().expect("no panic");
        let whole = bytes.iter().rposition(|&byte| byte == b'\n');
        let text = String::from_utf8_lossy(&bytes[..whole.unwrap_or_default()]);
        text.lines().map(str::to_owned).collect()
    }

    fn text(&self) -> String {
        let bytes = self.so_far.lock().expect("no panic");
        String::from_utf8(bytes.clone()).expect("UTF-8")
    }
}

impl Running {
    pub fn id(&self) -> u32 {
        self.child.id()
    }

    /// Its standard input, if that is piped; dropped, it is at its end.
    pub fn stdin(&mut self) -> ChildStdin {
        self.child.stdin.take().expect("piped")
    }

    pub fn has_ended(&mut self) -> bool {
        self.child.try_wait().expect("a child").is_some()
    }

    /// Waits until something has come about, which it must while the program runs.
    #[track_caller]
    pub fn until(&mut self, what: &str, mut happened: impl FnMut() -> bool) {
        self.wait(what, |_| happened().then_some(()));
    }

    /// Waits until something has come about or the program is over.
    #[track_caller]
    pub fn until_over_or(&mut self, mut happened: impl FnMut() -> bool) {
        let began = Instant::now();
        while !happened() && !self.has_ended() {
            assert!(began.elapsed() < PATIENCE, "hangs: {}", self.stderr.text());
            thread::sleep(POLL);
        }
    }

    /// Waits for a line on stderr that holds these words, and returns it.
    #[track_caller]
    pub fn until_it_says(&mut self, words: &str) -> String {
        self.wait(words, |run| {
            let mut lines = run.stderr.lines().into_iter();
            lines.find(|line| line.contains(words))
        })
    }

    /// Waits for so many lines on stdout, and returns them.
    #[cfg(unix)]
    #[track_caller]
    pub fn until_it_prints(&mut self, lines: usize) -> Vec<String> {
        self.wait("so many lines", |run| {
            let printed = run.stdout.lines();
            (printed.len() >= lines).then_some(printed)
        })
    }

    #[track_caller]
    fn wait<T>(&mut self, what: &str, mut come: impl FnMut(&Self) -> Option<T>) -> T {
        let began = Instant::now();
        loop {
            let ended = self.has_ended();
            if let Some(it) = come(self) {
                return it;
            }
            assert!(!ended, "ended before {what}: {}", self.stderr.text());
            assert!(began.elapsed() < PATIENCE, "waited in vain for {what}");
            thread::sleep(POLL);
        }
    }

    /// Sends a signal, named as `kill` does, unless the program is over.
    pub fn signal(&mut self, name: &str) {
        if !self.has_ended() {
            let id = self.id().to_string();
            let kill = Command::new("kill").args(["-s", name, &id]).status();
            assert!(kill.expect("kill runs").success());
        }
    }

    /// Kills the program and waits until it is gone.
    #[track_caller]
    pub fn kill(mut self) -> Finished {
        self.child.kill().expect("killed");
        self.finish()
    }

    /// Waits for the end as [`Running::finish`] does, and returns too the most memory that was
    /// held meanwhile, in bytes.
    #[cfg(target_os = "linux")]
    #[track_caller]
    pub fn finish_with_peak(mut self) -> (Finished, u64) {
        let mut most = 0;
        let id = self.id();
        self.until_over_or(|| match peak(id) {
            Some(bytes) => {
                most = most.max(bytes);
                false
            }
            None => true,
        });
        assert!(most > 0, "nothing is known of its memory");
        (self.finish(), most)
    }

    /// Waits for the end, which must come, and not by a panic.
    #[track_caller]
    pub fn finish(mut self) -> Finished {
        let began = Instant::now();
        // Both pipes are closed when the program ends: then nothing has to be waited for.
        while !(self.stdout.reader.is_finished() && self.stderr.reader.is_finished()) {
            let hangs = began.elapsed() > PATIENCE;
            assert!(!hangs, "hangs: {}", self.stderr.text());
            thread::sleep(POLL);
        }
        let finished = Finished {
            status: self.child.wait().expect("a child"),
            stdout: self.stdout.text(),
            stderr: self.stderr.text(),
        };
        assert!(!finished.said().contains("panicked"), "{finished:#?}");
        finished
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Lets `other`, a shell or the like, run a command given as its last arguments.
#[cfg(unix)]
pub fn through(mut other: Command, command: &Command) -> Command {
    other
        .current_dir(command.get_current_dir().expect("a place"))
        .arg(command.get_program())
        .args(command.get_args())
        .stdin(Stdio::null());
    for (name, value) in command.get_envs() {
        match value {
            Some(value) => other.env(name, value),
            None => other.env_remove(name),
        };
    }
    other
}

/// The command with no file let grow beyond so many blocks of 512 bytes, as on a full disk.
#[cfg(target_os = "linux")]
pub fn with_file_limit(blocks: usize, command: &Command) -> Command {
    with_limit(&format!("-f {blocks}"), command)
}

/// The command with at most so many files and connections open.
#[cfg(target_os = "linux")]
pub fn with_handle_limit(handles: usize, command: &Command) -> Command {
    with_limit(&format!("-n {handles}"), command)
}

#[cfg(target_os = "linux")]
fn with_limit(limit: &str, command: &Command) -> Command {
    let mut shell = Command::new("sh");
    shell.args(["-c", &format!("ulimit {limit}; exec \"$0\" \"$@\"")]);
    through(shell, command)
}
