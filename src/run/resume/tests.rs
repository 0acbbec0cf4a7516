//! Whatever cuts runs short, and however the sheet grows meanwhile: once a run is over, the ERP
//! holds what a single, sequential run over the final sheet would have left, and the results say
//! so.

use std::collections::HashMap;
use std::fs;
use std::path::PathBuf;
use std::sync::Mutex;
use std::time::Duration;

use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};

use crate::erp::{Account, AppSecret, Client};
use crate::files::{Paths, Wanted};
use crate::pace::RateLimit;
use crate::run::{self, Event, Level, Observer, OnConflict, Report, Rules, Settings};
use crate::sandbox::{self, Sandbox};
use crate::sheet::{Sheet, SheetOptions, Source};
use crate::stop::{Stop, StopReason};

const ORDERS: [&str; 3] = ["A", "B", "C"];
const FLAGS: [&str; 2] = ["aa", "加急"];

/// Rows by the numbers of their order and flag.
type Rows = Vec<(usize, usize)>;

/// A run that is cut short: the rows that the sheet has grown by before, at which of the calls'
/// answers and the outcomes that follow them, the calls at once, and how.
type Short = (Rows, usize, usize, End);

#[derive(Clone, Copy, Debug)]
enum End {
    /// The files stay as they are at this moment; calls in flight still reach the ERP.
    Kill,
    /// And of what this run has recorded of its calls only so much, from 0 to 255, reached the
    /// disk.
    PowerCut(u8),
    Interrupt,
}

fn rows(most: usize) -> impl Strategy<Value = Rows> {
    prop::collection::vec((0..ORDERS.len(), 0..FLAGS.len()), 0..=most)
}

fn short() -> impl Strategy<Value = Short> {
    let cut = any::<u8>().prop_map(End::PowerCut);
    let end = prop_oneof![Just(End::Kill), cut, Just(End::Interrupt)];
    (rows(2), 0..6_usize, 1..4_usize, end)
}

/// Stops a run at its moment, and remembers how its journal was then.
struct Cut {
    moment: usize,
    stop: Stop,
    journal: PathBuf,
    seen: Mutex<Seen>,
}

#[derive(Default)]
struct Seen {
    moments: usize,
    /// The length of the journal at the first moment, and all of it at the last.
    begun: usize,
    journal: Option<Vec<u8>>,
    alerts: Vec<String>,
}

impl Observer for Cut {
    fn event(&self, event: &Event<'_>) {
        let mut seen = self.seen.lock().expect("no panic");
        match event {
            Event::Said { level, text } if *level <= Level::Warning => {
                seen.alerts.push((*text).to_owned());
            }
            Event::Answered { .. } | Event::Settled { .. } if seen.journal.is_none() => {
                let journal = fs::read(&self.journal).expect("begun before the first call");
                if seen.moments == 0 {
                    seen.begun = journal.len();
                }
                if seen.moments == self.moment {
                    seen.journal = Some(journal);
                    self.stop.stop(StopReason::Signal(2));
                }
                seen.moments += 1;
            }
            _ => {}
        }
    }
}

struct Shop {
    directory: tempfile::TempDir,
    erp: Sandbox,
    sheet: Rows,
}

impl Shop {
    fn path(&self, name: &str) -> PathBuf {
        self.directory.path().join(name)
    }

    fn grow(&mut self, rows: &Rows) {
        self.sheet.extend(rows);
        let lines = self.sheet.iter();
        let lines = lines.map(|&(order, flag)| format!("{},{}\n", ORDERS[order], FLAGS[flag]));
        let text = format!("purchase_no,flag_name\n{}", lines.collect::<String>());
        fs::write(self.path("orders.csv"), text).expect("written");
    }

