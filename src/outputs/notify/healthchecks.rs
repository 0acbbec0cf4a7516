//! healthchecks: a ping with the exit code, which notices the night that did not run at all.

use super::{Message, Request, Robot, Verdict};
use crate::erp::Reply;

const MAX_BYTES: usize = 9_000;
/// Another run is at it: nothing failed.
const BUSY: u8 = 75;

pub fn request(robot: &Robot, message: &Message) -> Request {
    let (url, query) = robot.url().split_once('?').unwrap_or((robot.url(), ""));
    let ending = match message.exit_code {
        BUSY => "log".to_owned(),
        code => code.to_string(),
    };
    let joint = if query.is_empty() { "" } else { "&" };
    let url = url.trim_end_matches('/');
    let url = format!("{url}/{ending}?{query}{joint}rid={}", message.run_id);
    Request::new(&url, message.text(MAX_BYTES, ""))
}

/// Its own server also says `OK (not found)`.
pub fn verdict(reply: &Reply) -> Option<Verdict> {
    let said = reply.text();
    Some(if reply.http_status == 200 && said.trim() == "OK" {
        Verdict::Delivered
    } else {
        Verdict::Refused(said.trim().to_owned())
    })
}
