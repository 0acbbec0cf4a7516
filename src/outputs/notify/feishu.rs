//! Feishu, 飞书, and Lark: a card of plain texts, in which nothing is markup. The whole body may have
//! 20,000 bytes.

use std::time::Duration;

use jiff::Timestamp;
use serde_json::{Value, json};

use super::{Message, Request, Robot, Rules, Verdict, by_code};
use crate::text::base64;

const MAX_BYTES: usize = 9_000;
/// Where it is asked for too much a second.
const WAIT: Duration = Duration::from_secs(5);

pub fn request(robot: &Robot, message: &Message, now: Timestamp) -> Request {
    let text = message.text(MAX_BYTES, "");
    let (title, text) = text.split_once('\n').unwrap_or((&text, ""));
    let colour = if message.is_problem {
        "orange"
    } else {
        "green"
    };
    let plain = |text: &str| json!({ "tag": "plain_text", "content": text });
    let mut body = json!({
        "msg_type": "interactive",
        "card": {
            "config": { "wide_screen_mode": true },
            "header": { "template": colour, "title": plain(title) },
            "elements": [{ "tag": "div", "text": plain(text) }],
        },
    });
    if let Some(secret) = robot.secret() {
        let time = now.as_second();
        body["timestamp"] = time.to_string().into();
        body["sign"] = sign(secret, time).into();
    }
    Request::new(robot.url(), body)
}

/// The key is the time in seconds with the secret, and nothing is signed.
pub fn sign(secret: &str, time: i64) -> String {
    base64(&Robot::mac(&format!("{time}\n{secret}"), ""))
}

const RULES: Rules = &[
    (&[19_001], "", "gone"),
    (&[19_021], "", "clock"),
    (&[19_022], "", "address"),
    (&[19_024], "", "keyword"),
    (&[11_232, 99_991_400], "", "throttled"),
];

/// Replies of earlier versions have `StatusCode` alone.
pub fn verdict(reply: &Value) -> Option<Verdict> {
    let is_early = reply["code"].is_null();
    let (code, text) = if is_early {
        ("StatusCode", "StatusMessage")
    } else {
        ("code", "msg")
    };
    Some(match by_code(reply, code, text, RULES)? {
        Verdict::Throttled(None, why) => Verdict::Throttled(Some(WAIT), why),
        verdict => verdict,
    })
}
