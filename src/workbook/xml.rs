//! Markup, read piece by piece.

use std::borrow::Cow;
use std::io::BufRead;

use quick_xml::XmlVersion;
use quick_xml::events::{BytesEnd, BytesRef, BytesStart, Event};

use super::metered::Metered;
use crate::workbook::error::{Result, broken, cut, long_text};
use crate::workbook::table::Budget;

/// Elements within elements. Workbooks have a dozen.
const MAX_DEPTH: usize = 200;
/// Bytes of a cell's text. Cells have at most 32,767 characters.
const MAX_TEXT: usize = 1024 * 1024;

pub(super) struct Xml<'b, R> {
    reader: quick_xml::Reader<Metered<'b, R>>,
    buffer: Vec<u8>,
    depth: usize,
    fault: Option<XmlFault>,
}

/// Why it is no XML.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum XmlFault {
    /// It ends within an element.
    Cut,
    Malformed,
}

/// What markup is made of. An empty element is a start and an end.
pub(super) enum Piece<'p> {
    Start(BytesStart<'p>),
    End(BytesEnd<'p>),
    Text(Cow<'p, str>),
    /// A comment, an instruction and the like.
    Other,
    Eof,
}

impl<'b, R: BufRead> Xml<'b, R> {
    pub(super) fn new(part: R, budget: &'b Budget) -> Xml<'b, R> {
        let mut reader = quick_xml::Reader::from_reader(Metered::new(part, budget));
        reader.config_mut().expand_empty_elements = true;
        Xml {
            reader,
            buffer: Vec::new(),
            depth: 0,
            fault: None,
        }
    }

    pub(super) fn next(&mut self) -> Result<Piece<'_>> {
        self.buffer.clear();
        self.reader.get_mut().piece();
        let event = match self.reader.read_event_into(&mut self.buffer) {
            Ok(event) => event,
            Err(quick_xml::Error::Io(error)) => return Err(self.reader.get_ref().fault(&error)),
            Err(_) => {
                self.fault = Some(XmlFault::Malformed);
                return Err(broken());
            }
        };
        Ok(match event {
            Event::Start(start) => {
                self.depth += 1;
                if self.depth > MAX_DEPTH {
                    self.fault = Some(XmlFault::Malformed);
                    return Err(broken());
                }
                Piece::Start(start)
            }
            Event::End(end) => {
                self.depth = self.depth.saturating_sub(1);
                Piece::End(end)
            }
            Event::Text(text) => Piece::Text(text.xml10_content()),
            Event::CData(text) => Piece::Text(text.xml10_content()),
            Event::GeneralRef(reference) => {
                let character = character(&reference);
                let character =
                    character.inspect_err(|_| self.fault = Some(XmlFault::Malformed))?;
                Piece::Text(Cow::Owned(character.into()))
            }
            Event::Eof if self.depth > 0 => {
                self.fault = Some(XmlFault::Cut);
                return Err(cut());
            }
            Event::Eof => Piece::Eof,
            _ => Piece::Other,
        })
    }

    pub(super) fn fault(&self) -> Option<XmlFault> {
        self.fault
    }

    /// What it is read from.
    pub(super) fn source(&mut self) -> &mut R {
        self.reader.get_mut().inner()
    }
}

fn character(reference: &BytesRef<'_>) -> Result<char> {
    let named = match &**reference {
        "lt" => Some('<'),
        "gt" => Some('>'),
        "amp" => Some('&'),
        "apos" => Some('\''),
        "quot" => Some('"'),
        _ => reference.resolve_char_ref().map_err(|_| broken())?,
    };
    named.ok_or_else(broken)
}

/// Appends to the text of a cell, which is never as long as a hostile file can make it.
pub(super) fn append(text: &mut String, part: &str) -> Result<()> {
    if text.len() + part.len() > MAX_TEXT {
        return Err(long_text());
    }
    text.push_str(part);
    Ok(())
}

/// An element's attributes, by their names as they stand.
pub(super) fn attributes<'a>(
    start: &'a BytesStart<'_>,
) -> impl Iterator<Item = Result<(&'a str, Cow<'a, str>)>> {
    let mut attributes = start.attributes();
    attributes.with_checks(false);
    attributes.map(|attribute| {
        let attribute = attribute.map_err(|_| broken())?;
        let value = attribute.normalized_value(XmlVersion::Implicit1_0);
        Ok((attribute.key.into_inner(), value.map_err(|_| broken())?))
    })
}

/// One attribute, whatever its prefix.
pub(super) fn attribute(start: &BytesStart<'_>, name: &str) -> Result<Option<String>> {
    for attribute in attributes(start) {
        let (key, value) = attribute?;
        if key.rsplit(':').next() == Some(name) {
            return Ok(Some(value.into_owned()));
        }
    }
    Ok(None)
}

/// Whether an attribute's value says yes, as XML has it.
pub(super) fn is_true(value: &str) -> bool {
    matches!(value.trim(), "1" | "true")
}
