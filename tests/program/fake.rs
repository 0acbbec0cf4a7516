//! A server that answers as a test wants, however wrong that is.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::thread::{self, JoinHandle};

use serde_json::Value;

/// One HTTP request.
#[derive(Clone, Debug)]
pub struct Request {
    pub method: String,
    pub target: String,
    pub body: String,
}

impl Request {
    /// The `purchase_no` it is about.
    pub fn order(&self) -> String {
        self.argument("purchase_no")
    }

    pub fn flag(&self) -> String {
        self.argument("flag_name")
    }

    fn argument(&self, name: &str) -> String {
        let body: Value = serde_json::from_str(&self.body).expect("JSON");
        body[0][name].as_str().expect("a string").to_owned()
    }

    /// A field of the query, as it was sent.
    pub fn query(&self, name: &str) -> Option<&str> {
        let (_, query) = self.target.split_once('?')?;
        let mut fields = query.split('&').filter_map(|field| field.split_once('='));
        fields.find(|(field, _)| *field == name).map(|(_, it)| it)
    }
}

/// What goes back, headers and all; `None` leaves the caller waiting for good.
type Answer = dyn Fn(&Request) -> Option<String> + Send + Sync;

pub struct FakeErp {
    addr: SocketAddr,
    seen: Arc<Mutex<Vec<Request>>>,
    stopped: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

impl FakeErp {
    pub fn start(answer: impl Fn(&Request) -> Option<String> + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let addr = listener.local_addr().expect("bound");
        let answer: Arc<Answer> = Arc::new(answer);
        let seen = Arc::<Mutex<Vec<_>>>::default();
        let stopped = Arc::<AtomicBool>::default();
        let thread = thread::spawn({
            let (seen, stopped) = (Arc::clone(&seen), Arc::clone(&stopped));
            move || {
                for stream in listener.incoming() {
                    if stopped.load(Ordering::SeqCst) {
                        return;
                    }
                    let (answer, seen) = (Arc::clone(&answer), Arc::clone(&seen));
                    // How a connection ends concerns nobody here.
                    thread::spawn(move || converse(&stream?, &*answer, &seen));
                }
            }
        });
        FakeErp {
            addr,
            seen,
            stopped,
            thread: Some(thread),
        }
    }

    /// One that gives every call the same answer.
    pub fn always(answer: String) -> Self {
        FakeErp::start(move |_| Some(answer.clone()))
    }

    pub fn address(&self) -> String {
        format!("http://{}", self.addr)
    }

    pub fn endpoint(&self) -> String {
        format!("{}/openapi", self.address())
    }

    /// The requests so far.
    pub fn seen(&self) -> Vec<Request> {
        self.seen.lock().expect("no panic").clone()
    }
}

impl Drop for FakeErp {
    fn drop(&mut self) {
        self.stopped.store(true, Ordering::SeqCst);
        let _ = TcpStream::connect(self.addr);
        let _ = self.thread.take().map(JoinHandle::join);
    }
}

fn converse(
    mut stream: &TcpStream,
    answer: &Answer,
    seen: &Mutex<Vec<Request>>,
) -> std::io::Result<()> {
    let mut reader = BufReader::new(stream);
    loop {
        let mut line = String::new();
        if reader.read_line(&mut line)? == 0 {
            return Ok(());
        }
        let mut words = line.split(' ').map(str::to_owned);
        let (method, target) = (words.next(), words.next());
        let mut length = 0;
        loop {
            let mut header = String::new();
            reader.read_line(&mut header)?;
            let header = header.trim().to_ascii_lowercase();
            if header.is_empty() {
                break;
            }
            if let Some(value) = header.strip_prefix("content-length:") {
                length = value.trim().parse().expect("a length");
            }
        }
        let mut body = vec![0; length];
        reader.read_exact(&mut body)?;
        let request = Request {
            method: method.unwrap_or_default(),
            target: target.unwrap_or_default(),
            body: String::from_utf8(body).expect("UTF-8"),
        };
        seen.lock().expect("no panic").push(request.clone());
        match answer(&request) {
            Some(answer) => stream.write_all(answer.as_bytes())?,
            // Until the caller gives up.
            None => drop(reader.read(&mut [0])?),
        }
    }
}

/// An HTTP answer; `headers` end with a line break each.
pub fn http(status: &str, headers: &str, body: &str) -> String {
    let length = body.len();
    format!("HTTP/1.1 {status}\r\n{headers}Content-Length: {length}\r\n\r\n{body}")
}

pub fn json(body: &str) -> String {
    http("200 OK", "Content-Type: application/json\r\n", body)
}

pub fn accepted() -> String {
    json(r#"{"status":0}"#)
}

pub fn refused(status: i64, message: &str) -> String {
    json(&serde_json::json!({ "status": status, "message": message }).to_string())
}
