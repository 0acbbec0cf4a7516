//! Files that are no sheets, or none that are read.

use std::fmt;

use crate::language::say;

/// What a file is instead.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Foreign {
    Archive,
    EmptyArchive,
    Gzip,
    Rar,
    SevenZip,
    Workbook,
    OldWorkbook,
    Dbase,
    Sylk,
    FlatOds,
    WebArchive,
    Xml,
    Json,
    Pdf,
    Picture,
    Rtf,
    Sqlite,
}

impl fmt::Display for Foreign {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&match self {
            Foreign::Archive => say!("sheet-foreign-archive"),
            Foreign::EmptyArchive => say!("sheet-foreign-empty-archive"),
            Foreign::Gzip => say!("sheet-foreign-gzip"),
            Foreign::Rar => say!("sheet-foreign-rar"),
            Foreign::SevenZip => say!("sheet-foreign-7z"),
            Foreign::Workbook => say!("sheet-foreign-workbook"),
            Foreign::OldWorkbook => say!("sheet-foreign-old-workbook"),
            Foreign::Dbase => say!("sheet-foreign-dbase"),
            Foreign::Sylk => say!("sheet-foreign-sylk"),
            Foreign::FlatOds => say!("sheet-foreign-flat-ods"),
            Foreign::WebArchive => say!("sheet-foreign-web-archive"),
            Foreign::Xml => say!("sheet-foreign-xml"),
            Foreign::Json => say!("sheet-foreign-json"),
            Foreign::Pdf => say!("sheet-foreign-pdf"),
            Foreign::Picture => say!("sheet-foreign-picture"),
            Foreign::Rtf => say!("sheet-foreign-rtf"),
            Foreign::Sqlite => say!("sheet-foreign-sqlite"),
        })
    }
}

pub(super) fn not_a_sheet(what: Foreign) -> String {
    say!("sheet-not-a-sheet", what = what.to_string())
}

pub(super) fn save_again(what: Foreign) -> String {
    say!("sheet-save-again", what = what.to_string())
}
