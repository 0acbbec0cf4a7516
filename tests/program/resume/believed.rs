//! A journal is continued only if it is one's own, and missed if it is moved away in mid-run.

use std::fs;
use std::sync::Arc;

use crate::harness::{Connection, Gate, JOURNAL, Place, Running, ScriptedServer, start};

#[cfg(unix)]
#[test]
fn one_of_another_user() {
    use super::foreign::{abandoned, starts_over};

    let (fickle, place, journal) = abandoned();
    // Only root can give a file away.
    if std::os::unix::fs::chown(place.path(JOURNAL), Some(65_534), None).is_ok() {
        starts_over(&fickle, &place, &journal);
    }
}

#[cfg(unix)]
#[test]
fn nobody_else_can_read_or_write_it() {
    use std::os::unix::fs::PermissionsExt;

    let (_, place, _) = super::foreign::abandoned();
    let found = fs::metadata(place.path(JOURNAL)).expect("there");
    assert_eq!(found.permissions().mode() & 0o777, 0o600);
}

/// A run that is held up at its first call.
fn held_up() -> (Place, ScriptedServer, Arc<Gate>, Running) {
    let place = Place::new();
    let (server, gate) = ScriptedServer::gated(Connection::accept);
    place.numbered(3);
    let run = start(&mut place.run(&server, ["orders.csv", "-j1"]));
    server.wait_for_calls(1);
    (place, server, gate, run)
}

#[test]
fn one_that_is_moved_in_mid_run_is_not_missed_and_what_takes_its_place_is_left_alone() {
    for in_its_place in [None, Some("dear diary")] {
        let (place, _server, gate, run) = held_up();
        fs::rename(place.path(JOURNAL), place.path("moved")).expect("moved");
        if let Some(text) = in_its_place {
            place.write(JOURNAL, text);
        }
        gate.open();
        let run = run.finish().expect(0);
        assert_eq!(place.statuses("orders.results.csv"), ["ok"; 3]);
        let left = fs::read_to_string(place.path(JOURNAL)).ok();
        assert_eq!(left.as_deref(), in_its_place);
        if left.is_none() {
            run.says("journal was removed or moved away");
        }
    }
}

#[test]
#[cfg_attr(not(unix), ignore = "sends a signal")]
fn a_run_that_is_stopped_without_it_says_that_it_starts_over() {
    let (place, _server, gate, mut run) = held_up();
    fs::remove_file(place.path(JOURNAL)).expect("removed");
    run.signal("INT");
    run.until_it_says("stopping: interrupted");
    gate.open();
    let run = run.finish().expect(130);
    assert_eq!(place.results(&run).count("ok"), 1);
    run.ends_by_saying("the same command starts over");
    run.says_nothing_of("continues from here");
}
