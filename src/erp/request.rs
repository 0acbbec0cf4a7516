//! One signed request, before it is sent.

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, PercentEncode, utf8_percent_encode};
use serde::Serialize;

use super::account::Account;
use super::protocol::VERSION;
use super::sign::sign;
use crate::text::one_line;

/// A longer reply body is no reply of the ERP's, unless it lists things.
const MAX_REPLY_BYTES: u64 = 1024 * 1024;

const MAX_KEPT: usize = 1_000;
/// What is shorter guards nothing, and stands in messages by chance.
const MIN_SECRET: usize = 6;
/// What a query value need not escape (RFC 3986).
const UNRESERVED: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'.')
    .remove(b'_')
    .remove(b'~');

pub(super) struct Request<'a> {
    pub method: &'static str,
    /// The method's positional arguments, a JSON array.
    pub body: String,
    /// Query fields beside those of every request, signed like them.
    pub paging: &'a [(&'a str, &'a str)],
    pub max_reply: u64,
    /// The order and the flag, if it has them.
    pub quotes: [&'a str; 2],
}

impl Request<'_> {
    pub fn new(method: &'static str, arguments: &impl Serialize) -> Self {
        Request {
            method,
            // Text and times can always be written.
            body: serde_json::to_string(arguments).unwrap_or_default(),
            paging: &[],
            max_reply: MAX_REPLY_BYTES,
            quotes: ["", ""],
        }
    }

    /// The URL, which holds half of the secret, and the signature in it.
    pub fn signed_url(&self, account: &Account, timestamp: i64) -> (String, String) {
        let timestamp = timestamp.to_string();
        let common = [
            ("sid", account.sid.as_str()),
            ("key", &account.app_key),
            ("salt", account.secret.salt()),
            ("method", self.method),
            ("v", VERSION),
            ("timestamp", &timestamp),
        ];
        let fields = || common.iter().chain(self.paging).copied();
        let signed = fields().chain([("body", &*self.body)]);
        let sign = sign(account.secret.secret(), signed);
        let mut url = format!("{}?", account.endpoint.url());
        for (name, value) in fields() {
            url.extend([name, "="]);
            url.extend(encoded(value));
            url.push('&');
        }
        url.extend(["sign=", &sign]);
        (url, sign)
    }
}

fn encoded(value: &str) -> PercentEncode<'_> {
    utf8_percent_encode(value, UNRESERVED)
}

/// What a server or a proxy says, as people may see it: one line, cut short. It may quote the URL that
/// it was called by, which holds half of the app secret and the signature.
pub fn masked<'s>(message: &str, secrets: impl IntoIterator<Item = &'s str>) -> String {
    one_line(&without(secrets, message.to_owned()), MAX_KEPT)
}

pub(super) fn without<'s>(secrets: impl IntoIterator<Item = &'s str>, mut shown: String) -> String {
    for secret in secrets {
        if secret.chars().count() >= MIN_SECRET {
            shown = shown.replace(secret, "***");
            shown = shown.replace(&encoded(secret).to_string(), "***");
        }
    }
    shown
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::erp::account::test_account;

    #[test]
    fn a_url_is_escaped_and_without_the_secret() {
        let mut account = test_account("http://erp/openapi");
        account.sid = "a&b=c 店".into();
        let request = Request {
            paging: &[("page_size", "100")],
            ..Request::new("m", &[0; 0])
        };
        let (url, sign) = request.signed_url(&account, 7);
        let expected = "http://erp/openapi?sid=a%26b%3Dc%20%E5%BA%97&key=wdt_test&salt=testsalt\
            &method=m&v=1.0&timestamp=7&page_size=100&sign=";
        assert_eq!(url, format!("{expected}{sign}"));
    }

    #[test]
    fn secrets_are_cut_out_as_they_are_and_as_urls_have_them() {
        let secrets = ["sea salt/1", "0a1b2c", "busy"];
        for (message, shown) in [
            ("bad salt sea salt/1!", "bad salt ***!"),
            ("?salt=sea%20salt%2F1&sign=0a1b2c", "?salt=***&sign=***"),
            ("0a1b2", "0a1b2"),
            ("busy", "busy"),
            ("a\u{1b}[31mb\nc", "a [31mb c"),
        ] {
            assert_eq!(masked(message, secrets), shown);
        }
        let long = "标".repeat(499) + "sea salt/1";
        assert!(!masked(&long, secrets).contains("sea"));
    }
}
