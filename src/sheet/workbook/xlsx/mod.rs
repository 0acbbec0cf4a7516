//! Workbooks in Office Open XML.

mod strings;
mod styles;
mod worksheet;

use std::collections::HashMap;
use std::sync::Arc;

use super::archive::Archive;
use super::book::{Sheet, SheetType, SheetVisible};
use super::budget::Budget;
use super::number_format::NumberFormat;
use super::table::{Table, Texts};
use super::xml::{Piece, attribute, is_true};
use crate::sheet::error::Fault;

pub(super) struct Xlsx<'i, 'b> {
    archive: Archive<'i, 'b>,
    budget: &'b Budget,
    pub(super) sheets: Vec<Sheet>,
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
            .ok_or_else(|| Fault::damaged("it has no workbook part"))?;
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
                        let (typ, part) =
                            part.ok_or_else(|| Fault::damaged("a worksheet is not there"))?;
                        sheets.push(Sheet {
                            name: attribute(&start, "name")?.unwrap_or_default(),
                            typ: *typ,
                            visible: match attribute(&start, "state")?.as_deref() {
                                Some("hidden") => SheetVisible::Hidden,
                                Some("veryHidden") => SheetVisible::VeryHidden,
                                _ => SheetVisible::Visible,
                            },
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
        let xml = xml.ok_or_else(|| Fault::damaged("a worksheet is not there"))?;
        let mut table = worksheet::read(xml, self.budget, &self.strings)?;
        table.formats = Arc::clone(&self.formats);
        table.is_1904 = self.is_1904;
        Ok(table)
    }
}

/// Where a package's workbook is.
pub(super) struct Package {
    pub(super) workbook: String,
}

impl Package {
    pub(super) fn of(archive: &mut Archive<'_, '_>) -> Result<Package, Fault> {
        let root = relationships(archive, "_rels/.rels", "")?;
        let named = root
            .into_iter()
            .find(|relation| relation.kind == "officeDocument")
            .map(|relation| relation.part);
        let usual = ["xl/workbook.xml", "xl/workbook.bin"];
        let usual = usual.into_iter().find(|name| archive.has(name));
        let workbook = named
            .filter(|name| archive.has(name))
            .or_else(|| usual.map(str::to_owned))
            .ok_or_else(|| Fault::damaged("it has no workbook part"))?;
        Ok(Package { workbook })
    }
}

/// The parts a workbook part refers to.
pub(super) struct Related {
    pub(super) by_id: HashMap<String, (SheetType, String)>,
    pub(super) strings: String,
    pub(super) styles: String,
}

impl Related {
    pub(super) fn of(archive: &mut Archive<'_, '_>, workbook: &str) -> Result<Related, Fault> {
        let (directory, name) = workbook.rsplit_once('/').unwrap_or(("", workbook));
        let extension = workbook.rsplit('.').next().unwrap_or("xml");
        let mut related = Related {
            by_id: HashMap::new(),
            strings: format!("{directory}/sharedStrings.{extension}"),
            styles: format!("{directory}/styles.{extension}"),
        };
        let name = format!("{directory}/_rels/{name}.rels");
        for relation in relationships(archive, &name, directory)? {
            match relation.kind.as_str() {
                "sharedStrings" => related.strings = relation.part,
                "styles" => related.styles = relation.part,
                kind => {
                    let typ = match kind {
                        "worksheet" => SheetType::WorkSheet,
                        _ => SheetType::Other,
                    };
                    related.by_id.insert(relation.id, (typ, relation.part));
                }
            }
        }
        Ok(related)
    }
}

struct Relation {
    id: String,
    /// The last part of its type's name, which the two versions of the standard share.
    kind: String,
    part: String,
}

fn relationships(
    archive: &mut Archive<'_, '_>,
    name: &str,
    directory: &str,
) -> Result<Vec<Relation>, Fault> {
    let mut relations = Vec::new();
    let Some(mut xml) = archive.xml(name)? else {
        return Ok(relations);
    };
    loop {
        match xml.next()? {
            Piece::Start(start) if start.local_name().as_ref() == "Relationship" => {
                let kind = attribute(&start, "Type")?.unwrap_or_default();
                let target = attribute(&start, "Target")?.unwrap_or_default();
                relations.push(Relation {
                    id: attribute(&start, "Id")?.unwrap_or_default(),
                    kind: kind.rsplit('/').next().unwrap_or_default().to_owned(),
                    part: resolved(directory, &target),
                });
            }
            Piece::Eof => return Ok(relations),
            _ => {}
        }
    }
}

/// A target's name in the archive.
fn resolved(directory: &str, target: &str) -> String {
    let target = target.replace('\\', "/");
    if let Some(absolute) = target.strip_prefix('/') {
        return absolute.to_owned();
    }
    let mut path: Vec<&str> = directory
        .split('/')
        .filter(|name| !name.is_empty())
        .collect();
    for name in target.split('/') {
        match name {
            "." | "" => {}
            ".." => drop(path.pop()),
            name => path.push(name),
        }
    }
    path.join("/")
}
