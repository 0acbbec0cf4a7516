//! Who calls, where to, and by which way.

mod addresses;
mod init;
#[cfg(target_os = "linux")]
mod init_typed;
mod named;
mod ping;
mod secrets;
mod sources;
mod tls;
