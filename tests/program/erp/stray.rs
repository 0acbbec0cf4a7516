//! Replies that nobody asked for. None may be taken for the outcome of another row.

use std::io::{self, Read, Write};

use crate::harness::{
    ACCEPTED, Authority, Connection, Place, REJECTED, Request, ScriptedServer, http, tls,
};

/// The right answer to a call.
fn answer(call: &Request) -> Vec<u8> {
    let is_known = call.order().starts_with("YES");
    http("200 OK", if is_known { ACCEPTED } else { REJECTED })
}

/// Answers the first call of a connection with one reply too many. Were the connection kept, each
/// reply from then on would be taken for that of the call after its own.
fn one_too_many(stream: &mut (impl Read + Write), caller: &mut Connection) -> io::Result<()> {
    let call = Request::read(stream)?;
    caller.tell(&call);
    let mut late = http("200 OK", REJECTED);
    stream.write_all(&[answer(&call), late.clone()].concat())?;
    loop {
        let call = Request::read(stream)?;
        caller.tell(&call);
        stream.write_all(&late)?;
        late = answer(&call);
    }
}

#[test]
fn a_reply_too_many_shifts_none_of_those_that_follow() {
    let authority = Authority::new("company");
    let config = authority.vouches_for("127.0.0.1");
    let plain = ScriptedServer::start(|caller| {
        let mut stream = caller.stream.try_clone()?;
        one_too_many(&mut stream, caller)
    });
    let secure = ScriptedServer::start(move |caller| {
        let mut stream = tls(&caller.stream, &config)?;
        one_too_many(&mut stream, caller)
    });
    let orders: Vec<_> = (0..20)
        .flat_map(|n| [format!("YES{n}"), format!("NO{n}")])
        .collect();
    let rows: Vec<_> = orders.iter().map(|order| (&**order, "aa")).collect();
    for (server, endpoint) in [(&plain, plain.endpoint()), (&secure, secure.tls_endpoint())] {
        let place = Place::new();
        place.sheet(&rows);
        place.write("company.pem", &authority.pem);
        let run = place.runs(&endpoint, "orders.csv -j1 --ca-file=company.pem", 1);
        let statuses = place.results(&run);
        let statuses = statuses.column("status");
        assert_eq!(statuses, ["ok", "rejected"].repeat(20), "{run:#?}");
        assert_eq!(server.orders(), orders, "each once");
        let closes = |call: &Request| call.head.to_lowercase().contains("connection: close");
        assert!(server.requests().iter().all(closes));
    }
}
