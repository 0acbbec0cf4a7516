//! Runs that follow one another: continued ones, corrections, the next night.

use std::fs;

use super::{ASKING, asking, erp};
use crate::harness::{Place, ScriptedServer, listing, refused, start};

const RESULTS: &str = "orders.results.csv";

#[test]
fn a_continued_run_asks_only_for_what_is_not_known() {
    let place = Place::new();
    let erp = erp(&[("CG3", "aa"), ("CG4", "aa"), ("CG5", "aa")]);
    place.sheet(&["CG1", "CG404", "CG2", "CG3", "CG4", "CG5"].map(|order| (order, "aa")));
    place.runs(&erp, "orders.csv -j1 --max-failures 1", 3);
    let run = place.runs(&erp, "orders.csv --skip-unchanged -j1", 1);
    let results = place.results(&run);
    let statuses = "ok rejected ok unchanged unchanged unchanged";
    assert_eq!(results.column("status").join(" "), statuses);
    assert_eq!(results.column("attempts"), ["1", "1", "1", "0", "0", "0"]);
    run.says("3 of 4 orders need no call, by 1 page of the ERP's listing; 1 call left\n")
        .says("2 rows taken over");
    assert_eq!(erp.accepted("CG1"), 1);
}

#[test]
fn what_was_read_is_not_taken_over_by_a_continued_run() {
    let place = Place::new();
    let there = erp(&[("CG1", "aa"), ("CG2", "aa"), ("CG3", "aa")]);
    place.sheet(&["CG1", "CG2", "CG3", "CG404", "CG5"].map(|number| (number, "aa")));
    place.runs(
        &there,
        "orders.csv --skip-unchanged -j1 --max-failures 1",
        3,
    );
    // Others have changed all of them since.
    place.runs(&there, "orders.csv", 1);
    let sent = ["CG1", "CG2", "CG3"].map(|number| there.accepted(number));
    assert_eq!(sent, [1; 3]);
}

#[test]
fn a_failed_row_may_turn_out_to_be_applied() {
    let place = Place::new();
    let erp = erp(&[("CG1", "aa"), ("CG2", "加急")]);
    place.sheet(&[("CG1", "aa"), ("CG2", "aa"), ("CG3", "")]);
    // No call of the first run comes back.
    let down = ScriptedServer::always(refused(99, "其他错误"));
    place.runs(&down, "orders.csv --retries 0", 1);
    assert_eq!(place.table("orders.failures.csv").rows.len(), 3);
    place.runs(&erp, "orders.failures.csv --skip-unchanged", 1);
    assert_eq!(place.statuses(RESULTS), ["unchanged", "ok", "invalid"]);
    assert_eq!(place.statuses("orders.failures.csv"), ["invalid"]);
    assert_eq!((erp.accepted("CG1"), erp.accepted("CG2")), (0, 1));
}

#[test]
fn results_that_were_put_beside_are_put_in_their_place_after_asking_again() {
    let place = Place::new();
    let (server, gate) = ScriptedServer::gated(|connection, request| {
        if request.is_listing() {
            connection.send(listing(3, &[("CG1", "aa"), ("CG2", "加急"), ("CG3", "aa")]))
        } else {
            connection.accept(request)
        }
    });
    place.numbered(3);
    let run = start(&mut place.run(&server, asking(&[])));
    server.wait_for_calls(1);
    fs::create_dir(place.path(RESULTS)).expect("created");
    gate.open();
    let run = run.finish().expect(3);
    run.ends_by_saying("the same command puts it in its place");
    fs::remove_dir(place.path(RESULTS)).expect("empty");
    place.runs(&server, ASKING, 0);
    assert_eq!(place.statuses(RESULTS), ["unchanged", "ok", "unchanged"]);
    assert_eq!(server.orders(), ["", "CG2", ""], "none is sent again");
}
