//! Which proxy the system's settings name for an endpoint.

use std::ffi::OsString;

use ureq::Proxy;
use ureq::http::Uri;

use super::endpoint::names_a_server;
use crate::language::say;

pub(super) struct SystemProxy {
    pub(super) proxy: Proxy,
    pub(super) variable: &'static str,
}

impl SystemProxy {
    /// That of the scheme, or else that of all. A variable that is set but unusable is an error
    /// rather than a call that goes around the proxy.
    pub(super) fn choose(
        endpoint: &Uri,
        variable: impl Fn(&str) -> Option<OsString>,
    ) -> Result<Option<SystemProxy>, String> {
        let set = |names: &[&'static str]| {
            let mut values = names.iter().map(|name| (*name, variable(name)));
            values.find_map(|(name, value)| Some((name, value.filter(|it| !it.is_empty())?)))
        };
        let named = if endpoint.scheme_str() == Some("https") {
            set(&["HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy"])
        } else {
            set(&["HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"])
        };
        let host = endpoint.host().unwrap_or_default();
        let is_exempt = set(&["NO_PROXY", "no_proxy"])
            .is_some_and(|(_, list)| is_listed(host, &list.to_string_lossy()));
        let Some((variable, value)) = named.filter(|_| !is_exempt) else {
            return Ok(None);
        };
        let proxy = value.to_str().and_then(|it| Proxy::new(it.trim()).ok());
        match proxy {
            Some(proxy) if proxy.uri().authority().is_some_and(names_a_server) => {
                Ok(Some(SystemProxy { proxy, variable }))
            }
            _ => Err(say!("proxy-unusable", variable = variable)),
        }
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

    /// What is chosen for the endpoint where these variables are set, as a shell would.
    fn chosen(endpoint: &str, set: &str) -> Result<String, String> {
        let variable = |name: &str| {
            let mut set = set.split(' ').filter_map(|it| it.split_once('='));
            let found = set.find(|(known, _)| *known == name);
            found.map(|(_, value)| value.into())
        };
        let proxy = SystemProxy::choose(&endpoint.parse().expect("a URL"), variable)?;
        let shown = proxy.map(|proxy| format!("{} {}", proxy.variable, proxy.address()));
        Ok(shown.unwrap_or_default())
    }

    #[test]
    fn each_scheme_has_its_own_and_all_is_for_what_has_none() {
        const ALL: &str = "ALL_PROXY=socks5://all HTTPS_PROXY=http://me:hush@tls:2";
        let (http, https) = ("http://erp/", "https://erp/");
        for (endpoint, set, expected) in [
            (https, ALL, "HTTPS_PROXY http://tls:2"),
            (http, ALL, "ALL_PROXY socks5://all:1080"),
            (https, "HTTP_PROXY=a:1", ""),
            (
                http,
                "http_proxy=a:1 ALL_PROXY=b:2",
                "http_proxy http://a:1",
            ),
            (https, "HTTPS_PROXY= all_proxy=a:1", "all_proxy http://a:1"),
            (https, "all_proxy=a:1 NO_PROXY= no_proxy=erp", ""),
        ] {
            assert_eq!(chosen(endpoint, set).expect(set), expected, "{set}");
        }
    }

    #[test]
    fn what_is_set_and_unusable_is_an_error_that_does_not_repeat_it() {
        for hush in ["::hush::", "gopher://hush:1", "http://hush:65536", "hush:0"] {
            let set = format!("HTTPS_PROXY={hush} ALL_PROXY=fine:1");
            let said = chosen("https://erp/", &set).expect_err(hush);
            assert!(
                said.contains("HTTPS_PROXY") && !said.contains("hush"),
                "{said}"
            );
            assert!(chosen("http://erp/", &set).is_ok(), "not asked");
        }
    }

    #[test]
    fn no_proxy_lists_hosts_and_domains() {
        for (list, host, expected) in [
            ("*", "erp", true),
            ("a.cn, wangdian.cn", "wdt.wangdian.cn", true),
            ("a.cn wangdian.cn", "wangdian.cn", true),
            (".wangdian.cn", "WDT.Wangdian.cn", true),
            ("*.Wangdian.cn", "wdt.wangdian.cn", true),
            ("dian.cn", "wdt.wangdian.cn", false),
            ("7.92.239.46", "47.92.239.46", false),
            ("::1", "[::1]", true),
            (",.,", "erp", false),
        ] {
            assert_eq!(is_listed(host, list), expected, "{list} for {host}");
        }
    }
}
