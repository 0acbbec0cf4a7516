//! Each sentence of what a correction is, with a small file.

use std::fs;

use super::*;
use crate::files::results::open_table;
use crate::files::row_check::{RowCheck, origin_part};
use crate::sheet::{SheetOptions, Source};

/// A row as it was written: line, order, flag, status.
type Written<'r> = (u64, &'r str, &'r str, &'r str);

const HEADER: &str = "采购单号,标记,line,status,code,message,attempts,finished_at,row_check\n";

fn issuer() -> Issuer {
    Issuer::of("shop1", "erp.example")
}

fn check((line, order, flag, _): Written<'_>, issuer: &Issuer) -> RowCheck {
    RowCheck::new(issuer, origin_part(Some(line), 0, order), order, [flag, ""])
}

/// The row, with what its cells of order, flag and check are now, if they have changed.
fn row(was: Written<'_>, order: Option<&str>, flag: Option<&str>, mark: &str) -> String {
    let check = check(was, &issuer());
    let (order, flag) = (order.unwrap_or(was.1), flag.unwrap_or(was.2));
    format!("{order},{flag},{},{},,,1,,{check}{mark}\n", was.0, was.3)
}

/// What is sent, or why a row or the file is not.
fn corrected(results: &[Written<'_>], given: &str, issuer: &Issuer) -> Vec<String> {
    let directory = tempfile::tempdir().expect("a directory");
    let path = directory.path().join("x.failures.csv");
    fs::write(&path, format!("{HEADER}{given}")).expect("written");
    let mut sheet = Sheet::open(Source::Path(path), &SheetOptions::default()).expect("a sheet");
    let path = directory.path().join("x.results.csv");
    let rows: String = results
        .iter()
        .map(|&was| row(was, None, None, ""))
        .collect();
    fs::write(&path, format!("{HEADER}{rows}")).expect("written");
    assert!(open_table(&path).is_ok());
    let past = PastResults::read(&path, &sheet, None).expect("readable");
    if let Err(error) = correct(&mut sheet, past, Some(issuer)) {
        return vec![error.to_string()];
    }
    let rows = read_rows(&sheet).expect("readable");
    let said = rows.iter().filter(|row| row.part.is_given()).map(|row| {
        let line = row.origin().and_then(|it| it.line);
        let line = line.map_or("added".to_owned(), |line| line.to_string());
        match row.entry(&sheet) {
            _ if row.part.is_settled() => format!("{line} done"),
            Ok(entry) => format!("{line} {} {}", entry.order, entry.flag),
            Err(problem) => format!("{line} {problem}"),
        }
    });
    said.collect()
}

const A: Written<'_> = (2, "0012345", "aa", "rejected");
const B: Written<'_> = (3, "CG2", "bb", "failed");
const C: Written<'_> = (4, "2022072512345928259", "cc", "skipped");
const D: Written<'_> = (5, "CG5", "dd", "ok");
const ALL: [Written<'_>; 4] = [A, B, C, D];

/// A row by its letter, or `+` where a person has added one, with what its order, its flag and its
/// mark are now.
fn given(row_as_it_is: &str) -> String {
    let mut words = row_as_it_is.split(' ');
    let name = words.next();
    let mut next = || words.next().filter(|it| *it != "-");
    let (order, flag, mark) = (next(), next(), next());
    let was = match name {
        Some("A") => A,
        Some("B") => B,
        Some("C") => C,
        Some("D") => D,
        _ => return format!("{},{},,,,,,,\n", order.unwrap(), flag.unwrap()),
    };
    row(was, order, flag, mark.unwrap_or_default())
}

#[test]
fn what_becomes_of_rows_that_are_given_back() {
    let moved = "is the order of another row";
    for (name, rows, expected) in [
        ("unedited", "A", "2 0012345 aa"),
        ("corrected", "A CG9 x", "2 CG9 x"),
        ("zeros lost", "A 12345", "2 0012345 aa"),
        ("that number is meant", "A 12345 - !", "2 12345 aa"),
        (
            "digits cut",
            "C 2022072512345920000",
            "4 2022072512345928259 cc",
        ),
        (
            "corrected",
            "C 2022072512345928258",
            "4 2022072512345928258 cc",
        ),
        (
            "digits hidden",
            "C 2.02207E+18",
            "a spreadsheet has cut digits",
        ),
        ("success unedited", "D", "5 done"),
        ("success edited", "D - x", "5 CG5 x"),
        (
            "orders moved",
            "A CG2; B 12345",
            &format!("{moved}; {moved}"),
        ),
        ("moved and meant", "B CG5 - !", "3 CG5 bb"),
        ("a copy", "B; B", "3 CG2 bb"),
        ("a copy edited", "B CG7; B", "3 CG2 bb; added CG7 bb"),
        ("two exchanged", "A - bb; B - aa", "2 0012345 bb; 3 CG2 aa"),
        (
            "three exchanged",
            "A - bb; B - cc; C - aa",
            "the flags of 3 rows",
        ),
        (
            "three exchanged, and a fourth corrected",
            "A - bb; B - cc; C - aa; D - ee",
            "the flags of 4 rows",
        ),
        (
            "corrected and its zeros lost",
            "A 54321",
            "zeros are probably lost",
        ),
        ("corrected, and meant", "A 54321 - !", "2 54321 aa"),
        ("emptied", "A  x", "is empty"),
        ("added", "+ CG9 x", "added CG9 x"),
        ("added with another's order", "+ CG5 x", "added CG5 x"),
        (
            "added with such an order whose zeros are lost",
            "+ 12345 x",
            moved,
        ),
        ("sorted", "C; A", "2 0012345 aa; 4 2022072512345928259 cc"),
    ] {
        let rows: String = rows.split("; ").map(given).collect();
        let said = corrected(&ALL, &rows, &issuer());
        let expected: Vec<&str> = expected.split("; ").collect();
        assert_eq!(said.len(), expected.len(), "{name}: {said:?}");
        for (said, expected) in said.iter().zip(expected) {
            assert!(said.contains(expected), "{name}: {said}");
        }
    }
}

#[test]
fn digits_are_not_filled_in_where_the_order_was_rejected_or_is_in_doubt() {
    let rejected = (4, C.1, "cc", "rejected");
    let given = row(rejected, Some("2022072512345920000"), None, "");
    let said = corrected(&[rejected], &given, &issuer());
    assert!(said[0].contains("has cut digits"), "{said:?}");
    let given = row(
        (4, C.1, "cc", "invalid"),
        Some("2022072512345920000"),
        None,
        "?",
    );
    let said = corrected(&[rejected], &given, &issuer());
    assert!(said[0].contains("has cut digits"), "{said:?}");
}

#[test]
fn what_was_in_doubt_stays_so_until_another_is_entered_or_it_is_meant() {
    let was = (2, "12345", "aa", "invalid");
    let check = check(was, &issuer()).in_doubt("12,345");
    for (order, mark, expected) in [
        ("12345", "", "still what was in doubt"),
        ("12345.00", "", "still what was in doubt"),
        ("12345", "!", "2 12345 aa"),
        ("0012345", "", "2 0012345 aa"),
    ] {
        let given = format!("{order},aa,2,invalid,,,1,,{check}{mark}\n");
        let said = corrected(&[was], &given, &issuer());
        assert!(said[0].contains(expected), "{order}{mark}: {said:?}");
    }
}

#[test]
fn a_file_is_of_one_account_and_a_trial_of_any() {
    let other = Issuer::of("shop2", "erp.example");
    let given = row(B, None, None, "");
    let trial = format!("CG2,bb,3,failed,,,1,,{}\n", check(B, &Issuer::demo()));
    let refused = |given: &str, issuer: &Issuer| corrected(&[], given, issuer)[0].clone();
    assert!(refused(&given, &other).contains("another account"));
    assert!(refused(&trial, &other).contains("stand-in"));
    assert_eq!(refused(&given, &Issuer::demo()), "added CG2 bb");
}
