//! A server that stops talking: `--timeout` bounds every call, wherever the reply stalls.

use std::io;

use crate::harness::{ACCEPTED, Connection, Place, REJECTED, ScriptedServer, http, start};

/// Stalls after `cut` bytes of a reply, on every connection.
#[track_caller]
fn stalls(cut: usize) {
    let server = ScriptedServer::start(move |caller| {
        let call = caller.request()?;
        caller.apply(&call);
        caller.send(&http("200 OK", ACCEPTED)[..cut])?;
        caller.stall()
    });
    let place = Place::new();
    place.sheet(&[("CG1", "aa")]);
    let (run, results) = place.carry(&server, &["--timeout", "300ms", "--retries", "1"]);
    let run = run.expect(1);
    assert_eq!(results.column("status"), ["failed"], "{run:#?}");
    assert_eq!(results.column("attempts"), ["2"]);
    assert_eq!(results.column("message"), ["no reply within 0.3 s"]);
    assert_eq!(server.orders(), ["CG1", "CG1"]);
}

#[test]
fn before_the_headers() {
    stalls(0);
}

#[test]
fn in_the_headers() {
    stalls(20);
}

#[test]
fn in_the_body() {
    stalls(http("200 OK", ACCEPTED).len() - 1);
}

#[test]
fn a_trickle_is_a_stall_too() {
    // Each byte comes in time; all of them never do.
    let server = ScriptedServer::start(|caller| {
        caller.request()?;
        caller.send("HTTP/1.1 200 OK\r\nX: ")?;
        let pause = std::time::Duration::from_millis(20);
        loop {
            std::thread::sleep(pause);
            caller.send("x")?;
        }
    });
    let place = Place::new();
    place.sheet(&[("CG1", "aa")]);
    let (run, results) = place.carry(&server, &["--timeout", "300ms", "--retries", "0"]);
    run.expect(1);
    assert_eq!(results.column("status"), ["failed"]);
    assert_eq!(results.column("message"), ["no reply within 0.3 s"]);
}

#[test]
fn interim_replies_without_end_are_a_stall_too() {
    let server = ScriptedServer::start(|caller| {
        caller.request()?;
        loop {
            caller.send("HTTP/1.1 102 Processing\r\n\r\n")?;
        }
    });
    let place = Place::new();
    place.sheet(&[("CG1", "aa")]);
    let (run, results) = place.carry(&server, &["--timeout", "300ms", "--retries", "0"]);
    run.expect(1);
    assert_eq!(results.column("status"), ["failed"]);
}

/// A reply that comes after its call was given up must not be read as the next call's.
#[test]
fn a_late_reply_is_nobodys() {
    let server = ScriptedServer::start(|caller| {
        let call = caller.request()?;
        if call.order() == "CG1" {
            // Answers the first call only when the second one is there, or nobody any more.
            let late = caller.request().or(Ok::<_, io::Error>(call))?;
            return caller.accept(&late);
        }
        caller.reply(REJECTED)
    });
    let place = Place::new();
    place.sheet(&[("CG1", "aa"), ("CG2", "aa")]);
    let (run, results) = place.carry(&server, &["--timeout", "1s", "--retries", "0"]);
    run.expect(1);
    assert_eq!(results.column("status"), ["failed", "rejected"]);
}

/// Answers 429 for ever.
#[cfg(unix)]
fn too_many(after: &'static str) -> impl Fn(&mut Connection) -> io::Result<()> {
    move |caller| {
        loop {
            caller.request()?;
            caller.send(format!(
                "HTTP/1.1 429 Too Many Requests\r\nRetry-After: {after}\r\nContent-Length: 0\r\n\r\n"
            ))?;
        }
    }
}

#[cfg(unix)]
#[test]
fn a_pause_is_said_and_an_interrupt_ends_it() {
    for (after, pause) in [
        ("100", "pausing for 1 min 40 s"),
        ("18446744073709551615", "pausing for 10 min"),
        ("99999999999999999999999", "pausing for 1 min 01 s"),
        ("-1", "pausing for 1 min 01 s"),
        ("soon", "pausing for 1 min 01 s"),
        ("Fri, 31 Dec 9999 23:59:59 GMT", "pausing for 10 min"),
        ("Thu, 01 Jan 1970 00:00:00 GMT", "pausing for 1 min 01 s"),
    ] {
        let server = ScriptedServer::start(too_many(after));
        let place = Place::new();
        place.sheet(&[("CG1", "aa"), ("CG2", "aa")]);
        let mut run = start(&mut place.run(&server, ["orders.csv", "-j1", "-v"]));
        let said = run.until_it_says("pausing for");
        assert!(said.starts_with(pause), "Retry-After: {after}: {said}");
        run.signal("INT");
        run.finish().expect(130);
        let results = place.table("orders.results.csv");
        assert_eq!(results.column("status"), ["skipped", "skipped"]);
        assert_eq!(server.orders(), ["CG1"]);
    }
}
