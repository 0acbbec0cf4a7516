//! The program on a terminal, and what is to be seen there.

use std::fs::{File, OpenOptions};
use std::io::{Read, Write};
use std::num::NonZeroU16;
use std::os::unix::ffi::OsStrExt;
use std::process::{Child, Command};
use std::sync::{Arc, Mutex};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use rustix::pty::{OpenptFlags, grantpt, openpt, ptsname, unlockpt};
#[cfg(target_os = "linux")]
use rustix::termios::{LocalModes, tcgetattr};
use rustix::termios::{Winsize, tcsetwinsize};

use super::PATIENCE;

const ROWS: u16 = 40;
const POLL: Duration = Duration::from_millis(5);

/// The program on a terminal; it does not outlive its test.
pub struct Terminal {
    child: Child,
    ours: File,
    seen: Arc<Mutex<Seen>>,
    reader: Option<JoinHandle<()>>,
}

struct Seen {
    screen: vt100::Parser,
    raw: Vec<u8>,
}

impl Terminal {
    pub fn start(command: &mut Command, columns: u16) -> Self {
        Self::on(command, columns, false)
    }

    /// A terminal that is the program's own, at which it can be typed, too.
    #[cfg(target_os = "linux")]
    pub fn with_keyboard(command: &Command, columns: u16) -> Self {
        let mut session = Command::new("setsid");
        session.arg("--ctty");
        Self::on(&mut super::through(session, command), columns, true)
    }

    fn on(command: &mut Command, columns: u16, keyboard: bool) -> Self {
        let ours = openpt(OpenptFlags::RDWR | OpenptFlags::NOCTTY).expect("a terminal");
        grantpt(&ours).expect("granted");
        unlockpt(&ours).expect("unlocked");
        let name = ptsname(&ours, Vec::new()).expect("a name");
        let name = std::ffi::OsStr::from_bytes(name.as_bytes());
        let theirs = OpenOptions::new().read(true).write(true).open(name);
        let theirs = theirs.expect("opened");
        let ours = File::from(ours);
        tcsetwinsize(&ours, size(columns)).expect("a size");
        if keyboard {
            command.stdin(theirs.try_clone().expect("cloned"));
        }
        command
            .env("TERM", "xterm")
            .stdout(theirs.try_clone().expect("cloned"))
            .stderr(theirs);
        let child = command.spawn().expect("started");
        // The command holds their side open otherwise.
        command.stdin(std::process::Stdio::null());
        command.stdout(std::process::Stdio::null());
        command.stderr(std::process::Stdio::null());
        let seen = Arc::new(Mutex::new(Seen {
            screen: vt100::Parser::new(cells(ROWS), cells(columns), 0),
            raw: Vec::new(),
        }));
        let (mut from, to) = (ours.try_clone().expect("cloned"), Arc::clone(&seen));
        let reader = thread::spawn(move || {
            let mut bytes = [0; 4096];
            // Once the program has ended, reading is an error on some systems.
            while let Ok(length @ 1..) = from.read(&mut bytes) {
                let mut seen = to.lock().expect("no panic");
                seen.screen.process(&bytes[..length]);
                seen.raw.extend(&bytes[..length]);
            }
        });
        Terminal {
            child,
            ours,
            seen,
            reader: Some(reader),
        }
    }

    /// The lines on the screen that are not empty.
    pub fn lines(&self) -> Vec<String> {
        let seen = self.seen.lock().expect("no panic");
        let text = seen.screen.screen().contents();
        let lines = text.lines().filter(|line| !line.is_empty());
        lines.map(str::to_owned).collect()
    }

    /// Everything that was written, with all that steers the terminal.
    pub fn raw(&self) -> String {
        let seen = self.seen.lock().expect("no panic");
        String::from_utf8_lossy(&seen.raw).into_owned()
    }

    #[cfg(target_os = "linux")]
    pub fn type_in(&mut self, keys: &str) {
        self.ours.write_all(keys.as_bytes()).expect("typed");
    }

    /// Whether the terminal shows what is typed.
    #[cfg(target_os = "linux")]
    pub fn echoes(&self) -> bool {
        let modes = tcgetattr(&self.ours).expect("a terminal").local_modes;
        modes.contains(LocalModes::ECHO)
    }

    /// Types Ctrl-C, which the terminal echoes and turns into a signal.
    pub fn interrupt(&mut self) {
        self.ours.write_all(&[3]).expect("typed");
        self.kill("INT");
    }

    pub fn kill(&self, signal: &str) {
        let id = self.child.id().to_string();
        let kill = Command::new("kill").args(["-s", signal, &id]).status();
        assert!(kill.expect("kill runs").success());
    }

    /// Waits until the screen shows what is wanted, and returns its lines.
    #[track_caller]
    pub fn until(&self, what: &str, shows: impl Fn(&[String]) -> bool) -> Vec<String> {
        let began = Instant::now();
        loop {
            let lines = self.lines();
            if shows(&lines) {
                return lines;
            }
            assert!(
                began.elapsed() < PATIENCE,
                "waited in vain for {what}: {lines:#?}"
            );
            thread::sleep(POLL);
        }
    }

    /// Waits for the program's end, and returns its exit code.
    pub fn finish(&mut self) -> Option<i32> {
        let status = self.child.wait().expect("a child");
        if let Some(reader) = self.reader.take() {
            reader.join().expect("no panic");
        }
        status.code()
    }
}

impl Drop for Terminal {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn size(columns: u16) -> Winsize {
    Winsize {
        ws_row: ROWS,
        ws_col: columns,
        ws_xpixel: 0,
        ws_ypixel: 0,
    }
}

fn cells(count: u16) -> NonZeroU16 {
    NonZeroU16::new(count).expect("not 0")
}
