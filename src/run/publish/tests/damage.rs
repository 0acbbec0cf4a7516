//! What spreadsheets and people do to files.

use proptest::prelude::*;

use super::desk::{Desk, Grid, column};

pub const ORDERS: [&str; 12] = [
    "0012345",
    "0012347",
    "12345",
    "CG2204130001",
    "CG2204130007",
    "2022041300012341",
    "2022041300012357",
    "2022072512345928259",
    "2022072512345928267",
    "12E3",
    "000120",
    "202204130001237",
];
/// What a person enters, and no spreadsheet changes.
const ENTERED: [&str; 4] = ["12345", "CG2204130001", "CG2204130007", "CG2204130009"];
pub const FLAGS: [&str; 5] = ["加急", "待质检", "特急", "", "已取消"];

/// Columns that may be sorted or filled by themselves.
const COLUMNS: [&str; 4] = ["采购单号", "标记", "row_check", "line"];

/// What is done to whole rows and to numbers.
#[derive(Clone, Debug)]
pub enum Damage {
    Sorted(&'static str),
    Deleted(usize),
    ZerosLost,
}

#[derive(Clone, Debug)]
pub enum Edit {
    Damage(Damage),
    Copied(usize, usize),
    FilledDown(usize),
    ColumnFilled(&'static str, usize, usize),
    ColumnSorted(&'static str),
    Decimals(usize),
    Exponent(usize),
    Cut,
    Hidden(usize),
    Added(usize, usize),
    Flag(usize, usize),
    Order(usize, usize),
    Stale(usize),
}

pub fn of_results() -> impl Strategy<Value = Damage> {
    prop_oneof![
        prop::sample::select(&["采购单号", "标记", "status"][..]).prop_map(Damage::Sorted),
        (0..9_usize).prop_map(Damage::Deleted),
        Just(Damage::ZerosLost),
    ]
}

pub fn edit() -> impl Strategy<Value = Edit> {
    let at = 0..9_usize;
    let named = || prop::sample::select(&COLUMNS[..]);
    prop_oneof![
        of_results().prop_map(Edit::Damage),
        (at.clone(), at.clone()).prop_map(|(from, to)| Edit::Copied(from, to)),
        at.clone().prop_map(Edit::FilledDown),
        (named(), at.clone(), at.clone())
            .prop_map(|(name, at, rows)| Edit::ColumnFilled(name, at, rows)),
        named().prop_map(Edit::ColumnSorted),
        at.clone().prop_map(Edit::Decimals),
        at.clone().prop_map(Edit::Exponent),
        Just(Edit::Cut),
        at.clone().prop_map(Edit::Hidden),
        (0..ENTERED.len(), 0..2_usize).prop_map(|(order, flag)| Edit::Added(order, flag)),
        (at.clone(), 0..2_usize).prop_map(|(at, flag)| Edit::Flag(at, flag)),
        (at.clone(), 0..ENTERED.len()).prop_map(|(at, order)| Edit::Order(at, order)),
        at.prop_map(Edit::Stale),
    ]
}

impl Damage {
    pub fn apply(&self, grid: &mut Grid) {
        let rows = grid.len() - 1;
        match *self {
            Damage::Sorted(name) => {
                let at = column(grid, name);
                grid[1..].sort_by(|one, other| other[at].cmp(&one[at]));
            }
            Damage::Deleted(at) if rows > 0 => drop(grid.remove(1 + at % rows)),
            Damage::Deleted(_) => {}
            Damage::ZerosLost => {
                let (order, check) = (column(grid, "采购单号"), column(grid, "row_check"));
                for row in &mut grid[1..] {
                    let is_number = row[order].bytes().all(|it| it.is_ascii_digit());
                    if is_number && !row[check].is_empty() {
                        row[order] = row[order].trim_start_matches('0').to_owned();
                    }
                }
            }
        }
    }
}

impl Edit {
    /// Whether no more is done than what is put right.
    pub fn is_harmless(&self) -> bool {
        use Edit::*;
        matches!(
            self,
            Damage(_)
                | Copied(..)
                | FilledDown(_)
                | Decimals(_)
                | Exponent(_)
                | Cut
                | Hidden(_)
                | Stale(_)
        )
    }

    /// Whether nothing is lost that cannot be known again.
    pub fn is_restored(&self) -> bool {
        !matches!(self, Edit::Cut | Edit::Hidden(_))
    }

    /// Whether flags may look exchanged.
    pub fn is_of_flags(&self) -> bool {
        matches!(
            self,
            Edit::ColumnSorted("标记" | "row_check")
                | Edit::ColumnFilled("标记" | "row_check", ..)
                | Edit::Flag(..)
                | Edit::Stale(_)
        )
    }

    pub fn deletes_rows(&self) -> bool {
        matches!(self, Edit::Damage(Damage::Deleted(_)) | Edit::FilledDown(_))
    }

    pub fn is_of_column(&self, column: &str) -> bool {
        match self {
            Edit::ColumnFilled(name, ..) | Edit::ColumnSorted(name) => *name == column,
            _ => false,
        }
    }

    pub fn apply(&self, grid: &mut Grid, desk: &mut Desk, has_results: bool) {
        let rows = grid.len() - 1;
        if let Edit::Stale(nth) = self {
            if let Some(past) = desk.past.get(nth % desk.past.len().max(1)) {
                grid.clone_from(past);
            }
            return;
        }
        let [order, flag, id, check] =
            ["采购单号", "标记", "备注", "row_check"].map(|name| column(grid, name));
        if let &Edit::Added(number, mark) = self {
            let mut row = vec![String::new(); grid[0].len()];
            row[order] = ENTERED[number].to_owned();
            row[flag] = FLAGS[mark].to_owned();
            row[id] = desk.mean(None, &row[order], &row[flag]);
            grid.push(row);
            return;
        }
        if rows == 0 {
            return;
        }
        let nth = |at: usize| 1 + at % rows;
        match *self {
            Edit::Stale(_) | Edit::Added(..) => {}
            Edit::Damage(ref damage) => damage.apply(grid),
            Edit::Copied(from, to) => {
                let row = grid[nth(from)].clone();
                grid.insert(nth(to), row);
            }
            Edit::FilledDown(at) if nth(at) < rows => grid[nth(at) + 1] = grid[nth(at)].clone(),
            Edit::FilledDown(_) => {}
            Edit::ColumnFilled(name, at, count) => {
                let (from, column) = (nth(at), column(grid, name));
                let text = grid[from][column].clone();
                for row in grid[from..].iter_mut().take(1 + count) {
                    row[column].clone_from(&text);
                }
                tell(grid, desk, name, has_results);
            }
            Edit::ColumnSorted(name) => {
                let column = column(grid, name);
                let mut cells: Vec<String> =
                    grid[1..].iter().map(|row| row[column].clone()).collect();
                cells.sort();
                for (row, cell) in grid[1..].iter_mut().zip(cells) {
                    row[column] = cell;
                }
                tell(grid, desk, name, has_results);
            }
            Edit::Decimals(at) => change(&mut grid[nth(at)], [order, check], |text| {
                format!("{}.0", text.trim_start_matches('0'))
            }),
            Edit::Exponent(at) => change(&mut grid[nth(at)], [order, check], |text| {
                let value: u128 = text.parse().unwrap_or_default();
                let plain = value.to_string();
                format!("{}E{:+03}", mantissa(&plain), plain.len() - 1)
            }),
            Edit::Hidden(at) => change(&mut grid[nth(at)], [order, check], |text| {
                let value: f64 = text.parse().unwrap_or_default();
                let shown = format!("{value:.5e}");
                let (mantissa, power) = shown.split_once('e').unwrap_or((&shown, "0"));
                if text.len() < 12 {
                    text.to_owned()
                } else {
                    format!("{mantissa}E+{power:0>2}")
                }
            }),
            Edit::Cut => {
                for row in &mut grid[1..] {
                    change(row, [order, check], |text| {
                        let digits = text.char_indices();
                        digits
                            .map(|(at, digit)| if at < 15 { digit } else { '0' })
                            .collect()
                    });
                }
            }
            Edit::Flag(at, mark) => {
                let row = &mut grid[nth(at)];
                row[flag] = FLAGS[mark].to_owned();
                let meant = desk.meant.get_mut(&row[id]).expect("known");
                meant.flags.insert(row[flag].clone());
            }
            Edit::Order(at, number) => {
                let row = &mut grid[nth(at)];
                row[order] = ENTERED[number].to_owned();
                let meant = desk.meant.get_mut(&row[id]).expect("known");
                meant.orders.insert(row[order].clone());
            }
        }
    }
}

/// Without zeros after it, but for one digit after the point.
fn mantissa(digits: &str) -> String {
    let (first, rest) = digits.split_at(1);
    let rest = rest.trim_end_matches('0');
    if rest.is_empty() {
        format!("{first}.0")
    } else {
        format!("{first}.{rest}")
    }
}

/// Changes how the number of a row with a check is written.
fn change(row: &mut [String], [order, check]: [usize; 2], write: impl Fn(&str) -> String) {
    let is_number = !row[order].is_empty() && row[order].bytes().all(|it| it.is_ascii_digit());
    if is_number && !row[check].is_empty() {
        row[order] = write(&row[order]);
    }
}

/// What nobody can know: flags at other rows, and orders at rows that prove nothing.
fn tell(grid: &Grid, desk: &mut Desk, name: &str, has_results: bool) {
    let [order, flag, id, check] =
        ["采购单号", "标记", "备注", "row_check"].map(|name| column(grid, name));
    for row in &grid[1..] {
        let meant = desk.meant.get_mut(&row[id]).expect("known");
        meant.flags.insert(row[flag].clone());
        let is_unproven = row[check].is_empty() || name == "row_check" && !has_results;
        if is_unproven {
            meant.orders.insert(row[order].clone());
        }
    }
}
