//! What is checked about a call.

use serde_json::{Value, json};

use super::super::protocol::{
    LIST, Listing, NOW, Query, Refusal, Request, UPDATE, Wanted, authenticate, request, sign,
};
use super::{fields, query, signed};

const TIME: i64 = 1_775_791_716;

fn refused<T>(status: u16, message: &str) -> Result<T, Refusal> {
    Err((status, message.to_owned()))
}

/// Signature, fields and body. Those without paging were published; all were signed by other code.
const VECTORS: &str = r#"
98421154e48d616164bacac3c8a3ae9f timestamp=450444516&method=purchase.PurchaseOrder.updatePurchaseInfo [{"purchase_no":"CG2204130001","flag_name":"aa"}]
5ef9fe669cfa22e3f757543982437552 timestamp=450444517&method=purchase.PurchaseOrder.updatePurchaseInfo [{"purchase_no":"CG2204130001","flag_name":"无"}]
5026bfdda28ce8a53165b5c57921a232 timestamp=450444518&method=purchase.PurchaseOrder.updatePurchaseInfo [{"purchase_no":"CG\"1\\2/3","flag_name":"加急 & 已质检=100%+?#"}]
c9053525ed8fc05e3263c8d7210060ca timestamp=450444516&method=system.Core.now []
bd79af6b9c90e09cf806adfc50f59ddd timestamp=450444516&method=purchase.PurchaseOrder.queryWithDetail&page_size=100&page_no=0&calc_total=1 [{"start_time":"2026-11-01 00:00:00","end_time":"2026-11-20 00:00:00"}]
9ee12793d8de732eafc34dc8290f56f3 timestamp=450444516&method=purchase.PurchaseOrder.queryWithDetail&page_size=100&page_no=1&calc_total=0 [{"start_time":"2026-11-01 00:00:00","end_time":"2026-11-20 00:00:00"}]
"#;

#[test]
fn signatures_are_as_the_erp_makes_them() {
    for vector in VECTORS.trim().lines() {
        let [expected, own, body] = vector.splitn(3, ' ').collect::<Vec<_>>()[..] else {
            panic!("{vector}");
        };
        let fields = query(&format!(
            "sid=wdtapi3&key=wdt_test&salt=testsalt&v=1.0&{own}"
        ));
        assert_eq!(sign("testsecret", &fields, body.as_bytes()), expected);
    }
}

