//! Rows a second without a quota, end to end: `cargo bench --bench throughput`.
//!
//! Starts a stand-in in a process of its own and runs the real program against it, with 1, 4, 16
//! and 64 workers; results and record are written. Beside it, a bare loop of as many threads, which
//! sends requests signed beforehand, each over a connection of its own, and looks at no reply: no
//! client that does so can be faster.

mod machine;

use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::{Duration, Instant};

use jiff::Timestamp;
use machine::{Server, describe};
use wdt_flags::internals::{Clock, UPDATE_METHOD, sign};

const ROWS: usize = 200_000;

fn main() {
    println!("{}; {ROWS} rows, stand-in on the same machine", describe());
    println!(
        "{:>7}  {:>9}  {:>9}  {:>6}  {:>12}  {:>8}",
        "workers", "rows/s", "bare/s", "share", "CPU/row", "memory"
    );
    let server = Server::start(&[]);
    for workers in [1, 4, 16, 64] {
        let directory = tempfile::tempdir().expect("a directory");
        let bare = bare_loop(&server, workers);
        let options = ["--rate", "unlimited", "--workers", &workers.to_string()];
        let cost = server.run(directory.path(), ROWS, &options);
        let rate = ROWS as f64 / cost.wall.as_secs_f64();
        println!(
            "{workers:>7}  {rate:>9.0}  {bare:>9.0}  {:>5.0}%  {:>9.1} µs  {:>5.1} MB",
            100.0 * rate / bare,
            cost.processor.as_secs_f64() * 1e6 / ROWS as f64,
            cost.memory as f64 / 1e6,
        );
    }
}

/// Calls a second of so many threads that send and receive.
fn bare_loop(server: &Server, threads: usize) -> f64 {
    const FOR: Duration = Duration::from_secs(4);
    let request = request(server);
    let address = address(server);
    let began = Instant::now();
    let calls: u64 = std::thread::scope(|scope| {
        let threads: Vec<_> = (0..threads)
            .map(|_| scope.spawn(|| calls(&address, &request, began + FOR)))
            .collect();
        threads
            .into_iter()
            .map(|thread| thread.join().expect("no panic"))
            .sum()
    });
    calls as f64 / began.elapsed().as_secs_f64()
}

fn calls(address: &str, request: &[u8], until: Instant) -> u64 {
    let mut reply = [0; 4096];
    let mut calls = 0;
    while Instant::now() < until {
        let mut stream = TcpStream::connect(address).expect("connected");
        stream.set_nodelay(true).expect("set");
        stream.write_all(request).expect("sent");
        // Replies are small, and come in one piece on loopback.
        assert!(stream.read(&mut reply).expect("received") > 0);
        assert!(reply.starts_with(b"HTTP/1.1 200"));
        calls += 1;
    }
    calls
}

fn address(server: &Server) -> String {
    let endpoint = server.variable("WDT_ENDPOINT");
    let rest = endpoint.strip_prefix("http://").expect("plain HTTP");
    rest.split('/').next().expect("a host").to_owned()
}

/// A signed call, good for two minutes.
fn request(server: &Server) -> Vec<u8> {
    let (sid, key) = (server.variable("WDT_SID"), server.variable("WDT_APP_KEY"));
    let secret = server.variable("WDT_APP_SECRET");
    let (secret, salt) = secret.split_once(':').expect("secret:salt");
    let body = r#"[{"purchase_no":"CG1","flag_name":"aa"}]"#;
    let timestamp = Clock::default().timestamp(Timestamp::now()).to_string();
    let fields = [
        ("sid", sid),
        ("key", key),
        ("salt", salt),
        ("method", UPDATE_METHOD),
        ("v", "1.0"),
        ("timestamp", &timestamp),
        ("body", body),
    ];
    let sign = sign(secret, fields);
    let address = address(server);
    format!(
        "POST /openapi?sid={sid}&key={key}&salt={salt}&method={UPDATE_METHOD}&v=1.0&timestamp={timestamp}&sign={sign} HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\r\n{body}",
        body.len()
    )
    .into_bytes()
}
