//! The connection under ureq: one system call to send a request, one to read its reply, one to
//! see that the connection is still good.
//!
//! ureq's own transport makes a dozen a call (it sends head and body apart, sets a timeout before
//! each step and switches the socket to non-blocking and back twice) and looks up the host, in a
//! thread of its own, before each call. That is half of what a call costs this machine.

use std::io::{self, Read, Write};
use std::net::{IpAddr, Shutdown, SocketAddr, TcpStream};
use std::sync::{Arc, Mutex, PoisonError, Weak};
use std::time::{Duration, Instant};

use ureq::http::Uri;
use ureq::unversioned::resolver::{DefaultResolver, ResolvedSocketAddrs, Resolver};
use ureq::unversioned::transport::{
    Buffers, ConnectProxyConnector, ConnectionDetails, Connector, Either, LazyBuffers, NextTimeout,
    RustlsConnector, ShutdownHandle, SocksConnector, Transport,
};
use ureq::{Error, config::Config};

/// How long a host's addresses are taken for granted.
const RESOLVED_FOR: Duration = Duration::from_secs(60);
/// More than a request of this program has; beyond it output is sent before a reply is awaited.
const MOST_UNSENT: usize = 64 * 1024;

/// Proxies, TCP and TLS, in the order ureq itself has them.
pub(super) fn connector() -> impl Connector {
    ().chain(SocksConnector::default())
        .chain(ConnectProxyConnector::default())
        .chain(TcpConnector)
        .chain(RustlsConnector::default())
}

/// Looks a host up once a minute at the most, for all workers.
#[derive(Clone, Debug, Default)]
pub(super) struct CachingResolver {
    inner: Arc<DefaultResolver>,
    known: Arc<Mutex<Vec<Known>>>,
}

#[derive(Debug)]
struct Known {
    host: String,
    port: u16,
    since: Instant,
    addresses: Vec<SocketAddr>,
}

impl CachingResolver {
    fn filled(&self, addresses: &[SocketAddr]) -> ResolvedSocketAddrs {
        let mut filled = self.empty();
        for &address in addresses {
            filled.push(address);
        }
        filled
    }
}

impl Resolver for CachingResolver {
    fn resolve(
        &self,
        uri: &Uri,
        config: &Config,
        timeout: NextTimeout,
    ) -> Result<ResolvedSocketAddrs, Error> {
        let port = match (uri.port_u16(), uri.scheme_str()) {
            (Some(port), _) => port,
            (None, Some("http")) => 80,
            (None, Some("https")) => 443,
            // A proxy of another kind.
            (None, _) => return self.inner.resolve(uri, config, timeout),
        };
        let host = uri.host().unwrap_or_default();
        let bare = host.trim_start_matches('[').trim_end_matches(']');
        if let Ok(ip) = bare.parse::<IpAddr>() {
            return Ok(self.filled(&[SocketAddr::new(ip, port)]));
        }
        let lock = || self.known.lock().unwrap_or_else(PoisonError::into_inner);
        let mut known = lock();
        known.retain(|known| known.since.elapsed() < RESOLVED_FOR);
        if let Some(known) = known.iter().find(|it| it.host == host && it.port == port) {
            return Ok(self.filled(&known.addresses));
        }
        drop(known);
        let addresses = self.inner.resolve(uri, config, timeout)?;
        lock().push(Known {
            host: host.to_owned(),
            port,
            since: Instant::now(),
            addresses: addresses.to_vec(),
        });
        Ok(addresses)
    }
}

/// Opens plain connections, where no proxy has opened one.
#[derive(Debug)]
struct TcpConnector;

impl<In: Transport> Connector<In> for TcpConnector {
    type Out = Either<In, TcpTransport>;

    fn connect(
        &self,
        details: &ConnectionDetails<'_>,
        chained: Option<In>,
    ) -> Result<Option<Self::Out>, Error> {
        if let Some(chained) = chained {
            return Ok(Some(Either::A(chained)));
        }
        let stream = connect(&details.addrs, details.timeout)?;
        stream.set_nodelay(details.config.no_delay())?;
        let transport = TcpTransport {
            stream: Arc::new(Stream(stream)),
            buffers: LazyBuffers::new(
                details.config.input_buffer_size(),
                details.config.output_buffer_size(),
            ),
            unsent: Vec::new(),
            read_timeout: None,
            write_timeout: None,
            just_used: true,
        };
        let handle: Arc<dyn ShutdownHandle> = transport.stream.clone();
        (details.register_shutdown)(Arc::downgrade(&handle) as Weak<dyn ShutdownHandle>)?;
        Ok(Some(Either::B(transport)))
    }
}

