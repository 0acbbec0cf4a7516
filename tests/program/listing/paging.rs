//! Pages and windows: how far listings are read.

use std::time::{Duration, SystemTime};

use jiff::Timestamp;
use jiff::civil::DateTime;
use wdt_flags::sandbox::{Config, Order, Sandbox};

use super::{ASKING, SAVES_NOTHING, many, with_orders};
use crate::harness::{
    Place, Request, ScriptedServer, accepted, http, listing, order, sandbox_with, sheet,
};

const RESULTS: &str = "orders.results.csv";

/// A stand-in with so many orders, of which it lists so many a page.
fn listing_by(orders: usize, max_page_size: usize) -> Sandbox {
    sandbox_with(Config {
        orders: many(orders),
        max_page_size,
        ..Config::default()
    })
}

#[test]
fn listings_are_read_to_their_end_and_until_every_order_was_seen() {
    // Pages may hold fewer orders than were asked for.
    for (there, page, rows, pages) in [(100, 30, 100, 4), (1_000, 100, 120, 2)] {
        let (place, erp) = (Place::new(), listing_by(there, page));
        place.write("orders.csv", sheet(rows));
        place.runs(&erp, ASKING, 0);
        assert_eq!(place.table(RESULTS).count("unchanged"), rows);
        assert_eq!((erp.stats().listings, erp.stats().accepted), (pages, 0));
    }
}

#[test]
fn reading_ends_when_it_costs_as_much_as_it_could_save() {
    let (place, erp) = (Place::new(), listing_by(1_000, 100));
    let numbers = [5, 6, 7, 995, 996].map(order);
    let rows: Vec<_> = numbers.iter().map(|order| (&**order, "aa")).collect();
    place.sheet(&rows);
    place.runs(&erp, ASKING, 0).says(SAVES_NOTHING);
    let [not, ok] = ["unchanged", "ok"];
    assert_eq!(place.statuses(RESULTS), [not, not, not, ok, ok]);
    assert_eq!((erp.stats().listings, erp.stats().accepted), (1, 2));
    // One order costs one call either way.
    place.sheet(&rows[..1]);
    place.runs(&erp, ASKING, 0);
    assert_eq!((erp.stats().listings, erp.stats().accepted), (1, 3));
}

#[test]
fn older_orders_are_found_in_further_windows() {
    let place = Place::new();
    place.numbered(12);
    let ago = |days: u64| {
        let time = SystemTime::now() - Duration::from_secs(days * 86_400 + 3_600);
        Timestamp::try_from(time).ok()
    };
    let orders = (1..=12).zip([1, 20, 40, 59, 70, 80].into_iter().cycle());
    let orders = orders.map(|(n, days)| Order {
        number: format!("CG{n}"),
        flag: "aa".to_owned(),
        modified: ago(days),
    });
    let erp = sandbox_with(Config {
        orders: orders.collect(),
        ..Config::default()
    });
    for (within, unchanged) in [
        ("", 4),
        (" --modified-within 12h", 0),
        (" --modified-within 60d", 8),
        (" --modified-within 12w", 12),
    ] {
        let before = erp.stats();
        place.runs(&erp, &format!("{ASKING}{within}"), 0);
        assert_eq!(place.table(RESULTS).count("unchanged"), unchanged);
        let sent = erp.stats().accepted - before.accepted;
        assert_eq!(sent as usize, 12 - unchanged, "{within}");
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
    place.numbered(9);
    place.runs(&server, ASKING, 0);
    let asked = listings(&server);
    let query = |name: &str| -> Vec<String> {
        let asked = asked.iter().filter_map(|it| it.query(name));
        asked.map(str::to_owned).collect()
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
    let is_same = |it: &Request| it.body == asked[0].body;
    assert!(asked.iter().all(is_same), "one window");
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
    place.numbered(2);
    place.runs(&server, ASKING, 0);
    assert_eq!(place.statuses(RESULTS), ["unchanged", "ok"]);
}

#[test]
fn an_order_that_is_seen_twice_carries_what_was_read_last() {
    let place = Place::new();
    let first = [("CG1", "aa"), ("CG2", "加急"), ("CG3", "aa"), ("CG4", "aa")];
    let server = lists(move |page| match page {
        0 => listing(8, &first),
        _ => {
            let orders = r#"[{"purchase_no":"CG1","flag_name":"加急"},{"purchase_no":"CG2","flag_name":"aa"},
                {"purchase_no":"CG3","flag_name":null},{"flag_name":"aa"}]"#;
            let reply = format!(r#"{{"status":"0","data":{{"order":{orders}}}}}"#);
            http("200 OK", reply)
        }
    });
    place.numbered(6);
    place.runs(&server, "orders.csv --skip-unchanged -j1", 0);
    assert_eq!(server.orders(), ["", "", "CG1", "CG3", "CG5", "CG6"]);
    let results = place.table(RESULTS);
    let [ok, not] = ["ok", "unchanged"];
    assert_eq!(results.column("status"), [ok, not, ok, not, ok, ok]);
    let note = results.column("message")[3];
    assert_eq!(note, "the ERP lists it with \"aa\" already");
}

#[test]
fn an_order_that_stands_twice_on_a_page_with_different_flags_is_sent() {
    let place = Place::new();
    let server = lists(|_| listing(3, &[("CG1", "bb"), ("CG1", "aa"), ("CG2", "aa")]));
    place.numbered(3);
    place.runs(&server, ASKING, 0);
    assert_eq!(place.statuses(RESULTS), ["ok", "unchanged", "ok"]);
}

#[test]
fn reading_that_saves_nothing_ends_soon() {
    // The same page again and again, and one with orders that are to be changed, all of them.
    for page in [listing(90, &[("CG0", "aa")]), listing(90, &[("CG1", "bb")])] {
        let place = Place::new();
        let server = lists(move |_| page.clone());
        place.numbered(100);
        place.runs(&server, ASKING, 0).says(SAVES_NOTHING);
        assert_eq!(place.table(RESULTS).count("ok"), 100);
        assert_eq!(listings(&server).len(), 10);
    }
}

#[test]
fn each_window_that_is_left_costs_a_call() {
    let place = Place::new();
    let server = lists(|_| listing(0, &[]));
    place.numbered(10);
    for (within, read) in [("520w", 0), ("20w", 3)] {
        place.runs(&server, &format!("{ASKING} --modified-within {within}"), 0);
        assert_eq!(listings(&server).len(), read, "{within}");
    }
}

#[test]
fn an_empty_page_ends_a_window_whatever_was_promised() {
    let place = Place::new();
    let server = lists(|page| match page {
        0 => listing(6, &[("CG1", "aa"), ("CG2", "aa")]),
        _ => listing(6, &[]),
    });
    place.numbered(9);
    place.runs(&server, ASKING, 0).says_nothing_of("warning");
    assert_eq!(place.table(RESULTS).count("unchanged"), 2);
    assert_eq!(listings(&server).len(), 2);
}

#[test]
fn a_clock_that_is_wrong_is_corrected_before_windows_count() {
    let place = Place::new();
    let erp = sandbox_with(Config {
        clock_skew: jiff::SignedDuration::from_hours(5),
        ..with_orders(&[("CG1", "aa"), ("CG2", "aa"), ("CG3", "aa")])
    });
    place.numbered(3);
    place.runs(&erp, ASKING, 0);
    assert_eq!(place.statuses(RESULTS), ["unchanged"; 3]);
    assert_eq!(erp.stats().accepted, 0);
}
