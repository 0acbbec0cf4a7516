//! One signed request, before it is sent.

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde::Serialize;
use zeroize::Zeroizing;

use super::account::Account;
use super::endpoint::Endpoint;
use super::error::{CallError, ErrorKind, Reason};
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

/// What is asked of the ERP.
pub(super) struct Request<'a> {
    pub method: &'a str,
    /// The method's positional arguments, a JSON array.
    pub body: &'a str,
    /// Query fields beside those of every request, signed like them.
    pub paging: &'a [(&'a str, &'a str)],
    /// The most that the reply's body may hold.
    pub max_reply: u64,
}

impl<'a> Request<'a> {
    pub fn new(method: &'a str, body: &'a str) -> Self {
        Request {
            method,
            body,
            paging: &[],
            max_reply: MAX_REPLY_BYTES,
        }
    }

    /// The URL, and the signature in it. The URL holds half of the secret, so it is wiped from
    /// memory when dropped.
    pub fn signed_url(
        &self,
        account: &Account,
        endpoint: &Endpoint,
        timestamp: i64,
    ) -> (Zeroizing<String>, String) {
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
        let signed = fields().chain([("body", self.body)]);
        let sign = sign(account.secret.secret(), signed);
        let mut url = Zeroizing::new(String::with_capacity(512));
        url.extend([endpoint.url(), "?"]);
        for (name, value) in fields() {
            url.extend([name, "="]);
            url.extend(utf8_percent_encode(value, UNRESERVED));
            url.push('&');
        }
        url.extend(["sign=", &sign]);
        (url, sign)
    }
}

/// A method's one argument as the body that it is sent in.
pub(super) fn arguments(argument: &impl Serialize) -> Result<String, CallError> {
    serde_json::to_string(&[argument])
        .map_err(|error| CallError::new(ErrorKind::Rejected, None, Reason::Erp(error.to_string())))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::erp::account::AppSecret;
    use crate::erp::protocol::{LIST_METHOD, UPDATE_METHOD};

    fn url(sid: &str, request: &Request<'_>) -> String {
        let account = Account {
            sid: sid.into(),
            app_key: "wdt_test".into(),
            secret: AppSecret::parse("testsecret:testsalt").expect("secret:salt"),
            endpoint: "http://erp/openapi".parse().expect("an endpoint"),
            ca_file: None,
            stand_in: true,
        };
        let (url, _) = request.signed_url(&account, &account.endpoint, 450_444_516);
        url.to_string()
    }

    #[test]
    fn a_url_is_signed_and_escaped_and_without_the_secret() {
        let body = r#"[{"purchase_no":"CG2204130001","flag_name":"aa"}]"#;
        assert_eq!(
            url("wdtapi3", &Request::new(UPDATE_METHOD, body)),
            "http://erp/openapi?sid=wdtapi3&key=wdt_test&salt=testsalt\
             &method=purchase.PurchaseOrder.updatePurchaseInfo&v=1.0&timestamp=450444516\
             &sign=98421154e48d616164bacac3c8a3ae9f"
        );
        let url = url("a&b=c 店", &Request::new("m", "[]"));
        assert!(url.contains("?sid=a%26b%3Dc%20%E5%BA%97&key="), "{url}");
    }

    /// The signatures are those of Python's `hashlib`, over the fields as the protocol sorts them.
    #[test]
    fn paging_stands_in_the_url_and_is_signed() {
        let window = r#"[{"start_time":"2026-11-01 00:00:00","end_time":"2026-11-20 00:00:00"}]"#;
        let order = r#"[{"purchase_no":"CG2204130001"}]"#;
        for (body, paging, query) in [
            (
                window,
                [("page_size", "100"), ("page_no", "0"), ("calc_total", "1")],
                "&page_size=100&page_no=0&calc_total=1&sign=bd79af6b9c90e09cf806adfc50f59ddd",
            ),
            (
                order,
                [("page_size", "100"), ("page_no", "12"), ("calc_total", "0")],
                "&page_size=100&page_no=12&calc_total=0&sign=1166a03ead52d1e313369d059afac7a7",
            ),
        ] {
            let request = Request {
                paging: &paging,
                ..Request::new(LIST_METHOD, body)
            };
            let url = url("wdtapi3", &request);
            assert!(url.ends_with(query), "{url}");
        }
    }
}
