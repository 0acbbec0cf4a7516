//! What comes over connections.

use std::io::{Read, Write};
use std::net::{Shutdown, TcpStream};

use jiff::Timestamp;

use super::super::{Config, Sandbox};
use super::{OK, update};

/// Everything that comes back, up to the end of the connection.
fn answer(sandbox: &Sandbox, bytes: &[u8]) -> String {
    let mut stream = TcpStream::connect(sandbox.addr()).unwrap();
    // The server may close before it has read everything.
    let _ = stream.write_all(bytes);
    let _ = stream.shutdown(Shutdown::Write);
    let mut answer = Vec::new();
    let _ = stream.read_to_end(&mut answer);
    String::from_utf8_lossy(&answer).into_owned()
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
    let (query, body) = update("CG1", "aa", Timestamp::now());
    let length = body.len();
    let good = format!(
        "POST /openapi?{query} HTTP/1.1\r\ncontent-type: Application/JSON; charset=utf-8\r\n\
         content-length: {length}\r\n\r\n{body}"
    );
    for (right, wrong, status) in [
        ("/openapi", "/", "HTTP/1.1 404 "),
        ("POST", "GET", "HTTP/1.1 404 "),
        ("Application/JSON", "text/plain", "HTTP/1.1 415 "),
        ("content-type", "accept", "HTTP/1.1 415 "),
    ] {
        let answer = answer(&sandbox, good.replace(right, wrong).as_bytes());
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
