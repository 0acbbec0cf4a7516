//! A directory with the files of runs, and what the people who work on them mean.

use std::collections::{BTreeSet, HashMap};
use std::path::PathBuf;

use jiff::Timestamp;
use tempfile::TempDir;

use super::super::write;
use super::damage::{FLAGS, ORDERS};
use crate::files::{Issuer, Outcome, OutputFormat, Paths, RunFiles, Status, Wanted, is_named_ours};
use crate::run::orders::{OnConflict, Orders};
use crate::run::write::{Columns, Writing};
use crate::sheet::{Row, Sheet, SheetOptions, Source, strip_wrapping};

/// The header, then rows.
pub type Grid = Vec<Vec<String>>;

pub fn column(grid: &Grid, name: &str) -> usize {
    let at = grid[0].iter().position(|it| it == name);
    at.unwrap_or_else(|| panic!("no {name} in {:?}", grid[0]))
}

/// What a row had, or a person typed there.
#[derive(Debug, Default)]
pub struct Meant {
    pub orders: BTreeSet<String>,
    pub flags: BTreeSet<String>,
}

impl Meant {
    pub fn is(&self, held: &Held) -> bool {
        self.orders.contains(&held.order) && self.flags.contains(&held.flag)
    }
}

#[derive(Debug)]
pub struct Held {
    pub id: String,
    pub order: String,
    pub flag: String,
}

#[derive(Debug)]
pub struct Ran {
    /// Rows that decide for the orders that are sent.
    pub sent: Vec<Held>,
    /// All rows that stand in for the sheet's.
    pub merged: Vec<Held>,
}

pub struct Desk {
    directory: TempDir,
    /// By what stands in the sheet's column of remarks.
    pub meant: HashMap<String, Meant>,
    /// The failures before, which somebody may have kept.
    pub past: Vec<Grid>,
}

impl Desk {
    pub fn new(rows: &[(usize, usize)]) -> Desk {
        let mut desk = Desk {
            directory: tempfile::tempdir().expect("a directory"),
            meant: HashMap::new(),
            past: Vec::new(),
        };
        let mut grid = vec![["采购单号", "标记", "备注"].map(str::to_owned).into()];
        for &(order, flag) in rows {
            let id = desk.mean(None, ORDERS[order], FLAGS[flag]);
            grid.push(vec![ORDERS[order].to_owned(), FLAGS[flag].to_owned(), id]);
        }
        desk.write("s.csv", &grid, false);
        desk
    }

    /// A person means this at a row, or at a new one.
    pub fn mean(&mut self, id: Option<&str>, order: &str, flag: &str) -> String {
        let new = format!("r{}", self.meant.len());
        let id = id.unwrap_or(&new);
        let meant = self.meant.entry(id.to_owned()).or_default();
        meant.orders.insert(order.to_owned());
        meant.flags.insert(flag.to_owned());
        id.to_owned()
    }

    fn path(&self, name: &str) -> PathBuf {
        self.directory.path().join(name)
    }

    pub fn remove(&self, name: &str) {
        let _ = std::fs::remove_file(self.path(name));
    }

    pub fn read(&self, name: &str) -> Grid {
        let bytes = std::fs::read(self.path(name)).expect("there");
        let text = match String::from_utf8(bytes) {
            Ok(text) => text,
            Err(error) => encoding_rs::GBK.decode(error.as_bytes()).0.into_owned(),
        };
        let mut reader = csv::ReaderBuilder::new();
        let mut reader = reader
            .has_headers(false)
            .from_reader(text.trim_start_matches('\u{feff}').as_bytes());
        let rows = reader.records().map(|row| row.expect("a row"));
        rows.map(|row| row.iter().map(str::to_owned).collect())
            .collect()
    }

