//! One order that something before the ERP dislikes does not keep the others from it.

use crate::harness::{Place, ScriptedServer, accepted, http, order, refused, sheet};

const RESULTS: &str = "x.results.csv";

fn with(rows: usize) -> Place {
    let place = Place::new();
    place.write("x.csv", sheet(rows));
    place
}

/// Refusals that may hold for every call, or for one alone.
fn doubtful() -> [(&'static str, Vec<u8>); 3] {
    [
        ("HTTP 403", http("403 Forbidden", "<html>blocked</html>")),
        (
            "HTTP 302",
            http("302 Found\r\nLocation: http://127.0.0.1:9/", ""),
        ),
        ("权限不足", refused(100, "权限不足")),
    ]
}

#[test]
fn an_order_that_is_refused_alone_costs_nobody_else_wherever_it_stands() {
    for (at, (says, reply)) in [0, 5, 11].into_iter().zip(doubtful()) {
        let place = with(12);
        let disliked = order(at);
        let erp = ScriptedServer::by_order(move |_, order| {
            if order == disliked {
                reply.clone()
            } else {
                accepted()
            }
        });
        place.runs(&erp, "x.csv -j1", 1).prints(says);
        assert_eq!(place.table(RESULTS).count("ok"), 11, "{says}");
        let failures = place.table("x.failures.csv");
        let failed = failures.select(["purchase_no", "status"]);
        assert_eq!(failed, [[&*order(at), "failed"]], "{says}");
        assert_eq!((erp.calls(), erp.pings().len()), (12, 1), "asked once");
    }
}

#[test]
fn a_run_stops_at_once_where_a_call_that_changes_nothing_is_refused_too() {
    for (says, reply) in doubtful() {
        let place = with(12);
        let refusal = reply.clone();
        let erp = ScriptedServer::by_order(move |n, _| match n {
            1..=3 => accepted(),
            _ => refusal.clone(),
        })
        .answering_pings(reply);
        place.runs(&erp, "x.csv -j1", 3).says(says);
        let results = place.table(RESULTS);
        let counts = ["ok", "failed", "skipped"].map(|status| results.count(status));
        assert_eq!(counts, [3, 0, 9], "{says}");
    }
}

#[test]
fn another_refusal_of_a_call_that_changes_nothing_decides_nothing() {
    let place = with(12);
    let erp = ScriptedServer::by_order(|_, number| {
        if number == order(5) {
            http("403 Forbidden", "")
        } else {
            accepted()
        }
    })
    .answering_pings(refused(100, "权限不足"));
    place.runs(&erp, "x.csv -j1", 1);
    assert_eq!(place.table(RESULTS).count("ok"), 11);
}

#[test]
fn five_orders_in_a_row_stop_a_run_though_other_calls_are_let_through() {
    let place = with(40);
    let erp = ScriptedServer::by_order(|n, _| match n {
        4 | 6..=9 | 11.. => refused(100, "权限不足"),
        _ => accepted(),
    });
    place.runs(&erp, "x.csv -j1", 3).says("权限不足");
    let results = place.table(RESULTS);
    assert_eq!((results.count("ok"), results.count("failed")), (5, 9));
    assert_eq!(erp.calls(), 15);
}

#[test]
fn a_limit_that_never_ends_ends_the_run() {
    let place = with(5);
    let erp = ScriptedServer::by_order(|n, _| match n {
        1..=2 => accepted(),
        _ => refused(100, "超过每天最大调用频率限制"),
    });
    let run = place.runs(&erp, "x.csv -j1 --give-up-after 1s", 3);
    run.ends_by_saying("超过每天最大调用频率限制")
        .ends_by_saying("--give-up-after");
    let results = place.table(RESULTS);
    assert_eq!((results.count("ok"), results.count("skipped")), (2, 3));
}

/// So they keep nobody from being sent, night after night.
#[test]
fn orders_that_failed_before_are_sent_last() {
    let place = with(20);
    let disliked = [0, 2, 4, 6, 8, 10].map(order);
    let erp = ScriptedServer::by_order(move |_, order| {
        if disliked.iter().any(|it| it == order) {
            http("403 Forbidden", "")
        } else {
            accepted()
        }
    });
    // The first six refusals are spread among accepted calls; then the run is cut short.
    place.runs(&erp, "x.csv -j1 --max-failures 6", 3);
    assert_eq!(place.table(RESULTS).count("ok"), 5);
    place.runs(&erp, "x.csv -j1", 3);
    assert_eq!(place.table(RESULTS).count("ok"), 14, "all others");

    // The same in their failures file, with a row that a person has added at its end.
    let failures = place.read("x.failures.csv");
    let commas = failures.lines().next().unwrap_or_default();
    let commas = commas.matches(',').count();
    let added = format!("CG-added,aa{}\n", ",".repeat(commas - 1));
    place.write("x.failures.csv", failures + &added);
    place.runs(&erp, "x.failures.csv -j1", 3);
    assert!(erp.orders().contains(&"CG-added".to_owned()));
}
