//! Where the ERP answers.

use std::fmt;
use std::str::FromStr;

use ureq::http::Uri;

/// The documented production address; public clients use https.
const PRODUCTION: &str = "https://wdt.wangdian.cn/openapi";
/// The documented test address.
const TEST: &str = "http://47.92.239.46/openapi";

/// The URL calls go to, without a query.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Endpoint(String);

/// Why a text is no endpoint.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[error("endpoint `{given}`: {why}; give `production`, `test` or a URL such as {PRODUCTION}")]
pub struct EndpointError {
    given: String,
    why: &'static str,
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
            return refuse("not a URL");
        };
        if !matches!(uri.scheme_str(), Some("http" | "https")) {
            return refuse("not an http or https URL");
        }
        if uri.query().is_some() || text.contains('#') {
            return refuse("must not have a query or a fragment");
        }
        if text.contains('@') {
            return refuse("must not hold a user or password");
        }
        Ok(Endpoint(text.to_owned()))
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
    fn a_password_in_a_url_is_not_repeated() {
        let error = "http://me:hush@x/openapi"
            .parse::<Endpoint>()
            .expect_err("refused");
        assert!(!error.to_string().contains("hush"));
        let error = "http://x/openapi?salt=hush".parse::<Endpoint>();
        assert!(!error.expect_err("refused").to_string().contains("hush"));
    }
}
