//! Reading and planning a sheet: `cargo bench --bench parts`.

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use divan::Bencher;
use divan::counter::ItemsCount;
use tempfile::TempDir;
use wdt_flags::internals::{OnConflict, Orders, Row, Sheet, SheetOptions, Source};

fn main() {
    divan::main();
}

/// Rows of every sheet that is read below.
const ROWS: usize = 20_000;

/// A sheet in a format, and the directory it lives in.
fn sheet(format: &str) -> (TempDir, PathBuf) {
    let directory = tempfile::tempdir().expect("a directory");
    let path = directory.path().join("sheet");
    let row = |n: usize| {
        let flag = ["aa", "加急", "已质检", "待付款"][n % 4];
        [
            format!("CG{}", 20_260_000_000 + n),
            flag.to_owned(),
            format!("备注 {n}"),
        ]
    };
    if format == "xlsx" {
        let mut workbook = rust_xlsxwriter::Workbook::new();
        let worksheet = workbook.add_worksheet();
        let header = ["purchase_no", "flag_name", "remark"].map(str::to_owned);
        for (at, cells) in std::iter::once(header)
            .chain((0..ROWS).map(row))
            .enumerate()
        {
            for (column, cell) in (0_u16..).zip(cells) {
                let at = u32::try_from(at).expect("few rows");
                worksheet.write_string(at, column, cell).expect("written");
            }
        }
        workbook.save(&path).expect("saved");
    } else {
        let delimiter = if format == "utf-16 tsv" { '\t' } else { ',' };
        let mut text = format!("purchase_no{delimiter}flag_name{delimiter}remark\n");
        for cells in (0..ROWS).map(row) {
            let [order, flag, remark] = &cells;
            let _ = writeln!(text, "{order}{delimiter}{flag}{delimiter}{remark}");
        }
        let bytes = match format {
            "gb18030 csv" => encoding_rs::GB18030.encode(&text).0.into_owned(),
            "utf-16 tsv" => std::iter::once(0xfeff)
                .chain(text.encode_utf16())
                .flat_map(u16::to_le_bytes)
                .collect(),
            _ => text.into_bytes(),
        };
        fs::write(&path, bytes).expect("written");
    }
    (directory, path)
}

fn open(path: &Path) -> Sheet {
    Sheet::open(Source::Path(path.to_owned()), &SheetOptions::default()).expect("a sheet")
}

/// Finding out what a sheet is, and one pass over its rows.
#[divan::bench(args = ["utf-8 csv", "gb18030 csv", "utf-16 tsv", "xlsx"])]
fn reading(bencher: Bencher, format: &str) {
    let (_directory, path) = sheet(format);
    bencher.counter(ItemsCount::new(ROWS)).bench(|| {
        let sheet = open(&path);
        let mut rows = sheet.rows().expect("rows");
        let mut row = Row::default();
        let mut valid = 0;
        while rows.read(&mut row).expect("a row") {
            valid += usize::from(row.entry(&sheet).is_ok());
        }
        assert_eq!(valid, ROWS);
    });
}

/// What the csv crate needs merely to read the same records, for comparison.
#[divan::bench]
fn reading_with_csv_alone(bencher: Bencher) {
    let (_directory, path) = sheet("utf-8 csv");
    bencher.counter(ItemsCount::new(ROWS)).bench(|| {
        let mut csv = csv::Reader::from_path(&path).expect("a file");
        let mut record = csv::StringRecord::new();
        let mut rows = 0;
        while csv.read_record(&mut record).expect("a record") {
            rows += 1;
        }
        assert_eq!(rows, ROWS);
    });
}

/// A sheet read and planned, as `check` does it.
#[divan::bench]
fn planning(bencher: Bencher) {
    let (_directory, path) = sheet("utf-8 csv");
    bencher.counter(ItemsCount::new(ROWS)).bench(|| {
        let orders = Orders::of(&open(&path), OnConflict::Last, |_, _| {}).expect("readable");
        assert_eq!(orders.distinct(), ROWS);
    });
}
