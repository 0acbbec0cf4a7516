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

/// The journal has been kept as it was, under a name that the warning gives.
#[track_caller]
pub fn is_kept_aside(place: &Place, run: &Finished, journal: &[u8]) {
    let aside: Vec<_> = place
        .files()
        .into_iter()
        .filter(|name| name.starts_with(&format!("{JOURNAL}.")))
        .collect();
    let [aside] = &aside[..] else {
        panic!("{aside:?}: {run:#?}");
    };
    let stamp = &aside[JOURNAL.len() + 1..];
    let is_stamp = |(at, c): (usize, char)| {
        if at == 8 {
            c == 'T'
        } else {
            c.is_ascii_digit()
        }
    };
    assert!(
        stamp.len() == 15 && stamp.chars().enumerate().all(is_stamp),
        "{aside}"
    );
    assert_eq!(std::fs::read(place.path(aside)).expect("there"), journal);
    let warning = run.stderr.lines().find(|line| line.contains(aside));
    assert!(
        warning.is_some_and(|line| line.starts_with("warning: ")),
        "{run:#?}"
    );
    assert!(!run.stderr.contains("taken over"), "{run:#?}");
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
fn a_recorded_row_that_was_changed() {
    for changed in [("CG1", "加急"), ("CG9", "aa")] {
        let (fickle, place, journal) = abandoned();
        place.sheet(&[changed, ROWS[1], ROWS[2], ROWS[3]]);
        starts_over(&fickle, &place, &journal);
    }
}

#[test]
fn a_row_that_was_removed() {
    let (fickle, place, journal) = abandoned();
    place.sheet(&ROWS[1..]);
    starts_over(&fickle, &place, &journal);
}

/// The rows that were recorded still stand in the sheet: only the others are sent.
#[track_caller]
fn continues(rows: &[(&str, &str)], sent: &[&str]) {
    let (fickle, place, _) = abandoned();
    place.sheet(rows);
    let ((run, results), called) = fickle.during(|server| place.carry(server, &[]));
    assert!(run.stderr.contains(": 2 rows taken over"), "{run:#?}");
    assert_eq!(results.count("ok"), rows.len());
    assert_eq!(called, sent);
}

#[test]
fn a_row_put_before_and_rows_in_another_order_are_no_reason() {
    let before = [("CG0", "aa"), ROWS[0], ROWS[1], ROWS[2], ROWS[3]];
    continues(&before, &["CG0", "CG3", "CG4"]);
    continues(&[ROWS[3], ROWS[1], ROWS[0], ROWS[2]], &["CG3", "CG4"]);
}

#[test]
fn rows_that_were_edited_lose_their_own_outcomes_only() {
    let place = Place::new();
    let fickle = Fickle::start(&place);
    let mut rows = ["CG1", "CG2", "CG3", "CG4", "CG5", "CG6"].map(|order| (order, "aa"));
    place.sheet(&rows);
    fickle.kill_after(&place, 4);
    rows[0] = ("CG1", "加急");
    rows[2] = ("CG9", "aa");
    place.sheet(&rows);
    let ((run, results), called) = fickle.during(|server| place.carry(server, &[]));
    assert!(run.stderr.contains(": 2 rows taken over"), "{run:#?}");
    assert_eq!(results.count("ok"), 6);
    assert_eq!(called, ["CG1", "CG5", "CG6", "CG9"]);
    assert_eq!(fickle.server.flags()["CG1"], "加急");
}

#[test]
fn a_sheet_that_is_shorter_than_its_journal() {
    let (fickle, place, journal) = abandoned();
    place.sheet(&ROWS[..1]);
    starts_over(&fickle, &place, &journal);
}

#[test]
fn another_sheet() {
    let (fickle, place, journal) = abandoned();
    place.sheet(&[("X1", "aa"), ("X2", "aa"), ("X3", "aa")]);
    starts_over(&fickle, &place, &journal);
}

#[test]
fn another_language_is_no_reason() {
    let (fickle, place, _) = abandoned();
    let (run, sent) =
        fickle.during(|server| finish(place.run(server, ["orders.csv"]).env("WDT_LANG", "zh")));
    let run = run.expect(0);
    assert_eq!(place.results(&run).count("ok"), 4);
    assert_eq!(sent, ["CG3", "CG4"]);
}

#[test]
fn in_chinese_too_it_is_said_why() {
    for (args, sheet, says) in [
        (
            &["orders.csv", "--fresh"][..],
            &ROWS[..],
            "按要求（--fresh）不续跑原有的运行记录；已另存为 `",
        ),
        (
            &["orders.csv"],
            &[("X1", "aa"), ("X2", "aa")],
            "原有的运行记录中有本表格没有的行；已另存为 `",
        ),
    ] {
        let (fickle, place, _) = abandoned();
        place.sheet(sheet);
        let (run, _) =
            fickle.during(|server| finish(place.run(server, args).env("WDT_LANG", "zh")));
        assert!(run.stderr.contains(says), "{run:#?}");
    }
}

#[test]
fn other_columns() {
    let (fickle, place, journal) = abandoned();
    let text = "备注,purchase_no,flag_name\n,CG1,aa\n,CG2,aa\n,CG3,加急\n,CG4,aa\n";
    place.write("orders.csv", text);
    starts_over(&fickle, &place, &journal);
}

#[test]
fn an_unrecorded_row_that_was_changed_is_no_reason() {
    let (fickle, place, _) = abandoned();
    place.sheet(&[ROWS[0], ROWS[1], ("CG9", "aa"), ROWS[3]]);
    let ((run, results), sent) = fickle.during(|server| place.carry(server, &[]));
    assert!(run.stderr.contains(": 2 rows taken over"), "{run:#?}");
    assert_eq!(results.count("ok"), 4);
    assert_eq!(sent, ["CG4", "CG9"]);
}

#[test]
fn another_account() {
    let (fickle, place, journal) = abandoned();
    let (run, sent) = fickle.during(|server| {
        let mut command = place.run(server, ["orders.csv"]);
        finish(command.env("WDT_SID", "another"))
    });
    let run = run.expect(0);
    is_kept_aside(&place, &run, &journal);
    assert_eq!(place.results(&run).count("ok"), 4);
    assert_eq!(sent, ["CG1", "CG2", "CG3", "CG4"]);
}

#[test]
fn another_endpoint() {
    let (_, place, journal) = abandoned();
    let elsewhere = Fickle::start(&place);
    starts_over(&elsewhere, &place, &journal);
    assert_eq!(elsewhere.server.flags().len(), 4);
}

#[test]
fn damage_in_the_middle() {
    for (from, to) in [
        (",ok,", ",o\0,"),
        ("CG1,aa,", "CG1,ab,"),
        (",2,ok", ",x,ok"),
        ("CG1,", "\n"),
        (",1,", ",1,,"),
    ] {
        let (fickle, place, journal) = abandoned();
        let damaged = String::from_utf8(journal)
            .expect("UTF-8")
            .replacen(from, to, 1);
        place.write(JOURNAL, &damaged);
        starts_over(&fickle, &place, damaged.as_bytes());
    }
}

#[test]
fn bytes_in_the_middle_that_are_not_utf8() {
    let (fickle, place, mut journal) = abandoned();
    let at = journal
        .iter()
        .position(|&byte| byte == b'\n')
        .expect("a row")
        + 1;
    journal[at] = 0xff;
    place.write(JOURNAL, &journal);
    starts_over(&fickle, &place, &journal);
}

/// What is no row of a journal, line for line, is more than a torn end.
#[test]
fn damage_in_every_row() {
    let (fickle, place, journal) = abandoned();
    let damaged = String::from_utf8(journal)
        .expect("UTF-8")
        .replace(",ok,", ",o\0,");
    place.write(JOURNAL, &damaged);
    starts_over(&fickle, &place, damaged.as_bytes());
}

#[test]
fn every_one_is_kept_however_soon_they_follow() {
    let (fickle, place, journal) = abandoned();
    place.sheet(&[("X1", "aa")]);
    for _ in 0..5 {
        place.write(JOURNAL, &journal);
        place.carry(&fickle.server, &[]).0.expect(0);
    }
    let kept = place.files();
    let kept = kept
        .iter()
        .filter(|name| name.starts_with(&format!("{JOURNAL}.")));
    for name in kept.clone() {
        let bytes = std::fs::read(place.path(name)).expect("there");
        assert_eq!(bytes, journal, "{name}");
    }
    assert_eq!(kept.count(), 5);
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
    assert!(second.stderr.contains("choice of columns"), "{second:?}");
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
    assert!(
        run.stderr
            .contains("too old to be true today (--continue-within)"),
        "{run:#?}"
    );
    assert_eq!((results.count("ok"), sent.len()), (4, 4));
}

#[test]
fn the_age_of_one_that_is_continued_is_said() {
    let (fickle, place, _) = abandoned();
    let (run, _) = place.carry(&fickle.server, &["--continue-within", "1h"]);
    let said = run.expect(0).stderr;
    assert!(said.contains("continuing an interrupted run of "), "{said}");
    assert!(said.contains(" s ago: 2 rows taken over"), "{said}");
}
