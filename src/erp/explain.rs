//! ureq's errors in this crate's terms.

use std::io;
use std::time::Duration;

use ureq::{Error, Timeout};

use super::error::ErrorKind::{Fatal, NoReply, Transient, Unreachable};
use super::error::{CallError, ErrorKind};
use super::proxy::SystemProxy;
use crate::language::{os_error, say};

/// A server that takes longer to accept a connection is away.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);

pub(super) struct Route {
    pub timeout: Duration,
    pub proxy: Option<SystemProxy>,
}

impl Route {
    /// Shorter than the whole call's, so that the two can be told apart.
    pub fn connect_timeout(&self) -> Duration {
        self.timeout.mul_f64(0.9).min(CONNECT_TIMEOUT)
    }

    pub fn explain(&self, error: &Error) -> CallError {
        let seconds = |time: Duration| time.as_secs_f32().to_string();
        let (kind, sent, mut reason) = match (error, &self.proxy) {
            (Error::Timeout(Timeout::Resolve | Timeout::Connect), _) => {
                let seconds = seconds(self.connect_timeout());
                let reason = say!("reason-no-connection", seconds = seconds);
                (Unreachable, false, reason)
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
                let reason = say!("reason-proxy-login", proxy = address, variable = variable);
                (Fatal, false, reason)
            }
            (
                Error::Protocol(_) | Error::LargeResponseHeader(..) | Error::BodyExceedsLimit(_),
                _,
            ) => {
                let what = error.to_string();
                (Transient, true, say!("reason-malformed", what = what))
            }
            (error, _) => (Unreachable, false, error.to_string()),
        };
        if let Some(proxy) = self.proxy.as_ref().filter(|_| kind == Unreachable) {
            // It may be to blame.
            let proxy = proxy.address();
            reason = say!("reason-through-proxy", reason = reason, proxy = proxy);
        }
        CallError {
            sent,
            ..CallError::new(kind, None, reason)
        }
    }

    pub fn explain_cut_off(&self, error: &Error) -> CallError {
        let mut error = self.explain(error);
        if !error.is_reply() {
            error.kind = Transient;
        }
        error
    }
}

fn explain_io(error: &io::Error) -> (ErrorKind, bool, String) {
    use io::ErrorKind::{
        AddrNotAvailable, ConnectionRefused, HostUnreachable, NetworkDown, NetworkUnreachable,
    };
    use rustls::Error::{InvalidCertificate, NoCertificatesPresented};

    let why = os_error(error);
    let tls = error.get_ref().and_then(|inner| inner.downcast_ref());
    if let Some(InvalidCertificate(_) | NoCertificatesPresented) = tls {
        return (Fatal, false, say!("reason-certificate", why = why));
    }
    match (error.kind(), error.raw_os_error()) {
        // ENFILE, EMFILE; WSAEMFILE, WSAENOBUFS.
        (_, Some(23 | 24 | 10_024 | 10_055)) => {
            (Fatal, false, say!("reason-out-of-handles", why = why))
        }
        // WSAHOST_NOT_FOUND to WSANO_DATA; the standard library has no kind for it.
        (_, Some(11_001..=11_004)) => (Unreachable, false, say!("reason-host-not-found")),
        _ if error.to_string().starts_with("failed to lookup address") => {
            (Unreachable, false, say!("reason-host-not-found"))
        }
        // The last: every port towards the server was in use a minute ago.
        (
            ConnectionRefused | HostUnreachable | NetworkUnreachable | NetworkDown
            | AddrNotAvailable,
            _,
        ) => (Unreachable, false, why),
        _ => (Unreachable, true, why),
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
            assert_eq!(explained.sent, may_be_applied, "{error:?}");
            let cut_off = route.explain_cut_off(&error);
            assert!(cut_off.is_reply(), "something had come: {error:?}");
        }
    }
}
