//! Workbooks of Excel 5 to 2003, and what programs write in their manner.

mod text;
mod worksheet;

use std::sync::Arc;

use encoding_rs::WINDOWS_1252;

use super::SheetInfo;
use super::binary::Fields;
use super::budget::{Budget, MAX_TABLES};
use super::builder::TableBuilder;
use super::error::{Result, cut, no_cells, password, too_much};
use super::number_format::{Formats, Styles};
use super::table::{Table, Texts};
use text::{Charset, Records, shared};

/// The records of the workbook as a whole.
mod kind {
    pub const BEGIN: u16 = 0x809;
    pub const END: u16 = 0x0A;
    pub const DATES: u16 = 0x22;
    pub const ENCRYPTED: u16 = 0x2F;
    pub const CODE_PAGE: u16 = 0x42;
    pub const SHEET: u16 = 0x85;
    pub const CELL_FORMAT: u16 = 0xE0;
    pub const TEXTS: u16 = 0xFC;
    pub const NUMBER_FORMAT: u16 = 0x41E;
}

pub struct Xls<'b> {
    stream: Vec<u8>,
    budget: &'b Budget,
    /// Where each worksheet begins.
    starts: Vec<usize>,
    charset: Charset,
    strings: Arc<Texts>,
    formats: Arc<Formats>,
}

impl<'b> Xls<'b> {
    pub fn open(stream: Vec<u8>, budget: &'b Budget) -> Result<(Vec<SheetInfo>, Xls<'b>)> {
        let (mut sheets, mut starts) = (Vec::new(), Vec::new());
        let mut styles = Styles::default();
        let mut charset = Charset {
            is_unicode: true,
            encoding: WINDOWS_1252,
        };
        let mut strings = Texts::default();
        let mut is_1904 = false;
        let mut records = Records(Fields(&stream));
        loop {
            let Some((kind, mut fields)) = records.next()? else {
                return Err(cut());
            };
            match kind {
                kind::BEGIN => charset.is_unicode = fields.u16()? == 0x600,
                kind::ENCRYPTED => return Err(password()),
                kind::CODE_PAGE => charset.code_page(fields.u16()?),
                kind::DATES => is_1904 = fields.u16()? == 1,
                kind::SHEET if sheets.len() == MAX_TABLES => return Err(too_much()),
                kind::SHEET => {
                    starts.push(fields.u32()? as usize);
                    let state = fields.u8()?;
                    let is_worksheet = fields.u8()? == 0;
                    sheets.push(SheetInfo {
                        name: Some(charset.short(&mut fields)?.replace('\0', "")),
                        is_worksheet,
                        is_hidden: state & 0x3F != 0,
                    });
                }
                kind::NUMBER_FORMAT => {
                    let id = u32::from(fields.u16()?);
                    styles.codes.insert(id, charset.format(&mut fields)?);
                }
                kind::CELL_FORMAT => {
                    fields.u16()?;
                    styles.styles.push(u32::from(fields.u16()?));
                }
                kind::TEXTS => strings = shared(fields, records, budget)?,
                kind::END => break,
                _ => {}
            }
        }
        let book = Xls {
            formats: Arc::new(Formats::new(&styles, is_1904)),
            stream,
            budget,
            starts,
            charset,
            strings: Arc::new(strings),
        };
        Ok((sheets, book))
    }

    pub fn table(&mut self, at: usize) -> Result<Table> {
        let start = self.starts.get(at).copied();
        let stream = start.and_then(|start| self.stream.get(start..));
        let stream = stream.ok_or_else(no_cells)?;
        let (strings, formats) = (Arc::clone(&self.strings), Arc::clone(&self.formats));
        let builder = TableBuilder::new(self.budget, strings, formats);
        worksheet::read(Records(Fields(stream)), self.charset, builder)
    }
}
