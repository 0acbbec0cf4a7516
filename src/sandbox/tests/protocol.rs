//! What is checked about a call.

use jiff::Timestamp;
use serde_json::{Value, json};

use super::super::protocol::{Query, Refusal, Request, Wanted, authenticate, request};
use super::signed;
use crate::erp::{LIST_METHOD, NOW_METHOD, UPDATE_METHOD};

fn now(off: i64) -> Timestamp {
    Timestamp::from_second(1_775_791_716 + off).expect("a time")
}

fn refused<T>(status: u16, message: &str) -> Result<T, Refusal> {
    Err((status, message.to_owned()))
}

#[test]
fn the_address_is_checked_to_the_letter() {
    let good = signed(UPDATE_METHOD, "[]", now(0));
    let paged = signed(LIST_METHOD, "[]", now(0));
    let check = |query: &str| authenticate(query, "[]", now(0)).map(drop);
    assert_eq!((check(&good), check(&paged)), (Ok(()), Ok(())));
    let reversed: Vec<_> = good.split('&').rev().collect();
    assert_eq!(check(&reversed.join("&")), Ok(()), "in any order");
    for field in paged.split('&') {
        let name = field.split('=').next().unwrap_or_default();
        let others: Vec<_> = paged.split('&').filter(|other| *other != field).collect();
        // Without its method it is not known that it lists.
        let missing = match name {
            "method" => "未知参数:calc_total".to_owned(),
            _ => format!("{name}不能为空"),
        };
        assert_eq!(check(&others.join("&")), refused(2, &missing));
        let repeated = refused(2, &format!("参数重复:{name}"));
        assert_eq!(check(&format!("{paged}&{field}")), repeated);
    }
    for extra in ["body", "secret", "page_no"] {
        let unknown = refused(2, &format!("未知参数:{extra}"));
        assert_eq!(check(&format!("{good}&{extra}=1")), unknown);
    }
    for broken in ["%", "%7", "%zz", "%ff", "a%4"] {
        let broken = good.replace("sandbox", broken);
        assert_eq!(check(&broken), refused(1, "参数错误"));
    }
    for (right, wrong, status, message) in [
        ("sid=sandbox", "sid=other", 1, "sid is not exists"),
        ("key=sandbox", "key=other", 1, "app auth fail"),
        ("salt=sea", "salt=other", 1, "app auth fail"),
        ("v=1%2E0", "v=1", 8, "版本错误"),
        ("timestamp=", "timestamp=%2B", 7, "时间戳错误"),
        ("timestamp=", "timestamp=9999999999", 7, "时间戳错误"),
        ("updatePurchaseInfo", "delete", 1, "验证失败"),
    ] {
        assert!(good.contains(right), "{good}");
        assert_eq!(check(&good.replace(right, wrong)), refused(status, message));
    }
    assert!(authenticate(&good, "[] ", now(0)).is_err(), "another body");
    for (off, is_good) in [(-121, false), (-120, true), (120, true), (121, false)] {
        assert_eq!(authenticate(&good, "[]", now(off)).is_ok(), is_good);
    }
}

/// What is asked by a call whose address is right, but for this field of it.
fn asked(method: &str, (field, value): (&str, &str), body: &Value) -> Result<Request, Refusal> {
    let paging = [("page_size", "100"), ("page_no", "0"), ("calc_total", "1")];
    let own = |(name, value): (&str, &str)| (name.to_owned(), value.to_owned());
    let mut query: Query = paging.map(own).into();
    query.insert("method".to_owned(), method.to_owned());
    query.insert(field.to_owned(), value.to_owned());
    request(&query, &body.to_string(), true)
}

#[test]
fn arguments_have_their_form() {
    let order = |value: Value| json!([{ "purchase_no": value, "flag_name": "aa" }]);
    let window = |start: &str, end: &str| json!([{ "start_time": start, "end_time": end }]);
    let (day, next) = ("2026-11-01 00:00:00", "2026-11-02 00:00:00");
    let [list, now, update] = [LIST_METHOD, NOW_METHOD, UPDATE_METHOD];
    let (long, late) = ("单".repeat(41), "2026-12-01 00:00:01");
    for (method, body, status, message) in [
        (update, json!({ "purchase_no": "CG1" }), 1, "参数错误"),
        (update, json!([]), 1, "invalid argument count"),
        (now, json!([{}]), 1, "invalid argument count"),
        (update, order(json!(1)), 1, "argument type mismatch"),
        (update, order(json!("")), 2, "purchase_no不能为空"),
        (update, order(json!(long)), 2, "purchase_no长度不能超过40"),
        (list, order(json!("CG1")), 2, "未知参数:flag_name"),
        (list, window("", next), 100, "参数中必须包含起止时间"),
        (list, window(next, day), 100, "开始时间不能晚于结束时间"),
        (list, window(day, late), 100, "起止时间跨度不能超过30天"),
        (list, window("2026-11-01", next), 2, "参数值错误:start_time"),
        ("goods.Goods.query", json!([]), 100, "权限不足"),
    ] {
        let verdict = asked(method, ("v", "1.0"), &body);
        assert_eq!(verdict, refused(status, message), "{method} {body}");
    }
    assert_eq!(asked(now, ("v", "1.0"), &json!([])), Ok(Request::Now));
    let query = |method: &str| Query::from([("method".to_owned(), method.to_owned())]);
    for body in ["not json", "[] []", &"[".repeat(60_000)] {
        assert_eq!(request(&query(update), body, true), refused(1, "参数错误"));
    }
    let forbidden = request(&query(list), "[{}]", false);
    assert_eq!(forbidden, refused(100, "权限不足"));
}

#[test]
fn a_listing_is_of_a_number_or_a_window_in_beijing() {
    let (start, end) = ("2011-12-31 23:59:59", "2012-01-30 23:59:59");
    let number = json!([{ "purchase_no": "CG1", "start_time": start }]);
    let window = json!([{ "start_time": start, "end_time": end }]);
    let asked = |field, body| match asked(LIST_METHOD, field, body) {
        Ok(Request::List(it)) => Ok((it.wanted, it.page_size, it.page, it.with_total)),
        Ok(other) => panic!("{other:?}"),
        Err(refusal) => Err(refusal),
    };
    let cg1 = || Wanted::Number("CG1".to_owned());
    let sized = asked(("page_size", "1"), &number);
    assert_eq!(sized, Ok((cg1(), 1, 0, true)));
    let paged = asked(("page_no", "12345"), &number);
    assert_eq!(paged, Ok((cg1(), 100, 12_345, true)));
    let [start, end] = [-450_444_517, -447_852_517].map(now);
    let dates = asked(("calc_total", "0"), &window);
    assert_eq!(dates, Ok((Wanted::Modified(start..=end), 100, 0, false)));
    for (field, wrong) in [("page_size", "101"), ("page_no", "-1"), ("calc_total", "2")] {
        let message = format!("参数值错误:{field}");
        assert_eq!(asked((field, wrong), &number), refused(2, &message));
    }
}
