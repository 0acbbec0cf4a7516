//! Results and failures read back, whatever their format.

use std::fs::File;
use std::io::ErrorKind;
use std::path::Path;

use crate::files::error::FileError;
use crate::sheet::{Row, Sheet, SheetError, SheetOptions, Source};

/// The file as a table, if there is one; an error of the sheet where it is none.
///
/// # Errors
///
/// If the file is there and cannot be opened.
pub fn open_table(path: &Path) -> Result<Option<Result<Sheet, SheetError>>, FileError> {
    match File::open(path).and_then(|file| file.metadata()) {
        Ok(found) if !found.is_file() => return Err(FileError::not_a_file(path)),
        Ok(found) if found.len() == 0 => return Ok(None),
        Ok(_) => {}
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(FileError::io(path)(error)),
    }
    let options = SheetOptions {
        is_table: true,
        ..SheetOptions::default()
    };
    Ok(Some(Sheet::open(Source::Path(path.to_owned()), &options)))
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
