//! The parts of an xlsx or xlsb file, found by their relationships.

use std::collections::HashMap;
use std::io::{BufReader, Read};

use quick_xml::events::{BytesStart, Event};
use zip::ZipArchive;

use crate::sheet::input::{Input, Reader};

/// A part that lists others is not longer than this.
const MAX_LIST_BYTES: u64 = 16 * 1024 * 1024;

pub(super) struct Package<'i> {
    archive: ZipArchive<BufReader<Reader<'i>>>,
}

impl<'i> Package<'i> {
    pub(super) fn open(input: &'i Input) -> Option<Package<'i>> {
        let archive = ZipArchive::new(BufReader::new(input.reader_from(0))).ok()?;
        Some(Package { archive })
    }

    /// A part by its name, of which letter case and the kind of slashes do not count.
    pub(super) fn part(&mut self, name: &str) -> Option<impl Read + '_> {
        let plain = |name: &str| name.replace('\\', "/").to_ascii_lowercase();
        let wanted = plain(name);
        let mut names = self.archive.file_names().filter_map(Result::ok);
        let name = names.find(|it| plain(it) == wanted)?.into_owned();
        drop(names);
        self.archive.by_name(&name).ok()
    }

    fn list(&mut self, name: &str) -> Option<Vec<u8>> {
        let mut bytes = Vec::new();
        let part = self.part(name)?;
        part.take(MAX_LIST_BYTES).read_to_end(&mut bytes).ok()?;
        Some(bytes)
    }

    /// The part of the worksheet whose relationship `find` finds in the workbook's part.
    pub(super) fn worksheet(
        &mut self,
        find: impl FnOnce(&[u8]) -> Option<String>,
    ) -> Option<String> {
        let workbook = self.main()?;
        let relation = find(&self.list(&workbook)?)?;
        let (folder, file) = workbook.split_at(workbook.rfind('/').map_or(0, |at| at + 1));
        let relations = self.relations(&format!("{folder}_rels/{file}.rels"))?;
        let (_, target) = relations.get(&relation)?;
        Some(match target.strip_prefix('/') {
            Some(absolute) => absolute.to_owned(),
            None => format!("{folder}{target}"),
        })
    }

    fn main(&mut self) -> Option<String> {
        let relations = self.relations("_rels/.rels")?;
        let mut targets = relations.into_values();
        let (_, target) = targets.find(|(kind, _)| kind.ends_with("/officeDocument"))?;
        Some(target.trim_start_matches('/').to_owned())
    }

    /// Type and target of each relationship.
    fn relations(&mut self, part: &str) -> Option<HashMap<String, (String, String)>> {
        let bytes = self.list(part)?;
        let mut relations = HashMap::new();
        elements(&bytes[..], |element| {
            if element.local_name().as_ref() == "Relationship" {
                let value = |name| attribute(element, name).unwrap_or_default();
                relations.insert(value("Id"), (value("Type"), value("Target")));
            }
            true
        })?;
        Some(relations)
    }
}

/// Shows each element that opens, until `see` has seen enough. `None` if the text is no XML.
pub(super) fn elements(
    text: impl Read,
    mut see: impl FnMut(&BytesStart<'_>) -> bool,
) -> Option<()> {
    let mut xml = quick_xml::Reader::from_reader(BufReader::new(text));
    xml.config_mut().check_end_names = false;
    let mut buffer = Vec::new();
    loop {
        buffer.clear();
        match xml.read_event_into(&mut buffer).ok()? {
            Event::Start(element) | Event::Empty(element) if !see(&element) => return Some(()),
            Event::Eof => return Some(()),
            _ => {}
        }
    }
}

/// The value of an attribute, whatever its prefix.
pub(super) fn attribute(element: &BytesStart<'_>, name: &str) -> Option<String> {
    let mut attributes = element.attributes();
    let found = attributes
        .with_checks(false)
        .filter_map(Result::ok)
        .find(|it| it.key.local_name().as_ref() == name)?;
    let value = found
        .normalized_value(quick_xml::XmlVersion::Implicit1_0)
        .ok()?;
    Some(value.into_owned())
}
