//! ureq's errors in this crate's terms, without the URL, which holds half of the secret.

use std::io;
use std::time::Duration;

use ureq::{Error, Timeout};

use super::error::ErrorKind::{Fatal, NoReply, Transient, Unreachable};
use super::error::{CallError, ErrorKind, Reason};
use super::proxy::SystemProxy;
use super::secrets::Secrets;
use crate::language::say;

/// A server that takes longer to accept a connection is away.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);
/// How ureq tells the HTTP status that a proxy gave instead of a connection.
const PROXY_SAYS: &str = "proxy server responded ";

/// What has to be known of a call to say why it failed.
pub(super) struct Circumstances<'c> {
    pub(super) timeout: Duration,
    pub(super) proxy: Option<&'c SystemProxy>,
    pub(super) secrets: &'c Secrets,
}

/// Shorter than the whole call's, so that the two can be told apart.
pub(super) fn connect_timeout(timeout: Duration) -> Duration {
    timeout.mul_f64(0.9).min(CONNECT_TIMEOUT)
}

impl Circumstances<'_> {
    /// Why there was no reply.
    pub(super) fn explain(&self, error: &Error) -> CallError {
        let (kind, reason) = self.classify(error);
        CallError::new(kind, None, self.name_proxy(reason))
    }

    /// Why a reply that had begun was not whole.
    pub(super) fn explain_cut_off(&self, error: &Error) -> CallError {
        let error = self.explain(error);
        let kind = if error.is_reply() {
            error.kind
        } else {
            Transient
        };
        CallError { kind, ..error }
    }

    /// Names the proxy beside what kept a call from its server: it may be to blame.
    fn name_proxy(&self, reason: Reason) -> Reason {
        let named = |why: String| match self.proxy {
            Some(proxy) => say!(
                "reason-through-proxy",
                reason = why,
                proxy = proxy.address()
            ),
            None => why,
        };
        match reason {
            Reason::Connection(why) => Reason::Connection(named(why)),
            Reason::NotConnected(why) => Reason::NotConnected(named(why)),
            reason => reason,
        }
    }

    fn classify(&self, error: &Error) -> (ErrorKind, Reason) {
        let not_connected = |why| (Unreachable, Reason::NotConnected(why));
        match error {
            Error::Timeout(Timeout::Resolve | Timeout::Connect) => {
                let seconds = connect_timeout(self.timeout).as_secs_f32().to_string();
                not_connected(say!("reason-no-connection", seconds = seconds))
            }
            Error::Timeout(_) => (NoReply, Reason::Timeout(self.timeout)),
            Error::Io(error) => self.classify_io(error),
            Error::Rustls(error) => self.classify_tls(error),
            Error::HostNotFound => not_connected(say!("reason-host-not-found")),
            Error::ConnectProxyFailed(why) => {
                let status = why.strip_prefix(PROXY_SAYS).unwrap_or_default();
                match self.proxy.filter(|_| status.starts_with("407")) {
                    Some(proxy) => (
                        Fatal,
                        Reason::ProxyLogin {
                            proxy: proxy.address(),
                            variable: proxy.variable,
                        },
                    ),
                    None => not_connected(self.text(why)),
                }
            }
            Error::Protocol(_) | Error::LargeResponseHeader(..) | Error::BodyExceedsLimit(_) => {
                (Transient, Reason::Malformed(self.text(error)))
            }
            error => not_connected(self.text(error)),
        }
    }

    fn classify_io(&self, error: &io::Error) -> (ErrorKind, Reason) {
        let inner = error.get_ref();
        if let Some(error) = inner.and_then(|inner| inner.downcast_ref::<rustls::Error>()) {
            return self.classify_tls(error);
        }
        if is_out_of_handles(error) {
            return (Fatal, Reason::OutOfHandles(error.to_string()));
        }
        if is_unknown_host(error) {
            let why = say!("reason-host-not-found");
            return (Unreachable, Reason::NotConnected(why));
        }
        match error.kind() {
            io::ErrorKind::TimedOut => (NoReply, Reason::Timeout(self.timeout)),
            io::ErrorKind::ConnectionRefused
            | io::ErrorKind::HostUnreachable
            | io::ErrorKind::NetworkUnreachable
            | io::ErrorKind::NetworkDown
            // Every port towards the server was in use a minute ago.
            | io::ErrorKind::AddrNotAvailable => {
                (Unreachable, Reason::NotConnected(self.text(error)))
            }
            _ => (Unreachable, Reason::Connection(self.text(error))),
        }
    }

    fn classify_tls(&self, error: &rustls::Error) -> (ErrorKind, Reason) {
        let why = self.text(error);
        match error {
            rustls::Error::InvalidCertificate(_) | rustls::Error::NoCertificatesPresented => {
                (Fatal, Reason::Certificate(why))
            }
            _ => (Unreachable, Reason::Connection(why)),
        }
    }

    fn text(&self, error: &impl ToString) -> String {
        self.secrets.printable(&error.to_string())
    }
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
        let circumstances = Circumstances {
            timeout: Duration::from_secs(30),
            proxy: None,
            secrets: &Secrets::default(),
        };
        let io = |kind: io::ErrorKind| Error::Io(kind.into());
        let unknown = ("no.such.host.invalid", 80).to_socket_addrs();
        let certificate = rustls::CertificateError::Expired;
        for (error, kind, may_be_applied) in [
            (Error::Timeout(Timeout::Resolve), Unreachable, false),
            (Error::Timeout(Timeout::Connect), Unreachable, false),
            (Error::HostNotFound, Unreachable, false),
            (Error::Io(unknown.expect_err("no host")), Unreachable, false),
            (io(io::ErrorKind::ConnectionRefused), Unreachable, false),
            (io(io::ErrorKind::AddrNotAvailable), Unreachable, false),
            (Error::Io(io::Error::from_raw_os_error(24)), Fatal, false),
            (io(io::ErrorKind::ConnectionReset), Unreachable, true),
            (io(io::ErrorKind::UnexpectedEof), Unreachable, true),
            (Error::Timeout(Timeout::Global), NoReply, true),
            (Error::Timeout(Timeout::RecvResponse), NoReply, true),
            (Error::LargeResponseHeader(2, 1), Transient, true),
            (Error::Rustls(certificate.into()), Fatal, true),
        ] {
            let explained = circumstances.explain(&error);
            assert_eq!(explained.kind, kind, "{error:?}");
            assert_eq!(explained.may_be_applied(), may_be_applied, "{error:?}");
            let cut_off = circumstances.explain_cut_off(&error);
            assert!(cut_off.is_reply(), "something had come: {error:?}");
        }
    }
}
