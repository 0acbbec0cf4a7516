//! One worksheet's cells.

use std::io::BufRead;
use std::sync::Arc;

use super::super::binary::{Fields, error};
use super::records::{Records, wide};
use crate::workbook::error::{Result, WorkbookError, cut};
use crate::workbook::table::{Budget, Table, TableBuilder, TableCell, Texts, Value};

const ROW: u16 = 0;
const BLANK: u16 = 1;
const FORMULA_TEXT: u16 = 8;
const FORMULA_ERROR: u16 = 11;
/// From here on cells do not say their column, which is the one after the cell before.
const SHORT_BLANK: u16 = 12;
const SHORT_SHARED: u16 = 18;
const RICH_TEXT: u16 = 62;
const MERGED: u16 = 0xB0;
/// Of a row.
const HIDDEN: u8 = 0x10;
const BEGIN_DATA: u16 = 0x91;
const END_DATA: u16 = 0x92;

pub(super) fn read(
    mut records: Records<'_, impl BufRead>,
    budget: &Budget,
    strings: &Arc<Texts>,
) -> Result<Table> {
    let mut builder = TableBuilder::new(budget, strings);
    let (mut in_data, mut is_whole) = (false, false);
    let (mut line, mut column) = (0_u32, 0_u32);
    while let Some((kind, mut fields)) = records.next()? {
        match kind {
            BEGIN_DATA => in_data = true,
            END_DATA => (in_data, is_whole) = (false, true),
            MERGED => {
                let mut next = || Ok::<u32, WorkbookError>(fields.u32()?.saturating_add(1));
                let (rows, columns) = ((next()?, next()?), (next()?, next()?));
                builder.merge(rows, (columns.0 - 1, columns.1 - 1))?;
            }
            _ if !in_data => {}
            ROW => {
                line = fields.u32()?.saturating_add(1);
                column = 0;
                // Its style, its height and what else it is.
                let [.., flags] = fields.array::<8>()?;
                if flags & HIDDEN != 0 {
                    builder.hide(line, line)?;
                }
            }
            BLANK..=SHORT_SHARED | RICH_TEXT => {
                if !(SHORT_BLANK..=SHORT_SHARED).contains(&kind) {
                    column = fields.u32()?;
                }
                // The rest of it is how the text is pronounced.
                let style = fields.u32()? & 0xFF_FFFF;
                let is_formula = (FORMULA_TEXT..=FORMULA_ERROR).contains(&kind);
                if let Some(value) = value(kind, &mut fields, &mut builder)? {
                    let cell = TableCell {
                        value,
                        column,
                        style: u16::try_from(style).unwrap_or(u16::MAX),
                        is_formula,
                    };
                    builder.cell(line, cell)?;
                }
                column = column.saturating_add(1);
            }
            _ => {}
        }
    }
    if is_whole {
        builder.finish()
    } else {
        Err(cut())
    }
}

/// A cell's value; none for a blank one.
fn value(
    kind: u16,
    fields: &mut Fields<'_>,
    builder: &mut TableBuilder<'_>,
) -> Result<Option<Value>> {
    Ok(Some(match kind {
        2 | 13 => Value::Number(fields.rk()?),
        3 | 11 | 14 => builder.text(error(fields.u8()?))?,
        4 | 10 | 15 => Value::Bool(fields.u8()? != 0),
        5 | 9 | 16 => Value::Number(fields.f64()?),
        6 | 8 | 17 => builder.text(&wide(fields)?)?,
        7 | SHORT_SHARED => builder.shared(Some(fields.u32()?))?,
        RICH_TEXT => {
            fields.u8()?;
            builder.text(&wide(fields)?)?
        }
        _ => return Ok(None),
    }))
}
