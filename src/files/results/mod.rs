//! A sheet's own columns, then those this program appends: results and failures, or what was read
//! back.

mod xlsx;

use std::fs::{self, File, Metadata};
use std::io::{self, BufWriter, ErrorKind, Write};
use std::path::Path;
use std::str::FromStr;

use clap::ValueEnum;
use csv::{StringRecord, WriterBuilder};

use super::atomic::AtomicFile;
use super::error::FileError;
use super::names::is_named_ours;
use crate::sheet::{
    Appended, EXTRA_FIELDS, Row, SENT_FLAG, Sheet, SheetError, SheetOptions, Source,
};
use xlsx::XlsxWriter;
pub use xlsx::{MAX_ROWS, has_others};

/// Excel reads Chinese in a CSV file only if it begins with this.
const BOM: &[u8] = b"\xef\xbb\xbf";

/// The columns of a results file.
#[derive(Clone, Copy, Debug)]
pub struct ResultsColumns<'a> {
    /// The sheet's own.
    pub own: &'a [String],
    /// Where a row has the cells of these.
    pub cells: &'a [usize],
    pub sent_flag: bool,
    pub extra_fields: bool,
    pub appended: Appended,
}

/// A row of results.
#[derive(Clone, Copy, Debug)]
pub struct ResultRow<'a> {
    /// The sheet's own cells, as they are.
    pub cells: &'a StringRecord,
    pub sent_flag: Option<&'a str>,
    pub extra_fields: &'a str,
    /// `None` if a person added the row to a failures file.
    pub line: Option<u64>,
    /// The cells of the columns that are appended after `line`.
    pub appended: &'a [&'a str],
}

/// What results and failures are written as.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum OutputFormat {
    /// Text separated by commas.
    #[default]
    Csv,
    /// Workbooks.
    Xlsx,
}

impl OutputFormat {
    /// By a file's name.
    pub fn of(path: &Path) -> OutputFormat {
        let extension = path.extension().unwrap_or_default();
        if extension.eq_ignore_ascii_case("xlsx") {
            OutputFormat::Xlsx
        } else {
            OutputFormat::Csv
        }
    }

    pub fn as_str(self) -> &'static str {
        match self {
            OutputFormat::Csv => "csv",
            OutputFormat::Xlsx => "xlsx",
        }
    }
}

impl FromStr for OutputFormat {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        ValueEnum::from_str(text, false).map_err(drop)
    }
}

pub struct ResultsWriter<'a> {
    file: AtomicFile,
    to: Format,
    columns: ResultsColumns<'a>,
}

enum Format {
    Csv(Box<csv::Writer<BufWriter<File>>>),
    Xlsx(Box<XlsxWriter>),
}

impl<'a> ResultsWriter<'a> {
    /// Begins a file in the format that its name tells, with the mode of the sheet of this metadata.
    /// `bom` is for text.
    pub fn begin(
        becomes: &Path,
        columns: ResultsColumns<'a>,
        bom: bool,
        sheet: Option<&Metadata>,
    ) -> Result<Self, FileError> {
        let file = AtomicFile::create(becomes, sheet)?;
        let begin = || {
            if OutputFormat::of(becomes) == OutputFormat::Xlsx {
                return Ok(Format::Xlsx(Box::new(XlsxWriter::begin(columns)?)));
            }
            let mut to = BufWriter::new(file.file().try_clone()?);
            if bom {
                to.write_all(BOM)?;
            }
            let mut csv = WriterBuilder::new().flexible(true).from_writer(to);
            csv.write_record(columns.header())?;
            Ok(Format::Csv(Box::new(csv)))
        };
        let to = begin().map_err(|error| file.error(error))?;
        Ok(ResultsWriter { file, to, columns })
    }

    pub fn write(&mut self, row: &ResultRow<'_>) -> Result<(), FileError> {
        let written = match &mut self.to {
            Format::Csv(csv) => {
                let record = self.columns.record(row, OutputFormat::Csv);
                csv.write_record(&record).map_err(io::Error::from)
            }
            Format::Xlsx(book) => book.write(self.columns.record(row, OutputFormat::Xlsx)),
        };
        written.map_err(|error| self.file.error(error))
    }

    /// The whole file, to be committed.
    pub fn finish(self) -> Result<AtomicFile, FileError> {
        let ResultsWriter { file, to, .. } = self;
        let finished = match to {
            Format::Csv(mut csv) => csv.flush(),
            Format::Xlsx(book) => book.finish(file.file()),
        };
        finished.map_err(|error| file.error(error))?;
        Ok(file)
    }
}

