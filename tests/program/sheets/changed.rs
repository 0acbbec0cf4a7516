//! Sheets that are changed while they are carried in.
use crate::harness::{JOURNAL, Place, ScriptedServer, accepted, finish, order, sheet};

#[test]
fn a_sheet_that_changes_during_the_run_ends_it_and_what_was_sent_is_on_journal() {
    let place = Place::new();
    let path = place.write("orders.csv", sheet(3));
    let erp = ScriptedServer::per_call(move |_, call| {
        if call.order() == order(0) {
            std::fs::write(&path, sheet(5)).expect("written");
        }
        Some(accepted())
    });
    let run = finish(&mut place.run(&erp, ["orders.csv"])).expect(3);
    let last = run.stderr.lines().last().unwrap_or_default();
    assert!(last.contains("orders.csv: changed while"), "{run:?}");
    let sent = erp.calls();
    assert_eq!(place.table(JOURNAL).count("ok"), sent);

    let run = finish(&mut place.run(&erp, ["orders.csv"])).expect(0);
    assert!(run.stderr.starts_with("continuing"), "{run:?}");
    assert_eq!(place.table("orders.results.csv").count("ok"), 5);
    assert_eq!(erp.calls(), 5, "nothing is sent twice");
}
