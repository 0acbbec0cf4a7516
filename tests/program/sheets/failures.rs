//! The failures file, run again until it holds no rows.

use std::fs;

use wdt_flags::sandbox::Config;

use super::{HEADER, first_run};
use crate::harness::{
    Connection, Place, ScriptedServer, Table, accepted, refused, sandbox, sandbox_with,
    save_workbook, start,
};

#[test]
fn failures_are_replaced_only_by_a_run_that_finished() {
    let (place, _) = first_run(&format!("{HEADER}CG1,加急\nCG404,aa\nCG2,x\n"));
    let failures = place.read("x.failures.csv");
    let fatal = ScriptedServer::per_call(|_, call| {
        Some(match &*call.order() {
            "CG404" => accepted(),
            _ => refused(6, "ip限制"),
        })
    });
    let run = place.runs(&fatal, "x.failures.csv -j 1", 3);
    run.prints("the sheet itself");
    assert_eq!(place.read("x.failures.csv"), failures, "left as it was");
    assert_eq!(place.statuses("x.results.csv"), ["ok", "ok", "skipped"]);
}

#[test]
fn running_failures_never_undoes_a_later_row() {
    let rows = "CG1,aa\nCG1,新标记\nCG2,新标记\nCG2,aa\n";
    let (place, before) = first_run(&format!("{HEADER}{rows}"));
    assert_eq!(before.flags(), [("CG2".to_owned(), "aa".to_owned())].into());
    let after = sandbox_with(Config {
        flags: vec!["新标记".to_owned()],
        ..Config::default()
    });
    place.runs(&after, "x.failures.csv", 0);
    let sent = [("CG1".to_owned(), "新标记".to_owned())];
    assert_eq!(after.flags(), sent.into());
}

#[test]
fn rows_with_too_many_fields_stay_invalid_until_corrected() {
    for (sheet, rows) in [
        (
            "purchase_no,flag_name,note\nCG1,aa,a note, with a comma\nCG1,加急,decides\n",
            1,
        ),
        // Read as a row, its third field would be the order and its fourth the flag.
        (
            "note,x,purchase_no,flag_name,old_flag\nn,two\nlines,CG1,aa,加急\n",
            2,
        ),
    ] {
        let (place, erp) = first_run(sheet);
        let calls = erp.stats().calls;
        for _ in 0..2 {
            place.runs(&erp, "x.failures.csv", 1);
            assert_eq!(place.statuses("x.failures.csv"), vec!["invalid"; rows]);
        }
        assert_eq!(erp.stats().calls, calls, "the later row is not undone");
    }
    let (place, erp) = first_run(&format!("{HEADER}CG1,aa,\"more, text\"\nCG2,加急\nCG3\n"));
    let results = place.table("x.results.csv");
    assert_eq!(
        results.text(["purchase_no", "flag_name", "extra_fields", "status"]),
        "CG1,aa,\"more, text\",invalid\nCG2,加急,,ok\nCG3,,,invalid\n"
    );
    let edits = [("\"\"\"more, text\"\"\"", ""), ("CG3,,,", "CG3,aa,,")];
    place.edit("x.failures.csv", &edits);
    let run = place.runs(&erp, "x.failures.csv", 0);
    run.says_nothing_of("not updated");
    assert_eq!(place.statuses("x.results.csv"), ["ok"; 3]);
    assert!(!place.read("x.failures.csv").contains("extra_fields"));
}

/// In a workbook whose table begins in column B, letters mean the same in its failures.
#[test]
fn a_letter_means_the_same_column_in_a_workbook_and_in_its_failures() {
    let (place, erp) = (Place::new(), sandbox());
    let row = |cells: [&str; 4]| cells.map(str::to_owned).to_vec();
    let table = Table {
        header: row(["", "备注", "单", "原单号"]),
        rows: vec![row(["", "x", "CG404", "OLD1"])],
    };
    save_workbook(&place.path("x.xlsx"), &table);
    for name in ["x.xlsx", "x.failures.csv"] {
        place.runs(&erp, &format!("{name} --order-column C --flag aa"), 1);
        let message = place.table("x.failures.csv");
        assert_eq!(message.column("message"), ["单据不存在"]);
    }
    assert_eq!(erp.accepted("OLD1"), 0);
}

#[test]
fn a_failures_file_saved_again_during_its_run_is_not_overwritten() {
    let (place, erp) = first_run(&format!("{HEADER}CG404,aa\nCG405,特急\n"));
    let text = place.read("x.failures.csv").replace("CG404", "CG1");
    let corrected = text + "CG2,aa,9,skipped,,,0,\n";
    let (slow, gate) = ScriptedServer::gated(Connection::accept);
    let run = start(&mut place.run(&slow, ["x.failures.csv"]));
    slow.wait_for_calls(1);
    // As editors save: another file in the place of the old one.
    place.write("x.new", &corrected);
    fs::rename(place.path("x.new"), place.path("x.failures.csv")).expect("saved");
    gate.open();
    run.finish()
        .expect(3)
        .says("another file was saved over it");
    assert_eq!(place.read("x.failures.csv"), corrected);
    place.runs(&erp, "x.failures.csv", 1);
    assert_eq!(erp.flags().len(), 2, "the corrected row and the new one");
}

#[test]
fn a_row_that_must_not_be_corrected_by_itself_says_so() {
    let (place, _) = first_run(&format!("{HEADER}CG1,\nCG1,加急\nCG2,aa\nCG2,\n"));
    assert_eq!(
        place.table("x.failures.csv").text(["message"]),
        "flag_name is empty; but line 3 decides: remove this row rather than correct it\n\
         flag_name is empty\n"
    );
}
