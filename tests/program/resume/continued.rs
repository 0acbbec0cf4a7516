//! What is taken over, and what is sent again.

use super::Fickle;
use crate::harness::{Place, REJECTED, ScriptedServer, accepted, http, refused, start};

const RESULTS: &str = "orders.results.csv";

#[test]
fn after_a_kill_nothing_is_sent_twice_but_what_was_in_flight() {
    let place = Place::new();
    let fickle = Fickle::start(&place);
    place.numbered(6);
    fickle.kill_after(&place, 0);
    assert!(!place.path(RESULTS).exists());
    // CG1 was applied, unknown to the next run.
    fickle.kill_after(&place, 3);
    let (results, sent) = fickle.goes_on(&place, "3 rows");
    assert_eq!(sent, ["CG4", "CG5", "CG6"]);
    assert_eq!(results.column("status"), ["ok"; 6]);
    assert_eq!(results.column("attempts"), ["1"; 6]);
}

#[test]
fn after_a_kill_before_anything_was_recorded_all_is_sent() {
    let place = Place::new();
    let fickle = Fickle::start(&place);
    place.numbered(3);
    fickle.kill_after(&place, 0);
    let (results, sent) = fickle.goes_on(&place, "");
    assert_eq!((results.count("ok"), sent.len()), (3, 3));
}

/// Rows that repeat an order are settled with it.
#[test]
fn rows_of_one_order_are_taken_over_together() {
    let place = Place::new();
    let fickle = Fickle::start(&place);
    let [one, two, three] = ["CG1", "CG2", "CG3"].map(|order| (order, "aa"));
    place.sheet(&[("CG1", "加急"), one, one, two, three]);
    fickle.kill_after(&place, 1);
    let (results, sent) = fickle.goes_on(&place, "3 rows");
    assert_eq!(sent, ["CG2", "CG3"]);
    let statuses = ["superseded", "ok", "ok", "ok", "ok"];
    assert_eq!(results.column("status"), statuses);
    let messages = ["line 4 decides", "same as line 4"];
    assert_eq!(results.column("message")[..2], messages);
}

#[test]
fn what_was_rejected_is_not_sent_again_and_what_failed_is() {
    let server = ScriptedServer::start(move |caller| {
        loop {
            let call = caller.request()?;
            match (call.order().as_str(), caller.calls()) {
                ("CG2", _) => caller.reply(REJECTED)?,
                ("CG3", 3) => return Ok(()),
                ("CG4", 4) => caller.send(refused(4, "数据库错误"))?,
                ("CG5", 5) => caller.send(refused(6, "ip限制"))?,
                _ => caller.accept(&call)?,
            }
        }
    });
    let place = Place::new();
    place.numbered(6);
    let (run, results) = place.carry(&server, &["--retries", "0"]);
    run.expect(3).says("ip限制");
    let statuses = results.column("status").join(" ");
    assert_eq!(statuses, "ok rejected failed failed skipped skipped");
    let (run, results) = place.carry(&server, &["--retries", "0"]);
    run.expect(1).says(": 2 rows taken over");
    assert_eq!(
        results.column("status").join(" "),
        "ok rejected ok ok ok ok"
    );
    let again = ["CG5", "CG6", "CG3", "CG4"];
    assert_eq!(server.orders()[5..], again, "what failed comes last");
    let known = results.select(["code", "message"])[1];
    assert_eq!(known, ["100", "单据不存在"]);
}

/// A failures file that takes its own place is left alone until it is carried out.
#[test]
fn a_failures_file_is_continued_too() {
    let place = Place::new();
    let fickle = Fickle::start(&place);
    place.numbered(6);
    let rejecting = ScriptedServer::always(http("200 OK", REJECTED));
    place.carry(&rejecting, &[]).0.expect(1);
    let failures = place.read("orders.failures.csv");
    for file in ["orders.csv", RESULTS, "orders.failures.csv"] {
        std::fs::remove_file(place.path(file)).expect("removed");
    }
    place.write("a.failures.csv", &failures);

    fickle.answer(3);
    let mut cut = start(&mut place.run(&fickle.server, ["a.failures.csv", "-j1"]));
    cut.until("the fourth call", || fickle.calls() == 4);
    cut.kill();
    assert_eq!(place.read("a.failures.csv"), failures, "not touched");
    fickle.answer(usize::MAX);
    place.runs(&fickle.server, "a.failures.csv -j1", 0);
    assert_eq!(fickle.server.flags().len(), 6);
    assert_eq!(place.statuses("a.failures.results.csv"), ["ok"; 6]);
    assert_eq!(place.table("a.failures.csv").rows.len(), 0);
}

/// A call whose reply was lost may have been applied: that is still said when a run that goes on from
/// there does not come to it.
#[test]
fn what_failed_and_was_not_reached_again_is_still_failed() {
    let place = Place::new();
    place.numbered(6);
    let server = ScriptedServer::by_order(|n, _| match n {
        1 => http("500 Internal Server Error", ""),
        _ => refused(6, "ip限制"),
    });
    for _ in 0..2 {
        place.runs(&server, "orders.csv -j1 --retries=0", 3);
    }
    let orders = server.orders();
    assert_eq!(orders, ["CG1", "CG2", "CG2"], "what failed is sent last");
    let results = place.table(RESULTS);
    let told = results.select(["status", "message", "attempts"]);
    assert_eq!(told[0], ["failed", "HTTP 500", "1"]);
    assert_eq!(results.count("skipped"), 5);
}

/// Nothing that is read back is a text for people.
#[test]
fn a_run_is_continued_and_corrected_in_another_language() {
    for [first, second] in [["zh", "en"], ["en", "zh"]] {
        // One row of every kind: refused, repeated, superseded, invalid, failed, not sent.
        let server = ScriptedServer::by_order(|n, order| match (order, n) {
            ("CG2", _) => http("200 OK", REJECTED),
            ("CG5", 4) => http("200 OK", "<html></html>"),
            ("CG6", 5) => refused(6, "ip限制"),
            _ => accepted(),
        });
        let place = Place::new();
        let rows = "CG1,aa CG2,aa CG2,aa CG3,aa CG3,加急 CG4, CG5,aa CG6,aa CG7,aa";
        let sheet = format!("purchase_no,flag_name {rows} ").replace(' ', "\n");
        place.write("orders.csv", sheet);
        let run = |sheet: &str, language: &str, code| {
            let mut command = place.run(&server, [sheet, "-j1", "--retries=0"]);
            crate::harness::finish(command.env("WDT_LANG", language)).expect(code)
        };
        run("orders.csv", first, 3);
        run("orders.csv", second, 1);
        assert_eq!(server.orders()[5..], ["CG6", "CG7", "CG5"]);
        let statuses = "ok rejected rejected superseded ok invalid ok ok ok";
        assert_eq!(place.statuses(RESULTS).join(" "), statuses);

        let failures = place.read("orders.failures.csv").replace("CG2", "CG8");
        place.write("orders.failures.csv", failures);
        run("orders.failures.csv", first, 1);
        assert_eq!(server.orders()[8..], ["CG8"]);
        let statuses = "ok ok ok superseded ok invalid ok ok ok";
        assert_eq!(place.statuses(RESULTS).join(" "), statuses);
        let left = ["orders.csv", "orders.failures.csv", RESULTS];
        assert_eq!(place.files(), left);
    }
}
