//! Replies without end: the client gives up early, and its memory does not grow.

use crate::harness::{Place, ScriptedServer, start};

const GIB: usize = 1 << 30;
/// A debug build of the program takes some 10 MB.
const MOST: u64 = 60 << 20;

/// How replies begin that go on without end, what comes over and over then, and how long a call may
/// take.
const ENDLESS: [(&str, &[u8], &str); 9] = [
    (
        "1.1 200 OK\r\nContent-Length: 1073741824\r\n\r\n{\"",
        TEXT,
        "20s",
    ),
    (
        "1.1 502 Oops\r\nContent-Length: 1073741824\r\n\r\n",
        TEXT,
        "20s",
    ),
    ("1.0 200 OK\r\n\r\n{", b"                ", "20s"),
    ("1.1 200 OK\r\nX: ", TEXT, "20s"),
    ("1.1 200 OK\r\n", HEADER, "20s"),
    // Chunks, one that is long, and a chunk's size.
    (CHUNKED, b"10\r\n0123456789abcdef\r\n", "20s"),
    ("40000000\r\n", TEXT, "20s"),
    ("1;", TEXT, "20s"),
    // Trailers are thrown away as they come, for as long as a call may take.
    ("c\r\n{\"status\":0}\r\n0\r\n", HEADER, "1s"),
];
const CHUNKED: &str = "1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";
const HEADER: &[u8] = b"X: 0123456789a\r\n";
const TEXT: &[u8] = b"0123456789abcdef";

/// Two calls at once, each answered until the client hangs up or has taken 1 GiB.
#[test]
fn a_reply_without_end_is_given_up() {
    for (begin, chunk, timeout) in ENDLESS {
        let chunks = chunk.repeat(64 * 1024 / chunk.len());
        let head = if begin.starts_with("1.") { "" } else { CHUNKED };
        let begin = format!("HTTP/{head}{begin}");
        let sent = begin.clone();
        let server = ScriptedServer::start(move |caller| {
            caller.request()?;
            caller.send(&sent)?;
            (0..GIB / chunks.len()).try_for_each(|_| caller.send(&chunks))
        });
        let place = Place::new();
        place.sheet(&[("CG1", "aa"), ("CG2", "aa")]);
        let args = ["orders.csv", "-j2", "--retries=0", "--timeout", timeout];
        let (run, most) = start(&mut place.run(&server, args)).finish_with_peak();
        let run = run.expect(1);
        let results = place.results(&run);
        assert_eq!(results.column("status"), ["failed"; 2], "{begin}: {run:#?}");
        assert!(most < MOST, "{begin}: {most} bytes");
    }
}
