//! Where the ERP answers.

use std::str::FromStr;

use serde::Serialize;
use ureq::http::Uri;
use ureq::http::uri::Authority;

use crate::language::say;

/// The documented production address; public clients use https.
const PRODUCTION: &str = "https://wdt.wangdian.cn/openapi";
/// The documented test address.
const TEST: &str = "http://47.92.239.46/openapi";

#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Endpoint(String);

impl Endpoint {
    pub fn production() -> Self {
        Endpoint(PRODUCTION.to_owned())
    }

    pub fn url(&self) -> &str {
        &self.0
    }

    /// The server's name or address, without a port.
    pub fn host(&self) -> String {
        self.uri().host().unwrap_or_default().to_ascii_lowercase()
    }

    pub(super) fn uri(&self) -> Uri {
        // It was parsed when it was taken.
        self.0.parse().unwrap_or_default()
    }
}

impl FromStr for Endpoint {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let text = match text.trim() {
            "production" => PRODUCTION,
            "test" => TEST,
            url => url,
        };
        let is_endpoint = |uri: &Uri| {
            matches!(uri.scheme_str(), Some("http" | "https"))
                && uri.authority().is_some_and(names_a_server)
                && uri.query().is_none()
        };
        if !text.contains(['@', '#']) && text.parse().is_ok_and(|uri| is_endpoint(&uri)) {
            return Ok(Endpoint(text.to_owned()));
        }
        // A URL may hold a password, or half of the secret.
        let shown = if text.contains(['@', '?']) {
            "***"
        } else {
            text
        };
        Err(say!(
            "endpoint-refused",
            given = shown,
            example = PRODUCTION
        ))
    }
}

/// Whether it has a host, and a port that is one or none. What is no port would be taken for the
/// scheme's own.
pub(super) fn names_a_server(authority: &Authority) -> bool {
    let host = authority.host();
    let server = match authority.port_u16() {
        Some(port) => format!("{host}:{port}"),
        None => host.to_owned(),
    };
    let named = authority.as_str().rsplit('@').next();
    !host.is_empty() && authority.port_u16() != Some(0) && named == Some(&server)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_and_urls() {
        for (text, url) in [
            ("production", PRODUCTION),
            ("test", TEST),
            (" http://127.0.0.1/openapi ", "http://127.0.0.1/openapi"),
            ("https://[::1]:65535/x", "https://[::1]:65535/x"),
            ("http://erp.example:1/", "http://erp.example:1/"),
        ] {
            assert_eq!(text.parse::<Endpoint>().expect(text).url(), url);
        }
        let wrong = "prod wdt.wangdian.cn/openapi ftp://x/openapi http:// http://:80/ http://x/#a \
            http://x/?salt=hush http://me:hush@x/ https://x:/ https://x:0/ https://x:65536/ \
            https://x:99999999999/ https://x:+80/ https://x:-1/ https://x:x/ https://x:80:80/ \
            https://[::1]:/ https://127.0.0.1:0/";
        for wrong in wrong.split(' ').chain([""]) {
            let refused = wrong.parse::<Endpoint>().expect_err(wrong).to_string();
            assert!(!refused.contains("hush"), "a password is not repeated");
        }
    }
}
