//! Any other address: the object of `--format json`, with a title and a text, signed as is usual.

use secrecy::ExposeSecret;

use super::{Message, Request, Robot, Verdict};
use crate::erp::Reply;
use crate::text::hex;

pub fn request(robot: &Robot, message: &Message) -> Request {
    let mut body = message.ending.clone();
    body["title"] = message.title.clone().into();
    body["text"] = message.text(usize::MAX, "").into();
    let mut request = Request::new(robot.url(), body);
    request.header = robot.secret.as_ref().map(|secret| {
        let mac = Robot::mac(secret.expose_secret(), &request.body);
        ("X-Wdt-Flags-Signature", format!("sha256={}", hex(&mac)))
    });
    request
}

pub fn verdict(reply: &Reply) -> Option<Verdict> {
    (200..300)
        .contains(&reply.http_status)
        .then_some(Verdict::Delivered)
}
