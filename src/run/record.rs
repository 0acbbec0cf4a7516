//! The record: the outcome of every call, written as it happens, read back when a run that was
//! cut short is continued.
//!
//! It has the results format and one column more, `run`, which says for whom and how the sheet
//! was being carried out. It holds a row for each call that came to an end; what becomes of a
//! sheet's other rows follows from those. Only the rows' places in the file are kept in memory.

use std::collections::HashMap;
use std::fs::{self, File, OpenOptions};
use std::hash::Hasher;
use std::io::{self, BufReader, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

use csv::StringRecord;
use siphasher::sip128::{Hasher128, SipHasher13};

use super::format::{Lead, Shape, io_error, line, writer};
use super::outcome::{Outcome, Status};
use super::outputs::{OutputError, sync_directory};
use super::plan::{Mark, Marker, OrderId, Plan};
use super::worker::Done;
use crate::sheet::Sheet;

/// The record's last column, which the results do not have.
pub(super) const RUN: &str = "run";

/// What is wrong with a record that more has happened to than that its end was cut off.
const DAMAGED: &str = "is damaged";

/// For whom and how a sheet is carried out. Outcomes recorded under another key say nothing about
/// this run: an order that one account's ERP accepted is still to be sent to another's.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RunKey(String);

impl RunKey {
    const CHARS: usize = 16;

    /// The key of a run with these particulars (account, endpoint, columns, …).
    #[must_use]
    pub fn new(particulars: &[&str]) -> Self {
        let mut hasher = SipHasher13::new();
        for text in particulars {
            hasher.write(text.as_bytes());
            hasher.write_u8(0xff);
        }
        RunKey(format!(
            "{:0width$x}",
            hasher.finish128().h1,
            width = Self::CHARS
        ))
    }
}

/// Where each order's outcome stands in the record.
#[derive(Debug)]
pub(super) struct Ledger {
    offsets: Vec<AtomicU64>,
    /// Outcomes that are known but could not be recorded; the run stops with the first of them.
    unrecorded: Mutex<HashMap<OrderId, Outcome>>,
}

impl Ledger {
    /// No outcome is known. (None stands at offset 0, where the header is.)
    const UNKNOWN: u64 = 0;
    /// The last outcome recorded was final, but for a flag the sheet no longer gives the order.
    const STALE: u64 = u64::MAX;

    pub(super) fn new(plan: &Plan) -> Self {
        let orders = usize::try_from(plan.orders()).unwrap_or(usize::MAX);
        Ledger {
            offsets: std::iter::repeat_with(AtomicU64::default)
                .take(orders)
                .collect(),
            unrecorded: Mutex::default(),
        }
    }

    /// Keeps an outcome that could not be recorded.
    pub(super) fn keep(&self, id: OrderId, outcome: Outcome) {
        self.unrecorded().insert(id, outcome);
    }

    fn unrecorded(&self) -> MutexGuard<'_, HashMap<OrderId, Outcome>> {
        self.unrecorded
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }

    /// The order's outcome, if it has one.
    ///
    /// # Errors
    ///
    /// If the record cannot be read back.
    pub(super) fn outcome(
        &self,
        id: OrderId,
        recorded: &mut Outcomes,
    ) -> io::Result<Option<Outcome>> {
        match self.get(id) {
            Some(offset) => recorded.read(offset).map(Some),
            None => Ok(self.unrecorded().get(&id).cloned()),
        }
    }

    /// The offset of the order's outcome, if it has one.
    pub(super) fn get(&self, id: OrderId) -> Option<u64> {
        match self.offsets[id.index()].load(Ordering::Relaxed) {
            Self::UNKNOWN | Self::STALE => None,
            offset => Some(offset),
        }
    }

    /// Whether the record must be told before the order is sent again.
    pub(super) fn is_stale(&self, id: OrderId) -> bool {
        self.offsets[id.index()].load(Ordering::Relaxed) == Self::STALE
    }

    /// Whether any order is [stale](Self::is_stale).
    pub(super) fn has_stale(&self) -> bool {
        self.offsets
            .iter()
            .any(|offset| offset.load(Ordering::Relaxed) == Self::STALE)
    }

    fn set(&self, id: OrderId, offset: u64) {
        self.offsets[id.index()].store(offset, Ordering::Relaxed);
    }

    /// Enters what an earlier run found out, as far as the sheet still asks for it, and returns
    /// how many rows that settles.
    ///
    /// Of the outcomes recorded for an order the last one counts, and only if it was for the flag
    /// that the sheet gives the order now; `failed` and `skipped` ones are tried again.
    /// `taken` is in the record's order.
    pub(super) fn take_over(&self, taken: &[Taken], plan: &Plan) -> u64 {
        let known = |taken: &Taken| plan.find(taken.mark.order);
        for taken in taken {
            if let Some(id) = known(taken) {
                let is_final = matches!(taken.status, Status::Ok | Status::Rejected);
                let same_flag = taken.mark.flag == plan.flag(id);
                self.set(
                    id,
                    match (is_final, same_flag) {
                        (true, true) => taken.offset,
                        (true, false) => Self::STALE,
                        (false, _) => Self::UNKNOWN,
                    },
                );
            }
        }
        taken
            .iter()
            .filter_map(|taken| known(taken).filter(|&id| self.get(id) == Some(taken.offset)))
            .filter(|&id| plan.is_sent(id))
            .map(|id| plan.rows_of(id))
            .sum()
    }
}

