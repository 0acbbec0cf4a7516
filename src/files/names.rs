//! The names of files: of a run, of what is read back, and of what the stand-in said.

use std::ffi::OsStr;
use std::fs;
use std::path::{MAIN_SEPARATOR, Path, PathBuf};

use super::error::{FileError, shown};
use super::fs::{is_same, with_suffix};
use super::history::modified;
use super::results::OutputFormat;
use crate::language::say;

/// The files of a run.
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
    /// If the results are a directory, all of that is so there.
    ///
    /// Files that are not named have the format of the results that are there, else the `wanted`
    /// one, else that of the file that is named; failures that are given back as a workbook that of a
    /// workbook.
    pub fn new(
        sheet: Option<&Path>,
        results: Option<PathBuf>,
        failures: Option<PathBuf>,
        wanted: Wanted,
    ) -> Result<Paths, FileError> {
        let moved = in_directory(sheet, &results);
        let results = results.filter(|_| moved.is_none());
        let (typed, sheet) = (sheet, moved.as_deref().or(sheet));
        let given = format_of([&results, &failures])?;
        let base = base(sheet, results.as_deref(), "results")?;
        let kind = sheet.and_then(|sheet| {
            ["failures", "results"]
                .into_iter()
                .find(|it| has_kind(sheet, it))
        });
        let is_updated = kind.is_some() && results.is_none();
        let format = is_updated.then(|| format_of_results(&base)).flatten();
        let format = format.unwrap_or_else(|| wanted.or(given));
        let by_name = || kind.map(|_| named(&base, "results", format));
        let corrects = sheet.and_then(|_| results.clone().or_else(by_name));
        // What is given back as a workbook leaves one.
        let failures_format = if kind == Some("failures") && sheet.is_some_and(is_workbook) {
            wanted.option.unwrap_or(OutputFormat::Xlsx)
        } else {
            format
        };
        // Failures that are given back are replaced where they are, others stand beside the results.
        let elsewhere = results.as_ref().filter(|_| kind != Some("failures"));
        let failures =
            failures.unwrap_or_else(|| named_beside(elsewhere, &base, "failures", failures_format));
        // Without a sheet the results are given.
        let beside = sheet.map_or_else(|| base.clone(), |sheet| sheet.with_extension(""));
        Ok(Paths {
            replaces_sheet: typed == Some(&failures),
            results: results.unwrap_or_else(|| named(&beside, "results", format)),
            failures,
            corrects,
        })
    }

    /// Where what is read back goes, all of it and the rows that differ: as given, or by the default
    /// rule: `x.csv`, `x.results.csv` and `x.failures.csv` give `x.verified.csv` and
    /// `x.different.csv`, or workbooks of such names.
    pub fn of_readings(
        sheet: Option<&Path>,
        verified: Option<PathBuf>,
        different: Option<PathBuf>,
        wanted: Wanted,
    ) -> Result<Paths, FileError> {
        let moved = in_directory(sheet, &verified);
        let verified = verified.filter(|_| moved.is_none());
        let sheet = moved.as_deref().or(sheet);
        let format = wanted.or(format_of([&verified, &different])?);
        let base = base(sheet, verified.as_deref(), "verified")?;
        let different = different
            .unwrap_or_else(|| named_beside(verified.as_ref(), &base, "different", format));
        Ok(Paths {
            results: verified.unwrap_or_else(|| named(&base, "verified", format)),
            failures: different,
            corrects: None,
            replaces_sheet: false,
        })
    }
}

/// The format of files that are not named.
#[derive(Clone, Copy, Debug, Default)]
pub struct Wanted {
    /// As the command line says.
    pub option: Option<OutputFormat>,
    /// Where nothing else tells it.
    pub default: OutputFormat,
}

impl Wanted {
    fn or(self, given: Option<OutputFormat>) -> OutputFormat {
        self.option.or(given).unwrap_or(self.default)
    }
}

/// That of the first of the files that are named, if they can be written at all.
fn format_of(given: [&Option<PathBuf>; 2]) -> Result<Option<OutputFormat>, FileError> {
    for path in given.into_iter().flatten() {
        let is_other = is_workbook(path) && OutputFormat::of(path) == OutputFormat::Csv;
        if path.as_os_str() == "-" || is_other {
            let text = say!("files-not-a-format", path = shown(path));
            return Err(FileError::Refused(text));
        }
        if cfg!(windows) && is_device(path) {
            return Err(FileError::Refused(say!("files-device", path = shown(path))));
        }
    }
    let first = given.into_iter().flatten().next();
    Ok(first.map(|path| OutputFormat::of(path)))
}

/// Whether Windows takes the name for a device, whatever its extension is.
fn is_device(path: &Path) -> bool {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let name = name.split('.').next().unwrap_or_default().trim_end();
    let name = name.to_ascii_uppercase();
    let port = name.strip_prefix("COM").or(name.strip_prefix("LPT"));
    ["AUX", "CON", "CONIN$", "CONOUT$", "NUL", "PRN"].contains(&&*name)
        || port
            .is_some_and(|it| it.len() == 1 && it != "0" && it.chars().all(|c| c.is_ascii_digit()))
}

