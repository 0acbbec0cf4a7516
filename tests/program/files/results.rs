//! The results file: what is in it of the sheet, what is added, how it is written.
use std::path::Path;

use crate::harness::{Place, ScriptedServer, finish, refused, sandbox};

const APPENDED: [&str; 7] = [
    "line",
    "status",
    "code",
    "message",
    "attempts",
    "finished_at",
    "row_check",
];

#[test]
fn files_begin_with_a_byte_order_mark_unless_told_not_to() {
    let (place, erp) = (Place::new(), sandbox());
    place.write("orders.csv", "purchase_no,flag_name\nCG404,加急\n");
    for (args, marked) in [
        (vec!["orders.csv"], true),
        (vec!["orders.csv", "--no-bom"], false),
    ] {
        finish(&mut place.run(&erp, args)).expect(1);
        for file in ["orders.results.csv", "orders.failures.csv"] {
            let text = place.read(file);
            let plain = text.strip_prefix('\u{feff}').unwrap_or(&text);
            assert_eq!(plain.len() < text.len(), marked, "{file}");
            assert!(plain.starts_with("purchase_no,flag_name,line,"), "{file}");
        }
    }
}

#[test]
fn the_sheets_own_cells_come_through_unchanged() {
    let (place, erp) = (Place::new(), sandbox());
    let sheet = "\u{feff}备注,purchase_no,=状态,flag_name\r\n\
         \"a \"\"quoted\"\", cell\",CG1,=1+1,aa\r\n\
         \"two\r\nlines, or\nthree\",CG2,-x,加急\r\n\
         =SUM(A1),\"=\"\"CG3\"\"\",@home,无\r\n\
         ' spaced ,CG4, +1 ,nonsense\r\n";
    place.write("orders.csv", sheet);
    finish(&mut place.run(&erp, ["orders.csv"])).expect(1);
    let results = place.table("orders.results.csv");
    let own = ["备注", "purchase_no", "=状态", "flag_name"];
    assert_eq!(results.header[..4], own);
    assert_eq!(results.header[4..], APPENDED);
    assert_eq!(
        results.select(own),
        [
            ["a \"quoted\", cell", "CG1", "=1+1", "aa"],
            ["two\r\nlines, or\nthree", "CG2", "-x", "加急"],
            ["=SUM(A1)", "=\"CG3\"", "@home", "无"],
            ["' spaced ", "CG4", " +1 ", "nonsense"],
        ]
    );
    assert_eq!(results.column("status"), ["ok", "ok", "ok", "rejected"]);
    assert_eq!(results.column("line"), ["2", "3", "6", "7"]);

    let text = place.read("orders.results.csv");
    let outside_quotes: String = text.split('"').step_by(2).collect();
    assert!(!outside_quotes.contains('\r'), "{text:?}");
    assert!(text.ends_with('\n'));
}

#[test]
fn messages_are_made_harmless_and_cells_of_the_sheet_stay() {
    for (message, shown) in [
        ("=1+1", "'=1+1"),
        ("+1", "'+1"),
        ("-1", "'-1"),
        ("@SUM(A1)", "'@SUM(A1)"),
        ("a,\"b\"\r\nc\u{1b}[31md", "a,\"b\"  c [31md"),
    ] {
        let place = Place::new();
        place.write("orders.csv", "purchase_no,flag_name,own\nCG1,aa,=1+1\n");
        let erp = ScriptedServer::always(refused(100, message));
        finish(&mut place.run(&erp, ["orders.csv"])).expect(1);
        for file in ["orders.results.csv", "orders.failures.csv"] {
            let table = place.table(file);
            assert_eq!(table.column("message"), [shown]);
            assert_eq!(table.column("own"), ["=1+1"], "the user's own");
        }
    }
}

#[test]
fn a_column_of_the_users_own_named_status_stays() {
    let (place, erp) = (Place::new(), sandbox());
    place.write(
        "orders.csv",
        "status,purchase_no,flag_name,line\nmine,CG1,aa,L7\n",
    );
    finish(&mut place.run(&erp, ["orders.csv"])).expect(0);
    let results = place.table("orders.results.csv");
    let own = ["status", "purchase_no", "flag_name", "line"];
    assert_eq!(results.header[..4], own);
    assert_eq!(results.header[4..], APPENDED);
    assert_eq!(results.rows[0][..6], ["mine", "CG1", "aa", "L7", "2", "ok"]);
}

