//! Places that cannot be written, and disks that fill up.

#![cfg(target_os = "linux")]

use std::collections::BTreeSet;
use std::fs;
use std::process::{Command, Stdio};

use wdt_flags::sandbox::Sandbox;

use crate::runs::{RECORD, by, ended, recorded, truth};
use crate::support::{Finished, Place, sandbox};

const ROWS: usize = 2_000;

/// An order whose number never contains 404, so that it exists.
fn order(n: usize) -> String {
    format!("CG{}x{:02}", n / 100, n % 100)
}

fn sheet(place: &Place, rows: usize) {
    let mut text = "purchase_no,flag_name\n".to_owned();
    for n in 0..rows {
        text.push_str(&format!("{},aa\n", order(n)));
    }
    place.write("orders.csv", text);
}

/// Runs `command` by a shell that does `before` first.
fn after(before: &str, command: &Command) -> Finished {
    let mut shell = Command::new("sh");
    shell.args(["-c", &format!("{before}; exec \"$0\" \"$@\"")]);
    by(&mut shell, command);
    ended(shell.spawn().expect("a shell"))
}

/// The orders whose outcome the run has said it could not record.
fn told(run: &Finished) -> BTreeSet<String> {
    let order = |line: &str| {
        let line = line.strip_prefix("not recorded: line ")?;
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
    for line in recorded(place) {
        known.extend(line.split(',').next().map(str::to_owned));
    }
    let accepted = (0..rows)
        .map(order)
        .filter(|order| erp.accepted(order) > 0)
        .collect::<BTreeSet<_>>();
    assert_eq!(known, accepted, "{run:#?}");
}

#[test]
fn a_directory_that_is_not_there() {
    let (place, erp) = (Place::new(), sandbox());
    sheet(&place, 3);
    for args in [
        ["orders.csv", "--results", "missing/r.csv"],
        ["orders.csv", "--failures", "missing/f.csv"],
        ["orders.csv", "--results", "orders.csv/r.csv"],
        ["orders.csv", "--results", "/proc/r.csv"],
    ] {
        let run = crate::support::finish(&mut place.run(&erp, args)).expect(3);
        assert!(run.stderr.contains(args[2]), "names the file: {run:#?}");
        assert_eq!(place.files(), ["orders.csv"], "{run:#?}");
    }
    assert_eq!(erp.stats().calls, 0);
}

#[test]
fn a_record_that_cannot_grow() {
    for blocks in [0, 1, 2, 7, 40] {
        let (place, erp) = (Place::new(), sandbox());
        sheet(&place, ROWS);
        let command = place.run(&erp, ["orders.csv", "-j", "2"]);
        let limit = format!("trap '' XFSZ; ulimit -f {blocks}");
        let run = after(&limit, &command).expect(3);
        assert!(run.stderr.contains("File too large"), "{run:#?}");
        let calls = erp.stats().calls;
        if blocks == 0 {
            assert_eq!(calls, 0, "not even the header fits");
        } else {
            nothing_is_lost(&place, &erp, &run, ROWS);
            let most = recorded(&place).len() + told(&run).len();
            assert!(calls as usize <= most, "{calls} calls, {most} known");
            assert!(most < 1_000, "stopped soon: {most}");
        }

        let known = recorded(&place);
        let run = after(":", &place.run(&erp, ["orders.csv"])).expect(0);
        assert_eq!(truth(&place, &run).count("ok"), ROWS);
        for line in known {
            let order = line.split(',').next().expect("an order");
            assert_eq!(erp.accepted(order), 1, "{order} was recorded");
        }
        assert!(!place.path(RECORD).exists());
    }
}

/// A header longer than what fits is torn.
#[test]
fn a_record_whose_header_does_not_fit() {
    let (place, erp) = (Place::new(), sandbox());
    let more: String = (0..200).map(|n| format!(",another column {n}")).collect();
    let cells = ",".repeat(200);
    place.write(
        "orders.csv",
        format!("purchase_no,flag_name{more}\nCG1,aa{cells}\nCG2,aa{cells}\n"),
    );
    let command = place.run(&erp, ["orders.csv"]);
    after("trap '' XFSZ; ulimit -f 1", &command).expect(3);
    assert_eq!(erp.stats().calls, 0);
    let run = after(":", &command).expect(0);
    assert_eq!(truth(&place, &run).count("ok"), 2);
}

#[test]
fn a_record_that_leads_to_a_full_device() {
    let (place, erp) = (Place::new(), sandbox());
    sheet(&place, 3);
    std::os::unix::fs::symlink("/dev/full", place.path(RECORD)).expect("linked");
    let run = after(":", &place.run(&erp, ["orders.csv"])).expect(2);
    assert!(run.stderr.contains(RECORD), "{run:#?}");
    assert_eq!(erp.stats().calls, 0);
    assert_eq!(place.files(), ["orders.csv", RECORD]);
}

/// A file system of 64 KiB, most of it taken, in a mount of the test's own.
#[test]
fn a_small_file_system() {
    let (place, erp) = (Place::new(), sandbox());
    fs::create_dir(place.path("small")).expect("created");
    let mount = "mount -t tmpfs -o size=64k tmpfs small";
    let allowed = Command::new("unshare")
        .args(["-rm", "sh", "-c", mount])
        .current_dir(place.path(""))
        .stderr(Stdio::null())
        .status();
    if !allowed.is_ok_and(|status| status.success()) {
        eprintln!("skipped: this machine lets nobody mount a file system");
        return;
    }
    sheet(&place, ROWS);
    place.write(
        "try.sh",
        format!(
            "{mount} || exit 99
            head -c 24576 /dev/zero > small/filler
            \"$@\" 2> first.txt
            echo $? > first.code
            cp small/orders.results.csv.partial .
            rm small/filler
            umask 022
            mount -o remount,size=1m small
            \"$@\" 2> second.txt
            code=$?
            cp small/orders.*.csv .
            ls small > left.txt
            exit $code"
        ),
    );
    let run = place.run(
        &erp,
        [
            "orders.csv",
            "-j2",
            "--results=small/orders.results.csv",
            "--failures=small/orders.failures.csv",
        ],
    );
    let mut shell = Command::new("unshare");
    shell.args(["-rm", "sh", "try.sh"]);
    by(&mut shell, &run);
    let second = ended(shell.spawn().expect("started"));
    let mut first = second;
    first.stderr = place.read("first.txt");
    assert_eq!(place.read("first.code"), "3\n", "{first:#?}");
    assert!(first.stderr.contains("No space left"), "{first:#?}");
    let first_calls = recorded(&place).len() + told(&first).len();
    assert!(first_calls < 1_000, "stopped soon: {first_calls}");
    let first = first.expect(0);
    assert!(
        place.read("second.txt").contains("continuing"),
        "{}",
        place.read("second.txt")
    );
    assert_eq!(truth(&place, &first).count("ok"), ROWS);
    for line in recorded(&place) {
        let order = line.split(',').next().expect("an order");
        assert_eq!(erp.accepted(order), 1, "{order} was recorded");
    }
    assert_eq!(
        place.read("left.txt"),
        "orders.failures.csv\norders.results.csv\n"
    );
}
