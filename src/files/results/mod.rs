//! Results and failures: a sheet's own columns, then those this program appends.

mod csv;
mod existing;
mod xlsx;

use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::Path;
use std::str::FromStr;

use ::csv::StringRecord;
use jiff::Timestamp;

use super::atomic::AtomicFile;
use super::error::FileError;
use super::outcome::{Status, local_time};
use super::readers::Readers;
use crate::sheet::{APPENDED, EXTRA_FIELDS, SENT_FLAG, SheetLine, WORKSHEET};
use csv::BOM;
pub use csv::{io_error, reader, without_bom, writer};
pub use existing::{Existing, head, stream};
pub use xlsx::{MAX_ROWS, XlsxWriter, has_others};

/// The columns of a results file.
#[derive(Clone, Copy, Debug)]
pub struct ResultsColumns<'a> {
    /// The sheet's own.
    pub own: &'a [String],
    /// Which of these has the orders.
    pub order: usize,
    pub sent_flag: bool,
    pub extra_fields: bool,
    pub worksheet: bool,
}

/// A row of results.
#[derive(Clone, Copy, Debug)]
pub struct ResultRow<'a> {
    /// The sheet's own cells, as they are.
    pub cells: &'a StringRecord,
    pub sent_flag: Option<&'a str>,
    pub extra_fields: &'a str,
    /// `None` if a person added the row to a failures file.
    pub line: Option<&'a SheetLine>,
    pub status: Status,
    pub code: Option<i64>,
    pub message: &'a str,
    pub attempts: u32,
    pub finished_at: Timestamp,
}

/// What results and failures are written as.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, clap::ValueEnum)]
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
        match extension.eq_ignore_ascii_case("xlsx") {
            true => OutputFormat::Xlsx,
            false => OutputFormat::Csv,
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
        [OutputFormat::Csv, OutputFormat::Xlsx]
            .into_iter()
            .find(|it| it.as_str() == text)
            .ok_or(())
    }
}

pub struct ResultsWriter<'a> {
    file: AtomicFile,
    to: Format,
    columns: ResultsColumns<'a>,
}

enum Format {
    Csv(Box<::csv::Writer<BufWriter<File>>>),
    Xlsx(Box<XlsxWriter<BufWriter<File>>>),
}

impl<'a> ResultsWriter<'a> {
    /// Begins a file in the format that its name tells. `bom` is for text.
    pub fn begin(
        becomes: &Path,
        columns: ResultsColumns<'a>,
        bom: bool,
        readers: &Readers,
    ) -> Result<Self, FileError> {
        let file = AtomicFile::create(becomes, readers)?;
        let begin = || {
            let mut to = BufWriter::new(file.file().try_clone()?);
            if OutputFormat::of(becomes) == OutputFormat::Xlsx {
                return Ok(Format::Xlsx(Box::new(XlsxWriter::begin(to, columns)?)));
            }
            if bom {
                to.write_all(BOM)?;
            }
            let mut csv = writer(to);
            csv.write_record(columns.header()).map_err(io_error)?;
            Ok(Format::Csv(Box::new(csv)))
        };
        let to = begin().map_err(|error| file.error(error))?;
        Ok(ResultsWriter { file, to, columns })
    }

