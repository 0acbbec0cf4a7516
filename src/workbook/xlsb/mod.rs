//! Workbooks in Excel's binary parts.

mod records;
mod worksheet;

use std::collections::HashMap;
use std::sync::Arc;

use super::SheetInfo;
use super::archive::Archive;
use super::package::{Opened, Package, Related};
use crate::workbook::error::{Result, no_cells, no_worksheets};
use crate::workbook::table::{Budget, NumberFormat, Table, Texts, of_cells};
use records::{Records, wide};

/// The records of the workbook part, the texts and the styles.
mod kind {
    pub(super) const WORKBOOK: u16 = 0x99;
    pub(super) const SHEET: u16 = 0x9C;
    pub(super) const TEXT: u16 = 0x13;
    pub(super) const FORMAT: u16 = 0x2C;
    pub(super) const BEGIN_CELLS: u16 = 0x269;
    pub(super) const CELL: u16 = 0x2F;
    pub(super) const END_CELLS: u16 = 0x26A;
}

pub(super) fn open<'i, 'b>(
    mut archive: Archive<'i, 'b>,
    package: &Package,
    budget: &'b Budget,
) -> Result<Opened<'i, 'b>> {
    let related = Related::of(&mut archive, &package.workbook)?;
    let (mut sheets, mut parts) = (Vec::new(), Vec::new());
    let mut is_1904 = false;
    let part = archive.part(&package.workbook)?.ok_or_else(no_worksheets)?;
    let mut records = Records::new(part);
    while let Some((kind, mut fields)) = records.next()? {
        match kind {
            kind::WORKBOOK => is_1904 = fields.u32()? & 1 != 0,
            kind::SHEET => {
                let state = fields.u32()?;
                fields.u32()?;
                let id = wide(&mut fields)?;
                let (kind, part) = related.by_id.get(&id).ok_or_else(no_cells)?;
                sheets.push(SheetInfo {
                    name: Some(wide(&mut fields)?),
                    kind: *kind,
                    is_hidden: state != 0,
                });
                parts.push(part.clone());
            }
            _ => {}
        }
    }
    drop(records);
    let strings = strings(&mut archive, &related.strings, budget)?;
    let formats = formats(&mut archive, &related.styles, budget)?;
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
        let part = archive.part(part)?.ok_or_else(no_cells)?;
        worksheet::read(Records::new(part), budget, strings)
    })
}

fn strings(archive: &mut Archive<'_, '_>, part: &str, budget: &Budget) -> Result<Texts> {
    let mut texts = Texts::default();
    let Some(part) = archive.part(part)? else {
        return Ok(texts);
    };
    let mut records = Records::new(part);
    while let Some((kind, mut fields)) = records.next()? {
        if kind == kind::TEXT {
            // What the text has besides: formatted runs, and how it is pronounced.
            fields.u8()?;
            texts.push(&wide(&mut fields)?, budget)?;
        }
    }
    Ok(texts)
}

fn formats(
    archive: &mut Archive<'_, '_>,
    part: &str,
    budget: &Budget,
) -> Result<Arc<[Arc<NumberFormat>]>> {
    let Some(part) = archive.part(part)? else {
        return Ok(Arc::default());
    };
    let (mut codes, mut cells) = (HashMap::new(), Vec::new());
    let mut in_cells = false;
    let mut records = Records::new(part);
    while let Some((kind, mut fields)) = records.next()? {
        match kind {
            kind::FORMAT => {
                let id = u32::from(fields.u16()?);
                let code = wide(&mut fields)?;
                budget.hold(code.len())?;
                codes.insert(id, code);
            }
            kind::BEGIN_CELLS => in_cells = true,
            kind::END_CELLS => in_cells = false,
            kind::CELL if in_cells => {
                fields.u16()?;
                budget.hold(size_of::<u32>())?;
                cells.push(u32::from(fields.u16()?));
            }
            _ => {}
        }
    }
    Ok(of_cells(&codes, &cells))
}
