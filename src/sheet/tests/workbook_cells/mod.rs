//! Cells of workbooks whose stored value is not what people see.

mod ods;
mod xls;
mod xlsb;
mod xlsx;

use super::*;

fn sheet_of(bytes: &[u8]) -> Sheet {
    opened(bytes, &SheetOptions::default()).unwrap()
}

/// The cells of each row, as results echo them.
fn echoed(bytes: &[u8]) -> Vec<Vec<String>> {
    let rows = rows(&sheet_of(bytes)).unwrap();
    let cells = rows
        .iter()
        .map(|row| cells(row).into_iter().map(str::to_owned).collect());
    cells.collect()
}

fn orders(bytes: &[u8]) -> Vec<String> {
    let echoed = echoed(bytes).into_iter();
    echoed.map(|mut cells| cells.swap_remove(0)).collect()
}

fn said(bytes: &[u8]) -> String {
    refusal(bytes, &SheetOptions::default())
}
