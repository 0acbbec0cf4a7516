//! The names of a run's files.

use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};

use super::error::{FileError, shown};
use super::fs::with_suffix;
use super::results::OutputFormat;
use crate::language::say;

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Paths {
    pub results: PathBuf,
    pub failures: PathBuf,
    /// The results that the sheet belongs to if it is a file of this program's, to be updated if
    /// they are there.
    pub corrects: Option<PathBuf>,
    /// Whether the failures still left take the sheet's place.
    pub replaces_sheet: bool,
}

impl Paths {
    /// Names the files of a run over `sheet` (`None`: standard input), as given or by the default
    /// rule: `x.csv` gives `x.results.csv` and `x.failures.csv`, or workbooks of such names;
    /// `x.failures.csv`, in whatever format, belongs to `x.results.csv` or `x.results.xlsx` and is
    /// replaced, and where that is not to be had gives `x.failures.results.csv`; so does
    /// `x.results.csv`.
    ///
    /// Files that are not named have the format of the results that are there, else the `wanted`
    /// one, else that of the file that is named.
    pub fn new(
        sheet: Option<&Path>,
        results: Option<PathBuf>,
        failures: Option<PathBuf>,
        wanted: Wanted,
    ) -> Result<Paths, FileError> {
        let given = [&results, &failures].into_iter().flatten();
        let given_format = format_of(given)?;
        let is_kind = |kind| sheet.is_some_and(|sheet| has_kind(sheet, kind));
        let (is_failures, is_results) = (is_kind("failures"), is_kind("results"));
        let base = sheet.map(|sheet| stem(sheet, if is_results { "results" } else { "failures" }));
        let is_given_back = is_failures || is_results;
        let found = base
            .as_deref()
            .filter(|_| is_given_back && results.is_none());
        let format = found
            .and_then(|base| format_of_newest(base, "results"))
            .or(wanted.option)
            .or(given_format)
            .unwrap_or(wanted.default);
        let (Some(sheet), Some(base)) = (sheet, base) else {
            let results = results.ok_or_else(FileError::no_name)?;
            let failures =
                failures.unwrap_or_else(|| named(&stem(&results, "results"), "failures", format));
            return Ok(Paths {
                results,
                failures,
                corrects: None,
                replaces_sheet: false,
            });
        };
        let by_name = || is_given_back.then(|| named(&base, "results", format));
        let corrects = results.clone().or_else(by_name);
        let failures = failures.unwrap_or_else(|| named(&base, "failures", format));
        let results =
            results.unwrap_or_else(|| named(&sheet.with_extension(""), "results", format));
        Ok(Paths {
            results,
            replaces_sheet: failures == sheet,
            failures,
            corrects,
        })
    }
}

/// That of the first of the files that are named, if they can be written at all.
pub fn format_of<'p>(
    given: impl Iterator<Item = &'p PathBuf>,
) -> Result<Option<OutputFormat>, FileError> {
    let mut format = None;
    for path in given {
        let extension = path.extension().unwrap_or_default().to_ascii_lowercase();
        let is_other = ["xls", "xlsm", "xlsb", "ods"];
        if path.as_os_str() == "-" || is_other.iter().any(|it| extension == **it) {
            let text = say!("files-not-a-format", path = shown(path));
            return Err(FileError::Refused(text));
        }
        format = format.or(Some(OutputFormat::of(path)));
    }
    Ok(format)
}

/// The format of files that are not named.
#[derive(Clone, Copy, Debug, Default)]
pub struct Wanted {
    /// As the command line says.
    pub option: Option<OutputFormat>,
    /// Where nothing else tells it.
    pub default: OutputFormat,
}

/// The format of the file of that kind that is there; of both, of the one written last.
fn format_of_newest(base: &Path, kind: &str) -> Option<OutputFormat> {
    let written = |format: &OutputFormat| {
        let found = fs::metadata(named(base, kind, *format));
        found.and_then(|found| found.modified()).ok()
    };
    [OutputFormat::Xlsx, OutputFormat::Csv]
        .into_iter()
        .filter_map(|format| Some((written(&format)?, format)))
        .max_by_key(|(written, _)| *written)
        .map(|(_, format)| format)
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

/// Whether a file is one of this program's by its name.
pub fn is_named_ours(path: &Path) -> bool {
    let mut kinds = ["failures", "results", "verified", "different"].into_iter();
    kinds.any(|kind| has_kind(path, kind))
}

/// Whether the name is like `x.KIND.csv`.
pub fn has_kind(path: &Path, kind: &str) -> bool {
    let stem = Path::new(path.file_stem().unwrap_or_default());
    stem.extension() == Some(OsStr::new(kind))
}

/// The path without its extension, and without `.KIND` before that.
pub fn stem(path: &Path, kind: &str) -> PathBuf {
    let stem = path.with_extension("");
    if has_kind(path, kind) {
        stem.with_extension("")
    } else {
        stem
    }
}

pub fn named(stem: &Path, kind: &str, format: OutputFormat) -> PathBuf {
    with_suffix(stem, &format!(".{kind}.{}", format.as_str()))
}

/// What stands beside a file while a run is under way. A workbook has that of the CSV file of its
/// name, so that runs over one sheet in either format know of each other.
pub fn companion(path: &Path, suffix: &str) -> PathBuf {
    match OutputFormat::of(path) {
        OutputFormat::Csv => with_suffix(path, suffix),
        OutputFormat::Xlsx => with_suffix(&path.with_extension("csv"), suffix),
    }
}

/// The results or failures beside these that are in the other format.
pub fn of_other_format(path: &Path) -> Option<PathBuf> {
    let other = match OutputFormat::of(path) {
        OutputFormat::Csv => OutputFormat::Xlsx,
        OutputFormat::Xlsx => OutputFormat::Csv,
    };
    is_named_ours(path).then(|| path.with_extension(other.as_str()))
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
        let wanted = Wanted::default();
        match Paths::new(
            sheet.map(Path::new),
            results.map(path),
            failures.map(path),
            wanted,
        ) {
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
            (Some("x"), Some("r"), Some("f"), "r f false r"),
            (
                Some("d/x.results.csv"),
                None,
                None,
                "d/x.results.results.csv d/x.failures.csv false d/x.results.csv",
            ),
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
