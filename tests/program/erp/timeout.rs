//! A server that stops talking: `--timeout` bounds every call, wherever the reply stalls.

use std::io;

use crate::harness::{ACCEPTED, Place, REJECTED, ScriptedServer, http};

#[test]
fn a_stall_anywhere_in_the_reply() {
    for cut in [0, 20, http("200 OK", ACCEPTED).len() - 1] {
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
        let outcome = results.select(["status", "attempts", "message"]);
        assert_eq!(
            outcome,
            [["failed", "4", "no reply within 0.3 s"]],
            "{run:#?}"
        );
        assert_eq!(server.orders(), ["CG1"; 4]);
    }
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
