//! ureq's errors in this crate's terms.

use std::io;
use std::time::Duration;

use ureq::{Error, Timeout};

use super::error::ErrorKind::{Fatal, NoReply, Transient, Unreachable};
use super::error::{CallError, ErrorKind};
use super::proxy::SystemProxy;
use crate::language::say;

/// A server that takes longer to accept a connection is away.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);

/// How calls get to the ERP.
pub(super) struct Route {
    /// The longest a call may take.
    pub timeout: Duration,
    pub proxy: Option<SystemProxy>,
}

impl Route {
    /// Shorter than the whole call's, so that the two can be told apart.
    pub fn connect_timeout(&self) -> Duration {
        self.timeout.mul_f64(0.9).min(CONNECT_TIMEOUT)
    }

    /// Why there was no reply.
    pub fn explain(&self, error: &Error) -> CallError {
        let seconds = |time: Duration| time.as_secs_f32().to_string();
        let (kind, sent, reason) = match (error, &self.proxy) {
            (Error::Timeout(Timeout::Resolve | Timeout::Connect), _) => {
                let seconds = seconds(self.connect_timeout());
                (
                    Unreachable,
                    false,
                    say!("reason-no-connection", seconds = seconds),
                )
            }
            (Error::Timeout(_), _) => {
                let seconds = seconds(self.timeout);
                (NoReply, true, say!("reason-timeout", seconds = seconds))
            }
            (Error::Io(error), _) => explain_io(error),
            (Error::HostNotFound, _) => (Unreachable, false, say!("reason-host-not-found")),
            (Error::ConnectProxyFailed(why), Some(proxy))
                if why.starts_with("proxy server responded 407") =>
            {
                let (address, variable) = (proxy.address(), proxy.variable);
                let why = say!("reason-proxy-login", proxy = address, variable = variable);
                (Fatal, false, why)
            }
            (
                Error::Protocol(_) | Error::LargeResponseHeader(..) | Error::BodyExceedsLimit(_),
                _,
            ) => (
                Transient,
                true,
                say!("reason-malformed", what = error.to_string()),
            ),
            (error, _) => (Unreachable, false, error.to_string()),
        };
        let reason = match &self.proxy {
            // It may be to blame.
            Some(proxy) if kind == Unreachable => {
                say!(
                    "reason-through-proxy",
                    reason = reason,
                    proxy = proxy.address()
                )
            }
            _ => reason,
        };
        CallError {
            sent,
            ..CallError::new(kind, None, reason)
        }
    }

    /// Why a reply that had begun was not whole.
    pub fn explain_cut_off(&self, error: &Error) -> CallError {
        let mut error = self.explain(error);
        if !error.is_reply() {
            error.kind = Transient;
        }
        error
    }
}

/// Also whether the call may have reached the server.
fn explain_io(error: &io::Error) -> (ErrorKind, bool, String) {
    use rustls::Error::{InvalidCertificate, NoCertificatesPresented};

    let why = error.to_string();
    let inner = error.get_ref();
    match inner.and_then(|inner| inner.downcast_ref()) {
        Some(InvalidCertificate(_) | NoCertificatesPresented) => {
            return (Fatal, false, say!("reason-certificate", why = why));
        }
        _ if is_out_of_handles(error) => {
            return (Fatal, false, say!("reason-out-of-handles", why = why));
        }
        _ if is_unknown_host(error) => {
            return (Unreachable, false, say!("reason-host-not-found"));
        }
        _ => {}
    }
    let sent = !matches!(
        error.kind(),
        io::ErrorKind::ConnectionRefused
            | io::ErrorKind::HostUnreachable
            | io::ErrorKind::NetworkUnreachable
            | io::ErrorKind::NetworkDown
            // Every port towards the server was in use a minute ago.
            | io::ErrorKind::AddrNotAvailable
    );
    (Unreachable, sent, why)
}

/// Whether this process or this machine has as many files and connections open as it may.
fn is_out_of_handles(error: &io::Error) -> bool {
    // WSAEMFILE, WSAENOBUFS; ENFILE, EMFILE.
    let codes = if cfg!(windows) {
        [10_024, 10_055]
    } else {
        [23, 24]
    };
    error
        .raw_os_error()
        .is_some_and(|code| codes.contains(&code))
}

/// Whether a host's name could not be looked up. The standard library has no kind for that.
fn is_unknown_host(error: &io::Error) -> bool {
    if cfg!(windows) {
        // WSAHOST_NOT_FOUND, WSATRY_AGAIN, WSANO_RECOVERY, WSANO_DATA.
        matches!(error.raw_os_error(), Some(11_001..=11_004))
    } else {
        error.to_string().starts_with("failed to lookup address")
    }
}

#[cfg(test)]
mod tests {
    use std::net::ToSocketAddrs;

    use super::*;

    #[test]
    fn what_was_never_sent_is_told_from_what_was_never_answered() {
        let route = Route {
            timeout: Duration::from_secs(30),
            proxy: None,
        };
        let io = |kind: io::ErrorKind| Error::Io(kind.into());
        let unknown = ("no.such.host.invalid", 80).to_socket_addrs();
        let expired = rustls::Error::InvalidCertificate(rustls::CertificateError::Expired);
        for (error, kind, may_be_applied) in [
            (Error::Timeout(Timeout::Resolve), Unreachable, false),
            (Error::Timeout(Timeout::Connect), Unreachable, false),
            (Error::HostNotFound, Unreachable, false),
            (Error::Io(unknown.expect_err("no host")), Unreachable, false),
            (io(io::ErrorKind::ConnectionRefused), Unreachable, false),
            (io(io::ErrorKind::AddrNotAvailable), Unreachable, false),
            (Error::Io(io::Error::from_raw_os_error(24)), Fatal, false),
            (Error::Io(io::Error::other(expired)), Fatal, false),
            (io(io::ErrorKind::ConnectionReset), Unreachable, true),
            (io(io::ErrorKind::UnexpectedEof), Unreachable, true),
            (Error::Timeout(Timeout::Global), NoReply, true),
            (Error::Timeout(Timeout::RecvResponse), NoReply, true),
            (Error::LargeResponseHeader(2, 1), Transient, true),
        ] {
            let explained = route.explain(&error);
            assert_eq!(explained.kind, kind, "{error:?}");
            assert_eq!(explained.may_be_applied(), may_be_applied, "{error:?}");
            let cut_off = route.explain_cut_off(&error);
            assert!(cut_off.is_reply(), "something had come: {error:?}");
        }
    }
}
