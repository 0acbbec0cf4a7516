use std::sync::Arc;

use super::super::budget::Budget;
use super::super::builder::TableBuilder;
use super::super::number_format::NumberFormat;
use super::*;

const ORDER: Option<Role> = Some(Role::Order { digits: None });

/// A cell as the file has it.
#[derive(Clone, Copy)]
enum Stored<'t> {
    Number(f64),
    Text(&'t str),
    Shown(f64, &'t str),
    Percent(f64),
    Bool(bool),
}

use crate::workbook::error::Result;
use Stored::{Bool, Number, Percent, Shown, Text};

fn shown(stored: Stored<'_>, code: &str, role: Option<Role>) -> String {
    formula(stored, code, role, false)
}

fn formula(stored: Stored<'_>, code: &str, role: Option<Role>, is_formula: bool) -> String {
    let table = |budget: &Budget| -> Result<Table> {
        let mut builder = TableBuilder::new(budget, &Arc::default());
        let value = match stored {
            Number(value) => Value::Number(value),
            Percent(value) => Value::Percent(value),
            Bool(value) => Value::Bool(value),
            Text(text) => builder.text(text)?,
            Shown(value, text) => builder.shown(value, text)?,
        };
        let cell = TableCell {
            value,
            column: 0,
            style: 0,
            is_formula,
        };
        builder.cell(1, cell)?;
        builder.finish()
    };
    let mut table = table(&Budget::new(None)).unwrap();
    table.formats = [Arc::new(NumberFormat::parse(code))].into();
    let mut text = String::new();
    show(&table, &table.cells(table.rows[0])[0], role, &mut text);
    text
}

#[test]
fn numbers_show_as_their_digits() {
    for (value, text) in [
        (2204130001.0, "2204130001"),
        (0.0, "0"),
        (-0.0, "0"),
        (-5.0, "-5"),
        (1.5, "1.5"),
        (0.1 + 0.2, "0.3"),
        (999_999_999_999_999.0, "999999999999999"),
        (1e20, "100000000000000000000"),
    ] {
        assert_eq!(shown(Number(value), "General", None), text);
    }
}

#[test]
fn an_order_number_too_long_for_excel_shows_an_exponent() {
    for (value, text) in [
        (1_234_567_890_123_450.0, "1.23456789012345E+15"),
        (1e15, "1E+15"),
        (999_999_999_999_999.0, "999999999999999"),
    ] {
        assert_eq!(shown(Number(value), "0", ORDER), text);
        assert_eq!(shown(Shown(value, "##"), "0", None), format!("{value}"));
    }
}

#[test]
fn cells_show_as_people_see_them() {
    for (stored, code, text) in [
        (Bool(true), "General", "TRUE"),
        (Bool(false), "General", "FALSE"),
        (Text("#N/A"), "General", "#N/A"),
        (Number(45_943.0), "yyyy/m/d", "2025-10-13"),
        (Number(45_943.5), "m/d/yy h:mm", "2025-10-13 12:00:00"),
        (Number(0.5), "h:mm", "12:00:00"),
        (Number(1.5), "[h]:mm", "36:00:00"),
    ] {
        assert_eq!(shown(stored, code, ORDER), text);
    }
}

#[test]
fn what_goes_to_the_erp_shows_through_its_format_and_the_rest_does_not() {
    for (stored, code, sent, other) in [
        (Number(12_345.0), "\"CG\"00000000", "CG00012345", "12345"),
        (Number(0.15), "0%", "15%", "0.15"),
        (Number(-3.0), "0000", "#FORMAT! -3 | 0000", "-3"),
        (
            Number(1234.5),
            "#,##0.00",
            "#FORMAT! 1234.5 | #,##0.00",
            "1234.5",
        ),
        (Number(-1.0), "yyyy", "#FORMAT! -1 | yyyy", "-1"),
        (Text("7"), "\"CG\"@", "CG7", "7"),
        (Text("7"), ";;;", "#FORMAT! 7 | ;;;", "7"),
        (Percent(0.155), "General", "15.5%", "0.155"),
        (
            Shown(12_345.0, "CG00012345"),
            "General",
            "CG00012345",
            "CG00012345",
        ),
        (Shown(12_345.0, "12345"), "General", "12345", "12345"),
        (
            Shown(12_345.0, "12,345"),
            "General",
            "#FORMAT! 12345 | 12,345",
            "12,345",
        ),
        (
            Shown(12_345.0, "¥12345"),
            "General",
            "#FORMAT! 12345 | ¥12345",
            "¥12345",
        ),
        (
            Shown(12_345.0, "1.23E+04"),
            "General",
            "#FORMAT! 12345 | 1.23E+04",
            "1.23E+04",
        ),
        (
            Shown(12_345.0, "###"),
            "General",
            "#FORMAT! 12345 | ###",
            "12345",
        ),
        (Shown(1.5, "0015"), "General", "#FORMAT! 1.5 | 0015", "0015"),
    ] {
        let both = [ORDER, Some(Role::Flag)].map(|role| shown(stored, code, role));
        assert_eq!(both, [sent, sent]);
        assert_eq!(shown(stored, code, None), other);
    }
}

#[test]
fn an_order_is_no_fraction() {
    for stored in [Number(20_240_105.1), Shown(20_240_105.1, "20240105.1")] {
        let shown = [ORDER, Some(Role::Flag)].map(|role| shown(stored, "General", role));
        assert_eq!(shown, ["#FORMAT! 20240105.1 | General", "20240105.1"]);
    }
}

#[test]
fn a_formula_without_a_value_is_named_where_it_matters() {
    for (stored, text) in [
        (Text(""), "#FORMULA!"),
        (Number(0.0), "#FORMULA!"),
        (Shown(0.0, "0"), "#FORMULA!"),
        (Text("CG1"), "CG1"),
        (Number(7.0), "7"),
    ] {
        assert_eq!(formula(stored, "General", ORDER, true), text);
    }
    assert_eq!(formula(Text(""), "General", None, true), "");
    assert_eq!(formula(Number(0.0), "General", None, true), "0");
    assert_eq!(formula(Number(0.0), "General", ORDER, false), "0");
}

#[test]
fn a_number_with_fewer_digits_than_the_texts_has_probably_lost_some() {
    let role = Some(Role::Order { digits: Some(7) });
    for (stored, code, text) in [
        (Number(12_345.0), "General", "#DIGITS! 12345"),
        (Number(1_234_567.0), "General", "1234567"),
        (Number(12_345_678.0), "General", "12345678"),
        (Number(12_345.0), "0000000", "0012345"),
        (Shown(12_345.0, "12345"), "General", "#DIGITS! 12345"),
        (Text("12345"), "General", "12345"),
    ] {
        assert_eq!(shown(stored, code, role), text);
    }
}
