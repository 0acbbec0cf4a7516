//! One signed request, before it is sent.

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, PercentEncode, utf8_percent_encode};
use serde::Serialize;

use super::account::Account;
use super::protocol::VERSION;
use super::sign::sign;

/// A longer reply body is no reply of the ERP's, unless it lists things.
const MAX_REPLY_BYTES: u64 = 1024 * 1024;

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
}

impl Request<'_> {
    pub fn new(method: &'static str, arguments: &impl Serialize) -> Self {
        Request {
            method,
            // Text and times can always be written.
            body: serde_json::to_string(arguments).unwrap_or_default(),
            paging: &[],
            max_reply: MAX_REPLY_BYTES,
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

pub(super) fn encoded(value: &str) -> PercentEncode<'_> {
    utf8_percent_encode(value, UNRESERVED)
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::erp::account::test_account;
    use crate::erp::listing::Window;
    use crate::erp::protocol::LIST_METHOD;

    #[test]
    fn a_url_is_signed_and_escaped_and_without_the_secret() {
        let mut account = test_account("http://erp/openapi");
        let window = Window::back_from(
            "2026-11-19T16:00:00Z".parse().expect("a time"),
            Duration::from_secs(19 * 24 * 3_600),
        );
        let request = Request {
            paging: &[("page_size", "100"), ("page_no", "0"), ("calc_total", "1")],
            ..Request::new(LIST_METHOD, &window)
        };
        assert_eq!(
            request.signed_url(&account, 450_444_516).0,
            "http://erp/openapi?sid=wdtapi3&key=wdt_test&salt=testsalt\
             &method=purchase.PurchaseOrder.queryWithDetail&v=1.0&timestamp=450444516\
             &page_size=100&page_no=0&calc_total=1&sign=bd79af6b9c90e09cf806adfc50f59ddd"
        );
        account.sid = "a&b=c 店".into();
        let (url, _) = Request::new("m", &[0; 0]).signed_url(&account, 0);
        assert!(url.contains("?sid=a%26b%3Dc%20%E5%BA%97&key="), "{url}");
    }
}