/// An outcome found in an existing record.
#[derive(Clone, Debug)]
pub(super) struct Taken {
    pub(super) line: u64,
    pub(super) mark: Mark,
    pub(super) offset: u64,
    status: Status,
}

/// What an existing record turned out to be.
#[derive(Debug)]
pub(super) enum Found {
    /// There was none, or none worth keeping.
    Nothing,
    /// The record of a run that was cut short, as far as it is whole.
    Rows { taken: Vec<Taken>, end: u64 },
    /// The record of something else.
    Foreign(&'static str),
}

/// The record of the run under way.
#[derive(Debug)]
pub(super) struct Record {
    file: File,
    path: PathBuf,
    shape: Shape,
    key: RunKey,
    end: u64,
    buffer: Vec<u8>,
}

/// How a record of `sheet` is laid out.
fn shape(sheet: &Sheet) -> Shape {
    // Rows with surplus fields are never sent.
    Shape::of(sheet, false)
}

/// The first line of a record of `sheet`.
pub(super) fn header(sheet: &Sheet) -> Vec<u8> {
    line(shape(sheet).header(sheet.columns()).chain([RUN]))
}

/// Reads the record at `path`, if there is one.
///
/// # Errors
///
/// Whatever reading the file fails with.
pub(super) fn find(path: &Path, sheet: &Sheet, key: &RunKey, marker: Marker) -> io::Result<Found> {
    let mut file = match File::open(path) {
        Ok(file) => file,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Found::Nothing),
        Err(error) => return Err(error),
    };
    let header = header(sheet);
    let mut begin = Vec::with_capacity(header.len());
    (&mut file)
        .take(header.len() as u64)
        .read_to_end(&mut begin)?;
    if begin != header {
        return Ok(if header.starts_with(&begin) {
            Found::Nothing
        } else {
            Found::Foreign("has other columns")
        });
    }

    let columns = sheet.columns().len();
    let sent_flag = sheet.has_sent_flag();
    let layout = Layout::new(sheet);
    let start = header.len() as u64;
    let length = file.metadata()?.len();
    let mut csv = reader(BufReader::new(file));
    let mut row = StringRecord::new();
    let mut taken = Vec::new();
    let mut end = start;
    let mut torn = 0;
    loop {
        let offset = start + csv.position().byte();
        let read = match csv.read_record(&mut row) {
            Ok(false) => break,
            Ok(true) => layout.parse(&row),
            Err(error) if matches!(error.kind(), csv::ErrorKind::Utf8 { .. }) => None,
            Err(error) => return Err(io_error(error)),
        };
        let Some(Recorded { line, outcome, run }) = read else {
            torn += 1;
            continue;
        };
        if torn > 0 {
            return Ok(Found::Foreign(DAMAGED));
        }
        if run != key.0 {
            return Ok(Found::Foreign(
                "belongs to another account, endpoint or choice of columns",
            ));
        }
        let read_to = start + csv.position().byte();
        if read_to == length && !ends_with_line_feed(path, length)? {
            break;
        }
        let cells: StringRecord = row.iter().take(columns).collect();
        let sent_flag = if sent_flag { row.get(columns) } else { None };
        let Ok(entry) = sheet.entry(&cells, sent_flag) else {
            return Ok(Found::Foreign("holds a row this sheet does not have"));
        };
        taken.push(Taken {
            line,
            mark: marker.mark(&entry),
            status: outcome.status,
            offset,
        });
        end = read_to;
    }
    Ok(if torn > 1 {
        Found::Foreign(DAMAGED)
    } else if taken.is_empty() {
        Found::Nothing
    } else {
        Found::Rows { taken, end }
    })
}

