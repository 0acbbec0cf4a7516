//! A journal that belongs to something else is kept aside, with a warning, and the run starts
//! over.

use super::Fickle;
use crate::harness::{Finished, JOURNAL, Place, finish, sandbox};

const ROWS: [(&str, &str); 4] = [("CG1", "aa"), ("CG2", "aa"), ("CG3", "加急"), ("CG4", "aa")];

/// A run over [`ROWS`], killed when two of them were recorded.
pub fn abandoned() -> (Fickle, Place, Vec<u8>) {
    let place = Place::new();
    let fickle = Fickle::start(&place);
    place.sheet(&ROWS);
    fickle.kill_after(&place, 2);
    assert_eq!(place.recorded().len(), 2);
    let journal = std::fs::read(place.path(JOURNAL)).expect("there");
    (fickle, place, journal)
}

/// The names of all journals that were kept.
pub fn all_aside(place: &Place) -> Vec<String> {
    let is_aside = |name: &String| name.starts_with(&format!("{JOURNAL}."));
    place.files().into_iter().filter(is_aside).collect()
}

/// The journal has been kept as it was, under a name that the warning gives.
#[track_caller]
pub fn is_kept_aside(place: &Place, run: &Finished, journal: &[u8]) {
    let [aside] = &all_aside(place)[..] else {
        panic!("{:?}: {run:#?}", place.files());
    };
    let stamp = &aside[JOURNAL.len() + 1..];
    assert!(stamp.parse::<jiff::civil::DateTime>().is_ok(), "{stamp}");
    assert_eq!(std::fs::read(place.path(aside)).expect("there"), journal);
    let mut lines = run.stderr.lines();
    let warns = lines.any(|line| line.starts_with("warning: ") && line.contains(aside));
    assert!(warns, "{run:#?}");
    run.says_nothing_of("taken over");
}

/// Carries out the sheet as it is now: everything is sent again.
#[track_caller]
pub fn starts_over(fickle: &Fickle, place: &Place, journal: &[u8]) {
    let ((run, results), sent) = fickle.during(|server| place.carry(server, &[]));
    let run = run.expect(0);
    is_kept_aside(place, &run, journal);
    assert_eq!(results.column("status"), vec!["ok"; results.rows.len()]);
    let mut orders = results.column("purchase_no");
    orders.sort_unstable();
    assert_eq!(sent, orders);
    assert!(!place.path(JOURNAL).exists());
}

#[test]
fn what_no_longer_has_two_of_the_recorded_rows_starts_over() {
    for sheet in [
        "purchase_no,flag_name|CG1,加急|CG2,aa|CG3,加急|CG4,aa|",
        "purchase_no,flag_name|CG2,aa|CG3,加急|CG4,aa|",
        "purchase_no,flag_name|X1,aa|X2,aa|X3,aa|",
        // The same rows in other columns.
        "备注,purchase_no,flag_name|,CG1,aa|,CG2,aa|,CG3,加急|,CG4,aa|",
    ] {
        let (fickle, place, journal) = abandoned();
        place.write("orders.csv", sheet.replace('|', "\n"));
        starts_over(&fickle, &place, &journal);
    }
}

#[test]
fn wherever_two_recorded_rows_stand_only_the_others_are_sent() {
    for (sheet, sent) in [
        ("CG0,aa|CG1,aa|CG2,aa|CG3,加急|CG4,aa|", "CG0 CG3 CG4"),
        ("CG4,aa|CG2,aa|CG1,aa|CG3,加急|", "CG3 CG4"),
        // A row that was not recorded may be changed.
        ("CG1,aa|CG2,aa|CG9,aa|CG4,aa|", "CG4 CG9"),
    ] {
        let (fickle, place, _) = abandoned();
        let sheet = format!("purchase_no,flag_name|{sheet}").replace('|', "\n");
        place.write("orders.csv", sheet);
        let (results, called) = fickle.goes_on(&place, "2 rows");
        assert_eq!(results.count("ok"), results.rows.len());
        assert_eq!(called.join(" "), sent);
    }
}

#[test]
fn rows_that_were_edited_lose_their_own_outcomes_only() {
    let place = Place::new();
    let fickle = Fickle::start(&place);
    place.numbered(6);
    fickle.kill_after(&place, 4);
    let sheet = place.read("orders.csv");
    let edited = sheet.replace("CG1,aa", "CG1,加急").replace("CG3", "CG9");
    place.write("orders.csv", edited);
    let (results, called) = fickle.goes_on(&place, "2 rows");
    assert_eq!(results.count("ok"), 6);
    assert_eq!(called, ["CG1", "CG5", "CG6", "CG9"]);
    assert_eq!(fickle.server.flags()["CG1"], "加急");
}

#[test]
fn another_account_or_endpoint() {
    let (fickle, place, journal) = abandoned();
    let (run, sent) = fickle.during(|server| {
        let mut command = place.run(server, ["orders.csv"]);
        finish(command.env("WDT_SID", "another"))
    });
    is_kept_aside(&place, &run.expect(0), &journal);
    assert_eq!(sent, ["CG1", "CG2", "CG3", "CG4"]);

    let (_, place, journal) = abandoned();
    let elsewhere = Fickle::start(&place);
    starts_over(&elsewhere, &place, &journal);
    assert_eq!(elsewhere.server.flags().len(), 4);
}

#[test]
fn damage_in_the_middle_is_more_than_a_torn_end() {
    let (fickle, place, journal) = abandoned();
    let journal = String::from_utf8(journal).expect("UTF-8");
    let damaged = journal.replacen("\"ok\"", "\"o\0\"", 1);
    place.write(JOURNAL, &damaged);
    starts_over(&fickle, &place, damaged.as_bytes());
}

#[test]
fn every_one_is_kept_however_soon_they_follow() {
    let (fickle, place, journal) = abandoned();
    place.sheet(&[("X1", "aa")]);
    for _ in 0..3 {
        place.write(JOURNAL, &journal);
        place.carry(&fickle.server, &[]).0.expect(0);
    }
    let kept = all_aside(&place);
    assert_eq!(kept.len(), 3, "{kept:?}");
    for name in kept {
        let bytes = std::fs::read(place.path(&name)).expect("there");
        assert_eq!(bytes, journal, "{name}");
    }
}

#[test]
fn a_journal_of_another_column_of_the_same_name_is_not_taken_over() {
    let (place, erp) = (Place::new(), sandbox());
    place.write(
        "x.csv",
        "purchase_no,标记,标记\nCG1,aa,加急\nCG404,aa,加急\nCG2,aa,加急\n",
    );
    let run = |column, more: &[&str], code| {
        let args = ["x.csv", "-j", "1", "--flag-column", column];
        finish(&mut place.run(&erp, [&args, more].concat())).expect(code)
    };
    run("B", &["--max-failures", "1"], 3);
    assert_eq!(erp.flags()["CG1"], "aa");
    let second = run("C", &[], 1);
    second.says("choice of columns");
    assert_eq!(erp.flags()["CG1"], "加急", "what the results say");
}

/// What was true then may not be so today.
#[test]
fn an_old_one_is_said_even_where_little_is() {
    let (fickle, place, journal) = abandoned();
    let args = ["--continue-within", "1ms", "--quiet"];
    let ((run, results), sent) = fickle.during(|server| place.carry(server, &args));
    let run = run.expect(0);
    is_kept_aside(&place, &run, &journal);
    run.says("too old to be true today (--continue-within)");
    assert_eq!((results.count("ok"), sent.len()), (4, 4));
}