#[test]
fn results_and_failures_fed_back_do_not_double_the_appended_columns() {
    let (place, erp) = (Place::new(), sandbox());
    let sheet = "purchase_no,flag_name,备注\nCG1,aa,好\nCG404,aa,\n,aa,空\nCG1,加急,\n";
    place.write("orders.csv", sheet);
    finish(&mut place.run(&erp, ["orders.csv"])).expect(1);
    let first = place.table("orders.results.csv");

    let calls = erp.stats().calls;
    finish(&mut place.run(&erp, ["orders.results.csv"])).expect(1);
    assert_eq!(
        erp.stats().calls,
        calls + 1,
        "what was accepted is not sent again"
    );
    let again = place.table("orders.results.csv");
    assert_eq!(again.header, first.header);
    let compared = ["purchase_no", "flag_name", "备注", "line", "status", "code"];
    assert_eq!(again.select(compared), first.select(compared));

    finish(&mut place.run(&erp, ["orders.failures.csv"])).expect(1);
    let failures = place.table("orders.failures.csv");
    assert_eq!(failures.header, first.header);
    assert_eq!(
        failures.select(["purchase_no", "备注", "line", "status"]),
        [["CG404", "", "3", "rejected"], ["", "空", "4", "invalid"]]
    );
}

#[test]
fn files_go_beside_the_sheet_or_where_they_are_told_to() {
    let (place, erp) = (Place::new(), sandbox());
    std::fs::create_dir(place.path("in")).expect("created");
    place.write("in/四月.csv", "purchase_no,flag_name\nCG1,aa\n");
    let run = finish(&mut place.run(&erp, ["in/四月.csv"])).expect(0);
    assert_eq!(place.table("in/四月.results.csv").count("ok"), 1);
    assert!(place.table("in/四月.failures.csv").rows.is_empty());
    let results = Path::new("in").join("四月.results.csv");
    assert!(run.stdout.contains(&*results.to_string_lossy()), "{run:?}");

    let args = ["in/四月.csv", "-o", "all.csv", "--failures", "bad.csv"];
    finish(&mut place.run(&erp, args)).expect(0);
    assert_eq!(place.files(), ["all.csv", "bad.csv", "in"]);
}

#[test]
fn a_sheet_without_rows_gives_files_without_rows() {
    let (place, erp) = (Place::new(), sandbox());
    place.write("orders.csv", "purchase_no,flag_name\n");
    finish(&mut place.run(&erp, ["orders.csv"])).expect(0);
    for file in ["orders.results.csv", "orders.failures.csv"] {
        let table = place.table(file);
        assert!(table.rows.is_empty());
        assert_eq!(table.header[2..], APPENDED);
    }
    assert_eq!(erp.stats().calls, 0);
}

#[test]
#[cfg(target_os = "linux")]
fn a_sheet_may_have_a_name_that_is_not_unicode() {
    use std::ffi::OsStr;
    use std::os::unix::ffi::OsStrExt;

    let (place, erp) = (Place::new(), sandbox());
    // "四月" as an older Windows would have named it.
    let named = |ending: &str| [&b"\xcb\xc4\xd4\xc2"[..], ending.as_bytes()].concat();
    let path = |name: &[u8]| place.path(".").join(OsStr::from_bytes(name));
    std::fs::write(path(&named(".csv")), "purchase_no,flag_name\nCG1,aa\n").expect("written");
    finish(&mut place.run(&erp, [OsStr::from_bytes(&named(".csv"))])).expect(0);
    assert!(path(&named(".results.csv")).is_file());
    assert!(path(&named(".failures.csv")).is_file());
}

#[cfg(target_os = "linux")]
#[test]
fn a_place_that_cannot_be_written_is_found_out_before_anything_is_sent() {
    let (place, erp) = (Place::new(), sandbox());
    place.write("orders.csv", "purchase_no,flag_name\nCG1,aa\n");
    for option in ["--results", "--failures"] {
        let args = ["orders.csv", option, "/proc/r.csv"];
        let run = finish(&mut place.run(&erp, args)).expect(3);
        assert!(run.stderr.contains(args[2]), "names the file: {run:#?}");
        assert_eq!(place.files(), ["orders.csv"], "{run:#?}");
    }
    assert_eq!(erp.stats().calls, 0);
}
