//! Replies that are not what they should be. Each comes between calls that are answered properly,
//! whose outcomes show whether the bad reply has spilled over.

use std::collections::HashMap;
use std::sync::Arc;

use crate::harness::{ACCEPTED, Place, REJECTED, ScriptedServer, http, http_with};

/// A reply, whether the connection is closed after it, and what the row must come to.
struct Case {
    reply: Vec<u8>,
    close: bool,
    status: &'static str,
}

fn stays(reply: impl Into<Vec<u8>>, status: &'static str) -> Case {
    Case {
        reply: reply.into(),
        close: false,
        status,
    }
}

fn closes(reply: impl Into<Vec<u8>>, status: &'static str) -> Case {
    Case {
        close: true,
        ..stays(reply, status)
    }
}

fn ok(body: impl AsRef<[u8]>) -> Vec<u8> {
    http("200 OK", body)
}

/// A reply with these header lines.
fn with(headers: &str, body: &str) -> String {
    format!("HTTP/1.1 200 OK\r\n{headers}\r\n\r\n{body}")
}

/// Carries a row for each case, with one that is accepted and one that is rejected after it.
/// Returns the message of each case's row.
#[track_caller]
fn all(cases: Vec<Case>) -> Vec<String> {
    let name = |n: usize| format!("CASE{n}");
    let cases: HashMap<_, _> = (0..).map(name).zip(cases).collect();
    let mut orders: Vec<_> = cases.keys().cloned().collect();
    orders.sort_by_key(|order| (order.len(), order.clone()));
    let cases = Arc::new(cases);

    let known = Arc::clone(&cases);
    let server = ScriptedServer::start(move |caller| {
        loop {
            let call = caller.request()?;
            match known.get(&call.order()) {
                Some(case) => {
                    caller.apply(&call);
                    caller.send(&case.reply)?;
                    if case.close {
                        return Ok(());
                    }
                }
                None if call.order().starts_with("YES") => caller.accept(&call)?,
                None => caller.reply(REJECTED)?,
            }
        }
    });
    let place = Place::new();
    let mut text = "purchase_no,flag_name\n".to_owned();
    for order in &orders {
        text.push_str(&format!("{order},aa\nYES{order},aa\nNO{order},aa\n"));
    }
    place.write("orders.csv", text);
    let (run, results) = place.carry(&server, &["--retries", "0"]);
    let run = run.expect(1);
    let (status, message) = (results.column("status"), results.column("message"));
    for (n, order) in orders.iter().enumerate() {
        let reply = String::from_utf8_lossy(&cases[order].reply);
        let reply: String = reply.chars().take(200).collect();
        assert_eq!(
            status[n * 3..n * 3 + 3],
            [cases[order].status, "ok", "rejected"],
            "after {reply:?}: {}; {run:#?}",
            message[n * 3]
        );
    }
    message.into_iter().step_by(3).map(str::to_owned).collect()
}

