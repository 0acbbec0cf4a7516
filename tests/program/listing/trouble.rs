//! An ERP that does not list its orders, or not as it should: then everything is sent.

use super::asking;
use crate::harness::{
    Place, Request, ScriptedServer, accepted, finish, http, listing, refused, sandbox_with, start,
};
use wdt_flags::sandbox::Config;

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
    let run = finish(&mut place.run(&erp, asking(&[]))).expect(0);
    assert_eq!(place.results(&run).count("ok"), 5);
    let said = "warning: the ERP does not list its orders: \
                refused: 权限不足 (status 100); each takes a call of its own\n";
    assert!(run.stderr.contains(said), "{run:#?}");
    assert!(!run.stderr.contains("0 of 5 orders"), "{run:#?}");
}

#[test]
fn a_limit_of_listings_alone_does_not_hold_up_the_run() {
    let refusal = "超过每分钟最大并发次数限制，请稍后重试";
    assert_eq!(sent(move |_| refused(100, refusal), &["-j64"]), 5);
}

/// Runs the sheet against a server that answers listings so; returns how many were sent.
#[track_caller]
fn sent(reply: impl Fn(usize) -> Vec<u8> + Send + Sync + 'static, args: &[&str]) -> usize {
    let place = Place::new();
    let server = ScriptedServer::per_call(move |_, request| {
        if request.is_listing() {
            Some(reply(request.page()))
        } else {
            Some(accepted())
        }
    });
    place.sheet(&ROWS);
    let run = finish(&mut place.run(&server, asking(args))).expect(0);
    let warning = "warning: the ERP does not list its orders";
    assert!(run.stderr.contains(warning), "{run:#?}");
    let results = place.results(&run);
    let unchanged = results.count("unchanged");
    assert_eq!(results.count("ok") + unchanged, 5, "{run:#?}");
    let sent = server
        .requests()
        .iter()
        .filter(|it| !it.is_listing())
        .count();
    assert_eq!(sent + unchanged, 5, "{run:#?}");
    assert_eq!(server.pings().len(), 0, "{run:#?}");
    sent
}

#[test]
fn a_refusal_that_looks_fatal_does_not_end_the_run() {
    for (status, message) in [
        (1, "验证失败"),
        (1, "whatever"),
        (3, "需要动态口令"),
        (100, "权限不足"),
        (100, "参数中必须包含起止时间"),
        (2, "page_size"),
    ] {
        assert_eq!(sent(move |_| refused(status, message), &[]), 5, "{message}");
    }
    for status in ["404 Not Found", "403 Forbidden", "302 Found"] {
        assert_eq!(sent(move |_| http(status, ""), &[]), 5, "{status}");
    }
}

#[test]
fn what_is_no_listing_is_not_an_empty_one() {
    for data in ["null", r#"{"order":[]}"#] {
        let reply = format!(r#"{{"status":0,"data":{data}}}"#);
        assert_eq!(sent(move |_| http("200 OK", &reply), &[]), 5, "{data}");
    }
    assert_eq!(sent(|_| http("200 OK", "<html>"), &["--retries", "0"]), 5);
}

#[test]
fn what_was_read_before_the_trouble_counts() {
    let reply = |page| match page {
        0 => listing(4, &[("CG1", "aa"), ("CG4", "加急")]),
        _ => refused(100, "权限不足"),
    };
    assert_eq!(sent(reply, &[]), 4);
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
    let run = finish(&mut place.run(&server, asking(&[]))).expect(0);
    assert_eq!(place.results(&run).count("unchanged"), 5);
    assert_eq!(server.calls(), 3);
    assert!(run.stderr.contains("by 3 pages"), "{run:#?}");
    assert!(run.stdout.contains("(1 retry, 0 pauses)"), "{run:#?}");
}

#[test]
fn what_is_wrong_with_every_call_is_found_out_by_the_first_that_sends() {
    let place = Place::new();
    let server = ScriptedServer::always(refused(1, "验证失败"));
    place.sheet(&ROWS);
    let run = finish(&mut place.run(&server, asking(&["-j1"]))).expect(3);
    assert_eq!(server.calls(), 2);
    assert!(run.stderr.contains("stopped early: 验证失败"), "{run:#?}");
    let results = place.results(&run);
    assert_eq!((results.count("failed"), results.count("skipped")), (1, 4));
}

#[test]
#[cfg(unix)]
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
    let run = run.finish().expect(130);
    assert_eq!(server.calls(), 1);
    let results = place.results(&run);
    assert_eq!(
        (results.count("unchanged"), results.count("skipped")),
        (1, 4)
    );
    // What was read is not recorded as sent: it is read again.
    let run = finish(&mut place.run(&server, asking(&[]))).expect(0);
    assert!(place.results(&run).count("ok") >= 4, "{run:#?}");
    assert!(server.requests()[1..].iter().any(Request::is_listing));
}

#[test]
#[cfg(unix)]
fn a_deadline_ends_the_asking() {
    let place = Place::new();
    let (server, gate) = ScriptedServer::gated(|connection, _| connection.send(listing(3, &ROWS)));
    place.sheet(&ROWS);
    let mut run = start(&mut place.run(&server, asking(&["--deadline", "300ms"])));
    server.wait_for_calls(1);
    run.until_it_says("the deadline has passed");
    gate.open();
    let run = run.finish().expect(3);
    assert_eq!(server.calls(), 1);
    assert_eq!(place.results(&run).count("unchanged"), 5);
}