impl<'a> ResultsColumns<'a> {
    pub fn header(self) -> impl Iterator<Item = &'a str> {
        self.own
            .iter()
            .map(String::as_str)
            .chain(self.sent_flag.then_some(SENT_FLAG))
            .chain(self.extra_fields.then_some(EXTRA_FIELDS))
            .chain(self.appended.columns().iter().copied())
    }

    /// A row's cells.
    pub fn record(self, row: &ResultRow<'_>, format: OutputFormat) -> StringRecord {
        let cells = self.cells.iter().map(|&at| row.cells.get(at));
        let mut record: StringRecord = cells.map(Option::unwrap_or_default).collect();
        if self.sent_flag {
            record.push_field(row.sent_flag.unwrap_or_default());
        }
        if self.extra_fields {
            record.push_field(row.extra_fields);
        }
        let line = row.line.map(|line| line.to_string());
        record.push_field(&line.unwrap_or_default());
        for (column, cell) in self.appended.columns()[1..].iter().zip(row.appended) {
            // A spreadsheet would run such words as a formula; a quote mark prevents that.
            let is_formula = format == OutputFormat::Csv
                && matches!(*column, "message" | "flag_now")
                && cell.starts_with(FORMULA_STARTS);
            if is_formula {
                record.push_field(&format!("'{cell}"))
            } else {
                record.push_field(cell)
            }
        }
        record
    }
}

/// The file as a table, if there is one; an error of the sheet where it is none.
///
/// # Errors
///
/// If the file is there and cannot be read.
pub fn open_table(path: &Path) -> Result<Option<Result<Sheet, SheetError>>, FileError> {
    // Asked before opening, because some systems refuse to open a directory.
    match fs::metadata(path).and_then(|found| {
        if found.is_file() {
            File::open(path)?;
        }
        Ok(found)
    }) {
        Ok(found) if !found.is_file() => return Err(FileError::not_a_file(path)),
        Ok(found) if found.len() == 0 => return Ok(None),
        Ok(_) => {}
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(FileError::io(path)(error)),
    }
    let options = SheetOptions {
        is_table: true,
        is_named_ours: is_named_ours(path),
        ..SheetOptions::default()
    };
    let table = Sheet::open(Source::Path(path.to_owned()), &options);
    if let Err(error) = &table {
        // What cannot be read at this moment may well be a table.
        let read = File::open(path).and_then(|mut file| io::copy(&mut file, &mut io::sink()));
        read.map_err(|_| FileError::Denied(error.to_string()))?;
    }
    Ok(Some(table))
}

/// Whether the file holds any row, or cannot be read.
pub fn has_rows(path: &Path) -> bool {
    let has_rows = |table: Sheet| table.rows()?.read(&mut Row::default());
    match open_table(path) {
        Ok(Some(table)) => table.and_then(has_rows).unwrap_or(true),
        Ok(None) => false,
        Err(_) => path.is_file(),
    }
}

const FORMULA_STARTS: [char; 6] = ['=', '+', '-', '@', '\t', '\r'];

#[cfg(test)]
mod tests {
    use super::*;

    fn row<'a>(cells: &'a StringRecord, appended: &'a [&'a str]) -> ResultRow<'a> {
        ResultRow {
            cells,
            sent_flag: Some("=bb"),
            extra_fields: "x,y",
            line: Some(2),
            appended,
        }
    }

    #[test]
    fn formulas_in_messages_are_defused_and_cells_left_alone() {
        let own = ["order".to_owned(), "flag".to_owned()];
        let columns = |appended, cells| ResultsColumns {
            own: &own,
            cells,
            sent_flag: appended == Appended::Outcomes,
            extra_fields: appended == Appended::Outcomes,
            appended,
        };
        let cells = StringRecord::from(vec!["=CG1", "+aa"]);
        for (message, defused) in [
            ("=1+1", "'=1+1"),
            ("+1", "'+1"),
            ("-1", "'-1"),
            ("@A1", "'@A1"),
            ("a=1", "a=1"),
        ] {
            let appended = ["rejected", "100", message, "1", "T", "x"];
            let row = row(&cells, &appended);
            let record = columns(Appended::Outcomes, &[0, 1]).record(&row, OutputFormat::Csv);
            let expected = ["=CG1", "+aa", "=bb", "x,y", "2", "rejected", "100", defused];
            assert!(record.iter().take(8).eq(expected), "{record:?}");
            let book = columns(Appended::Outcomes, &[1]).record(&row, OutputFormat::Xlsx);
            assert_eq!((&book[0], &book[6]), ("+aa", message));
        }
        let appended = ["different", "=bb", "-", "T", "x"];
        let row = row(&cells, &appended);
        let record = columns(Appended::Readings, &[0, 1]).record(&row, OutputFormat::Csv);
        let expected = ["=CG1", "+aa", "2", "different", "'=bb", "'-", "T", "x"];
        assert!(record.iter().eq(expected), "{record:?}");
    }
}
