//! Which proxy the system's settings name for an endpoint.

use std::ffi::OsString;

use ureq::Proxy;
use ureq::http::Uri;

use super::endpoint::names_a_server;
use crate::language::say;

/// The proxy that calls go through.
pub(super) struct SystemProxy {
    pub(super) proxy: Proxy,
    /// The variable that names it.
    pub(super) variable: &'static str,
}

/// A variable that does not hold a proxy.
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
        let set = |name| {
            let value = variable(name).filter(|value| !value.is_empty());
            value.map(|value| (name, value))
        };
        let of_scheme = if endpoint.scheme_str() == Some("https") {
            ["HTTPS_PROXY", "https_proxy"]
        } else {
            ["HTTP_PROXY", "http_proxy"]
        };
        let mut names = of_scheme.into_iter().chain(["ALL_PROXY", "all_proxy"]);
        let exempt = ["NO_PROXY", "no_proxy"].into_iter().find_map(set);
        let is_exempt = exempt.is_some_and(|(_, list)| {
            is_listed(endpoint.host().unwrap_or_default(), &list.to_string_lossy())
        });
        let Some((variable, value)) = names.find_map(set).filter(|_| !is_exempt) else {
            return Ok(None);
        };
        value
            .to_str()
            .and_then(|value| Proxy::new(value.trim()).ok())
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

/// Whether a list such as `NO_PROXY` names the host, a domain that it is in, or all (`*`).
fn is_listed(host: &str, list: &str) -> bool {
    let (host, list) = (host.to_ascii_lowercase(), list.to_ascii_lowercase());
    let host = host.trim_matches(['[', ']']);
    list.split([',', ' ']).any(|entry| {
        let name = entry
            .trim_start_matches(['*', '.', '['])
            .trim_end_matches(']');
        let above = host.strip_suffix(name).filter(|_| !name.is_empty());
        entry == "*" || above.is_some_and(|above| above.is_empty() || above.ends_with('.'))
    })
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
        const ALL: [(&str, &str); 3] = [
            ("ALL_PROXY", "socks5://all"),
            ("HTTP_PROXY", "plain:1"),
            ("HTTPS_PROXY", "http://me:hush@tls:2"),
        ];
        for (endpoint, set, expected) in [
            ("https://erp/x", &ALL[..], Some("HTTPS_PROXY http://tls:2")),
            ("http://erp/x", &ALL, Some("HTTP_PROXY http://plain:1")),
            (
                "https://erp/x",
                &ALL[..2],
                Some("ALL_PROXY socks5://all:1080"),
            ),
            ("http://erp/x", &ALL[2..], None),
            ("https://erp/x", &ALL[1..2], None),
            (
                "https://erp/x",
                &[
                    ("HTTPS_PROXY", ""),
                    ("https_proxy", "a:1"),
                    ("ALL_PROXY", "b:2"),
                ],
                Some("https_proxy http://a:1"),
            ),
            (
                "https://erp/x",
                &[("all_proxy", "a:1")],
                Some("all_proxy http://a:1"),
            ),
        ] {
            let expected = expected.map(str::to_owned);
            assert_eq!(chosen(endpoint, set), Ok(expected), "{set:?}");
        }
    }

    #[test]
    fn what_is_set_and_unusable_is_an_error_that_does_not_repeat_it() {
        for hush in [
            "::hush::",
            "gopher://hush:1",
            "http://hush:65536",
            "http://hush:0",
        ] {
            let set = [("HTTPS_PROXY", hush), ("ALL_PROXY", "fine:1")];
            let said = chosen("https://erp/x", &set).expect_err(hush).to_string();
            assert!(
                said.contains("HTTPS_PROXY") && !said.contains("hush"),
                "{said}"
            );
            assert!(chosen("http://erp/x", &set).is_ok(), "not asked");
        }
    }

    #[test]
    fn no_proxy_lists_hosts_and_domains() {
        for (list, url, exempt) in [
            ("*", "http://erp/x", true),
            ("a.cn, wangdian.cn", "https://wdt.wangdian.cn/x", true),
            ("a.cn wangdian.cn", "https://wangdian.cn/x", true),
            (".wangdian.cn", "https://WDT.Wangdian.cn/x", true),
            ("*.Wangdian.cn", "https://wdt.wangdian.cn/x", true),
            ("dian.cn", "https://wdt.wangdian.cn/x", false),
            ("47.92.239.46", "http://47.92.239.46:80/x", true),
            ("7.92.239.46", "http://47.92.239.46/x", false),
            ("[::1]", "http://[::1]:8080/x", true),
            ("::1", "http://[::1]:8080/x", true),
            ("", "http://erp/x", false),
            (",.,", "http://erp/x", false),
        ] {
            let set = [("ALL_PROXY", "p:1"), ("no_proxy", list)];
            let direct = chosen(url, &set).expect("usable").is_none();
            assert_eq!(direct, exempt, "{list} for {url}");
        }
    }
}
