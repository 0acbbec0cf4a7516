//! What comes over connections.

use std::io::{self, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::thread;
use std::time::Duration;

use jiff::Timestamp;

use super::super::{Config, Sandbox};
use super::{OK, update};

/// A connection on which this was sent.
fn sent(sandbox: &Sandbox, bytes: &[u8]) -> TcpStream {
    let mut stream = TcpStream::connect(sandbox.addr()).unwrap();
    // The server may close before it has read everything.
    let _ = stream.write_all(bytes);
    stream
}

/// Everything that comes back, up to the end of the connection.
fn answer(sandbox: &Sandbox, bytes: &[u8]) -> String {
    let mut stream = sent(sandbox, bytes);
    let _ = stream.shutdown(std::net::Shutdown::Write);
    let mut answer = Vec::new();
    let _ = stream.read_to_end(&mut answer);
    String::from_utf8_lossy(&answer).into_owned()
}

fn post(order: &str, flag: &str) -> String {
    let (query, body) = update(order, flag, Timestamp::now());
    let length = body.len();
    format!(
        "POST /openapi?{query} HTTP/1.1\r\ncontent-type: Application/JSON; charset=utf-8\r\n\
         content-length: {length}\r\n\r\n{body}"
    )
}

#[test]
fn what_is_no_call_is_refused_and_never_hurts() {
    let sandbox = Sandbox::start(Config {
        listen: "0.0.0.0:0".parse().unwrap(),
        max_concurrency: Some(1),
        ..Config::default()
    });
    let sandbox = sandbox.unwrap();
    assert!(sandbox.endpoint().starts_with("http://127.0.0.1:"));
    let good = post("CG1", "aa");
    for (wrong, status) in [
        (good.replace("/openapi", "/"), "HTTP/1.1 404 "),
        (good.replace("POST", "GET"), "HTTP/1.1 404 "),
        (
            good.replace("Application/JSON", "text/plain"),
            "HTTP/1.1 415 ",
        ),
        (good.replace("content-type", "accept"), "HTTP/1.1 415 "),
    ] {
        let answer = answer(&sandbox, wrong.as_bytes());
        assert!(answer.starts_with(status), "{answer}");
    }
    assert_eq!(sandbox.stats().calls, 4);
    for garbage in [
        &b""[..],
        b"\r\n\r\n",
        b"\0\xff\xfe\x80 / HTTP/1.1\r\n\r\n",
        b"POST /openapi HTTP/1.1\r\ncontent-length: -1\r\n\r\n",
        b"POST /openapi HTTP/1.1\r\ncontent-length: 99999999999\r\n\r\n",
        &good.as_bytes()[..good.len() - 1],
        &[b'a'; 20_000],
    ] {
        answer(&sandbox, garbage);
    }
    for _ in 0..3 {
        assert!(answer(&sandbox, good.as_bytes()).ends_with(OK));
    }
}

#[test]
fn calls_take_their_time_and_the_port_is_free_at_the_end() {
    let sandbox = Sandbox::start(Config {
        max_concurrency: Some(1),
        // No call is ever answered.
        latency: Duration::from_secs(3_600),
        ..Config::default()
    });
    let sandbox = sandbox.unwrap();
    let _first = sent(&sandbox, post("CG1", "aa").as_bytes());
    while sandbox.accepted("CG1") == 0 {
        thread::yield_now();
    }
    let _second = sent(&sandbox, post("CG1", "加急").as_bytes());
    while sandbox.stats().throttled == 0 {
        thread::yield_now();
    }
    assert_eq!(sandbox.flags()["CG1"], "aa");
    assert_eq!(sandbox.stats().peak_in_flight, 2);
    let listen = sandbox.addr();
    let taken = Sandbox::start(Config {
        listen,
        ..Config::default()
    });
    assert_eq!(taken.unwrap_err().kind(), io::ErrorKind::AddrInUse);
    drop(sandbox);
    TcpListener::bind(listen).unwrap();
}
