//! Rows with fewer or more fields than the header.

use super::*;

#[test]
fn what_spreadsheets_leave_out_or_add_at_the_end_is_no_fault() {
    let sheet = open(
        "purchase_no,flag_name,note,x\nCG1,aa\nCG2,aa\nCG3,aa,note\nCG4,aa,,,,,\nCG5,aa,n,x\nCG6,aa, \n",
    );
    assert_eq!(
        told(&sheet),
        [
            "2 CG1 aa", "3 CG2 aa", "4 CG3 aa", "5 CG4 aa", "6 CG5 aa", "7 CG6 aa"
        ]
    );
    let rows = rows(&sheet).unwrap();
    assert_eq!(cells(&rows[0]), ["CG1", "aa", "", ""]);
    assert!(rows.iter().all(|row| row.extra_fields().is_empty()));
}

#[test]
fn a_row_without_the_orders_or_the_flags_cell_has_it_empty() {
    assert_eq!(
        told(&open("purchase_no,flag_name\nCG1\n,\n\nCG3,aa\n")),
        ["2 ! flag_name is empty", "5 CG3 aa"]
    );
    assert_eq!(
        told(&open("x,purchase_no,flag_name\na\n")),
        ["2 ! purchase_no is empty"]
    );
}

#[test]
fn surplus_fields_that_are_not_empty_make_a_row_invalid() {
    let sheet = open("purchase_no,flag_name\nCG2,aa,x,\"y,\"\"z\"\"\"\nCG3,aa\nCG4,aa,,z\n");
    let told = told(&sheet);
    assert!(told[0].starts_with("2 ! wrong number of fields: more than the 2 of the header"));
    assert_eq!(told[1], "3 CG3 aa");
    assert!(told[2].ends_with("(4 instead of 2)"));
    let rows = rows(&sheet).unwrap();
    assert_eq!(cells(&rows[0]), ["CG2", "aa"]);
    let extra: Vec<_> = rows.iter().map(Row::extra_fields).collect();
    assert_eq!(extra, ["x,\"y,\"\"z\"\"\"", "", ",z"]);
    assert_eq!(rows[0].entry(&sheet).unwrap_err().column, None);
}

/// A line break without quotes tears a row in two, and the columns of the second half are others.
#[test]
fn the_second_half_of_a_torn_row_is_not_read_as_a_row() {
    let empty = "purchase_no is empty";
    for (header, row, first) in [
        // As if `PO2` were the order, with `bb` as its flag.
        (
            "note,x,purchase_no,flag_name,other",
            "n,分两批\n第二批,PO1,aa,bb",
            empty,
        ),
        (
            "a,note,purchase_no,flag_name,y,z",
            "1,two\nlines,CG1,aa,CG2,bb",
            empty,
        ),
        (
            "purchase_no,flag_name,note,x,y",
            "CG1,aa,two\nlines,bb,z",
            "CG1 aa",
        ),
        (
            "purchase_no,flag_name,note,x,y",
            "CG1,aa,three\nmore\nlines,bb,z",
            "CG1 aa",
        ),
        (
            "purchase_no,flag_name,note,x",
            "CG1,aa,two\nlines,bb",
            "CG1 aa",
        ),
    ] {
        let told = told(&open(format!("{header}\n{row}\n")));
        assert!(told[0].ends_with(first), "{told:?}");
        let last = told.last().unwrap();
        assert!(
            last.contains("! wrong number of fields") && last.contains("line break"),
            "{told:?}"
        );
    }
}

#[test]
fn short_rows_one_after_another_are_rows() {
    // Of three columns, two rows of two fields each could be the halves of one row.
    let rows: String = (0..40).map(|n| format!("CG{n},aa\n")).collect();
    let sheet = open(format!("purchase_no,flag_name,note\n{rows}"));
    assert!(told(&sheet).iter().all(|row| row.ends_with(" aa")));
    let sheet = open("purchase_no,flag_name,note,x\nCG1,aa\nCG2,aa,n\nCG3,aa\n");
    assert_eq!(told(&sheet), ["2 CG1 aa", "3 CG2 aa", "4 CG3 aa"]);
}
