//! A check of compound files (xls) ahead of their reader, which follows a chain of sectors that
//! leads back into itself until memory is full.

use std::io::{Seek, SeekFrom};
use std::iter::successors;

use crate::sheet::error::{Fault, SheetError};
use crate::sheet::input::Input;

const HEADER_BYTES: usize = 512;
/// Streams below this size are kept in chains of another kind, which their reader bounds.
const MIN_STREAM_BYTES: u64 = 4096;

/// Whether a chain that the reader follows has more sectors than the file. Files that are damaged
/// in other ways are left to the reader.
pub(super) fn has_loop(input: &Input) -> Result<bool, SheetError> {
    let header = input.read_at(0, HEADER_BYTES)?;
    let sector_size = match header.get(30..32) {
        Some([9, 0]) if header.len() == HEADER_BYTES => 512,
        Some([12, 0]) if header.len() == HEADER_BYTES => 4096,
        _ => return Ok(false),
    };
    let end = input.reader_from(0).seek(SeekFrom::End(0));
    let length = end.map_err(|error| input.failed(Fault::Read(error)))?;
    let sectors = length / sector_size as u64;
    let exists = |id: &u32| u64::from(*id) <= sectors;
    let read = |id: u32| input.read_at((u64::from(id) + 1) * sector_size as u64, sector_size);

    let header: Vec<u32> = integers(&header).collect();
    let (directory, mini_table, mut more) = (header[12], header[15], header[17]);
    let mut table_ids = header[19..].to_vec();
    // The list of the table's sectors goes on in sectors of its own, each ending in the next one.
    for _ in 0..=sectors {
        if !exists(&more) {
            break;
        }
        table_ids.extend(integers(&read(more)?));
        more = table_ids.pop().unwrap_or(u32::MAX);
    }
    let mut table = Vec::new();
    for id in table_ids.into_iter().filter(exists) {
        table.extend(integers(&read(id)?));
    }

    let chain = |start| {
        successors(Some(start), |id: &u32| table.get(*id as usize).copied()).take_while(exists)
    };
    let loops = |start| chain(start).zip(0..=sectors + 1).count() as u64 > sectors + 1;
    if loops(directory) || loops(mini_table) {
        return Ok(true);
    }
    for id in chain(directory) {
        for entry in read(id)?.as_chunks::<128>().0 {
            let fields: Vec<u32> = integers(entry).collect();
            let (start, size) = (
                fields[29],
                u64::from(fields[30]) | u64::from(fields[31]) << 32,
            );
            if size >= MIN_STREAM_BYTES && loops(start) {
                return Ok(true);
            }
        }
    }
    Ok(false)
}

fn integers(bytes: &[u8]) -> impl Iterator<Item = u32> {
    let (words, _) = bytes.as_chunks::<4>();
    words.iter().map(|word| u32::from_le_bytes(*word))
}
