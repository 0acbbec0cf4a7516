//! Markup, read piece by piece.

use std::borrow::Cow;

use quick_xml::XmlVersion;
use quick_xml::escape::resolve_xml_entity;
use quick_xml::events::{BytesEnd, BytesRef, BytesStart, Event};

use super::budget::{MAX_TEXT, Metered};
use super::error::{Result, broken, cut, long_text};

/// Elements within elements. Workbooks have a dozen.
const MAX_DEPTH: usize = 200;

pub struct Xml<'r> {
    reader: quick_xml::Reader<Metered<'r>>,
    buffer: Vec<u8>,
    depth: usize,
    /// Whether it ends within an element.
    pub is_cut: bool,
    pub is_malformed: bool,
}

/// What markup is made of. An empty element is a start and an end.
pub enum Piece<'p> {
    Start(BytesStart<'p>),
    End(BytesEnd<'p>),
    Text(Cow<'p, str>),
    /// A comment, an instruction and the like.
    Other,
    Eof,
}

impl<'r> Xml<'r> {
    pub fn of(part: Metered<'r>) -> Xml<'r> {
        let mut reader = quick_xml::Reader::from_reader(part);
        reader.config_mut().expand_empty_elements = true;
        Xml {
            reader,
            buffer: Vec::new(),
            depth: 0,
            is_cut: false,
            is_malformed: false,
        }
    }

    pub fn next(&mut self) -> Result<Piece<'_>> {
        self.buffer.clear();
        self.reader.get_mut().begin_piece();
        let piece = match self.reader.read_event_into(&mut self.buffer) {
            Ok(Event::Start(start)) if self.depth < MAX_DEPTH => {
                self.depth += 1;
                Piece::Start(start)
            }
            Ok(Event::End(end)) => {
                self.depth = self.depth.saturating_sub(1);
                Piece::End(end)
            }
            Ok(Event::Text(text)) => Piece::Text(text.xml10_content()),
            Ok(Event::CData(text)) => Piece::Text(text.xml10_content()),
            Ok(Event::GeneralRef(reference)) => match resolved(&reference) {
                Some(text) => Piece::Text(text),
                None => {
                    self.is_malformed = true;
                    return Err(broken());
                }
            },
            Ok(Event::Eof) if self.depth > 0 => {
                self.is_cut = true;
                return Err(cut());
            }
            Ok(Event::Eof) => Piece::Eof,
            Err(quick_xml::Error::Io(error)) => return Err(self.reader.get_ref().explain(&error)),
            Ok(Event::Start(_)) | Err(_) => {
                self.is_malformed = true;
                return Err(broken());
            }
            Ok(_) => Piece::Other,
        };
        Ok(piece)
    }
}

fn resolved(reference: &BytesRef<'_>) -> Option<Cow<'static, str>> {
    if let Some(text) = resolve_xml_entity(reference) {
        return Some(text.into());
    }
    let character = reference.resolve_char_ref().ok()??;
    Some(character.to_string().into())
}

/// Appends to the text of a cell, which is never as long as a hostile file can make it.
pub fn append(text: &mut String, part: &str) -> Result<()> {
    if text.len() + part.len() > MAX_TEXT {
        return Err(long_text());
    }
    text.push_str(part);
    Ok(())
}

/// An element's attributes, by their names as they stand.
pub fn attributes<'a>(
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
pub fn attribute(start: &BytesStart<'_>, name: &str) -> Result<Option<String>> {
    for attribute in attributes(start) {
        let (key, value) = attribute?;
        if key.rsplit(':').next() == Some(name) {
            return Ok(Some(value.into_owned()));
        }
    }
    Ok(None)
}

/// Whether an attribute's value says yes, as XML has it.
pub fn is_true(value: &str) -> bool {
    matches!(value.trim(), "1" | "true")
}
