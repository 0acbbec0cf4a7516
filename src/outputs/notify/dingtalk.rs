//! DingTalk, 钉钉: a text, in which nothing is markup. The whole body may have 20,000 bytes, and 3,000
//! characters are shown by every client.

use jiff::Timestamp;
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::json;

use super::{Message, Request, Robot, Rules};
use crate::text::base64;

const MAX_BYTES: usize = 9_000;

pub fn request(robot: &Robot, message: &Message, now: Timestamp) -> Request {
    let text = message.text(MAX_BYTES, "<>[]!");
    let body = json!({
        "msgtype": "text",
        "text": { "content": text },
        "at": { "isAtAll": false },
    });
    let url = robot.url();
    let Some(secret) = robot.secret() else {
        return Request::new(url, body);
    };
    let time = now.as_millisecond();
    let sign = sign(secret, time);
    let joint = if url.contains('?') { '&' } else { '?' };
    let url = format!("{url}{joint}timestamp={time}&sign={sign}");
    Request::new(&url, body)
}

/// Of 加签: the key is the secret, and what is signed is the time in milliseconds with it.
pub fn sign(secret: &str, time: i64) -> String {
    let mac = Robot::mac(secret, &format!("{time}\n{secret}"));
    utf8_percent_encode(&base64(&mac), NON_ALPHANUMERIC).to_string()
}

pub const RULES: Rules = &[
    (&[310_000], "keyword", "keyword"),
    (&[310_000], "timestamp", "clock"),
    (&[310_000], "sign", "secret"),
    (&[310_000], "whitelist", "address"),
    (
        &[300_001, 300_005, 400_101, 400_102, 400_106, 400_013],
        "",
        "gone",
    ),
    (&[130_101, 410_100, 660_026], "", "throttled"),
    (&[-1], "", "busy"),
];