    /// Runs over the sheet, to its end or up to a moment.
    fn run(&self, workers: usize, moment: usize) -> (Report, Seen) {
        let account = Account {
            sid: sandbox::SID.to_owned(),
            app_key: sandbox::APP_KEY.to_owned(),
            secret: AppSecret::parse(sandbox::APP_SECRET).expect("a secret"),
            endpoint: self.erp.endpoint().parse().expect("an endpoint"),
            ca_file: None,
            stand_in: true,
        };
        let sheet = self.path("orders.csv");
        let paths = Paths::new(Some(&sheet), None, None, Wanted::default()).expect("names");
        let rules = Rules {
            rate: RateLimit::Unlimited,
            workers: workers.to_string().parse().expect("workers"),
            retries: 4,
            max_failures: None,
            max_consecutive_failures: None,
            give_up_after: Duration::from_secs(3_600),
            is_attended: false,
            deadline: None,
            account_lock: None,
        };
        let settings = Settings {
            rules,
            limit: None,
            skip_unchanged: None,
            verify: false,
            on_conflict: OnConflict::Last,
            paths,
            bom: false,
            keep: 30,
            fresh: false,
            continue_within: Duration::from_secs(3_600),
        };
        let client = Client::new(&account, Duration::from_secs(60)).expect("a client");
        let cut = Cut {
            moment,
            stop: Stop::default(),
            journal: self.path("orders.results.csv.partial"),
            seen: Mutex::default(),
        };
        let options = SheetOptions {
            allow_empty: true,
            ..SheetOptions::default()
        };
        let sheet = Sheet::open(Source::Path(sheet), &options).expect("a sheet");
        let report = run::run(sheet, &account, &client, &settings, &cut.stop, &[&cut]);
        let seen = cut.seen.into_inner().expect("no panic");
        (report.expect("results"), seen)
    }

    fn cut_short(&self, moment: usize, workers: usize, end: End) {
        let outputs = ["orders.results.csv", "orders.failures.csv"].map(|name| self.path(name));
        let before = outputs.each_ref().map(|path| {
            let modified = fs::metadata(path).and_then(|found| found.modified());
            Some((fs::read(path).ok()?, modified.ok()?))
        });
        let (_, seen) = self.run(workers, moment);
        // The run was over before if it needed fewer calls.
        let Some(mut journal) = seen.journal else {
            return;
        };
        match end {
            End::Interrupt => return,
            End::Kill => {}
            End::PowerCut(share) => {
                let recorded = journal.len() - seen.begun;
                journal.truncate(seen.begun + recorded * usize::from(share) / 255);
            }
        }
        fs::write(self.path("orders.results.csv.partial"), journal).expect("written");
        for (path, before) in outputs.iter().zip(before) {
            match before {
                // One that is saved later counts as edited.
                Some((content, modified)) => {
                    fs::write(path, content).expect("written");
                    let file = fs::File::options().append(true).open(path);
                    let file = file.expect("there");
                    file.set_modified(modified).expect("set");
                }
                None => fs::remove_file(path).expect("removed"),
            }
        }
    }
}

fn holds(first: &Rows, shorts: &[Short], last: &Rows) {
    let mut shop = Shop {
        directory: tempfile::tempdir().expect("a directory"),
        erp: Sandbox::start(sandbox::Config::default()).expect("a stand-in"),
        sheet: Rows::new(),
    };
    shop.grow(first);
    for (grown, moment, workers, end) in shorts {
        shop.grow(grown);
        shop.cut_short(*moment, *workers, *end);
    }
    shop.grow(last);
    let (report, seen) = shop.run(1, usize::MAX);
    assert_eq!(seen.alerts, [""; 0]);
    assert_eq!(report.journal, None);

    let rows = shop.sheet.iter();
    let rows = rows.map(|&(order, flag)| (ORDERS[order].to_owned(), FLAGS[flag].to_owned()));
    let sequential: HashMap<_, _> = rows.clone().collect();
    assert_eq!(shop.erp.flags(), sequential);
    let is_ok = |(order, flag)| sequential[&order] == flag;
    let expected = rows.map(|row| if is_ok(row) { "ok" } else { "superseded" });
    let mut results = csv::Reader::from_path(shop.path("orders.results.csv")).expect("results");
    let rows = results.deserialize().map(|row| row.expect("a row"));
    let statuses: Vec<String> = rows
        .map(|mut row: HashMap<String, String>| row.remove("status").expect("a column"))
        .collect();
    assert!(expected.eq(statuses.iter()), "{statuses:?}");
}

#[test]
fn the_erp_ends_as_after_a_sequential_run() {
    let strategy = (rows(3), prop::collection::vec(short(), 2..6), rows(2));
    let mut config = Config::with_cases(20);
    config.max_shrink_iters = 200;
    config.failure_persistence = None;
    let held = TestRunner::new(config).run(&strategy, |(first, shorts, last)| {
        holds(&first, &shorts, &last);
        Ok(())
    });
    held.unwrap_or_else(|error| panic!("{error}"));
}
