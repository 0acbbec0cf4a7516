//! The names of a run's files.

use std::path::{Path, PathBuf};

use super::error::FileError;

/// Ends the name of the failures file beside a sheet.
const FAILURES: &str = ".failures.csv";
/// Ends the name of the results file beside a sheet.
const RESULTS: &str = ".results.csv";

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Paths {
    pub results: PathBuf,
    pub failures: PathBuf,
    /// Whether the failures still left take the sheet's place.
    pub replaces_sheet: bool,
}

impl Paths {
    /// Names the files of a run over `sheet` (`None`: standard input), as given or by the default
    /// rule: `x.csv` gives `x.results.csv` and `x.failures.csv`, and `x.failures.csv` gives
    /// `x.failures.results.csv` and itself.
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
        let beside = |path: &Path, ending: &str| {
            let mut name = path.file_stem().unwrap_or_default().to_owned();
            name.push(ending);
            path.with_file_name(name)
        };
        let Some(sheet) = sheet else {
            let results = results.ok_or(FileError::NoName)?;
            let failures = failures.unwrap_or_else(|| {
                let stem = results.with_extension("");
                let plain = match stem.extension() {
                    Some(extension) if extension == "results" => stem.clone(),
                    _ => results.clone(),
                };
                beside(&plain, FAILURES)
            });
            return Ok(Paths {
                results,
                failures,
                replaces_sheet: false,
            });
        };
        let is_failures = sheet
            .file_name()
            .is_some_and(|name| name.to_string_lossy().ends_with(FAILURES));
        let replaces_sheet =
            is_failures && failures.as_deref().is_none_or(|failures| failures == sheet);
        Ok(Paths {
            results: results.unwrap_or_else(|| beside(sheet, RESULTS)),
            failures: if replaces_sheet {
                sheet.to_owned()
            } else {
                failures.unwrap_or_else(|| beside(sheet, FAILURES))
            },
            replaces_sheet,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn paths(sheet: Option<&str>, results: Option<&str>, failures: Option<&str>) -> String {
        let path = PathBuf::from;
        match Paths::new(sheet.map(Path::new), results.map(path), failures.map(path)) {
            Ok(paths) => format!(
                "{} {} {}",
                paths.results.display(),
                paths.failures.display(),
                paths.replaces_sheet
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
                "x.failures.results.csv x.failures.csv true",
            ),
            (
                Some("x.failures.csv"),
                None,
                Some("y.csv"),
                "x.failures.results.csv y.csv false",
            ),
            (
                Some("x.failures.csv"),
                Some("r.csv"),
                Some("x.failures.csv"),
                "r.csv x.failures.csv true",
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
            assert_eq!(paths(sheet, results, failures), expected, "{sheet:?}");
        }
    }
}
