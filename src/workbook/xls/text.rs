//! Records, and the texts in them as two generations of workbooks store them.

use encoding_rs::{Encoding, WINDOWS_1252};

use crate::workbook::binary::{Fields, units};
use crate::workbook::budget::Budget;
use crate::workbook::error::{Result, cut};
use crate::workbook::table::Texts;

/// A record that goes on with the one before.
const CONTINUED: u16 = 0x3C;

/// Records, one after the other: kind, length, bytes.
#[derive(Clone, Copy)]
pub struct Records<'s>(pub Fields<'s>);

impl<'s> Records<'s> {
    /// The next record's kind and what is in it; none at the end.
    pub fn next(&mut self) -> Result<Option<(u16, Fields<'s>)>> {
        let rest = &mut self.0;
        if rest.0.is_empty() {
            return Ok(None);
        }
        let kind = rest.u16()?;
        let length = usize::from(rest.u16()?);
        Ok(Some((kind, Fields(rest.bytes(length)?))))
    }

    /// The bytes of the next record, if it goes on with the one before.
    pub fn continued(&mut self) -> Result<Option<Fields<'s>>> {
        let mut ahead = *self;
        match ahead.next()? {
            Some((CONTINUED, fields)) => {
                *self = ahead;
                Ok(Some(fields))
            }
            _ => Ok(None),
        }
    }
}

/// How texts are stored.
#[derive(Clone, Copy)]
pub struct Charset {
    /// As from Excel 97 on: characters of one or two bytes, as is said before each text.
    pub is_unicode: bool,
    /// Of the bytes of texts before that.
    pub encoding: &'static Encoding,
}

/// Whether a text's characters have two bytes, formatted runs, or more than that.
const WIDE: u8 = 1;
const EXTENDED: u8 = 4;
const RICH: u8 = 8;

impl Charset {
    pub fn code_page(&mut self, number: u16) {
        let label = match number {
            932 => "shift_jis".to_owned(),
            936 => "gb18030".to_owned(),
            949 => "euc-kr".to_owned(),
            950 => "big5".to_owned(),
            10_000 | 32_768 => "macintosh".to_owned(),
            65_001 => "utf-8".to_owned(),
            number => format!("windows-{number}"),
        };
        self.encoding = Encoding::for_label(label.as_bytes()).unwrap_or(WINDOWS_1252);
    }

    /// A text with its length in one byte.
    pub fn short(self, fields: &mut Fields<'_>) -> Result<String> {
        let length = usize::from(fields.u8()?);
        self.characters(fields, length)
    }

    /// A text with its length in two bytes.
    pub fn long(self, fields: &mut Fields<'_>) -> Result<String> {
        let length = usize::from(fields.u16()?);
        match length {
            // Some programs end an empty text here.
            0 => Ok(String::new()),
            length => self.characters(fields, length),
        }
    }

    pub fn format(self, fields: &mut Fields<'_>) -> Result<String> {
        if self.is_unicode {
            self.long(fields)
        } else {
            self.short(fields)
        }
    }

    fn characters(self, fields: &mut Fields<'_>, length: usize) -> Result<String> {
        if self.is_unicode && fields.u8()? & WIDE > 0 {
            return fields.utf16(length);
        }
        let bytes = fields.bytes(length)?;
        if self.is_unicode {
            return Ok(bytes.iter().copied().map(char::from).collect());
        }
        let (text, _) = self.encoding.decode_without_bom_handling(bytes);
        Ok(text.into_owned())
    }

    /// A text with its length in two bytes that may go on in further records.
    pub fn continued(self, fields: Fields<'_>, records: Records<'_>) -> Result<String> {
        if !self.is_unicode {
            return self.long(&mut { fields });
        }
        let mut long = Long { fields, records };
        let length = usize::from(long.fields.u16()?);
        if length == 0 {
            return Ok(String::new());
        }
        let flags = long.fields.u8()?;
        long.characters(length, flags)
    }
}

/// The texts that cells share, to the last.
pub fn shared(fields: Fields<'_>, records: Records<'_>, budget: &Budget) -> Result<Texts> {
    let mut long = Long { fields, records };
    let mut texts = Texts::default();
    // How many there are is known when they end.
    long.fields.bytes(8)?;
    while long.has_more()? {
        texts.push(&long.text()?, budget)?;
    }
    Ok(texts)
}

/// Fields that go on in further records.
struct Long<'s> {
    fields: Fields<'s>,
    records: Records<'s>,
}

impl Long<'_> {
    fn has_more(&mut self) -> Result<bool> {
        while self.fields.0.is_empty() {
            match self.records.continued()? {
                Some(fields) => self.fields = fields,
                None => return Ok(false),
            }
        }
        Ok(true)
    }

    fn more(&mut self) -> Result<()> {
        if self.has_more()? { Ok(()) } else { Err(cut()) }
    }

    fn text(&mut self) -> Result<String> {
        let length = usize::from(self.fields.u16()?);
        let flags = self.fields.u8()?;
        let runs = match flags & RICH {
            0 => 0,
            _ => usize::from(self.fields.u16()?),
        };
        let extension = match flags & EXTENDED {
            0 => 0,
            _ => self.fields.u32()? as usize,
        };
        let text = self.characters(length, flags)?;
        self.skip(runs * 4)?;
        self.skip(extension)?;
        Ok(text)
    }

    /// Characters of one or two bytes: each record that they go on in says which.
    fn characters(&mut self, mut left: usize, mut flags: u8) -> Result<String> {
        let mut read = Vec::new();
        while left > 0 {
            if self.fields.0.is_empty() {
                self.more()?;
                flags = self.fields.u8()?;
            }
            let width = 1 + usize::from(flags & WIDE);
            let here = (self.fields.0.len() / width).min(left);
            if here == 0 && !self.fields.0.is_empty() {
                return Err(cut());
            }
            match width {
                1 => read.extend(self.fields.bytes(here)?.iter().copied().map(u16::from)),
                _ => read.extend(units(self.fields.bytes(here * 2)?)),
            }
            left -= here;
        }
        Ok(String::from_utf16_lossy(&read))
    }

    fn skip(&mut self, mut left: usize) -> Result<()> {
        while left > 0 {
            self.more()?;
            let here = left.min(self.fields.0.len());
            self.fields.bytes(here)?;
            left -= here;
        }
        Ok(())
    }
}
