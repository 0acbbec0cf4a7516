//! Any other address: the object of `--format json`, with a title and a text, signed as is usual.

use super::{Message, Request, Robot};
use crate::text::hex;

pub fn request(robot: &Robot, message: &Message) -> Request {
    let mut body = message.ending.clone();
    body["title"] = message.title.clone().into();
    body["text"] = message.text(usize::MAX, "").into();
    let mut request = Request::new(robot.url(), body);
    request.header = robot.secret().map(|secret| {
        let mac = Robot::mac(secret, &request.body);
        ("X-Wdt-Flags-Signature", format!("sha256={}", hex(&mac)))
    });
    request
}
