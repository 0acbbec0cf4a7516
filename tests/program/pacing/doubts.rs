//! One order that something before the ERP dislikes does not keep the others from it.

use crate::harness::{Place, ScriptedServer, accepted, finish, http, order, refused, sheet};

/// Refusals that may hold for every call, or for one alone.
fn doubtful() -> Vec<(&'static str, Vec<u8>)> {
    let page = "<html>blocked</html>";
    let moved = "302 Found\r\nLocation: http://127.0.0.1:9/blocked";
    vec![
        ("HTTP 401", http("401 Unauthorized", page)),
        ("HTTP 403", http("403 Forbidden", page)),
        ("HTTP 404", http("404 Not Found", page)),
        ("HTTP 405", http("405 Method Not Allowed", page)),
        ("HTTP 410", http("410 Gone", page)),
        ("HTTP 302", http(moved, page)),
        ("权限不足", refused(100, "权限不足")),
        ("请求含有非法字符", refused(1, "请求含有非法字符")),
    ]
}

#[test]
fn an_order_that_is_refused_alone_costs_nobody_else_wherever_it_stands() {
    for (says, reply) in doubtful() {
        for disliked in [order(0), order(5)] {
            let place = Place::new();
            place.write("x.csv", sheet(12));
            let erp = ScriptedServer::per_call({
                let (reply, disliked) = (reply.clone(), disliked.clone());
                move |_, call| {
                    if call.order() == disliked {
                        Some(reply.clone())
                    } else {
                        Some(accepted())
                    }
                }
            });
            let run = finish(&mut place.run(&erp, ["x.csv", "-j1"])).expect(1);
            assert!(run.stdout.contains(says), "{run:#?}");
            let results = place.table("x.results.csv");
            assert_eq!(results.count("ok"), 11, "{says} {disliked}");
            let failures = place.table("x.failures.csv");
            assert_eq!(failures.column("purchase_no"), [disliked.as_str()]);
            assert_eq!(failures.column("status"), ["failed"], "{says}");
            assert_eq!(erp.calls(), 12, "{says}");
            assert_eq!(erp.pings().len(), 1, "asked once to decide");
        }
    }
}

#[test]
fn a_run_stops_at_once_where_a_call_that_changes_nothing_is_refused_too() {
    for (says, reply) in doubtful() {
        let place = Place::new();
        place.write("x.csv", sheet(12));
        let erp = ScriptedServer::per_call({
            let reply = reply.clone();
            move |n, _| match n {
                1..=3 => Some(accepted()),
                _ => Some(reply.clone()),
            }
        })
        .answering_pings(reply);
        let run = finish(&mut place.run(&erp, ["x.csv", "-j1"])).expect(3);
        assert!(run.stderr.contains(says), "{run:#?}");
        let results = place.table("x.results.csv");
        let counts = ["ok", "failed", "skipped"].map(|status| results.count(status));
        assert_eq!(counts, [3, 1, 8], "{says}");
    }
}

#[test]
fn five_orders_in_a_row_stop_a_run_though_other_calls_are_let_through() {
    let place = Place::new();
    place.write("x.csv", sheet(40));
    let erp = ScriptedServer::per_call(|n, _| match n {
        4 | 6..=9 | 11.. => Some(refused(100, "权限不足")),
        _ => Some(accepted()),
    });
    let run = finish(&mut place.run(&erp, ["x.csv", "-j1"])).expect(3);
    assert!(run.stderr.contains("权限不足"), "{run:#?}");
    let results = place.table("x.results.csv");
    assert_eq!((results.count("ok"), results.count("failed")), (5, 10));
    assert_eq!(erp.calls(), 15);
}

#[test]
fn a_limit_that_never_ends_ends_the_run() {
    let place = Place::new();
    place.write("x.csv", sheet(5));
    let erp = ScriptedServer::per_call(|n, _| match n {
        1..=2 => Some(accepted()),
        _ => Some(refused(100, "超过每天最大调用频率限制")),
    });
    let args = ["x.csv", "-j1", "--give-up-after", "1s"];
    let run = finish(&mut place.run(&erp, args)).expect(3);
    let last = run.stderr.trim_end().lines().last().unwrap_or_default();
    assert!(last.contains("超过每天最大调用频率限制"), "{run:#?}");
    assert!(last.contains("--give-up-after"), "{run:#?}");
    let results = place.table("x.results.csv");
    assert_eq!((results.count("ok"), results.count("skipped")), (2, 3));
}

/// So they keep nobody from being sent, night after night.
#[test]
fn orders_that_failed_before_are_sent_last() {
    const DISLIKED: [usize; 6] = [0, 2, 4, 6, 8, 10];
    let place = Place::new();
    place.write("x.csv", sheet(20));
    let erp = ScriptedServer::per_call(|_, call| {
        let disliked = DISLIKED.iter().any(|&n| order(n) == call.order());
        Some(if disliked {
            http("403 Forbidden", "")
        } else {
            accepted()
        })
    });
    // The first six refusals are spread among accepted calls; then the run is cut short.
    let args = ["x.csv", "-j1", "--max-failures", "6"];
    finish(&mut place.run(&erp, args)).expect(3);
    assert_eq!(place.table("x.results.csv").count("ok"), 5);
    finish(&mut place.run(&erp, ["x.csv", "-j1"])).expect(3);
    assert_eq!(place.table("x.results.csv").count("ok"), 14, "all others");

    // The same in their failures file, with a row that a person has added at its end.
    let failures = place.read("x.failures.csv");
    let fields = failures
        .lines()
        .next()
        .unwrap_or_default()
        .split(',')
        .count();
    let added = format!("CG-added,aa{}\n", ",".repeat(fields - 2));
    place.write("x.failures.csv", failures + &added);
    finish(&mut place.run(&erp, ["x.failures.csv", "-j1"])).expect(3);
    assert!(erp.orders().contains(&"CG-added".to_owned()));
}

#[test]
fn another_refusal_of_a_call_that_changes_nothing_decides_nothing() {
    let place = Place::new();
    place.write("x.csv", sheet(12));
    let erp = ScriptedServer::per_call(|_, call| {
        if call.order() == order(5) {
            Some(http("403 Forbidden", ""))
        } else {
            Some(accepted())
        }
    })
    .answering_pings(refused(100, "权限不足"));
    finish(&mut place.run(&erp, ["x.csv", "-j1"])).expect(1);
    assert_eq!(place.table("x.results.csv").count("ok"), 11);
}
