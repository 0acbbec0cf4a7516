//! What the tests share: a place to work in, the program, and its files read back.

use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use tempfile::TempDir;
use wdt_flags::sandbox::{APP_KEY, APP_SECRET, Config, SID, Sandbox};

/// A directory of the test's own.
pub struct Place {
    directory: TempDir,
}

impl Place {
    pub fn new() -> Self {
        Place {
            directory: tempfile::tempdir().expect("a temporary directory"),
        }
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.directory.path().join(name)
    }

    pub fn write(&self, name: &str, content: impl AsRef<[u8]>) -> PathBuf {
        let path = self.path(name);
        fs::write(&path, content).expect("written");
        path
    }

    pub fn read(&self, name: &str) -> String {
        let path = self.path(name);
        fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
    }

    /// The names of the files in the place, sorted.
    pub fn files(&self) -> Vec<String> {
        let mut names: Vec<_> = fs::read_dir(self.directory.path())
            .expect("readable")
            .map(|entry| {
                entry
                    .expect("readable")
                    .file_name()
                    .to_string_lossy()
                    .into_owned()
            })
            .collect();
        names.sort();
        names
    }

    /// A results, failures or record file, read back.
    pub fn table(&self, name: &str) -> Table {
        Table::read(&self.path(name))
    }

    /// The program, to be run in this place, knowing nothing of the tester's own account, proxy
    /// or configuration.
    pub fn program(&self) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_wdt-flags"));
        command
            .current_dir(self.directory.path())
            .env("HOME", self.directory.path())
            .env("XDG_CONFIG_HOME", self.directory.path().join("no-config"))
            .stdin(Stdio::null());
        for (name, _) in std::env::vars_os() {
            let text = name.to_string_lossy().to_ascii_uppercase();
            if text.starts_with("WDT_") || text.ends_with("_PROXY") {
                command.env_remove(name);
            }
        }
        command
    }

    /// `wdt-flags run ARGS` with the account of a stand-in, as fast as it goes.
    pub fn run<I: AsRef<OsStr>>(
        &self,
        sandbox: &Sandbox,
        args: impl IntoIterator<Item = I>,
    ) -> Command {
        self.run_against(&sandbox.endpoint(), args)
    }

    /// `wdt-flags run ARGS` against `endpoint` with the stand-in's account, as fast as it goes.
    pub fn run_against<I: AsRef<OsStr>>(
        &self,
        endpoint: &str,
        args: impl IntoIterator<Item = I>,
    ) -> Command {
        self.run_at("unlimited", endpoint, args)
    }

    /// `wdt-flags run ARGS` against `endpoint` with the stand-in's account, at most at `rate`.
    pub fn run_at<I: AsRef<OsStr>>(
        &self,
        rate: &str,
        endpoint: &str,
        args: impl IntoIterator<Item = I>,
    ) -> Command {
        let mut command = self.program();
        command.arg("run").args(args).args(["--rate", rate]);
        account(&mut command, endpoint);
        command
    }

    /// Everything that stands in the files of the place but those named.
    pub fn written(&self, but: &[&str]) -> String {
        let files = self.files();
        let files = files.iter().filter(|name| !but.contains(&name.as_str()));
        files.map(|name| self.read(name)).collect()
    }
}

/// The number of the `n`-th order of [`sheet_of`]; none contains 404, so the stand-in knows it.
pub fn order(n: usize) -> String {
    format!("CG-{}-{:02}", n / 100, n % 100)
}

/// A sheet of `rows` orders, all given the flag aa.
pub fn sheet_of(rows: usize) -> String {
    let rows = (0..rows).map(|n| format!("{},aa\n", order(n)));
    format!("purchase_no,flag_name\n{}", rows.collect::<String>())
}

/// Lets the program call `endpoint` with the stand-in's account.
pub fn account(command: &mut Command, endpoint: &str) {
    command
        .env("WDT_SID", SID)
        .env("WDT_APP_KEY", APP_KEY)
        .env("WDT_APP_SECRET", APP_SECRET)
        .env("WDT_ENDPOINT", endpoint);
}

/// A stand-in with everything as it is by default.
pub fn sandbox() -> Sandbox {
    sandbox_with(Config::default())
}

pub fn sandbox_with(config: Config) -> Sandbox {
    Sandbox::start(config).expect("a stand-in")
}

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
    let child = command
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("started");
    Running { child: Some(child) }
}

/// The program at work; it does not outlive its test.
pub struct Running {
    child: Option<Child>,
}

impl Running {
    pub fn child(&mut self) -> &mut Child {
        self.child.as_mut().expect("not finished")
    }

    pub fn has_ended(&mut self) -> bool {
        self.child().try_wait().expect("a child").is_some()
    }

    /// Waits until something has come about, which it must while the program runs.
    #[track_caller]
    pub fn until(&mut self, what: &str, mut happened: impl FnMut() -> bool) {
        let patience = Instant::now() + Duration::from_secs(60);
        while !happened() {
            assert!(!self.has_ended(), "ended before {what}");
            assert!(Instant::now() < patience, "no {what}");
            thread::sleep(Duration::from_millis(2));
        }
    }

    /// Sends a signal, named as `kill` does.
    #[cfg(unix)]
    pub fn signal(&mut self, name: &str) {
        let id = self.child().id().to_string();
        let kill = Command::new("kill").args(["-s", name, &id]).status();
        assert!(kill.expect("kill runs").success());
    }

    /// Waits for the end.
    #[track_caller]
    pub fn finish(mut self) -> Finished {
        finish_child(self.child.take().expect("not finished"))
    }
}

/// Waits for a program that was started with its outputs piped.
pub fn finish_child(child: Child) -> Finished {
    let output = child.wait_with_output().expect("ended");
    Finished {
        status: output.status,
        stdout: String::from_utf8(output.stdout).expect("UTF-8 on stdout"),
        stderr: String::from_utf8(output.stderr).expect("UTF-8 on stderr"),
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        if let Some(child) = &mut self.child {
            let _ = child.kill();
            let _ = child.wait();
        }
    }
}

/// A file of results, taken apart strictly: every row has as many fields as the header.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Table {
    pub header: Vec<String>,
    pub rows: Vec<Vec<String>>,
}

impl Table {
    pub fn read(path: &Path) -> Self {
        let text =
            fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        let mut csv = csv::Reader::from_reader(text.trim_start_matches('\u{feff}').as_bytes());
        Table {
            header: csv
                .headers()
                .expect("a header")
                .iter()
                .map(str::to_owned)
                .collect(),
            rows: csv
                .records()
                .map(|row| {
                    row.expect("a whole row")
                        .iter()
                        .map(str::to_owned)
                        .collect()
                })
                .collect(),
        }
    }

    /// The cells of one column.
    #[track_caller]
    pub fn column(&self, name: &str) -> Vec<&str> {
        let at = self.header.iter().position(|column| column == name);
        let at = at.unwrap_or_else(|| panic!("no column {name} in {:?}", self.header));
        self.rows.iter().map(|row| row[at].as_str()).collect()
    }

    /// The cells of some columns, row by row.
    #[track_caller]
    pub fn select<const N: usize>(&self, names: [&str; N]) -> Vec<[&str; N]> {
        let columns = names.map(|name| self.column(name));
        (0..self.rows.len())
            .map(|row| std::array::from_fn(|column| columns[column][row]))
            .collect()
    }

    /// How many rows have this status.
    pub fn count(&self, status: &str) -> usize {
        self.column("status")
            .iter()
            .filter(|found| **found == status)
            .count()
    }
}
