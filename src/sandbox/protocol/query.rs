//! The fields that stand in the address.

use std::collections::BTreeMap;

use percent_encoding::percent_decode_str;

use super::LIST;
use crate::sandbox::refusal::Refusal;

pub(super) const FIELDS: [&str; 7] = ["sid", "key", "salt", "method", "v", "timestamp", "sign"];

/// What a method that answers in pages takes besides, the last of them only if it likes.
const PAGING: [&str; 3] = ["page_size", "page_no", "calc_total"];

/// The documentation gives no number; this is what clients ask for.
pub(in crate::sandbox) const MAX_PAGE_SIZE: usize = 100;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::sandbox) struct Paging {
    pub(in crate::sandbox) size: usize,
    /// From 0.
    pub(in crate::sandbox) number: usize,
    pub(in crate::sandbox) with_total: bool,
}

/// The decoded query: every field that the method needs exactly once, and no other.
pub(super) struct Query(BTreeMap<&'static str, String>);

impl Query {
    pub(super) fn parse(raw: &str) -> Result<Self, Refusal> {
        let pairs = raw.split('&').filter(|pair| !pair.is_empty());
        let pairs: Vec<_> = pairs
            .map(|pair| {
                let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
                Ok((decode(name)?, decode(value)?))
            })
            .collect::<Result<_, _>>()?;
        let is_paged = pairs
            .iter()
            .any(|(name, value)| name == "method" && value == LIST);
        let paging = if is_paged { &PAGING[..] } else { &[] };
        let known = || FIELDS.iter().chain(paging).copied();

        let mut fields = BTreeMap::new();
        for (name, value) in pairs {
            let Some(field) = known().find(|field| *field == name) else {
                return Err(Refusal::UnknownField(name));
            };
            if fields.insert(field, value).is_some() {
                return Err(Refusal::Repeated(field));
            }
        }
        let mut needed = known().filter(|field| *field != "calc_total");
        match needed.find(|field| !fields.contains_key(field)) {
            Some(missing) => Err(Refusal::Missing(missing)),
            None => Ok(Self(fields)),
        }
    }

    pub(super) fn get(&self, field: &str) -> &str {
        self.0.get(field).map_or("", String::as_str)
    }

    pub(super) fn signed_fields(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0
            .iter()
            .map(|(name, value)| (*name, value.as_str()))
            .filter(|(name, _)| *name != "sign")
    }

    pub(super) fn paging(&self) -> Result<Paging, Refusal> {
        let size = self.whole_number("page_size")?;
        if !(1..=MAX_PAGE_SIZE).contains(&size) {
            return Err(Refusal::BadValue("page_size"));
        }
        Ok(Paging {
            size,
            number: self.whole_number("page_no")?,
            with_total: match self.0.get("calc_total").map(String::as_str) {
                None | Some("0") => false,
                Some("1") => true,
                Some(_) => return Err(Refusal::BadValue("calc_total")),
            },
        })
    }

    fn whole_number(&self, field: &'static str) -> Result<usize, Refusal> {
        let text = self.get(field);
        // `parse` alone would also accept a sign.
        let is_number = text.bytes().all(|byte| byte.is_ascii_digit());
        match text.parse() {
            Ok(number) if is_number => Ok(number),
            _ => Err(Refusal::BadValue(field)),
        }
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

#[cfg(test)]
mod tests {
    use super::*;

    /// The fields of a method, the seven common ones first.
    fn parse(method: &str, paging: &str) -> Result<Query, Refusal> {
        let common = format!("sid=&key=&salt=&method={method}&v=&timestamp=&sign=");
        Query::parse(&format!("{common}&{paging}"))
    }

    fn paging(size: &str, number: &str, total: &str) -> Result<Paging, Refusal> {
        let paging = format!("page_size={size}&page_no={number}{total}");
        parse(LIST, &paging)?.paging()
    }

    #[test]
    fn a_listing_needs_its_paging_once_and_nothing_else_takes_any() {
        for (paging, refusal) in [
            ("page_no=0&calc_total=1", Refusal::Missing("page_size")),
            ("page_size=100&calc_total=1", Refusal::Missing("page_no")),
            (
                "page_size=9&page_no=0&page_size=9",
                Refusal::Repeated("page_size"),
            ),
            (
                "page_size=9&page_no=0&pageNo=0",
                Refusal::UnknownField("pageNo".to_owned()),
            ),
        ] {
            assert_eq!(parse(LIST, paging).err(), Some(refusal), "{paging}");
        }
        for method in [
            "system.Core.now",
            "",
            "purchase.PurchaseOrder.querywithdetail",
        ] {
            for field in PAGING {
                let refusal = Refusal::UnknownField(field.to_owned());
                assert_eq!(parse(method, &format!("{field}=1")).err(), Some(refusal));
            }
        }
    }

    #[test]
    fn paging_has_its_range() {
        let taken = |size, number, with_total| {
            Ok(Paging {
                size,
                number,
                with_total,
            })
        };
        assert_eq!(paging("1", "0", ""), taken(1, 0, false));
        assert_eq!(
            paging("100", "12345", "&calc_total=1"),
            taken(100, 12345, true)
        );
        for size in ["0", "101", "", "-1", "%2B5", "1.0", "ten"] {
            let refusal = Err(Refusal::BadValue("page_size"));
            assert_eq!(paging(size, "0", ""), refusal, "{size}");
        }
        for number in ["", "-1", "%2B5", "1.0", "99999999999999999999"] {
            let refusal = Err(Refusal::BadValue("page_no"));
            assert_eq!(paging("1", number, ""), refusal, "{number}");
        }
        for total in ["", "2", "true"] {
            let refusal = Err(Refusal::BadValue("calc_total"));
            assert_eq!(paging("1", "0", &format!("&calc_total={total}")), refusal);
        }
    }
}
