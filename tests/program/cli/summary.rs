//! What is said before the first call, and at the end.

use std::sync::Arc;

use crate::harness::{Gate, Place, ScriptedServer, http, sandbox, sheet, start};

#[test]
fn before_the_first_call_it_says_how_many_how_fast_until_when_and_for_whom() {
    let (place, erp) = (Place::new(), sandbox());
    place.write("orders.csv", sheet(1_000));
    let args = ["orders.csv", "--deadline", "10m"];
    let mut run = start(&mut place.run_at("1/s", &erp, args));
    let line = run.until_it_says("orders will be left");
    run.signal("INT");
    run.finish().expect(130);
    assert!(line.starts_with("1000 calls at 1/s"), "{line}");
    assert!(line.contains("sandbox"), "{line}");
    assert!(line.ends_with(&erp.endpoint()), "{line}");
}

#[test]
fn the_end_names_date_sheet_and_account() {
    let (place, erp) = (Place::new(), sandbox());
    place.write("orders.csv", sheet(2));
    let run = place.runs(&erp, "orders.csv", 0);
    let value = |name| {
        let line = run.stdout.lines().find_map(|line| line.strip_prefix(name));
        line.unwrap_or_else(|| panic!("{name}: {run:?}")).trim()
    };
    assert_eq!(value("sheet "), "orders.csv");
    assert!(value("account ").contains(&erp.endpoint()), "{run:?}");
    let finished = value("finished ").parse::<jiff::civil::DateTime>();
    assert!(finished.is_ok(), "{run:?}");
    let next = run.stdout.lines().find(|line| line.starts_with("next "));
    assert_eq!(next, None, "nothing is left to be done");
}

/// Of four orders that failed twice, the last pass sends one to its end and is stopped at the next.
#[test]
fn retries_are_those_that_were_made() {
    let gate = Arc::new(Gate::default());
    let let_go = Arc::clone(&gate);
    let server = ScriptedServer::start(move |caller| {
        loop {
            let call = caller.request()?;
            match caller.calls() {
                ..=8 => caller.send(http("503 Service Unavailable", ""))?,
                9 => caller.accept(&call)?,
                _ => {
                    let_go.pass();
                    caller.accept(&call)?;
                }
            }
        }
    });
    let place = Place::new();
    place.write("orders.csv", sheet(4));
    let mut run = start(&mut place.run(&server, ["orders.csv", "-j1", "--retries=1"]));
    server.wait_for_calls(10);
    run.signal("INT");
    run.until_it_says("stopping: interrupted");
    gate.open();
    let run = run.finish().expect(130);
    let results = place.table("orders.results.csv");
    assert_eq!(results.column("attempts"), ["3", "3", "2", "2"]);
    run.prints("(6 retries, 0 pauses)");
}
