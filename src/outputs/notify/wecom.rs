//! WeCom, 企业微信: a text of at most 2,048 bytes. `<@…>` in it would call people.

use serde_json::json;

use super::{Message, Request, Robot, Rules};

const MAX_BYTES: usize = 2_048;

pub fn request(robot: &Robot, message: &Message) -> Request {
    let text = message.text(MAX_BYTES, "<>[]!");
    let body = json!({ "msgtype": "text", "text": { "content": text } });
    Request::new(robot.url(), body)
}

pub const RULES: Rules = &[
    (&[93_000, 40_001], "", "gone"),
    (&[45_009, 45_033], "", "throttled"),
    (&[-1], "", "busy"),
];
