//! What the ERP checks about one call: pure functions from its raw query, its body and the time to
//! what is asked, or why it is refused.

mod arguments;
mod fields;
mod listing;
mod query;

pub(super) use self::arguments::arguments;
pub(super) use self::fields::{MAX_FLAG_CHARS, MAX_ORDER_CHARS};
pub(super) use self::listing::{Listing, Wanted};
use self::query::Query;
pub(super) use self::query::{MAX_PAGE_SIZE, Paging};
use super::refusal::Refusal;
use super::signature;

/// 2012-01-01 00:00:00 UTC+8, from which the ERP counts its timestamps, in Unix seconds.
pub(super) const EPOCH: i64 = 1_325_347_200;

/// How many seconds a call's timestamp may be off the server's clock.
const TOLERANCE: u64 = 120;

const UPDATE: &str = "purchase.PurchaseOrder.updatePurchaseInfo";
const LIST: &str = "purchase.PurchaseOrder.queryWithDetail";
const NOW: &str = "system.Core.now";

#[derive(Clone, Debug)]
pub(super) struct Account {
    pub(super) sid: &'static str,
    pub(super) key: &'static str,
    pub(super) secret: &'static str,
    pub(super) salt: &'static str,
    pub(super) may_list: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Method {
    Update,
    List(Paging),
    Now,
}

#[derive(Debug, PartialEq, Eq)]
pub(super) enum Request {
    Update { order: String, flag: String },
    List(Listing),
    Now,
}

/// Checks everything about a call but its arguments. `now` is the server's clock in Unix seconds.
pub(super) fn authenticate(
    account: &Account,
    query: &str,
    body: &[u8],
    now: i64,
) -> Result<Method, Refusal> {
    let query = Query::parse(query)?;
    if query.get("sid") != account.sid {
        return Err(Refusal::UnknownSid);
    }
    if query.get("key") != account.key || query.get("salt") != account.salt {
        return Err(Refusal::UnknownApp);
    }
    if query.get("v") != "1.0" {
        return Err(Refusal::Version);
    }
    if !is_current(query.get("timestamp"), now) {
        return Err(Refusal::Clock);
    }
    if query.get("sign") != signature::sign(account.secret, query.signed_fields(), body) {
        return Err(Refusal::BadSignature);
    }
    match query.get("method") {
        UPDATE => Ok(Method::Update),
        LIST if account.may_list => query.paging().map(Method::List),
        NOW => Ok(Method::Now),
        _ => Err(Refusal::NoPermission),
    }
}

fn is_current(timestamp: &str, now: i64) -> bool {
    // `parse` alone would also accept a sign.
    timestamp.bytes().all(|byte| byte.is_ascii_digit())
        && timestamp
            .parse::<i64>()
            .is_ok_and(|seconds| seconds.saturating_add(EPOCH).abs_diff(now) <= TOLERANCE)
}

#[cfg(test)]
mod tests {
    use super::query::FIELDS;
    use super::*;

    const ACCOUNT: Account = Account {
        sid: "wdtapi3",
        key: "wdt_test",
        secret: "testsecret",
        salt: "testsalt",
        may_list: true,
    };
    const TIME: i64 = EPOCH + 450_444_516;
    const BODY: &str = r#"[{"purchase_no":"CG2204130001","flag_name":"aa"}]"#;
    const QUERY: &str = "sid=wdtapi3&key=wdt_test&salt=testsalt\
        &method=purchase.PurchaseOrder.updatePurchaseInfo&v=1.0&timestamp=450444516\
        &sign=98421154e48d616164bacac3c8a3ae9f";

    fn check(query: &str) -> Result<Method, Refusal> {
        authenticate(&ACCOUNT, query, BODY.as_bytes(), TIME)
    }

    #[test]
    fn a_published_vector_passes_in_any_order_and_encoding() {
        assert_eq!(check(QUERY), Ok(Method::Update));
        let mut fields: Vec<_> = QUERY.split('&').collect();
        fields.reverse();
        assert_eq!(check(&fields.join("&")), Ok(Method::Update));
        assert_eq!(
            check(&QUERY.replace("wdtapi3", "%77dtapi3")),
            Ok(Method::Update)
        );
    }

    #[test]
    fn each_field_is_needed_once_and_no_other_is_known() {
        for (field, name) in QUERY.split('&').zip(FIELDS) {
            let without: Vec<_> = QUERY.split('&').filter(|other| *other != field).collect();
            assert_eq!(check(&without.join("&")), Err(Refusal::Missing(name)));
            assert_eq!(
                check(&format!("{QUERY}&{field}")),
                Err(Refusal::Repeated(name))
            );
        }
        for extra in ["body", "secret", "format"] {
            assert_eq!(
                check(&format!("{QUERY}&{extra}=1")),
                Err(Refusal::UnknownField(extra.to_owned()))
            );
        }
        assert_eq!(check(""), Err(Refusal::Missing("sid")));
    }