/// The first address that answers. Each is given its share of the time that is left.
fn connect(addresses: &[SocketAddr], timeout: NextTimeout) -> Result<TcpStream, Error> {
    let began = Instant::now();
    let mut failed = Error::HostNotFound;
    for (at, address) in addresses.iter().enumerate() {
        let attempt = match timeout.not_zero() {
            Some(most) => {
                let left = most.saturating_sub(began.elapsed());
                let share = left / u32::try_from(addresses.len() - at).unwrap_or(u32::MAX);
                TcpStream::connect_timeout(address, share.max(Duration::from_millis(1)))
            }
            None => TcpStream::connect(address),
        };
        match attempt {
            Ok(stream) => return Ok(stream),
            Err(error) if timed_out(&error) => failed = Error::Timeout(timeout.reason),
            Err(error) => failed = Error::Io(error),
        }
    }
    Err(failed)
}

/// A socket read or write that ran into its timeout; which of the two kinds depends on the system.
fn timed_out(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        io::ErrorKind::TimedOut | io::ErrorKind::WouldBlock
    )
}

#[derive(Debug)]
struct Stream(TcpStream);

impl ShutdownHandle for Stream {
    fn shutdown(&self) {
        // It may be closed already.
        let _ = self.0.shutdown(Shutdown::Both);
    }
}

/// A plain connection.
#[derive(Debug)]
struct TcpTransport {
    stream: Arc<Stream>,
    buffers: LazyBuffers,
    /// Output that goes out, whole, when a reply is awaited.
    unsent: Vec<u8>,
    read_timeout: Option<Duration>,
    write_timeout: Option<Duration>,
    /// Whether this connection has just carried something: then it need not be looked at when it
    /// is laid by, only when it is taken up again.
    just_used: bool,
}

impl TcpTransport {
    fn flush(&mut self, timeout: NextTimeout) -> Result<(), Error> {
        if self.unsent.is_empty() {
            return Ok(());
        }
        let left = left(timeout)?;
        if let Some(time) = renewed(self.write_timeout, left) {
            self.stream.0.set_write_timeout(Some(time))?;
            self.write_timeout = Some(time);
        }
        let written = (&self.stream.0).write_all(&self.unsent);
        self.unsent.clear();
        written.map_err(|error| explain(error, timeout))
    }
}

/// The time that is left for a step; `None`: as long as it takes.
fn left(timeout: NextTimeout) -> Result<Option<Duration>, Error> {
    if timeout.after.is_not_happening() {
        return Ok(None);
    }
    if timeout.after.is_zero() {
        return Err(Error::Timeout(timeout.reason));
    }
    Ok(timeout.not_zero().map(|left| *left))
}

/// The socket timeout to set, unless the one that is set is as good: no longer than the time left,
/// and shorter by a sixteenth at the most. (A step that it cuts short is simply gone on with.)
fn renewed(set: Option<Duration>, left: Option<Duration>) -> Option<Duration> {
    let left = left?;
    match set {
        Some(set) if set <= left && set >= left - left / 16 => None,
        _ => Some((left - left / 32).max(Duration::from_millis(1))),
    }
}

fn explain(error: io::Error, timeout: NextTimeout) -> Error {
    if timed_out(&error) {
        Error::Timeout(timeout.reason)
    } else {
        Error::Io(error)
    }
}

impl Transport for TcpTransport {
    fn buffers(&mut self) -> &mut dyn Buffers {
        &mut self.buffers
    }

    fn transmit_output(&mut self, amount: usize, timeout: NextTimeout) -> Result<(), Error> {
        let output = &self.buffers.output()[..amount];
        self.unsent.extend_from_slice(output);
        if self.unsent.len() > MOST_UNSENT {
            self.flush(timeout)?;
        }
        Ok(())
    }

