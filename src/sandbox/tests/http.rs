//! What is no call, and what is not even HTTP.

use super::client::{Call, Caller, OK, UPDATE, post, raw, refusal, start};
use crate::sandbox::Config;

#[test]
fn what_is_not_a_call_gets_an_http_error() {
    let sandbox = start(Config::default());
    let call = Call::update("CG1", "aa");
    let http = call.to_http();
    let huge = format!("[{}]", " ".repeat(64 * 1024));
    let chunked = format!(
        "{}{:x}\r\n{huge}\r\n0\r\n\r\n",
        post("/openapi", "").replace("Content-Length: 0", "Transfer-Encoding: chunked"),
        huge.len()
    );
    for (request, code) in [
        (http.replace("/openapi?", "/?"), 404),
        (http.replace("/openapi?", "/openapi/?"), 404),
        (http.replace("/openapi?", "/openapi2?"), 404),
        (http.replace("POST", "PUT"), 405),
        (http.replace("POST", "GET"), 405),
        (http.replace("application/json", "text/plain"), 415),
        (http.replace("application/json", "application/jsonp"), 415),
        (http.replace("Content-Type", "X-Type"), 415),
        (post("/openapi", &huge), 413),
        (chunked, 413),
    ] {
        let mut caller = Caller::new(&sandbox);
        caller.send(&request);
        let reply = caller.receive().unwrap();
        assert_eq!(reply.code, code, "{}", &request[..60]);
        assert!(reply.header("date").is_some());
        assert_eq!(reply.header("allow").is_some(), code == 405);
    }
    assert_eq!(sandbox.stats().accepted, 0);
    assert_eq!(sandbox.stats().rejected, 10);
}

#[test]
fn a_body_of_the_largest_size_is_read() {
    let sandbox = start(Config::default());
    let call = Call::update("CG1", "aa");
    let padding = " ".repeat(64 * 1024 - call.body.len());
    let call = Call {
        body: call.body.clone() + &padding,
        ..call
    };
    assert_eq!(Caller::new(&sandbox).reply(&call), OK);
}

#[test]
fn garbage_never_hurts() {
    let sandbox = start(Config::default());
    let http = Call::update("CG1", "aa").to_http();
    let cut_short = &http[..http.len() - 5];
    for garbage in [
        b"".as_slice(),
        b"\r\n\r\n",
        b"\0\xff\xfe\x80 / HTTP/1.1\r\n\r\n",
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
        b"POST /openapi",
        b"POST /openapi HTTP/9.9\r\n\r\n",
        b"POST /openapi HTTP/1.1\r\nContent-Length: -1\r\n\r\n",
        b"POST /openapi HTTP/1.1\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nhello",
        b"POST /openapi?%%%&&==&\xff HTTP/1.1\r\nContent-Type: application/json\r\n\r\n",
        b"POST /openapi?sid=%ff HTTP/1.1\r\nContent-Type: \xff\r\n\r\n",
        b"POST * HTTP/1.1\r\n\r\n",
        b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
        cut_short.as_bytes(),
    ] {
        raw(&sandbox, garbage);
    }
    let mut rng = fastrand::Rng::with_seed(11);
    for _ in 0..300 {
        let mut mangled = http.clone().into_bytes();
        for _ in 0..rng.usize(1..6) {
            let at = rng.usize(..mangled.len());
            mangled[at] = rng.u8(..);
        }
        raw(&sandbox, &mangled);
    }
    let nested = Call::new(UPDATE, &"[".repeat(60_000));
    let mut caller = Caller::new(&sandbox);
    assert_eq!(caller.reply(&nested), refusal(1, "参数错误"));
    assert_eq!(caller.reply(&Call::update("CG2", "aa")), OK);
}
