//! Compound files, in which `.xls` workbooks and encrypted ones are: streams in chains of sectors.

use std::io::{Seek, SeekFrom};

use crate::sheet::damage::Damage;
use crate::sheet::error::{Fault, SheetError};
use crate::sheet::input::Input;
use crate::sheet::table::Budget;

const HEADER_BYTES: usize = 512;
/// Streams below this size are in the small sectors of a stream of their own.
const MIN_STREAM_BYTES: u64 = 4096;
const SMALL_SECTOR: usize = 64;
const NO_SECTOR: u32 = u32::MAX;

pub(super) struct Compound<'i, 'b> {
    input: &'i Input,
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

struct Stream {
    name: String,
    start: u32,
    size: u64,
}

impl<'i, 'b> Compound<'i, 'b> {
    pub(super) fn open(
        input: &'i Input,
        budget: &'b Budget,
    ) -> Result<Compound<'i, 'b>, SheetError> {
        let header = input.read_at(0, HEADER_BYTES)?;
        let damaged = || input.error(Damage::Broken);
        let sector_size = match header.get(30..32) {
            Some([9, 0]) if header.len() == HEADER_BYTES => 512,
            Some([12, 0]) if header.len() == HEADER_BYTES => 4096,
            _ => return Err(damaged()),
        };
        let end = input.reader_from(0).seek(SeekFrom::End(0));
        let length = end.map_err(|error| input.failed(Fault::Read(error)))?;
        let mut file = Compound {
            input,
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
        file.streams = directory
            .as_chunks::<128>()
            .0
            .iter()
            .map(Stream::of)
            .collect();
        let small_table = file.chain(small_table, u64::MAX)?;
        file.small_table = integers(&small_table).collect();
        if let Some(root) = file.streams.first() {
            file.small = file.chain(root.start, root.size)?;
        }
        Ok(file)
    }

    /// The table's sectors: the first are listed in the header, others in sectors of their own,
    /// each of which ends in the next one.
    fn read_table(&mut self, mut listed: Vec<u32>, mut more: u32) -> Result<(), SheetError> {
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

    fn sector(&self, id: u32) -> Result<Vec<u8>, SheetError> {
        let offset = (u64::from(id) + 1) * self.sector_size as u64;
        self.input.read_at(offset, self.sector_size)
    }

    /// Up to `size` bytes in the sectors of a chain. An error if it leads back into itself.
    fn chain(&self, mut id: u32, size: u64) -> Result<Vec<u8>, SheetError> {
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
            let too_much = self.budget.hold(length);
            too_much.map_err(|fault| self.input.error(fault))?;
            if passed > self.sectors {
                return Err(self.input.error(Damage::Broken));
            }
            let offset = (u64::from(first) + 1) * self.sector_size as u64;
            bytes.extend(self.input.read_at(offset, length)?);
        }
        bytes.truncate(usize::try_from(size).unwrap_or(usize::MAX));
        Ok(bytes)
    }

    pub(super) fn has(&self, name: &str) -> bool {
        self.find(name).is_some()
    }

    fn find(&self, name: &str) -> Option<&Stream> {
        self.streams
            .iter()
            .find(|stream| stream.name.eq_ignore_ascii_case(name))
    }

    /// A stream's bytes; none if there is no such stream.
    pub(super) fn stream(&self, name: &str) -> Result<Option<Vec<u8>>, SheetError> {
        let Some(stream) = self.find(name) else {
            return Ok(None);
        };
        if stream.size >= MIN_STREAM_BYTES {
            return self.chain(stream.start, stream.size).map(Some);
        }
        let mut bytes = Vec::new();
        let mut id = stream.start as usize;
        while (bytes.len() as u64) < stream.size {
            let start = id.saturating_mul(SMALL_SECTOR);
            let sector = self.small.get(start..).unwrap_or_default();
            if sector.is_empty() {
                break;
            }
            bytes.extend(&sector[..sector.len().min(SMALL_SECTOR)]);
            id = self
                .small_table
                .get(id)
                .map_or(usize::MAX, |&id| id as usize);
        }
        bytes.truncate(stream.size as usize);
        Ok(Some(bytes))
    }
}

impl Stream {
    fn of(entry: &[u8; 128]) -> Stream {
        let fields: Vec<u32> = integers(entry).collect();
        let (units, _) = entry[..64].as_chunks::<2>();
        let units = units.iter().map(|unit| u16::from_le_bytes(*unit));
        let units: Vec<u16> = units.take_while(|unit| *unit != 0).collect();
        Stream {
            name: String::from_utf16_lossy(&units),
            start: fields[29],
            // Some programs leave in the greater half what happened to be there.
            size: u64::from(fields[30]),
        }
    }
}

fn integers(bytes: &[u8]) -> impl Iterator<Item = u32> {
    let (words, _) = bytes.as_chunks::<4>();
    words.iter().map(|word| u32::from_le_bytes(*word))
}
