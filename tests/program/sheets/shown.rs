//! Numbers of workbooks that people see as another text.

use rust_xlsxwriter::{Format, Formula, Workbook};

use crate::harness::{Place, finish, sandbox};

#[test]
fn what_people_see_is_sent_and_what_is_not_certain_is_not_nor_from_the_failures() {
    let (place, erp) = (Place::new(), sandbox());
    let mut workbook = Workbook::new();
    let sheet = workbook.add_worksheet();
    sheet
        .write_row(0, 0, ["purchase_no", "flag_name"])
        .expect("written");
    for (row, format) in (1..).zip(["\"CG\"00000000", "#,##0"]) {
        let format = Format::new().set_num_format(format);
        let sheet = sheet.write_with_format(row, 0, 45_000, &format);
        sheet
            .and_then(|it| it.write(row, 1, "aa"))
            .expect("written");
    }
    let formula = Formula::new("=\"CG\"&1");
    let sheet = sheet.write(3, 0, formula);
    sheet.and_then(|it| it.write(3, 1, "aa")).expect("written");
    workbook.save(place.path("orders.xlsx")).expect("saved");

    let run = finish(&mut place.run(&erp, ["orders.xlsx"])).expect(1);
    assert!(run.stdout.starts_with("3 rows: 1 ok, 2 invalid"), "{run:?}");
    let results = place.read("orders.results.csv");
    assert!(results.contains("CG00045000,aa,2,ok"), "{results}");
    for part in ["\n45000,aa,3,invalid", "\n0,aa,4,invalid"] {
        assert!(results.contains(part), "{results}");
    }
    let again = finish(&mut place.run(&erp, ["orders.failures.csv"])).expect(1);
    assert!(
        again.stdout.starts_with("2 rows: 0 ok, 2 invalid"),
        "{again:?}"
    );
}
