//! What ends reading back early, and what is written then.

use super::{DIFFERENT, VERIFIED};
use std::sync::Arc;
use std::time::Duration;

use crate::harness::{
    Gate, Place, ScriptedServer, finish, http, listing, refused, sandbox, sandbox_with, sheet,
    start,
};
use wdt_flags::sandbox::Config;

/// An order as a listing shows it, alone on its page.
fn page_of(number: &str, flag: &str) -> Vec<u8> {
    listing(9_000, &[(number, flag)])
}

#[test]
fn a_verdict_on_every_call_is_the_end_of_it_and_the_reason_is_clear() {
    let method = "purchase.PurchaseOrder.queryWithDetail";
    for (rows, status, message, also) in [
        (1, 100, "权限不足", method),
        (50, 100, "权限不足", method),
        (50, 1, "sid is not exists", "error: stopped early"),
    ] {
        let place = Place::new();
        place.write("orders.csv", sheet(rows));
        let erp = ScriptedServer::always(refused(status, message));
        let run = place.verifies(&erp, "orders.csv", 3);
        assert_eq!(erp.calls(), 1, "{run:#?}");
        run.ends_by_saying(message).ends_by_saying(also);
        let is_tested = status == 1;
        assert_eq!(run.stdout.contains("next      wdt-flags ping"), is_tested);
        let verified = place.table(VERIFIED);
        assert_eq!(verified.count("unknown"), rows);
        let messages = verified.column("message").into_iter();
        assert!(messages.into_iter().all(|it| it.contains(message)));
        assert!(place.table(DIFFERENT).rows.is_empty());
    }
}

#[test]
fn orders_that_are_refused_one_after_the_other_end_it_too() {
    let place = Place::new();
    place.write("orders.csv", sheet(60));
    let erp = ScriptedServer::always(http("403 Forbidden", "no"));
    place.verifies(&erp, "orders.csv -j1", 3);
    assert_eq!(erp.calls(), 1 + 5, "the listing and five orders");
    // Only numbers are refused, as by a firewall that dislikes them.
    let erp = ScriptedServer::by_order(|_, order| match order {
        "" => page_of("other", "aa"),
        _ => http("403 Forbidden", "no"),
    });
    let run = place.verifies(&erp, "orders.csv -j1", 3);
    assert_eq!(erp.calls(), 1 + 5, "{run:#?}");
    // An answer that is no listing is not taken for one, and not waited for for ever.
    let erp = ScriptedServer::always(http("200 OK", r#"{"status":0,"data":{}}"#));
    place.verifies(&erp, "orders.csv -j1", 3);
    assert_eq!(erp.calls(), 1 + 25);
    assert_eq!(place.table(VERIFIED).count("unknown"), 60);
}

#[test]
fn what_the_erp_says_of_single_orders_does_not_end_it() {
    let place = Place::new();
    place.write("orders.csv", sheet(60));
    let erp = ScriptedServer::always(refused(100, "单据不存在"));
    place.verifies(&erp, "orders.csv", 1);
    assert_eq!(erp.calls(), 1 + 60);
}

#[test]
fn one_order_that_is_refused_does_not_end_it() {
    let place = Place::new();
    place.numbered(3);
    let erp = ScriptedServer::by_order(|_, order| match order {
        "" => page_of("other", "aa"),
        "CG2" => http("403 Forbidden", "no"),
        number => page_of(number, "aa"),
    });
    place.verifies(&erp, "orders.csv", 1);
    let verified = place.table(VERIFIED);
    assert_eq!(verified.column("status"), ["same", "unknown", "same"]);
    assert!(verified.column("message")[1].contains("403"));
}

#[test]
#[cfg_attr(not(unix), ignore = "sends a signal")]
fn what_is_known_is_written_when_it_is_interrupted() {
    let place = Place::new();
    place.write("orders.csv", sheet(40));
    let gate = Arc::new(Gate::default());
    let held = Arc::clone(&gate);
    let server = ScriptedServer::per_call(move |n, request| {
        if n > 6 {
            held.pass();
        }
        Some(page_of(&request.order(), "加急"))
    });
    let mut run = start(&mut place.verify(&server, ["orders.csv", "-j2"]));
    server.wait_for_calls(8);
    run.signal("INT");
    run.until_it_says("stopping: interrupted");
    gate.open();
    let run = run.finish().expect(130);
    run.ends_by_saying("error: stopped early: interrupted");
    let verified = place.table(VERIFIED);
    // The first call was for a listing that showed none of them.
    assert_eq!(verified.count("different"), 7, "{run:#?}");
    assert_eq!(verified.count("unknown"), 33);
    for [status, message, time] in verified.select(["status", "message", "checked_at"]) {
        if status == "unknown" {
            assert_eq!((message, time), ("not asked: interrupted", ""));
        }
    }
    assert_eq!(place.table(DIFFERENT).rows.len(), 7);
    assert_eq!(place.files(), ["orders.csv", DIFFERENT, VERIFIED]);
    // Nothing is continued: what was read is old.
    let server = ScriptedServer::per_call(|_, request| Some(page_of(&request.order(), "aa")));
    place.verifies(&server, "orders.csv", 0);
    assert_eq!(server.calls(), 41);
}

#[test]
fn a_deadline_and_an_outage_end_it() {
    let place = Place::new();
    let erp = sandbox_with(Config {
        latency: Duration::from_millis(200),
        ..Config::default()
    });
    place.write("orders.csv", sheet(5));
    let away = erp.endpoint();
    let args = ["orders.csv", "-j1", "--deadline", "1ms"];
    let run = finish(&mut place.verify(&erp, args)).expect(4);
    run.says("the deadline has passed");
    drop(erp);
    let run = place.verifies(&away, "orders.csv --give-up-after 10ms", 3);
    run.says("--give-up-after");
    run.prints("next      wdt-flags ping");
    assert_eq!(place.table(VERIFIED).count("unknown"), 5);
}

#[test]
fn a_sheet_or_an_account_that_cannot_be_used_asks_for_nothing() {
    let (place, erp) = (Place::new(), sandbox());
    let run = place.verifies(&erp, "absent.csv", 2);
    run.says("absent.csv");
    place.write("orders.csv", sheet(2));
    let run = finish(place.program().args(["verify", "orders.csv"])).expect(2);
    run.says("WDT_SID");
    assert_eq!(erp.stats().calls, 0);
    assert_eq!(place.files(), ["orders.csv"]);
}

#[test]
fn quietly_it_says_nothing_and_a_sheet_without_rows_costs_no_call() {
    let (place, erp) = (Place::new(), sandbox());
    place.write("orders.csv", sheet(0));
    let run = place.verifies(&erp, "orders.csv --quiet --allow-empty", 0);
    assert_eq!(run.stderr, "");
    assert_eq!(erp.stats().calls, 0);
    assert_eq!(place.table(VERIFIED).rows.len(), 0);
}
