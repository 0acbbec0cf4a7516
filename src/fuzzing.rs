//! What the fuzz targets call: one function for each thing that is read and that others wrote.

use crate::erp::{Reason, Reply, classify};
use crate::files::journal::{Found, Identity, parse};

/// The body of an HTTP reply: the message that people see is short and holds no control characters.
pub fn reply(body: &[u8]) {
    let reply = Reply {
        http_status: 200,
        body: body.to_vec(),
        ..Reply::default()
    };
    if let Err(error) = classify(Ok(reply))
        && let Reason::Erp(message) = error.reason
    {
        assert!(!message.contains(char::is_control), "{message:?}");
        assert!(message.chars().count() <= 501, "{message:?}");
    }
}

/// A journal: a cut loses lines only at its end, and never makes it another's.
pub fn journal(bytes: &[u8]) {
    const CUTS: usize = 100;
    let identity = Identity::new(&[]);
    let Ok(Found::Lines(lines)) = parse(bytes, &identity) else {
        return;
    };
    for cut in bytes.len().saturating_sub(CUTS)..bytes.len() {
        match parse(&bytes[..cut], &identity) {
            Ok(Found::Lines(kept)) => assert!(lines.starts_with(&kept), "cut at {cut}"),
            Ok(Found::Nothing) => {}
            other => panic!("cut at {cut}: {other:?}"),
        }
    }
}
