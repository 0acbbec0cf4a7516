//! Pages and windows: how far listings are read.

use std::time::{Duration, SystemTime};

use jiff::Timestamp;
use jiff::civil::DateTime;
use wdt_flags::sandbox::{Config, Order};

use super::{asking, many, with_orders};
use crate::harness::{
    Place, Request, ScriptedServer, accepted, finish, http, listing, order, sandbox_with, sheet,
};

#[test]
fn a_server_that_gives_fewer_orders_a_page_is_read_to_its_end() {
    let place = Place::new();
    let erp = sandbox_with(Config {
        orders: many(100),
        max_page_size: 30,
        ..Config::default()
    });
    place.write("orders.csv", sheet(100));
    let run = finish(&mut place.run(&erp, asking(&[]))).expect(0);
    assert_eq!(place.results(&run).count("unchanged"), 100);
    assert_eq!((erp.stats().listings, erp.stats().accepted), (4, 0));
}

#[test]
fn reading_ends_when_every_order_was_seen() {
    let place = Place::new();
    let erp = sandbox_with(Config {
        orders: many(1_000),
        ..Config::default()
    });
    place.write("orders.csv", sheet(120));
    finish(&mut place.run(&erp, asking(&[]))).expect(0);
    assert_eq!((erp.stats().listings, erp.stats().accepted), (2, 0));
}

#[test]
fn reading_ends_when_it_costs_as_much_as_it_could_save() {
    let place = Place::new();
    let erp = sandbox_with(Config {
        orders: many(1_000),
        ..Config::default()
    });
    let rows: Vec<_> = [5, 6, 7, 995, 996].map(order).into();
    let rows: Vec<_> = rows.iter().map(|order| (order.as_str(), "aa")).collect();
    place.sheet(&rows);
    let run = finish(&mut place.run(&erp, asking(&[]))).expect(0);
    assert_eq!(
        place.results(&run).column("status"),
        ["unchanged", "unchanged", "unchanged", "ok", "ok"]
    );
    assert_eq!((erp.stats().listings, erp.stats().accepted), (1, 2));
    let said = "no more of the listing is read, as it would cost more calls than it saves\n";
    assert!(run.stderr.contains(said), "{run:#?}");
    // One order costs one call either way.
    place.sheet(&rows[..1]);
    finish(&mut place.run(&erp, asking(&[]))).expect(0);
    assert_eq!((erp.stats().listings, erp.stats().accepted), (1, 3));
}

#[test]
fn older_orders_are_found_in_further_windows() {
    let place = Place::new();
    let ago = |days: u64| {
        let time = SystemTime::now() - Duration::from_secs(days * 86_400 + 3_600);
        Timestamp::try_from(time).ok()
    };
    let rows: Vec<_> = (0..12).map(|n| format!("CG{n}")).collect();
    let orders = rows.iter().zip([1, 20, 40, 59, 70, 80].into_iter().cycle());
    let orders = orders.map(|(number, days)| Order {
        number: number.clone(),
        flag: "aa".to_owned(),
        modified: ago(days),
    });
    let erp = sandbox_with(Config {
        orders: orders.collect(),
        ..Config::default()
    });
    let rows: Vec<_> = rows.iter().map(|number| (number.as_str(), "aa")).collect();
    place.sheet(&rows);
    for (args, unchanged) in [
        (&[][..], 4),
        (&["--modified-within", "30d"], 4),
        (&["--modified-within", "12h"], 0),
        (&["--modified-within", "60d"], 8),
        (&["--modified-within", "12w"], 12),
    ] {
        let before = erp.stats();
        let run = finish(&mut place.run(&erp, asking(args))).expect(0);
        let results = place.results(&run);
        assert_eq!(results.count("unchanged"), unchanged, "{args:?} {run:#?}");
        let sent = erp.stats().accepted - before.accepted;
        assert_eq!(sent as usize, 12 - unchanged, "{args:?}");
    }
}

