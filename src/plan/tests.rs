use super::*;
use crate::sheet::{SheetOptions, Source};

fn sheet(rows: &str) -> Sheet {
    let directory = tempfile::tempdir().expect("a directory");
    let path = directory.path().join("x.csv");
    std::fs::write(&path, format!("purchase_no,flag_name\n{rows}")).expect("written");
    // The open file outlives its name.
    Sheet::open(Source::Path(path), &SheetOptions::default()).expect("a sheet")
}

fn plan(sheet: &Sheet, on_conflict: OnConflict) -> Plan {
    Plan::build(sheet, on_conflict, |_, _| {}).expect("planned")
}

fn roles(sheet: &Sheet, plan: &Plan) -> Vec<Option<RowRole>> {
    let mut rows = sheet.rows().expect("readable");
    let mut row = Row::default();
    let mut roles = Vec::new();
    while rows.read(&mut row).expect("readable") {
        let entry = row.entry(sheet);
        roles.push(entry.ok().and_then(|entry| plan.role(row.line(), &entry)));
    }
    roles
}

const ROWS: &str = "CG1,aa\nCG2,aa\n CG1 ,bb\nCG1,aa\n,aa\nCG2,aa\n";

#[test]
fn the_last_valid_row_decides() {
    let sheet = sheet(ROWS);
    let plan = plan(&sheet, OnConflict::Last);
    let (first, second) = (OrderId(0), OrderId(1));
    assert_eq!(
        roles(&sheet, &plan),
        [
            Some(RowRole::Same {
                id: first,
                line: 5.into()
            }),
            Some(RowRole::Same {
                id: second,
                line: 7.into()
            }),
            Some(RowRole::Superseded {
                id: first,
                line: 5.into()
            }),
            Some(RowRole::Decides { id: first }),
            None,
            Some(RowRole::Decides { id: second }),
        ]
    );
    assert_eq!((plan.rows(), plan.invalid(), plan.orders()), (6, 1, 2));
    assert_eq!((plan.conflicts(), plan.calls()), (1, 2));
    let superseded = [first, second].map(|id| plan.superseded_rows_of(id));
    assert_eq!(superseded, [1, 0]);
    assert_eq!(plan.conflicting_rows(), 0);
    assert_eq!(plan.rows_of(first), 3);
    assert_eq!((plan.flag(first), plan.find("CG3")), ("aa", None));
    assert_eq!(plan.decided_after(4.into(), "CG1"), Some(5.into()));
    assert_eq!(plan.decided_after(5.into(), "CG1"), None);
}

#[test]
fn a_conflict_may_make_all_rows_of_its_order_invalid() {
    let sheet = sheet(ROWS);
    let plan = plan(&sheet, OnConflict::Invalid);
    let conflict = Some(RowRole::Conflict {
        id: OrderId(0),
        line: 5.into(),
    });
    let roles = roles(&sheet, &plan);
    assert_eq!([roles[0], roles[2], roles[3]], [conflict; 3]);
    assert_eq!(roles[5], Some(RowRole::Decides { id: OrderId(1) }));
    assert_eq!((plan.calls(), plan.conflicting_rows()), (1, 3));
    assert!(!plan.is_sent(OrderId(0)) && plan.is_sent(OrderId(1)));
}

#[test]
fn a_row_of_a_sheet_that_has_changed_has_no_role() {
    let plan = plan(&sheet("CG1,aa\n"), OnConflict::Last);
    for changed in ["CG2,aa\n", "CG1,bb\n", ",\nCG1,aa\n"] {
        let roles = roles(&sheet(changed), &plan);
        assert_eq!(roles.last(), Some(&None), "{changed}");
    }
}
