//! The signature of a call.
//!
//! The ERP's rule: every query field but `sign`, and the body under the name `body`, sorted by
//! name, each name followed by its value, the secret before and after; MD5, lower-case hex.
//! Values are signed raw, before URL encoding.

use std::collections::BTreeMap;

use md5::{Digest, Md5};

use crate::text::hex;

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

    /// Signature, fields and body. Those without paging were published; all were signed by other
    /// code, with Python's `hashlib`.
    const VECTORS: &str = r#"
98421154e48d616164bacac3c8a3ae9f timestamp=450444516&method=purchase.PurchaseOrder.updatePurchaseInfo [{"purchase_no":"CG2204130001","flag_name":"aa"}]
5ef9fe669cfa22e3f757543982437552 timestamp=450444517&method=purchase.PurchaseOrder.updatePurchaseInfo [{"purchase_no":"CG2204130001","flag_name":"无"}]
5026bfdda28ce8a53165b5c57921a232 timestamp=450444518&method=purchase.PurchaseOrder.updatePurchaseInfo [{"purchase_no":"CG\"1\\2/3","flag_name":"加急 & 已质检=100%+?#"}]
c9053525ed8fc05e3263c8d7210060ca timestamp=450444516&method=system.Core.now []
bd79af6b9c90e09cf806adfc50f59ddd timestamp=450444516&method=purchase.PurchaseOrder.queryWithDetail&page_size=100&page_no=0&calc_total=1 [{"start_time":"2026-11-01 00:00:00","end_time":"2026-11-20 00:00:00"}]
9ee12793d8de732eafc34dc8290f56f3 timestamp=450444516&method=purchase.PurchaseOrder.queryWithDetail&page_size=100&page_no=1&calc_total=0 [{"start_time":"2026-11-01 00:00:00","end_time":"2026-11-20 00:00:00"}]
"#;

    #[test]
    fn the_protocols_vectors() {
        for vector in VECTORS.trim().lines() {
            let [expected, own, body] = vector.splitn(3, ' ').collect::<Vec<_>>()[..] else {
                panic!("{vector}");
            };
            let query = format!("sid=wdtapi3&key=wdt_test&salt=testsalt&v=1.0&{own}");
            let fields = query.split('&').filter_map(|field| field.split_once('='));
            let sign = sign("testsecret", fields.chain([("body", body)]));
            assert_eq!(sign, expected, "{body}");
        }
    }
}
