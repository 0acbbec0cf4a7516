//! Connections that do not carry the call, or not the reply.

use std::net::TcpListener;

use crate::harness::{ACCEPTED, Place, ScriptedServer, Table, finish, http};

const RESET: &str = "reset";
const CLOSED: &str = "peer disconnected";

/// One row, one attempt: it must end `failed`, whatever the server did with it, with a message
/// that says one of these.
#[track_caller]
fn fails(server: &ScriptedServer, why: &[&str]) {
    let place = Place::new();
    place.sheet(&[("CG1", "aa")]);
    let (run, results) = place.carry(server, &["--retries", "0"]);
    let run = run.expect(1);
    assert_eq!(results.column("status"), ["failed"], "{run:#?}");
    assert_eq!(results.column("code"), [""]);
    assert_eq!(results.column("attempts"), ["1"]);
    let message = results.column("message")[0].to_lowercase();
    assert!(why.iter().any(|why| message.contains(why)), "{message}");
    assert_eq!(place.table("orders.failures.csv").rows, results.rows);
}

/// Nothing that answers is there: the run gives up, and no row is to blame.
#[track_caller]
fn is_away(endpoint: &str, why: &str) -> Table {
    let place = Place::new();
    place.sheet(&[("CG1", "aa"), ("CG2", "aa")]);
    let args = ["orders.csv", "-j1", "--give-up-after=1s"];
    let run = finish(&mut place.run(&endpoint.to_owned(), args)).expect(3);
    assert!(run.stderr.to_lowercase().contains(why), "{run:?}");
    assert!(run.stderr.contains("is the endpoint right?"), "{run:?}");
    place.results(&run)
}

#[test]
fn a_refused_connection_fails_no_row() {
    let closed = TcpListener::bind("127.0.0.1:0").and_then(|listener| listener.local_addr());
    let endpoint = format!("http://{}/openapi", closed.expect("a port"));
    let results = is_away(&endpoint, "refused");
    assert_eq!(results.column("status"), ["skipped", "skipped"]);
}

#[test]
fn a_name_that_is_not_known_fails_no_row() {
    let results = is_away("http://no.such.host.invalid/openapi", "cannot be reached");
    assert_eq!(results.column("status"), ["skipped", "skipped"]);
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

#[test]
fn a_reset_after_the_call_was_applied_is_never_taken_for_a_reply() {
    let server = ScriptedServer::start(|caller| {
        let call = caller.request_but_for_its_end()?;
        caller.apply(&call);
        Ok(())
    });
    fails(&server, &[RESET]);
    assert_eq!(server.flags().len(), 1, "applied, and not known to be");
}

#[test]
fn a_reset_in_mid_reply_fails_the_row() {
    const HEAD: usize = "HTTP/1.1 200 OK\r\nContent-Length: 12\r\n\r\n".len();
    for cut in [1, 12, 20, 40, 45, 49] {
        let server = ScriptedServer::start(move |caller| {
            let call = caller.request_but_for_its_end()?;
            caller.apply(&call);
            let reply = http("200 OK", ACCEPTED);
            assert!(cut < reply.len());
            caller.send(&reply[..cut])
        });
        // The body, if not the reset, may be found to end too early.
        fails(
            &server,
            if cut < HEAD {
                &[RESET]
            } else {
                &[RESET, CLOSED]
            },
        );
    }
}

#[test]
fn a_close_in_mid_reply_fails_the_row() {
    for cut in [1, 12, 20, 40, 45, 49] {
        let server = ScriptedServer::start(move |caller| {
            let call = caller.request()?;
            caller.apply(&call);
            caller.send(&http("200 OK", ACCEPTED)[..cut])
        });
        fails(&server, &[CLOSED]);
    }
}

#[test]
fn a_close_without_a_reply_fails_the_row() {
    let server = ScriptedServer::start(|caller| caller.request().map(drop));
    fails(&server, &[CLOSED]);
    assert_eq!(server.orders(), ["CG1"], "one attempt, one call");
}

#[test]
fn a_connection_that_dies_between_two_calls_costs_no_row() {
    let server = ScriptedServer::start(|caller| {
        let call = caller.request()?;
        caller.accept(&call)
    });
    let place = Place::new();
    let orders: Vec<_> = (0..20).map(|n| format!("CG{n}")).collect();
    let rows: Vec<_> = orders.iter().map(|order| (order.as_str(), "aa")).collect();
    place.sheet(&rows);
    let (run, results) = place.carry(&server, &["--retries", "4"]);
    run.expect(0);
    assert_eq!(results.count("ok"), 20);
}
