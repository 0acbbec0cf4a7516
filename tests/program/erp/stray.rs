//! Replies that nobody asked for. None may be taken for the outcome of a row that it is not of.

use std::io::{self, Read, Write};
use std::sync::Arc;

use rustls::ServerConfig;

use crate::harness::{
    ACCEPTED, Authority, Connection, Finished, Place, REJECTED, Request, ScriptedServer, Table,
    accepted, finish, http, tls,
};

/// A server's end of a connection, with or without TLS.
trait Stream: Read + Write {}
impl<T: Read + Write> Stream for T {}

/// Carries one call at a time to a server whose connections are handled by `script`, over plain
/// HTTP and over TLS.
#[track_caller]
fn carry(
    rows: &[(&str, &str)],
    args: &[&str],
    script: fn(&mut dyn Stream, &mut Connection) -> io::Result<()>,
    mut holds: impl FnMut(Finished, Table, &ScriptedServer),
) {
    let authority = Authority::new("company");
    let config: Arc<ServerConfig> = authority.vouches_for("127.0.0.1");
    let plain = ScriptedServer::start(move |caller| {
        let mut stream = caller.stream.try_clone()?;
        script(&mut stream, caller)
    });
    let secure = ScriptedServer::start(move |caller| {
        let mut stream = tls(&caller.stream, &config)?;
        script(&mut stream, caller)
    });
    for (server, endpoint) in [(&plain, plain.endpoint()), (&secure, secure.tls_endpoint())] {
        let place = Place::new();
        place.sheet(rows);
        place.write("company.pem", &authority.pem);
        let args = [&["orders.csv", "-j1", "--ca-file=company.pem"], args].concat();
        let run = finish(&mut place.run(&endpoint, args));
        let results = place.results(&run);
        holds(run, results, server);
    }
}

/// The right answer to a call.
fn answer(call: &Request) -> Vec<u8> {
    let is_known = call.order().starts_with("YES");
    http("200 OK", if is_known { ACCEPTED } else { REJECTED })
}

#[test]
fn a_reply_too_many_shifts_none_of_those_that_follow() {
    let orders: Vec<_> = (0..40)
        .map(|n| format!("{}{n}", if n % 2 == 0 { "YES" } else { "NO" }))
        .collect();
    let rows: Vec<_> = orders.iter().map(|order| (&**order, "aa")).collect();
    carry(
        &rows,
        &[],
        |stream, caller| {
            let call = Request::read(stream)?;
            caller.tell(&call);
            stream.write_all(&answer(&call))?;
            // From now on each reply is a call late, as on a slow server.
            let mut late = http("200 OK", REJECTED);
            loop {
                let call = Request::read(stream)?;
                caller.tell(&call);
                stream.write_all(&late)?;
                late = answer(&call);
            }
        },
        |run, results, server| {
            for [order, status] in results.select(["purchase_no", "status"]) {
                let right = if order.starts_with("YES") {
                    "ok"
                } else {
                    "rejected"
                };
                assert_eq!(status, right, "{order}: {run:#?}");
            }
            assert_eq!(server.orders(), orders, "each once");
            let closes = |call: &Request| call.head.to_lowercase().contains("connection: close");
            assert!(server.requests().iter().all(closes));
        },
    );
}

/// What follows the end of a reply in the same piece.
fn with_surplus(reply: &[u8], surplus: &[u8]) -> Vec<u8> {
    [reply, surplus].concat()
}

#[test]
fn a_call_with_two_replies_is_made_again() {
    carry(
        &[("YES1", "aa"), ("NO2", "aa")],
        &["--retries=1"],
        |stream, caller| {
            let call = Request::read(stream)?;
            let reply = match caller.tell(&call) {
                1 => with_surplus(&http("200 OK", REJECTED), &accepted()),
                3 => with_surplus(&accepted(), &http("200 OK", REJECTED)),
                _ => answer(&call),
            };
            stream.write_all(&reply)
        },
        |run, results, server| {
            assert_eq!(results.column("status"), ["ok", "rejected"], "{run:#?}");
            assert_eq!(results.column("attempts"), ["2", "2"]);
            assert_eq!(server.orders(), ["YES1", "YES1", "NO2", "NO2"]);
        },
    );
}

#[test]
fn a_call_that_never_has_one_reply_alone_fails() {
    const CHUNKED: &[u8] =
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nc\r\n{\"status\":0}\r\n0\r\n\r\n";
    let orders = ["TWO", "SHORT", "CHUNKS", "JUNK", "BLANK", "INTERIM"];
    carry(
        &orders.map(|order| (order, "aa")),
        &["--retries=0"],
        |stream, caller| {
            let call = Request::read(stream)?;
            caller.tell(&call);
            stream.write_all(&match &*call.order() {
                "TWO" => with_surplus(&accepted(), &accepted()),
                // The length is that of the first of two bodies.
                "SHORT" => with_surplus(&accepted(), REJECTED.as_bytes()),
                "CHUNKS" => with_surplus(CHUNKED, &accepted()),
                "JUNK" => with_surplus(CHUNKED, b"0\r\n\r\n"),
                "BLANK" => with_surplus(&accepted(), b"\r\n"),
                _ => with_surplus(b"HTTP/1.1 103 Early Hints\r\n\r\n", &accepted()),
            })
        },
        |run, results, _| {
            let failed = ["failed"; 4];
            assert_eq!(results.column("status")[..4], failed, "{run:#?}");
            assert_eq!(results.column("status")[4..], ["ok", "ok"], "{run:#?}");
            for message in &results.column("message")[..4] {
                assert_eq!(*message, "unusable reply: more came after its end");
            }
        },
    );
}

#[test]
fn a_reply_before_the_call_is_none() {
    let proxy = ScriptedServer::start(|caller| {
        Request::read(&mut caller.stream)?;
        caller.send(with_surplus(b"HTTP/1.1 200 OK\r\n\r\n", &accepted()))?;
        caller.stall()
    });
    let place = Place::new();
    place.sheet(&[("CG1", "aa"), ("CG2", "aa")]);
    let endpoint = "http://erp.example/openapi".to_owned();
    let mut command = place.run(&endpoint, ["orders.csv", "-j1", "--give-up-after=1s"]);
    let run = finish(command.env("HTTP_PROXY", proxy.url())).expect(3);
    let results = place.results(&run);
    assert_eq!(results.column("status"), ["skipped", "skipped"], "{run:?}");
    assert!(run.stderr.contains("before it was asked"), "{run:?}");
}
