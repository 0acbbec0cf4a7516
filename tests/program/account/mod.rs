//! Who calls, where to, and by which way.

mod ping;
mod secrets;
mod sources;
mod tls;