fn ends_with_line_feed(path: &Path, length: u64) -> io::Result<bool> {
    let mut file = File::open(path)?;
    let mut last = [0];
    file.seek(SeekFrom::Start(length.saturating_sub(1)))?;
    file.read_exact(&mut last)?;
    Ok(last == *b"\n")
}

fn reader<R: Read>(from: R) -> csv::Reader<R> {
    csv::ReaderBuilder::new()
        .has_headers(false)
        .flexible(true)
        .terminator(csv::Terminator::Any(b'\n'))
        .buffer_capacity(4096)
        .from_reader(from)
}

/// Where the fields of a record's rows are.
#[derive(Clone, Copy)]
struct Layout {
    /// The first field behind the sheet's own.
    line: usize,
}

/// What a row of the record says behind the sheet's own cells.
struct Recorded<'a> {
    line: u64,
    outcome: Outcome,
    run: &'a str,
}

impl Layout {
    fn new(sheet: &Sheet) -> Self {
        Layout {
            line: sheet.columns().len() + usize::from(sheet.has_sent_flag()),
        }
    }

    /// `None` if this is no whole row of a record.
    fn parse(self, row: &StringRecord) -> Option<Recorded<'_>> {
        let mut fields = row.iter().skip(self.line);
        let recorded = Recorded {
            line: fields.next()?.parse().ok()?,
            outcome: Outcome {
                status: fields.next()?.parse().ok()?,
                code: match fields.next()? {
                    "" => None,
                    code => Some(code.parse().ok()?),
                },
                message: fields.next()?.to_owned(),
                attempts: fields.next()?.parse().ok()?,
                finished_at: fields.next()?.to_owned(),
            },
            run: fields.next()?,
        };
        let whole = recorded.run.len() == RunKey::CHARS && fields.next().is_none();
        whole.then_some(recorded)
    }
}

impl Record {
    /// A record with no outcomes yet, over whatever is at `path`.
    ///
    /// # Errors
    ///
    /// Whatever creating the file fails with.
    pub(super) fn create(path: &Path, sheet: &Sheet, key: RunKey) -> io::Result<Record> {
        let mut file = OpenOptions::new()
            .read(true)
            .write(true)
            .create(true)
            .truncate(true)
            .open(path)?;
        let header = header(sheet);
        if let Err(error) = file.write_all(&header) {
            let _ = fs::remove_file(path);
            return Err(error);
        }
        sync_directory(path);
        Ok(Record {
            file,
            path: path.to_owned(),
            shape: shape(sheet),
            key,
            end: header.len() as u64,
            buffer: Vec::new(),
        })
    }

    /// The record found at `path`, its torn end cut off.
    ///
    /// # Errors
    ///
    /// Whatever opening or cutting the file fails with.
    pub(super) fn resume(path: &Path, sheet: &Sheet, key: RunKey, end: u64) -> io::Result<Record> {
        let mut file = OpenOptions::new().read(true).write(true).open(path)?;
        file.set_len(end)?;
        file.seek(SeekFrom::Start(end))?;
        Ok(Record {
            file,
            path: path.to_owned(),
            shape: shape(sheet),
            key,
            end,
            buffer: Vec::new(),
        })
    }

    /// Hands outcomes to the operating system, all in one write, and enters their places.
    ///
    /// # Errors
    ///
    /// Whatever writing fails with; then nothing more may be appended, for the last line may be
    /// torn.
    pub(super) fn append(&mut self, done: &[Done], ledger: &Ledger) -> io::Result<()> {
        let offsets = self.write(done)?;
        for (Done { job, .. }, offset) in done.iter().zip(offsets) {
            ledger.set(job.id, offset);
        }
        Ok(())
    }