    /// Of a workbook as spreadsheets write one: what looks like a number is one.
    pub fn write(&self, name: &str, grid: &Grid, is_gbk: bool) {
        let path = self.path(name);
        if name.ends_with(".xlsx") {
            let mut book = rust_xlsxwriter::Workbook::new();
            let sheet = book.add_worksheet();
            for (row, cells) in (0..).zip(grid) {
                for (column, cell) in (0..).zip(cells) {
                    let number = cell.parse::<f64>().ok();
                    let is_number = cell.bytes().all(|it| b"0123456789.E+".contains(&it));
                    match number.filter(|_| is_number) {
                        Some(number) => sheet.write_number(row, column, number),
                        None => sheet.write_string(row, column, cell),
                    }
                    .expect("a cell");
                }
            }
            book.save(path).expect("written");
            return;
        }
        let mut csv = csv::Writer::from_writer(Vec::new());
        for row in grid {
            csv.write_record(row).expect("a row");
        }
        let mut bytes = csv.into_inner().expect("whole");
        if is_gbk {
            let text = String::from_utf8(bytes).expect("UTF-8");
            bytes = encoding_rs::GBK.encode(&text).0.into_owned();
        }
        std::fs::write(path, bytes).expect("written");
    }

    /// A run over the file. Why it is refused otherwise.
    pub fn run(&self, name: &str, limit: Option<u64>) -> Result<Ran, String> {
        let path = self.path(name);
        let options = SheetOptions {
            is_named_ours: is_named_ours(&path),
            ..SheetOptions::default()
        };
        let sheet = Sheet::open(Source::Path(path.clone()), &options);
        let mut sheet = sheet.map_err(|error| error.to_string())?;
        let wanted = Wanted {
            option: Some(OutputFormat::Csv),
            ..Wanted::default()
        };
        let paths = Paths::new(Some(&path), None, None, wanted).expect("names");
        let issuer = Issuer::demo();
        let files =
            RunFiles::claim(&paths, &mut sheet, &issuer).map_err(|error| error.to_string())?;
        let mut orders = Orders::of(&sheet, OnConflict::Last, |_, _| {}).expect("readable");
        orders.want_unsettled(limit);
        let held = held(&sheet);
        let sent = orders.wanted().map(|(number, order)| {
            let row = &held[&order.position];
            assert_eq!(row.order, number);
            Held {
                id: row.id.clone(),
                order: number.to_owned(),
                flag: orders.flag(order).to_owned(),
            }
        });
        let sent = sent.collect();
        for (number, flag, order) in orders.iter_mut() {
            if order.is_wanted {
                order.outcome = reply(number, flag).into();
            }
        }
        let columns = Columns::Outcomes {
            stopped: None,
            limit: Some(0),
        };
        let writing = Writing {
            sheet: &sheet,
            orders: &orders,
            issuer: &issuer,
            columns,
        };
        let (_, written) = write(&writing, &files, true, false).expect("written");
        drop(sheet);
        for file in written {
            file.commit().expect("written");
        }
        let merged = held.into_values().collect();
        Ok(Ran { sent, merged })
    }
}

/// All rows by their position.
fn held(sheet: &Sheet) -> HashMap<u64, Held> {
    let mut held = HashMap::new();
    let (mut rows, mut row) = (sheet.rows().expect("readable"), Row::default());
    let (order, flag) = sheet.own_places();
    let id = sheet.columns().iter().position(|it| it == "备注");
    while rows.read(&mut row).expect("readable") {
        let cell = |at| strip_wrapping(row.cells().get(at).unwrap_or_default()).into_owned();
        let row_of = Held {
            id: cell(id.expect("remarks")),
            order: cell(order),
            flag: cell(flag.expect("flags")),
        };
        held.insert(row.position, row_of);
    }
    held
}

/// As the ERP always answers.
fn reply(order: &str, flag: &str) -> Outcome {
    let status = match flag {
        "特急" => Status::Rejected,
        _ if order.ends_with('7') => Status::Failed,
        _ => Status::Ok,
    };
    Outcome {
        status,
        code: None,
        message: "".into(),
        attempts: 1,
        finished_at: Timestamp::now(),
    }
}
