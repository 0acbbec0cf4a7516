//! An ERP that does not list its orders, or not as it should: then everything is sent.

use wdt_flags::sandbox::Config;

use super::{ASKING, asking};
use crate::harness::{
    Place, Request, ScriptedServer, accepted, http, listing, refused, sandbox_with, start,
};

const RESULTS: &str = "orders.results.csv";
const ROWS: [(&str, &str); 5] = [
    ("CG1", "aa"),
    ("CG2", "aa"),
    ("CG3", "aa"),
    ("CG4", "aa"),
    ("CG5", "aa"),
];

#[test]
fn without_the_permission_to_list_everything_is_sent() {
    let place = Place::new();
    let erp = sandbox_with(Config {
        may_list: false,
        ..super::with_orders(&ROWS)
    });
    place.sheet(&ROWS);
    let run = place.runs(&erp, ASKING, 0);
    assert_eq!(place.statuses(RESULTS), ["ok"; 5]);
    run.says(
        "warning: the ERP does not list its orders: \
         refused: 权限不足 (status 100); each takes a call of its own\n",
    );
    run.says_nothing_of("0 of 5 orders");
}

/// Runs the sheet against a server that answers listings so; returns how many were sent.
#[track_caller]
fn sent(reply: impl Fn(usize) -> Vec<u8> + Send + Sync + 'static, more: &str) -> usize {
    let place = Place::new();
    let server = ScriptedServer::per_call(move |_, request| {
        if request.is_listing() {
            Some(reply(request.page()))
        } else {
            Some(accepted())
        }
    });
    place.sheet(&ROWS);
    let run = place.runs(&server, &format!("{ASKING} {more}"), 0);
    run.says("warning: the ERP does not list its orders");
    let results = place.results(&run);
    let unchanged = results.count("unchanged");
    assert_eq!(results.count("ok") + unchanged, 5, "{run:#?}");
    let requests = server.requests();
    let sent = requests.iter().filter(|it| !it.is_listing()).count();
    assert_eq!(sent + unchanged, 5, "{run:#?}");
    assert_eq!(server.pings().len(), 0, "{run:#?}");
    sent
}

#[test]
fn no_refusal_ends_the_run_and_what_is_no_listing_is_not_an_empty_one() {
    let ok = |body: &str| http("200 OK", body);
    for (reply, more) in [
        (refused(1, "验证失败"), "-j4"),
        (refused(100, "权限不足"), "-j4"),
        (refused(2, "page_size"), "-j4"),
        (http("404 Not Found", ""), "-j4"),
        (http("302 Found", ""), "-j4"),
        (ok(r#"{"status":0,"data":null}"#), "-j4"),
        (ok("<html>"), "--retries=0"),
        // A limit of listings alone does not hold up the run.
        (refused(100, "超过每分钟最大并发次数限制"), "-j64"),
    ] {
        let says = String::from_utf8_lossy(&reply).into_owned();
        assert_eq!(sent(move |_| reply.clone(), more), 5, "{says}");
    }
}

#[test]
fn what_was_read_before_the_trouble_counts() {
    let reply = |page| match page {
        0 => listing(4, &[("CG1", "aa"), ("CG4", "加急")]),
        _ => refused(100, "权限不足"),
    };
    assert_eq!(sent(reply, "-j4"), 4);
}

#[test]
fn limits_are_kept_and_passing_trouble_is_passed() {
    let place = Place::new();
    let server = ScriptedServer::per_call(|n, request| {
        Some(match (n, request.is_listing()) {
            (1, _) => refused(100, "超过每分钟最大并发次数限制，请稍后重试"),
            (2, _) => refused(4, "数据库错误"),
            (_, true) => listing(5, &ROWS),
            (_, false) => accepted(),
        })
    });
    place.sheet(&ROWS);
    let run = place.runs(&server, ASKING, 0);
    assert_eq!(place.statuses(RESULTS), ["unchanged"; 5]);
    assert_eq!(server.calls(), 3);
    run.says("by 3 pages").prints("(1 retry, 0 pauses)");
}

#[test]
fn what_is_wrong_with_every_call_is_found_out_by_the_first_that_sends() {
    let place = Place::new();
    let server = ScriptedServer::always(refused(1, "验证失败"));
    place.sheet(&ROWS);
    let run = place.runs(&server, "orders.csv --skip-unchanged -j1", 3);
    run.says("stopped early: 验证失败");
    assert_eq!(server.calls(), 2);
    assert_eq!(place.statuses(RESULTS), ["skipped"; 5]);
}

#[test]
#[cfg_attr(not(unix), ignore = "sends a signal")]
fn a_signal_ends_the_asking_and_nothing_is_sent() {
    let place = Place::new();
    let (server, gate) = ScriptedServer::gated(|connection, request| {
        connection.send(if request.is_listing() {
            listing(50, &[("CG1", "aa")])
        } else {
            accepted()
        })
    });
    place.sheet(&ROWS);
    let mut run = start(&mut place.run(&server, asking(&[])));
    server.wait_for_calls(1);
    run.signal("INT");
    run.until_it_says("stopping: interrupted");
    gate.open();
    run.finish().expect(130);
    assert_eq!(server.calls(), 1);
    let results = place.table(RESULTS);
    let counts = ["unchanged", "skipped"].map(|status| results.count(status));
    assert_eq!(counts, [1, 4]);
    // What was read is not recorded as sent: it is read again.
    place.runs(&server, ASKING, 0);
    assert!(place.table(RESULTS).count("ok") >= 4);
    assert!(server.requests()[1..].iter().any(Request::is_listing));
}

#[test]
fn a_deadline_ends_the_asking() {
    let place = Place::new();
    let (server, gate) = ScriptedServer::gated(|connection, _| connection.send(listing(3, &ROWS)));
    place.sheet(&ROWS);
    let mut run = start(&mut place.run(&server, asking(&["--deadline", "300ms"])));
    server.wait_for_calls(1);
    run.until_it_says("the deadline has passed");
    gate.open();
    run.finish().expect(4);
    assert_eq!(server.calls(), 1);
    assert_eq!(place.statuses(RESULTS), ["unchanged"; 5]);
}
