//! The network around the service. A connection is for one call and has a thread of its own.

use std::io::{self, BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::Arc;
use std::thread;
use std::time::{Duration, Instant};

use jiff::fmt::rfc2822::DateTimePrinter;

use super::service::{Answer, OK, Service, page};
use crate::language::say;

pub(super) const PATH: &str = "/openapi";

const MAX_HEAD_BYTES: u64 = 16 * 1024;
const MAX_BODY_BYTES: usize = 64 * 1024;

const READ_TIMEOUT: Duration = Duration::from_secs(10);

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
        Some(status) => (page(status), false),
        None => service.answer(&request.query, &request.body, Instant::now()),
    };
    if let Some(watch) = &service.config.watch {
        // Nobody watches any more when it stops.
        let _ = watch.send(tell(&request, &answer));
    }
    let is_over = service.leave(is_admitted);
    let Some((status, body)) = answer.filter(|_| !is_over) else {
        return Ok(());
    };
    let kind = if status == OK {
        "application/json"
    } else {
        "text/plain"
    };
    let date = DateTimePrinter::new().timestamp_to_rfc9110_string(&service.config.now());
    let (date, length) = (date.unwrap_or_default(), body.len());
    let reply = format!(
        "HTTP/1.1 {status}\r\nDate: {date}\r\nContent-Type: {kind};charset=UTF-8\r\n\
         Content-Length: {length}\r\nConnection: close\r\n\r\n{body}"
    );
    stream.write_all(reply.as_bytes())
}

/// What is asked and answered; without the query, in which half of the secret stands.
fn tell(request: &Request, answer: &Answer) -> String {
    let mut fields = request.query.split('&');
    let method = fields.find_map(|field| field.strip_prefix("method="));
    let reply = match answer {
        Some((_, body)) => body,
        None => &say!("sandbox-hung-up"),
    };
    let (target, method) = (&request.target, method.unwrap_or_default());
    format!("{target} {method} {}: {reply}", request.body)
}

struct Request {
    target: String,
    query: String,
    content_type: String,
    body: String,
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
            header.map_or("", |(_, value)| value.trim())
        };
        let length = match header("content-length") {
            "" => Some(0),
            length => length.parse().ok(),
        };
        let length = length.filter(|length| *length <= MAX_BODY_BYTES);
        let mut body = vec![0; length.ok_or(io::ErrorKind::InvalidData)?];
        input.read_exact(&mut body)?;
        let target = head.split(" HTTP/").next().unwrap_or_default();
        let (target, query) = target.split_once('?').unwrap_or((target, ""));
        Ok(Request {
            target: target.to_owned(),
            query: query.to_owned(),
            content_type: header("content-type").to_owned(),
            // What is no text was signed otherwise than it is read, and is refused.
            body: String::from_utf8_lossy(&body).into_owned(),
        })
    }

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
