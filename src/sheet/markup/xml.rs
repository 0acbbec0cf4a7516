//! Text as the XML parser reads it, and what tags say.

use std::io::{self, BufRead, Read};

use quick_xml::escape::resolve_predefined_entity;
use quick_xml::events::BytesStart;
use quick_xml::events::attributes::Attribute;

use super::table::MAX_ROWS;
use crate::sheet::error::{Fault, SheetError};
use crate::sheet::input::Input;
use crate::sheet::text::{Decoded, TextEncoding};

/// Decoded text as the parser reads it.
pub(super) struct Source<'s> {
    pub(super) text: Decoded<'s>,
    /// Why it cannot be read further.
    pub(super) failed: Option<SheetError>,
}

impl<'s> Source<'s> {
    pub(super) fn new(input: &'s Input, encoding: TextEncoding) -> Source<'s> {
        Source {
            text: Decoded::new(input, encoding),
            failed: None,
        }
    }
}

impl BufRead for Source<'_> {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        match self.text.fill() {
            Ok(text) => Ok(text),
            Err(error) => {
                self.failed = Some(error);
                Err(io::ErrorKind::Other.into())
            }
        }
    }

    fn consume(&mut self, count: usize) {
        self.text.consume(count);
    }
}

impl Read for Source<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let text = self.fill_buf()?;
        let count = text.len().min(buffer.len());
        buffer[..count].copy_from_slice(&text[..count]);
        self.consume(count);
        Ok(count)
    }
}

/// What stands between `&` and `;`.
pub(super) fn resolved(entity: &str) -> Option<String> {
    let Some(number) = entity.strip_prefix('#') else {
        return resolve_predefined_entity(entity).map(str::to_owned);
    };
    let code = match number.strip_prefix('x') {
        Some(digits) => u32::from_str_radix(digits, 16),
        None => number.parse(),
    };
    char::from_u32(code.ok()?).map(String::from)
}

/// An attribute's value by its name without a prefix.
pub(super) fn attribute(tag: &BytesStart<'_>, name: &str) -> Result<Option<String>, Fault> {
    let is_it = |attribute: &Attribute<'_>| attribute.key.local_name().as_ref() == name;
    let Some(found) = tag.attributes().with_checks(false).flatten().find(is_it) else {
        return Ok(None);
    };
    let value = quick_xml::escape::unescape(&found.value);
    let value = value.map_err(|_| Fault::BadTable("it has a character that is not known"))?;
    Ok(Some(value.into_owned()))
}

/// Where a row, column or cell stands, counted from 0; `next` if it does not say.
pub(super) fn index(tag: &BytesStart<'_>, next: u32) -> Result<u32, Fault> {
    let Some(index) = attribute(tag, "Index")? else {
        return Ok(next);
    };
    let index = index.trim().parse::<u32>().ok();
    index
        .and_then(|index| index.checked_sub(1))
        .ok_or(Fault::BadTable("it has a bad index"))
}

pub(super) fn count(tag: &BytesStart<'_>, name: &str) -> Result<u32, Fault> {
    let count = attribute(tag, name)?;
    let count = count.and_then(|count| count.trim().parse().ok());
    Ok(count.unwrap_or(0).min(MAX_ROWS))
}