/// The results that are there of runs over a sheet: in the directory that is given, else beside it.
pub fn results_of(sheet: &Path, given: &Option<PathBuf>) -> Option<PathBuf> {
    let results = |sheet: &Path| {
        let base = stem(sheet, &[]);
        Some(named(&base, "results", format_of_results(&base)?))
    };
    let moved = in_directory(Some(sheet), given);
    moved.and_then(|it| results(&it)).or_else(|| results(sheet))
}

/// The format of the results that are there; of both, of the file written last.
fn format_of_results(base: &Path) -> Option<OutputFormat> {
    let written = |format: &OutputFormat| modified(&named(base, "results", *format));
    let formats = [OutputFormat::Xlsx, OutputFormat::Csv].into_iter();
    let there = formats.filter(|format| written(format).is_some());
    there.max_by_key(written)
}

fn is_workbook(path: &Path) -> bool {
    let extension = path.extension().unwrap_or_default();
    let mut workbooks = EXTENSIONS.iter().skip_while(|it| **it != "xlsx");
    workbooks.any(|it| extension.eq_ignore_ascii_case(it))
}

/// The same file of failures in other formats, as far as it is there.
pub fn in_other_formats(failures: &Path) -> impl Iterator<Item = PathBuf> {
    let is_failures = has_kind(failures, "failures");
    let formats = EXTENSIONS.iter().filter(move |_| is_failures);
    let others = formats.map(|it| failures.with_extension(it));
    others.filter(|it| it.is_file() && !is_same(it, failures))
}

/// Whether a file is one of this program's by its name.
pub fn is_named_ours(path: &Path) -> bool {
    let mut kinds = ["failures", "results", "verified", "different"].into_iter();
    kinds.any(|kind| has_kind(path, kind))
}

/// Whether the name is like `x.KIND.csv`, or like `x.KIND-2.csv`, which is written beside that.
fn has_kind(path: &Path, kind: &str) -> bool {
    let stem = Path::new(path.file_stem().unwrap_or_default());
    let its = stem.extension().unwrap_or_default().to_string_lossy();
    its.strip_prefix(kind).is_some_and(|rest| {
        let number = rest.strip_prefix('-').map(str::parse::<u32>);
        rest.is_empty() || number.is_some_and(|it| it.is_ok())
    })
}

/// The path without its extension, and without `.KIND` before that.
fn stem(path: &Path, kinds: &[&str]) -> PathBuf {
    let stem = path.with_extension("");
    if kinds.iter().any(|kind| has_kind(path, kind)) {
        stem.with_extension("")
    } else {
        stem
    }
}

/// What files are named after: the sheet, or else the file of this kind that is given.
fn base(sheet: Option<&Path>, given: Option<&Path>, kind: &str) -> Result<PathBuf, FileError> {
    match (sheet, given) {
        (Some(sheet), _) => Ok(stem(sheet, &["failures", "results"])),
        (None, Some(given)) => Ok(stem(given, &[kind])),
        (None, None) => Err(FileError::Refused(say!("files-no-name"))),
    }
}

/// The same in the directory of the other file, if that is given.
fn named_beside(other: Option<&PathBuf>, stem: &Path, kind: &str, format: OutputFormat) -> PathBuf {
    let named = named(stem, kind, format);
    match other {
        Some(other) => other.with_file_name(named.file_name().unwrap_or_default()),
        None => named,
    }
}

/// Where the results that are given are a directory, everything stands there as it would beside the
/// sheet: the name to go by there.
fn in_directory(sheet: Option<&Path>, results: &Option<PathBuf>) -> Option<PathBuf> {
    let is_directory =
        |it: &&PathBuf| it.is_dir() || it.to_string_lossy().ends_with(['/', MAIN_SEPARATOR]);
    let directory = results.as_ref().filter(is_directory)?;
    let found = fs::canonicalize(directory).ok();
    if found.is_some() && found == fs::canonicalize(super::fs::directory(sheet?)).ok() {
        return sheet.map(Path::to_owned);
    }
    Some(directory.join(sheet?.file_name()?))
}

