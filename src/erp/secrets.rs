//! What must not be repeated from what a server or a proxy says: it may quote the URL that it was
//! called by, which holds half of the app secret and the signature.

use std::borrow::Cow;
use std::ops::Range;

use crate::text;

/// Columns of a message that are kept.
const MAX_KEPT: usize = 1_000;
/// As much of a message as is looked at.
const MAX_READ: usize = 4_000;
/// How often over a URL may have been percent-encoded.
const MAX_ENCODED: usize = 3;
/// Characters that a secret takes at most, encoded so.
const MAX_SECRET: usize = 400;

/// Texts to be cut out of messages.
#[derive(Default)]
pub struct Secrets<'a>(Vec<&'a str>);

/// A byte of a message, percent-decoded or not, with where it stands there.
type Byte = (u8, Range<usize>);

impl<'a> Secrets<'a> {
    pub(super) fn new(secrets: impl IntoIterator<Item = &'a str>) -> Self {
        let secrets = secrets.into_iter().filter(|secret| !secret.is_empty());
        Secrets(secrets.collect())
    }

    /// The message as people may see it: one line, cut short, without the secrets.
    pub(super) fn printable(&self, message: &str) -> String {
        let end = message.char_indices().nth(MAX_READ);
        let begin = end.map_or(message, |(end, _)| &message[..end]);
        let mut shown = self.cut(begin);
        if end.is_some() {
            // What is left of a secret there is not known for one.
            let whole = shown.chars().count().saturating_sub(MAX_SECRET);
            shown = shown.chars().take(whole).collect();
        }
        text::one_line(&shown, MAX_KEPT)
    }

    /// The message with `***` for each secret, however it is percent-encoded and in either case.
    fn cut<'m>(&self, message: &'m str) -> Cow<'m, str> {
        let mut hidden = vec![false; message.len()];
        let mut bytes: Vec<Byte> = (0..).zip(message.bytes()).map(at).collect();
        for _ in 0..=MAX_ENCODED {
            for secret in &self.0 {
                for found in bytes.windows(secret.len()) {
                    if is_alike(found, secret.as_bytes()) {
                        let from = found.first().map_or(0, |byte| byte.1.start);
                        let to = found.last().map_or(0, |byte| byte.1.end);
                        hidden[from..to].fill(true);
                    }
                }
            }
            let decoded = decode(&bytes);
            if decoded.len() == bytes.len() {
                break;
            }
            bytes = decoded;
        }
        if !hidden.contains(&true) {
            return Cow::Borrowed(message);
        }
        let mut shown = Vec::new();
        for (at, byte) in message.bytes().enumerate() {
            match hidden[at] {
                false => shown.push(byte),
                true if at > 0 && hidden[at - 1] => {}
                true => shown.extend(b"***"),
            }
        }
        Cow::Owned(String::from_utf8_lossy(&shown).into_owned())
    }
}

fn at((start, byte): (usize, u8)) -> Byte {
    (byte, start..start + 1)
}

fn is_alike(found: &[Byte], secret: &[u8]) -> bool {
    let mut pairs = found.iter().zip(secret);
    pairs.all(|(found, byte)| found.0.eq_ignore_ascii_case(byte))
}

/// Percent-decodes once.
fn decode(bytes: &[Byte]) -> Vec<Byte> {
    let digit = |byte: &Byte| char::from(byte.0).to_digit(16);
    let mut decoded = Vec::with_capacity(bytes.len());
    let mut rest = bytes;
    while let [first, after @ ..] = rest {
        rest = after;
        decoded.push(match after {
            [high, low, after @ ..] if first.0 == b'%' => match (digit(high), digit(low)) {
                (Some(high), Some(low_digit)) => {
                    rest = after;
                    // Two digits are less than 256.
                    let byte = u8::try_from(high * 16 + low_digit).unwrap_or_default();
                    (byte, first.1.start..low.1.end)
                }
                _ => first.clone(),
            },
            _ => first.clone(),
        });
    }
    decoded
}

#[cfg(test)]
mod tests {
    use super::*;

    const SALT: &str = "sea-Salt/1%41";

    fn shown(message: &str) -> String {
        Secrets::new([SALT, "0a1b2c", "店"]).printable(message)
    }

    #[test]
    fn what_a_long_message_is_cut_off_in_is_not_shown() {
        for before in 0..10 {
            let message = format!("{}{}", "x".repeat(before), "testsalt".repeat(600));
            let shown = Secrets::new(["testsalt"]).printable(&message);
            assert!(!shown.contains("test"), "{before}: {shown}");
        }
    }

    #[test]
    fn secrets_are_cut_out_however_they_are_encoded() {
        for (message, expected) in [
            ("no", "no"),
            ("", ""),
            ("bad salt sea-Salt/1%41!", "bad salt ***!"),
            ("?salt=sea%2DSalt%2f1%2541&v=1.0", "?salt=***&v=1.0"),
            ("?salt=SEA-SALT%2F1%2541&v=1.0", "?salt=***&v=1.0"),
            ("salt%3Dsea%252DSalt%252F1%252541", "salt%3D***"),
            ("%73%65%61%2d%53%61%6c%74%2f%31%25%34%31", "***"),
            ("sign=0A1B2C, sign=0a1b2c", "sign=***, sign=***"),
            ("0a1b2c0a1b2c", "***"),
            ("0a1b2", "0a1b2"),
            ("门店 %E5%BA%97 %e5%ba%97 %E5%BA", "门*** *** *** %E5%BA"),
            ("100% 0a1b2%", "100% 0a1b2%"),
        ] {
            assert_eq!(shown(message), expected, "{message}");
        }
    }

    #[test]
    fn a_secret_where_the_message_is_cut_short_leaves_no_piece() {
        for before in MAX_KEPT - 20..=MAX_KEPT {
            let shown = shown(&format!("{}{SALT}", "x".repeat(before)));
            assert!(!shown.contains("sea"), "{shown}");
        }
    }

    #[test]
    fn nothing_secret_is_nothing_cut() {
        let empty = Secrets::new(["", ""]);
        assert_eq!(empty.printable("a %41\nb"), "a %41 b");
    }
}
