//! Servers that are not the ERP, or not well.

use std::net::TcpListener;

use crate::fake::{FakeErp, accepted, http, json};
use crate::support::{Place, finish, sandbox, sheet_of};

const OUTCOME: [&str; 4] = ["status", "code", "message", "attempts"];

#[test]
fn a_redirect_stops_the_run_and_is_not_followed() {
    for status in [
        "301 Moved Permanently",
        "302 Found",
        "307 Temporary Redirect",
    ] {
        let place = Place::new();
        place.write("orders.csv", sheet_of(4));
        let elsewhere = FakeErp::always(accepted());
        let location = format!("Location: {}\r\n", elsewhere.endpoint());
        let erp = FakeErp::always(http(status, &location, ""));
        let args = ["orders.csv", "-j", "1"];
        let run = finish(&mut place.run_against(&erp.endpoint(), args)).expect(3);
        assert!(run.stderr.contains("wrong endpoint?"), "{run:?}");
        assert_eq!((erp.seen().len(), elsewhere.seen().len()), (1, 0));
        assert_eq!(place.table("orders.results.csv").count("skipped"), 3);
    }
}

#[test]
fn a_wrong_endpoint_stops_the_run() {
    let (place, erp) = (Place::new(), sandbox());
    place.write("orders.csv", sheet_of(4));
    let wrong = format!("http://{}/api", erp.addr());
    let run = finish(&mut place.run_against(&wrong, ["orders.csv", "-j", "1"])).expect(3);
    assert!(run.stderr.contains("HTTP 404: wrong endpoint?"), "{run:?}");
    assert_eq!(erp.stats().calls, 1);
}

#[test]
fn a_page_that_is_not_the_erps_is_tried_again_and_then_failed() {
    let too_long = format!(r#"{{"status":0,"data":"{}"}}"#, "x".repeat(1024 * 1024));
    for page in ["<html>ok</html>", "", "[]", "{\"status\":0", &too_long] {
        let place = Place::new();
        place.write("orders.csv", sheet_of(1));
        let erp = FakeErp::always(json(page));
        let args = ["orders.csv", "--retries", "1"];
        let run = finish(&mut place.run_against(&erp.endpoint(), args)).expect(1);
        let results = place.table("orders.results.csv");
        let [status, code, message, attempts] = results.select(OUTCOME)[0];
        assert_eq!([status, code, attempts], ["failed", "", "2"], "{message}");
        assert!(message.contains("reply"), "{message}");
        assert_eq!(erp.seen().len(), 2);
        assert!(run.stdout.contains("(1 retry, 0 pauses)"), "{run:?}");
    }
}

#[test]
fn a_server_that_is_not_there_fails_the_row() {
    let place = Place::new();
    place.write("orders.csv", sheet_of(2));
    let nobody = TcpListener::bind("127.0.0.1:0").expect("a port");
    let endpoint = format!("http://{}/openapi", nobody.local_addr().expect("bound"));
    drop(nobody);
    let args = ["orders.csv", "--retries", "0"];
    finish(&mut place.run_against(&endpoint, args)).expect(1);
    let results = place.table("orders.results.csv");
    for [status, code, message, attempts] in results.select(OUTCOME) {
        assert_eq!([status, code, attempts], ["failed", "", "1"]);
        assert!(message.to_lowercase().contains("refused"), "{message}");
    }
}

#[test]
fn a_server_that_never_answers_fails_the_row() {
    let place = Place::new();
    place.write("orders.csv", sheet_of(1));
    let silent = FakeErp::start(|_| None);
    let args = ["orders.csv", "--retries", "0", "--timeout", "250ms"];
    finish(&mut place.run_against(&silent.endpoint(), args)).expect(1);
    assert_eq!(
        place.table("orders.results.csv").select(OUTCOME),
        [["failed", "", "no reply within 0.25 s", "1"]]
    );
}

#[test]
fn a_reply_cut_short_is_not_taken_for_success() {
    let place = Place::new();
    place.write("orders.csv", sheet_of(1));
    let cut = "HTTP/1.1 200 OK\r\nContent-Length: 400\r\n\r\n{\"status\":0}";
    let erp = FakeErp::always(cut.to_owned());
    let args = ["orders.csv", "--retries", "0", "--timeout", "250ms"];
    finish(&mut place.run_against(&erp.endpoint(), args)).expect(1);
    assert_eq!(place.table("orders.results.csv").count("failed"), 1);
}

#[test]
fn replies_are_read_liberally() {
    let chunked = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n\
                   6\r\n{\"stat\r\n6\r\nus\":0}\r\n0\r\n\r\n";
    for answer in [
        json(r#"{"status":"0","message":null}"#),
        json(r#"{"status":0,"message":"","data":{"a":[1]},"request_id":"x"}"#),
        json(" {\"status\": 0}\n"),
        http("200 OK", "Content-Type: text/html\r\n", r#"{"status":0}"#),
        chunked.to_owned(),
    ] {
        let place = Place::new();
        place.write("orders.csv", sheet_of(1));
        let erp = FakeErp::always(answer);
        finish(&mut place.run_against(&erp.endpoint(), ["orders.csv"])).expect(0);
    }
}

#[test]
fn calls_are_posts_with_one_order_each_and_the_secret_stays_here() {
    let place = Place::new();
    place.write(
        "orders.csv",
        "purchase_no,flag_name\n\"CG\"\"1\\2/3\",加急 & 100%\n",
    );
    let erp = FakeErp::always(accepted());
    finish(&mut place.run_against(&erp.endpoint(), ["orders.csv"])).expect(0);
    let [call] = &erp.seen()[..] else {
        panic!("one call");
    };
    assert_eq!(call.method, "POST");
    assert!(call.target.starts_with("/openapi?"), "{}", call.target);
    assert_eq!(
        call.body,
        r#"[{"purchase_no":"CG\"1\\2/3","flag_name":"加急 & 100%"}]"#
    );
    let method = "purchase.PurchaseOrder.updatePurchaseInfo";
    assert_eq!(call.query("method"), Some(method));
    assert_eq!(call.query("sign").map(str::len), Some(32));
    assert!(!call.target.contains("open%2Dsesame") && !call.target.contains("open-sesame"));
}

#[test]
fn the_systems_proxy_is_honoured() {
    let (place, erp) = (Place::new(), sandbox());
    place.write("orders.csv", sheet_of(1));
    let proxy = FakeErp::always(http("403 Forbidden", "", ""));
    let args = ["orders.csv", "--retries", "0"];
    let mut command = place.run(&erp, args);
    let run = finish(command.env("HTTP_PROXY", proxy.address()));
    assert_ne!(run.status.code(), Some(0), "{run:?}");
    assert_eq!(erp.stats().calls, 0, "nothing goes around the proxy");
    let seen = proxy.seen();
    assert!(seen[0].target.contains(&erp.addr().to_string()), "{seen:?}");
}
