//! Keys made from the app secret, with which files are sealed. The secret cannot be told from them.

use std::fmt;

use hmac::digest::Key;
use hmac::{Hmac, KeyInit, Mac};
use sha2::{Digest, Sha256};

use super::account::AppSecret;

/// A key that only who has the app secret can make. Prints as `***`.
#[derive(Clone)]
pub struct DerivedKey(Hmac<Sha256>);

impl AppSecret {
    pub fn key(&self) -> DerivedKey {
        let mut whole = Sha256::new_with_prefix(self.secret());
        whole.update(":");
        whole.update(self.salt());
        DerivedKey::of(&whole.finalize())
    }
}

impl DerivedKey {
    fn of(bytes: &[u8]) -> Self {
        let mut key = Key::<Hmac<Sha256>>::default();
        for (to, from) in key.iter_mut().zip(bytes) {
            *to = *from;
        }
        DerivedKey(Hmac::new(&key))
    }

    /// Another key, for a purpose that the fields name.
    pub fn derive(&self, fields: &[&str]) -> Self {
        DerivedKey::of(&self.seal(fields))
    }

    /// A code that only who has the key can make for the fields.
    pub fn seal<'a>(&self, fields: impl IntoIterator<Item = &'a &'a str>) -> [u8; 32] {
        let mut mac = self.0.clone();
        for field in fields {
            // With its length, so that text cannot pass from one field to the next.
            mac.update(&(field.len() as u64).to_le_bytes());
            mac.update(field.as_bytes());
        }
        mac.finalize().into_bytes().into()
    }
}

impl fmt::Debug for DerivedKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("***")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(secret: &str) -> DerivedKey {
        AppSecret::parse(secret).expect("valid").key()
    }

    #[test]
    fn a_seal_is_of_one_secret_one_purpose_and_one_text() {
        let seal = key("abc:de").derive(&["journal", ""]).seal(&["CG1", "aa"]);
        let same = key("abc:de").derive(&["journal", ""]).seal(&["CG1", "aa"]);
        assert_eq!(seal, same);
        for other in [
            key("abc:df").derive(&["journal", ""]).seal(&["CG1", "aa"]),
            key("ab:de").derive(&["journal", ""]).seal(&["CG1", "aa"]),
            key("abc:de").derive(&["journa", "l"]).seal(&["CG1", "aa"]),
            key("abc:de").derive(&["journal", ""]).seal(&["CG1a", "a"]),
            key("abc:de").seal(&["CG1", "aa"]),
        ] {
            assert_ne!(other, seal);
        }
    }

    /// RFC 4231, test case 2.
    #[test]
    fn it_is_an_hmac_of_sha_256() {
        let mut mac = DerivedKey::of(b"Jefe").0;
        mac.update(b"what do ya want for nothing?");
        assert_eq!(
            crate::text::hex(&mac.finalize().into_bytes()),
            "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"
        );
    }
}
