//! What the server says steers nobody's terminal.

use std::fs;

use crate::harness::{ACCEPTED, Place, REJECTED, ScriptedServer, http};

/// A title, colours, a bell, a line to overwrite, C1 controls, a turned writing direction.
const STEERING: &str = "\\u001b]0;pwned\\u0007 \\u001b[2J\\u001b[31mred\\u001b[0m \\u0007\\b \
    over\\r\\nwritten \u{9b}31m\u{9d}0;pwned\u{9c} \u{85} \u{202e}turned\u{2066} \u{2028}";

/// Everything the run has left, on the terminal and in files, holds text and line feeds alone.
#[track_caller]
fn is_plain(place: &Place, texts: &[&str]) {
    let files: Vec<_> = place
        .files()
        .iter()
        .map(|name| String::from_utf8(fs::read(place.path(name)).expect("read")).expect("UTF-8"))
        .collect();
    for text in texts
        .iter()
        .copied()
        .chain(files.iter().map(String::as_str))
    {
        let steering: Vec<_> = text
            .chars()
            .filter(|&c| {
                (c.is_control() && c != '\n')
                    || matches!(c, '\u{2028}' | '\u{2029}' | '\u{202a}'..='\u{202e}')
                    || matches!(c, '\u{2066}'..='\u{2069}')
            })
            .collect();
        assert_eq!(steering, [] as [char; 0], "{text:?}");
    }
}

#[test]
fn words_that_steer() {
    for (code, exit, status) in [(100, 1, "rejected"), (99, 1, "failed"), (6, 3, "failed")] {
        let json = format!(r#"{{"status":{code},"message":"{STEERING}"}}"#);
        let reply = http("200 OK", json);
        let server = ScriptedServer::start(move |caller| {
            caller.request()?;
            caller.send(&reply)
        });
        let place = Place::new();
        place.sheet(&[("CG1", "aa")]);
        let (run, results) = place.carry(&server, &["-vv", "--retries", "0"]);
        let run = run.expect(exit);
        assert_eq!(results.column("status"), [status], "{run:#?}");
        is_plain(&place, &[&run.stdout, &run.stderr]);
        for text in [&run.stdout, &run.stderr, &place.read("orders.results.csv")] {
            assert!(text.contains("pwned"), "the words are kept: {text}");
        }
    }
}

#[cfg(unix)]
#[test]
fn a_throttling_that_steers() {
    let json = format!(r#"{{"status":100,"message":"{STEERING}调用频率限制"}}"#);
    let server = ScriptedServer::start(move |caller| {
        caller.request()?;
        caller.reply(&json)?;
        caller.stall()
    });
    let place = Place::new();
    place.sheet(&[("CG1", "aa")]);
    let mut run = crate::harness::start(&mut place.run(&server, ["orders.csv", "-j1", "-vv"]));
    let said = run.until_it_says("pausing for");
    run.signal("INT");
    let run = run.finish().expect(130);
    assert!(said.contains("pwned"), "{said}");
    is_plain(&place, &[&run.stdout, &run.stderr]);
}

#[test]
fn http_that_steers() {
    // Raw control characters are no JSON.
    let raw = b"{\"status\":100,\"message\":\"pwned \x1b[2J \x9b2J \xc2\x9b2J\"}";
    let replies = [
        "\u{1b}]0;pwned\u{7}\r\n\r\n".to_owned(),
        format!("HTTP/1.1 502 \u{1b}[2J\u{9b}2J\r\n\r\n{ACCEPTED}"),
        format!("HTTP/1.1 200 OK\r\n\u{1b}[2J: x\r\n\r\n{ACCEPTED}"),
        format!("HTTP/1.1 200 OK\r\nContent-Length: \u{1b}[2J\r\n\r\n{ACCEPTED}"),
        format!("HTTP/1.1 302 \u{7}\r\nLocation: \u{1b}[2J\r\n\r\n{REJECTED}"),
    ];
    let replies = replies.map(String::into_bytes).into_iter();
    for reply in replies.chain([http("200 OK", raw)]) {
        let server = ScriptedServer::start(move |caller| {
            caller.request()?;
            caller.send(&reply)
        });
        let place = Place::new();
        place.sheet(&[("CG1", "aa")]);
        let (run, results) = place.carry(&server, &["-vv", "--retries", "0"]);
        assert_eq!(results.column("status"), ["failed"], "{run:#?}");
        is_plain(&place, &[&run.stdout, &run.stderr]);
    }
}
