//! Replies that are not what they should be. Each comes between calls that are answered properly,
//! whose outcomes show whether the bad reply has spilled over.

use crate::harness::{ACCEPTED, Place, REJECTED, ScriptedServer, http, http_with};

/// A reply, whether the connection is closed after it, and what the row must come to.
type Case = (Vec<u8>, bool, &'static str);

/// The server goes on waiting for the client.
fn stays(reply: impl Into<Vec<u8>>, status: &'static str) -> Case {
    (reply.into(), false, status)
}

fn closes(reply: impl Into<Vec<u8>>, status: &'static str) -> Case {
    (reply.into(), true, status)
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
    let orders = |n: usize| [format!("CASE{n}"), format!("YES{n}"), format!("NO{n}")];
    let orders: Vec<_> = (0..cases.len()).flat_map(orders).collect();
    let known = cases.clone();
    let server = ScriptedServer::start(move |caller| {
        loop {
            let call = caller.request()?;
            let order = call.order();
            if let Some(n) = order.strip_prefix("CASE") {
                let (reply, close, _) = &known[n.parse::<usize>().expect("a case")];
                caller.apply(&call);
                caller.send(reply)?;
                if *close {
                    return Ok(());
                }
            } else if order.starts_with("YES") {
                caller.accept(&call)?;
            } else {
                caller.reply(REJECTED)?;
            }
        }
    });
    let place = Place::new();
    let rows: Vec<_> = orders.iter().map(|order| (order.as_str(), "aa")).collect();
    place.sheet(&rows);
    let (run, results) = place.carry(&server, &["--retries", "0"]);
    let run = run.expect(1);
    let statuses = results.column("status");
    for ((reply, _, status), found) in cases.iter().zip(statuses.chunks(3)) {
        let reply = String::from_utf8_lossy(&reply[..reply.len().min(200)]);
        assert_eq!(found, [status, "ok", "rejected"], "{reply:?}: {run:#?}");
    }
    let messages = results.column("message").into_iter().step_by(3);
    messages.map(str::to_owned).collect()
}

#[test]
fn pages_of_gateways_and_answers_of_every_kind() {
    let page = "<html><body><h1>502 Bad Gateway</h1></body></html>";
    let too_long = format!(r#"{{"status":0,"data":"{}"}}"#, "x".repeat(1024 * 1024));
    let deep = format!(r#"{{"status":0,"data":{}"#, "[".repeat(900_000));
    let long = format!(r#"{{"status":100,"message":"{}"}}"#, "错".repeat(300_000));
    let not_utf8 = b"{\"status\":100,\"message\":\"\xff\xfe\xc3( \xe5\x8d\"}";
    let messages = all(vec![
        stays(http("502 Bad Gateway", page), "failed"),
        stays(ok(page), "failed"),
        stays(ok(not_utf8), "rejected"),
        stays(ok(long), "rejected"),
        stays(ok(too_long), "failed"),
        stays(ok(deep), "failed"),
        stays(ok(""), "failed"),
        stays("HTTP/1.1 204 No Content\r\n\r\n", "failed"),
        stays(http("500 Oops", ACCEPTED), "failed"),
        stays(http("299 Odd", ACCEPTED), "ok"),
        stays(ok(r#"{"status":"0","message":null,"data":{}}"#), "ok"),
        stays(ok(r#"{"status":0}{"status":100}"#), "failed"),
        stays(ok(b"{\"status\":0}\0"), "failed"),
    ]);
    assert_eq!(messages[0], "HTTP 502");
    assert!(messages[1].starts_with("the reply is not the ERP's JSON"));
    assert!(messages[2].contains('\u{fffd}'), "{messages:?}");
    assert_eq!(messages[3].chars().count(), 501, "cut to what can be read");
}

#[test]
fn a_page_that_is_not_the_erps_is_tried_again() {
    let server = ScriptedServer::always(ok("<html>ok</html>"));
    let place = Place::new();
    place.sheet(&[("CG1", "aa")]);
    let (run, results) = place.carry(&server, &["--retries", "1"]);
    assert_eq!(results.select(["status", "attempts"]), [["failed", "4"]]);
    assert_eq!(server.calls(), 4, "twice, and twice again at the end");
    run.expect(1).prints("(3 retries, 0 pauses)");
}

#[test]
fn http_of_every_kind() {
    const GZIPPED: &[u8] =
        b"\x1f\x8b\x08\0\0\0\0\0\x02\xff\xabV*.I,)-V\xb22\xa8\x05\x00\x30\x17\x02s\x0c\0\0\0";
    const CHUNKED: &str = "Transfer-Encoding: chunked";
    let interim = |json: &str| {
        let early = "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: <x>\r\n\r\n";
        [early.as_bytes(), &ok(json)].concat()
    };
    let gzip = "Content-Encoding: gzip\r\n";
    let html = "Content-Type: text/html\r\n";
    let cut = &ACCEPTED[..ACCEPTED.len() - 1];
    let trailing = "5\r\n{\"sta\r\n7;x=y\r\ntus\":0}\r\n0\r\nTrailer: x\r\n\r\n";
    let no_colon = format!("HTTP/1.1 200 OK\r\nno colon\r\n\r\n{ACCEPTED}");
    all(vec![
        stays(http_with("200 OK", gzip, GZIPPED), "failed"),
        stays(http_with("200 OK", html, ACCEPTED), "ok"),
        stays(interim(ACCEPTED), "ok"),
        stays(interim(REJECTED), "rejected"),
        stays([ok(REJECTED), ok(ACCEPTED)].concat(), "rejected"),
        stays(with(CHUNKED, trailing), "ok"),
        closes(format!("HTTP/1.0 200 OK\r\n\r\n{ACCEPTED}"), "ok"),
        closes(format!("HTTP/1.0 200 OK\r\n\r\n{REJECTED}"), "rejected"),
        // Cut off.
        stays(ok(cut), "failed"),
        stays(with("Content-Length: 11", ACCEPTED), "failed"),
        closes(with("Content-Length: 100", ACCEPTED), "failed"),
        closes(with("Connection: close", cut), "failed"),
        closes(with(CHUNKED, "c\r\n{\"status\":0"), "failed"),
        closes(with(CHUNKED, "c\r\n{\"status\":0}\r\n"), "failed"),
        // Of no length, or none that can be.
        closes(with(CHUNKED, "zz\r\n{}\r\n"), "failed"),
        closes(with(CHUNKED, "ffffffffffffffffff\r\n{}"), "failed"),
        closes(with("Content-Length: 99999999999999999999", "{}"), "failed"),
        closes(with("Content-Length: -1", ACCEPTED), "failed"),
        // Nothing like it.
        closes("SSH-2.0-OpenSSH_9.6\r\n", "failed"),
        closes("\0\u{1}\u{2}\r\n\r\n", "failed"),
        closes("HTTP/1.1 2000 OK\r\n\r\n", "failed"),
        closes("HTTP/9.9 200 OK\r\n\r\n", "failed"),
        closes(no_colon, "failed"),
        closes(format!("HTTP/1.1 \r\n\r\n{ACCEPTED}"), "failed"),
        closes(ACCEPTED, "failed"),
    ]);
}

pub const ODD_DATES: [&str; 4] = [
    "Fri, 31 Dec 9999 23:59:59 GMT",
    "Mon, 01 Jan 0001 00:00:00 GMT",
    "yesterday",
    "\u{ff}\u{fe}",
];

#[test]
fn a_date_far_off_does_no_harm_to_an_accepted_call() {
    let dated = |date: &str| http_with("200 OK", &format!("Date: {date}\r\n"), ACCEPTED);
    let cases = ODD_DATES.map(|date| stays(dated(date), "ok"));
    all(cases.into());
}

#[test]
fn an_endpoint_that_is_none_stops_the_run() {
    let elsewhere = ScriptedServer::always(ok(ACCEPTED));
    let moved = format!("307 Moved\r\nLocation: {}", elsewhere.endpoint());
    for (status, says) in [
        (&*moved, "HTTP 307: wrong endpoint?"),
        ("407 Proxy\r\nProxy-Authenticate: Basic", "HTTP 407"),
    ] {
        let reply = http(status, ACCEPTED);
        let server = ScriptedServer::always(reply.clone()).answering_pings(reply);
        let place = Place::new();
        place.sheet(&[("CG1", "aa"), ("CG2", "aa")]);
        let (run, results) = place.carry(&server, &["--retries", "3"]);
        run.expect(3).says(says);
        assert_eq!(results.column("status"), ["skipped", "skipped"], "{status}");
        assert_eq!(server.orders(), ["CG1"]);
    }
    assert_eq!(elsewhere.calls(), 0, "redirects are not followed");
}