    fn await_input(&mut self, timeout: NextTimeout) -> Result<bool, Error> {
        self.flush(timeout)?;
        self.just_used = true;
        let began = Instant::now();
        let most = left(timeout)?;
        loop {
            let left = most.map(|most| most.saturating_sub(began.elapsed()));
            if left.is_some_and(|left| left.is_zero()) {
                return Err(Error::Timeout(timeout.reason));
            }
            if let Some(time) = renewed(self.read_timeout, left) {
                self.stream.0.set_read_timeout(Some(time))?;
                self.read_timeout = Some(time);
            }
            match (&self.stream.0).read(self.buffers.input_append_buf()) {
                Ok(amount) => {
                    self.buffers.input_appended(amount);
                    return Ok(amount > 0);
                }
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) if timed_out(&error) && left.is_some() => {}
                Err(error) => return Err(explain(error, timeout)),
            }
        }
    }

    /// Asked when a connection is laid by and again when it is taken up; only the second answer
    /// matters, and it must be that nothing has come that was not asked for.
    fn is_open(&mut self) -> bool {
        if self.just_used {
            self.just_used = false;
            return true;
        }
        is_quiet(&self.stream.0)
    }
}

/// Whether the other side has neither closed the connection nor sent anything.
#[cfg(unix)]
fn is_quiet(stream: &TcpStream) -> bool {
    use rustix::io::Errno;
    use rustix::net::{RecvFlags, recv};

    let look = RecvFlags::PEEK | RecvFlags::DONTWAIT;
    matches!(recv(stream, &mut [0], look), Err(Errno::WOULDBLOCK))
}

/// Whether the other side has neither closed the connection nor sent anything.
#[cfg(not(unix))]
fn is_quiet(stream: &TcpStream) -> bool {
    let look = || {
        stream.set_nonblocking(true)?;
        let found = stream.peek(&mut [0]);
        stream.set_nonblocking(false)?;
        found
    };
    look().is_err_and(|error| error.kind() == io::ErrorKind::WouldBlock)
}

#[cfg(test)]
mod tests {
    use std::net::TcpListener;

    use super::*;

    #[test]
    fn a_timeout_is_set_anew_only_when_the_one_set_will_not_do() {
        let secs = Duration::from_secs;
        let left = secs(32);
        assert_eq!(renewed(None, None), None);
        assert_eq!(renewed(None, Some(left)), Some(secs(31)));
        assert_eq!(renewed(Some(secs(31)), Some(left)), None);
        assert_eq!(
            renewed(Some(secs(33)), Some(left)),
            Some(secs(31)),
            "longer than is left"
        );
        assert_eq!(
            renewed(Some(secs(29)), Some(left)),
            Some(secs(31)),
            "much shorter"
        );
        let moment = Duration::from_micros(1);
        assert_eq!(
            renewed(None, Some(moment)),
            Some(Duration::from_millis(1)),
            "never zero"
        );
    }

    #[test]
    fn addresses_need_no_lookup_and_names_one_for_all_callers() {
        let resolver = CachingResolver::default();
        let resolve = |resolver: &CachingResolver, url: &str| {
            let uri = url.parse().expect("a URL");
            let found = resolver.resolve(&uri, &Config::default(), NextTimeout::default());
            found.expect("resolved").to_vec()
        };
        for (url, address) in [
            ("http://127.0.0.1:8080/x", "127.0.0.1:8080"),
            ("http://127.0.0.1/x", "127.0.0.1:80"),
            ("https://[::1]/x", "[::1]:443"),
        ] {
            assert_eq!(
                resolve(&resolver, url),
                [address.parse().expect("an address")]
            );
        }
        assert!(resolver.known.lock().expect("sound").is_empty());

        let first = resolve(&resolver, "http://localhost:8080/x");
        assert_eq!(resolve(&resolver.clone(), "http://localhost:8080/y"), first);
        assert_eq!(resolver.known.lock().expect("sound").len(), 1);
    }

    #[test]
    fn a_connection_is_quiet_until_the_other_side_sends_or_closes() {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let address = listener.local_addr().expect("bound");
        for speak in [true, false] {
            let ours = TcpStream::connect(address).expect("connected");
            let (mut theirs, _) = listener.accept().expect("accepted");
            assert!(is_quiet(&ours));
            if speak {
                theirs.write_all(b"?").expect("sent");
            } else {
                drop(theirs);
            }
            // What was sent, or the end, arrives when it arrives.
            ours.peek(&mut [0]).expect("readable");
            assert!(!is_quiet(&ours));
        }
    }
}
