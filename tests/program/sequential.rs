//! Whatever cuts runs short, and however the sheet grows meanwhile: once a run is over, the ERP
//! holds what a single, sequential run over the final sheet would have left, and the results say
//! what is true.

use std::collections::BTreeMap;
use std::fs::{self, OpenOptions};
use std::io::Write;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};

use crate::faulty::{ACCEPTED, Faulty};
use crate::runs::{RECORD, Watchdog, call_on, ended, until};
use crate::support::Place;

const ORDERS: [&str; 3] = ["A", "B", "C"];
const FLAGS: [&str; 2] = ["aa", "无"];

/// Rows by the numbers of their order and flag.
type Rows = Vec<(usize, usize)>;

/// A run that is cut short.
#[derive(Clone, Debug)]
struct Short {
    /// Rows that the sheet has grown by before.
    grown: Rows,
    /// Calls that are answered; what comes later is not.
    answered: usize,
    /// Whether an unanswered call is applied all the same.
    applied: bool,
    /// Calls at once.
    at_once: u32,
    end: End,
}

#[derive(Clone, Copy, Debug)]
enum End {
    /// SIGKILL.
    Kill,
    /// SIGKILL, and of what this run has recorded of its calls only so much, from 0 to 255,
    /// reached the disk.
    PowerCut(u8),
    /// SIGINT.
    Interrupt,
}

fn rows(most: usize) -> impl Strategy<Value = Rows> {
    prop::collection::vec((0..ORDERS.len(), 0..FLAGS.len()), 0..=most)
}

fn short() -> impl Strategy<Value = Short> {
    let end = prop_oneof![
        Just(End::Kill),
        any::<u8>().prop_map(End::PowerCut),
        Just(End::Interrupt),
    ];
    (rows(2), 0..4_usize, any::<bool>(), 1..4_u32, end).prop_map(
        |(grown, answered, applied, at_once, end)| Short {
            grown,
            answered,
            applied,
            at_once,
            end,
        },
    )
}

/// Answers so many calls properly, and drops or holds the others.
struct Fickle {
    server: Faulty,
    /// Calls still to be answered.
    left: Arc<AtomicUsize>,
    mood: Arc<Mutex<Mood>>,
    /// The record's length when the first call of a run came in.
    first: Arc<AtomicU64>,
}

#[derive(Clone, Copy, Default)]
struct Mood {
    applied: bool,
    /// Hangs up on calls that are not answered, instead of letting them wait.
    hangs_up: bool,
}

const UNSET: u64 = u64::MAX;

impl Fickle {
    fn start(record: std::path::PathBuf) -> Self {
        let left = Arc::new(AtomicUsize::default());
        let mood = Arc::new(Mutex::new(Mood::default()));
        let first = Arc::new(AtomicU64::new(UNSET));
        let (budget, moods, lengths) = (left.clone(), mood.clone(), first.clone());
        let server = Faulty::start(move |caller| {
            loop {
                let call = caller.request()?;
                let length = fs::metadata(&record).map_or(0, |found| found.len());
                let _ = lengths.compare_exchange(UNSET, length, Ordering::SeqCst, Ordering::SeqCst);
                let spend = |left: usize| left.checked_sub(1);
                let answer = budget
                    .fetch_update(Ordering::SeqCst, Ordering::SeqCst, spend)
                    .is_ok();
                let mood = *moods.lock().expect("no panic");
                if answer || mood.applied {
                    caller.apply(&call);
                }
                match (answer, mood.hangs_up) {
                    (true, _) => caller.reply(ACCEPTED)?,
                    (false, true) => return Ok(()),
                    (false, false) => return caller.stall(),
                }
            }
        });
        Fickle {
            server,
            left,
            mood,
            first,
        }
    }

    fn cut_short(&self, place: &Place, short: &Short) {
        let hangs_up = matches!(short.end, End::Interrupt);
        self.left.store(short.answered, Ordering::SeqCst);
        self.first.store(UNSET, Ordering::SeqCst);
        *self.mood.lock().expect("no panic") = Mood {
            applied: short.applied,
            hangs_up,
        };
        let before = self.server.calls().len();
        let mut child = call_on(place, &self.server.endpoint(), short.at_once)
            .spawn()
            .expect("started");
        let watchdog = Watchdog::over(&child);
        // The run is over before if it needs no more calls than are answered.
        until("so many calls", || {
            self.server.calls().len() > before + short.answered
                || child.try_wait().expect("a child").is_some()
        });
        if hangs_up {
            let _ = std::process::Command::new("kill")
                .args(["-INT", &child.id().to_string()])
                .stderr(std::process::Stdio::null())
                .status();
        } else {
            let _ = child.kill();
        }
        drop(watchdog);
        ended(child);
        let record = place.path(RECORD);
        let first = self.first.load(Ordering::SeqCst);
        if let (End::PowerCut(share), Ok(found)) = (short.end, fs::metadata(&record))
            && first < found.len()
        {
            let kept = first + (found.len() - first) * u64::from(share) / 255;
            let file = OpenOptions::new().write(true).open(&record);
            file.and_then(|file| file.set_len(kept)).expect("cut");
        }
    }
}

fn grow(place: &Place, sheet: &mut Rows, rows: &Rows) {
    let mut file = OpenOptions::new()
        .create(true)
        .append(true)
        .open(place.path("orders.csv"))
        .expect("writable");
    for &(order, flag) in rows {
        writeln!(file, "{},{}", ORDERS[order], FLAGS[flag]).expect("written");
    }
    sheet.extend(rows);
}

fn holds(first: &Rows, shorts: &[Short], last: &Rows) {
    let place = Place::new();
    let mut sheet = Rows::new();
    place.write("orders.csv", "purchase_no,flag_name\n");
    grow(&place, &mut sheet, first);
    let fickle = Fickle::start(place.path(RECORD));
    for short in shorts {
        grow(&place, &mut sheet, &short.grown);
        fickle.cut_short(&place, short);
    }
    grow(&place, &mut sheet, last);
    fickle.left.store(usize::MAX, Ordering::SeqCst);
    let (run, results) = fickle.server.carry(&place, [""; 0]);
    let run = run.expect(0);
    assert!(!run.stderr.contains("kept as"), "{run:#?}");

    // `carry` has seen that every `ok` is true; here, that all that should be are.
    let sequential: BTreeMap<_, _> = sheet
        .iter()
        .map(|&(order, flag)| (ORDERS[order].to_owned(), FLAGS[flag].to_owned()))
        .collect();
    assert_eq!(fickle.server.flags(), sequential, "{run:#?}");
    let statuses: Vec<_> = sheet
        .iter()
        .map(|&(order, flag)| {
            if sequential[ORDERS[order]] == FLAGS[flag] {
                "ok"
            } else {
                "superseded"
            }
        })
        .collect();
    assert_eq!(results.column("status"), statuses, "{run:#?}");
    assert!(!place.path(RECORD).exists());
}

#[test]
fn the_erp_ends_as_after_a_sequential_run() {
    let strategy = (rows(3), prop::collection::vec(short(), 2..6), rows(2));
    let config = Config {
        cases: 64,
        max_shrink_iters: 200,
        failure_persistence: None,
        ..Config::default()
    };
    let held = TestRunner::new(config).run(&strategy, |(first, shorts, last)| {
        holds(&first, &shorts, &last);
        Ok(())
    });
    held.unwrap_or_else(|error| panic!("{error}"));
}