    #[test]
    fn broken_escapes_are_malformed() {
        for broken in ["%", "%7", "%zz", "%ff", "a%4"] {
            assert_eq!(
                check(&QUERY.replace("wdtapi3", broken)),
                Err(Refusal::Malformed),
                "{broken}"
            );
        }
    }

    #[test]
    fn each_wrong_value_has_its_own_answer() {
        for (right, wrong, refusal) in [
            ("wdtapi3", "other", Refusal::UnknownSid),
            ("wdt_test", "other", Refusal::UnknownApp),
            ("testsalt", "other", Refusal::UnknownApp),
            ("v=1.0", "v=1", Refusal::Version),
            ("450444516", "soon", Refusal::Clock),
            ("450444516", "", Refusal::Clock),
            ("450444516", "%2B450444516", Refusal::Clock),
            ("450444516", "99999999999999999999", Refusal::Clock),
            ("450444516", "9223372036854775807", Refusal::Clock),
            ("450444516", "450444517", Refusal::BadSignature),
            ("98421154e", "98421154E", Refusal::BadSignature),
            ("updatePurchaseInfo", "delete", Refusal::BadSignature),
        ] {
            assert_eq!(
                check(&QUERY.replace(right, wrong)),
                Err(refusal),
                "{right} → {wrong}"
            );
        }
        let other_body = authenticate(&ACCOUNT, QUERY, b"[]", TIME);
        assert_eq!(other_body, Err(Refusal::BadSignature));
    }

    #[test]
    fn the_clock_may_differ_by_two_minutes() {
        for (offset, expected) in [
            (-121, Err(Refusal::Clock)),
            (-120, Ok(Method::Update)),
            (120, Ok(Method::Update)),
            (121, Err(Refusal::Clock)),
        ] {
            let verdict = authenticate(&ACCOUNT, QUERY, BODY.as_bytes(), TIME + offset);
            assert_eq!(verdict, expected, "{offset}");
        }
    }

    // These were signed by other code, as the published vectors were.
    const FIRST: &str = "page_size=100&page_no=0&calc_total=1";
    const FIRST_SIGN: &str = "bd79af6b9c90e09cf806adfc50f59ddd";
    const LISTING: &str =
        r#"[{"start_time":"2026-11-01 00:00:00","end_time":"2026-11-20 00:00:00"}]"#;

    fn listing(account: &Account, paging: &str, body: &str, sign: &str) -> Result<Method, Refusal> {
        let query = QUERY
            .replace("updatePurchaseInfo", "queryWithDetail")
            .replace("98421154e48d616164bacac3c8a3ae9f", sign);
        authenticate(account, &format!("{query}&{paging}"), body.as_bytes(), TIME)
    }

    #[test]
    fn paging_takes_part_in_the_signature() {
        let one = r#"[{"purchase_no":"CG2204130001"}]"#;
        for (paging, body, sign, (size, number, with_total)) in [
            (FIRST, LISTING, FIRST_SIGN, (100, 0, true)),
            (
                "calc_total=0&page_no=1&page_size=100",
                LISTING,
                "9ee12793d8de732eafc34dc8290f56f3",
                (100, 1, false),
            ),
            (
                "page_size=1&page_no=0",
                one,
                "66202ea4c0deb1028383a63ae8261fc3",
                (1, 0, false),
            ),
        ] {
            let paging_read = Paging {
                size,
                number,
                with_total,
            };
            assert_eq!(
                listing(&ACCOUNT, paging, body, sign),
                Ok(Method::List(paging_read))
            );
        }
        for other in [
            "page_size=99&page_no=0&calc_total=1",
            "page_size=100&page_no=1&calc_total=1",
            "page_size=100&page_no=0&calc_total=0",
            "page_size=100&page_no=0",
        ] {
            let verdict = listing(&ACCOUNT, other, LISTING, FIRST_SIGN);
            assert_eq!(verdict, Err(Refusal::BadSignature), "{other}");
        }
    }

    #[test]
    fn a_listing_needs_its_own_permission() {
        let account = Account {
            may_list: false,
            ..ACCOUNT
        };
        let first = listing(&account, FIRST, LISTING, FIRST_SIGN);
        assert_eq!(first, Err(Refusal::NoPermission));
        let update = authenticate(&account, QUERY, BODY.as_bytes(), TIME);
        assert_eq!(update, Ok(Method::Update));
    }
}
