//! Killed at any moment and started again.

use std::collections::{BTreeMap, HashMap};
use std::fs;
use std::process::Command;

use wdt_flags::sandbox::Sandbox;

use crate::harness::{JOURNAL, Place, Table, finish, sandbox, start};

const ROWS: usize = 800;
const KILLS: usize = 5;
/// Bytes of the journal that a row takes, about.
const ROW_BYTES: u64 = 140;

/// Orders that are repeated with the same flag and with another, unknown orders, unknown flags,
/// and rows that cannot be sent.
fn sheet() -> String {
    let mut text = "purchase_no,flag_name,备注\n".to_owned();
    for n in 0..ROWS {
        let row = match n {
            _ if n % 97 == 0 => format!(",aa,no order {n}"),
            _ if n % 89 == 0 => format!("CG{n},aa,\"a, b\",one field too many"),
            _ if n % 31 == 0 => format!("CG404-{n},aa,unknown order"),
            _ if n % 29 == 0 => format!("CG{n},\"坏, \"\"{n}\"\"\",unknown flag"),
            _ if n % 7 == 0 => format!("CG{},加急,again", n / 2),
            _ if n % 5 == 0 => format!("CG{},aa,again", n - 4),
            _ => format!("CG{n},{},\"two\nlines\"", ["aa", "已付款", "无"][n % 3]),
        };
        text.push_str(&row);
        text.push('\n');
    }
    text
}

fn run(place: &Place, erp: &Sandbox) -> Command {
    place.run(erp, ["orders.csv", "-j", "8"])
}

/// The status recorded last for each order.
fn statuses(place: &Place) -> HashMap<String, String> {
    let recorded = place.recorded().into_iter();
    let statuses = recorded.map(|line| {
        let (order, status) = line.rsplit_once(',').expect("two");
        (order.to_owned(), status.to_owned())
    });
    statuses.collect()
}

/// A table without what differs from run to run.
fn lasting(mut table: Table) -> Table {
    for name in ["attempts", "finished_at"] {
        let at = table.header.iter().position(|column| column == name);
        let at = at.expect("a column");
        table.header.remove(at);
        for row in &mut table.rows {
            row.remove(at);
        }
    }
    table
}

#[test]
fn kills_change_nothing() {
    let (calm, calm_erp) = (Place::new(), sandbox());
    calm.write("orders.csv", sheet());
    finish(&mut run(&calm, &calm_erp)).expect(1);

    let (place, erp) = (Place::new(), sandbox());
    place.write("orders.csv", sheet());
    let seed = fastrand::u64(..);
    let mut random = fastrand::Rng::with_seed(seed);
    let mut known: BTreeMap<String, (String, u64)> = BTreeMap::new();
    for kill in 0..KILLS {
        let journal = place.path(JOURNAL);
        let length = || fs::metadata(&journal).map_or(0, |found| found.len());
        let goal = length() + random.u64(10..60) * ROW_BYTES;
        let mut cut = start(&mut run(&place, &erp));
        cut.until("so many rows", || length() >= goal);
        cut.kill();
        for (order, status) in statuses(&place) {
            let accepted = erp.accepted(&order);
            let entry = known.entry(order).or_insert((status.clone(), accepted));
            assert_eq!(*entry, (status, accepted), "kill {kill}, seed {seed}");
        }
    }

    assert!(known.len() > 30, "{} rows by {KILLS} kills", known.len());
    let last = finish(&mut run(&place, &erp)).expect(1);
    last.says("continuing");
    for (order, (status, accepted)) in &known {
        assert_eq!(erp.accepted(order), *accepted, "{order} again, seed {seed}");
        assert_eq!(*accepted > 0, status == "ok", "{order} {status}");
    }
    let orders = calm_erp.stats().calls;
    let left = orders - known.len() as u64;
    last.prints(&format!("\ncalls     {left} in "));
    assert_eq!(erp.flags(), calm_erp.flags(), "seed {seed}");
    for file in ["orders.results.csv", "orders.failures.csv"] {
        let [found, expected] = [&place, &calm].map(|place| lasting(place.table(file)));
        assert_eq!(found, expected, "{file}, seed {seed}");
    }
    assert_eq!(place.table("orders.results.csv").rows.len(), ROWS);
    assert_eq!(place.files(), calm.files(), "nothing else is left behind");
}

mod at_the_end {
    //! All calls are made and recorded; the results cannot be put in their place.

    use super::*;
    use crate::harness::{REJECTED, ScriptedServer};

    /// A run whose results could not be put in their place, and were written beside it.
    fn unfinished() -> (Place, ScriptedServer) {
        let place = Place::new();
        let results = place.path("orders.results.csv");
        let (server, gate) = ScriptedServer::gated(|caller, call| match call.order().as_str() {
            "CG2" => caller.reply(REJECTED),
            _ => caller.accept(call),
        });
        place.sheet(&[("CG1", "aa"), ("CG2", "aa"), ("CG3", "加急"), ("CG1", "aa")]);
        let run = start(&mut place.run(&server, ["orders.csv", "-j1"]));
        server.wait_for_calls(1);
        fs::create_dir(&results).expect("created");
        gate.open();
        let run = run.finish().expect(3);
        run.ends_by_saying("`orders.results.csv` cannot be replaced")
            .ends_by_saying("`orders.results-2.csv`");
        let beside = place.statuses("orders.results-2.csv");
        assert_eq!(beside, ["ok", "rejected", "ok", "ok"]);
        assert_eq!(place.table("orders.failures.csv").rows.len(), 1);
        run.prints("4 rows: 3 ok, 1 rejected");
        fs::remove_dir(&results).expect("still empty");
        fs::remove_file(place.path("orders.results-2.csv")).expect("there");
        assert_eq!(server.orders().len(), 3);
        let left = ["orders.csv", "orders.failures.csv", JOURNAL];
        assert_eq!(place.files(), left);
        (place, server)
    }

    #[track_caller]
    fn finishes_without_a_call((place, server): (Place, ScriptedServer)) {
        let (run, results) = place.carry(&server, &[]);
        let run = run.expect(1);
        run.says(": 4 rows taken over");
        assert_eq!(results.column("status"), ["ok", "rejected", "ok", "ok"]);
        assert_eq!(server.orders().len(), 3, "no call is made again");
        assert_eq!(
            place.files(),
            ["orders.csv", "orders.failures.csv", "orders.results.csv"]
        );
        assert_eq!(place.table("orders.failures.csv").rows.len(), 1);
    }

    #[test]
    fn a_complete_journal_needs_no_call_and_locks_left_behind_are_no_hindrance() {
        for lock in [None, Some("wdt-flags 1 2026-01-01T00:00:00.000+08:00\n")] {
            let (place, server) = unfinished();
            if let Some(lock) = lock {
                place.write("orders.results.csv.lock", lock);
                place.write("orders.failures.csv.lock", lock);
            }
            finishes_without_a_call((place, server));
        }
    }

    #[test]
    fn results_already_in_place_are_no_hindrance() {
        let (place, server) = unfinished();
        let journal = place.read(JOURNAL);
        let first = place.carry(&server, &[]).1;
        place.write(JOURNAL, journal);
        fs::remove_file(place.path("orders.failures.csv")).expect("removed");
        let (_, again) = place.carry(&server, &[]);
        assert_eq!(again, first);
        assert_eq!(server.orders().len(), 3);
        assert_eq!(place.table("orders.failures.csv").rows.len(), 1);
    }
}
