//! Compound files, in which `.xls` workbooks and encrypted ones are: streams in chains of sectors.

use std::io::{Seek, SeekFrom};

use super::binary::units;
use super::budget::Budget;
use super::{Source, read_at};
use crate::workbook::error::{Result, broken};

const SIGNATURE: &[u8] = b"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1";
const HEADER_BYTES: u64 = 512;
/// Streams below this size are in the small sectors of a stream of their own.
const MIN_STREAM_BYTES: u64 = 4096;
const SMALL_SECTOR: usize = 64;
const NO_SECTOR: u32 = u32::MAX;

pub struct Compound<'i, 'b> {
    source: Source<'i>,
    budget: &'b Budget,
    sector_size: usize,
    /// How many there can be.
    sectors: usize,
    /// For each sector, the one its chain goes on with.
    table: Vec<u32>,
    small_table: Vec<u32>,
    /// The small sectors.
    small: Vec<u8>,
    streams: Vec<Stream>,
}

pub struct Stream {
    name: String,
    start: u32,
    size: u64,
}

impl<'i, 'b> Compound<'i, 'b> {
    pub fn open(mut source: Source<'i>, budget: &'b Budget) -> Result<Compound<'i, 'b>> {
        let header = read_at(&mut source, 0, HEADER_BYTES)?;
        let sector_size = match header.get(30..32) {
            Some([9, 0]) if header.len() as u64 == HEADER_BYTES => 512,
            Some([12, 0]) if header.len() as u64 == HEADER_BYTES => 4096,
            _ => return Err(broken()),
        };
        let length = source.seek(SeekFrom::End(0))?;
        let mut file = Compound {
            source,
            budget,
            sector_size,
            sectors: (length / sector_size as u64) as usize + 1,
            table: Vec::new(),
            small_table: Vec::new(),
            small: Vec::new(),
            streams: Vec::new(),
        };
        let header: Vec<u32> = integers(&header).collect();
        let (directory, small_table, more) = (header[12], header[15], header[17]);
        file.read_table(header[19..].to_vec(), more)?;
        let directory = file.chain(directory, u64::MAX)?;
        let (entries, _) = directory.as_chunks::<128>();
        file.streams = entries.iter().map(Stream::of).collect();
        let small_table = file.chain(small_table, u64::MAX)?;
        file.small_table = integers(&small_table).collect();
        if let Some(&Stream { start, size, .. }) = file.streams.first() {
            file.small = file.chain(start, size)?;
        }
        Ok(file)
    }

    /// The table's sectors: the first are listed in the header, others in sectors of their own,
    /// each of which ends in the next one.
    fn read_table(&mut self, mut listed: Vec<u32>, mut more: u32) -> Result<()> {
        for _ in 0..self.sectors {
            if !self.exists(more) {
                break;
            }
            listed.extend(integers(&self.sector(more)?));
            more = listed.pop().unwrap_or(NO_SECTOR);
        }
        listed.retain(|&id| self.exists(id));
        listed.truncate(self.sectors);
        for id in listed {
            let sector = self.sector(id)?;
            self.table.extend(integers(&sector));
        }
        Ok(())
    }

    fn exists(&self, id: u32) -> bool {
        (id as usize) < self.sectors
    }

    fn sector(&mut self, id: u32) -> Result<Vec<u8>> {
        let offset = (u64::from(id) + 1) * self.sector_size as u64;
        Ok(read_at(&mut self.source, offset, self.sector_size as u64)?)
    }

    /// Up to `size` bytes in the sectors of a chain. An error if it leads back into itself.
    fn chain(&mut self, mut id: u32, size: u64) -> Result<Vec<u8>> {
        let mut bytes = Vec::new();
        let mut passed = 0;
        while self.exists(id) && (bytes.len() as u64) < size {
            // Sectors that follow each other are read at once.
            let (first, mut count) = (id, 0);
            while id == first + count && self.exists(id) {
                count += 1;
                id = self.table.get(id as usize).copied().unwrap_or(NO_SECTOR);
            }
            passed += count as usize;
            let length = count as usize * self.sector_size;
            self.budget.spend(length)?;
            if passed > self.sectors {
                return Err(broken());
            }
            let offset = (u64::from(first) + 1) * self.sector_size as u64;
            bytes.extend(read_at(&mut self.source, offset, length as u64)?);
        }
        bytes.truncate(usize::try_from(size).unwrap_or(usize::MAX));
        Ok(bytes)
    }

    pub fn find(&self, name: &str) -> Option<&Stream> {
        let mut streams = self.streams.iter();
        streams.find(|stream| stream.name.eq_ignore_ascii_case(name))
    }

    /// A stream's bytes; none if there is no such stream.
    pub fn stream(&mut self, name: &str) -> Result<Option<Vec<u8>>> {
        let Some(&Stream { start, size, .. }) = self.find(name) else {
            return Ok(None);
        };
        if size >= MIN_STREAM_BYTES {
            return self.chain(start, size).map(Some);
        }
        let mut bytes = Vec::new();
        let mut id = start as usize;
        while (bytes.len() as u64) < size {
            let start = id.saturating_mul(SMALL_SECTOR);
            let sector = self.small.get(start..).unwrap_or_default();
            if sector.is_empty() {
                break;
            }
            bytes.extend(&sector[..sector.len().min(SMALL_SECTOR)]);
            let next = self.small_table.get(id);
            id = next.map_or(usize::MAX, |&id| id as usize);
        }
        bytes.truncate(size as usize);
        Ok(Some(bytes))
    }
}

impl Stream {
    fn of(entry: &[u8; 128]) -> Stream {
        let fields: Vec<u32> = integers(entry).collect();
        let units: Vec<u16> = units(&entry[..64]).take_while(|unit| *unit != 0).collect();
        Stream {
            name: String::from_utf16_lossy(&units),
            start: fields[29],
            // Some programs leave in the greater half what happened to be there.
            size: u64::from(fields[30]),
        }
    }
}

/// Whether the file begins as a compound file does.
pub fn is_compound(source: &mut Source<'_>) -> Result<bool> {
    Ok(read_at(source, 0, SIGNATURE.len() as u64)? == SIGNATURE)
}

fn integers(bytes: &[u8]) -> impl Iterator<Item = u32> {
    let (words, _) = bytes.as_chunks::<4>();
    words.iter().map(|word| u32::from_le_bytes(*word))
}
