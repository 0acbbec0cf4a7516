//! Whole sheets, as users have them.

mod appended;
mod cells;
mod encodings;
mod faults;
mod headers;
mod lines;
mod properties;
mod ragged;
mod shapes;
mod web_pages;
mod workbooks;
mod worksheets;
mod xml_spreadsheets;

use std::io::Write;
use std::path::{Path, PathBuf};

use super::*;

/// A file that is removed when the test ends.
struct Saved {
    path: PathBuf,
    _directory: tempfile::TempDir,
}

fn saved(name: &str, bytes: &[u8]) -> Saved {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join(name);
    std::fs::write(&path, bytes).unwrap();
    Saved {
        path,
        _directory: directory,
    }
}

/// The sheet with these bytes, as if they came from standard input.
fn opened(bytes: &[u8], options: &SheetOptions) -> Result<Sheet, SheetError> {
    Sheet::from_bytes(bytes, options)
}

fn open(bytes: impl AsRef<[u8]>) -> Sheet {
    opened(bytes.as_ref(), &SheetOptions::default()).unwrap()
}

/// The file, opened by its path.
fn from_path(path: &Path) -> Result<Sheet, SheetError> {
    Sheet::open(Source::Path(path.to_owned()), &SheetOptions::default())
}

fn with(set: impl FnOnce(&mut SheetOptions)) -> SheetOptions {
    let mut options = SheetOptions::default();
    set(&mut options);
    options
}

/// Columns that are given, none where nothing is.
fn columns(order: &str, flag: &str) -> SheetOptions {
    let given = |name: &str| Some(name.to_owned()).filter(|it| !it.is_empty());
    with(|it| (it.order_column, it.flag_column) = (given(order), given(flag)))
}

#[track_caller]
fn has(said: &str, part: &str) {
    assert!(said.contains(part), "{part:?}: {said}");
}

/// What `open` says of bytes it cannot use.
fn refusal(bytes: &[u8], options: &SheetOptions) -> String {
    opened(bytes, options)
        .map(|sheet| sheet.layout)
        .unwrap_err()
        .to_string()
}

/// What it says with no options.
fn refused(bytes: impl AsRef<[u8]>) -> String {
    refusal(bytes.as_ref(), &SheetOptions::default())
}

fn rows(sheet: &Sheet) -> Result<Vec<Row>, SheetError> {
    let mut pass = sheet.rows()?;
    let mut all = Vec::new();
    let mut row = Row::default();
    while pass.read(&mut row)? {
        all.push(row.clone());
    }
    assert!(!pass.read(&mut row).unwrap(), "the end stays the end");
    Ok(all)
}

fn cells(row: &Row) -> Vec<&str> {
    row.cells().iter().collect()
}

/// Each row as `line order flag`, or `line ! problem`.
fn told(sheet: &Sheet) -> Vec<String> {
    let rows = rows(sheet).unwrap();
    rows.iter()
        .map(|row| match row.entry(sheet) {
            Ok(entry) => format!("{} {} {}", row.line(), entry.order, entry.flag),
            Err(problem) => format!("{} ! {problem}", row.line()),
        })
        .collect()
}

/// The rows of a sheet that is read with these options.
#[track_caller]
fn read(bytes: impl AsRef<[u8]>, options: &SheetOptions) -> Vec<String> {
    let sheet = opened(bytes.as_ref(), options);
    told(&sheet.unwrap_or_else(|error| panic!("{error}")))
}

/// What reading the rows stops with.
fn stop(sheet: &Sheet) -> String {
    rows(sheet).map(|rows| rows.len()).unwrap_err().to_string()
}

fn flagged(flag: &str) -> SheetOptions {
    with(|it| it.flag = Some(flag.to_owned()))
}

fn worksheet(asked: &str) -> SheetOptions {
    with(|it| it.worksheet = Some(asked.to_owned()))
}

fn visible_only() -> SheetOptions {
    with(|it| it.visible_only = true)
}

#[test]
fn a_plain_sheet_is_read_twice_alike() {
    let sheet = open("purchase_no,flag_name,note\nCG1,aa,x\nCG2, 无 ,\"a,\"\"b\"\"\nc\"\n");
    assert_eq!(sheet.name(), "-");
    assert_eq!(sheet.path(), None);
    assert_eq!(sheet.columns(), ["purchase_no", "flag_name", "note"]);
    let layout = sheet.layout();
    assert_eq!(layout.format.to_string(), "CSV");
    assert_eq!(
        (layout.encoding, layout.delimiter),
        (Some("UTF-8"), Some(','))
    );
    assert_eq!((layout.header_line, layout.skipped_lines), (1, 0));
    assert_eq!(layout.order_column, "purchase_no");
    assert_eq!(layout.flag_column.as_deref(), Some("flag_name"));
    for _ in 0..2 {
        assert_eq!(told(&sheet), ["2 CG1 aa", "3 CG2 无"]);
    }
    let rows = rows(&sheet).unwrap();
    assert_eq!(cells(&rows[1]), ["CG2", " 无 ", "a,\"b\"\nc"]);
    assert_eq!(rows[1].sent_flag(), None);
    assert!(!sheet.has_sent_flag());
}

