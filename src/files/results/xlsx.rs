//! Results and failures as a workbook of one worksheet.
//!
//! All of the sheet's own cells are texts, as they were read, in columns formatted as text: what a
//! person opens, repairs and saves is not changed. Nothing can be a formula.

use std::borrow::Cow;
use std::io::{self, Read, Seek, Write};

use csv::StringRecord;
use rust_xlsxwriter::{Format, FormatAlign, IgnoreError, Workbook, XlsxError};
use unicode_width::UnicodeWidthStr;

use super::ResultsColumns;
use crate::workbook::{Budget, Workbook as Book};

/// Rows of a worksheet, the header included.
pub const MAX_ROWS: u32 = 1_048_576;
/// UTF-16 units of a cell.
const MAX_UNITS: usize = 32_767;

/// Rows by which the columns' widths are chosen.
const MEASURED_ROWS: u32 = 1_000;
const WIDTHS: (usize, usize) = (8, 40);
const MESSAGE_WIDTH: usize = 60;
/// A whole number that a spreadsheet shows as it is has no more digits.
const MAX_DIGITS: usize = 11;

/// Statuses with the colours of fill and text.
const COLOURS: [(&[&str], u32, u32); 7] = [
    (&["ok", "same"], 0xC6EFCE, 0x006100),
    (&["unchanged"], 0xE2EFDA, 0x375623),
    (&["superseded"], 0xEDEDED, 0x595959),
    (&["rejected", "different"], 0xFFC7CE, 0x9C0006),
    (&["failed", "not found"], 0xF8CBAD, 0x833C0B),
    (&["invalid", "unknown"], 0xFFEB9C, 0x7F6000),
    (&["skipped"], 0xDDEBF7, 0x1F4E78),
];
const HEADER_COLOUR: u32 = 0xD9D9D9;

/// Whether a workbook has more than the one worksheet that this program writes.
pub fn has_others(file: impl Read + Seek) -> bool {
    let budget = Budget::new(None);
    Book::open(file, &budget).is_ok_and(|book| book.sheets.len() > 1)
}

/// What a column holds.
#[derive(Clone, Copy, PartialEq)]
enum Kind {
    Text,
    Number,
    Status,
    Message,
}

impl Kind {
    /// Of a column that is appended.
    fn of(column: &str) -> Kind {
        match column {
            "line" | "code" | "attempts" => Kind::Number,
            "status" => Kind::Status,
            "message" => Kind::Message,
            _ => Kind::Text,
        }
    }
}

/// Holds the whole workbook in memory until it is finished.
pub struct XlsxWriter {
    book: Workbook,
    rows: u32,
    kinds: Vec<Kind>,
    widths: Vec<usize>,
    number: Format,
    text: Format,
    message: Format,
    statuses: Vec<Format>,
}

impl XlsxWriter {
    pub fn begin(columns: ResultsColumns<'_>) -> io::Result<Self> {
        let header: Vec<&str> = columns.header().collect();
        let appended = columns.appended.columns();
        let own = header.len() - appended.len();
        let kinds = std::iter::repeat_n(Kind::Text, own);
        let kinds = kinds.chain(appended.iter().copied().map(Kind::of));
        let number = Format::new().set_align(FormatAlign::Top);
        let text = number.clone().set_num_format("@");
        let mut writer = XlsxWriter {
            book: Workbook::new(),
            rows: 0,
            kinds: kinds.collect(),
            widths: vec![0; header.len()],
            message: text.clone().set_text_wrap(),
            statuses: COLOURS
                .map(|(_, fill, font)| {
                    let format = text.clone().set_background_color(fill);
                    format.set_font_color(font)
                })
                .into(),
            number,
            text,
        };
        let bold = writer.text.clone().set_bold();
        let bold = bold.set_background_color(HEADER_COLOUR);
        let worksheet = writer.book.add_worksheet();
        let mut begin = || {
            worksheet.set_name("rows")?.set_freeze_panes(1, 0)?;
            for (at, name) in (0..).zip(&header) {
                worksheet.write_string_with_format(0, at, cut(name), &bold)?;
            }
            if let Some(last) = own.checked_sub(1) {
                let last = u16::try_from(last).map_err(|_| XlsxError::RowColumnLimitError)?;
                let digits = IgnoreError::NumberStoredAsText;
                worksheet.ignore_error_range(0, 0, MAX_ROWS - 1, last, digits)?;
            }
            Ok(())
        };
        begin().map_err(io_error)?;
        writer.measure(header.into_iter());
        writer.rows = 1;
        Ok(writer)
    }