/// A server that lists by `list`, which is given the page, and accepts all updates.
fn lists(list: impl Fn(usize) -> Vec<u8> + Send + Sync + 'static) -> ScriptedServer {
    ScriptedServer::per_call(move |_, request| {
        if request.is_listing() {
            Some(list(request.page()))
        } else {
            Some(accepted())
        }
    })
}

fn listings(server: &ScriptedServer) -> Vec<Request> {
    let requests = server.requests().into_iter();
    requests.filter(Request::is_listing).collect()
}

#[test]
fn what_is_asked_is_the_last_thirty_days_in_beijings_time_counted_once() {
    let place = Place::new();
    let page_of = |n: usize| [("CG1", "aa"), ("CG2", "aa"), ("CG3", "aa")][n.min(2)];
    let server = lists(move |n| listing(3, &[page_of(n)]));
    let rows: Vec<_> = (1..=9).map(|n| format!("CG{n}")).collect();
    let rows: Vec<_> = rows.iter().map(|number| (number.as_str(), "aa")).collect();
    place.sheet(&rows);
    finish(&mut place.run(&server, asking(&[]))).expect(0);
    let asked = listings(&server);
    let query = |name: &str| -> Vec<String> {
        let asked = asked.iter();
        asked
            .map(|it| it.query(name).unwrap_or_default().to_owned())
            .collect()
    };
    assert_eq!(query("page_no"), ["0", "1", "2"]);
    assert_eq!(query("calc_total"), ["1", "0", "0"]);
    assert_eq!(query("page_size"), ["100", "100", "100"]);
    let body: serde_json::Value = serde_json::from_str(&asked[0].body).expect("JSON");
    let time = |name: &str| -> Timestamp {
        let text = body[0][name].as_str().expect("a time");
        let time = DateTime::strptime("%Y-%m-%d %H:%M:%S", text).expect("a time");
        jiff::tz::offset(8).to_timestamp(time).expect("a time")
    };
    let (start, end) = (time("start_time"), time("end_time"));
    assert_eq!(end.as_second() - start.as_second(), 30 * 86_400);
    let since = Timestamp::now().as_second() - end.as_second();
    assert!((0..60).contains(&since), "{since}");
    assert!(
        asked.iter().all(|it| it.body == asked[0].body),
        "one window"
    );
}