#[test]
fn gateways() {
    let page = "<html><body><h1>502 Bad Gateway</h1></body></html>";
    let too_long = format!(r#"{{"status":0,"data":"{}"}}"#, "x".repeat(1024 * 1024));
    let messages = all(vec![
        stays(http("502 Bad Gateway", page), "failed"),
        stays(http("500 Oops", ACCEPTED), "failed"),
        stays(http("400 Bad Request", page), "failed"),
        stays(ok(page), "failed"),
        stays(ok(""), "failed"),
        stays(ok(too_long), "failed"),
        stays("HTTP/1.1 204 No Content\r\n\r\n", "failed"),
        stays(http("299 Odd", ACCEPTED), "ok"),
    ]);
    assert_eq!(messages[0], "HTTP 502");
    assert_eq!(messages[3], "the reply is not the ERP's JSON");
}

#[test]
fn a_page_that_is_not_the_erps_is_tried_again() {
    let server = ScriptedServer::always(ok("<html>ok</html>"));
    let place = Place::new();
    place.sheet(&[("CG1", "aa")]);
    let (run, results) = place.carry(&server, &["--retries", "1"]);
    let run = run.expect(1);
    assert_eq!(results.select(["status", "attempts"]), [["failed", "4"]]);
    assert_eq!(server.calls(), 4, "twice, and twice again at the end");
    assert!(run.stdout.contains("(3 retries, 0 pauses)"), "{run:?}");
}

#[test]
fn json_that_is_cut_off() {
    let whole = ACCEPTED;
    let cut = &whole[..whole.len() - 1];
    all(vec![
        stays(ok(cut), "failed"),
        closes(with("Content-Length: 100", cut), "failed"),
        closes(with("Content-Length: 100", whole), "failed"),
        stays(with("Content-Length: 11", whole), "failed"),
        stays(with("Content-Length: 1", whole), "failed"),
        closes(with("Connection: close", cut), "failed"),
        closes(
            with("Transfer-Encoding: chunked", "c\r\n{\"status\":0"),
            "failed",
        ),
        closes(
            with("Transfer-Encoding: chunked", "c\r\n{\"status\":0}\r\n"),
            "failed",
        ),
        stays(ok(r#"{"status":10"#), "failed"),
    ]);
}

#[test]
fn answers_of_every_kind() {
    let deep = "[".repeat(900_000);
    let long = format!(r#"{{"status":100,"message":"{}"}}"#, "错".repeat(300_000));
    let messages = all(vec![
        stays(ok(r#"{"status":"0","message":null,"data":{}}"#), "ok"),
        stays(ok(r#"{"status":0,"status":100}"#), "failed"),
        stays(ok(r#"{"status":0}{"status":100}"#), "failed"),
        stays(ok(b"{\"status\":0}\0"), "failed"),
        stays(ok(format!(r#"{{"status":100,"message":{deep}"#)), "failed"),
        stays(ok(format!(r#"{{"status":0,"data":{deep}"#)), "failed"),
        stays(
            ok(b"{\"status\":100,\"message\":\"\xff\xfe\xc3( \xe5\x8d\"}"),
            "rejected",
        ),
        stays(ok(long), "rejected"),
    ]);
    assert!(messages[6].contains('\u{fffd}'), "{messages:?}");
    assert_eq!(messages[7].chars().count(), 501, "cut to what can be read");
}

#[test]
fn http_of_every_kind() {
    const GZIPPED: &[u8] =
        b"\x1f\x8b\x08\0\0\0\0\0\x02\xff\xabV*.I,)-V\xb22\xa8\x05\x00\x30\x17\x02s\x0c\0\0\0";
    let mut gzip = with(
        &format!(
            "Content-Encoding: gzip\r\nContent-Length: {}",
            GZIPPED.len()
        ),
        "",
    )
    .into_bytes();
    gzip.extend(GZIPPED);
    let interim = "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: <x>\r\n\r\n";
    let after_interim = |json: &str| {
        let mut reply = interim.as_bytes().to_vec();
        reply.extend(ok(json));
        reply
    };
    let mut twice = ok(REJECTED);
    twice.extend(ok(ACCEPTED));
    twice.extend(ok(ACCEPTED));
    all(vec![
        stays(gzip, "failed"),
        stays(
            http_with("200 OK", "Content-Type: text/html\r\n", ACCEPTED),
            "ok",
        ),
        stays(after_interim(ACCEPTED), "ok"),
        stays(after_interim(REJECTED), "rejected"),
        closes(format!("HTTP/1.0 200 OK\r\n\r\n{ACCEPTED}"), "ok"),
        closes(format!("HTTP/1.0 200 OK\r\n\r\n{REJECTED}"), "rejected"),
        stays(twice, "rejected"),
        stays(
            with(
                "Transfer-Encoding: chunked",
                "5\r\n{\"sta\r\n7;x=y\r\ntus\":0}\r\n0\r\nTrailer: x\r\n\r\n",
            ),
            "ok",
        ),
        closes(with("Transfer-Encoding: chunked", "zz\r\n{}\r\n"), "failed"),
        closes(
            with("Transfer-Encoding: chunked", "ffffffffffffffffff\r\n{}"),
            "failed",
        ),
        closes(
            with("Content-Length: 99999999999999999999", ACCEPTED),
            "failed",
        ),
        closes(with("Content-Length: -1", ACCEPTED), "failed"),
        closes("SSH-2.0-OpenSSH_9.6\r\n", "failed"),
        closes("\0\u{1}\u{2}\r\n\r\n", "failed"),
        closes("HTTP/1.1 2000 OK\r\n\r\n", "failed"),
        closes("HTTP/9.9 200 OK\r\n\r\n", "failed"),
        closes(
            format!("HTTP/1.1 200 OK\r\nno colon\r\n\r\n{ACCEPTED}"),
            "failed",
        ),
        closes(format!("HTTP/1.1 \r\n\r\n{ACCEPTED}"), "failed"),
        closes(ACCEPTED, "failed"),
    ]);
}

pub const ODD_DATES: [&str; 6] = [
    "Fri, 31 Dec 9999 23:59:59 GMT",
    "Thu, 01 Jan 1970 00:00:00 GMT",
    "Mon, 01 Jan 0001 00:00:00 GMT",
    "yesterday",
    "",
    "\u{ff}\u{fe}",
];

#[test]
fn a_date_far_off_does_no_harm_to_an_accepted_call() {
    let dated = |date: &str, json: &str| {
        let headers = format!("Date: {date}\r\nContent-Length: {}", json.len());
        with(&headers, json)
    };
    all(ODD_DATES
        .iter()
        .flat_map(|date| {
            [
                stays(dated(date, ACCEPTED), "ok"),
                stays(dated(date, REJECTED), "rejected"),
            ]
        })
        .collect());
}

#[test]
fn an_endpoint_that_is_none_stops_the_run() {
    let elsewhere = ScriptedServer::always(ok(ACCEPTED));
    let moved = |status| format!("{status}\r\nLocation: {}", elsewhere.endpoint());
    for (status, says) in [
        (
            &*moved("301 Moved Permanently"),
            "HTTP 301: wrong endpoint?",
        ),
        (
            &moved("307 Temporary Redirect"),
            "HTTP 307: wrong endpoint?",
        ),
        ("407 Proxy\r\nProxy-Authenticate: Basic", "HTTP 407"),
    ] {
        let reply = http(status, ACCEPTED);
        let server = ScriptedServer::always(reply.clone()).answering_pings(reply);
        let place = Place::new();
        place.sheet(&[("CG1", "aa"), ("CG2", "aa")]);
        let (run, results) = place.carry(&server, &["--retries", "3"]);
        let run = run.expect(3);
        assert!(run.stderr.contains(says), "{status}: {run:?}");
        assert_eq!(results.column("status"), ["failed", "skipped"], "{status}");
        assert_eq!(server.orders(), ["CG1"]);
    }
    assert_eq!(elsewhere.calls(), 0, "redirects are not followed");
}
