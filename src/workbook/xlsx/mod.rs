//! Workbooks in Office Open XML.

mod strings;
mod styles;
mod worksheet;

use std::sync::Arc;

use super::SheetInfo;
use super::archive::Archive;
use super::package::{Opened, Package, Related};
use super::xml::{Piece, attribute, is_true};
use crate::workbook::error::{Result, no_cells, no_worksheets};
use crate::workbook::table::{Budget, Table};

pub(super) fn open<'i, 'b>(
    mut archive: Archive<'i, 'b>,
    package: &Package,
    budget: &'b Budget,
) -> Result<Opened<'i, 'b>> {
    let related = Related::of(&mut archive, &package.workbook)?;
    let (mut sheets, mut parts) = (Vec::new(), Vec::new());
    let mut is_1904 = false;
    let mut xml = archive.xml(&package.workbook)?.ok_or_else(no_worksheets)?;
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
                    let (kind, part) = part.ok_or_else(no_cells)?;
                    let state = attribute(&start, "state")?;
                    sheets.push(SheetInfo {
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
    Ok(Opened {
        archive,
        budget,
        sheets,
        parts,
        strings: Arc::new(strings),
        formats,
        is_1904,
    })
}

/// The cells of one of its worksheets.
pub(super) fn table(book: &mut Opened<'_, '_>, at: usize) -> Result<Table> {
    book.table(at, |archive, part, budget, strings| {
        let xml = archive.xml(part)?.ok_or_else(no_cells)?;
        worksheet::read(xml, budget, strings)
    })
}
