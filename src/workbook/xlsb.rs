//! Parts of records: the workbook, the texts that cells share, the styles and the worksheets.

use std::io::{BufRead, Read};

use super::binary::{Fields, error};
use super::budget::{Budget, Metered};
use super::builder::{Stored, TableBuilder};
use super::error::{Result, cut};
use super::number_format::Styles;
use super::package::Listed;
use super::table::{Kind, Table, Texts, Value};

/// Kinds of records.
mod kind {
    pub const ROW: u16 = 0;
    pub const BLANK: u16 = 1;
    pub const FORMULA_TEXT: u16 = 8;
    pub const FORMULA_ERROR: u16 = 11;
    /// From here on cells do not say their column, which is the one after the cell before.
    pub const SHORT_BLANK: u16 = 12;
    pub const SHORT_SHARED: u16 = 18;
    pub const TEXT: u16 = 0x13;
    pub const FORMAT: u16 = 0x2C;
    pub const STYLE: u16 = 0x2F;
    pub const RICH_TEXT: u16 = 62;
    pub const BEGIN_DATA: u16 = 0x91;
    pub const END_DATA: u16 = 0x92;
    pub const WORKBOOK: u16 = 0x99;
    pub const SHEET: u16 = 0x9C;
    pub const MERGED: u16 = 0xB0;
    pub const BEGIN_STYLES: u16 = 0x269;
    pub const END_STYLES: u16 = 0x26A;
}

/// Of a row.
const HIDDEN: u8 = 0x10;

/// As [`super::xlsx::contents`].
pub fn contents(part: Metered<'_>) -> Result<(Vec<Listed>, bool)> {
    let (mut sheets, mut is_1904) = (Vec::new(), false);
    let mut records = Records::new(part);
    while let Some((kind, mut fields)) = records.next()? {
        match kind {
            kind::WORKBOOK => is_1904 = fields.u32()? & 1 != 0,
            kind::SHEET => {
                let is_hidden = fields.u32()? != 0;
                fields.u32()?;
                let (id, name) = (wide(&mut fields)?, wide(&mut fields)?);
                sheets.push((id, name, is_hidden));
            }
            _ => {}
        }
    }
    Ok((sheets, is_1904))
}

pub fn strings(part: Metered<'_>, budget: &Budget) -> Result<Texts> {
    let mut texts = Texts::default();
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

pub fn styles(part: Metered<'_>, budget: &Budget) -> Result<Styles> {
    let mut read = Styles::default();
    let mut in_styles = false;
    let mut records = Records::new(part);
    while let Some((kind, mut fields)) = records.next()? {
        match kind {
            kind::FORMAT => {
                let id = u32::from(fields.u16()?);
                let code = wide(&mut fields)?;
                budget.spend(code.len())?;
                read.codes.insert(id, code);
            }
            kind::BEGIN_STYLES => in_styles = true,
            kind::END_STYLES => in_styles = false,
            kind::STYLE if in_styles => {
                fields.u16()?;
                budget.spend(size_of::<u32>())?;
                read.styles.push(u32::from(fields.u16()?));
            }
            _ => {}
        }
    }
    Ok(read)
}

pub fn table(part: Metered<'_>, mut builder: TableBuilder<'_>) -> Result<Table> {
    let mut records = Records::new(part);
    let mut text = String::new();
    let (mut in_data, mut is_whole) = (false, false);
    let (mut line, mut column) = (0_u32, 0_u32);
    while let Some((kind, mut fields)) = records.next()? {
        match kind {
            kind::BEGIN_DATA => in_data = true,
            kind::END_DATA => (in_data, is_whole) = (false, true),
            kind::MERGED => {
                let [first, last, left, right] =
                    [fields.u32()?, fields.u32()?, fields.u32()?, fields.u32()?];
                let rows = (first.saturating_add(1), last.saturating_add(1));
                builder.merge(rows, (left, right))?;
            }
            _ if !in_data => {}
            kind::ROW => {
                (line, column) = (fields.u32()?.saturating_add(1), 0);
                // Its style, its height and what else it is.
                let [.., flags] = fields.array::<8>()?;
                if flags & HIDDEN != 0 {
                    builder.hide(line, line)?;
                }
            }
            kind::BLANK..=kind::SHORT_SHARED | kind::RICH_TEXT => {
                if !(kind::SHORT_BLANK..=kind::SHORT_SHARED).contains(&kind) {
                    column = fields.u32()?;
                }
                // The rest of it is how the text is pronounced.
                let style = fields.u32()? & 0xFF_FFFF;
                builder.put(Stored {
                    line,
                    column,
                    style: u16::try_from(style).unwrap_or(u16::MAX),
                    is_formula: (kind::FORMULA_TEXT..=kind::FORMULA_ERROR).contains(&kind),
                    value: value(kind, fields, &mut text)?,
                })?;
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

fn value<'t>(kind: u16, mut fields: Fields<'_>, text: &'t mut String) -> Result<Value<'t>> {
    Ok(match kind {
        2 | 13 => Value::Number(fields.rk()?),
        3 | 11 | 14 => Value::Known(Kind::Error, error(fields.u8()?).into()),
        4 | 10 | 15 => Value::of_bool(fields.u8()? != 0),
        5 | 9 | 16 => Value::Number(fields.f64()?),
        6 | 8 | 17 | kind::RICH_TEXT => {
            if kind == kind::RICH_TEXT {
                fields.u8()?;
            }
            *text = wide(&mut fields)?;
            Value::Text(text)
        }
        7 | kind::SHORT_SHARED => Value::Shared(fields.u32()?),
        _ => Value::Empty,
    })
}

/// Records, one after the other: kind, length, bytes.
struct Records<'r> {
    part: Metered<'r>,
    record: Vec<u8>,
}

impl<'r> Records<'r> {
    fn new(part: Metered<'r>) -> Records<'r> {
        Records {
            part,
            record: Vec::new(),
        }
    }

    /// The next record's kind and what is in it; none at the end.
    fn next(&mut self) -> Result<Option<(u16, Fields<'_>)>> {
        self.part.begin_piece();
        let is_end = self.part.fill_buf().map(<[u8]>::is_empty);
        if is_end.map_err(|error| self.part.explain(&error))? {
            return Ok(None);
        }
        let kind = self.number(2)?;
        let length = u64::from(self.number(4)?);
        self.record.clear();
        let mut bytes = (&mut self.part).take(length);
        let read = bytes.read_to_end(&mut self.record);
        read.map_err(|error| self.part.explain(&error))?;
        if self.record.len() as u64 == length {
            Ok(Some((kind as u16, Fields(&self.record))))
        } else {
            Err(cut())
        }
    }

    /// A number of up to so many bytes, each of which says whether another follows.
    fn number(&mut self, bytes: u32) -> Result<u32> {
        let mut number = 0;
        for at in 0..bytes {
            let mut byte = [0];
            let read = self.part.read_exact(&mut byte);
            read.map_err(|error| self.part.explain(&error))?;
            number |= u32::from(byte[0] & 0x7F) << (at * 7);
            if byte[0] & 0x80 == 0 {
                break;
            }
        }
        Ok(number)
    }
}

/// A text with its length in characters before it. One that is not there is empty.
fn wide(fields: &mut Fields<'_>) -> Result<String> {
    match fields.u32()? {
        u32::MAX => Ok(String::new()),
        length => fields.utf16(length as usize),
    }
}
