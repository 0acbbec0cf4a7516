//! ureq's errors in this crate's terms, without the URL, which holds half of the secret.

use std::io;
use std::time::Duration;

use ureq::{Error, Timeout};

use super::error::Reason;
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
    pub(super) secrets: &'c Secrets<'c>,
}

/// Shorter than the whole call's, so that the two can be told apart.
pub(super) fn connect_timeout(timeout: Duration) -> Duration {
    timeout.mul_f64(0.9).min(CONNECT_TIMEOUT)
}

impl Circumstances<'_> {
    pub(super) fn explain(&self, error: Error) -> Reason {
        self.name_proxy(self.reason(error))
    }

    /// Where the reply had begun.
    pub(super) fn explain_cut_off(&self, error: Error) -> Reason {
        match self.explain(error) {
            Reason::Connection(why) => Reason::CutOff(why),
            reason => reason,
        }
    }

    /// Names the proxy beside what kept a call from its server: it may be to blame.
    fn name_proxy(&self, reason: Reason) -> Reason {
        let Some(proxy) = self.proxy else {
            return reason;
        };
        let named = say!(
            "reason-through-proxy",
            reason = reason.to_string(),
            proxy = proxy.address()
        );
        match reason {
            Reason::Connection(_) => Reason::Connection(named),
            Reason::NotConnected(_) | Reason::NoConnection(_) | Reason::HostNotFound => {
                Reason::NotConnected(named)
            }
            reason => reason,
        }
    }

    fn reason(&self, error: Error) -> Reason {
        match error {
            Error::Timeout(Timeout::Resolve | Timeout::Connect) => {
                Reason::NoConnection(connect_timeout(self.timeout))
            }
            Error::Timeout(_) => Reason::Timeout(self.timeout),
            Error::Io(error) => self.explain_io(&error),
            Error::Rustls(error) => self.explain_tls(&error),
            Error::HostNotFound => Reason::HostNotFound,
            Error::BadUri(_) | Error::Http(_) => Reason::BadUrl,
            Error::ConnectionFailed => Reason::SpokeFirst,
            Error::ConnectProxyFailed(why) => self.explain_proxy(&why),
            error @ (Error::Protocol(_)
            | Error::LargeResponseHeader(..)
            | Error::BodyExceedsLimit(_)) => Reason::Malformed(self.text(&error)),
            error => Reason::NotConnected(self.text(&error)),
        }
    }

    fn explain_io(&self, error: &io::Error) -> Reason {
        let inner = error.get_ref();
        if let Some(tls) = inner.and_then(|inner| inner.downcast_ref::<rustls::Error>()) {
            return self.explain_tls(tls);
        }
        // Reading a body reports ureq's own errors inside an io::Error.
        match inner.and_then(|inner| inner.downcast_ref::<Error>()) {
            Some(Error::Timeout(_)) => return Reason::Timeout(self.timeout),
            Some(
                error @ (Error::Protocol(_)
                | Error::LargeResponseHeader(..)
                | Error::BodyExceedsLimit(_)),
            ) => return Reason::Malformed(self.text(error)),
            _ => {}
        }
        if is_out_of_handles(error) {
            return Reason::OutOfHandles(error.to_string());
        }
        match error.kind() {
            io::ErrorKind::TimedOut => Reason::Timeout(self.timeout),
            io::ErrorKind::ConnectionRefused
            | io::ErrorKind::HostUnreachable
            | io::ErrorKind::NetworkUnreachable
            | io::ErrorKind::NetworkDown
            // Every port towards the server was in use a minute ago.
            | io::ErrorKind::AddrNotAvailable => Reason::NotConnected(self.text(error)),
            _ => Reason::Connection(self.text(error)),
        }
    }

    fn explain_tls(&self, error: &rustls::Error) -> Reason {
        let text = self.text(error);
        match error {
            rustls::Error::InvalidCertificate(_) | rustls::Error::NoCertificatesPresented => {
                Reason::Certificate(text)
            }
            _ => Reason::Connection(text),
        }
    }

    fn explain_proxy(&self, why: &str) -> Reason {
        let status = why.strip_prefix(PROXY_SAYS);
        match (self.proxy, status) {
            (Some(proxy), Some(status)) if status.starts_with("407") => Reason::ProxyLogin {
                proxy: proxy.address(),
                variable: proxy.variable,
            },
            _ => Reason::NotConnected(self.text(&why)),
        }
    }

    fn text(&self, error: &impl ToString) -> String {
        self.secrets.printable(&error.to_string())
    }
}

/// Whether this process or this machine has as many files and connections open as it may.
fn is_out_of_handles(error: &io::Error) -> bool {
    #[cfg(unix)]
    const CODES: [i32; 2] = [23, 24];
    // WSAEMFILE, WSAENOBUFS.
    #[cfg(windows)]
    const CODES: [i32; 2] = [10_024, 10_055];
    error
        .raw_os_error()
        .is_some_and(|code| CODES.contains(&code))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn where_no_port_is_free_nothing_was_sent() {
        let secrets = Secrets::default();
        let circumstances = Circumstances {
            timeout: Duration::from_secs(30),
            proxy: None,
            secrets: &secrets,
        };
        let error = io::Error::from(io::ErrorKind::AddrNotAvailable);
        let reason = circumstances.explain(Error::Io(error));
        assert!(matches!(reason, Reason::NotConnected(_)), "{reason:?}");
    }
}
