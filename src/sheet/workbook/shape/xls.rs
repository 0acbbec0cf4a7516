//! The shape of an xls file's worksheet ([MS-XLS]).

use std::io::Read;

use cfb::CompoundFile;

use super::Shape;
use crate::sheet::input::Input;

const BOUND_SHEET: u16 = 0x0085;
const ROW: u16 = 0x0208;
const MERGED_CELLS: u16 = 0x00E5;
const BEGIN: u16 = 0x0809;
const END: u16 = 0x000A;

pub(super) fn read(input: &Input, at: usize) -> Option<Shape> {
    let mut file = CompoundFile::open(input.reader_from(0)).ok()?;
    let names = ["/Workbook", "/Book"];
    let name = names.into_iter().find(|name| file.is_stream(name))?;
    let mut stream = Vec::new();
    file.open_stream(name).ok()?.read_to_end(&mut stream).ok()?;

    let globals = Records(&stream).take_while(|(kind, _)| *kind != END);
    let sheets = globals.filter(|(kind, _)| *kind == BOUND_SHEET);
    let start = sheets.map(|(_, bytes)| bytes.first_chunk()).nth(at)?;
    let start = u32::from_le_bytes(*start?) as usize;

    let mut shape = Shape::default();
    // What is embedded, such as a chart, has records of its own.
    let mut depth = 0;
    for (kind, bytes) in Records(stream.get(start..)?) {
        match kind {
            BEGIN => depth += 1,
            END if depth <= 1 => break,
            END => depth -= 1,
            ROW if depth == 1 && number(bytes, 12)? & 0x20 != 0 => {
                let row = u64::from(number(bytes, 0)?) + 1;
                shape.hide(row, row);
            }
            MERGED_CELLS if depth == 1 => {
                let (merges, _) = bytes.get(2..)?.as_chunks::<8>();
                for merge in merges.iter().take(number(bytes, 0)?.into()) {
                    let row = |at| Some(u64::from(number(merge, at)?) + 1);
                    let column = |at| number(merge, at).map(usize::from);
                    shape.merge((row(0)?, row(2)?), (column(4)?, column(6)?));
                }
            }
            _ => {}
        }
    }
    Some(shape)
}

/// Goes through records: kind, length, and as many bytes.
struct Records<'s>(&'s [u8]);

impl<'s> Iterator for Records<'s> {
    type Item = (u16, &'s [u8]);

    fn next(&mut self) -> Option<Self::Item> {
        let (kind, length) = (number(self.0, 0)?, number(self.0, 2)?);
        let (bytes, rest) = self.0.get(4..)?.split_at_checked(length.into())?;
        self.0 = rest;
        Some((kind, bytes))
    }
}

fn number(bytes: &[u8], at: usize) -> Option<u16> {
    bytes
        .get(at..)?
        .first_chunk()
        .map(|it| u16::from_le_bytes(*it))
}
