//! Slack's incoming webhook: of a text `&`, `<` and `>` are escaped, and no more.

use serde_json::json;

use super::{Message, Request, Robot};

const MAX_BYTES: usize = 9_000;

pub fn request(robot: &Robot, message: &Message) -> Request {
    let text = message.text(MAX_BYTES, "");
    let text = text.replace('&', "&amp;").replace('<', "&lt;");
    let text = text.replace('>', "&gt;");
    Request::new(robot.url(), json!({ "text": text }))
}
