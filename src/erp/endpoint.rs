//! Where the ERP answers.

use std::fmt;
use std::str::FromStr;

use ureq::http::Uri;
use ureq::http::uri::Authority;

use crate::language::say;

/// The documented production address; public clients use https.
const PRODUCTION: &str = "https://wdt.wangdian.cn/openapi";
/// The documented test address.
const TEST: &str = "http://47.92.239.46/openapi";

/// The URL calls go to, without a query.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct Endpoint(String);

/// Why a text is no endpoint.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[error(
    "{}",
    say!("endpoint-refused", given = given.as_str(), why = why.as_str(), example = PRODUCTION)
)]
pub struct EndpointError {
    given: String,
    why: String,
}

impl Endpoint {
    /// The ERP itself.
    pub fn production() -> Self {
        Endpoint(PRODUCTION.to_owned())
    }

    /// The URL.
    pub fn url(&self) -> &str {
        &self.0
    }

    /// The URL in its parts.
    pub(super) fn uri(&self) -> Uri {
        // It was parsed when it was taken.
        self.0.parse().unwrap_or_default()
    }
}

impl fmt::Display for Endpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl FromStr for Endpoint {
    type Err = EndpointError;

    fn from_str(text: &str) -> Result<Self, EndpointError> {
        let text = text.trim();
        match text {
            "production" => return Ok(Endpoint::production()),
            "test" => return Ok(Endpoint(TEST.to_owned())),
            _ => {}
        }
        // A URL may hold a password, or half of the secret: then it is not repeated.
        let refuse = |why| {
            let given = if text.contains(['@', '?']) {
                "***"
            } else {
                text
            };
            Err(EndpointError {
                given: given.to_owned(),
                why,
            })
        };
        let Ok(uri) = text.parse::<Uri>() else {
            return refuse(say!("endpoint-no-url"));
        };
        if !uri.authority().is_none_or(names_a_server) {
            return refuse(say!("endpoint-no-server"));
        }
        if !matches!(uri.scheme_str(), Some("http" | "https")) {
            return refuse(say!("endpoint-scheme"));
        }
        if uri.query().is_some() || text.contains('#') {
            return refuse(say!("endpoint-query"));
        }
        if text.contains('@') {
            return refuse(say!("endpoint-user"));
        }
        Ok(Endpoint(text.to_owned()))
    }
}

/// Whether it has a host, and a port that is one or none. What is no port would be taken for the
/// scheme's own.
pub(super) fn names_a_server(authority: &Authority) -> bool {
    let without_user = authority.as_str().rsplit('@').next().unwrap_or_default();
    match without_user.strip_prefix(authority.host()) {
        _ if authority.host().is_empty() => false,
        Some("") => true,
        Some(port) => port
            .strip_prefix(':')
            .filter(|port| port.bytes().all(|digit| digit.is_ascii_digit()))
            .and_then(|port| port.parse::<u16>().ok())
            .is_some_and(|port| port != 0),
        None => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_and_urls() {
        for (text, url) in [
            ("production", PRODUCTION),
            ("test", TEST),
            (
                " http://127.0.0.1:8080/openapi ",
                "http://127.0.0.1:8080/openapi",
            ),
        ] {
            assert_eq!(text.parse::<Endpoint>().expect(text).url(), url);
        }
        for wrong in [
            "",
            "prod",
            "wdt.wangdian.cn/openapi",
            "ftp://x/openapi",
            "http://x/openapi?sid=1",
            "http://x/#a",
            "http://",
        ] {
            assert!(wrong.parse::<Endpoint>().is_err(), "{wrong}");
        }
    }

    #[test]
    fn a_port_that_is_none_is_refused_rather_than_left_out() {
        for host in ["erp.example", "127.0.0.1", "[::1]"] {
            for port in ["", ":1", ":80", ":65535"] {
                let url = format!("http://{host}{port}/openapi");
                assert_eq!(url.parse::<Endpoint>().expect(&url).url(), url);
            }
            for port in [
                ":",
                ":0",
                ":00",
                ":65536",
                ":99999999999",
                ":+80",
                ":-1",
                ":x",
                ":80:80",
            ] {
                let url = format!("https://{host}{port}/openapi");
                assert!(url.parse::<Endpoint>().is_err(), "{url}");
            }
        }
        assert!("http://:80/openapi".parse::<Endpoint>().is_err());
        assert!("http://x:/".parse::<Endpoint>().is_err());
    }

    #[test]
    fn a_password_in_a_url_is_not_repeated() {
        let error = "http://me:hush@x/openapi"
            .parse::<Endpoint>()
            .expect_err("refused");
        assert!(!error.to_string().contains("hush"));
        let error = "http://x/openapi?salt=hush".parse::<Endpoint>();
        assert!(!error.expect_err("refused").to_string().contains("hush"));
    }
}