    pub fn write(&mut self, record: StringRecord) -> io::Result<()> {
        if self.rows < MEASURED_ROWS {
            self.measure(record.iter());
        }
        let row = self.rows;
        let worksheet = self.book.worksheet_from_index(0).map_err(io_error)?;
        for ((at, cell), kind) in (0..).zip(&record).zip(&self.kinds) {
            if cell.is_empty() {
                continue;
            }
            let format = match kind {
                Kind::Number => &self.number,
                Kind::Message => &self.message,
                Kind::Text => &self.text,
                Kind::Status => {
                    let mut colours = COLOURS.iter();
                    let status = colours.position(|(statuses, ..)| statuses.contains(&cell));
                    status.map_or(&self.text, |at| &self.statuses[at])
                }
            };
            let number = cell.parse::<i64>().ok();
            let is_number = *kind == Kind::Number && cell.len() <= MAX_DIGITS;
            let written = match number.filter(|it| is_number && it.to_string() == cell) {
                Some(number) => worksheet.write_number_with_format(row, at, number as f64, format),
                None => worksheet.write_string_with_format(row, at, cut(cell), format),
            };
            written.map_err(io_error)?;
        }
        self.rows += 1;
        Ok(())
    }

    fn measure<'c>(&mut self, cells: impl Iterator<Item = &'c str>) {
        for (width, cell) in self.widths.iter_mut().zip(cells) {
            *width = (*width).max(cell.lines().map(str::width).max().unwrap_or(0));
        }
    }

    pub fn finish(mut self, mut to: impl Write) -> io::Result<()> {
        let bytes = self.save().map_err(io_error)?;
        to.write_all(&bytes)
    }

    fn save(&mut self) -> Result<Vec<u8>, XlsxError> {
        let worksheet = self.book.worksheet_from_index(0)?;
        for ((at, width), kind) in (0..).zip(&self.widths).zip(&self.kinds) {
            let (width, format) = match kind {
                Kind::Message => (MESSAGE_WIDTH, &self.message),
                // Room for the button of the filter.
                Kind::Number => ((width + 3).clamp(WIDTHS.0, WIDTHS.1), &self.number),
                _ => ((width + 3).clamp(WIDTHS.0, WIDTHS.1), &self.text),
            };
            worksheet.set_column_format(at, format)?;
            worksheet.set_column_width(at, width as f64)?;
        }
        let last = u16::try_from(self.kinds.len() - 1).unwrap_or(u16::MAX);
        worksheet.autofilter(0, 0, self.rows - 1, last)?;
        self.book.save_to_buffer()
    }
}

/// As much of a text as a cell holds.
fn cut(text: &str) -> Cow<'_, str> {
    if text.len() <= MAX_UNITS || text.encode_utf16().count() <= MAX_UNITS {
        return Cow::Borrowed(text);
    }
    let mut units = 1;
    let fits = |c: &char| {
        units += c.len_utf16();
        units <= MAX_UNITS
    };
    let kept = text.chars().take_while(fits);
    Cow::Owned(kept.chain(std::iter::once('…')).collect())
}

fn io_error(error: XlsxError) -> io::Error {
    match error {
        XlsxError::IoError(error) => error,
        error => io::Error::other(error),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::files::Status;

    #[test]
    fn every_status_has_its_colours() {
        for status in Status::OF_RESULTS.iter().chain(Status::OF_READINGS) {
            let mut colours = COLOURS.iter();
            assert!(colours.any(|(statuses, ..)| statuses.contains(&status.as_str())));
        }
    }

    #[test]
    fn no_cell_is_longer_than_one_can_be() {
        let most = "x".repeat(MAX_UNITS);
        assert_eq!(cut(&most), most);
        let longer = cut(&format!("{most}x")).into_owned();
        assert_eq!(longer.encode_utf16().count(), MAX_UNITS);
        assert!(longer.ends_with("x…"));
        let wide = cut(&"𠀀".repeat(MAX_UNITS)).into_owned();
        assert!(wide.encode_utf16().count() <= MAX_UNITS);
    }
}
