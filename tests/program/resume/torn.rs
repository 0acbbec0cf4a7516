//! A journal whose end is torn: what stands whole in it is not sent again.

use std::fs;

use crate::harness::{JOURNAL, Place, ScriptedServer, accepted, refused};

/// Quoted in the journal, and of more bytes than characters.
const MESSAGE: &str = "标记\"急, 急\"  不存在";

/// Refuses CG2 and CG3, accepts the others; a stop at the fifth call keeps the journal.
fn server() -> ScriptedServer {
    ScriptedServer::by_order(|n, order| match order {
        _ if n == 5 => refused(6, "ip限制"),
        "CG2" | "CG3" => refused(100, MESSAGE),
        _ => accepted(),
    })
}

/// A sheet, and the journal of four of its rows.
fn recorded() -> (ScriptedServer, Place, Vec<u8>) {
    let (server, place) = (server(), Place::new());
    place.numbered(5);
    let (run, results) = place.carry(&server, &[]);
    run.expect(3);
    assert_eq!(results.column("status")[4], "skipped");
    let journal = fs::read(place.path(JOURNAL)).expect("kept");
    (server, place, journal)
}

/// Where a journal may be cut off, and what is whole in it, is tested beside the code.
#[test]
fn only_rows_that_are_not_whole_are_sent_again() {
    let (server, place, journal) = recorded();
    let ends = (1..=journal.len()).filter(|&n| journal[n - 1] == b'\n');
    let ends: Vec<_> = ends.collect();
    let letter = (ends[1]..ends[2]).find(|&at| !journal[at].is_ascii());
    for (torn, known, says) in [
        // As after a full disk at the very start.
        (Vec::new(), 0, ""),
        // In the middle of a character.
        (
            journal[..=letter.expect("Chinese")].to_vec(),
            1,
            ": 1 row taken",
        ),
        // A file system may give back zeros for what was never written.
        (
            [&journal[..ends[2]], &[0; 300]].concat(),
            2,
            ": 2 rows taken",
        ),
    ] {
        for file in ["orders.results.csv", "orders.failures.csv"] {
            fs::remove_file(place.path(file)).expect("there");
        }
        place.write(JOURNAL, &torn);
        let before = server.calls();
        let run = place.runs(&server, "orders.csv -j1", 1);
        let results = place.results(&run);
        let outcomes = results.text(["status", "code", "message", "attempts"]);
        let [ok, no] = ["ok,0,,1\n", &format!("rejected,100,{MESSAGE},1\n")];
        assert_eq!(outcomes, [ok, no, no, ok, ok].concat());
        let expected = &["CG1", "CG2", "CG3", "CG4", "CG5"][known..];
        assert_eq!(server.orders()[before..], *expected, "{run:#?}");
        run.says_nothing_of("kept as").says(says);
    }
}

/// A power cut may leave zeros in files that were just made, or nothing but a beginning.
#[test]
fn zeros_throughout_are_kept_aside_and_locks_of_zeros_are_no_hindrance() {
    let (server, place, journal) = recorded();
    for (torn, lock) in [
        (vec![0; 5_000], &[0; 60][..]),
        ([&journal[..11], &[0; 100]].concat(), b"wdt-fl\0\0"),
    ] {
        place.write(JOURNAL, &torn);
        for file in ["orders.results.csv.lock", "orders.failures.csv.lock"] {
            place.write(file, lock);
        }
        let before = server.calls();
        let run = place.runs(&server, "orders.csv -j1", 1);
        assert_eq!(place.results(&run).count("ok"), 3);
        assert_eq!(server.calls(), before + 5);
        let files = place.files();
        let [aside] = &super::foreign::all_aside(&place)[..] else {
            panic!("{files:?}");
        };
        let aside = place.path(aside);
        assert_eq!(fs::read(&aside).expect("there"), torn, "{run:#?}");
        fs::remove_file(aside).expect("there");
        assert!(
            !files.iter().any(|name| name.ends_with(".lock")),
            "{files:?}"
        );
    }
}
