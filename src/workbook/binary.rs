//! What the two binary formats of workbooks share.

use crate::workbook::error::{Result, broken};

/// Takes values from the front of a record's bytes. What is not there is an error.
#[derive(Clone, Copy)]
pub struct Fields<'r>(pub &'r [u8]);

impl<'r> Fields<'r> {
    pub fn bytes(&mut self, count: usize) -> Result<&'r [u8]> {
        let (taken, rest) = self.0.split_at_checked(count).ok_or_else(broken)?;
        self.0 = rest;
        Ok(taken)
    }

    pub fn array<const N: usize>(&mut self) -> Result<[u8; N]> {
        let mut array = [0; N];
        array.copy_from_slice(self.bytes(N)?);
        Ok(array)
    }

    pub fn u8(&mut self) -> Result<u8> {
        self.array().map(u8::from_le_bytes)
    }

    pub fn u16(&mut self) -> Result<u16> {
        self.array().map(u16::from_le_bytes)
    }

    pub fn u32(&mut self) -> Result<u32> {
        self.array().map(u32::from_le_bytes)
    }

    pub fn f64(&mut self) -> Result<f64> {
        finite(f64::from_le_bytes(self.array()?))
    }

    /// A number in four bytes: a whole one or the greater half of another, perhaps a hundred times
    /// as great as meant.
    pub fn rk(&mut self) -> Result<f64> {
        let stored = self.u32()?;
        let number = match stored & 2 {
            0 => f64::from_bits(u64::from(stored & !3) << 32),
            _ => f64::from(stored.cast_signed() >> 2),
        };
        finite(match stored & 1 {
            0 => number,
            _ => number / 100.0,
        })
    }

    pub fn utf16(&mut self, characters: usize) -> Result<String> {
        let bytes = self.bytes(characters.saturating_mul(2))?;
        let units: Vec<u16> = units(bytes).collect();
        Ok(String::from_utf16_lossy(&units))
    }
}

fn finite(number: f64) -> Result<f64> {
    let number = Some(number).filter(|it| it.is_finite());
    number.ok_or_else(broken)
}

/// Characters of two bytes, or halves of them.
pub fn units(bytes: &[u8]) -> impl Iterator<Item = u16> {
    let (units, _) = bytes.as_chunks::<2>();
    units.iter().map(|unit| u16::from_le_bytes(*unit))
}

/// An error value as spreadsheets show it.
pub fn error(code: u8) -> &'static str {
    match code {
        0x00 => "#NULL!",
        0x07 => "#DIV/0!",
        0x0F => "#VALUE!",
        0x17 => "#REF!",
        0x1D => "#NAME?",
        0x24 => "#NUM!",
        0x2A => "#N/A",
        0x2B => "#GETTING_DATA",
        _ => "#ERROR!",
    }
}
