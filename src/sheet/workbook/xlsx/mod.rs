//! Workbooks in Office Open XML.

mod strings;
mod styles;
mod worksheet;

use std::sync::Arc;

use super::archive::Archive;
use super::listed::Listed;
use super::package::{Package, Related};
use super::xml::{Piece, attribute, is_true};
use crate::sheet::damage::Damage;
use crate::sheet::error::Fault;
use crate::sheet::table::{Budget, NumberFormat, Table, Texts};

pub(in crate::sheet) struct Xlsx<'i, 'b> {
    archive: Archive<'i, 'b>,
    budget: &'b Budget,
    pub(super) sheets: Vec<Listed>,
    /// The worksheets' parts.
    parts: Vec<String>,
    strings: Arc<Texts>,
    formats: Arc<[Arc<NumberFormat>]>,
    is_1904: bool,
}

impl<'i, 'b> Xlsx<'i, 'b> {
    pub(super) fn open(
        mut archive: Archive<'i, 'b>,
        package: &Package,
        budget: &'b Budget,
    ) -> Result<Xlsx<'i, 'b>, Fault> {
        let related = Related::of(&mut archive, &package.workbook)?;
        let (mut sheets, mut parts) = (Vec::new(), Vec::new());
        let mut is_1904 = false;
        let mut xml = archive
            .xml(&package.workbook)?
            .ok_or(Damage::NoWorksheets)?;
        loop {
            match xml.next()? {
                Piece::Start(start) => match start.local_name().as_ref() {
                    "workbookPr" => {
                        let date = attribute(&start, "date1904")?;
                        is_1904 = date.is_some_and(|value| is_true(&value));
                    }
                    "sheet" => {
                        let id = attribute(&start, "id")?.unwrap_or_default();
                        let part = related.by_id.get(&id);
                        let (kind, part) = part.ok_or(Damage::NoCells)?;
                        let state = attribute(&start, "state")?;
                        sheets.push(Listed {
                            name: Some(attribute(&start, "name")?.unwrap_or_default()),
                            kind: *kind,
                            is_hidden: matches!(state.as_deref(), Some("hidden" | "veryHidden")),
                        });
                        parts.push(part.clone());
                    }
                    _ => {}
                },
                Piece::Eof => break,
                _ => {}
            }
        }
        drop(xml);
        let strings = strings::read(&mut archive, &related.strings, budget)?;
        let formats = styles::read(&mut archive, &related.styles, budget)?;
        Ok(Xlsx {
            archive,
            budget,
            sheets,
            parts,
            strings: Arc::new(strings),
            formats,
            is_1904,
        })
    }

    pub(super) fn table(&mut self, at: usize) -> Result<Table, Fault> {
        let part = self.parts.get(at).map(String::as_str).unwrap_or_default();
        let xml = self.archive.xml(part)?;
        let xml = xml.ok_or(Damage::NoCells)?;
        let mut table = worksheet::read(xml, self.budget, &self.strings)?;
        table.formats = Arc::clone(&self.formats);
        table.is_1904 = self.is_1904;
        Ok(table)
    }
}
