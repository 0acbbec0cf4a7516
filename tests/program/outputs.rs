//! Trouble with the run's own files: nothing that was sent is forgotten.

use crate::fake::{FakeErp, accepted};
use crate::support::{Place, finish, order, sandbox, sheet_of};

const RECORD: &str = "orders.results.csv.partial";

#[test]
fn results_that_cannot_be_put_in_their_place_are_made_up_for_by_the_next_run() {
    let place = Place::new();
    place.write("orders.csv", sheet_of(3));
    let in_the_way = place.path("orders.results.csv");
    let erp = FakeErp::start({
        let in_the_way = in_the_way.clone();
        move |_| {
            let _ = std::fs::create_dir(&in_the_way);
            Some(accepted())
        }
    });
    let run = finish(&mut place.run_against(&erp.endpoint(), ["orders.csv"])).expect(3);
    let last = run.stderr.lines().last().unwrap_or_default();
    assert!(
        last.contains("cannot write `orders.results.csv`"),
        "{run:?}"
    );
    assert_eq!(place.table(RECORD).count("ok"), 3, "all is on record");

    std::fs::remove_dir(in_the_way).expect("removed");
    finish(&mut place.run_against(&erp.endpoint(), ["orders.csv"])).expect(0);
    assert_eq!(place.table("orders.results.csv").count("ok"), 3);
    assert_eq!(erp.seen().len(), 3, "nothing is sent twice");
}

#[test]
fn a_sheet_that_changes_during_the_run_ends_it_and_what_was_sent_is_on_record() {
    let place = Place::new();
    let sheet = place.write("orders.csv", sheet_of(3));
    let erp = FakeErp::start(move |call| {
        if call.order() == order(0) {
            std::fs::write(&sheet, sheet_of(5)).expect("written");
        }
        Some(accepted())
    });
    let run = finish(&mut place.run_against(&erp.endpoint(), ["orders.csv"])).expect(3);
    let last = run.stderr.lines().last().unwrap_or_default();
    assert!(last.contains("orders.csv: changed while"), "{run:?}");
    let sent = erp.seen().len();
    assert_eq!(place.table(RECORD).count("ok"), sent);

    let run = finish(&mut place.run_against(&erp.endpoint(), ["orders.csv"])).expect(0);
    assert!(run.stderr.starts_with("continuing"), "{run:?}");
    assert_eq!(place.table("orders.results.csv").count("ok"), 5);
    assert_eq!(erp.seen().len(), 5, "nothing is sent twice");
}

/// Files are kept from growing past a limit, as a full disk would.
#[test]
#[cfg(target_os = "linux")]
fn a_record_that_cannot_be_written_stops_the_run_and_names_what_it_misses() {
    use std::process::Command;

    let (place, erp) = (Place::new(), sandbox());
    place.write("orders.csv", sheet_of(200));
    let inner = place.run(&erp, ["orders.csv", "-j", "1"]);
    let mut command = Command::new("sh");
    command
        .arg("-c")
        .arg("trap '' XFSZ; ulimit -f 8; exec \"$0\" \"$@\"")
        .arg(inner.get_program())
        .args(inner.get_args())
        .current_dir(place.path("."));
    for (name, value) in inner.get_envs() {
        match value {
            Some(value) => command.env(name, value),
            None => command.env_remove(name),
        };
    }
    let run = finish(&mut command).expect(3);
    let last = run.stderr.lines().last().unwrap_or_default();
    assert!(last.contains("cannot write `orders.results.csv"), "{run:?}");
    let recorded = place.read(RECORD);
    let (recorded, _torn) = recorded.rsplit_once('\n').expect("a header");
    let mut sent = 0;
    for order in (0..200).map(order) {
        if erp.accepted(&order) > 0 {
            sent += 1;
            let named = format!("order {order}: ok");
            assert!(
                recorded.contains(&format!("{order},aa,")) || run.stderr.contains(&named),
                "{order} was sent and is nowhere: {run:?}"
            );
        }
    }
    assert!((1..200).contains(&sent), "stopped early: {sent}");

    finish(&mut place.run(&erp, ["orders.csv"])).expect(0);
    assert_eq!(place.table("orders.results.csv").count("ok"), 200);
    assert!(erp.stats().calls < 400, "the record was of use");
}
