//! Whatever cuts runs short, and however the sheet grows meanwhile: once a run is over, the ERP
//! holds what a single, sequential run over the final sheet would have left, and the results say
//! what is true.

use std::collections::BTreeMap;
use std::fs::{self, OpenOptions};
use std::io::Write;

use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};

use super::{Fickle, Unanswered};
use crate::harness::{JOURNAL, Place, start};

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

fn cut_short(fickle: &Fickle, place: &Place, short: &Short) {
    let interrupt = matches!(short.end, End::Interrupt);
    let unanswered = Unanswered {
        applied: short.applied,
        hung_up: interrupt,
    };
    fickle.answer(short.answered, unanswered);
    let at_once = short.at_once.to_string();
    let mut run = start(&mut place.run(&fickle.server, ["orders.csv", "-j", &at_once]));
    // The run is over before if it needs no more calls than are answered.
    run.until_over_or(|| fickle.calls() > short.answered);
    #[cfg(unix)]
    if interrupt {
        run.signal("INT");
        run.finish();
        return;
    }
    run.kill();
    if let (End::PowerCut(share), Some(first)) = (short.end, fickle.first_journal()) {
        let journal = place.path(JOURNAL);
        let (first, now) = (
            first.len() as u64,
            fs::metadata(&journal).map(|found| found.len()),
        );
        if let Ok(now) = now
            && first < now
        {
            let kept = first + (now - first) * u64::from(share) / 255;
            let file = OpenOptions::new().write(true).open(&journal);
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
    let fickle = Fickle::start(&place);
    for short in shorts {
        grow(&place, &mut sheet, &short.grown);
        cut_short(&fickle, &place, short);
    }
    grow(&place, &mut sheet, last);
    fickle.answer_all();
    let (run, results) = place.carry(&fickle.server, &[]);
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
    assert!(!place.path(JOURNAL).exists());
}

#[test]
fn the_erp_ends_as_after_a_sequential_run() {
    let strategy = (rows(3), prop::collection::vec(short(), 2..6), rows(2));
    let config = Config {
        cases: 32,
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
