//! What the server says steers nobody's terminal.

use crate::harness::{ACCEPTED, Finished, Place, ScriptedServer, http};

/// A title, colours, a bell, a line to overwrite, C1 controls, a turned writing direction.
const STEERING: &str = "\\u001b]0;pwned\\u0007 \\u001b[2J\\u001b[31mred\\u001b[0m \\u0007\\b \
    over\\r\\nwritten \u{9b}31m\u{9d}0;pwned\u{9c} \u{85} \u{202e}turned\u{2066} \u{2028}";

/// Everything the run has left, on the terminal and in files, holds text and line feeds alone.
#[track_caller]
fn is_plain(place: &Place, run: &Finished) {
    let steers = |c: char| {
        (c.is_control() && c != '\n')
            || matches!(c, '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
    };
    let all = run.said() + &place.written(&[]);
    assert!(!all.contains(steers), "{all:?}");
}

#[test]
fn words_and_http_that_steer() {
    let words = |code| {
        let json = format!(r#"{{"status":{code},"message":"{STEERING}"}}"#);
        http("200 OK", json)
    };
    // Raw control characters are no JSON.
    let raw = b"{\"status\":100,\"message\":\"pwned \x1b[2J \x9b2J \xc2\x9b2J\"}";
    let http_502 = format!("HTTP/1.1 502 \u{1b}[2J\u{9b}2J\r\n\r\n{ACCEPTED}");
    let header = format!("HTTP/1.1 200 OK\r\n\u{1b}[2J: x\r\n\r\n{ACCEPTED}");
    let length = format!("HTTP/1.1 200 OK\r\nContent-Length: \u{1b}[2J\r\n\r\n{ACCEPTED}");
    let moved = "HTTP/1.1 302 \u{7}\r\nLocation: \u{1b}[2J\r\n\r\n".to_owned();
    for (reply, is_kept, status) in [
        (words(100), true, "rejected"),
        (words(99), true, "failed"),
        (words(6), true, "skipped"),
        (http("200 OK", raw), false, "failed"),
        (b"\x1b]0;pwned\x07\r\n\r\n".to_vec(), false, "failed"),
        (http_502.into_bytes(), false, "failed"),
        (header.into_bytes(), false, "failed"),
        (length.into_bytes(), false, "failed"),
        (moved.into_bytes(), false, "failed"),
    ] {
        let server = ScriptedServer::start(move |caller| {
            caller.request()?;
            caller.send(&reply)
        });
        let place = Place::new();
        place.sheet(&[("CG1", "aa")]);
        let (run, results) = place.carry(&server, &["-vv", "--retries", "0"]);
        assert_eq!(results.column("status"), [status], "{run:#?}");
        is_plain(&place, &run);
        if is_kept {
            run.says("pwned").prints("pwned");
            assert!(results.column("message")[0].contains("pwned"));
        }
    }
}

#[cfg(unix)]
#[test]
fn a_throttling_that_steers() {
    let json = format!(r#"{{"status":100,"message":"{STEERING}调用频率限制"}}"#);
    let server = ScriptedServer::always(http("200 OK", json));
    let place = Place::new();
    place.sheet(&[("CG1", "aa")]);
    let mut run = crate::harness::start(&mut place.run(&server, ["orders.csv", "-j1", "-vv"]));
    let said = run.until_it_says("pausing for");
    run.signal("INT");
    assert!(said.contains("pwned"), "{said}");
    is_plain(&place, &run.finish().expect(130));
}
