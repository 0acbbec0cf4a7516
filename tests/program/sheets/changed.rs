//! Sheets that are changed while they are carried in.

use std::fs;
use std::io::Write;

use crate::harness::{Place, REJECTED, ScriptedServer, accepted, finish, http, order, sheet};

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
    let is_ok = |line: &String| line.ends_with(",ok");
    assert_eq!(place.recorded().iter().filter(|it| is_ok(it)).count(), sent);

    let run = finish(&mut place.run(&erp, ["orders.csv"])).expect(0);
    assert!(run.stderr.starts_with("continuing"), "{run:?}");
    assert_eq!(place.table("orders.results.csv").count("ok"), 5);
    assert_eq!(erp.calls(), 5, "nothing is sent twice");
}

/// Overwritten in place, in the same size and with the same time: only its rows tell.
#[test]
fn a_sheet_whose_size_and_time_are_kept_is_found_changed_by_its_rows() {
    let between = format!(",aa,{}\n", "x".repeat(1_000)).repeat(400);
    let sheet = format!("purchase_no,flag_name,note\nCG1,aa,\n{between}CG2,bb,\nCG3,aa,\n");
    for changed in [
        // Another flag for an order that is still to be sent, and for one that has been.
        sheet.replace("CG3,aa", "CG3,bb"),
        sheet.replace("CG1,aa", "CG1,bb"),
        // An order twice, for one that is gone.
        sheet.replace("CG3", "CG1"),
        sheet.replace("CG1", "CG3"),
        sheet.replace("CG3,", ",CG3"),
    ] {
        let place = Place::new();
        let path = place.write("orders.csv", &sheet);
        let erp = ScriptedServer::per_call(move |_, call| {
            if call.order() == "CG1" {
                let mut file = fs::File::options().write(true).open(&path).expect("there");
                let time = file
                    .metadata()
                    .and_then(|it| it.modified())
                    .expect("a time");
                file.write_all(changed.as_bytes()).expect("written");
                file.set_modified(time).expect("set");
            }
            let is_read = call.order() == "CG2" || call.flag() == "aa";
            Some(if is_read {
                accepted()
            } else {
                http("200 OK", REJECTED)
            })
        });
        let run = finish(&mut place.run(&erp, ["orders.csv", "-j1"])).expect(3);
        let last = run.stderr.lines().last().unwrap_or_default();
        assert!(last.contains("orders.csv: changed while"), "{run:#?}");
        // What was read is what is sent.
        assert_eq!(erp.calls(), 3, "{run:#?}");
        assert!(!place.path("orders.results.csv").exists());
    }
}
