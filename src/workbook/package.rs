//! Office Open XML packages: parts of markup (`.xlsx`) or of records (`.xlsb`), found by their
//! relationships.

use std::sync::Arc;

use super::archive::Archive;
use super::budget::{Budget, MAX_TABLES};
use super::builder::TableBuilder;
use super::error::{Result, no_cells, no_worksheets, too_much};
use super::number_format::{Formats, Styles};
use super::table::{Table, Texts};
use super::xml::{Piece, Xml, attribute};
use super::{SheetInfo, xlsb, xlsx};

pub struct Package<'i, 'b> {
    archive: Archive<'i, 'b>,
    budget: &'b Budget,
    pub is_binary: bool,
    /// The worksheets' parts.
    parts: Vec<String>,
    strings: Arc<Texts>,
    formats: Arc<Formats>,
}

impl<'i, 'b> Package<'i, 'b> {
    pub fn open(
        mut archive: Archive<'i, 'b>,
        budget: &'b Budget,
    ) -> Result<(Vec<SheetInfo>, Package<'i, 'b>)> {
        let workbook = workbook_part(&mut archive, budget)?;
        let is_binary = workbook.ends_with(".bin");
        let (directory, name) = workbook.rsplit_once('/').unwrap_or(("", &workbook));
        let extension = if is_binary { "bin" } else { "xml" };
        let related = format!("{directory}/_rels/{name}.rels");
        let related = relationships(&mut archive, &related, directory, budget)?;
        let part_of = |kind: &str| {
            let found = related.iter().find(|it| it.kind == kind);
            let usual = || format!("{directory}/{kind}.{extension}");
            found.map_or_else(usual, |it| it.part.clone())
        };
        let part = archive.part(&workbook)?.ok_or_else(no_worksheets)?;
        let (listed, is_1904) = if is_binary {
            xlsb::contents(part)?
        } else {
            xlsx::contents(&mut Xml::of(part.decoded()?))?
        };
        if listed.len() > MAX_TABLES {
            return Err(too_much());
        }
        let strings = match archive.part(&part_of("sharedStrings"))? {
            None => Texts::default(),
            Some(part) if is_binary => xlsb::strings(part, budget)?,
            Some(part) => xlsx::strings(&mut Xml::of(part.decoded()?), budget)?,
        };
        let styles = match archive.part(&part_of("styles"))? {
            None => Styles::default(),
            Some(part) if is_binary => xlsb::styles(part, budget)?,
            Some(part) => xlsx::styles(&mut Xml::of(part.decoded()?), budget)?,
        };
        let (mut sheets, mut parts) = (Vec::new(), Vec::new());
        for (id, name, is_hidden) in listed {
            let relation = related.iter().find(|it| it.id == id);
            // What names no part is a module of old macros; a part that is missing is a worksheet
            // that cannot be read.
            let is_worksheet = match relation {
                Some(relation) => relation.kind == "worksheet",
                None => !id.is_empty(),
            };
            sheets.push(SheetInfo {
                name: Some(name),
                is_worksheet,
                is_hidden,
            });
            parts.push(relation.map(|it| it.part.clone()).unwrap_or_default());
        }
        let package = Package {
            formats: Arc::new(Formats::new(&styles, is_1904)),
            archive,
            budget,
            is_binary,
            parts,
            strings: Arc::new(strings),
        };
        Ok((sheets, package))
    }

    pub fn table(&mut self, at: usize) -> Result<Table> {
        let part = self.parts.get(at).map(String::as_str).unwrap_or_default();
        let part = self.archive.part(part)?.ok_or_else(no_cells)?;
        let (strings, formats) = (Arc::clone(&self.strings), Arc::clone(&self.formats));
        let builder = TableBuilder::new(self.budget, strings, formats);
        if self.is_binary {
            xlsb::table(part, builder)
        } else {
            xlsx::table(&mut Xml::of(part.decoded()?), builder)
        }
    }
}

fn workbook_part(archive: &mut Archive<'_, '_>, budget: &Budget) -> Result<String> {
    let root = relationships(archive, "_rels/.rels", "", budget)?;
    let named = root.into_iter().find(|it| it.kind == "officeDocument");
    let usual = ["xl/workbook.xml", "xl/workbook.bin"];
    let usual = usual.into_iter().find(|name| archive.has(name));
    named
        .map(|relation| relation.part)
        .filter(|name| archive.has(name))
        .or_else(|| usual.map(str::to_owned))
        .ok_or_else(no_worksheets)
}

/// A sheet: the number of its relationship, its name, and whether it is hidden.
pub type Listed = (String, String, bool);

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
    budget: &Budget,
) -> Result<Vec<Relation>> {
    let mut relations = Vec::new();
    let Some(part) = archive.part(name)? else {
        return Ok(relations);
    };
    let mut xml = Xml::of(part.decoded()?);
    loop {
        match xml.next()? {
            Piece::Start(start) if start.local_name().as_ref() == "Relationship" => {
                let kind = attribute(&start, "Type")?.unwrap_or_default();
                let target = attribute(&start, "Target")?.unwrap_or_default();
                budget.spend(size_of::<Relation>() + 2 * target.len())?;
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
    let mut path: Vec<&str> = directory.split('/').collect();
    for name in target.split('/') {
        match name {
            "." | "" => {}
            ".." => drop(path.pop()),
            name => path.push(name),
        }
    }
    path.retain(|name| !name.is_empty());
    path.join("/")
}
