//! A workbook of results or failures read back, whichever program has saved it since.

use std::borrow::Cow;
use std::io::{self, BufRead, BufReader, Read, Seek};

use csv::StringRecord;
use quick_xml::events::{BytesStart, Event};
use zip::ZipArchive;

use crate::files::results::csv::{io_error, writer};
use crate::language::say;

/// No part is read beyond this.
const MAX_BYTES: u64 = 1 << 30;
const STRINGS: &str = "xl/sharedStrings.xml";

/// Whether a workbook has more than the one worksheet that this program writes.
pub fn has_others(file: impl Read + Seek) -> bool {
    ZipArchive::new(file).is_ok_and(|archive| worksheets(&archive).len() > 1)
}

fn worksheets<R: Read + Seek>(archive: &ZipArchive<R>) -> Vec<String> {
    let names = archive.file_names().filter_map(Result::ok);
    let is_sheet = |name: &str| {
        let mut folders = name.split('/');
        folders.next() == Some("xl")
            && folders.next().is_some_and(|it| it.ends_with("sheets"))
            && folders.next().is_some_and(|it| it.ends_with(".xml"))
    };
    names
        .filter(|name| is_sheet(name))
        .map(|name| name.into_owned())
        .collect()
}

/// The worksheet as CSV, its first so many rows; an error if this is no workbook of one worksheet.
pub fn to_csv(file: impl Read + Seek, most: usize) -> io::Result<Vec<u8>> {
    let mut archive = ZipArchive::new(BufReader::new(file))?;
    let worksheets = worksheets(&archive);
    let [name] = worksheets.as_slice() else {
        return Err(invalid(say!("files-workbook-worksheets")));
    };
    let strings = match archive.by_name(STRINGS) {
        Ok(part) => strings(part)?,
        Err(_) => Vec::new(),
    };
    let mut csv = writer(Vec::new());
    let part = archive.by_name(name)?;
    let mut width = 0;
    let mut rows = 0;
    if most > 0 {
        each_row(part, &strings, |mut row| {
            if row.iter().all(String::is_empty) {
                return Ok(true);
            }
            if rows == 0 {
                width = row.len();
            }
            row.resize(row.len().max(width), String::new());
            let record: StringRecord = row.iter().collect();
            csv.write_record(&record).map_err(io_error)?;
            rows += 1;
            Ok(rows < most)
        })?;
    }
    csv.into_inner().map_err(|error| error.into_error())
}

fn invalid(why: impl ToString) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, why.to_string())
}

