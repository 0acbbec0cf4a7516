//! What earlier runs have left is kept, not overwritten.

use std::fs::File;
use std::time::{Duration, SystemTime};

use crate::harness::{Connection, JOURNAL, Place, ScriptedServer, sandbox, start};

const SHEET: &str = "purchase_no,flag_name\nCG1,aa\nCG404,aa\n";

/// Makes a file as old as this many nights.
fn age(place: &Place, name: &str, nights: u64) {
    let file = File::options().write(true).open(place.path(name));
    let time = SystemTime::now() - Duration::from_secs(nights * 86_400);
    file.and_then(|file| file.set_modified(time)).expect("set");
}

/// The files kept: their names without their times, and what they hold.
fn kept(place: &Place) -> Vec<(String, String)> {
    let is_stamp = |part: &&str| part.starts_with("20") && part.contains('T');
    let files = place.files().into_iter().filter_map(|name| {
        let stamp = name.split('.').find(is_stamp)?;
        Some((name.replace(&format!(".{stamp}"), ""), place.read(&name)))
    });
    files.collect()
}

#[track_caller]
fn kept_are(place: &Place, names: &str) {
    let kept: Vec<_> = kept(place).into_iter().map(|(name, _)| name).collect();
    assert_eq!(kept.join(" "), names);
}

#[test]
fn every_night_keeps_the_one_before_as_long_as_is_wanted() {
    let (place, erp) = (Place::new(), sandbox());
    place.write("x.csv", SHEET);
    for night in 0..3 {
        let run = place.runs(&erp, "x.csv", 1);
        assert_eq!(run.stdout.contains("\nkept "), night > 0, "{run:#?}");
        run.says_nothing_of("edited");
        for name in ["x.results.csv", "x.failures.csv"] {
            age(&place, name, 3 - night);
        }
    }
    kept_are(
        &place,
        "x.failures.csv x.failures.csv x.results.csv x.results.csv",
    );
    for (name, content) in kept(&place) {
        let rows = if name == "x.results.csv" { 2 } else { 1 };
        assert_eq!(content.lines().count(), 1 + rows, "{name}");
    }
    place.runs(&erp, "x.csv --keep 1", 1);
    kept_are(&place, "x.failures.csv x.results.csv");
}

#[test]
fn none_are_kept_where_none_are_wanted_but_what_a_person_wrote() {
    let (place, erp) = (Place::new(), sandbox());
    place.write("x.csv", SHEET);
    // A run that was cut short and is continued is one run.
    place.runs(&erp, "x.csv -j1 --max-failures 1", 3);
    assert!(place.path("x.results.csv").exists());
    place.runs(&erp, "x.csv", 1);
    kept_are(&place, "");
    let run = place.runs(&erp, "x.csv --keep 0", 1);
    assert!(!run.stdout.contains("\nkept "), "{run:#?}");
    kept_are(&place, "");
    age(&place, "x.results.csv", 1);
    place.edit("x.failures.csv", &[("CG404", "CG4")]);
    let mine = place.read("x.failures.csv");
    let run = place.runs(&erp, "x.csv --keep 0", 1);
    run.says("warning: `x.failures.csv` was edited since it was written");
    assert_eq!(kept(&place), [("x.failures.csv".to_owned(), mine)]);
}

#[test]
fn failures_without_rows_are_simply_replaced() {
    let (place, erp) = (Place::new(), sandbox());
    place.write("x.csv", "purchase_no,flag_name\nCG1,aa\n");
    for _ in 0..2 {
        place.runs(&erp, "x.csv", 0);
    }
    kept_are(&place, "x.results.csv");
}

/// Killed while it calls, or while it puts its files in their places.
#[test]
fn a_night_that_is_killed_and_continued_keeps_the_one_before() {
    let mut cut_short = 0;
    for round in 0..9 {
        let (place, erp) = (Place::new(), sandbox());
        place.write("orders.csv", SHEET);
        place.runs(&erp, "orders.csv", 1);
        let outputs = ["orders.failures.csv", "orders.results.csv"];
        let before = outputs.map(|name| (name.to_owned(), place.read(name)));
        place.write("orders.csv", SHEET.replace("aa", "加急"));
        let mut night = start(&mut place.run(&erp, ["orders.csv", "--keep", "1"]));
        night.until_over_or(|| {
            if round % 4 == 0 {
                !place.recorded().is_empty()
            } else {
                !kept(&place).is_empty()
            }
        });
        std::thread::sleep(Duration::from_micros(800 * round));
        night.kill();
        let is_cut_short = place.path(JOURNAL).exists();
        place.runs(&erp, "orders.csv --keep 1", 1);
        kept_are(&place, &outputs.join(" "));
        if is_cut_short {
            assert_eq!(kept(&place), before, "round {round}");
            cut_short += 1;
        }
        assert_eq!(place.files().len(), 5, "{:?}", place.files());
    }
    assert!(cut_short > 0);
}

#[test]
fn drafts_of_a_run_that_was_killed_are_removed_and_others_left() {
    let (place, erp) = (Place::new(), sandbox());
    place.write("x.csv", SHEET);
    let others = [".x.results.csv.mine.tmp", ".y.results.csv.Ab12cD.tmp"];
    let drafts = ["x.results.csv", "x.failures.csv", "x.results.csv.partial"];
    let drafts = drafts.map(|name| format!(".{name}.Ab12cD.tmp"));
    for name in drafts.iter().map(String::as_str).chain(others) {
        place.write(name, "half");
    }
    place.runs(&erp, "x.csv", 1);
    let mut files = place.files();
    files.retain(|name| name.starts_with('.'));
    assert_eq!(files, others);
}

#[test]
fn a_second_run_of_one_account_waits_until_the_first_has_ended() {
    let place = Place::new();
    let (erp, gate) = ScriptedServer::gated(Connection::accept);
    for (name, order) in [("a.csv", "CG1"), ("b.csv", "CG2"), ("c.csv", "CG3")] {
        place.write(name, format!("purchase_no,flag_name\n{order},aa\n"));
    }
    let mut first = start(&mut place.run(&erp, ["a.csv"]));
    first.until("a call", || erp.calls() > 0);
    for line in [
        "b.csv --give-up-after 1s",
        "b.csv --deadline 1s",
        "b.csv --deadline 1s --dry-run --skip-unchanged",
    ] {
        let second = place.runs(&erp, line, 75);
        second.ends_by_saying("error: another run is calling for the same account (pid ");
        second.ends_by_saying("nothing was sent");
    }
    assert!(
        !place
            .files()
            .iter()
            .any(|name| name.starts_with("b.") && name != "b.csv")
    );

    let mut second = start(&mut place.run(&erp, ["b.csv"]));
    second.until_it_says("waiting until it has ended");
    // What is saved while a run waits is not what it has read.
    let mut third = start(&mut place.run(&erp, ["c.csv"]));
    third.until_it_says("waiting until it has ended");
    place.write("c.csv.new", "purchase_no,flag_name\nCG3,bb\n");
    std::fs::rename(place.path("c.csv.new"), place.path("c.csv")).expect("saved");
    assert_eq!(erp.calls(), 1, "two would exceed the quota together");
    gate.open();
    first.finish().expect(0);
    third.finish().expect(2).says("changed while");
    second.finish().expect(0);
    assert_eq!(place.statuses("b.results.csv"), ["ok"]);
    assert_eq!(erp.orders(), ["CG1", "CG2"]);
}