fn named(stem: &Path, kind: &str, format: OutputFormat) -> PathBuf {
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
    let before = EXTENSIONS.iter().take_while(|it| extension != ***it);
    before
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

/// Keeps what the stand-in said apart from what the ERP said.
const SANDBOX: &str = "sandbox";

/// The name that a sheet's files are named after in a run against the stand-in: `x.sandbox.csv`
/// for `x.csv`. Files of such a run keep their names.
pub fn stand_in_name(sheet: &Path) -> PathBuf {
    if is_of_stand_in(sheet) || has_kind(sheet, SANDBOX) {
        return sheet.to_owned();
    }
    let mut name = sheet.file_stem().unwrap_or_default().to_owned();
    name.push(format!(".{SANDBOX}."));
    name.push(sheet.extension().unwrap_or(OsStr::new("csv")));
    sheet.with_file_name(name)
}

/// Whether these are results or failures of a run against the stand-in, by their name.
pub fn is_of_stand_in(path: &Path) -> bool {
    let stem = Path::new(path.file_stem().unwrap_or_default());
    is_named_ours(path) && has_kind(stem, SANDBOX)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Three paths, of which `-` is none.
    fn given(paths: &str) -> [Option<PathBuf>; 3] {
        let mut paths = paths.split(' ');
        std::array::from_fn(|_| paths.next().filter(|it| *it != "-").map(PathBuf::from))
    }

    #[test]
    fn devices_are_known_by_their_names() {
        let devices = ["NUL", "x/con.csv", "aux .results.xlsx", "Com1", "lpt9.csv"];
        let files = ["null.csv", "COM", "com10.csv", "com0", "x.con", "icon.csv"];
        assert!(devices.iter().all(|name| is_device(Path::new(name))));
        assert!(!files.iter().any(|name| is_device(Path::new(name))));
    }

    fn join(paths: &[&PathBuf]) -> String {
        let paths: Vec<String> = paths.iter().map(|it| shown(it)).collect();
        paths.join(" ").replace('\\', "/")
    }

    #[test]
    fn the_files_of_a_run_are_named_after_the_sheet() {
        for (paths, named, corrects) in [
            ("d/x.csv - -", "d/x.results.csv d/x.failures.csv", ""),
            ("x.xlsx - -", "x.results.csv x.failures.csv", ""),
            ("x r f", "r f", "r"),
            ("d/x.csv e/r.csv -", "e/r.csv e/x.failures.csv", "e/r.csv"),
            ("d/x.csv e/ -", "e/x.results.csv e/x.failures.csv", ""),
            ("x.csv . f.csv", "x.results.csv f.csv", ""),
            (
                "d/x.failures.csv e/ -",
                "e/x.failures.results.csv e/x.failures.csv",
                "e/x.results.csv",
            ),
            (
                "x.failures-2.csv - -",
                "x.failures-2.results.csv x.failures.csv",
                "x.results.csv",
            ),
            (
                "d/x.results.csv - -",
                "d/x.results.results.csv d/x.failures.csv",
                "d/x.results.csv",
            ),
            (
                "x.failures.csv - -",
                "x.failures.results.csv x.failures.csv",
                "x.results.csv",
            ),
            (
                "x.failures.xlsx - y.csv",
                "x.failures.results.csv y.csv",
                "x.results.csv",
            ),
            (
                "x.failures.ods - -",
                "x.failures.results.csv x.failures.xlsx",
                "x.results.csv",
            ),
            ("f.csv r.csv f.csv", "r.csv f.csv", "r.csv"),
            ("- d/out.csv -", "d/out.csv d/out.failures.csv", ""),
            (
                "- out.results.csv -",
                "out.results.csv out.failures.csv",
                "",
            ),
        ] {
            let [sheet, results, failures] = given(paths);
            let found = Paths::new(sheet.as_deref(), results, failures, Wanted::default());
            let found = found.expect("names");
            assert_eq!(join(&[&found.results, &found.failures]), named, "{paths}");
            assert_eq!(join(&Vec::from_iter(&found.corrects)), corrects, "{paths}");
            let is_sheet = sheet.as_ref() == Some(&found.failures);
            assert_eq!(found.replaces_sheet, is_sheet, "{paths}");
        }
        let error = Paths::new(None, None, None, Wanted::default()).expect_err("no name");
        assert!(error.to_string().contains("needs --results FILE"));
    }

    #[test]
    fn readings_are_named_after_the_sheet_of_results_and_failures() {
        for (paths, named) in [
            ("d/x.csv - -", "d/x.verified.csv d/x.different.csv"),
            ("x.results.csv - -", "x.verified.csv x.different.csv"),
            ("x.failures.xlsx - -", "x.verified.csv x.different.csv"),
            ("x v.xlsx -", "v.xlsx x.different.xlsx"),
            ("- v.verified.csv -", "v.verified.csv v.different.csv"),
            ("x v d", "v d"),
            ("d/x e/v.csv -", "e/v.csv e/x.different.csv"),
            ("d/x e/ -", "e/x.verified.csv e/x.different.csv"),
        ] {
            let [sheet, verified, different] = given(paths);
            let wanted = Wanted::default();
            let found = Paths::of_readings(sheet.as_deref(), verified, different, wanted);
            let found = found.expect("names");
            assert_eq!(join(&[&found.results, &found.failures]), named);
        }
        assert!(Paths::of_readings(None, None, None, Wanted::default()).is_err());
    }

    #[test]
    fn files_of_the_stand_in_are_named_apart() {
        for (sheet, named, is) in [
            ("d/x.csv", "d/x.sandbox.csv", false),
            ("x", "x.sandbox.csv", false),
            ("x.failures.csv", "x.failures.sandbox.csv", false),
            ("x.sandbox.csv", "x.sandbox.csv", false),
            ("d/x.sandbox.results.xlsx", "d/x.sandbox.results.xlsx", true),
        ] {
            assert_eq!(stand_in_name(Path::new(sheet)), Path::new(named));
            assert_eq!(is_of_stand_in(Path::new(sheet)), is, "{sheet}");
        }
    }
}