/// Shows each piece of markup until `see` has seen enough. An empty element has an end, too.
fn pieces(part: impl Read, mut see: impl FnMut(Event<'_>) -> io::Result<bool>) -> io::Result<()> {
    let mut xml = quick_xml::Reader::from_reader(BufReader::new(part.take(MAX_BYTES)));
    xml.config_mut().expand_empty_elements = true;
    pieces_of(&mut xml, &mut see)
}

fn pieces_of<R: BufRead>(
    xml: &mut quick_xml::Reader<R>,
    see: &mut impl FnMut(Event<'_>) -> io::Result<bool>,
) -> io::Result<()> {
    let mut buffer = Vec::new();
    let mut depth = 0_usize;
    loop {
        buffer.clear();
        let event = xml.read_event_into(&mut buffer).map_err(invalid)?;
        match event {
            Event::Start(_) => depth += 1,
            Event::End(_) => depth = depth.saturating_sub(1),
            Event::Eof if depth > 0 => return Err(invalid(say!("files-workbook-cut-off"))),
            Event::Eof => return Ok(()),
            _ => {}
        }
        if !see(event)? {
            return Ok(());
        }
    }
}

/// The text of an event within an element that holds text.
fn text_of(event: &Event<'_>) -> io::Result<String> {
    Ok(match event {
        Event::Text(text) => text.xml10_content().into_owned(),
        Event::CData(text) => text.xml10_content().into_owned(),
        Event::GeneralRef(reference) => match &**reference {
            "lt" => "<".to_owned(),
            "gt" => ">".to_owned(),
            "amp" => "&".to_owned(),
            "apos" => "'".to_owned(),
            "quot" => "\"".to_owned(),
            _ => {
                let c = reference.resolve_char_ref().map_err(invalid)?;
                c.ok_or_else(|| invalid(say!("files-workbook-entity")))?
                    .to_string()
            }
        },
        _ => String::new(),
    })
}

/// What is gathered of a text that may be in pieces, without how it is pronounced.
#[derive(Default)]
struct Gathered {
    text: String,
    is_open: bool,
    is_phonetic: bool,
}

impl Gathered {
    fn see(&mut self, event: &Event<'_>) -> io::Result<()> {
        match event {
            Event::Start(start) => match start.local_name().as_ref() {
                "rPh" => self.is_phonetic = true,
                "t" | "v" => self.is_open = !self.is_phonetic,
                _ => {}
            },
            Event::End(end) => match end.local_name().as_ref() {
                "rPh" => self.is_phonetic = false,
                "t" | "v" => self.is_open = false,
                _ => {}
            },
            event if self.is_open => self.text.push_str(&text_of(event)?),
            _ => {}
        }
        Ok(())
    }

    fn take(&mut self) -> String {
        unescaped(&std::mem::take(&mut self.text)).into_owned()
    }
}

fn strings(part: impl Read) -> io::Result<Vec<String>> {
    let mut strings = Vec::new();
    let mut gathered = Gathered::default();
    pieces(part, |event| {
        gathered.see(&event)?;
        if matches!(&event, Event::End(end) if end.local_name().as_ref() == "si") {
            strings.push(gathered.take());
        }
        Ok(true)
    })?;
    Ok(strings)
}

fn each_row(
    part: impl Read,
    strings: &[String],
    mut see: impl FnMut(Vec<String>) -> io::Result<bool>,
) -> io::Result<()> {
    let mut row = Vec::new();
    let mut gathered = Gathered::default();
    let mut kind = String::new();
    let mut column = 0;
    pieces(part, |event| {
        gathered.see(&event)?;
        match &event {
            Event::Start(start) => match start.local_name().as_ref() {
                "row" => column = 0,
                "c" => {
                    let place = attribute(start, "r");
                    column = place.and_then(|it| column_of(&it)).unwrap_or(column);
                    kind = attribute(start, "t").unwrap_or_default();
                }
                "f" => gathered.text.clear(),
                _ => {}
            },
            Event::End(end) => match end.local_name().as_ref() {
                "c" => {
                    let text = gathered.take();
                    let cell = match (&*kind, &*text) {
                        ("s", at) => {
                            let at = at.parse().ok().and_then(|at: usize| strings.get(at));
                            at.ok_or_else(|| invalid(say!("files-workbook-text")))?
                                .clone()
                        }
                        ("b", "1") => "TRUE".to_owned(),
                        ("b", "0") => "FALSE".to_owned(),
                        _ => text,
                    };
                    if !cell.is_empty() {
                        if row.len() <= column {
                            row.resize(column + 1, String::new());
                        }
                        row[column] = cell;
                    }
                    column += 1;
                }
                "row" => return see(std::mem::take(&mut row)),
                _ => {}
            },
            _ => {}
        }
        Ok(true)
    })
}

/// The column of a place such as `AB12`, counted from 0.
fn column_of(place: &str) -> Option<usize> {
    let letters = place.trim_end_matches(|c: char| c.is_ascii_digit());
    let is_column = (1..=3).contains(&letters.len());
    let digit = |letter: u8| letter.is_ascii_uppercase().then(|| letter - b'A');
    let digits: Option<Vec<u8>> = letters.bytes().map(digit).collect();
    let number = digits.filter(|_| is_column)?.into_iter();
    Some(number.fold(0, |number, digit| number * 26 + usize::from(digit) + 1) - 1)
}

fn attribute(start: &BytesStart<'_>, name: &str) -> Option<String> {
    let mut attributes = start.attributes();
    let found = attributes
        .with_checks(false)
        .filter_map(Result::ok)
        .find(|it| it.key.into_inner() == name)?;
    let value = found.normalized_value(quick_xml::XmlVersion::Implicit1_0);
    Some(value.ok()?.into_owned())
}

/// The character that a text begins with in the form `_x000D_`.
fn code(text: &str) -> Option<char> {
    let digits = text.get(..7)?.strip_prefix("_x")?.strip_suffix('_')?;
    let are_digits = digits.bytes().all(|byte| byte.is_ascii_hexdigit());
    let code = u32::from_str_radix(digits, 16).ok().filter(|_| are_digits);
    code.and_then(char::from_u32)
}

pub fn unescaped(text: &str) -> Cow<'_, str> {
    if !text.contains("_x") {
        return Cow::Borrowed(text);
    }
    let mut plain = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find("_x") {
        plain.push_str(&rest[..at]);
        rest = &rest[at..];
        match code(rest) {
            Some(c) => {
                plain.push(c);
                rest = &rest[7..];
            }
            None => {
                plain.push('_');
                rest = &rest[1..];
            }
        }
    }
    plain.push_str(rest);
    Cow::Owned(plain)
}
