//! A server that stops talking: `--timeout` bounds every call, wherever the reply stalls.

use std::io;
use std::thread::sleep;
use std::time::Duration;

use crate::harness::{ACCEPTED, Connection, Place, REJECTED, ScriptedServer, http};

/// Sends a proper reply up to there, and no more.
fn stall_at(caller: &mut Connection, cut: usize) -> io::Result<()> {
    caller.send(&http("200 OK", ACCEPTED)[..cut])?;
    caller.stall()
}

#[test]
fn a_stall_is_a_stall_wherever_it_comes() {
    let stalls: [fn(&mut Connection) -> io::Result<()>; 5] = [
        |caller| stall_at(caller, 0),
        |caller| stall_at(caller, 20),
        |caller| stall_at(caller, http("200 OK", ACCEPTED).len() - 1),
        // Each byte comes in time; all of them never do.
        |caller| {
            caller.send("HTTP/1.1 200 OK\r\nX: ")?;
            loop {
                sleep(Duration::from_millis(20));
                caller.send("x")?;
            }
        },
        |caller| {
            loop {
                caller.send("HTTP/1.1 102 Processing\r\n\r\n")?;
            }
        },
    ];
    for (n, stall) in stalls.into_iter().enumerate() {
        let server = ScriptedServer::start(move |caller| {
            let call = caller.request()?;
            caller.apply(&call);
            stall(caller)
        });
        let place = Place::new();
        place.sheet(&[("CG1", "aa")]);
        let retries = if n == 0 { "1" } else { "0" };
        let (run, results) = place.carry(&server, &["--timeout", "300ms", "--retries", retries]);
        let run = run.expect(1);
        let message = results.column("message")[0];
        assert!(n == 4 || message == "no reply within 0.3 s", "{run:#?}");
        let tries = if n == 0 { 4 } else { 1 };
        assert_eq!(results.column("status"), ["failed"], "{n}");
        assert_eq!(server.orders(), vec!["CG1"; tries], "{n}");
    }
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
