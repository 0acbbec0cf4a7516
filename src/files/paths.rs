//! The names of a run's files.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};

use super::error::FileError;
use super::fs::{shortened, with_suffix};

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Paths {
    pub results: PathBuf,
    pub failures: PathBuf,
    /// If the sheet is a failures file: the results it belongs to, to be updated if they are there.
    pub corrects: Option<PathBuf>,
    /// Whether the failures still left take the sheet's place.
    pub replaces_sheet: bool,
}

impl Paths {
    /// Names the files of a run over `sheet` (`None`: standard input), as given or by the default
    /// rule: `x.csv` gives `x.results.csv` and `x.failures.csv`; `x.failures.csv`, in whatever
    /// format, belongs to `x.results.csv` and is replaced, and where that is not to be had gives
    /// `x.failures.results.csv`.
    pub fn new(
        sheet: Option<&Path>,
        results: Option<PathBuf>,
        failures: Option<PathBuf>,
    ) -> Result<Paths, FileError> {
        for path in [&results, &failures].into_iter().flatten() {
            let extension = path.extension().unwrap_or_default().to_ascii_lowercase();
            let is_workbook = ["xls", "xlsx", "xlsm", "xlsb", "ods"];
            if path.as_os_str() == "-" || is_workbook.iter().any(|it| extension == **it) {
                return Err(FileError::NotCsv(path.clone()));
            }
        }
        let Some(sheet) = sheet else {
            let results = results.ok_or(FileError::NoName)?;
            let failures = failures.unwrap_or_else(|| named(&stem(&results, "results"), FAILURES));
            return Ok(Paths {
                results,
                failures,
                corrects: None,
                replaces_sheet: false,
            });
        };
        let base = stem(sheet, "failures");
        let is_failures = has_kind(sheet, "failures");
        let both_given = results.is_some() && failures.as_deref() == Some(sheet);
        let corrects = (is_failures || both_given)
            .then(|| results.clone().unwrap_or_else(|| named(&base, RESULTS)));
        let failures = failures.unwrap_or_else(|| named(&base, FAILURES));
        Ok(Paths {
            results: results.unwrap_or_else(|| named(&sheet.with_extension(""), RESULTS)),
            replaces_sheet: failures == sheet,
            failures,
            corrects,
        })
    }
}

impl Paths {
    /// Where results go: for a correction, to those that it corrects.
    pub fn results(&self, is_correction: bool) -> &Path {
        match &self.corrects {
            Some(corrected) if is_correction => corrected,
            _ => &self.results,
        }
    }
}

const FAILURES: &str = ".failures.csv";
const RESULTS: &str = ".results.csv";

/// Whether a file is a results or failures file by its name.
pub fn is_named_ours(path: &Path) -> bool {
    has_kind(path, "failures") || has_kind(path, "results")
}

/// Whether the name is like `x.KIND.csv`.
pub fn has_kind(path: &Path, kind: &str) -> bool {
    let stem = Path::new(path.file_stem().unwrap_or_default());
    stem.extension() == Some(OsStr::new(kind))
}

/// The path without its extension, and without `.KIND` before that.
fn stem(path: &Path, kind: &str) -> PathBuf {
    let stem = path.with_extension("");
    match has_kind(path, kind) {
        true => stem.with_extension(""),
        false => stem,
    }
}

/// Cut alike for both endings, if it must be: results and failures are known by each other's name.
fn named(stem: &Path, ending: &str) -> PathBuf {
    let mut name = shortened(stem.file_name().unwrap_or_default(), FAILURES.len());
    name.push(ending);
    stem.with_file_name(name)
}

/// Formats of sheets. Of sheets that differ in their extension alone, the first is named without.
const EXTENSIONS: [&str; 8] = ["csv", "tsv", "txt", "xlsx", "xlsm", "xlsb", "xls", "ods"];

/// The sheet beside this one that gives its results the name they would have.
pub fn namesake(sheet: &Path) -> Option<PathBuf> {
    let extension = sheet.extension()?.to_ascii_lowercase();
    if is_named_ours(sheet) {
        return None;
    }
    EXTENSIONS
        .iter()
        .take_while(|it| extension != ***it)
        .flat_map(|it| [(*it).to_owned(), it.to_uppercase()])
        .map(|it| sheet.with_extension(it))
        .find(|it| it.is_file())
}

/// The name that a sheet's files are named after: where the sheet has a namesake, with its
/// extension (`x.xlsx.results.csv`).
pub fn named_apart(sheet: &Path) -> PathBuf {
    match namesake(sheet) {
        Some(_) => with_suffix(sheet, ".csv"),
        None => sheet.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn paths(sheet: Option<&str>, results: Option<&str>, failures: Option<&str>) -> String {
        let path = PathBuf::from;
        match Paths::new(sheet.map(Path::new), results.map(path), failures.map(path)) {
            Ok(paths) => format!(
                "{} {} {}{}",
                paths.results.display(),
                paths.failures.display(),
                paths.replaces_sheet,
                paths
                    .corrects
                    .map_or(String::new(), |it| format!(" {}", it.display()))
            ),
            Err(error) => error.to_string(),
        }
    }

    #[test]
    fn names_by_the_default_rule() {
        for (sheet, results, failures, expected) in [
            (
                Some("d/x.csv"),
                None,
                None,
                "d/x.results.csv d/x.failures.csv false",
            ),
            (
                Some("x.xlsx"),
                None,
                None,
                "x.results.csv x.failures.csv false",
            ),
            (Some("x"), Some("r"), Some("f"), "r f false"),
            (
                Some("x.failures.csv"),
                None,
                None,
                "x.failures.results.csv x.failures.csv true x.results.csv",
            ),
            (
                Some("x.failures.csv"),
                None,
                Some("y.csv"),
                "x.failures.results.csv y.csv false x.results.csv",
            ),
            (
                Some("x.failures.csv"),
                Some("r.csv"),
                Some("x.failures.csv"),
                "r.csv x.failures.csv true r.csv",
            ),
            (
                Some("d/x.failures.xlsx"),
                None,
                None,
                "d/x.failures.results.csv d/x.failures.csv false d/x.results.csv",
            ),
            (
                Some("f.csv"),
                Some("r.csv"),
                Some("f.csv"),
                "r.csv f.csv true r.csv",
            ),
            (
                None,
                Some("d/out.csv"),
                None,
                "d/out.csv d/out.failures.csv false",
            ),
            (
                None,
                Some("out.results.csv"),
                None,
                "out.results.csv out.failures.csv false",
            ),
            (
                None,
                None,
                None,
                "a sheet from standard input or a pipe needs --results FILE",
            ),
        ] {
            let paths = paths(sheet, results, failures).replace('\\', "/");
            assert_eq!(paths, expected, "{sheet:?}");
        }
    }
}
