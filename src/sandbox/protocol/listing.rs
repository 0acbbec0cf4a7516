//! What a call that lists orders asks for.

use std::ops::RangeInclusive;

use serde_json::{Map, Value};

use super::Paging;
use super::fields::{MAX_ORDER_CHARS, no_other, text};
use crate::sandbox::clock::parse_local_time;
use crate::sandbox::refusal::Refusal;

const MAX_TIME_CHARS: usize = 40;
const MAX_STATUS_CHARS: usize = 64;
const MAX_WINDOW_SECONDS: i64 = 30 * 24 * 3_600;

/// Accepted and without effect: the stand-in knows neither suppliers nor warehouses.
const IGNORED: [(&str, usize); 3] = [
    ("provider_no", 20),
    ("expect_warehouse_no", 40),
    ("receive_warehouse_no", 40),
];

/// What an order can be, from cancelled to done.
const STATUSES: [u64; 10] = [10, 20, 30, 35, 40, 50, 60, 70, 80, 90];
const STOCKIN_STATUSES: RangeInclusive<u64> = 0..=5;

#[derive(Debug, PartialEq, Eq)]
pub(in crate::sandbox) struct Listing {
    pub(in crate::sandbox) wanted: Wanted,
    /// `None` is any.
    pub(in crate::sandbox) statuses: Option<Vec<u64>>,
    pub(in crate::sandbox) stockin_status: Option<u64>,
    pub(in crate::sandbox) paging: Paging,
}

#[derive(Debug, PartialEq, Eq)]
pub(in crate::sandbox) enum Wanted {
    Number(String),
    /// Those last modified then, in Unix seconds.
    Modified(RangeInclusive<i64>),
}

impl Listing {
    /// Whether it asks for orders in this state.
    pub(in crate::sandbox) fn admits(&self, status: u64, stockin_status: u64) -> bool {
        let statuses = self.statuses.as_ref();
        statuses.is_none_or(|list| list.contains(&status))
            && self.stockin_status.is_none_or(|it| it == stockin_status)
    }
}

pub(super) fn listing(mut fields: Map<String, Value>, paging: Paging) -> Result<Listing, Refusal> {
    let number = optional(&mut fields, "purchase_no", MAX_ORDER_CHARS)?;
    let start = optional(&mut fields, "start_time", MAX_TIME_CHARS)?;
    let end = optional(&mut fields, "end_time", MAX_TIME_CHARS)?;
    let statuses = optional(&mut fields, "status", MAX_STATUS_CHARS)?;
    for (field, max) in IGNORED {
        optional(&mut fields, field, max)?;
    }
    let stockin_status = match fields.remove("stockin_status") {
        None | Some(Value::Null) => None,
        Some(Value::Number(number)) => match number.as_u64() {
            Some(status) if STOCKIN_STATUSES.contains(&status) => Some(status),
            _ => return Err(Refusal::BadValue("stockin_status")),
        },
        Some(_) => return Err(Refusal::ArgumentType),
    };
    match fields.remove("fuzzy_query") {
        None | Some(Value::Null | Value::Bool(false)) => {}
        // It would find other orders than the number alone.
        Some(Value::Bool(true)) => return Err(Refusal::BadValue("fuzzy_query")),
        Some(_) => return Err(Refusal::ArgumentType),
    }
    no_other(fields)?;
    Ok(Listing {
        wanted: match (number, start, end) {
            (Some(number), ..) => Wanted::Number(number),
            (None, Some(start), Some(end)) => Wanted::Modified(window(&start, &end)?),
            _ => return Err(Refusal::NoWindow),
        },
        statuses: statuses.map(|list| each_status(&list)).transpose()?,
        stockin_status,
        paging,
    })
}

fn optional(
    fields: &mut Map<String, Value>,
    field: &'static str,
    max: usize,
) -> Result<Option<String>, Refusal> {
    match text(fields.remove(field), field, max) {
        Err(Refusal::Missing(_)) => Ok(None),
        other => other.map(Some),
    }
}

/// Both its ends belong to it.
fn window(start: &str, end: &str) -> Result<RangeInclusive<i64>, Refusal> {
    let start = parse_local_time(start).ok_or(Refusal::BadValue("start_time"))?;
    let end = parse_local_time(end).ok_or(Refusal::BadValue("end_time"))?;
    if start > end {
        return Err(Refusal::StartAfterEnd);
    }
    if end - start > MAX_WINDOW_SECONDS {
        return Err(Refusal::WindowTooLong);
    }
    Ok(start..=end)
}

