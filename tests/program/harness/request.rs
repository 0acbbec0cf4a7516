//! A request as a server reads it.

use std::io::{self, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::Instant;

use serde_json::Value;

/// An HTTP request, as it arrived.
#[derive(Clone, Debug)]
pub struct Request {
    /// The request line and the headers.
    pub head: String,
    pub body: String,
    /// When it had been read to its end.
    pub arrived: Instant,
}

impl Request {
    /// Reads a request to its end, and not a byte more.
    pub fn read(stream: &mut (impl Read + ?Sized)) -> io::Result<Self> {
        Request::read_but(0, stream)
    }

    /// Reads a request but for its last `left` bytes.
    pub fn read_but(left: usize, stream: &mut (impl Read + ?Sized)) -> io::Result<Self> {
        let mut head = Vec::new();
        while !head.ends_with(b"\r\n\r\n") {
            let mut byte = [0];
            stream.read_exact(&mut byte)?;
            head.extend(byte);
        }
        let head = String::from_utf8_lossy(&head).into_owned();
        let headers = head.lines().filter_map(|line| line.split_once(':'));
        let length = headers
            .filter(|(name, _)| name.eq_ignore_ascii_case("content-length"))
            .find_map(|(_, length)| length.trim().parse::<usize>().ok());
        let mut body = vec![0; length.unwrap_or_default().saturating_sub(left)];
        stream.read_exact(&mut body)?;
        Ok(Request {
            head,
            body: String::from_utf8_lossy(&body).into_owned(),
            arrived: Instant::now(),
        })
    }

    pub fn method(&self) -> &str {
        self.word(0)
    }

    /// Path and query, or whatever stands in their place.
    pub fn target(&self) -> &str {
        self.word(1)
    }

    fn word(&self, n: usize) -> &str {
        self.head.split(' ').nth(n).unwrap_or_default()
    }

    /// A field of the query, as it was sent.
    pub fn query(&self, name: &str) -> Option<&str> {
        let (_, query) = self.target().split_once('?')?;
        let mut fields = query.split('&').filter_map(|field| field.split_once('='));
        fields.find(|(field, _)| *field == name).map(|(_, it)| it)
    }

    /// The order an update is about; empty for other calls.
    pub fn order(&self) -> String {
        self.argument("purchase_no")
    }

    /// The flag an update gives.
    pub fn flag(&self) -> String {
        self.argument("flag_name")
    }

    /// Whether it asks for a page of orders, or for one order.
    pub fn is_listing(&self) -> bool {
        self.query("method") == Some("purchase.PurchaseOrder.queryWithDetail")
    }

    /// Which page a listing is asked for.
    pub fn page(&self) -> usize {
        let page = self.query("page_no").and_then(|page| page.parse().ok());
        page.expect("a page")
    }

    /// What a stand-in answers, which closes the connection then.
    pub fn passed_on_to(&self, stand_in: SocketAddr) -> io::Result<Vec<u8>> {
        let mut stream = TcpStream::connect(stand_in)?;
        write!(stream, "{}{}", self.head, self.body)?;
        let mut reply = Vec::new();
        stream.read_to_end(&mut reply)?;
        Ok(reply)
    }

    fn argument(&self, name: &str) -> String {
        let body: Value = serde_json::from_str(&self.body).unwrap_or_default();
        body[0][name].as_str().unwrap_or_default().to_owned()
    }
}
