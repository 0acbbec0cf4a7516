//! Names that keep what the stand-in said apart from what the ERP said.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};

use super::paths::{has_kind, is_named_ours};

const MARK: &str = "sandbox";

/// The name that a sheet's files are named after in a run against the stand-in: `x.sandbox.csv`
/// for `x.csv`. Files of such a run keep their names.
pub fn stand_in_name(sheet: &Path) -> PathBuf {
    if is_of_stand_in(sheet) || has_kind(sheet, MARK) {
        return sheet.to_owned();
    }
    let mut name = sheet.file_stem().unwrap_or_default().to_owned();
    name.push(format!(".{MARK}."));
    name.push(sheet.extension().unwrap_or(OsStr::new("csv")));
    sheet.with_file_name(name)
}

/// Whether these are results or failures of a run against the stand-in, by their name.
pub fn is_of_stand_in(path: &Path) -> bool {
    let stem = Path::new(path.file_stem().unwrap_or_default());
    is_named_ours(path) && has_kind(stem, MARK)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_files_of_the_stand_in() {
        for (sheet, named) in [
            ("d/x.csv", "d/x.sandbox.csv"),
            ("x.y.xlsx", "x.y.sandbox.xlsx"),
            ("x", "x.sandbox.csv"),
            ("x.failures.csv", "x.failures.sandbox.csv"),
            ("x.sandbox.csv", "x.sandbox.csv"),
            ("d/x.sandbox.failures.csv", "d/x.sandbox.failures.csv"),
            ("x.sandbox.failures.xlsx", "x.sandbox.failures.xlsx"),
        ] {
            assert_eq!(stand_in_name(Path::new(sheet)), Path::new(named));
        }
        for (path, is) in [
            ("d/x.sandbox.failures.csv", true),
            ("x.sandbox.results.csv", true),
            ("x.sandbox.csv", false),
            ("x.failures.csv", false),
            ("sandbox.failures.csv", false),
        ] {
            assert_eq!(is_of_stand_in(Path::new(path)), is, "{path}");
        }
    }
}
