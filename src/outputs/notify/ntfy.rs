//! ntfy: JSON to the server's root, with the last part of the URL as the topic.

use serde_json::{Value, json};

use super::{Message, Request, Robot, Verdict};
use crate::erp::Reply;

/// What is longer becomes an attachment.
const MAX_BYTES: usize = 4_096;

pub fn request(robot: &Robot, message: &Message) -> Request {
    let url = robot.url().trim_end_matches('/');
    let (server, topic) = url.rsplit_once('/').unwrap_or((url, ""));
    let text = message.text(MAX_BYTES, "");
    let (title, text) = text.split_once('\n').unwrap_or((&text, ""));
    let priority = if message.is_problem { 4 } else { 3 };
    let body = json!({ "topic": topic, "title": title, "message": text, "priority": priority });
    Request::new(&format!("{server}/"), body)
}

pub fn verdict(reply: &Reply, body: &Value) -> Option<Verdict> {
    if reply.http_status == 200 && body["id"].is_string() {
        return Some(Verdict::Delivered);
    }
    Some(Verdict::Refused(body["error"].as_str()?.to_owned()))
}
