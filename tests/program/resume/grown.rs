//! A sheet that grows at its end while a run over it is cut short: each order ends with the flag
//! of its last row, and the results say so.

use std::fs::OpenOptions;
use std::io::Write;

use super::Fickle;
use crate::harness::Place;

/// Adds rows at the end of the sheet.
fn grow(place: &Place, rows: &[(&str, &str)]) {
    let mut file = OpenOptions::new()
        .append(true)
        .open(place.path("orders.csv"))
        .expect("there");
    for (order, flag) in rows {
        writeln!(file, "{order},{flag}").expect("written");
    }
}

/// Finishes the run. Returns the statuses and the orders sent for it.
#[track_caller]
fn finish(fickle: &Fickle, place: &Place, taken_over: u64) -> (Vec<String>, Vec<String>) {
    let ((run, results), sent) = fickle.during(|server| place.carry(server, &[]));
    let run = run.expect(0);
    let says = match taken_over {
        0 => None,
        1 => Some(": 1 row taken over".to_owned()),
        n => Some(format!(": {n} rows taken over")),
    };
    match says {
        Some(says) => assert!(run.stderr.contains(&says), "{run:#?}"),
        None => assert!(!run.stderr.contains("taken over"), "{run:#?}"),
    }
    assert!(!run.stderr.contains("kept as"), "{run:#?}");
    let statuses = results.column("status").into_iter().map(str::to_owned);
    (statuses.collect(), sent)
}

#[test]
fn new_orders_are_sent_and_old_ones_not() {
    let place = Place::new();
    let fickle = Fickle::start(&place);
    place.sheet(&[("CG1", "aa"), ("CG2", "aa"), ("CG3", "aa")]);
    fickle.kill_after(&place, 2);
    grow(&place, &[("CG4", "aa")]);
    let (statuses, sent) = finish(&fickle, &place, 2);
    assert_eq!(statuses, ["ok"; 4]);
    assert_eq!(sent, ["CG3", "CG4"]);
}

#[test]
fn a_new_row_with_the_same_flag_needs_no_call() {
    let place = Place::new();
    let fickle = Fickle::start(&place);
    place.sheet(&[("CG1", "aa"), ("CG2", "aa")]);
    fickle.kill_after(&place, 1);
    grow(&place, &[("CG1", "aa")]);
    let (statuses, sent) = finish(&fickle, &place, 2);
    assert_eq!(statuses, ["ok"; 3]);
    assert_eq!(sent, ["CG2"]);
    let results = place.table("orders.results.csv");
    assert_eq!(results.column("message")[0], "same as line 4");
}

#[test]
fn a_new_row_with_another_flag_is_sent_and_supersedes() {
    let place = Place::new();
    let fickle = Fickle::start(&place);
    place.sheet(&[("CG1", "aa"), ("CG2", "aa"), ("CG3", "aa")]);
    fickle.kill_after(&place, 2);
    grow(&place, &[("CG1", "加急")]);
    let (statuses, sent) = finish(&fickle, &place, 1);
    assert_eq!(statuses, ["superseded", "ok", "ok", "ok"]);
    assert_eq!(sent, ["CG1", "CG3"]);
    assert_eq!(fickle.server.flags()["CG1"], "加急");
}

/// The journal says that CG1 got `aa`, and the sheet says so too in the end; but in between the
/// ERP was told otherwise, and nobody lived to write that down.
#[test]
fn back_and_forth_with_a_kill_after_each_step() {
    let place = Place::new();
    let fickle = Fickle::start(&place);
    place.sheet(&[("CG1", "aa"), ("CG2", "aa")]);
    fickle.kill_after(&place, 1);
    assert_eq!(fickle.server.flags()["CG1"], "aa");

    grow(&place, &[("CG1", "加急")]);
    fickle.kill_after(&place, 1);
    assert_eq!(
        fickle.server.flags()["CG1"],
        "加急",
        "applied, not recorded"
    );

    grow(&place, &[("CG1", "aa")]);
    let (statuses, sent) = finish(&fickle, &place, 1);
    assert_eq!(sent, ["CG1"], "sent again, though the journal holds its ok");
    assert_eq!(statuses, ["ok", "ok", "superseded", "ok"]);
    assert_eq!(fickle.server.flags()["CG1"], "aa");
}

/// As before, with the new flag's outcome recorded too.
#[test]
fn back_and_forth_with_every_outcome_recorded() {
    let place = Place::new();
    let fickle = Fickle::start(&place);
    place.sheet(&[("CG1", "aa"), ("CG2", "aa")]);
    fickle.kill_after(&place, 1);
    for flag in ["加急", "aa", "加急"] {
        // Always after CG1 and CG2 and never answered, so that the run is never over.
        grow(&place, &[("CG1", flag), ("CG2", flag)]);
        let mut rows = place.read("orders.csv");
        rows.push_str("CG3,aa\n");
        place.write("orders.csv", rows);
        fickle.kill_after(&place, 2);
        assert_eq!(fickle.server.flags()["CG1"], flag);
        assert_eq!(fickle.server.flags()["CG2"], flag);
    }
    grow(&place, &[("CG1", "aa"), ("CG2", "aa")]);
    let (statuses, sent) = finish(&fickle, &place, 0);
    assert_eq!(sent, ["CG1", "CG2", "CG3"]);
    assert_eq!(statuses.iter().filter(|status| *status == "ok").count(), 9);
    assert_eq!(fickle.server.flags()["CG1"], "aa");
}

/// The last line had no line end when it was first read.
#[test]
fn a_last_line_that_grew_is_another_row() {
    let place = Place::new();
    let fickle = Fickle::start(&place);
    place.write("orders.csv", "purchase_no,flag_name\nCG1,aa\nCG2,a");
    fickle.kill_after(&place, 1);
    let mut text = place.read("orders.csv");
    text.push_str("a\nCG3,aa\n");
    place.write("orders.csv", text);
    let (statuses, sent) = finish(&fickle, &place, 1);
    assert_eq!(statuses, ["ok"; 3]);
    assert_eq!(sent, ["CG2", "CG3"]);
    assert_eq!(fickle.server.flags()["CG2"], "aa");
}