    /// Like [`append`](Self::append), for orders that are about to be sent although the record
    /// holds a final outcome for another flag: from here on that outcome no longer counts,
    /// whatever becomes of this process. Forced to disk.
    ///
    /// # Errors
    ///
    /// As [`append`](Self::append).
    pub(super) fn renounce(&mut self, stale: &[Done], ledger: &Ledger) -> io::Result<()> {
        self.write(stale)?;
        self.file.sync_data()?;
        for Done { job, .. } in stale {
            ledger.set(job.id, Ledger::UNKNOWN);
        }
        Ok(())
    }

    fn write(&mut self, done: &[Done]) -> io::Result<Vec<u64>> {
        self.buffer.clear();
        let mut csv = writer(std::mem::take(&mut self.buffer));
        let mut offsets = Vec::with_capacity(done.len());
        for Done { job, outcome } in done {
            csv.flush()?;
            offsets.push(self.end + csv.get_ref().len() as u64);
            let lead = Lead {
                cells: &job.cells,
                sent_flag: job.sent_flag.as_deref(),
                extra_fields: "",
                line: job.line,
            };
            self.shape
                .write(&mut csv, lead, outcome)
                .map_err(io_error)?;
            csv.write_field(&self.key.0).map_err(io_error)?;
            csv.write_record(None::<&[u8]>).map_err(io_error)?;
        }
        self.buffer = csv
            .into_inner()
            .map_err(|error| io::Error::new(error.error().kind(), error.to_string()))?;
        self.file.write_all(&self.buffer)?;
        self.end += self.buffer.len() as u64;
        Ok(offsets)
    }

    /// An I/O error on the record, with its path.
    pub(super) fn error(&self, source: io::Error) -> OutputError {
        OutputError::io(&self.path)(source)
    }

    /// Removes the record, once all it holds stands in the results.
    ///
    /// # Errors
    ///
    /// [`OutputError::Io`].
    pub(super) fn remove(self) -> Result<(), OutputError> {
        drop(self.file);
        fs::remove_file(&self.path).map_err(OutputError::io(&self.path))?;
        sync_directory(&self.path);
        Ok(())
    }

    /// A second handle on the file, for forcing it to disk.
    ///
    /// # Errors
    ///
    /// Whatever the operating system refuses with.
    pub(super) fn handle(&self) -> io::Result<File> {
        self.file.try_clone()
    }

    /// Reads outcomes back, from anywhere in the record.
    ///
    /// # Errors
    ///
    /// Whatever opening the file fails with.
    pub(super) fn outcomes(&self, sheet: &Sheet) -> io::Result<Outcomes> {
        Ok(Outcomes {
            csv: reader(Window::new(File::open(&self.path)?)),
            layout: Layout::new(sheet),
            row: StringRecord::new(),
        })
    }
}

/// Reads single outcomes by their offsets, cheaply where neighbours are asked for in turn.
pub(super) struct Outcomes {
    csv: csv::Reader<Window>,
    layout: Layout,
    row: StringRecord,
}

impl Outcomes {
    /// The outcome at `offset`.
    ///
    /// # Errors
    ///
    /// If the record cannot be read, or has been changed by somebody else.
    pub(super) fn read(&mut self, offset: u64) -> io::Result<Outcome> {
        let mut position = csv::Position::new();
        position.set_byte(offset);
        self.csv
            .seek_raw(SeekFrom::Start(offset), position)
            .map_err(io_error)?;
        self.csv.read_record(&mut self.row).map_err(io_error)?;
        self.layout
            .parse(&self.row)
            .map(|row| row.outcome)
            .ok_or_else(|| io::Error::other("the record was changed while it was in use"))
    }
}

/// A file read through a buffer that survives short jumps.
struct Window {
    file: BufReader<File>,
    at: u64,
}

impl Window {
    fn new(file: File) -> Self {
        Window {
            file: BufReader::with_capacity(256 * 1024, file),
            at: 0,
        }
    }
}

impl Read for Window {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.file.read(buffer)?;
        self.at += read as u64;
        Ok(read)
    }
}

impl Seek for Window {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        match to {
            SeekFrom::Start(to) => {
                let jump = i128::from(to) - i128::from(self.at);
                match i64::try_from(jump) {
                    Ok(jump) => self.file.seek_relative(jump)?,
                    Err(_) => {
                        self.file.seek(SeekFrom::Start(to))?;
                    }
                }
                self.at = to;
            }
            other => self.at = self.file.seek(other)?,
        }
        Ok(self.at)
    }
}
