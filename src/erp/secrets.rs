//! What must not be repeated from what a server or a proxy says: it may quote the URL that it was
//! called by, which holds half of the app secret and the signature.

use super::request::encoded;
use crate::text::one_line;

const MAX_KEPT: usize = 1_000;
/// What is shorter guards nothing, and stands in messages by chance.
const MIN_SECRET: usize = 6;

/// The message as people may see it: one line, cut short, without the secrets, also as URLs have
/// them.
pub fn masked<'s>(message: &str, secrets: impl IntoIterator<Item = &'s str>) -> String {
    let mut shown = message.to_owned();
    for secret in secrets {
        if secret.chars().count() >= MIN_SECRET {
            shown = shown.replace(secret, "***");
            shown = shown.replace(&encoded(secret).to_string(), "***");
        }
    }
    one_line(&shown, MAX_KEPT)
}

#[cfg(test)]
mod tests {
    use super::*;

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
