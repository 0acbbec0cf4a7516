//! A run is continued, and its failures are corrected, whatever language the one before spoke:
//! nothing that is read back is a text for people.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use crate::harness::{JOURNAL, Place, REJECTED, ScriptedServer, accepted, finish, http, refused};

/// A row of every kind: refused, repeated, superseded, invalid, torn in two, failed, not sent.
const SHEET: &str = "purchase_no,flag_name,备注,甲\nCG1,aa,,\nCG2,aa,,\nCG2,aa,,\nCG3,aa,,\nCG3,加急,,\n\
    CG4,,,\nCG9,aa,两\n行,bb\nCG5,aa,,\nCG6,aa,,\nCG7,aa,,\n";

#[test]
fn a_run_is_continued_and_corrected_in_another_language() {
    for [first, second] in [["zh", "en"], ["en", "zh"]] {
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
        let run = |sheet: &str, language: &str| {
            let mut command = place.run(&server, [sheet, "-j1", "--retries=0"]);
            finish(command.env("WDT_LANG", language))
        };
        run("orders.csv", first).expect(3);
        assert!(place.path(JOURNAL).exists());
        let before = server.calls();
        is_well.store(true, Ordering::SeqCst);
        run("orders.csv", second).expect(1);
        assert_eq!(server.orders()[before..], ["CG7", "CG5", "CG6"]);
        let results = place.table("orders.results.csv");
        let [ok, no] = ["ok", "invalid"];
        assert_eq!(
            results.column("status"),
            [
                ok,
                "rejected",
                "rejected",
                "superseded",
                ok,
                no,
                ok,
                no,
                ok,
                ok,
                ok
            ]
        );

        let failures = place.read("orders.failures.csv").replace("CG2", "CG8");
        place.write("orders.failures.csv", failures);
        let before = server.calls();
        run("orders.failures.csv", first).expect(1);
        assert_eq!(server.orders()[before..], ["CG8"]);
        let results = place.table("orders.results.csv");
        assert_eq!(
            results.column("status"),
            [ok, ok, ok, "superseded", ok, no, ok, no, ok, ok, ok]
        );
        assert_eq!(
            place.files(),
            ["orders.csv", "orders.failures.csv", "orders.results.csv"]
        );
    }
}
