//! What is said before the first call, and at the end.

use crate::harness::{Place, Running, finish, sandbox, sheet, start};

/// Waits for words on stderr and interrupts the run.
fn interrupt_at(mut run: Running, words: &str) -> String {
    let line = run.until_it_says(words);
    run.signal("INT");
    run.finish().expect(130);
    line
}

#[test]
fn before_the_first_call_it_says_how_many_how_fast_until_when_and_for_whom() {
    let (place, erp) = (Place::new(), sandbox());
    place.write("orders.csv", sheet(1_000));
    for (options, expected) in [
        (&["--deadline", "10m"][..], "about 402 orders will be left"),
        (&["--deadline", "30m"], "in time for "),
        (&[], "1000 calls at 1/s"),
    ] {
        let args = [&["orders.csv", "--fresh"], options].concat();
        let line = interrupt_at(start(&mut place.run_at("1/s", &erp, args)), expected);
        assert!(line.starts_with("1000 calls at 1/s"), "{line}");
        assert!(line.contains("sandbox"), "{line}");
        assert!(line.ends_with(&erp.endpoint()), "{line}");
    }
}

#[test]
fn the_end_names_date_sheet_and_account() {
    let (place, erp) = (Place::new(), sandbox());
    place.write("orders.csv", sheet(2));
    let run = finish(&mut place.run(&erp, ["orders.csv"])).expect(0);
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
