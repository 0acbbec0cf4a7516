use super::*;
use crate::sheet::{SheetOptions, Source};

fn sheet(rows: &str) -> Sheet {
    let directory = tempfile::tempdir().expect("a directory");
    let path = directory.path().join("x.csv");
    std::fs::write(&path, format!("purchase_no,flag_name\n{rows}")).expect("written");
    // The open file outlives its name.
    Sheet::open(Source::Path(path), &SheetOptions::default()).expect("a sheet")
}

fn orders(sheet: &Sheet, on_conflict: OnConflict) -> Orders {
    Orders::of(sheet, on_conflict, |_, _| {}).expect("readable")
}

/// What becomes of each row is seen in the results of runs; here, what is counted.
#[test]
fn the_last_valid_row_decides() {
    let sheet = sheet("CG1,aa\nCG2,aa\n CG1 ,bb\nCG1,\nCG1,aa\n,aa\nCG2,aa\n");
    let mut orders = orders(&sheet, OnConflict::Last);
    let lines: Vec<_> = orders.iter().map(|(_, order)| order.line).collect();
    assert_eq!(lines, [6, 8]);
    assert_eq!((orders.rows, orders.invalid, orders.distinct()), (7, 2, 2));
    assert_eq!(orders.conflicts, 1);
    assert_eq!((orders.conflicting_rows(), orders.unclear()), (0, 2));
    let rows = orders.iter().map(|(number, order)| {
        let superseded = orders.superseded_rows_of(number, order);
        (u64::from(order.rows), superseded)
    });
    assert_eq!(rows.collect::<Vec<_>>(), [(3, 1), (2, 0)]);
    assert!(orders.get_mut("CG3").is_none());

    orders.want_unsettled(Some(1));
    let wanted: Vec<_> = orders.wanted().map(|(number, _)| number).collect();
    assert_eq!(wanted, ["CG1"]);

    let mut orders = self::orders(&sheet, OnConflict::Invalid);
    orders.want_unsettled(None);
    assert_eq!((orders.wanted().count(), orders.conflicting_rows()), (1, 3));
}

#[test]
fn calls_are_made_as_deciding_rows_stand_and_what_failed_before_comes_last() {
    let sheet = sheet("CG1,aa\nCG2,aa\nCG3,aa\nCG1,bb\n");
    let mut orders = orders(&sheet, OnConflict::Last);
    let (_, failed) = orders.get_mut("CG2").expect("there");
    failed.failed_before = true;
    orders.want_unsettled(None);
    let turn = orders.in_turn().into_iter().map(|(number, _)| number);
    assert_eq!(turn.collect::<Vec<_>>(), ["CG3", "CG1", "CG2"]);
}

#[test]
fn a_row_of_a_sheet_that_has_changed_has_no_role() {
    let known = sheet("CG1,aa\n");
    let orders = orders(&known, OnConflict::Last);
    let last_has_role = |sheet: &Sheet| {
        let mut rows = sheet.rows().expect("readable");
        let (mut row, mut has_role) = (Row::default(), false);
        while rows.read(&mut row).expect("readable") {
            has_role = orders.role(&row, sheet).is_ok();
        }
        has_role
    };
    assert!(last_has_role(&known));
    for changed in ["CG2,aa\n", "CG1,bb\n", ",\nCG1,aa\n"] {
        assert!(!last_has_role(&sheet(changed)), "{changed}");
    }
}
