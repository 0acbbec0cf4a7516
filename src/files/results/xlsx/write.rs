//! A workbook written row by row: what it takes of memory does not grow with it.

use std::io::{self, Seek, Write};

use csv::StringRecord;
use unicode_width::UnicodeWidthStr;
use zip::ZipWriter;
use zip::write::SimpleFileOptions;

use super::escape::escaped;
use super::{MAX_ROWS, SHEET};
use crate::files::results::ResultsColumns;
use crate::language::say;
use crate::sheet::letter;

/// Rows that are held back until it is known how wide columns must be.
const MEASURED_ROWS: usize = 1_000;
const WIDTHS: std::ops::RangeInclusive<usize> = 8..=40;
const MESSAGE_WIDTH: usize = 60;
/// A whole number that a spreadsheet shows as it is has no more digits.
const MAX_DIGITS: usize = 11;

/// The formats of cells, by their places in [`STYLES`].
#[derive(Clone, Copy)]
enum Style {
    Number = 1,
    Text,
    Header,
    Message,
    /// That of the first status; the others follow.
    Status,
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

pub struct XlsxWriter<W: Write + Seek> {
    zip: ZipWriter<W>,
    kinds: Vec<Kind>,
    /// How many columns are the sheet's own.
    own: usize,
    /// The column that is shown first.
    first: usize,
    letters: Vec<String>,
    widths: Vec<usize>,
    /// The first rows, until the worksheet is begun.
    held: Option<Vec<StringRecord>>,
    rows: u64,
    row: String,
}

impl<W: Write + Seek> XlsxWriter<W> {
    pub fn begin(to: W, columns: ResultsColumns<'_>) -> io::Result<Self> {
        let header: StringRecord = columns.header().collect();
        let appended = columns.appended.columns();
        let own = header.len() - appended.len();
        let kinds = std::iter::repeat_n(Kind::Text, own);
        let kinds = kinds.chain(appended.iter().copied().map(Kind::of));
        let mut zip = ZipWriter::new(to);
        for (name, content) in PARTS {
            zip.start_file(*name, options())?;
            zip.write_all(content.as_bytes())?;
        }
        zip.start_file("xl/styles.xml", options())?;
        zip.write_all(styles().as_bytes())?;
        let mut writer = XlsxWriter {
            zip,
            kinds: kinds.collect(),
            own: columns.own.len() + usize::from(columns.sent_flag),
            first: columns.order,
            letters: (0..header.len()).map(letter).collect(),
            widths: vec![0; header.len()],
            held: Some(Vec::new()),
            rows: 0,
            row: String::new(),
        };
        writer.write(header)?;
        Ok(writer)
    }

    pub fn write(&mut self, record: StringRecord) -> io::Result<()> {
        let Some(held) = &mut self.held else {
            return self.write_row(&record);
        };
        for (width, cell) in self.widths.iter_mut().zip(&record) {
            *width = (*width).max(cell.lines().map(str::width).max().unwrap_or(0));
        }
        held.push(record);
        if held.len() < MEASURED_ROWS {
            Ok(())
        } else {
            self.begin_rows()
        }
    }

    fn begin_rows(&mut self) -> io::Result<()> {
        self.zip.start_file(SHEET, options())?;
        let first = &self.letters[self.first.min(self.letters.len() - 1)];
        let mut head = format!(
            "{XML}<worksheet xmlns=\"{MAIN}\"><sheetViews><sheetView workbookViewId=\"0\" topLeftCell=\"{first}1\" tabSelected=\"1\"><pane ySplit=\"1\" topLeftCell=\"{first}2\" activePane=\"bottomLeft\" state=\"frozen\"/><selection pane=\"bottomLeft\" activeCell=\"{first}2\" sqref=\"{first}2\"/></sheetView></sheetViews><sheetFormatPr defaultRowHeight=\"15\"/><cols>"
        );
        for (at, (width, kind)) in self.widths.iter().zip(&self.kinds).enumerate() {
            let width = match kind {
                Kind::Message => MESSAGE_WIDTH,
                // Room for the button of the filter.
                _ => (width + 3).clamp(*WIDTHS.start(), *WIDTHS.end()),
            };
            let style = style(*kind, "");
            let at = at + 1;
            head.push_str(&format!(
                "<col min=\"{at}\" max=\"{at}\" width=\"{width}\" style=\"{style}\" customWidth=\"1\"/>"
            ));
        }
        head.push_str("</cols><sheetData>");
        self.zip.write_all(head.as_bytes())?;
        for record in self.held.take().unwrap_or_default() {
            self.write_row(&record)?;
        }
        Ok(())
    }

