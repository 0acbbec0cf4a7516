//! A run is continued whatever language the one before spoke: nothing that is read back is a text
//! for people.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use super::{Fickle, Unanswered};
use crate::harness::{
    JOURNAL, Place, REJECTED, ScriptedServer, accepted, finish, http, refused, start,
};

/// The language of the run that is cut short, and of the one that continues it.
const LANGUAGES: [[&str; 2]; 2] = [["zh", "en"], ["en", "zh"]];

/// A row of every kind: refused, repeated, superseded, invalid, failed, not sent.
const SHEET: &str = "purchase_no,flag_name\nCG1,aa\nCG2,aa\nCG2,aa\nCG3,aa\nCG3,加急\nCG4,\nCG5,aa\nCG6,aa\nCG7,aa\n";

/// A run in the first language that the server stops, and what one in the second makes of it:
/// results, failures, and the names of all files.
fn stopped_and_continued(first: &str, second: &str) -> (Vec<Vec<String>>, Vec<String>) {
    let is_well = Arc::<AtomicBool>::default();
    let server = {
        let is_well = Arc::clone(&is_well);
        ScriptedServer::per_call(move |_, call| {
            Some(match (&*call.order(), is_well.load(Ordering::SeqCst)) {
                ("CG2", _) => http("200 OK", REJECTED),
                ("CG5", false) => http("200 OK", "<html></html>"),
                ("CG6", false) => refused(6, "ip限制"),
                _ => accepted(),
            })
        })
    };
    let place = Place::new();
    place.write("orders.csv", SHEET);
    let run = |language: &str| {
        let mut command = place.run(&server, ["orders.csv", "-j1", "--retries=0"]);
        finish(command.env("WDT_LANG", language))
    };
    run(first).expect(3);
    let recorded = place.recorded();
    let of_failed = recorded.iter().find(|line| line.starts_with("CG5,"));
    assert!(of_failed.is_some_and(|line| line.contains(",failed,")));
    let before = server.calls();
    is_well.store(true, Ordering::SeqCst);
    run(second).expect(1);
    assert_eq!(server.orders()[before..], ["CG7", "CG5", "CG6"]);
    assert!(!place.path(JOURNAL).exists());
    let tables = ["orders.results.csv", "orders.failures.csv"].map(|name| {
        let mut table = place.table(name);
        table.rows.iter_mut().for_each(|row| drop(row.pop()));
        table.rows
    });
    (tables.concat(), place.files())
}

#[test]
fn after_a_stop_the_results_are_those_of_one_language() {
    for [first, second] in LANGUAGES {
        let one = stopped_and_continued(second, second);
        assert_eq!(one.0.len(), 9 + 3, "all rows, and the failures");
        assert_eq!(stopped_and_continued(first, second), one, "{first}");
    }
}

#[test]
fn after_a_kill_the_locks_and_the_journal_are_understood() {
    for [first, second] in LANGUAGES {
        let place = Place::new();
        let fickle = Fickle::start(&place);
        place.write("orders.csv", SHEET);
        let run = |language: &str| {
            let mut command = place.run(&fickle.server, ["orders.csv", "-j1"]);
            command.env("WDT_LANG", language);
            command
        };
        fickle.answer(3, Unanswered::default());
        let mut cut = start(&mut run(first));
        cut.until("three outcomes", || place.recorded().len() == 3);
        let other = finish(&mut run(second)).expect(75);
        let said = match second {
            "zh" => format!("进程号 {}，20", cut.id()),
            _ => format!("pid {} since 20", cut.id()),
        };
        assert!(other.stderr.contains(&said), "{other:#?}");
        cut.until("the fourth call", || fickle.calls() == 4);
        cut.kill();
        assert!(place.path("orders.results.csv.lock").exists());
        fickle.answer_all();
        let (_, sent) = fickle.during(|_| finish(&mut run(second)).expect(1));
        assert_eq!(sent, ["CG5", "CG6", "CG7"]);
        let results = place.table("orders.results.csv");
        assert_eq!((results.count("ok"), results.count("superseded")), (7, 1));
        assert_eq!(
            place.files(),
            ["orders.csv", "orders.failures.csv", "orders.results.csv"]
        );
    }
}
