//! What kind of file a sheet is, by its content.

use std::fmt;

/// What kind of file a sheet is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// Text separated by commas.
    Csv,
    /// Text separated by tabs.
    Tsv,
    /// Text separated by something else.
    Text,
    /// Excel workbook (`.xlsx`, `.xlsm`).
    Xlsx,
    /// Binary Excel workbook.
    Xlsb,
    /// Excel 97–2003 workbook.
    Xls,
    /// OpenDocument spreadsheet.
    Ods,
}

impl Format {
    pub(super) fn of_delimiter(delimiter: char) -> Format {
        match delimiter {
            ',' => Format::Csv,
            '\t' => Format::Tsv,
            _ => Format::Text,
        }
    }
}

impl fmt::Display for Format {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Format::Csv => "CSV",
            Format::Tsv => "TSV",
            Format::Text => "delimited text",
            Format::Xlsx => "xlsx",
            Format::Xlsb => "xlsb",
            Format::Xls => "xls",
            Format::Ods => "ods",
        })
    }
}

/// What a file's first bytes say.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// A zip archive, as newer workbooks are.
    Zip,
    /// An OLE compound file, as `.xls` and encrypted workbooks are.
    Compound,
    /// No sheet; what it is instead.
    Other(&'static str),
    Text,
}

/// How many bytes [`kind`] and [`markup`] look at.
pub(super) const LOOKED_AT: usize = 4096;

pub(super) fn kind(head: &[u8]) -> Kind {
    let signatures: [(&[u8], Kind); 8] = [
        (b"PK\x03\x04", Kind::Zip),
        (b"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1", Kind::Compound),
        (b"PK\x05\x06", Kind::Other("an empty archive")),
        (b"%PDF-", Kind::Other("a PDF")),
        (b"\x1F\x8B", Kind::Other("a gzip archive")),
        (b"Rar!\x1A", Kind::Other("a RAR archive")),
        (b"7z\xBC\xAF\x27\x1C", Kind::Other("a 7z archive")),
        (b"\x89PNG", Kind::Other("a picture")),
    ];
    signatures
        .into_iter()
        .find(|(signature, _)| head.starts_with(signature))
        .map_or(Kind::Text, |(_, kind)| kind)
}

/// What markup the text is, if it is: exports named `.xls` are often web pages.
pub(super) fn markup(text: &str) -> Option<&'static str> {
    let text = text.trim_start_matches(|c: char| c.is_whitespace() || c == '\u{FEFF}');
    if !text.starts_with('<') {
        return None;
    }
    let text = text.to_ascii_lowercase();
    let starts = |tags: &[&str]| tags.iter().any(|tag| text.starts_with(tag));
    if text.starts_with("<?xml") {
        let workbook = text.contains("workbook");
        Some(if text.contains("<html") {
            "a web page (HTML)"
        } else if workbook {
            "an XML spreadsheet"
        } else {
            "XML"
        })
    } else if starts(&[
        "<html",
        "<table",
        "<!doctype",
        "<meta",
        "<head",
        "<body",
        "<style",
        "<div",
        "<tr",
        "<!--",
    ]) {
        Some("a web page (HTML)")
    } else if starts(&["<workbook", "<ss:workbook"]) {
        Some("an XML spreadsheet")
    } else {
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn content_tells_the_kind() {
        assert_eq!(kind(b"PK\x03\x04rest"), Kind::Zip);
        assert_eq!(kind(b"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1"), Kind::Compound);
        assert_eq!(kind(b"%PDF-1.4"), Kind::Other("a PDF"));
        assert_eq!(kind(b"PK,x"), Kind::Text);
        assert_eq!(kind(b""), Kind::Text);
    }

    #[test]
    fn markup_is_known_after_white_space() {
        let page = Some("a web page (HTML)");
        assert_eq!(markup("\u{feff}\r\n <HTML><body>"), page);
        assert_eq!(markup("<table border=1>"), page);
        assert_eq!(markup("<!DOCTYPE html>"), page);
        assert_eq!(markup("<meta charset=gbk>"), page);
        let xml = "<?xml version=\"1.0\"?>\n<?mso-application progid=\"Excel.Sheet\"?>\n<Workbook";
        assert_eq!(markup(xml), Some("an XML spreadsheet"));
        assert_eq!(markup("<5,x"), None);
        assert_eq!(markup("purchase_no,<html>"), None);
    }
}
