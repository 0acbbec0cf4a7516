//! The results file: what is in it of the sheet, what is added, how it is written.

use crate::harness::{Place, ScriptedServer, refused, sandbox};

const APPENDED: &str = "line,status,code,message,attempts,finished_at,row_check";

#[test]
fn files_begin_with_a_byte_order_mark_unless_told_not_to_and_may_have_no_rows() {
    let (place, erp) = (Place::new(), sandbox());
    place.write("orders.csv", "purchase_no,flag_name\n,\n\n");
    for (line, mark) in [
        ("orders.csv --allow-empty", "\u{feff}"),
        ("orders.csv --no-bom --allow-empty", ""),
    ] {
        let run = place.runs(&erp, line, 0);
        run.prints("0 rows");
        for file in ["orders.results.csv", "orders.failures.csv"] {
            let header = format!("{mark}purchase_no,flag_name,{APPENDED}\n");
            assert_eq!(place.read(file), header, "{file}");
        }
    }
    assert_eq!(erp.stats().calls, 0);
}

#[test]
fn the_sheets_own_cells_come_through_unchanged_whatever_their_columns_are_named() {
    let (place, erp) = (Place::new(), sandbox());
    let sheet = "\u{feff}status,purchase_no,=状态,flag_name,line\r\n\
         \"a \"\"quoted\"\", cell\",CG1,=1+1,aa,L7\r\n\
         \"two\r\nlines, or\nthree\",CG2,-x,加急,\r\n\
         =SUM(A1),\"=\"\"CG3\"\"\",@home,无,\r\n\
         ' spaced ,CG4, +1 ,nonsense,\r\n";
    place.write("orders.csv", sheet);
    place.runs(&erp, "orders.csv", 1);
    let results = place.table("orders.results.csv");
    let header = results.header.join(",");
    assert_eq!(
        header,
        format!("status,purchase_no,=状态,flag_name,line,{APPENDED}")
    );
    let rows = results.rows.iter().map(|row| &row[..7]);
    assert_eq!(
        rows.collect::<Vec<_>>(),
        [
            ["a \"quoted\", cell", "CG1", "=1+1", "aa", "L7", "2", "ok"],
            [
                "two\r\nlines, or\nthree",
                "CG2",
                "-x",
                "加急",
                "",
                "3",
                "ok"
            ],
            ["=SUM(A1)", "=\"CG3\"", "@home", "无", "", "6", "ok"],
            ["' spaced ", "CG4", " +1 ", "nonsense", "", "7", "rejected"],
        ]
    );
    let text = place.read("orders.results.csv");
    let outside_quotes: String = text.split('"').step_by(2).collect();
    assert!(!outside_quotes.contains('\r'), "{text:?}");
    assert!(text.ends_with('\n'));
}

#[test]
fn messages_are_made_harmless_and_cells_of_the_sheet_stay() {
    let place = Place::new();
    place.write("orders.csv", "purchase_no,flag_name,own\nCG1,aa,=1+1\n");
    let erp = ScriptedServer::always(refused(100, "@a,\"b\"\r\nc\u{1b}[31md"));
    place.runs(&erp, "orders.csv", 1);
    for file in ["orders.results.csv", "orders.failures.csv"] {
        let table = place.table(file);
        assert_eq!(table.text(["own", "message"]), "=1+1,'@a,\"b\"  c [31md\n");
    }
}

#[test]
fn results_fed_back_do_not_double_the_appended_columns() {
    let (place, erp) = (Place::new(), sandbox());
    let sheet = "purchase_no,flag_name,备注\nCG1,aa,好\nCG404,aa,\n,aa,空\nCG1,加急,\n";
    place.write("orders.csv", sheet);
    place.runs(&erp, "orders.csv", 1);
    let first = place.table("orders.results.csv");
    let calls = erp.stats().calls;
    place.runs(&erp, "orders.results.csv", 1);
    let again = place.table("orders.results.csv");
    assert_eq!(again.header, first.header);
    let compared = ["purchase_no", "flag_name", "备注", "line", "status", "code"];
    assert_eq!(again.text(compared), first.text(compared));
    let calls = erp.stats().calls - calls;
    assert_eq!(calls, 1, "what was accepted is not sent again");
}
