//! The parts of an Office Open XML package, found by their relationships.

use std::collections::HashMap;
use std::sync::Arc;

use super::archive::Archive;
use super::xml::{Piece, attribute};
use super::{SheetInfo, SheetKind};
use crate::workbook::error::{Result, no_worksheets};
use crate::workbook::table::{Budget, NumberFormat, Table, Texts};

/// Where a package's workbook is.
pub(super) struct Package {
    pub(super) workbook: String,
}

impl Package {
    pub(super) fn of(archive: &mut Archive<'_, '_>) -> Result<Package> {
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
            .ok_or_else(no_worksheets)?;
        Ok(Package { workbook })
    }
}

/// The parts a workbook part refers to.
pub(super) struct Related {
    pub(super) by_id: HashMap<String, (SheetKind, String)>,
    pub(super) strings: String,
    pub(super) styles: String,
}

impl Related {
    pub(super) fn of(archive: &mut Archive<'_, '_>, workbook: &str) -> Result<Related> {
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
                    let kind = match kind {
                        "worksheet" => SheetKind::Worksheet,
                        _ => SheetKind::Other,
                    };
                    related.by_id.insert(relation.id, (kind, relation.part));
                }
            }
        }
        Ok(related)
    }
}

/// A package whose workbook has been read.
pub(in crate::workbook) struct Opened<'i, 'b> {
    pub(super) archive: Archive<'i, 'b>,
    pub(super) budget: &'b Budget,
    pub(super) sheets: Vec<SheetInfo>,
    /// The worksheets' parts.
    pub(super) parts: Vec<String>,
    pub(super) strings: Arc<Texts>,
    pub(super) formats: Arc<[Arc<NumberFormat>]>,
    pub(super) is_1904: bool,
}

impl<'i, 'b> Opened<'i, 'b> {
    /// The cells of one of its worksheets, whose part is read by `read`.
    pub(super) fn table(
        &mut self,
        at: usize,
        read: impl FnOnce(&mut Archive<'i, 'b>, &str, &'b Budget, &Arc<Texts>) -> Result<Table>,
    ) -> Result<Table> {
        let part = self.parts.get(at).map(String::as_str).unwrap_or_default();
        let mut table = read(&mut self.archive, part, self.budget, &self.strings)?;
        table.formats = Arc::clone(&self.formats);
        table.is_1904 = self.is_1904;
        Ok(table)
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
) -> Result<Vec<Relation>> {
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