#[test]
fn an_order_with_thousands_of_lines_makes_a_page_of_megabytes() {
    let place = Place::new();
    let details = r#"{"spec_no":"A"},"#.repeat(200_000);
    let server = lists(move |_| {
        let order = r#"{"purchase_no":"CG1","flag_name":"aa"}"#;
        let order = format!(r#"{order},{{"detail_list":[{details}{{}}],"purchase_no":"CG2"}}"#);
        let data = format!(r#"{{"total_count":2,"order":[{order}]}}"#);
        http("200 OK", format!(r#"{{"status":0,"data":{data}}}"#))
    });
    place.sheet(&[("CG1", "aa"), ("CG2", "aa")]);
    let run = finish(&mut place.run(&server, asking(&[]))).expect(0);
    assert_eq!(place.results(&run).column("status"), ["unchanged", "ok"]);
}

#[test]
fn an_order_that_is_seen_twice_carries_what_was_read_last() {
    let place = Place::new();
    let server = lists(|page| match page {
        0 => listing(
            8,
            &[("CG1", "aa"), ("CG2", "加急"), ("CG3", "aa"), ("CG4", "aa")],
        ),
        _ => {
            let orders = r#"[{"purchase_no":"CG1","flag_name":"加急"},{"purchase_no":"CG2","flag_name":"aa"},
                {"purchase_no":"CG3","flag_name":null},{"flag_name":"aa"}]"#;
            let reply = format!(r#"{{"status":"0","data":{{"order":{orders}}}}}"#);
            http("200 OK", reply)
        }
    });
    let rows = ["CG1", "CG2", "CG3", "CG4", "CG5", "CG6"].map(|number| (number, "aa"));
    place.sheet(&rows);
    let run = finish(&mut place.run(&server, asking(&["-j1"]))).expect(0);
    let results = place.results(&run);
    assert_eq!(
        results.column("status"),
        ["ok", "unchanged", "ok", "unchanged", "ok", "ok"]
    );
    assert_eq!(server.orders(), ["", "", "CG1", "CG3", "CG5", "CG6"]);
    let note = results.column("message")[3];
    assert_eq!(note, "the ERP lists it with \"aa\" already");
}

#[test]
fn an_order_that_stands_twice_on_a_page_with_different_flags_is_sent() {
    let place = Place::new();
    let server = lists(|_| listing(3, &[("CG1", "bb"), ("CG1", "aa"), ("CG2", "aa")]));
    place.sheet(&["CG1", "CG2", "CG3"].map(|number| (number, "aa")));
    let run = finish(&mut place.run(&server, asking(&["-j1"]))).expect(0);
    let statuses = ["ok", "unchanged", "ok"];
    assert_eq!(place.results(&run).column("status"), statuses);
}

#[test]
fn reading_that_saves_nothing_ends_soon() {
    let rows: Vec<_> = (1..=100).map(|n| format!("CG{n}")).collect();
    let rows: Vec<_> = rows.iter().map(|number| (number.as_str(), "aa")).collect();
    // The same page again and again, and one with orders that are to be changed, all of them.
    for page in [listing(90, &[("CG0", "aa")]), listing(90, &[("CG1", "bb")])] {
        let place = Place::new();
        let server = lists(move |_| page.clone());
        place.sheet(&rows);
        let run = finish(&mut place.run(&server, asking(&[]))).expect(0);
        assert_eq!(place.results(&run).count("ok"), 100);
        let said = "no more of the listing is read, as it would cost more calls than it saves\n";
        assert!(run.stderr.contains(said), "{run:#?}");
        assert_eq!(listings(&server).len(), 10);
    }
}

#[test]
fn each_window_that_is_left_costs_a_call() {
    let place = Place::new();
    let server = lists(|_| listing(0, &[]));
    let rows: Vec<_> = (1..=10).map(|n| format!("CG{n}")).collect();
    let rows: Vec<_> = rows.iter().map(|number| (number.as_str(), "aa")).collect();
    place.sheet(&rows);
    finish(&mut place.run(&server, asking(&["--modified-within", "520w"]))).expect(0);
    assert_eq!(listings(&server).len(), 0);
    finish(&mut place.run(&server, asking(&["--modified-within", "20w"]))).expect(0);
    assert_eq!(listings(&server).len(), 3, "of five windows");
}

#[test]
fn an_empty_page_ends_a_window_whatever_was_promised() {
    let place = Place::new();
    let server = lists(|page| match page {
        0 => listing(6, &[("CG1", "aa"), ("CG2", "aa")]),
        _ => listing(6, &[]),
    });
    let rows: Vec<_> = (1..=9).map(|n| format!("CG{n}")).collect();
    let rows: Vec<_> = rows.iter().map(|number| (number.as_str(), "aa")).collect();
    place.sheet(&rows);
    let run = finish(&mut place.run(&server, asking(&[]))).expect(0);
    assert_eq!(place.results(&run).count("unchanged"), 2);
    assert_eq!(listings(&server).len(), 2);
    assert!(!run.stderr.contains("warning"), "{run:#?}");
}

#[test]
fn a_clock_that_is_wrong_is_corrected_before_windows_count() {
    let place = Place::new();
    let erp = sandbox_with(Config {
        clock_skew: jiff::SignedDuration::from_hours(5),
        ..with_orders(&[("CG1", "aa"), ("CG2", "aa"), ("CG3", "aa")])
    });
    place.sheet(&[("CG1", "aa"), ("CG2", "aa"), ("CG3", "aa")]);
    let run = finish(&mut place.run(&erp, asking(&[]))).expect(0);
    assert_eq!(place.results(&run).count("unchanged"), 3, "{run:#?}");
    assert_eq!(erp.stats().accepted, 0);
}
