//! Who calls, where to, and by which way.

mod named;
mod ping;
mod secrets;
mod sources;
mod tls;
