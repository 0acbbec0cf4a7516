//! What came back from a call, before it is judged.

use std::borrow::Cow;
use std::time::Duration;

use encoding_rs::GB18030;
use jiff::Timestamp;
use jiff::fmt::rfc2822;
use serde::Deserialize;
use serde_json::Value;
use serde_json::value::RawValue;
use ureq::Body;
use ureq::http::Response;
use ureq::http::header::{DATE, RETRY_AFTER};

#[derive(Debug, Clone, Default)]
pub struct Reply {
    pub http_status: u16,
    pub date: Option<Timestamp>,
    /// The `Retry-After` header, as the time to wait.
    pub retry_after: Option<Duration>,
    pub body: Vec<u8>,
}

impl Reply {
    /// Reads a response to its end, which must come within so many bytes of body.
    pub(super) fn read(mut response: Response<Body>, max_bytes: u64) -> Result<Reply, ureq::Error> {
        let header = |name| response.headers().get(name)?.to_str().ok();
        let time = |text| Some(rfc2822::parse(text).ok()?.timestamp());
        let date = header(DATE).and_then(time);
        // In seconds, or as a date by the server's own clock.
        let retry_after = header(RETRY_AFTER).and_then(|text| match text.parse() {
            Ok(seconds) => Some(Duration::from_secs(seconds)),
            Err(_) => {
                let now = date.unwrap_or_else(Timestamp::now);
                time(text)?.duration_since(now).try_into().ok()
            }
        });
        let http_status = response.status().as_u16();
        let body = response.body_mut().with_config().limit(max_bytes);
        Ok(Reply {
            http_status,
            date,
            retry_after,
            body: body.read_to_vec()?,
        })
    }

    /// The body as text: what is not UTF-8 may be GBK.
    pub fn text(&self) -> Cow<'_, str> {
        match String::from_utf8_lossy(&self.body) {
            Cow::Owned(damaged) => GB18030
                .decode_without_bom_handling_and_without_replacement(&self.body)
                .unwrap_or(Cow::Owned(damaged)),
            text => text,
        }
    }
}

#[derive(Debug, PartialEq, Eq)]
pub(super) struct Answer {
    pub(super) status: i64,
    pub(super) message: String,
    /// JSON; `null` where the answer has none.
    pub(super) data: String,
}

/// Read liberally: `status` may be a string, `message` absent or null, other fields come and go.
#[derive(Deserialize)]
struct Raw<'a> {
    status: Value,
    #[serde(default)]
    message: Value,
    #[serde(borrow)]
    data: Option<&'a RawValue>,
}

impl Answer {
    /// The answer in a reply, or `None` if that is no JSON object with a whole `status`.
    ///
    /// Bytes that are no characters can only stand in texts, where U+FFFD is put for them. What is
    /// listed is never guessed.
    pub(super) fn of(reply: &Reply) -> Option<Answer> {
        match String::from_utf8_lossy(&reply.body) {
            Cow::Borrowed(text) => Answer::parse(text),
            Cow::Owned(damaged) => Answer::parse(&reply.text())
                .filter(|answer| answer.status != 0)
                .or_else(|| Answer::parse(&damaged)),
        }
    }

    fn parse(text: &str) -> Option<Answer> {
        let text = text.trim_start_matches('\u{feff}');
        // A JSON array would be read as the fields in order; the ERP never answers so.
        if !text.trim_start().starts_with('{') {
            return None;
        }
        let raw: Raw<'_> = serde_json::from_str(text).ok()?;
        let status = match raw.status {
            Value::Number(number) => number.as_i64()?,
            // Success is told by nothing but `0`: what else reads as nought is not the ERP's.
            Value::String(text) => {
                let status = text.trim().parse().ok()?;
                (status != 0 || text == "0").then_some(status)?
            }
            _ => return None,
        };
        let message = match raw.message {
            Value::Null => String::new(),
            Value::String(text) => text,
            other => other.to_string(),
        };
        Some(Answer {
            status,
            message,
            data: raw.data.map_or("null", RawValue::get).to_owned(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(body: &[u8]) -> Option<Answer> {
        Answer::of(&Reply {
            body: body.to_vec(),
            ..Reply::default()
        })
    }

    #[test]
    fn answers_are_read_liberally() {
        for (body, status, message, data) in [
            (
                &br#"{"status":"0","data":[1, 2],"x":7}"#[..],
                0,
                "",
                "[1, 2]",
            ),
            (br#" {"message":null,"status":0} "#, 0, "", "null"),
            (b"\xef\xbb\xbf{\"status\":0,\"data\":null}", 0, "", "null"),
            (br#"{"status":" 100 ","message":7}"#, 100, "7", "null"),
            (br#"{"status":-1,"message":"a\nc"}"#, -1, "a\nc", "null"),
            (
                b"{\"status\":1,\"message\":\"\xff\"}",
                1,
                "\u{fffd}",
                "null",
            ),
        ] {
            let answer = Answer {
                status,
                message: message.into(),
                data: data.into(),
            };
            assert_eq!(parsed(body), Some(answer));
        }
    }

    #[test]
    fn success_is_nought_and_nothing_like_it() {
        let statuses = "null|true|[0]|0.0|-0|-0.0|0e0|00|+0|1e999|99999999999999999999|''|'-0'|'+0'|'00'|\
            '0.0'|'0\\n'|'\\uff10'|' 0'|'0 '|0,'st\\u0061tus':0|0,'message':'','message':''|0} {";
        let bodies = statuses.split('|').map(|it| format!("{{'status':{it}}}"));
        let others = ["", "<html>", "{}", "[0,'']", "0", "{'status':0"].map(str::to_owned);
        for body in bodies.chain(others) {
            let body = body.replace('\'', "\"");
            assert_eq!(parsed(body.as_bytes()), None, "{body}");
        }
    }
}
