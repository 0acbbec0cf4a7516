//! Runs of the program against a server that may do anything: started, cut short, and over.

use std::fs;
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Condvar, Mutex, mpsc};
use std::thread;
use std::time::{Duration, Instant};

use crate::faulty::Faulty;
use crate::support::{Finished, Place, Table, account, finish_child};

/// Longer than anything here takes on the slowest machine: what takes longer hangs.
pub const HANGS: Duration = Duration::from_secs(30);

pub const RECORD: &str = "orders.results.csv.partial";

/// A sheet in the place, `orders.csv`.
pub fn sheet(place: &Place, rows: &[(&str, &str)]) {
    let mut text = "purchase_no,flag_name\n".to_owned();
    for (order, flag) in rows {
        text.push_str(&format!("{order},{flag}\n"));
    }
    place.write("orders.csv", text);
}

/// Kills a program that hangs, unless dropped before.
pub struct Watchdog {
    over: Option<mpsc::Sender<()>>,
    thread: Option<thread::JoinHandle<()>>,
}

impl Watchdog {
    pub fn over(child: &Child) -> Self {
        let pid = child.id();
        let (over, wait) = mpsc::channel();
        let thread = thread::spawn(move || {
            if wait.recv_timeout(HANGS) == Err(mpsc::RecvTimeoutError::Timeout) {
                signal(pid, "KILL");
            }
        });
        Watchdog {
            over: Some(over),
            thread: Some(thread),
        }
    }
}

impl Drop for Watchdog {
    fn drop(&mut self) {
        drop(self.over.take());
        let _ = self.thread.take().map(thread::JoinHandle::join);
    }
}

/// Waits for a program, which is killed if it hangs and must not panic.
#[track_caller]
pub fn ended(child: Child) -> Finished {
    let watchdog = Watchdog::over(&child);
    let finished = finish_child(child);
    drop(watchdog);
    assert!(
        !finished.said().contains("panicked"),
        "the program panicked: {finished:#?}"
    );
    finished
}

pub fn signal(pid: u32, name: &str) {
    let sent = Command::new("kill")
        .arg(format!("-{name}"))
        .arg(pid.to_string())
        .status();
    assert!(sent.is_ok_and(|status| status.success()), "kill -{name}");
}

/// `wdt-flags run orders.csv` against an endpoint, with so many calls at once.
pub fn call_on(place: &Place, endpoint: &str, at_once: u32) -> Command {
    let mut command = place.program();
    command
        .args(["run", "orders.csv", "--rate", "unlimited", "-j"])
        .arg(at_once.to_string())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    account(&mut command, endpoint);
    command
}

/// Lets `other`, a shell or the like, run a command given as its last arguments.
pub fn by(other: &mut Command, command: &Command) {
    other
        .current_dir(command.get_current_dir().expect("a place"))
        .arg(command.get_program())
        .args(command.get_args())
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    for (name, value) in command.get_envs() {
        match value {
            Some(value) => other.env(name, value),
            None => other.env_remove(name),
        };
    }
}

/// Waits until something has come about.
#[track_caller]
pub fn until(what: &str, mut come: impl FnMut() -> bool) {
    let began = Instant::now();
    while !come() {
        assert!(began.elapsed() < HANGS, "waited in vain for {what}");
        thread::sleep(Duration::from_micros(500));
    }
}

/// The results of `orders.csv`: every row of the sheet, each once, in its place.
#[track_caller]
pub fn truth(place: &Place, run: &Finished) -> Table {
    assert!(
        place.path("orders.results.csv").is_file(),
        "no results: {run:#?}"
    );
    let (sheet, results) = (place.table("orders.csv"), place.table("orders.results.csv"));
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

/// The outcomes in the record: its whole lines, without its header and without those that only
/// take an earlier outcome back.
pub fn recorded(place: &Place) -> Vec<String> {
    let bytes = fs::read(place.path(RECORD)).unwrap_or_default();
    let whole = bytes.iter().rposition(|&byte| byte == b'\n');
    String::from_utf8_lossy(&bytes[..whole.unwrap_or_default()])
        .lines()
        .skip(1)
        .filter(|line| !line.contains("about to be sent"))
        .map(str::to_owned)
        .collect()
}

/// A server that accepts every call, but from one it is told of on never answers.
pub struct Mute {
    pub server: Faulty,
    from: Arc<AtomicUsize>,
}

impl Mute {
    pub fn start() -> Self {
        let from = Arc::new(AtomicUsize::new(usize::MAX));
        let call = Arc::clone(&from);
        Mute {
            server: Faulty::start(move |caller| {
                loop {
                    let request = caller.request()?;
                    caller.apply(&request);
                    if caller.calls() >= call.load(Ordering::SeqCst) {
                        return caller.stall();
                    }
                    caller.reply(crate::faulty::ACCEPTED)?;
                }
            }),
            from,
        }
    }

    /// Answers no call from the `call`-th on, counted from 1 over all connections.
    pub fn silent_from(&self, call: usize) {
        self.from.store(call, Ordering::SeqCst);
    }

    /// Carries the sheet until `answered` more calls are answered and recorded and one more is
    /// applied, but not answered. Then kills the run.
    #[track_caller]
    pub fn kill_after(&self, place: &Place, answered: usize) {
        let (calls, rows) = (self.server.calls().len(), recorded(place).len());
        self.silent_from(calls + answered + 1);
        let mut child = self.server.run(place, [""; 0]).spawn().expect("started");
        let watchdog = Watchdog::over(&child);
        self.server.wait_for_calls(calls + answered + 1);
        until("the record", || recorded(place).len() >= rows + answered);
        child.kill().expect("killed");
        child.wait().expect("killed");
        drop(watchdog);
        self.silent_from(usize::MAX);
    }

    /// The orders that are called while `work` is done, sorted.
    pub fn during<T>(&self, work: impl FnOnce(&Faulty) -> T) -> (T, Vec<String>) {
        let before = self.server.calls().len();
        let done = work(&self.server);
        let mut orders = self.server.orders().split_off(before);
        orders.sort();
        (done, orders)
    }
}

/// Something that is held back until the test lets it go.
#[derive(Default)]
pub struct Gate {
    open: Mutex<bool>,
    opened: Condvar,
}

impl Gate {
    pub fn open(&self) {
        *self.open.lock().expect("no panic") = true;
        self.opened.notify_all();
    }

    pub fn pass(&self) {
        let open = self.open.lock().expect("no panic");
        drop(self.opened.wait_while(open, |open| !*open));
    }
}
