//! The signature of a call.
//!
//! The ERP's rule: every query field but `sign`, and the body under the name `body`, sorted by
//! name, each name followed by its value, the secret before and after; MD5, lower-case hex.
//! Values are signed raw, before URL encoding.

use std::collections::BTreeMap;

use md5::{Digest, Md5};

use crate::text::hex;

/// The query field `sign`.
pub fn sign<'a>(secret: &str, fields: impl IntoIterator<Item = (&'a str, &'a str)>) -> String {
    let fields: BTreeMap<_, _> = fields.into_iter().collect();
    let mut md5 = Md5::new();
    md5.update(secret);
    for (name, value) in fields {
        md5.update(name);
        md5.update(value);
    }
    md5.update(secret);
    hex(&md5.finalize())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::erp::protocol::{NOW_METHOD, UPDATE_METHOD};

    #[test]
    fn the_protocols_vectors() {
        const ODD: &str = r#"[{"purchase_no":"CG\"1\\2/3","flag_name":"加急 & 已质检=100%+?#"}]"#;
        let body = |flag| format!(r#"[{{"purchase_no":"CG2204130001","flag_name":"{flag}"}}]"#);
        for (method, timestamp, body, expected) in [
            (
                UPDATE_METHOD,
                "450444516",
                &*body("aa"),
                "98421154e48d616164bacac3c8a3ae9f",
            ),
            (
                UPDATE_METHOD,
                "450444517",
                &body("无"),
                "5ef9fe669cfa22e3f757543982437552",
            ),
            (
                UPDATE_METHOD,
                "450444518",
                ODD,
                "5026bfdda28ce8a53165b5c57921a232",
            ),
            (
                NOW_METHOD,
                "450444516",
                "[]",
                "c9053525ed8fc05e3263c8d7210060ca",
            ),
        ] {
            let fields = [
                ("sid", "wdtapi3"),
                ("key", "wdt_test"),
                ("salt", "testsalt"),
                ("method", method),
                ("v", "1.0"),
                ("timestamp", timestamp),
                ("body", body),
            ];
            assert_eq!(sign("testsecret", fields), expected, "{body}");
        }
    }
}
