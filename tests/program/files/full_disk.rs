//! Disks that fill up: outcomes that are known but cannot be recorded are not misreported.

use std::collections::BTreeSet;

use wdt_flags::sandbox::Sandbox;

use crate::harness::{Finished, JOURNAL, Place, finish, order, sandbox, sheet, with_file_limit};

const ROWS: usize = 1_000;

/// The orders whose outcome the run says it could not record.
fn told(run: &Finished) -> BTreeSet<String> {
    let order = |line: &str| {
        let line = line.strip_prefix("error: not recorded: line ")?;
        let (_, rest) = line.split_once(", order ")?;
        Some(rest.split_once(": ok")?.0.to_owned())
    };
    run.stderr.lines().filter_map(order).collect()
}

/// Every outcome is known: the ERP has accepted no order that is neither recorded nor told.
#[track_caller]
fn nothing_is_lost(place: &Place, erp: &Sandbox, run: &Finished, rows: usize) {
    let mut known = told(run);
    assert!(!known.is_empty(), "{run:#?}");
    for line in place.recorded() {
        known.extend(line.split(',').next().map(str::to_owned));
    }
    let accepted = (0..rows)
        .map(order)
        .filter(|order| erp.accepted(order) > 0)
        .collect::<BTreeSet<_>>();
    assert_eq!(known, accepted, "{run:#?}");
}

/// Runs out of room while so many blocks of 512 bytes are written, and continues with enough.
#[track_caller]
fn runs_out_after(blocks: usize) {
    let (place, erp) = (Place::new(), sandbox());
    place.write("orders.csv", sheet(ROWS));
    let command = place.run(&erp, ["orders.csv", "-j", "2"]);
    let run = finish(&mut with_file_limit(blocks, &command)).expect(3);
    assert!(run.stderr.contains("File too large"), "{run:#?}");
    let last = run.stderr.lines().last().unwrap_or_default();
    assert!(last.contains("cannot write `orders.results.csv"), "{run:?}");
    let calls = erp.stats().calls;
    if blocks == 0 {
        assert_eq!(calls, 0, "not even the header fits");
    } else {
        nothing_is_lost(&place, &erp, &run, ROWS);
        let most = place.recorded().len() + told(&run).len();
        assert!(calls as usize <= most, "{calls} calls, {most} known");
        assert!(most < ROWS * 3 / 4, "stopped soon: {most}");
    }

    let known = place.recorded();
    let run = finish(&mut place.run(&erp, ["orders.csv"])).expect(0);
    assert_eq!(run.stderr.contains("continuing"), !known.is_empty());
    assert_eq!(place.results(&run).count("ok"), ROWS);
    for line in known {
        let order = line.split(',').next().expect("an order");
        assert_eq!(erp.accepted(order), 1, "{order} was recorded");
    }
    assert!(!place.path(JOURNAL).exists());
}

#[test]
fn a_journal_that_cannot_grow() {
    for blocks in [0, 1, 7, 40] {
        runs_out_after(blocks);
    }
}

/// The journal fits, and the workbook does not.
#[test]
fn a_workbook_that_cannot_be_written() {
    let (place, erp) = (Place::new(), sandbox());
    let rows = (0..200).map(|n| format!("{},aa,{}\n", order(n), fastrand_text(n)));
    let rows = rows.collect::<String>();
    place.write("orders.csv", format!("purchase_no,flag_name,note\n{rows}"));
    let args = ["orders.csv", "--output-format", "xlsx"];
    let command = place.run(&erp, args);
    let run = finish(&mut with_file_limit(200, &command)).expect(3);
    assert!(
        run.stderr.contains("cannot write `orders.results.xlsx`"),
        "{run:#?}"
    );
    assert!(!place.path("orders.results.xlsx").exists());
    let calls = erp.stats().calls;
    finish(&mut place.run(&erp, args)).expect(0);
    assert_eq!(erp.stats().calls, calls, "what is known is not asked again");
    assert_eq!(place.table("orders.results.xlsx").count("ok"), 200);
}

/// Text that cannot be made smaller.
fn fastrand_text(seed: usize) -> String {
    let mut random = fastrand::Rng::with_seed(seed as u64);
    (0..1_000).map(|_| random.alphanumeric()).collect()
}

const FEW: usize = 100;

/// With a limit just below the journal's final size the results, which are smaller, still fit.
#[test]
fn no_row_that_was_sent_is_called_skipped() {
    // Most of the journal, of whose lines each takes some 130 bytes.
    let blocks = FEW * 128 / 512;
    let (place, erp) = (Place::new(), sandbox());
    place.write("orders.csv", sheet(FEW));
    let program = place.run(&erp, ["orders.csv", "-j", "1"]);
    let run = finish(&mut with_file_limit(blocks, &program)).expect(3);
    assert!(run.stderr.contains("not recorded: line"), "{run:#?}");
    let results = place.results(&run);
    let (status, message) = (results.column("status"), results.column("message"));
    for (row, order) in results.column("purchase_no").into_iter().enumerate() {
        if erp.accepted(order) > 0 {
            let message = message[row];
            assert_ne!(
                status[row], "skipped",
                "{order} was sent: {message}; {run:#?}"
            );
        }
    }
}

#[test]
fn a_journal_that_leads_to_a_full_device() {
    let (place, erp) = (Place::new(), sandbox());
    place.write("orders.csv", sheet(3));
    std::os::unix::fs::symlink("/dev/full", place.path(JOURNAL)).expect("linked");
    let run = finish(&mut place.run(&erp, ["orders.csv"])).expect(2);
    assert!(run.stderr.contains(JOURNAL), "{run:#?}");
    assert_eq!(erp.stats().calls, 0);
    assert_eq!(place.files(), ["orders.csv", JOURNAL]);
}