#[test]
fn a_sheet_without_rows_is_fine() {
    for text in [
        "purchase_no,flag_name",
        "purchase_no,flag_name\n\n,\n \t,\n",
    ] {
        assert_eq!(told(&open(text)), [""; 0]);
    }
}

#[test]
fn two_passes_at_once_do_not_disturb_each_other() {
    let text: String = (0..12_000).map(|n| format!("CG{n},flag\n")).collect();
    let sheet = open(format!("purchase_no,flag_name\n{text}"));
    let (mut one, mut other) = (sheet.rows().unwrap(), sheet.rows().unwrap());
    let (mut a, mut b) = (Row::default(), Row::default());
    for n in 0..12_000 {
        assert!(one.read(&mut a).unwrap());
        if n % 2 == 0 {
            assert!(other.read(&mut b).unwrap());
        }
    }
    assert_eq!(cells(&a), ["CG11999", "flag"]);
    assert_eq!(cells(&b), ["CG5999", "flag"]);
}

#[test]
fn one_flag_for_all_needs_only_the_order_column() {
    let sheet = opened("采购单号\nCG1\n CG2\n".as_bytes(), &flagged(" 加急 ")).unwrap();
    assert_eq!(told(&sheet), ["2 CG1 加急", "3 CG2 加急"]);
    assert!(sheet.has_sent_flag());
    assert_eq!(rows(&sheet).unwrap()[0].sent_flag(), Some(" 加急 "));
    assert_eq!(sheet.layout().flag_column, None);
}

#[test]
fn a_given_flag_that_cannot_be_sent_is_refused_at_once() {
    let source = Source::Path("missing.csv".into());
    let error = Sheet::open(source, &flagged("😀")).unwrap_err();
    assert!(
        error.to_string().starts_with("--flag has an emoji"),
        "{error}"
    );
}

#[test]
fn a_cell_that_cannot_be_sent_names_its_column() {
    let sheet = open("采购单号,标记\n2.20413E+12,aa\nCG1,\"a\nb\"\nCG2,\u{fffd}\n");
    let told = told(&sheet);
    assert!(
        told[0].contains("2 ! 采购单号 is a number") && told[0].ends_with("(\"2.20413E+12\")"),
        "{}",
        told[0]
    );
    has(&told[1], "3 ! 标记 has a line break");
    has(&told[2], "5 ! 标记 has �;");
}

#[test]
fn a_sheet_can_be_sent_to_another_thread() {
    fn is_send<T: Send>() {}
    is_send::<Sheet>();
    is_send::<Rows<'_>>();
}

#[test]
fn a_replaced_file_is_read_as_it_was_opened_and_a_changed_one_refused() {
    let file = saved("orders.csv", b"purchase_no,flag_name\nCG1,aa\n");
    let sheet = from_path(&file.path).unwrap();
    assert_eq!(sheet.path(), Some(file.path.as_path()));
    let newer = file.path.with_extension("new");
    std::fs::write(&newer, "purchase_no,flag_name\nother,bb\n").unwrap();
    std::fs::rename(&newer, &file.path).unwrap();
    assert_eq!(told(&sheet), ["2 CG1 aa"]);

    let sheet = from_path(&file.path).unwrap();
    let mut pass = sheet.rows().unwrap();
    let mut appending = std::fs::OpenOptions::new()
        .append(true)
        .open(&file.path)
        .unwrap();
    appending.write_all(b"CG2,\"never closed").unwrap();
    let mut row = Row::default();
    let end = std::iter::from_fn(|| match pass.read(&mut row) {
        Ok(true) => Some(Ok(())),
        Ok(false) => None,
        Err(error) => Some(Err(error.to_string())),
    });
    let said = end.last().unwrap().unwrap_err();
    has(&said, "orders.csv: changed while it was being read");
    let said = sheet.rows().map(|_| ()).unwrap_err().to_string();
    has(&said, "changed while it was being read");
}

#[test]
fn what_is_no_file_is_said() {
    let directory = tempfile::tempdir().unwrap();
    let said = |path: PathBuf| {
        let opened = from_path(&path);
        opened.map(|sheet| sheet.layout).unwrap_err().to_string()
    };
    assert!(said(directory.path().join("no.csv")).ends_with("no.csv: no such file"));
    assert!(said(directory.path().to_owned()).contains(": is a directory"));
    let error = std::io::ErrorKind::InvalidFilename.into();
    has(
        &super::input::not_opened("*.csv", &error),
        "without * and ?",
    );
}

#[cfg(unix)]
#[test]
fn a_pipe_is_read_through_its_path() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("pipe");
    let made = std::process::Command::new("mkfifo").arg(&path).status();
    assert!(made.unwrap().success());
    let sheet = std::thread::scope(|scope| {
        scope.spawn(|| std::fs::write(&path, "purchase_no,flag_name\nCG1,aa\n").unwrap());
        from_path(&path).unwrap()
    });
    for _ in 0..2 {
        assert_eq!(told(&sheet), ["2 CG1 aa"]);
    }
}