    pub fn write(&mut self, row: &ResultRow<'_>) -> Result<(), FileError> {
        let written = match &mut self.to {
            Format::Csv(csv) => {
                let record = self.columns.record(row, OutputFormat::Csv);
                csv.write_record(&record).map_err(io_error)
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
            Format::Xlsx(book) => book.finish().and_then(|mut to| to.flush()),
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
            .chain(self.worksheet.then_some(WORKSHEET))
            .chain(APPENDED)
    }

    /// A row's cells.
    pub fn record(self, row: &ResultRow<'_>, format: OutputFormat) -> StringRecord {
        let mut record = row.cells.clone();
        if self.sent_flag {
            record.push_field(row.sent_flag.unwrap_or_default());
        }
        if self.extra_fields {
            record.push_field(row.extra_fields);
        }
        if self.worksheet {
            let worksheet = row.line.and_then(|line| line.worksheet.as_deref());
            record.push_field(worksheet.unwrap_or_default());
        }
        let line = row.line.map(|line| line.line.to_string());
        record.push_field(&line.unwrap_or_default());
        record.push_field(row.status.as_str());
        let code = row.code.map(|code| code.to_string());
        record.push_field(&code.unwrap_or_default());
        // A spreadsheet would run such a message as a formula; a quote mark prevents that.
        match format == OutputFormat::Csv && row.message.starts_with(FORMULA_STARTS) {
            true => record.push_field(&format!("'{}", row.message)),
            false => record.push_field(row.message),
        }
        record.push_field(&row.attempts.to_string());
        record.push_field(&local_time(row.finished_at));
        record
    }
}

const FORMULA_STARTS: [char; 6] = ['=', '+', '-', '@', '\t', '\r'];

#[cfg(test)]
mod tests {
    use super::*;

    fn written(own: &[String], row: &ResultRow<'_>, bom: bool) -> String {
        let directory = tempfile::tempdir().expect("a directory");
        let path = directory.path().join("x.results.csv");
        let columns = ResultsColumns {
            own,
            order: 0,
            sent_flag: row.sent_flag.is_some(),
            extra_fields: !row.extra_fields.is_empty(),
            worksheet: row.line.is_some_and(|line| line.worksheet.is_some()),
        };
        let mut writer =
            ResultsWriter::begin(&path, columns, bom, &Readers::default()).expect("begun");
        writer.write(row).expect("written");
        let file = writer.finish().expect("finished");
        assert!(!path.exists(), "not before it is whole");
        file.commit().expect("committed");
        let names = std::fs::read_dir(directory.path()).expect("a directory");
        assert_eq!(names.count(), 1, "no draft is left");
        std::fs::read_to_string(&path).expect("UTF-8")
    }

    const LINE: SheetLine = SheetLine {
        worksheet: None,
        line: 2,
    };

    fn row<'a>(cells: &'a StringRecord, message: &'a str) -> ResultRow<'a> {
        ResultRow {
            cells,
            sent_flag: None,
            extra_fields: "",
            line: Some(&LINE),
            status: Status::Rejected,
            code: Some(100),
            message,
            attempts: 1,
            finished_at: Timestamp::UNIX_EPOCH,
        }
    }

    #[test]
    fn formulas_in_messages_are_defused_and_cells_left_alone() {
        let own = ["order".to_owned(), "flag".to_owned()];
        let cells = StringRecord::from(vec!["=CG1", "+aa"]);
        let time = local_time(Timestamp::UNIX_EPOCH);
        for (message, defused) in [
            ("=1+1", "'=1+1"),
            ("+1", "'+1"),
            ("-1", "'-1"),
            ("@A1", "'@A1"),
            ("a=1", "a=1"),
            ("", ""),
        ] {
            let expected = format!(
                "\u{feff}order,flag,line,status,code,message,attempts,finished_at\n\
                 =CG1,+aa,2,rejected,100,{defused},1,{time}\n"
            );
            assert_eq!(written(&own, &row(&cells, message), true), expected);
        }
    }

    #[test]
    fn optional_columns_come_after_the_sheets_own() {
        let own = ["order".to_owned()];
        let cells = StringRecord::from(vec!["CG1"]);
        let row = ResultRow {
            sent_flag: Some("aa"),
            extra_fields: "x,y",
            code: None,
            ..row(&cells, "why")
        };
        let text = written(&own, &row, false);
        let (header, line) = text.split_once('\n').expect("two lines");
        assert!(header.starts_with("order,sent_flag,extra_fields,line,status,"));
        assert!(
            line.starts_with("CG1,aa,\"x,y\",2,rejected,,why,1,"),
            "{line}"
        );
    }
}
