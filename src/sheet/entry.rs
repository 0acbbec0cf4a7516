//! What of a row goes to the ERP.

use std::borrow::Cow;

use super::columns::FlagSource;
use super::header::Header;
use super::input::{SheetError, SheetOptions};
use super::misfit::{NOTHING, REPEATED_HEADER, ROUNDED, is_nothing, misfit};
use super::normalize::{folded, half_width, strip_wrapping};
use super::own::SENT_FLAG;
use super::problem::Problem;
use super::row::Row;
use crate::erp::CLEAR_FLAG;
use crate::erp::field::{Field, validate};

/// How messages name the column of a flag that was given for all rows.
const GIVEN_FLAG: &str = "--flag";

/// What goes to the ERP for one row, cleaned.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry<'a> {
    pub order: Cow<'a, str>,
    pub flag: Cow<'a, str>,
}

/// From the sheet's own cells and, where flags do not come from one of them, the row's sent flag.
pub fn entry<'a>(header: &'a Header, row: &'a Row) -> Result<Entry<'a>, Problem> {
    let order = order(header, row)?;
    let (column, cell) = match &header.flag {
        FlagSource::Column(at) => (
            header.fields[*at].as_str(),
            row.cells().get(header.cell(*at)),
        ),
        FlagSource::SentFlag(_) => (SENT_FLAG, row.sent_flag()),
        FlagSource::Given(flag) => (GIVEN_FLAG, row.sent_flag().or(Some(flag))),
    };
    if let [_, Some(problem)] = &row.cell_problems {
        return Err(problem.clone());
    }
    let flag = clean_flag(cell.unwrap_or_default(), column, &header.flags)?;
    // What is given for all rows, or listed, is meant.
    let is_meant = !matches!(header.flag, FlagSource::Column(_)) || !header.flags.is_empty();
    if !is_meant && is_nothing(&flag) {
        return Err(Problem::misfit(column, NOTHING, &flag));
    }
    Ok(Entry { order, flag })
}

/// The cell as it would be sent, which must be one of `flags`, if there are any, or none.
fn clean_flag<'c>(cell: &'c str, column: &str, flags: &[String]) -> Result<Cow<'c, str>, Problem> {
    let flag = clean(cell, column, Field::FlagName)?;
    if flags.is_empty() || flag == CLEAR_FLAG || flags.iter().any(|it| *it == flag) {
        Ok(flag)
    } else {
        Err(Problem::unlisted_flag(column, &flag, nearest(&flag, flags)))
    }
}

/// The flag that most likely is meant, if one has any of its characters; letter case and width count
/// least.
fn nearest<'f>(flag: &str, flags: &'f [String]) -> Option<&'f str> {
    let meant = folded(flag);
    let is_like = |it: &&String| folded(it).contains(|c| meant.contains(c));
    let alike = flags.iter().filter(is_like);
    let nearest = alike.min_by_key(|it| (distance(&folded(it), &meant), distance(it, flag)));
    nearest.map(String::as_str)
}

/// How many characters have to be changed, put in or taken out to make one text of the other.
fn distance(one: &str, other: &str) -> usize {
    let mut row: Vec<usize> = (0..=other.chars().count()).collect();
    for (at, c) in one.chars().enumerate() {
        let mut before = std::mem::replace(&mut row[0], at + 1);
        for (at, d) in other.chars().enumerate() {
            let changed = before + usize::from(c != d);
            before = row[at + 1];
            row[at + 1] = changed.min(before + 1).min(row[at] + 1);
        }
    }
    row[row.len() - 1]
}

pub fn order<'a>(header: &Header, row: &'a Row) -> Result<Cow<'a, str>, Problem> {
    if let [Some(problem), _] = &row.cell_problems {
        return Err(problem.clone());
    }
    let column = header.fields[header.order].as_str();
    let cell = row.cells().get(header.cell(header.order));
    let cell = cell.unwrap_or_default();
    let order = clean(cell, column, Field::PurchaseNo)?;
    let has_digit = order.bytes().any(|byte| byte.is_ascii_digit());
    let is_header = || !has_digit && Field::PurchaseNo.fit(&order).is_some();
    if header.is_repeated_by(&order) || is_header() {
        Err(Problem::misfit(column, REPEATED_HEADER, &order))
    } else if header.rounded.has(cell) {
        Err(Problem::misfit(column, ROUNDED, &order))
    } else {
        Ok(order)
    }
}

