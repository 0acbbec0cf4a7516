//! One worksheet's cells.

use super::kind::{BEGIN, END};
use super::text::{Charset, Records};
use crate::workbook::binary::{Fields, error};
use crate::workbook::builder::{Stored, TableBuilder};
use crate::workbook::error::{Result, broken, cut};
use crate::workbook::table::{Kind, Table, Value};

const FORMULA: u16 = 0x06;
/// Those of earlier generations, which some programs write.
const OLD_FORMULA: u16 = 0x206;
const OLDER_FORMULA: u16 = 0x406;
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

pub fn read(
    mut records: Records<'_>,
    charset: Charset,
    mut builder: TableBuilder<'_>,
) -> Result<Table> {
    // Charts within a worksheet have records of their own.
    let mut depth = 0;
    let mut awaited: Option<Stored<'static>> = None;
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
                if let Some(cell) = awaited.take() {
                    let text = charset.continued(fields, records)?;
                    let value = Value::Text(&text);
                    builder.put(Stored { value, ..cell })?;
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
            FORMULA | OLD_FORMULA | OLDER_FORMULA | NUMBER | SHORT_NUMBER | TEXT | RICH_TEXT
            | SHARED_TEXT | BOOL_OR_ERROR => {
                if let Some(cell) = awaited.take() {
                    builder.put(cell)?;
                }
                let mut cell = place(&mut fields)?;
                let text;
                let value = match kind {
                    NUMBER => Value::Number(fields.f64()?),
                    SHORT_NUMBER => Value::Number(fields.rk()?),
                    SHARED_TEXT => Value::Shared(fields.u32()?),
                    BOOL_OR_ERROR => {
                        let value = fields.u8()?;
                        match fields.u8()? {
                            0 => Value::of_bool(value != 0),
                            _ => Value::Known(Kind::Error, error(value).into()),
                        }
                    }
                    TEXT | RICH_TEXT => {
                        text = charset.continued(fields, records)?;
                        Value::Text(&text)
                    }
                    _ => {
                        cell.is_formula = true;
                        let Some(value) = formula(fields)? else {
                            awaited = Some(cell);
                            continue;
                        };
                        value
                    }
                };
                builder.put(Stored { value, ..cell })?;
            }
            // Cells of the first generation: no row may be missing unnoticed.
            0x02..=0x05 | 0x07 => return Err(broken()),
            _ => {}
        }
    }
    if let Some(cell) = awaited {
        builder.put(cell)?;
    }
    builder.finish()
}

/// Where a cell is, and how it is formatted; its value is yet to come.
fn place(fields: &mut Fields<'_>) -> Result<Stored<'static>> {
    Ok(Stored {
        line: u32::from(fields.u16()?) + 1,
        column: u32::from(fields.u16()?),
        style: fields.u16()?,
        is_formula: false,
        value: Value::Empty,
    })
}

/// Numbers in cells side by side.
fn numbers(mut fields: Fields<'_>, builder: &mut TableBuilder<'_>) -> Result<()> {
    let line = u32::from(fields.u16()?) + 1;
    let first = u32::from(fields.u16()?);
    // At the end stands the last column.
    for column in first..first + fields.0.len() as u32 / 6 {
        builder.put(Stored {
            line,
            column,
            style: fields.u16()?,
            is_formula: false,
            value: Value::Number(fields.rk()?),
        })?;
    }
    Ok(())
}

/// What a formula came to; none if it is a text, which stands in a record after it.
fn formula(mut fields: Fields<'_>) -> Result<Option<Value<'static>>> {
    let mut number = fields;
    Ok(Some(match fields.bytes(8)? {
        [0, .., 0xFF, 0xFF] => return Ok(None),
        [1, _, value, .., 0xFF, 0xFF] => Value::of_bool(*value != 0),
        [2, _, code, .., 0xFF, 0xFF] => Value::Known(Kind::Error, error(*code).into()),
        [_, .., 0xFF, 0xFF] => Value::Text(""),
        _ => Value::Number(number.f64()?),
    }))
}
