//! Sheets that are changed while they are carried in.

use std::fs;
use std::io::Write;

use crate::harness::{JOURNAL, Place, ScriptedServer, accepted, order, sheet};

#[test]
fn a_sheet_that_changes_during_the_run_ends_it_and_what_was_sent_is_on_journal() {
    let place = Place::new();
    let path = place.write("orders.csv", sheet(3));
    let erp = ScriptedServer::per_call(move |_, call| {
        if call.order() == order(0) {
            fs::write(&path, sheet(5)).expect("written");
        }
        Some(accepted())
    });
    let run = place.runs(&erp, "orders.csv", 3);
    run.ends_by_saying("orders.csv: changed while");
    let recorded = place.recorded().into_iter();
    let recorded = recorded.filter(|line| line.ends_with(",ok")).count();
    assert_eq!(recorded, erp.calls());
    place.runs(&erp, "orders.csv", 0).says("continuing");
    assert_eq!(place.table("orders.results.csv").count("ok"), 5);
    assert_eq!(erp.calls(), 5, "nothing is sent twice");
}

/// Overwritten in place, in the same size and with the same time: only its rows tell.
#[test]
fn a_sheet_whose_size_and_time_are_kept_is_found_changed_by_its_rows() {
    let between = format!(",aa,{}\n", "x".repeat(1_000)).repeat(400);
    let sheet = format!("purchase_no,flag_name,note\nCG1,aa,\n{between}CG2,bb,\nCG3,aa,\n");
    for (from, to) in [
        // Another flag for an order that is still to be sent, and for one that has been.
        ("CG3,aa", "CG3,bb"),
        ("CG1,aa", "CG1,bb"),
        // An order twice, for one that is gone.
        ("CG3", "CG1"),
        ("CG1", "CG3"),
        ("CG3,", ",CG3"),
    ] {
        let place = Place::new();
        let path = place.write("orders.csv", &sheet);
        let changed = sheet.replace(from, to);
        let erp = ScriptedServer::per_call(move |_, call| {
            if call.order() == "CG1" {
                let mut file = fs::File::options().write(true).open(&path).expect("there");
                let time = file.metadata().and_then(|it| it.modified());
                file.write_all(changed.as_bytes()).expect("written");
                file.set_modified(time.expect("a time")).expect("set");
            }
            Some(accepted())
        });
        let run = place.runs(&erp, "orders.csv -j1", 3);
        run.ends_by_saying("orders.csv: changed while");
        let sent = erp.orders();
        assert_eq!(
            sent,
            ["CG1", "CG2", "CG3"],
            "what was read is sent: {run:#?}"
        );
        assert_eq!(place.files(), ["orders.csv", JOURNAL]);
    }
}