#[test]
fn the_address_is_checked_to_the_letter() {
    let good = signed(&fields(UPDATE, TIME), "[]");
    let paged = signed(&fields(LIST, TIME), "[]");
    let check = |query: &str| authenticate(query, b"[]", TIME).map(drop);
    assert_eq!((check(&good), check(&paged)), (Ok(()), Ok(())));
    let reversed: Vec<_> = good.split('&').rev().collect();
    assert_eq!(check(&reversed.join("&")), Ok(()), "in any order");
    for field in good
        .split('&')
        .chain(paged.split('&').filter(|it| it.contains('_')))
    {
        let query = if good.contains(field) { &good } else { &paged };
        let name = field.split('=').next().unwrap();
        let others: Vec<_> = query.split('&').filter(|other| *other != field).collect();
        let missing = refused(2, &format!("{name}不能为空"));
        assert_eq!(check(&others.join("&")), missing);
        let repeated = refused(2, &format!("参数重复:{name}"));
        assert_eq!(check(&format!("{query}&{field}")), repeated);
    }
    for extra in ["body", "secret", "page_no"] {
        let unknown = refused(2, &format!("未知参数:{extra}"));
        assert_eq!(check(&format!("{good}&{extra}=1")), unknown);
    }
    for broken in ["%", "%7", "%zz", "%ff", "a%4"] {
        assert_eq!(
            check(&good.replace("sandbox", broken)),
            refused(1, "参数错误")
        );
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
    assert!(authenticate(&good, b"[] ", TIME).is_err(), "another body");
    for (off, is_good) in [(-121, false), (-120, true), (120, true), (121, false)] {
        assert_eq!(
            authenticate(&good, b"[]", TIME + off).is_ok(),
            is_good,
            "{off}"
        );
    }
}

fn asked(query: &Query, body: &Value) -> Result<Request, Refusal> {
    request(query, body.to_string().as_bytes(), true)
}

#[test]
fn arguments_have_their_form() {
    let (long, longest) = ("单".repeat(41), "单".repeat(40));
    let order = |value: Value| json!([{ "purchase_no": value, "flag_name": "aa" }]);
    let flag = |value: Value| json!([{ "purchase_no": "CG1", "flag_name": value }]);
    let window = |start: &str, end: &str| json!([{ "start_time": start, "end_time": end }]);
    let (day, next) = ("2026-11-01 00:00:00", "2026-11-02 00:00:00");
    for (method, body, status, message) in [
        (UPDATE, json!({ "purchase_no": "CG1" }), 1, "参数错误"),
        (UPDATE, json!([]), 1, "invalid argument count"),
        (UPDATE, json!([{}, {}]), 1, "invalid argument count"),
        (NOW, json!([{}]), 1, "invalid argument count"),
        (UPDATE, json!(["CG1"]), 1, "argument type mismatch"),
        (UPDATE, order(json!(1)), 1, "argument type mismatch"),
        (UPDATE, order(json!("")), 2, "purchase_no不能为空"),
        (UPDATE, flag(Value::Null), 2, "flag_name不能为空"),
        (UPDATE, order(json!(long)), 2, "purchase_no长度不能超过40"),
        (UPDATE, flag(json!(long)), 2, "flag_name长度不能超过32"),
        (LIST, order(json!("CG1")), 2, "未知参数:flag_name"),
        (LIST, window("", next), 100, "参数中必须包含起止时间"),
        (LIST, window(next, day), 100, "开始时间不能晚于结束时间"),
        (
            LIST,
            window(day, "2026-12-01 00:00:01"),
            100,
            "起止时间跨度不能超过30天",
        ),
        (
            LIST,
            window(day, "2026-11-31 00:00:00"),
            2,
            "参数值错误:end_time",
        ),
        (
            LIST,
            window("2026-11-1 0:00:00", next),
            2,
            "参数值错误:start_time",
        ),
        (LIST, window("2026-11-01", next), 2, "参数值错误:start_time"),
        ("goods.Goods.query", json!([]), 100, "权限不足"),
    ] {
        let verdict = asked(&fields(method, TIME), &body);
        assert_eq!(verdict, refused(status, message), "{method} {body}");
    }
    assert!(asked(&fields(UPDATE, TIME), &order(json!(longest))).is_ok());
    assert_eq!(asked(&fields(NOW, TIME), &json!([])), Ok(Request::Now));
    for body in [
        &b"not json"[..],
        b"[] []",
        b"\xff",
        "[".repeat(60_000).as_bytes(),
    ] {
        let verdict = request(&fields(UPDATE, TIME), body, true);
        assert_eq!(verdict, refused(1, "参数错误"));
    }
    let forbidden = request(&fields(LIST, TIME), b"[{}]", false);
    assert_eq!(forbidden, refused(100, "权限不足"));
}

#[test]
fn a_listing_is_of_a_number_or_a_window_in_beijing() {
    let paged = |field: &str, value: &str, body: Value| {
        let mut fields = fields(LIST, TIME);
        fields.insert(field.to_owned(), value.to_owned());
        asked(&fields, &body)
    };
    let number = || json!([{ "purchase_no": "CG1", "start_time": "2011-12-31 23:59:59" }]);
    let window =
        json!([{ "start_time": "2011-12-31 23:59:59", "end_time": "2012-01-30 23:59:59" }]);
    let listing = |wanted, page_size, page, with_total| {
        Ok(Request::List(Listing {
            wanted,
            page_size,
            page,
            with_total,
        }))
    };
    let cg1 = || Wanted::Number("CG1".to_owned());
    assert_eq!(
        paged("page_size", "1", number()),
        listing(cg1(), 1, 0, true)
    );
    assert_eq!(
        paged("page_no", "12345", number()),
        listing(cg1(), 100, 12_345, true)
    );
    let modified = Wanted::Modified(1_325_347_199..=1_327_939_199);
    assert_eq!(
        paged("calc_total", "0", window),
        listing(modified, 100, 0, false)
    );
    for (field, wrong) in [
        ("page_size", &["0", "101", "", "-1", "+5", "1.0"][..]),
        ("page_no", &["", "-1", "+5", "99999999999999999999"]),
        ("calc_total", &["", "2", "true"]),
    ] {
        let refusal = format!("参数值错误:{field}");
        for wrong in wrong {
            assert_eq!(
                paged(field, wrong, number()),
                refused(2, &refusal),
                "{wrong}"
            );
        }
    }
}
