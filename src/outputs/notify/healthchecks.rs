//! healthchecks: a ping with the exit code, which notices the night that did not run at all.

use super::{Message, Request, Robot};

const MAX_BYTES: usize = 9_000;

pub fn request(robot: &Robot, message: &Message) -> Request {
    let (url, query) = robot.url().split_once('?').unwrap_or((robot.url(), ""));
    // Another run is at it, or time was up: nothing failed, and nothing is done.
    let ending = if message.exit_code == 0 || message.is_problem {
        message.exit_code.to_string()
    } else {
        "log".to_owned()
    };
    let joint = if query.is_empty() { "" } else { "&" };
    let url = url.trim_end_matches('/');
    let url = format!("{url}/{ending}?{query}{joint}rid={}", message.run_id);
    Request::new(&url, message.text(MAX_BYTES, ""))
}
