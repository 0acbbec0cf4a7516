//! A directory of the test's own, the program run in it, and the files it leaves there.

use std::ffi::OsStr;
use std::fs;
use std::path::PathBuf;
use std::process::{Command, Stdio};

use tempfile::TempDir;
use wdt_flags::sandbox::{APP_KEY, APP_SECRET, SID, Sandbox};

use super::{Finished, ScriptedServer, Table, finish};

/// Where outcomes stand while a run over `orders.csv` is under way.
pub const JOURNAL: &str = "orders.results.csv.partial";

pub struct Place {
    directory: TempDir,
    /// Where the program keeps what is not beside the sheet.
    state: TempDir,
}

/// Where calls go.
pub trait Endpoint {
    fn endpoint(&self) -> String;
}

impl Endpoint for Sandbox {
    fn endpoint(&self) -> String {
        Sandbox::endpoint(self)
    }
}

impl Endpoint for ScriptedServer {
    fn endpoint(&self) -> String {
        ScriptedServer::endpoint(self)
    }
}

impl Endpoint for String {
    fn endpoint(&self) -> String {
        self.clone()
    }
}

impl Place {
    pub fn new() -> Self {
        Place {
            directory: tempfile::tempdir().expect("a temporary directory"),
            state: tempfile::tempdir().expect("a temporary directory"),
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

    /// Writes `orders.csv` with these orders and flags.
    pub fn sheet(&self, rows: &[(&str, &str)]) {
        let rows = rows.iter().map(|(order, flag)| format!("{order},{flag}\n"));
        let rows: String = rows.collect();
        self.write("orders.csv", format!("purchase_no,flag_name\n{rows}"));
    }

    /// Writes `orders.csv` with CG1, CG2 and so on, all given aa.
    pub fn numbered(&self, orders: usize) {
        let rows: String = (1..=orders).map(|n| format!("CG{n},aa\n")).collect();
        self.write("orders.csv", format!("purchase_no,flag_name\n{rows}"));
    }

    pub fn read(&self, name: &str) -> String {
        let path = self.path(name);
        fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
    }

    /// Replaces texts in a file, the first of each.
    #[track_caller]
    pub fn edit(&self, name: &str, edits: &[(&str, &str)]) {
        let mut text = self.read(name);
        for (from, to) in edits {
            assert!(text.contains(from), "{from} in {text}");
            text = text.replacen(from, to, 1);
        }
        self.write(name, text);
    }

    /// The statuses of a file of results.
    #[track_caller]
    pub fn statuses(&self, name: &str) -> Vec<String> {
        let table = self.table(name);
        let statuses = table.column("status").into_iter();
        statuses.map(str::to_owned).collect()
    }

    /// The names of the files in the place, sorted.
    pub fn files(&self) -> Vec<String> {
        let files = fs::read_dir(self.directory.path()).expect("readable");
        let names = files.map(|file| file.expect("readable").file_name());
        let mut names: Vec<_> = names.map(|it| it.to_string_lossy().into_owned()).collect();
        names.sort();
        names
    }

    /// Everything that stands in the files of the place but those named.
    pub fn written(&self, but: &[&str]) -> String {
        let files = self.files();
        let files = files.iter().filter(|name| !but.contains(&name.as_str()));
        files.map(|name| self.read(name)).collect()
    }

    /// A file of results, failures or outcomes, read back.
    pub fn table(&self, name: &str) -> Table {
        Table::read(&self.path(name))
    }

    /// The program, to be run in this place, knowing nothing of the tester's own account, proxy,
    /// configuration or language.
    pub fn program(&self) -> Command {
        #[cfg(target_os = "linux")]
        super::signals::hear();
        let mut command = Command::new(env!("CARGO_BIN_EXE_wdt-flags"));
        command
            .current_dir(self.directory.path())
            .env("HOME", self.directory.path())
            .env("XDG_CONFIG_HOME", self.path("no-config"))
            .env("XDG_STATE_HOME", self.state.path())
            .env("APPDATA", self.state.path())
            .stdin(Stdio::null());
        for (name, _) in std::env::vars_os() {
            let text = name.to_string_lossy().to_ascii_uppercase();
            if text.starts_with("WDT_") || text.ends_with("_PROXY") {
                command.env_remove(name);
            }
        }
        command.env("WDT_LANG", "en");
        command
    }

    /// `wdt-flags run ARGS` with the stand-in's account, as fast as four calls at once go.
    pub fn run<I: AsRef<OsStr>>(
        &self,
        erp: &impl Endpoint,
        args: impl IntoIterator<Item = I>,
    ) -> Command {
        self.calling("run", erp, args)
    }

    /// Runs `wdt-flags run LINE` to its end, as [`Place::run`] does, and asserts the exit code.
    #[track_caller]
    pub fn runs(&self, erp: &impl Endpoint, line: &str, code: i32) -> Finished {
        finish(&mut self.run(erp, line.split(' '))).expect(code)
    }

    /// Likewise `wdt-flags verify LINE`.
    #[track_caller]
    pub fn verifies(&self, erp: &impl Endpoint, line: &str, code: i32) -> Finished {
        finish(&mut self.verify(erp, line.split(' '))).expect(code)
    }

    /// Likewise `wdt-flags check LINE`, which needs no account.
    #[track_caller]
    pub fn checks(&self, line: &str, code: i32) -> Finished {
        finish(self.program().arg("check").args(line.split(' '))).expect(code)
    }

    /// `wdt-flags verify ARGS`, likewise.
    pub fn verify<I: AsRef<OsStr>>(
        &self,
        erp: &impl Endpoint,
        args: impl IntoIterator<Item = I>,
    ) -> Command {
        self.calling("verify", erp, args)
    }

    /// `wdt-flags run ARGS` with the stand-in's account, at most at `rate`.
    pub fn run_at<I: AsRef<OsStr>>(
        &self,
        rate: &str,
        erp: &impl Endpoint,
        args: impl IntoIterator<Item = I>,
    ) -> Command {
        let mut command = self.program();
        command.arg("run").args(args).args(["--rate", rate]);
        account(&mut command, &erp.endpoint());
        command
    }

    /// With four calls at once unless the arguments say how many.
    fn calling<I: AsRef<OsStr>>(
        &self,
        command: &str,
        erp: &impl Endpoint,
        args: impl IntoIterator<Item = I>,
    ) -> Command {
        let mut program = self.program();
        program.arg(command).args(args);
        program.arg("--rate=unlimited");
        let says_workers = |arg: &OsStr| {
            let arg = arg.to_string_lossy();
            arg.starts_with("-j") || arg.starts_with("--workers")
        };
        if !program.get_args().any(says_workers) {
            program.arg("--workers=4");
        }
        account(&mut program, &erp.endpoint());
        program
    }

    /// Carries `orders.csv`, one call at a time, and reads the results, which must be true
    /// whatever the server did.
    #[track_caller]
    pub fn carry(&self, server: &ScriptedServer, args: &[&str]) -> (Finished, Table) {
        let args = [&["orders.csv", "-j1"], args].concat();
        let run = finish(&mut self.run(server, args));
        let results = self.results(&run);
        let flags = server.flags();
        for [order, flag, status] in results.select(["purchase_no", "flag_name", "status"]) {
            if status == "ok" {
                let held = flags.get(order).map(String::as_str);
                assert_eq!(held, Some(flag), "{order} is reported ok: {run:#?}");
            }
        }
        (run, results)
    }

    /// The results of `orders.csv`: every row of the sheet, each once, in its place.
    #[track_caller]
    pub fn results(&self, run: &Finished) -> Table {
        let name = "orders.results.csv";
        assert!(self.path(name).is_file(), "no results: {run:#?}");
        let (sheet, results) = (self.table("orders.csv"), self.table(name));
        for column in ["purchase_no", "flag_name"] {
            assert_eq!(
                results.column(column),
                sheet.column(column),
                "the rows of the sheet, each once: {run:#?}"
            );
        }
        let lines: Vec<_> = (2..sheet.rows.len() + 2).map(|n| n.to_string()).collect();
        assert_eq!(results.column("line"), lines);
        results
    }

    /// The outcomes in the journal.
    pub fn recorded(&self) -> Vec<String> {
        outcomes(&fs::read(self.path(JOURNAL)).unwrap_or_default())
    }
}

/// The outcomes in a journal, as `ORDER,STATUS`: its whole lines, without what else it says.
pub fn outcomes(journal: &[u8]) -> Vec<String> {
    let whole = journal.iter().rposition(|&byte| byte == b'\n');
    String::from_utf8_lossy(&journal[..whole.unwrap_or_default()])
        .lines()
        .filter_map(|line| serde_json::from_str::<serde_json::Value>(line).ok())
        .filter_map(|line| {
            Some(format!(
                "{},{}",
                line["order"].as_str()?,
                line["status"].as_str()?
            ))
        })
        .collect()
}

/// Lets the program call `endpoint` with the stand-in's account.
pub fn account(command: &mut Command, endpoint: &str) {
    command
        .env("WDT_SID", SID)
        .env("WDT_APP_KEY", APP_KEY)
        .env("WDT_APP_SECRET", APP_SECRET)
        .env("WDT_ENDPOINT", endpoint);
}
