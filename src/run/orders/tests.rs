use super::*;
use crate::run::Role;
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

/// The rows' roles, with the deciding line.
fn roles(sheet: &Sheet, orders: &Orders) -> String {
    let mut rows = sheet.rows().expect("readable");
    let mut row = Row::default();
    let mut roles = Vec::new();
    while rows.read(&mut row).expect("readable") {
        let (word, order) = match orders.role(&row, sheet) {
            Ok(Role::LeftOut) => ("left out", None),
            Ok(Role::Invalid { decided, .. }) => ("invalid", decided),
            Ok(Role::Decides(order)) => ("decides", Some(order)),
            Ok(Role::Same(order)) => ("same", Some(order)),
            Ok(Role::Superseded(order)) => ("superseded", Some(order)),
            Ok(Role::Conflict(order)) => ("conflict", Some(order)),
            Err(_) => ("changed", None),
        };
        roles.push(order.map_or(word.to_owned(), |order| format!("{word} {}", order.line)));
    }
    roles.join(", ")
}

const ROWS: &str = "CG1,aa\nCG2,aa\n CG1 ,bb\nCG1,\nCG1,aa\n,aa\nCG2,aa\n";

#[test]
fn the_last_valid_row_decides() {
    let sheet = sheet(ROWS);
    let mut orders = orders(&sheet, OnConflict::Last);
    let expected = "same 6, same 8, superseded 6, invalid 6, decides 6, invalid, decides 8";
    assert_eq!(roles(&sheet, &orders), expected);
    assert_eq!((orders.rows, orders.invalid, orders.distinct()), (7, 2, 2));
    assert_eq!((orders.conflicts, orders.calls()), (1, 2));
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
}

#[test]
fn a_conflict_may_make_all_rows_of_its_order_invalid() {
    let sheet = sheet(ROWS);
    let orders = orders(&sheet, OnConflict::Invalid);
    let expected = "conflict 6, same 8, conflict 6, invalid 6, conflict 6, invalid, decides 8";
    assert_eq!(roles(&sheet, &orders), expected);
    assert_eq!((orders.calls(), orders.conflicting_rows()), (1, 3));
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
    let orders = orders(&sheet("CG1,aa\n"), OnConflict::Last);
    for changed in ["CG2,aa\n", "CG1,bb\n", ",\nCG1,aa\n"] {
        assert!(
            roles(&sheet(changed), &orders).ends_with("changed"),
            "{changed}"
        );
    }
}
