//! The fields that stand in the address.

use percent_encoding::percent_decode_str;

use crate::sandbox::refusal::Refusal;

pub(super) const FIELDS: [&str; 7] = ["sid", "key", "salt", "method", "v", "timestamp", "sign"];

/// The decoded query: every field of [`FIELDS`] exactly once, in that order.
pub(super) struct Query(pub(super) [String; FIELDS.len()]);

impl Query {
    pub(super) fn parse(raw: &str) -> Result<Self, Refusal> {
        let mut values = [const { None }; FIELDS.len()];
        for pair in raw.split('&').filter(|pair| !pair.is_empty()) {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            let name = decode(name)?;
            let Some(at) = FIELDS.iter().position(|field| *field == name) else {
                return Err(Refusal::UnknownField(name));
            };
            if values[at].replace(decode(value)?).is_some() {
                return Err(Refusal::Repeated(FIELDS[at]));
            }
        }
        if let Some(at) = values.iter().position(Option::is_none) {
            return Err(Refusal::Missing(FIELDS[at]));
        }
        Ok(Self(values.map(Option::unwrap_or_default)))
    }

    pub(super) fn signed_fields(&self) -> impl Iterator<Item = (&str, &str)> {
        FIELDS
            .into_iter()
            .zip(self.0.iter().map(String::as_str))
            .filter(|(name, _)| *name != "sign")
    }
}

/// Decodes a URL as servlet containers do: `+` is a space, and an escape that is broken or not
/// UTF-8 is an error.
fn decode(raw: &str) -> Result<String, Refusal> {
    let is_escape = |rest: &str| matches!(rest.as_bytes(), [a, b, ..] if a.is_ascii_hexdigit() && b.is_ascii_hexdigit());
    if !raw.split('%').skip(1).all(is_escape) {
        return Err(Refusal::Malformed);
    }
    let text = raw.replace('+', " ");
    match percent_decode_str(&text).decode_utf8() {
        Ok(text) => Ok(text.into_owned()),
        Err(_) => Err(Refusal::Malformed),
    }
}
