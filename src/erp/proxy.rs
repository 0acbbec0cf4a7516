//! Which proxy the system's settings name for an endpoint.

use std::ffi::OsString;
use std::net::{IpAddr, SocketAddr};

use ureq::http::Uri;

use super::endpoint::names_a_server;
use crate::language::say;

/// The proxy that calls go through.
#[derive(Clone, Debug)]
pub(super) struct SystemProxy {
    pub(super) proxy: ureq::Proxy,
    /// The variable that names it.
    pub(super) variable: &'static str,
}

#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[error("{}", say!("proxy-unusable", variable = .0.to_string()))]
pub struct ProxyError(&'static str);

impl SystemProxy {
    /// That of the scheme, or else that of all. A variable that is set but unusable is an error
    /// rather than a call that goes around the proxy.
    pub(super) fn choose(
        endpoint: &Uri,
        variable: impl Fn(&str) -> Option<OsString>,
    ) -> Result<Option<SystemProxy>, ProxyError> {
        let is_https = endpoint.scheme_str() == Some("https");
        let names: [&'static str; 4] = match is_https {
            true => ["HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy"],
            false => ["HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"],
        };
        let set = |name| variable(name).filter(|value| !value.is_empty());
        let port = endpoint
            .port_u16()
            .unwrap_or(if is_https { 443 } else { 80 });
        let exempt = ["NO_PROXY", "no_proxy"].into_iter().find_map(set);
        let exempt = exempt.unwrap_or_default();
        if is_exempt(
            &exempt.to_string_lossy(),
            endpoint.host().unwrap_or_default(),
            port,
        ) {
            return Ok(None);
        }
        let Some((variable, value)) = names
            .into_iter()
            .find_map(|name| set(name).map(|value| (name, value)))
        else {
            return Ok(None);
        };
        value
            .to_str()
            .and_then(|value| ureq::Proxy::new(value.trim()).ok())
            .filter(|proxy| proxy.uri().authority().is_some_and(names_a_server))
            .map(|proxy| Some(SystemProxy { proxy, variable }))
            .ok_or(ProxyError(variable))
    }

    /// Without user and password.
    pub(super) fn address(&self) -> String {
        let proxy = &self.proxy;
        let scheme = proxy.uri().scheme_str().unwrap_or("http");
        format!("{scheme}://{}:{}", proxy.host(), proxy.port())
    }
}

/// Whether a list such as `NO_PROXY` has the server: under a domain, an address, a network, or what
/// these begin with (`10.1.*`), each perhaps with a port.
fn is_exempt(list: &str, host: &str, port: u16) -> bool {
    let host = host.trim_matches(['[', ']']).trim_end_matches('.');
    let address: Option<IpAddr> = host.parse().ok();
    let entries = list
        .split([',', ' ', '\t'])
        .filter(|entry| !entry.is_empty());
    entries.into_iter().any(|entry| {
        if let Some((network, bits)) = entry.split_once('/') {
            return address
                .zip(network.parse().ok())
                .zip(bits.parse().ok())
                .is_some_and(|((address, network), bits)| is_within(address, network, bits));
        }
        if let Ok(entry) = entry.parse::<SocketAddr>() {
            return address == Some(entry.ip()) && port == entry.port();
        }
        if let Ok(entry) = entry.trim_matches(['[', ']']).parse::<IpAddr>() {
            return address == Some(entry);
        }
        let (name, only) = match entry.split_once(':') {
            Some((name, only)) => (name, only.parse().ok()),
            None => (entry, Some(port)),
        };
        only == Some(port) && is_named(name, host)
    })
}

fn is_named(name: &str, host: &str) -> bool {
    let (name, host) = (name.to_ascii_lowercase(), host.to_ascii_lowercase());
    if name == "*" {
        return true;
    }
    if let Some(begin) = name.strip_suffix('*') {
        return host.starts_with(begin);
    }
    let domain = name.trim_start_matches('*').trim_matches('.');
    host.strip_suffix(domain)
        .is_some_and(|rest| !domain.is_empty() && (rest.is_empty() || rest.ends_with('.')))
}

fn is_within(address: IpAddr, network: IpAddr, bits: u32) -> bool {
    let differ = match (address, network) {
        (IpAddr::V4(address), IpAddr::V4(network)) => {
            (address.to_bits() ^ network.to_bits()).leading_zeros()
        }
        (IpAddr::V6(address), IpAddr::V6(network)) => {
            (address.to_bits() ^ network.to_bits()).leading_zeros()
        }
        _ => return false,
    };
    differ >= bits
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What is chosen for the endpoint where these variables are set.
    fn chosen(endpoint: &str, set: &[(&str, &str)]) -> Result<Option<String>, ProxyError> {
        let endpoint = endpoint.parse().expect("a URL");
        let variable = |name: &str| {
            let found = set.iter().find(|(known, _)| *known == name);
            found.map(|(_, value)| value.into())
        };
        let proxy = SystemProxy::choose(&endpoint, variable)?;
        Ok(proxy.map(|proxy| format!("{} {}", proxy.variable, proxy.address())))
    }

    #[test]
    fn each_scheme_has_its_own_and_all_is_for_what_has_none() {
        let all = [
            ("ALL_PROXY", "socks5://all"),
            ("HTTP_PROXY", "plain:1"),
            ("HTTPS_PROXY", "http://me:hush@tls:2"),
        ];
        for (endpoint, set, expected) in [
            ("https://erp/x", &all[..], "HTTPS_PROXY http://tls:2"),
            ("http://erp/x", &all, "HTTP_PROXY http://plain:1"),
            ("http://erp/x", &all[..1], "ALL_PROXY socks5://all:1080"),
            ("https://erp/x", &all[..2], "ALL_PROXY socks5://all:1080"),
            (
                "http://erp/x",
                &[("http_proxy", "a:1"), ("ALL_PROXY", "b:2")],
                "http_proxy http://a:1",
            ),
            (
                "https://erp/x",
                &[("HTTPS_PROXY", ""), ("https_proxy", "a:1")],
                "https_proxy http://a:1",
            ),
            (
                "https://erp/x",
                &[("all_proxy", "a:1")],
                "all_proxy http://a:1",
            ),
        ] {
            assert_eq!(chosen(endpoint, set), Ok(Some(expected.into())), "{set:?}");
        }
        assert_eq!(chosen("http://erp/x", &all[2..]), Ok(None));
        assert_eq!(chosen("https://erp/x", &all[1..2]), Ok(None));
    }

    #[test]
    fn what_is_set_and_unusable_is_an_error_that_does_not_repeat_it() {
        for hush in [
            "::hush::",
            "gopher://hush:1",
            "http://hush:65536",
            "http://hush:0",
            "http://hush:",
        ] {
            let set = [("HTTPS_PROXY", hush), ("ALL_PROXY", "fine:1")];
            let error = chosen("https://erp/x", &set).expect_err(hush);
            let said = error.to_string();
            assert!(
                said.contains("HTTPS_PROXY") && !said.contains("hush"),
                "{said}"
            );
            assert!(chosen("http://erp/x", &set).is_ok(), "not asked");
        }
    }

    #[test]
    fn no_proxy_lists_domains_addresses_and_networks() {
        for (list, url, exempt) in [
            ("*", "http://erp/x", true),
            ("a.cn, wangdian.cn", "https://wdt.wangdian.cn/x", true),
            ("a.cn wangdian.cn", "https://wangdian.cn/x", true),
            (".wangdian.cn", "https://WDT.Wangdian.cn/x", true),
            ("*.wangdian.cn", "https://wdt.wangdian.cn/x", true),
            ("dian.cn", "https://wdt.wangdian.cn/x", false),
            ("wangdian.cn:443", "https://wdt.wangdian.cn/x", true),
            ("wangdian.cn:80", "https://wdt.wangdian.cn/x", false),
            ("wangdian.cn:x", "https://wdt.wangdian.cn/x", false),
            ("47.92.239.46", "http://47.92.239.46/x", true),
            ("47.92.239.46:80", "http://47.92.239.46/x", true),
            ("47.92.239.46:81", "http://47.92.239.46/x", false),
            ("7.92.239.46", "http://47.92.239.46/x", false),
            ("47.92.*", "http://47.92.239.46/x", true),
            ("47.92.0.0/16", "http://47.92.239.46/x", true),
            ("47.93.0.0/16", "http://47.92.239.46/x", false),
            ("0.0.0.0/0", "http://47.92.239.46/x", true),
            ("47.92.0.0/x", "http://47.92.239.46/x", false),
            ("fd00::/8", "http://[fd12::1]/x", true),
            ("fd00::/8", "http://47.92.239.46/x", false),
            ("[::1]", "http://[::1]:8080/x", true),
            ("::1", "http://[::1]:8080/x", true),
            ("[::1]:8080", "http://[::1]:8080/x", true),
            ("", "http://erp/x", false),
            (",.,", "http://erp/x", false),
        ] {
            let set = [("ALL_PROXY", "p:1"), ("no_proxy", list)];
            let direct = chosen(url, &set).expect("usable").is_none();
            assert_eq!(direct, exempt, "{list} for {url}");
        }
    }
}
