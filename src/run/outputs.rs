//! Where a run's files go, and what must not be there.

use std::fs::{self, File};
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use super::format::{BOM, Shape};
use super::lock::{self, Lock};
use super::record;
use crate::sheet::{APPENDED, Sheet};

/// Ends the name of the failures file beside a sheet.
const FAILURES: &str = ".failures.csv";
/// Ends the name of the results file beside a sheet.
const RESULTS: &str = ".results.csv";
/// Why a run's files cannot be had.
#[derive(Debug, thiserror::Error)]
pub enum OutputError {
    /// A sheet from standard input has no name to derive the results' name from.
    #[error("a sheet from standard input or a pipe needs --results FILE")]
    NoName,
    /// Two of the run's files would be one.
    #[error("the run would need `{0}` twice; name other files with --results and --failures")]
    Same(PathBuf),
    /// The file is the sheet.
    #[error(
        "`{0}` is the sheet itself, or a file it needs; name another with --results or --failures"
    )]
    IsSheet(PathBuf),
    /// There is something there that is no regular file.
    #[error("`{0}` is not a regular file; name another with --results or --failures")]
    NotAFile(PathBuf),
    /// There is a file there that this program did not write.
    #[error(
        "`{0}` exists and was not written by wdt-flags; move it away, or name another file with --results or --failures"
    )]
    NotOurs(PathBuf),
    /// The failures were to replace the sheet, which somebody has given another form.
    #[error(
        "`{0}` is the sheet and does not end with the columns that wdt-flags wrote, so it is not replaced; name another file with --failures"
    )]
    SheetNotOurs(PathBuf),
    /// Results are CSV.
    #[error("`{0}` cannot be written: results and failures are CSV files; name one ending in .csv")]
    NotCsv(PathBuf),
    /// Another run is at work on the same files.
    #[error(
        "another run is writing `{path}` ({holder}); wait for it to end, or name other files with --results and --failures"
    )]
    Locked {
        /// The file.
        path: PathBuf,
        /// Who, and since when.
        holder: String,
    },
    /// The operating system refuses.
    #[error("cannot write `{path}`: {source}")]
    Io {
        /// The file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
}

impl OutputError {
    pub(super) fn io(path: &Path) -> impl FnOnce(io::Error) -> OutputError + '_ {
        |source| OutputError::Io {
            path: path.to_owned(),
            source,
        }
    }
}

/// The names of a run's files.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Paths {
    /// Every row.
    pub results: PathBuf,
    /// The rows that need another look.
    pub failures: PathBuf,
    /// Whether the failures still left take the sheet's place.
    pub replaces_sheet: bool,
}

