//! Runs for one account do not go on side by side.

use crate::harness::{Connection, Place, ScriptedServer, start};

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
