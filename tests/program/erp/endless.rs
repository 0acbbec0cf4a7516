//! Replies without end: the client gives up early, and its memory does not grow.

use crate::harness::{Place, ScriptedServer, start};

const GIB: usize = 1 << 30;
/// A debug build of the program takes some 10 MB.
const MOST: u64 = 60 << 20;

fn survives(begin: &'static str, chunk: &'static [u8]) {
    survives_for("20s", begin, chunk);
}

/// Four calls at once, each answered by `begin` and then `chunk` over and over, until the client
/// hangs up or has taken 1 GiB.
fn survives_for(timeout: &str, begin: &'static str, chunk: &'static [u8]) {
    let chunks = chunk.repeat(64 * 1024 / chunk.len());
    let server = ScriptedServer::start(move |caller| {
        caller.request()?;
        caller.send(begin)?;
        (0..GIB / chunks.len()).try_for_each(|_| caller.send(&chunks))
    });
    let place = Place::new();
    place.sheet(&[("CG1", "aa"), ("CG2", "aa"), ("CG3", "aa"), ("CG4", "aa")]);
    let args = ["orders.csv", "-j4", "--retries=0", "--timeout", timeout];
    let (run, most) = start(&mut place.run(&server, args)).finish_with_peak();
    let run = run.expect(1);
    let results = place.results(&run);
    assert_eq!(results.column("status"), ["failed"; 4], "{run:#?}");
    assert!(most < MOST, "{most} bytes");
}

#[test]
fn a_reply_of_a_gibibyte() {
    survives(
        "HTTP/1.1 200 OK\r\nContent-Length: 1073741824\r\n\r\n{\"status\":0,\"message\":\"",
        b"0123456789abcdef",
    );
}

#[test]
fn a_reply_in_chunks_without_end() {
    survives(
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n",
        b"10\r\n0123456789abcdef\r\n",
    );
}

#[test]
fn one_chunk_of_a_gibibyte() {
    survives(
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n40000000\r\n",
        b"0123456789abcdef",
    );
}

#[test]
fn a_chunk_whose_size_never_ends() {
    survives(
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1;",
        b"0123456789abcdef",
    );
}

#[test]
fn a_reply_until_the_connection_closes() {
    survives("HTTP/1.0 200 OK\r\n\r\n{", b"                ");
}

#[test]
fn an_error_page_of_a_gibibyte() {
    survives(
        "HTTP/1.1 502 Bad Gateway\r\nContent-Length: 1073741824\r\n\r\n",
        b"<html></html>\r\n\r\n",
    );
}

#[test]
fn a_header_without_end() {
    survives("HTTP/1.1 200 OK\r\nX: ", b"0123456789abcdef");
}

#[test]
fn headers_without_end() {
    survives("HTTP/1.1 200 OK\r\n", b"X: 0123456789a\r\n");
}

#[test]
fn trailers_without_end() {
    // They are thrown away as they come, for as long as a call may take.
    survives_for(
        "1s",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nc\r\n{\"status\":0}\r\n0\r\n",
        b"X: 0123456789a\r\n",
    );
}
