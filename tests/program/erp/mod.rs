//! What the ERP, or whatever answers in its place, is sent, and what becomes of its replies.

mod clock;
mod connection;
#[cfg(target_os = "linux")]
mod endless;
mod replies;
mod request;
mod stray;
mod terminal;
mod timeout;
