//! The shape of an xlsb file's worksheet ([MS-XLSB]).

use std::io::{BufRead, BufReader, Read};

use super::Shape;
use super::package::Package;
use crate::sheet::input::Input;

const ROW_HEADER: u16 = 0;
const MERGE_CELL: u16 = 176;
const BUNDLE_SHEET: u16 = 156;

pub(super) fn read(input: &Input, at: usize) -> Option<Shape> {
    let mut package = Package::open(input)?;
    let part = package.worksheet(|workbook| nth_sheet(workbook, at))?;
    let mut shape = Shape::default();
    records(BufReader::new(package.part(&part)?), |kind, bytes| {
        match kind {
            ROW_HEADER if bytes.get(11)? & 0x10 != 0 => {
                let row = u64::from(integer(bytes, 0)?) + 1;
                shape.hide(row, row);
            }
            MERGE_CELL => {
                let row = |at| Some(u64::from(integer(bytes, at)?) + 1);
                let column = |at| Some(integer(bytes, at)? as usize);
                shape.merge((row(0)?, row(4)?), (column(8)?, column(12)?));
            }
            _ => {}
        }
        Some(())
    })?;
    Some(shape)
}

/// The relationship of the n-th worksheet.
fn nth_sheet(workbook: &[u8], at: usize) -> Option<String> {
    let mut relations = Vec::new();
    records(workbook, |kind, bytes| {
        if kind == BUNDLE_SHEET {
            // A sheet without a relationship has a length that is none.
            let end = integer(bytes, 8)?.checked_mul(2)?.checked_add(12);
            if let Some(text) = bytes.get(12..end? as usize) {
                let (units, _) = text.as_chunks::<2>();
                let units: Vec<_> = units.iter().map(|unit| u16::from_le_bytes(*unit)).collect();
                relations.push(String::from_utf16_lossy(&units));
            }
        }
        Some(())
    })?;
    relations.into_iter().nth(at)
}

/// Shows each record. `None` if `see` cannot make sense of one, or the last is not whole.
fn records(mut from: impl BufRead, mut see: impl FnMut(u16, &[u8]) -> Option<()>) -> Option<()> {
    let mut bytes = Vec::new();
    while !from.fill_buf().ok()?.is_empty() {
        let kind = u16::try_from(varied(&mut from, 2)?).ok()?;
        let length = varied(&mut from, 4)?;
        bytes.clear();
        let read = from.by_ref().take(length).read_to_end(&mut bytes).ok()?;
        if read as u64 != length {
            return None;
        }
        see(kind, &bytes)?;
    }
    Some(())
}

/// A number of seven bits a byte, of which the highest says whether another follows.
fn varied(from: &mut impl Read, most: u32) -> Option<u64> {
    let mut number = 0;
    for at in 0..most {
        let mut byte = [0];
        from.read_exact(&mut byte).ok()?;
        number |= u64::from(byte[0] & 0x7f) << (7 * at);
        if byte[0] & 0x80 == 0 {
            break;
        }
    }
    Some(number)
}

fn integer(bytes: &[u8], at: usize) -> Option<u32> {
    bytes
        .get(at..)?
        .first_chunk()
        .map(|it| u32::from_le_bytes(*it))
}
