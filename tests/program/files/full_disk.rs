//! Disks that fill up: outcomes that are known but cannot be recorded are not misreported.

use std::collections::BTreeSet;

use crate::harness::{Finished, JOURNAL, Place, finish, order, sandbox, sheet, with_file_limit};

const ROWS: usize = 400;

/// The orders whose outcome the run says it could not record.
fn told(run: &Finished) -> BTreeSet<String> {
    let order = |line: &str| {
        let line = line.strip_prefix("error: not recorded: line ")?;
        let (_, rest) = line.split_once(", order ")?;
        Some(rest.split_once(": ok")?.0.to_owned())
    };
    run.stderr.lines().filter_map(order).collect()
}

/// Runs out of room while so many blocks of 512 bytes are written, and continues with enough.
#[track_caller]
fn runs_out_after(blocks: usize) {
    let (place, erp) = (Place::new(), sandbox());
    place.write("orders.csv", sheet(ROWS));
    let command = place.run(&erp, ["orders.csv", "-j", "2"]);
    let run = finish(&mut with_file_limit(blocks, &command)).expect(3);
    run.says("File too large");
    run.ends_by_saying("cannot write `orders.results.csv");
    let recorded = place.recorded().into_iter();
    let recorded: BTreeSet<String> = recorded
        .filter_map(|line| Some(line.split_once(',')?.0.to_owned()))
        .collect();
    let calls = erp.stats().calls as usize;
    if blocks == 0 {
        assert_eq!(calls, 0, "not even the header fits");
    } else {
        // The ERP has accepted no order that is neither recorded nor told.
        let told = told(&run);
        assert!(!told.is_empty(), "{run:#?}");
        let known: BTreeSet<_> = recorded.union(&told).cloned().collect();
        let accepted = (0..ROWS).map(order);
        let accepted: BTreeSet<_> = accepted.filter(|it| erp.accepted(it) > 0).collect();
        assert_eq!(known, accepted, "{run:#?}");
        assert!(calls < ROWS * 3 / 4, "stopped soon: {calls}");
    }
    let run = place.runs(&erp, "orders.csv", 0);
    assert_eq!(run.stderr.contains("continuing"), !recorded.is_empty());
    assert_eq!(place.results(&run).count("ok"), ROWS);
    for order in recorded {
        assert_eq!(erp.accepted(&order), 1, "{order} was recorded");
    }
    assert!(!place.path(JOURNAL).exists());
}

#[test]
fn a_journal_that_cannot_grow() {
    for blocks in [0, 1, 7, 40] {
        runs_out_after(blocks);
    }
}

/// The journal fits, and the workbook does not: its texts cannot be made smaller.
#[test]
fn a_workbook_that_cannot_be_written() {
    let (place, erp) = (Place::new(), sandbox());
    let mut random = fastrand::Rng::with_seed(1);
    let mut text = move || {
        (0..1_000)
            .map(|_| random.alphanumeric())
            .collect::<String>()
    };
    let rows: String = (0..200)
        .map(|n| format!("{},aa,{}\n", order(n), text()))
        .collect();
    place.write("orders.csv", format!("purchase_no,flag_name,note\n{rows}"));
    let command = place.run(&erp, ["orders.csv", "--output-format", "xlsx"]);
    let run = finish(&mut with_file_limit(200, &command)).expect(3);
    run.says("cannot write `orders.results.xlsx`");
    assert!(!place.path("orders.results.xlsx").exists());
    let calls = erp.stats().calls;
    place.runs(&erp, "orders.csv --output-format xlsx", 0);
    assert_eq!(erp.stats().calls, calls, "what is known is not asked again");
    assert_eq!(place.table("orders.results.xlsx").count("ok"), 200);
}

/// With a limit just below the journal's final size the results, which are smaller, still fit.
#[test]
fn no_row_that_was_sent_is_called_skipped() {
    const FEW: usize = 100;
    // Most of the journal, of whose lines each takes some 130 bytes.
    let blocks = FEW * 128 / 512;
    let (place, erp) = (Place::new(), sandbox());
    place.write("orders.csv", sheet(FEW));
    let program = place.run(&erp, ["orders.csv", "-j", "1"]);
    let run = finish(&mut with_file_limit(blocks, &program)).expect(3);
    run.says("not recorded: line");
    let results = place.results(&run);
    for [order, status, message] in results.select(["purchase_no", "status", "message"]) {
        let is_sent = erp.accepted(order) > 0;
        assert!(!is_sent || status != "skipped", "{order}: {message}");
    }
}

#[test]
fn a_journal_that_leads_to_a_full_device() {
    let (place, erp) = (Place::new(), sandbox());
    place.write("orders.csv", sheet(3));
    std::os::unix::fs::symlink("/dev/full", place.path(JOURNAL)).expect("linked");
    place.runs(&erp, "orders.csv", 2).says(JOURNAL);
    assert_eq!(erp.stats().calls, 0);
    assert_eq!(place.files(), ["orders.csv", JOURNAL]);
}
