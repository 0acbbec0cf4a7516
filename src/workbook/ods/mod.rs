//! Workbooks in OpenDocument.

mod cell;

use std::collections::HashSet;
use std::io::BufRead;
use std::sync::Arc;

use quick_xml::events::BytesStart;

use super::archive::Archive;
use super::held::Held;
use super::xml::{Piece, Xml, attribute};
use super::{SheetInfo, SheetKind};
use crate::workbook::error::{Result, broken, cut, no_worksheets, password};
use crate::workbook::table::{Budget, Table, TableBuilder, Texts};
use cell::Attributes;

/// All its worksheets are in one part.
pub(super) fn read(mut archive: Archive<'_, '_>, budget: &Budget) -> Result<Held> {
    if is_encrypted(&mut archive)? {
        return Err(password());
    }
    let xml = archive.xml("content.xml")?;
    let mut xml = xml.ok_or_else(no_worksheets)?;
    let mut held = Held::default();
    let mut hidden = HashSet::new();
    let mut style = String::new();
    let mut in_spreadsheet = false;
    loop {
        match xml.next()? {
            Piece::Start(start) => match start.local_name().as_ref() {
                "style" => style = attribute(&start, "name")?.unwrap_or_default(),
                "table-properties" if attribute(&start, "display")?.as_deref() == Some("false") => {
                    budget.hold(style.len())?;
                    hidden.insert(style.clone());
                }
                "spreadsheet" => in_spreadsheet = true,
                "table" if in_spreadsheet => {
                    let style = attribute(&start, "style-name")?.unwrap_or_default();
                    let sheet = SheetInfo {
                        name: Some(attribute(&start, "name")?.unwrap_or_default()),
                        kind: SheetKind::Worksheet,
                        is_hidden: hidden.contains(&style),
                    };
                    held.push(sheet, table(&mut xml, budget)?)?;
                }
                _ => {}
            },
            Piece::Eof => return Ok(held),
            _ => {}
        }
    }
}

fn is_encrypted(archive: &mut Archive<'_, '_>) -> Result<bool> {
    let Some(mut xml) = archive.xml("META-INF/manifest.xml")? else {
        return Ok(false);
    };
    loop {
        match xml.next()? {
            Piece::Start(start) if start.local_name().as_ref() == "encryption-data" => {
                return Ok(true);
            }
            Piece::Eof => return Ok(false),
            _ => {}
        }
    }
}

/// A table that has begun, up to its end. The outer error is one of the whole part.
fn table(xml: &mut Xml<'_, impl BufRead>, budget: &Budget) -> Result<Result<Table>> {
    let mut builder = TableBuilder::new(budget, &Arc::<Texts>::default());
    let (mut line, mut repeated, mut column) = (1, 1, 0);
    // For each group of rows under way, whether it is folded away.
    let mut groups = Vec::new();
    // Tables may stand within cells and drawings.
    let mut depth = 1;
    loop {
        match xml.next()? {
            Piece::Start(start) => match start.local_name().as_ref() {
                "table" => depth += 1,
                "table-row-group" if depth == 1 => {
                    groups.push(attribute(&start, "display")?.as_deref() == Some("false"));
                }
                "table-row" if depth == 1 => {
                    repeated = times(&start, "number-rows-repeated")?;
                    column = 0;
                    let visibility = attribute(&start, "visibility")?;
                    let is_shown = matches!(visibility.as_deref(), None | Some("visible"));
                    if !is_shown || groups.contains(&true) {
                        builder.hide(line, line.saturating_add(repeated - 1))?;
                    }
                }
                "table-cell" | "covered-table-cell" if depth == 1 => {
                    let times = times(&start, "number-columns-repeated")?;
                    let place = (line, column);
                    let attributes = Attributes::of(&start)?;
                    cell::read(xml, &attributes, times, place, &mut builder)?;
                    column = column.saturating_add(times);
                }
                _ => {}
            },
            Piece::End(end) => match end.local_name().as_ref() {
                "table" if depth == 1 => return Ok(builder.finish()),
                "table" => depth -= 1,
                "table-row-group" if depth == 1 => drop(groups.pop()),
                "table-row" if depth == 1 => {
                    builder.repeat_row(repeated - 1)?;
                    line = line.saturating_add(repeated);
                }
                _ => {}
            },
            Piece::Eof => return Err(cut()),
            _ => {}
        }
    }
}

fn times(start: &BytesStart<'_>, name: &str) -> Result<u32> {
    let Some(times) = attribute(start, name)? else {
        return Ok(1);
    };
    let times: u32 = times.trim().parse().map_err(|_| broken())?;
    Ok(times.max(1))
}