fn each_status(list: &str) -> Result<Vec<u64>, Refusal> {
    let known = |text: &str| STATUSES.into_iter().find(|it| it.to_string() == text);
    let statuses: Option<_> = list.split(',').map(known).collect();
    statuses.ok_or(Refusal::BadValue("status"))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::{Method, Request, arguments};
    use super::*;

    const PAGING: Paging = Paging {
        size: 100,
        number: 0,
        with_total: true,
    };

    fn asked(body: &Value) -> Result<Listing, Refusal> {
        match arguments(Method::List(PAGING), body.to_string().as_bytes())? {
            Request::List(listing) => Ok(listing),
            other => panic!("{other:?}"),
        }
    }

    /// A call that asks for a window and something else.
    fn with(field: &str, value: impl Into<Value>) -> Result<Listing, Refusal> {
        let mut body = json!([{
            "start_time": "2026-11-01 00:00:00",
            "end_time": "2026-11-20 00:00:00",
        }]);
        body[0][field] = value.into();
        asked(&body)
    }

    fn wanted(body: &Value) -> Result<Wanted, Refusal> {
        asked(body).map(|listing| listing.wanted)
    }

    #[test]
    fn a_number_goes_before_times() {
        let number = || Ok(Wanted::Number("CG1".to_owned()));
        assert_eq!(wanted(&json!([{ "purchase_no": "CG1" }])), number());
        let with_times = json!([{ "purchase_no": "CG1", "start_time": "soon", "end_time": null }]);
        assert_eq!(wanted(&with_times), number());
    }

    #[test]
    fn without_a_number_both_times_are_needed() {
        for body in [
            json!([{}]),
            json!([{ "purchase_no": "" }]),
            json!([{ "purchase_no": null, "status": "40" }]),
            json!([{ "start_time": "2026-11-01 00:00:00" }]),
            json!([{ "end_time": "2026-11-01 00:00:00", "start_time": "" }]),
        ] {
            assert_eq!(asked(&body), Err(Refusal::NoWindow), "{body}");
        }
    }

    #[test]
    fn windows_are_of_beijing_and_at_most_30_days_long() {
        let between =
            |start: &str, end: &str| wanted(&json!([{ "start_time": start, "end_time": end }]));
        let new_year = 1_325_347_200; // 2012-01-01 00:00:00, UTC+8
        for (start, end, expected) in [
            ("2012-01-01 00:00:00", "2012-01-01 00:00:00", Ok(0..=0)),
            ("2011-12-31 23:59:59", "2012-01-01 00:01:00", Ok(-1..=60)),
            (
                "2012-01-01 00:00:00",
                "2012-01-31 00:00:00",
                Ok(0..=2_592_000),
            ),
            (
                "2012-01-01 00:00:00",
                "2012-01-31 00:00:01",
                Err(Refusal::WindowTooLong),
            ),
            (
                "2012-01-01 00:00:01",
                "2012-01-01 00:00:00",
                Err(Refusal::StartAfterEnd),
            ),
        ] {
            let expected: Result<RangeInclusive<i64>, _> = expected;
            let expected =
                expected.map(|it| Wanted::Modified(it.start() + new_year..=it.end() + new_year));
            assert_eq!(between(start, end), expected, "{start} {end}");
        }
        for wrong in [
            "2026-11-01",
            "2026-11-01T00:00:00",
            "2026-11-01 00:00:00 ",
            "2026-11-01 00:00:00+08:00",
            "2026-11-1 0:00:00",
            "2026-11-31 00:00:00",
            "2026-11-01 24:00:00",
            "2026-11-01 23:59:60",
            "1793462400",
        ] {
            let right = "2026-11-05 00:00:00";
            let bad_start = Err(Refusal::BadValue("start_time"));
            assert_eq!(between(wrong, right), bad_start, "{wrong}");
            assert_eq!(between(right, wrong), Err(Refusal::BadValue("end_time")));
        }
    }

    #[test]
    fn filters_are_checked() {
        let statuses = |list| with("status", list).map(|it| it.statuses);
        let two = Some(vec![10, 40]);
        assert_eq!(statuses("10,40"), Ok(two));
        assert_eq!(statuses(""), Ok(None));
        for wrong in ["41", "10,", "10, 40", "done", "040"] {
            assert_eq!(statuses(wrong), Err(Refusal::BadValue("status")), "{wrong}");
        }
        let stocked_in = |value: Value| with("stockin_status", value).map(|it| it.stockin_status);
        assert_eq!(stocked_in(json!(5)), Ok(Some(5)));
        assert_eq!(stocked_in(Value::Null), Ok(None));
        for wrong in [json!(6), json!(-1), json!(0.5)] {
            assert_eq!(stocked_in(wrong), Err(Refusal::BadValue("stockin_status")));
        }
        assert!(with("fuzzy_query", false).is_ok());
        assert_eq!(
            with("fuzzy_query", true),
            Err(Refusal::BadValue("fuzzy_query"))
        );
        for (field, max) in IGNORED {
            assert_eq!(with(field, "W".repeat(max)), with(field, Value::Null));
            let too_long = Err(Refusal::TooLong { field, max });
            assert_eq!(with(field, "W".repeat(max + 1)), too_long);
            assert_eq!(with(field, 7), Err(Refusal::ArgumentType));
        }
        for (field, wrong) in [
            ("purchase_no", json!(1)),
            ("start_time", json!(1_793_462_400)),
            ("status", json!(40)),
            ("stockin_status", json!("0")),
            ("fuzzy_query", json!("false")),
        ] {
            assert_eq!(with(field, wrong), Err(Refusal::ArgumentType), "{field}");
        }
        for unknown in ["flag_name", "page_no", "startTime"] {
            let refusal = Err(Refusal::UnknownField(unknown.to_owned()));
            assert_eq!(with(unknown, "x"), refusal);
        }
    }

    #[test]
    fn one_object_is_the_only_argument() {
        for (body, refusal) in [
            (json!([]), Refusal::ArgumentCount),
            (json!([{}, {}]), Refusal::ArgumentCount),
            (json!(["CG1"]), Refusal::ArgumentType),
            (json!({ "purchase_no": "CG1" }), Refusal::Malformed),
        ] {
            assert_eq!(asked(&body), Err(refusal), "{body}");
        }
        let long = "9".repeat(41);
        let too_long = Refusal::TooLong {
            field: "purchase_no",
            max: 40,
        };
        assert_eq!(asked(&json!([{ "purchase_no": long }])), Err(too_long));
    }
}
