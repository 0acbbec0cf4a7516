//! How a request is answered, and what of it is told to whoever wants to watch.

use crate::language::say;

pub(super) enum Answer {
    Json(String),
    /// A gateway's error page.
    BadGateway,
    /// The connection closes without a reply.
    HangUp,
}

#[derive(Clone, Debug)]
pub struct Handled {
    /// The API method, or for what is no call the HTTP method and the path.
    pub asked: String,
    pub body: String,
    pub reply: String,
}

impl Handled {
    pub(super) fn call(query: &str, body: &[u8], answer: &Answer) -> Self {
        let method = query
            .split('&')
            .find_map(|pair| pair.strip_prefix("method="));
        Handled {
            asked: method.map_or_else(|| say!("sandbox-no-method"), str::to_owned),
            body: String::from_utf8_lossy(body).into_owned(),
            reply: match answer {
                Answer::Json(json) => json.clone(),
                Answer::BadGateway => "HTTP 502".to_owned(),
                Answer::HangUp => say!("sandbox-hung-up"),
            },
        }
    }
}
