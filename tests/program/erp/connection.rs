//! Connections that do not carry the call, or not the reply.

use std::io;
use std::net::TcpListener;

use crate::harness::{ACCEPTED, Connection, Place, ScriptedServer, Table, finish, http};

const RESET: &str = if cfg!(windows) {
    "(os error 10054)"
} else {
    "reset"
};
const CLOSED: &str = "peer disconnected";

/// Nothing that answers is there: the run gives up, and no row is to blame.
#[track_caller]
fn is_away(endpoint: &str, why: &str) -> Table {
    let place = Place::new();
    place.sheet(&[("CG1", "aa"), ("CG2", "aa")]);
    let args = ["orders.csv", "-j1", "--give-up-after=1s"];
    let run = finish(&mut place.run(&endpoint.to_owned(), args)).expect(3);
    assert!(run.stderr.to_lowercase().contains(why), "{run:?}");
    run.says("is the endpoint right?");
    place.results(&run)
}

#[test]
fn what_was_never_sent_fails_no_row() {
    let closed = TcpListener::bind("127.0.0.1:0").and_then(|listener| listener.local_addr());
    let closed = format!("http://{}/openapi", closed.expect("a port"));
    for (endpoint, why) in [
        (&*closed, "refused"),
        ("http://no.such.host.invalid/openapi", "cannot be reached"),
    ] {
        let results = is_away(endpoint, why);
        assert_eq!(results.column("status"), ["skipped", "skipped"]);
    }
}

#[test]
fn a_reset_before_any_request_is_read_fails_only_what_may_have_arrived() {
    // Closing with bytes unread resets the connection.
    let server = ScriptedServer::start(|caller| caller.stream.peek(&mut [0]).map(drop));
    let results = is_away(&server.endpoint(), RESET);
    assert_eq!(results.column("status"), ["failed", "skipped"]);
    assert_eq!(server.calls(), 0);
}

#[test]
fn a_reset_after_the_call_was_applied_is_made_up_for_by_a_retry() {
    let server = ScriptedServer::start(|caller| {
        if caller.number == 1 {
            let call = caller.request_but_for_its_end()?;
            caller.apply(&call);
            return Ok(());
        }
        caller.serve()
    });
    let place = Place::new();
    place.sheet(&[("CG1", "aa"), ("CG2", "加急")]);
    let (run, results) = place.carry(&server, &["--retries", "1"]);
    run.expect(0);
    assert_eq!(results.column("status"), ["ok", "ok"]);
    assert_eq!(results.column("attempts"), ["2", "1"]);
    assert_eq!(server.orders(), ["CG1", "CG1", "CG2"]);
}

/// Answers the call that was applied with the beginning of a reply, and closes the connection, or
/// resets it.
fn cut_off(caller: &mut Connection, cut: usize, reset: bool) -> io::Result<()> {
    let call = if reset {
        caller.request_but_for_its_end()?
    } else {
        caller.request()?
    };
    caller.apply(&call);
    caller.send(&http("200 OK", ACCEPTED)[..cut])
}

#[test]
fn a_reply_that_is_not_whole_fails_the_row() {
    const HEAD: usize = "HTTP/1.1 200 OK\r\nContent-Length: 12\r\n\r\n".len();
    for cut in [0, 1, 20, HEAD, HEAD + 11] {
        for reset in [false, true] {
            // The body, if not the reset, may be found to end too early.
            let why = if !reset {
                &[CLOSED][..]
            } else if cut < HEAD {
                &[RESET][..]
            } else {
                &[RESET, CLOSED]
            };
            let server = ScriptedServer::start(move |caller| cut_off(caller, cut, reset));
            let place = Place::new();
            place.sheet(&[("CG1", "aa")]);
            let (run, results) = place.carry(&server, &["--retries", "0"]);
            let run = run.expect(1);
            let outcome = results.select(["status", "code", "attempts"]);
            assert_eq!(outcome, [["failed", "", "1"]], "{run:#?}");
            let message = results.column("message")[0].to_lowercase();
            assert!(why.iter().any(|why| message.contains(why)), "{message}");
            assert_eq!(place.table("orders.failures.csv").rows, results.rows);
            assert_eq!(server.flags().len(), 1, "applied, and not known to be");
        }
    }
}
