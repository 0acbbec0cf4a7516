//! The signature of a call.
//!
//! The ERP's rule: every query field but `sign`, and the body under the name `body`, sorted by
//! name, each name followed by its value, the secret before and after; MD5, lower-case hex.
//! Values are signed raw, before URL encoding. The sorted order is always
//! body, key, method, salt, sid, timestamp, v.

use md5::{Digest, Md5};
use zeroize::Zeroizing;

use super::{Account, VERSION};

/// Signs calls of one method for one account.
///
/// What does not change from call to call is put together once.
pub struct Signer {
    /// Fed with the secret and the name `body`.
    begun: Md5,
    /// From the name `key` to the name `timestamp`.
    middle: Zeroizing<Vec<u8>>,
    /// From the name `v` to the closing secret.
    end: Zeroizing<Vec<u8>>,
}

impl Signer {
    /// A signer for `method` on behalf of `account`.
    #[must_use]
    pub fn new(account: &Account, method: &str) -> Self {
        let secret = account.app_secret.secret();
        let mut begun = Md5::new();
        begun.update(secret);
        begun.update("body");
        let middle = [
            "key",
            &account.app_key,
            "method",
            method,
            "salt",
            account.app_secret.salt(),
            "sid",
            &account.sid,
            "timestamp",
        ];
        Signer {
            begun,
            middle: Zeroizing::new(middle.concat().into_bytes()),
            end: Zeroizing::new(["v", VERSION, secret].concat().into_bytes()),
        }
    }

    /// The query field `sign` for these very body bytes at `timestamp`
    /// (seconds since the API's epoch), 32 lower-case hex digits.
    #[must_use]
    pub fn sign(&self, body: &[u8], timestamp: i64) -> [u8; 32] {
        let mut digits = [0_u8; 20];
        let mut md5 = self.begun.clone();
        md5.update(body);
        md5.update(&self.middle);
        md5.update(decimal(timestamp, &mut digits));
        md5.update(&self.end);
        hex(md5.finalize().into())
    }
}

/// Writes `number` in decimal into `buffer` and returns the digits.
fn decimal(number: i64, buffer: &mut [u8; 20]) -> &[u8] {
    let mut left = number.unsigned_abs();
    let mut at = buffer.len();
    loop {
        at -= 1;
        buffer[at] = b'0' + (left % 10) as u8;
        left /= 10;
        if left == 0 {
            break;
        }
    }
    if number < 0 {
        at -= 1;
        buffer[at] = b'-';
    }
    &buffer[at..]
}

fn hex(digest: [u8; 16]) -> [u8; 32] {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    let mut text = [0; 32];
    for (pair, byte) in text.chunks_exact_mut(2).zip(digest) {
        pair[0] = DIGITS[usize::from(byte >> 4)];
        pair[1] = DIGITS[usize::from(byte & 15)];
    }
    text
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use proptest::prelude::*;

    use super::*;
    use crate::erp::{AppSecret, NOW_METHOD, UPDATE_METHOD};

    fn account(sid: &str, key: &str, secret: &str) -> Account {
        Account {
            sid: sid.into(),
            app_key: key.into(),
            app_secret: AppSecret::parse(secret).expect("secret:salt"),
        }
    }

    fn sign(account: &Account, method: &str, timestamp: i64, body: &str) -> String {
        let sign = Signer::new(account, method).sign(body.as_bytes(), timestamp);
        String::from_utf8(sign.to_vec()).expect("hex")
    }

    /// The rule read word for word: sort all fields, join, MD5.
    fn naive(account: &Account, method: &str, timestamp: i64, body: &str) -> String {
        let timestamp = timestamp.to_string();
        let fields = BTreeMap::from([
            ("sid", account.sid.as_str()),
            ("key", &account.app_key),
            ("salt", account.app_secret.salt()),
            ("method", method),
            ("v", "1.0"),
            ("timestamp", &timestamp),
            ("body", body),
        ]);
        let secret = account.app_secret.secret();
        let mut text = secret.to_owned();
        for (name, value) in fields {
            text.push_str(name);
            text.push_str(value);
        }
        text.push_str(secret);
        Md5::digest(text)
            .iter()
            .map(|byte| format!("{byte:02x}"))
            .collect()
    }

    #[test]
    fn the_protocols_vectors() {
        let account = account("wdtapi3", "wdt_test", "testsecret:testsalt");
        for (method, timestamp, body, expected) in [
            (
                UPDATE_METHOD,
                450_444_516,
                r#"[{"purchase_no":"CG2204130001","flag_name":"aa"}]"#,
                "98421154e48d616164bacac3c8a3ae9f",
            ),
            (
                UPDATE_METHOD,
                450_444_517,
                r#"[{"purchase_no":"CG2204130001","flag_name":"无"}]"#,
                "5ef9fe669cfa22e3f757543982437552",
            ),
            (
                UPDATE_METHOD,
                450_444_518,
                r#"[{"purchase_no":"CG\"1\\2/3","flag_name":"加急 & 已质检=100%+?#"}]"#,
                "5026bfdda28ce8a53165b5c57921a232",
            ),
            (
                NOW_METHOD,
                450_444_516,
                "[]",
                "c9053525ed8fc05e3263c8d7210060ca",
            ),
        ] {
            assert_eq!(sign(&account, method, timestamp, body), expected, "{body}");
        }
    }

    proptest! {
        #[test]
        fn agrees_with_a_naive_reading_of_the_rule(
            sid in ".{0,20}", key in ".{0,20}", secret in "[^:\\s]{1,20}", salt in "\\S{1,20}",
            method in ".{0,60}", timestamp in any::<i64>(), body in ".{0,200}",
        ) {
            let account = account(&sid, &key, &format!("{secret}:{salt}"));
            prop_assert_eq!(
                sign(&account, &method, timestamp, &body),
                naive(&account, &method, timestamp, &body)
            );
        }
    }
}
