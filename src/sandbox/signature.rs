//! The signature by the letter of its description: collect, sort, join, hash.

use md5::{Digest, Md5};

/// The signature that `fields` (the query without `sign`, decoded) and `body` should carry.
pub(super) fn sign<'a>(
    secret: &str,
    fields: impl IntoIterator<Item = (&'a str, &'a str)>,
    body: &'a [u8],
) -> String {
    let mut all: Vec<(&str, &[u8])> = fields
        .into_iter()
        .map(|(name, value)| (name, value.as_bytes()))
        .collect();
    all.push(("body", body));
    all.sort_unstable();

    let mut hash = Md5::new_with_prefix(secret);
    for (name, value) in all {
        hash.update(name);
        hash.update(value);
    }
    hash.update(secret);
    format!("{:032x}", u128::from_be_bytes(hash.finalize().into()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn vector(timestamp: &str, method: &str, body: &str) -> String {
        let fields = [
            ("sid", "wdtapi3"),
            ("key", "wdt_test"),
            ("salt", "testsalt"),
            ("method", method),
            ("v", "1.0"),
            ("timestamp", timestamp),
        ];
        sign("testsecret", fields, body.as_bytes())
    }

    #[test]
    fn published_vectors() {
        let update = "purchase.PurchaseOrder.updatePurchaseInfo";
        for (timestamp, method, body, expected) in [
            (
                "450444516",
                update,
                r#"[{"purchase_no":"CG2204130001","flag_name":"aa"}]"#,
                "98421154e48d616164bacac3c8a3ae9f",
            ),
            (
                "450444517",
                update,
                r#"[{"purchase_no":"CG2204130001","flag_name":"无"}]"#,
                "5ef9fe669cfa22e3f757543982437552",
            ),
            (
                "450444518",
                update,
                r#"[{"purchase_no":"CG\"1\\2/3","flag_name":"加急 & 已质检=100%+?#"}]"#,
                "5026bfdda28ce8a53165b5c57921a232",
            ),
            (
                "450444516",
                "system.Core.now",
                "[]",
                "c9053525ed8fc05e3263c8d7210060ca",
            ),
        ] {
            assert_eq!(vector(timestamp, method, body), expected, "{body}");
        }
    }
}