/// Fails if the flag given for all rows cannot be sent.
pub fn check_given_flag(options: &SheetOptions) -> Result<(), SheetError> {
    if let Some(flag) = &options.flag {
        let cleaned = clean_flag(flag, GIVEN_FLAG, &options.flags);
        cleaned.map_err(|problem| SheetError(problem.to_string()))?;
    }
    Ok(())
}

/// The cell without what is put around it, an order also without full-width letters and digits.
pub fn sent_text(cell: &str, field: Field) -> Cow<'_, str> {
    let text = strip_wrapping(cell);
    match field {
        Field::FlagName => text,
        Field::PurchaseNo => half_width(&text).map_or(text, Cow::Owned),
    }
}

/// The cell as it would be sent. Borrows unless something within had to go.
pub fn clean<'c>(cell: &'c str, column: &str, field: Field) -> Result<Cow<'c, str>, Problem> {
    let text = sent_text(cell, field);
    if let Some(says) = misfit(&text, field) {
        return Err(Problem::misfit(column, says, &text));
    }
    match validate(&text, field) {
        Ok(()) => Ok(text),
        Err(invalid) => Err(Problem::invalid(column, invalid)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn order(cell: &str) -> Result<Cow<'_, str>, Problem> {
        clean(cell, "采购单号", Field::PurchaseNo)
    }

    #[test]
    fn what_cannot_be_sent_is_named_with_what_to_do() {
        let long = "中".repeat(41);
        for (cell, says) in [
            ("", "采购单号 is empty"),
            (" \u{200b}\u{3000}", "采购单号 is empty"),
            ("=\"\"", "采购单号 is empty"),
            ("'", "采购单号 is empty"),
            (
                "a\nb",
                "采购单号 has a line break; remove it (character 2 is U+000A)",
            ),
            ("CG😀1", "(character 3 is 😀 U+1F600)"),
            ("a\u{e4c6}", "give its own with --encoding"),
            ("2e-5", "format the column as text (文本)"),
            (
                "合计",
                "采购单号 is a total line and no order; remove the row (\"合计\")",
            ),
            (&long, "characters that the ERP takes (41 characters)"),
        ] {
            let problem = order(cell).expect_err(cell);
            assert!(problem.to_string().contains(says), "{cell:?}: {problem}");
            assert_eq!(problem.column.as_deref(), Some("采购单号"));
            assert!(!problem.to_string().contains('\n'), "{cell:?}: {problem}");
        }
    }

    #[test]
    fn of_the_listed_flags_the_nearest_is_named() {
        let flags = ["加急", "已质检", "待质检", "AB", "aa"].map(str::to_owned);
        for (cell, nearest) in [
            ("加及", Some("加急")),
            ("待质捡", Some("待质检")),
            ("急", Some("加急")),
            ("已经质检", Some("已质检")),
            (" 加急 ", None),
            ("无", None),
            // attack: letter case and width.
            ("AA", Some("aa")),
            ("ａＢ", Some("AB")),
            ("Aa", Some("aa")),
        ] {
            let problem = clean_flag(cell, "标记", &flags)
                .err()
                .map(|it| it.to_string());
            let said = nearest.map(|nearest| format!("the nearest is \"{nearest}\")"));
            let is_said = |said: &String| problem.as_ref().is_some_and(|it| it.ends_with(said));
            assert_eq!(
                said.as_ref().is_some_and(is_said),
                problem.is_some(),
                "{cell}"
            );
        }
        let unlike = clean_flag("特快", "标记", &flags).expect_err("not listed");
        assert!(unlike.to_string().ends_with("(\"特快\")"), "{unlike}");
        assert!(clean_flag("其他", "标记", &[]).is_ok());
    }

    #[test]
    fn what_surrounds_the_text_does_not_count() {
        assert_eq!(
            order(&format!(" ={:?} ", "a".repeat(40))).unwrap(),
            "a".repeat(40)
        );
    }
}