impl Paths {
    /// Names the files of a run over `sheet` (`None`: standard input), as given or by the default
    /// rule: `x.csv` gives `x.results.csv` and `x.failures.csv`, and `x.failures.csv` gives
    /// `x.failures.results.csv` and itself.
    ///
    /// # Errors
    ///
    /// [`OutputError::NoName`] if there is nothing to derive a name from, and
    /// [`OutputError::NotCsv`] if a name is that of something else.
    pub fn new(
        sheet: Option<&Path>,
        results: Option<PathBuf>,
        failures: Option<PathBuf>,
    ) -> Result<Paths, OutputError> {
        for path in [&results, &failures].into_iter().flatten() {
            let extension = path.extension().unwrap_or_default().to_ascii_lowercase();
            let is_workbook = ["xls", "xlsx", "xlsm", "xlsb", "ods"];
            if path.as_os_str() == "-" || is_workbook.iter().any(|it| extension == **it) {
                return Err(OutputError::NotCsv(path.clone()));
            }
        }
        let beside = |path: &Path, ending: &str| {
            let mut name = path.file_stem().unwrap_or_default().to_owned();
            name.push(ending);
            path.with_file_name(name)
        };
        let Some(sheet) = sheet else {
            let results = results.ok_or(OutputError::NoName)?;
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

/// A run's files, checked and locked. The locks go with it.
#[derive(Debug)]
pub(super) struct Outputs {
    pub(super) results: PathBuf,
    pub(super) failures: PathBuf,
    pub(super) record: PathBuf,
    pub(super) replaces_sheet: bool,
    _locks: [Lock; 2],
}

impl Outputs {
    /// Checks that nothing in the way is anybody else's, and locks the files.
    ///
    /// # Errors
    ///
    /// [`OutputError`]; nothing has been changed then.
    pub(super) fn claim(paths: &Paths, sheet: &Sheet) -> Result<Outputs, OutputError> {
        let results = target(&paths.results)?;
        let failures = target(&paths.failures)?;
        let record = with_suffix(&results, ".partial");
        let drafts = [draft(&results), draft(&failures)];
        let locks = [lock::path_of(&results), lock::path_of(&failures)];

        let files = [&results, &failures, &record].into_iter();
        let files: Vec<_> = files.chain(&drafts).chain(&locks).collect();
        for file in &files {
            check_regular(file)?;
        }
        for (at, file) in files.iter().enumerate() {
            if files[..at].iter().any(|other| is_same(file, other)) {
                return Err(OutputError::Same(file.to_path_buf()));
            }
            let is_sheet = sheet.path().is_some_and(|sheet| is_same(file, sheet));
            if is_sheet && !(paths.replaces_sheet && **file == failures) {
                return Err(OutputError::IsSheet(file.to_path_buf()));
            }
        }
        // Results and failures are put in their place whole; the others may have been cut off.
        check_ours(&results, &[])?;
        match (paths.replaces_sheet, sheet.is_ours()) {
            (true, true) => {}
            (true, false) => return Err(OutputError::SheetNotOurs(failures)),
            (false, _) => check_ours(&failures, &[])?,
        }
        check_ours(&record, &[record::header(sheet)])?;
        for draft in &drafts {
            check_ours(draft, &draft_headers(sheet))?;
        }
        for lock in &locks {
            lock::check(lock)?;
        }
        Ok(Outputs {
            _locks: [Lock::take(&results)?, Lock::take(&failures)?],
            results,
            failures,
            record,
            replaces_sheet: paths.replaces_sheet,
        })
    }
}

/// A file being written beside the one it is to become.
#[derive(Debug)]
pub(super) struct Draft {
    file: Option<File>,
    path: PathBuf,
    becomes: PathBuf,
}

impl Draft {
    /// Creates the draft of `becomes`, so that it is known that it can be written.
    ///
    /// # Errors
    ///
    /// [`OutputError::Io`].
    pub(super) fn create(becomes: &Path) -> Result<Draft, OutputError> {
        let path = draft(becomes);
        let file = File::create(&path).map_err(OutputError::io(becomes))?;
        Ok(Draft {
            file: Some(file),
            path,
            becomes: becomes.to_owned(),
        })
    }

    /// An I/O error on the draft, as one on the file it is to become.
    pub(super) fn error(&self, source: io::Error) -> OutputError {
        OutputError::io(&self.becomes)(source)
    }

    /// What to write to.
    pub(super) fn file(&self) -> io::Result<&File> {
        self.file.as_ref().ok_or_else(|| io::Error::other("closed"))
    }

    /// Forces the draft to disk and puts it in the place of what it becomes.
    ///
    /// # Errors
    ///
    /// [`OutputError::Io`]; the old file is still there then.
    pub(super) fn publish(mut self) -> Result<(), OutputError> {
        let published = self.file().and_then(File::sync_all).and_then(|()| {
            // Windows cannot rename an open file.
            self.file = None;
            fs::rename(&self.path, &self.becomes)
        });
        published.map_err(OutputError::io(&self.becomes))?;
        sync_directory(&self.becomes);
        Ok(())
    }
}

impl Drop for Draft {
    fn drop(&mut self) {
        // Once published there is nothing left under this name.
        self.file = None;
        let _ = fs::remove_file(&self.path);
    }
}

/// The file behind a path: writing to a symbolic link writes to what it points to.
fn target(path: &Path) -> Result<PathBuf, OutputError> {
    match fs::symlink_metadata(path) {
        Ok(found) if found.is_symlink() => fs::canonicalize(path).map_err(OutputError::io(path)),
        _ => Ok(path.to_owned()),
    }
}

/// Whether two paths name one file, be it there or not.
fn is_same(one: &Path, other: &Path) -> bool {
    // Opening anything but a regular file, to compare, could wait for ever.
    let is_file = |path: &Path| fs::metadata(path).is_ok_and(|found| found.is_file());
    plain(one) == plain(other)
        || is_file(one) && is_file(other) && same_file::is_same_file(one, other).unwrap_or(false)
}

/// The path without detours through directories.
fn plain(path: &Path) -> PathBuf {
    match (fs::canonicalize(directory(path)), path.file_name()) {
        (Ok(directory), Some(name)) => directory.join(name),
        _ => path.to_owned(),
    }
}

fn directory(file: &Path) -> &Path {
    match file.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent,
        _ => Path::new("."),
    }
}

/// What is at the path itself; `None` if it is free.
pub(super) fn found(path: &Path) -> Result<Option<fs::Metadata>, OutputError> {
    match fs::symlink_metadata(path) {
        Ok(found) => Ok(Some(found)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(OutputError::io(path)(error)),
    }
}

/// An error unless the path is free or a regular file.
fn check_regular(path: &Path) -> Result<(), OutputError> {
    match found(path)? {
        Some(found) if !found.is_file() => Err(OutputError::NotAFile(path.to_owned())),
        _ => Ok(()),
    }
}

/// How drafts of results and failures may begin.
fn draft_headers(sheet: &Sheet) -> [Vec<u8>; 2] {
    [false, true].map(|extra_fields| {
        let header = Shape::of(sheet, extra_fields).header_line(sheet.columns());
        [BOM, &header].concat()
    })
}

/// An error unless the path is free or holds a file with this program's columns last, or one that
/// was cut off within one of `headers`.
fn check_ours(path: &Path, headers: &[Vec<u8>]) -> Result<(), OutputError> {
    if found(path)?.is_none_or(|found| found.len() == 0) {
        return Ok(());
    }
    let mut begin = Vec::new();
    File::open(path)
        .and_then(|file| file.take(1024 * 1024).read_to_end(&mut begin))
        .map_err(OutputError::io(path))?;
    let cut_off = |header: &Vec<u8>| {
        header.starts_with(&begin)
            || header
                .strip_prefix(BOM)
                .is_some_and(|it| it.starts_with(&begin))
    };
    if headers.iter().any(cut_off) {
        return Ok(());
    }
    let mut csv = csv::ReaderBuilder::new()
        .has_headers(false)
        .from_reader(begin.as_slice());
    let mut header = csv::StringRecord::new();
    let read = csv.read_record(&mut header);
    let mut columns = header.iter().rev().peekable();
    columns.next_if_eq(&record::RUN);
    let ours = APPENDED
        .iter()
        .rev()
        .all(|name| columns.next() == Some(name));
    if matches!(read, Ok(true)) && ours && columns.next().is_some() {
        Ok(())
    } else {
        Err(OutputError::NotOurs(path.to_owned()))
    }
}

/// Makes what was done to a file's name durable, where the system can do that. Where it cannot,
/// nothing is wrong with the file.
pub(super) fn sync_directory(file: &Path) {
    if cfg!(unix) {
        let _ = File::open(directory(file)).and_then(|directory| directory.sync_all());
    }
}

fn draft(path: &Path) -> PathBuf {
    with_suffix(path, ".tmp")
}

pub(super) fn with_suffix(path: &Path, suffix: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(suffix);
    PathBuf::from(name)
}

/// Moves a file that is in the way aside, under a name that tells when, and returns that name.
///
/// # Errors
///
/// [`OutputError::Io`].
pub(super) fn set_aside(path: &Path) -> Result<PathBuf, OutputError> {
    let stamp = jiff::ZonedDateTime::now()
        .strftime(".%Y%m%dT%H%M%S")
        .to_string();
    let mut aside = with_suffix(path, &stamp);
    for n in 2.. {
        if fs::symlink_metadata(&aside).is_err() {
            break;
        }
        aside = with_suffix(path, &format!("{stamp}-{n}"));
    }
    fs::rename(path, &aside).map_err(OutputError::io(path))?;
    Ok(aside)
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

    #[test]
    fn only_our_own_files_are_overwritten() {
        let directory = tempfile::tempdir().expect("a directory");
        let path = directory.path().join("x.csv");
        assert!(check_ours(&path, &[]).is_ok(), "free");
        let six = "line,status,code,message,attempts,finished_at";
        for (content, ours) in [
            (String::new(), true),
            (format!("purchase_no,flag_name,{six}\nCG1,aa"), true),
            (format!("\u{feff}采购单号,{six}\n"), true),
            (format!("purchase_no,flag_name,{six},run\n"), true),
            (format!("{six}\n"), false),
            (format!("a,{six},b\n"), false),
            ("purchase_no,flag_name\nCG1,aa\n".to_owned(), false),
            ("\0\u{1}".to_owned(), false),
        ] {
            fs::write(&path, &content).expect("written");
            assert_eq!(check_ours(&path, &[]).is_ok(), ours, "{content:?}");
        }
        assert!(matches!(
            check_regular(directory.path()),
            Err(OutputError::NotAFile(_))
        ));
    }
}
