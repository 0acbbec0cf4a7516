//! A sheet that grows at its end while a run over it is cut short: each order ends with the flag
//! of its last row, and the results say so. (Any growth and any cut is tried beside the code.)

use super::Fickle;
use crate::harness::Place;

/// Adds text at the end of the sheet.
fn grow(place: &Place, text: &str) {
    let sheet = place.read("orders.csv") + text;
    place.write("orders.csv", sheet);
}

#[test]
fn what_is_known_stays_so_and_what_is_new_is_sent() {
    for (added, statuses, sent, taken_over) in [
        ("CG4,aa\n", "ok ok ok ok", "CG3 CG4", "2 rows"),
        ("CG1,aa\n", "ok ok ok ok", "CG3", "3 rows"),
        ("CG1,加急\n", "superseded ok ok ok", "CG1 CG3", "1 row"),
        // The last line had no line end when it was first read.
        ("a\nCG4,aa\n", "ok ok ok ok", "CG3 CG4", "2 rows"),
    ] {
        let place = Place::new();
        let fickle = Fickle::start(&place);
        place.numbered(3);
        if added.starts_with('a') {
            let sheet = place.read("orders.csv");
            place.write("orders.csv", sheet.trim_end_matches("a\n"));
        }
        fickle.kill_after(&place, 2);
        grow(&place, added);
        let (results, orders) = fickle.goes_on(&place, taken_over);
        assert_eq!(results.column("status").join(" "), statuses, "{added}");
        assert_eq!(orders.join(" "), sent, "{added}");
        let flag = if added.contains("加急") {
            "加急"
        } else {
            "aa"
        };
        assert_eq!(fickle.server.flags()["CG1"], flag);
    }
}

/// The journal says that CG1 got `aa`, and the sheet says so too in the end; but in between the
/// ERP was told otherwise, and nobody lived to write that down.
#[test]
fn back_and_forth_with_a_kill_after_each_step() {
    let place = Place::new();
    let fickle = Fickle::start(&place);
    place.numbered(2);
    fickle.kill_after(&place, 1);
    grow(&place, "CG1,加急\n");
    fickle.kill_after(&place, 1);
    let flags = fickle.server.flags();
    assert_eq!(flags["CG1"], "加急", "applied, not recorded");

    grow(&place, "CG1,aa\n");
    let (results, sent) = fickle.goes_on(&place, "1 row");
    assert_eq!(sent, ["CG1"], "sent again, though the journal holds its ok");
    let statuses = ["ok", "ok", "superseded", "ok"];
    assert_eq!(results.column("status"), statuses);
    assert_eq!(fickle.server.flags()["CG1"], "aa");
}
