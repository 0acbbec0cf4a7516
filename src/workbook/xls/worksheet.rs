//! One worksheet's cells.

use std::sync::Arc;

use super::super::binary::{Fields, error};
use super::kind::{BEGIN, END};
use super::records::Records;
use super::text::Charset;
use crate::workbook::error::{Result, cut};
use crate::workbook::table::{Budget, Table, TableBuilder, TableCell, Texts, Value};

const FORMULA: u16 = 0x06;
const NUMBERS: u16 = 0xBD;
const RICH_TEXT: u16 = 0xD6;
const SHARED_TEXT: u16 = 0xFD;
const MERGED: u16 = 0xE5;
const ROW: u16 = 0x208;
/// Of a row.
const HIDDEN: u16 = 0x20;
const NUMBER: u16 = 0x203;
const TEXT: u16 = 0x204;
const BOOL_OR_ERROR: u16 = 0x205;
/// The text that the formula before comes to.
const FORMULA_TEXT: u16 = 0x207;
const SHORT_NUMBER: u16 = 0x27E;

pub(super) fn read(
    mut records: Records<'_>,
    charset: Charset,
    budget: &Budget,
    strings: &Arc<Texts>,
) -> Result<Table> {
    let mut builder = TableBuilder::new(budget, strings);
    // Charts within a worksheet have records of their own.
    let mut depth = 0;
    let mut awaited: Option<Place> = None;
    loop {
        let Some((kind, mut fields)) = records.next()? else {
            return Err(cut());
        };
        match kind {
            BEGIN => depth += 1,
            END if depth <= 1 => break,
            END => depth -= 1,
            _ if depth > 1 => {}
            FORMULA_TEXT => {
                if let Some(place) = awaited.take() {
                    let text = charset.continued(fields, records)?;
                    place.formula(builder.text(&text)?, &mut builder)?;
                }
            }
            NUMBERS => numbers(fields, &mut builder)?,
            ROW => {
                let line = u32::from(fields.u16()?) + 1;
                // Its columns, height and what is of no use.
                fields.bytes(10)?;
                if fields.u16()? & HIDDEN != 0 {
                    builder.hide(line, line)?;
                }
            }
            MERGED => {
                for _ in 0..fields.u16()? {
                    let mut next = || fields.u16().map(u32::from);
                    let (rows, columns) = ((next()? + 1, next()? + 1), (next()?, next()?));
                    builder.merge(rows, columns)?;
                }
            }
            FORMULA | NUMBER | SHORT_NUMBER | TEXT | RICH_TEXT | SHARED_TEXT | BOOL_OR_ERROR => {
                if let Some(place) = awaited.take() {
                    place.formula(Value::None, &mut builder)?;
                }
                let place = Place::of(&mut fields)?;
                match kind {
                    FORMULA => match formula(fields, &mut builder)? {
                        Some(value) => place.formula(value, &mut builder)?,
                        None => awaited = Some(place),
                    },
                    NUMBER => place.cell(Value::Number(fields.f64()?), &mut builder)?,
                    SHORT_NUMBER => place.cell(Value::Number(fields.rk()?), &mut builder)?,
                    SHARED_TEXT => {
                        let value = builder.shared(Some(fields.u32()?))?;
                        place.cell(value, &mut builder)?;
                    }
                    BOOL_OR_ERROR => {
                        let value = fields.u8()?;
                        let value = match fields.u8()? {
                            0 => Value::Bool(value != 0),
                            _ => builder.text(error(value))?,
                        };
                        place.cell(value, &mut builder)?;
                    }
                    _ => {
                        let text = charset.continued(fields, records)?;
                        let value = builder.text(&text)?;
                        place.cell(value, &mut builder)?;
                    }
                }
            }
            _ => {}
        }
    }
    if let Some(place) = awaited {
        place.formula(Value::None, &mut builder)?;
    }
    builder.finish()
}

/// Where a cell is, and how it is formatted.
#[derive(Clone, Copy)]
struct Place {
    line: u32,
    column: u32,
    style: u16,
}

impl Place {
    fn of(fields: &mut Fields<'_>) -> Result<Place> {
        Ok(Place {
            line: u32::from(fields.u16()?) + 1,
            column: u32::from(fields.u16()?),
            style: fields.u16()?,
        })
    }

    fn cell(self, value: Value, builder: &mut TableBuilder<'_>) -> Result<()> {
        self.put(value, false, builder)
    }

    fn formula(self, value: Value, builder: &mut TableBuilder<'_>) -> Result<()> {
        self.put(value, true, builder)
    }

    fn put(self, value: Value, is_formula: bool, builder: &mut TableBuilder<'_>) -> Result<()> {
        let cell = TableCell {
            value,
            column: self.column,
            style: self.style,
            is_formula,
        };
        builder.cell(self.line, cell)
    }
}

/// Numbers in cells side by side.
fn numbers(mut fields: Fields<'_>, builder: &mut TableBuilder<'_>) -> Result<()> {
    let line = u32::from(fields.u16()?) + 1;
    let first = u32::from(fields.u16()?);
    // At the end stands the last column.
    for column in first..first + fields.0.len() as u32 / 6 {
        let style = fields.u16()?;
        let value = Value::Number(fields.rk()?);
        let place = Place {
            line,
            column,
            style,
        };
        place.cell(value, builder)?;
    }
    Ok(())
}

/// What a formula came to; none if it is a text, which stands in a record after it.
fn formula(mut fields: Fields<'_>, builder: &mut TableBuilder<'_>) -> Result<Option<Value>> {
    let mut number = fields;
    Ok(Some(match fields.bytes(8)? {
        [0, .., 0xFF, 0xFF] => return Ok(None),
        [1, _, value, .., 0xFF, 0xFF] => Value::Bool(*value != 0),
        [2, _, code, .., 0xFF, 0xFF] => builder.text(error(*code))?,
        [_, .., 0xFF, 0xFF] => builder.text("")?,
        _ => Value::Number(number.f64()?),
    }))
}
