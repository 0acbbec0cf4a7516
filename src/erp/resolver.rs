//! Host names to addresses, remembered for a minute.
//!
//! ureq looks a host up before every call, in a thread of its own. A run would make ten lookups a
//! second, each a way to fail.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use ureq::Error;
use ureq::config::Config;
use ureq::http::Uri;
use ureq::unversioned::resolver::{DefaultResolver, ResolvedSocketAddrs, Resolver};
use ureq::unversioned::transport::NextTimeout;

/// How long a host's addresses are taken for granted.
const RESOLVED_FOR: Duration = Duration::from_secs(60);

/// Shared by all workers.
#[derive(Clone, Debug, Default)]
pub(super) struct CachingResolver {
    inner: Arc<DefaultResolver>,
    known: Arc<Mutex<Vec<Known>>>,
}

#[derive(Debug)]
struct Known {
    /// Scheme, host and port, as the URL has them.
    origin: String,
    since: Instant,
    addresses: Vec<SocketAddr>,
}

impl Resolver for CachingResolver {
    fn resolve(
        &self,
        uri: &Uri,
        config: &Config,
        timeout: NextTimeout,
    ) -> Result<ResolvedSocketAddrs, Error> {
        let scheme = uri.scheme_str().unwrap_or_default();
        let origin = match uri.authority() {
            Some(authority) => format!("{scheme}://{authority}"),
            None => return self.inner.resolve(uri, config, timeout),
        };
        let lock = || self.known.lock().unwrap_or_else(PoisonError::into_inner);
        let mut known = lock();
        known.retain(|known| known.since.elapsed() < RESOLVED_FOR);
        if let Some(known) = known.iter().find(|known| known.origin == origin) {
            return Ok(self.list(&known.addresses));
        }
        drop(known);
        let addresses = self
            .inner
            .resolve(uri, config, timeout)
            .map_err(|error| match error {
                Error::Io(_) => Error::HostNotFound,
                error => error,
            })?;
        let addresses = ordered(&addresses);
        lock().push(Known {
            origin,
            since: Instant::now(),
            addresses: addresses.clone(),
        });
        Ok(self.list(&addresses))
    }
}

impl CachingResolver {
    fn list(&self, addresses: &[SocketAddr]) -> ResolvedSocketAddrs {
        let mut list = self.empty();
        for &address in addresses {
            list.push(address);
        }
        list
    }
}

/// Those of IPv4 first: addresses are tried in turn, with every call, and a network that has IPv6
/// in name alone lets each of them take seconds.
fn ordered(addresses: &[SocketAddr]) -> Vec<SocketAddr> {
    let mut ordered = addresses.to_vec();
    ordered.sort_by_key(SocketAddr::is_ipv6);
    ordered
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_of_ipv4_come_first_and_keep_their_order() {
        let all = ["[::1]:80", "127.0.0.2:80", "[::2]:80", "127.0.0.1:80"];
        let all = all.map(|text| text.parse().expect("an address"));
        let [one, two, three, four] = all;
        assert_eq!(ordered(&all), [two, four, one, three]);
    }

    #[test]
    fn a_host_is_looked_up_once_for_all_callers() {
        let resolver = CachingResolver::default();
        let resolve = |resolver: &CachingResolver, url: &str| {
            let uri = url.parse().expect("a URL");
            let found = resolver.resolve(&uri, &Config::default(), NextTimeout::default());
            found.expect("resolved").to_vec()
        };
        let lookups = || resolver.known.lock().expect("sound").len();
        let first = resolve(&resolver, "http://localhost:8080/x");
        assert_eq!(resolve(&resolver.clone(), "http://localhost:8080/y"), first);
        assert_eq!(lookups(), 1);
        for (url, address) in [
            ("http://127.0.0.1/x", "127.0.0.1:80"),
            ("https://127.0.0.1/x", "127.0.0.1:443"),
            ("https://[::1]/x", "[::1]:443"),
        ] {
            let address: SocketAddr = address.parse().expect("an address");
            assert_eq!(resolve(&resolver, url), [address], "{url}");
            assert_eq!(resolve(&resolver, url), [address], "{url}, remembered");
        }
        assert_eq!(lookups(), 4);
    }
}
