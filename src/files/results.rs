//! Results and failures as CSV: a sheet's own columns, then those this program appends.

use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::path::Path;

use csv::StringRecord;
use jiff::Timestamp;

use super::atomic::AtomicFile;
use super::error::FileError;
use super::outcome::{Status, local_time};
use super::readers::Readers;
use crate::sheet::{APPENDED, EXTRA_FIELDS, SENT_FLAG, SheetLine, WORKSHEET};

/// Excel reads Chinese in a CSV file only if it begins with this.
pub const BOM: &[u8] = b"\xef\xbb\xbf";

/// The columns of a results file.
#[derive(Clone, Copy, Debug)]
pub struct ResultsColumns<'a> {
    /// The sheet's own.
    pub own: &'a [String],
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

pub struct ResultsWriter<'a> {
    file: AtomicFile,
    csv: csv::Writer<BufWriter<File>>,
    columns: ResultsColumns<'a>,
}

impl<'a> ResultsWriter<'a> {
    pub fn begin(
        becomes: &Path,
        columns: ResultsColumns<'a>,
        bom: bool,
        readers: &Readers,
    ) -> Result<Self, FileError> {
        let file = AtomicFile::create(becomes, readers)?;
        let begin = || {
            let mut to = BufWriter::new(file.file().try_clone()?);
            if bom {
                to.write_all(BOM)?;
            }
            let mut csv = writer(to);
            csv.write_record(columns.header()).map_err(io_error)?;
            Ok(csv)
        };
        let csv = begin().map_err(|error| file.error(error))?;
        Ok(ResultsWriter { file, csv, columns })
    }

    pub fn write(&mut self, row: &ResultRow<'_>) -> Result<(), FileError> {
        self.columns
            .write(&mut self.csv, row)
            .map_err(|error| self.file.error(io_error(error)))
    }

    /// The whole file, to be committed.
    pub fn finish(self) -> Result<AtomicFile, FileError> {
        let ResultsWriter { file, mut csv, .. } = self;
        csv.flush().map_err(|error| file.error(error))?;
        Ok(file)
    }
}

impl<'a> ResultsColumns<'a> {
    fn header(self) -> impl Iterator<Item = &'a str> {
        self.own
            .iter()
            .map(String::as_str)
            .chain(self.sent_flag.then_some(SENT_FLAG))
            .chain(self.extra_fields.then_some(EXTRA_FIELDS))
            .chain(self.worksheet.then_some(WORKSHEET))
            .chain(APPENDED)
    }

    pub fn write<W: Write>(self, to: &mut csv::Writer<W>, row: &ResultRow<'_>) -> csv::Result<()> {
        for cell in row.cells {
            to.write_field(cell)?;
        }
        if self.sent_flag {
            to.write_field(row.sent_flag.unwrap_or_default())?;
        }
        if self.extra_fields {
            to.write_field(row.extra_fields)?;
        }
        if self.worksheet {
            let worksheet = row.line.and_then(|line| line.worksheet.as_deref());
            to.write_field(worksheet.unwrap_or_default())?;
        }
        let code = row.code.map(|code| code.to_string()).unwrap_or_default();
        // A spreadsheet would run such a message as a formula; a quote mark prevents that.
        let quote = match row.message.starts_with(['=', '+', '-', '@', '\t', '\r']) {
            true => "'",
            false => "",
        };
        to.write_record([
            row.line
                .map(|line| line.line.to_string())
                .unwrap_or_default()
                .as_str(),
            row.status.as_str(),
            &code,
            &format!("{quote}{}", row.message),
            &row.attempts.to_string(),
            &local_time(row.finished_at),
        ])
    }
}

/// A CSV writer as all of this program's files are written: commas, line feeds.
pub fn writer<W: Write>(to: W) -> csv::Writer<W> {
    csv::WriterBuilder::new()
        .flexible(true)
        .terminator(csv::Terminator::Any(b'\n'))
        .from_writer(to)
}

/// A csv error as the I/O error it is: reading and writing flexible records fails in no other way.
pub fn io_error(error: csv::Error) -> io::Error {
    match error.into_kind() {
        csv::ErrorKind::Io(error) => error,
        other => io::Error::other(format!("{other:?}")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(own: &[String], row: &ResultRow<'_>, bom: bool) -> String {
        let directory = tempfile::tempdir().expect("a directory");
        let path = directory.path().join("x.results.csv");
        let columns = ResultsColumns {
            own,
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