    fn write_row(&mut self, record: &StringRecord) -> io::Result<()> {
        use std::fmt::Write;

        if self.rows == MAX_ROWS {
            let why = say!("files-worksheet-full", rows = MAX_ROWS);
            return Err(io::Error::other(why));
        }
        self.rows += 1;
        let n = self.rows;
        self.row.clear();
        let _ = write!(self.row, "<row r=\"{n}\">");
        for ((cell, kind), letters) in record.iter().zip(&self.kinds).zip(&self.letters) {
            if cell.is_empty() {
                continue;
            }
            let style = match n {
                1 => Style::Header as usize,
                _ => style(*kind, cell),
            };
            let _ = write!(self.row, "<c r=\"{letters}{n}\" s=\"{style}\"");
            let _ = if n > 1 && *kind == Kind::Number && is_number(cell) {
                write!(self.row, "><v>{cell}</v></c>")
            } else {
                write!(
                    self.row,
                    " t=\"inlineStr\"><is><t xml:space=\"preserve\">{}</t></is></c>",
                    escaped(cell)
                )
            };
        }
        self.row.push_str("</row>");
        self.zip.write_all(self.row.as_bytes())
    }

    /// Writes what is left, and gives back what it was written to.
    pub fn finish(mut self) -> io::Result<W> {
        if self.held.is_some() {
            self.begin_rows()?;
        }
        let last = &self.letters[self.letters.len() - 1];
        let own = &self.letters[self.own.saturating_sub(1)];
        let (rows, all) = (self.rows, MAX_ROWS);
        let end = format!(
            "</sheetData><autoFilter ref=\"A1:{last}{rows}\"/><ignoredErrors><ignoredError sqref=\"A1:{own}{all}\" numberStoredAsText=\"1\"/></ignoredErrors></worksheet>"
        );
        self.zip.write_all(end.as_bytes())?;
        self.zip.start_file("xl/workbook.xml", options())?;
        let book = format!(
            "{XML}<workbook xmlns=\"{MAIN}\" xmlns:r=\"{RELATIONS}\"><bookViews><workbookView/></bookViews><sheets><sheet name=\"rows\" sheetId=\"1\" r:id=\"rId1\"/></sheets><definedNames><definedName name=\"_xlnm._FilterDatabase\" localSheetId=\"0\" hidden=\"1\">rows!$A$1:${last}${rows}</definedName></definedNames></workbook>"
        );
        self.zip.write_all(book.as_bytes())?;
        Ok(self.zip.finish()?)
    }
}

fn options() -> SimpleFileOptions {
    // The time of the writing would make each file another.
    SimpleFileOptions::default().last_modified_time(zip::DateTime::default())
}

fn is_number(cell: &str) -> bool {
    cell.len() <= MAX_DIGITS && cell.parse::<i64>().is_ok_and(|it| it.to_string() == cell)
}

fn style(kind: Kind, cell: &str) -> usize {
    match kind {
        Kind::Text => Style::Text as usize,
        Kind::Number => Style::Number as usize,
        Kind::Message => Style::Message as usize,
        Kind::Status => {
            let at = COLOURS.iter().position(|(status, ..)| *status == cell);
            at.map_or(Style::Text as usize, |at| Style::Status as usize + at)
        }
    }
}

const XML: &str = "<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\"?>\n";
const MAIN: &str = "http://schemas.openxmlformats.org/spreadsheetml/2006/main";
const RELATIONS: &str = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";

/// Parts that are always the same.
const PARTS: &[(&str, &str)] = &[
    (
        "[Content_Types].xml",
        r#"<?xml version="1.0" encoding="UTF-8" standalone="yes"?>
<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml" ContentType="application/xml"/><Override PartName="/xl/workbook.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"/><Override PartName="/xl/worksheets/sheet1.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml"/><Override PartName="/xl/styles.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.styles+xml"/></Types>"#,
    ),
    (
        "_rels/.rels",
        r#"<?xml version="1.0" encoding="UTF-8" standalone="yes"?>
<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" Target="xl/workbook.xml"/></Relationships>"#,
    ),
    (
        "xl/_rels/workbook.xml.rels",
        r#"<?xml version="1.0" encoding="UTF-8" standalone="yes"?>
<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet" Target="worksheets/sheet1.xml"/><Relationship Id="rId2" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/styles" Target="styles.xml"/></Relationships>"#,
    ),
];

/// Statuses with the colours of fill and text.
const COLOURS: [(&str, &str, &str); 11] = [
    ("ok", "FFC6EFCE", "FF006100"),
    ("unchanged", "FFE2EFDA", "FF375623"),
    ("superseded", "FFEDEDED", "FF595959"),
    ("rejected", "FFFFC7CE", "FF9C0006"),
    ("failed", "FFF8CBAD", "FF833C0B"),
    ("invalid", "FFFFEB9C", "FF7F6000"),
    ("skipped", "FFDDEBF7", "FF1F4E78"),
    ("same", "FFC6EFCE", "FF006100"),
    ("different", "FFFFC7CE", "FF9C0006"),
    ("not found", "FFF8CBAD", "FF833C0B"),
    ("unknown", "FFFFEB9C", "FF7F6000"),
];
const HEADER_COLOUR: &str = "FFD9D9D9";

/// The formats, in the order of [`Style`]; 49 is that of texts.
fn styles() -> String {
    let font = |more: &str| format!("<font>{more}<sz val=\"11\"/><name val=\"Calibri\"/></font>");
    let coloured = |colour| {
        format!("<font><sz val=\"11\"/><color rgb=\"{colour}\"/><name val=\"Calibri\"/></font>")
    };
    let fill = |colour| {
        format!(
            "<fill><patternFill patternType=\"solid\"><fgColor rgb=\"{colour}\"/></patternFill></fill>"
        )
    };
    let format = |number: u8, font: usize, fill: usize, wrap: &str| {
        format!(
            "<xf numFmtId=\"{number}\" fontId=\"{font}\" fillId=\"{fill}\" borderId=\"0\" xfId=\"0\" applyNumberFormat=\"1\" applyFont=\"1\" applyFill=\"1\" applyAlignment=\"1\"><alignment vertical=\"top\"{wrap}/></xf>"
        )
    };
    let mut fonts = vec![font(""), font("<b/>")];
    fonts.extend(COLOURS.iter().map(|(.., text)| coloured(text)));
    let mut fills = vec![
        "<fill><patternFill patternType=\"none\"/></fill>".to_owned(),
        "<fill><patternFill patternType=\"gray125\"/></fill>".to_owned(),
        fill(HEADER_COLOUR),
    ];
    fills.extend(COLOURS.iter().map(|(_, colour, _)| fill(colour)));
    let mut formats = vec![
        "<xf numFmtId=\"0\" fontId=\"0\" fillId=\"0\" borderId=\"0\" xfId=\"0\"/>".to_owned(),
        format(0, 0, 0, ""),
        format(49, 0, 0, ""),
        format(49, 1, 2, ""),
        format(49, 0, 0, " wrapText=\"1\""),
    ];
    formats.extend((0..COLOURS.len()).map(|at| format(49, at + 2, at + 3, "")));
    let list = |name: &str, items: &[String]| {
        format!(
            "<{name} count=\"{}\">{}</{name}>",
            items.len(),
            items.concat()
        )
    };
    format!(
        "{XML}<styleSheet xmlns=\"{MAIN}\">{}{}<borders count=\"1\"><border><left/><right/><top/><bottom/><diagonal/></border></borders><cellStyleXfs count=\"1\"><xf numFmtId=\"0\" fontId=\"0\" fillId=\"0\" borderId=\"0\"/></cellStyleXfs>{}<cellStyles count=\"1\"><cellStyle name=\"Normal\" xfId=\"0\" builtinId=\"0\"/></cellStyles></styleSheet>",
        list("fonts", &fonts),
        list("fills", &fills),
        list("cellXfs", &formats),
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::files::Status;

    #[test]
    fn every_status_has_its_colours() {
        let statuses = Status::OF_RESULTS.iter().chain(Status::OF_READINGS);
        assert!(
            statuses
                .map(|status| status.as_str())
                .eq(COLOURS.map(|(status, ..)| status))
        );
    }
}
