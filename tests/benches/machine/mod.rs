//! What the end-to-end benchmarks share: a stand-in in a process of its own, the real program run
//! against it, and what that cost.

#![allow(dead_code, reason = "no benchmark uses all of it")]

#[path = "../../program/harness/memory.rs"]
mod memory;

use std::fmt::Write as _;
use std::fs;
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use wait4::Wait4;

/// The program under measurement.
const PROGRAM: &str = env!("CARGO_BIN_EXE_wdt-flags");

/// A stand-in ERP in a process of its own, until dropped.
pub struct Server {
    process: Child,
    environment: Vec<(String, String)>,
}

impl Server {
    pub fn start(options: &[&str]) -> Server {
        let mut process = Command::new(PROGRAM)
            .args(["sandbox", "--quiet"])
            .args(options)
            .stdout(Stdio::piped())
            .spawn()
            .expect("a stand-in");
        let stdout = process.stdout.take().expect("piped");
        let environment = BufReader::new(stdout)
            .lines()
            .take(4)
            .map(|line| {
                let line = line.expect("text");
                let line = line
                    .trim_start_matches("export ")
                    .trim_start_matches("$env:");
                let (name, value) = line.split_once('=').expect("an assignment");
                (name.to_owned(), value.trim_matches('\'').to_owned())
            })
            .collect();
        Server {
            process,
            environment,
        }
    }

    pub fn variable(&self, name: &str) -> &str {
        let found = self.environment.iter().find(|(known, _)| known == name);
        &found.expect("printed by the stand-in").1
    }

    /// Runs the program on a sheet of `rows` distinct orders and returns what it cost.
    pub fn run(&self, directory: &Path, rows: usize, options: &[&str]) -> Cost {
        self.run_repeating(directory, rows, rows, options)
    }

    /// Runs the program on a sheet of `rows` rows that repeat so many orders, each with the same
    /// flag.
    pub fn run_repeating(
        &self,
        directory: &Path,
        rows: usize,
        orders: usize,
        options: &[&str],
    ) -> Cost {
        let mut command = self.command(directory, rows, orders, options);
        let began = Instant::now();
        let mut child = command.spawn().expect("started");
        let memory = peak(child.id());
        let waited = child.wait4().expect("ended");
        let wall = began.elapsed();
        let mut said = String::new();
        let stdout = child.stdout.take().expect("piped");
        std::io::Read::read_to_string(&mut { stdout }, &mut said).expect("text");
        assert!(waited.status.success(), "{said}");
        Cost {
            wall,
            processor: waited.rusage.utime + waited.rusage.stime,
            memory,
            pauses: !said.contains(", 0 pauses)"),
        }
    }

    /// The program on such a sheet.
    pub fn command(
        &self,
        directory: &Path,
        rows: usize,
        orders: usize,
        options: &[&str],
    ) -> Command {
        let sheet = directory.join("sheet.csv");
        write_sheet(&sheet, rows, orders);
        let mut command = Command::new(PROGRAM);
        command
            .arg("run")
            .arg(&sheet)
            .args(options)
            .arg("--quiet")
            .envs(self.environment.iter().map(|(name, value)| (name, value)))
            .stdout(Stdio::piped());
        command
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// What a run cost.
pub struct Cost {
    pub wall: Duration,
    pub processor: Duration,
    /// Peak, in bytes.
    pub memory: u64,
    pub pauses: bool,
}

/// The most memory a process has held, in bytes, when it is over; 0 where the system does not say.
fn peak(pid: u32) -> u64 {
    let mut peak = 0;
    // A process that is over has no memory any more.
    while let Some(bytes) = memory::peak(pid) {
        peak = peak.max(bytes);
        std::thread::sleep(Duration::from_millis(1));
    }
    peak
}

fn write_sheet(path: &Path, rows: usize, orders: usize) {
    let mut text = String::from("purchase_no,flag_name,remark\n");
    for n in (0..rows).map(|row| row % orders) {
        let flag = ["aa", "加急", "已质检", "待付款"][n % 4];
        // The stand-in does not know orders with 404 in their number.
        let order = format!("CG{n:07}").replace('0', "O");
        let _ = writeln!(text, "{order},{flag},备注 {n}");
    }
    fs::write(path, text).expect("written");
}

/// The machine, in a few words.
pub fn describe() -> String {
    let cpu = fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let model = cpu
        .lines()
        .find_map(|line| line.strip_prefix("model name"))
        .map_or("unknown processor", |rest| {
            rest.trim_start_matches([':', ' ', '\t'])
        });
    let cores = std::thread::available_parallelism().map_or(0, usize::from);
    format!("{cores} × {model}, {}", std::env::consts::OS)
}
