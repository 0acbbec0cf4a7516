//! A client of the tests' own, whose calls can be bent before they are signed and sent.

use std::io::{self, BufRead, BufReader, Read, Write};
use std::net::{Shutdown, TcpStream};
use std::time::{Duration, SystemTime};

use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::Value;

use crate::sandbox::{APP_KEY, APP_SECRET, Config, SID, Sandbox, protocol, signature};

pub(super) const UPDATE: &str = "purchase.PurchaseOrder.updatePurchaseInfo";
pub(super) const LIST: &str = "purchase.PurchaseOrder.queryWithDetail";
pub(super) const NOW: &str = "system.Core.now";
pub(super) const OK: &str = r#"{"status":0}"#;

#[derive(Clone)]
pub(super) struct Call {
    pub(super) fields: Vec<(&'static str, String)>,
    pub(super) secret: String,
    pub(super) body: String,
}

impl Call {
    pub(super) fn new(method: &str, body: &str) -> Self {
        let (secret, salt) = APP_SECRET.split_once(':').unwrap();
        let timestamp = unix_now() - protocol::EPOCH;
        Self {
            fields: vec![
                ("sid", SID.to_owned()),
                ("key", APP_KEY.to_owned()),
                ("salt", salt.to_owned()),
                ("method", method.to_owned()),
                ("v", "1.0".to_owned()),
                ("timestamp", timestamp.to_string()),
            ],
            secret: secret.to_owned(),
            body: body.to_owned(),
        }
    }

    pub(super) fn update(order: &str, flag: &str) -> Self {
        let body = serde_json::json!([{ "purchase_no": order, "flag_name": flag }]);
        Self::new(UPDATE, &body.to_string())
    }

    pub(super) fn ping() -> Self {
        Self::new(NOW, "[]")
    }

    /// A page of a hundred, with the total on the first one, as other clients ask for it.
    pub(super) fn list(argument: &Value, page: usize) -> Self {
        let mut call = Self::new(LIST, &format!("[{argument}]"));
        call.fields.push(("page_size", "100".to_owned()));
        call.fields.push(("page_no", page.to_string()));
        if page == 0 {
            call.fields.push(("calc_total", "1".to_owned()));
        }
        call
    }

    pub(super) fn with(mut self, name: &str, value: &str) -> Self {
        for field in self.fields.iter_mut().filter(|field| field.0 == name) {
            field.1 = value.to_owned();
        }
        self
    }

    pub(super) fn late_by(self, seconds: i64) -> Self {
        let timestamp = unix_now() - protocol::EPOCH - seconds;
        self.with("timestamp", &timestamp.to_string())
    }

    pub(super) fn query(&self) -> String {
        let fields = self
            .fields
            .iter()
            .map(|(name, value)| (*name, value.as_str()));
        let sign = signature::sign(&self.secret, fields.clone(), self.body.as_bytes());
        fields
            .chain([("sign", sign.as_str())])
            .map(|(name, value)| format!("{name}={}", utf8_percent_encode(value, NON_ALPHANUMERIC)))
            .collect::<Vec<_>>()
            .join("&")
    }

    pub(super) fn to_http(&self) -> String {
        post(&format!("/openapi?{}", self.query()), &self.body)
    }
}

pub(super) fn post(target: &str, body: &str) -> String {
    format!(
        "POST {target} HTTP/1.1\r\nHost: erp\r\nContent-Type: application/json\r\n\
         Content-Length: {}\r\n\r\n{body}",
        body.len()
    )
}

pub(super) fn unix_now() -> i64 {
    let since = SystemTime::UNIX_EPOCH.elapsed().unwrap();
    since.as_secs() as i64
}

#[derive(Debug, PartialEq)]
pub(super) struct Reply {
    pub(super) code: u16,
    pub(super) head: String,
    pub(super) body: String,
}

impl Reply {
    pub(super) fn header(&self, name: &str) -> Option<&str> {
        self.head.lines().find_map(|line| {
            let (key, value) = line.split_once(':')?;
            key.eq_ignore_ascii_case(name).then(|| value.trim())
        })
    }
}

/// One connection.
pub(super) struct Caller(pub(super) BufReader<TcpStream>);

impl Caller {
    pub(super) fn new(sandbox: &Sandbox) -> Self {
        let stream = TcpStream::connect(sandbox.addr()).unwrap();
        // Only so that a broken server fails a test instead of hanging it.
        let patience = Some(Duration::from_secs(20));
        stream.set_read_timeout(patience).unwrap();
        Self(BufReader::new(stream))
    }

    pub(super) fn send(&mut self, bytes: impl AsRef<[u8]>) {
        self.0.get_mut().write_all(bytes.as_ref()).unwrap();
    }

    /// The next reply, or nothing if the connection ends instead.
    pub(super) fn receive(&mut self) -> Option<Reply> {
        let mut head = String::new();
        while !head.ends_with("\r\n\r\n") {
            match self.0.read_line(&mut head) {
                Ok(0) => return None,
                Err(error) if error.kind() == io::ErrorKind::ConnectionReset => return None,
                read => read.unwrap(),
            };
        }
        let code = head.split(' ').nth(1)?.parse().unwrap();
        let mut reply = Reply {
            code,
            head,
            body: String::new(),
        };
        let length = reply
            .header("content-length")
            .map_or(0, |n| n.parse().unwrap());
        let mut body = vec![0; length];
        self.0.read_exact(&mut body).unwrap();
        reply.body = String::from_utf8(body).unwrap();
        Some(reply)
    }

    pub(super) fn call(&mut self, call: &Call) -> Option<Reply> {
        self.send(call.to_http());
        self.receive()
    }

    /// The data of the page that answers `call`.
    pub(super) fn page(&mut self, call: &Call) -> Value {
        let reply: Value = serde_json::from_str(&self.reply(call)).unwrap();
        assert_eq!(reply["status"], 0, "{reply}");
        reply["data"].clone()
    }

    /// The body of the HTTP 200 that answers `call`.
    pub(super) fn reply(&mut self, call: &Call) -> String {
        let reply = self.call(call).expect("a reply");
        assert_eq!(reply.code, 200, "{reply:?}");
        assert_eq!(
            reply.header("content-type"),
            Some("application/json;charset=UTF-8")
        );
        reply.body
    }
}

pub(super) fn start(config: Config) -> Sandbox {
    Sandbox::start(config).unwrap()
}

/// What a sandbox sends back to raw bytes on a connection of their own, up to
/// the connection's end.
pub(super) fn raw(sandbox: &Sandbox, bytes: &[u8]) -> String {
    let mut caller = Caller::new(sandbox);
    // The server may close before it has read everything.
    let _ = caller.0.get_mut().write_all(bytes);
    let _ = caller.0.get_mut().shutdown(Shutdown::Write);
    let mut answer = Vec::new();
    let _ = caller.0.read_to_end(&mut answer);
    String::from_utf8_lossy(&answer).into_owned()
}

pub(super) fn refusal(status: u16, message: &str) -> String {
    serde_json::json!({ "status": status, "message": message }).to_string()
}
