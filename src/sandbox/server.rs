//! The network around the service. A connection is for one call and has a thread of its own.

use std::io::{self, BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::Arc;
use std::thread;
use std::time::{Duration, Instant};

use super::clock::http_date;
use super::service::{Answer, Service};
use crate::language::say;

pub(super) const PATH: &str = "/openapi";

const MAX_HEAD_BYTES: u64 = 16 * 1024;
const MAX_BODY_BYTES: usize = 64 * 1024;

/// How long a client may be silent in the middle of a request.
const READ_TIMEOUT: Duration = Duration::from_secs(10);

/// How long to wait when the system has no socket to give.
const ACCEPT_PAUSE: Duration = Duration::from_millis(10);

/// Runs until the service is closed and one more connection is made.
pub(super) fn serve(listener: &TcpListener, service: &Arc<Service>) {
    for stream in listener.incoming() {
        if service.state().is_closed {
            return;
        }
        let Ok(stream) = stream else {
            thread::sleep(ACCEPT_PAUSE);
            continue;
        };
        let service = Arc::clone(service);
        // How a connection ends concerns no other; one that gets no thread is closed.
        let _ = thread::Builder::new().spawn(move || answer(&stream, &service));
    }
}

fn answer(mut stream: &TcpStream, service: &Service) -> io::Result<()> {
    stream.set_read_timeout(Some(READ_TIMEOUT))?;
    // Without it the end of a long reply could wait for the client's acknowledgement.
    stream.set_nodelay(true)?;
    let request = Request::read(BufReader::new(stream))?;
    service.enter();
    let (answer, is_admitted) = match request.refusal() {
        Some(status) => (Answer::Page(status), false),
        None => service.answer(&request.query, &request.body, Instant::now()),
    };
    if let Some(watch) = &service.config.watch {
        // Nobody watches any more when it stops.
        let _ = watch.send(tell(&request, &answer));
    }
    let is_over = service.leave(is_admitted);
    let (status, kind, body) = match answer {
        _ if is_over => return Ok(()),
        Answer::HangUp => return Ok(()),
        Answer::Json(json) => ("200 OK", "application/json;charset=UTF-8", json),
        Answer::Page(status) => (status, "text/html", format!("<h1>{status}</h1>\n")),
    };
    let (date, length) = (http_date(service.now()), body.len());
    let reply = format!(
        "HTTP/1.1 {status}\r\nDate: {date}\r\nContent-Type: {kind}\r\nContent-Length: {length}\r\n\
         Connection: close\r\n\r\n{body}"
    );
    stream.write_all(reply.as_bytes())
}

/// What is asked and answered; without the query, in which half of the secret stands.
fn tell(request: &Request, answer: &Answer) -> String {
    let mut fields = request.query.split('&');
    let method = fields.find_map(|field| field.strip_prefix("method="));
    let (asked, reply) = match answer {
        Answer::Json(json) => (method, json),
        Answer::Page(status) => (None, &format!("HTTP {status}")),
        Answer::HangUp => (method, &say!("sandbox-hung-up")),
    };
    let asked = asked.unwrap_or(&request.target);
    let body = String::from_utf8_lossy(&request.body);
    format!("{asked} {body}: {reply}")
}

struct Request {
    /// HTTP method and path.
    target: String,
    query: String,
    content_type: String,
    body: Vec<u8>,
}

impl Request {
    /// An error is a request that does not come to its end, is too long, or none at all.
    fn read(mut input: impl BufRead) -> io::Result<Self> {
        let mut head = String::new();
        let mut lines = input.by_ref().take(MAX_HEAD_BYTES);
        while !head.ends_with("\r\n\r\n") {
            if lines.read_line(&mut head)? == 0 {
                return Err(io::ErrorKind::UnexpectedEof.into());
            }
        }
        let header = |name: &str| {
            let mut headers = head.lines().filter_map(|line| line.split_once(':'));
            let header = headers.find(|(other, _)| other.eq_ignore_ascii_case(name));
            header.map(|(_, value)| value.trim())
        };
        let length = header("content-length").map_or(Ok(0), str::parse);
        let length = length.ok().filter(|length| *length <= MAX_BODY_BYTES);
        let mut body = vec![0; length.ok_or(io::ErrorKind::InvalidData)?];
        input.read_exact(&mut body)?;
        let target = head.split(" HTTP/").next().unwrap_or_default();
        let (target, query) = target.split_once('?').unwrap_or((target, ""));
        Ok(Request {
            target: target.to_owned(),
            query: query.to_owned(),
            content_type: header("content-type").unwrap_or_default().to_owned(),
            body,
        })
    }

    /// The HTTP status of what is no call.
    fn refusal(&self) -> Option<&'static str> {
        let kind = self.content_type.split(';').next().unwrap_or_default();
        if self.target != format!("POST {PATH}") {
            Some("404 Not Found")
        } else if !kind.trim().eq_ignore_ascii_case("application/json") {
            Some("415 Unsupported Media Type")
        } else {
            None
        }
    }
}
