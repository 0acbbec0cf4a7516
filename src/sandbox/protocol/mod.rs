//! What the ERP checks about one call: pure functions from its raw query, its body and the time to
//! what is asked, or why it is refused.

mod arguments;
mod query;

pub(super) use self::arguments::arguments;
use self::query::Query;
use super::refusal::Refusal;
use super::signature;

/// 2012-01-01 00:00:00 UTC+8, from which the ERP counts its timestamps, in Unix seconds.
pub(super) const EPOCH: i64 = 1_325_347_200;

/// How many seconds a call's timestamp may be off the server's clock.
const TOLERANCE: u64 = 120;

#[derive(Clone, Debug)]
pub(super) struct Account {
    pub(super) sid: &'static str,
    pub(super) key: &'static str,
    pub(super) secret: &'static str,
    pub(super) salt: &'static str,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Method {
    Update,
    Now,
}

#[derive(Debug, PartialEq, Eq)]
pub(super) enum Request {
    Update { order: String, flag: String },
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
    let [sid, key, salt, method, version, timestamp, sign] = &query.0;
    if sid != account.sid {
        return Err(Refusal::UnknownSid);
    }
    if key != account.key || salt != account.salt {
        return Err(Refusal::UnknownApp);
    }
    if version != "1.0" {
        return Err(Refusal::Version);
    }
    if !is_current(timestamp, now) {
        return Err(Refusal::Clock);
    }
    if *sign != signature::sign(account.secret, query.signed_fields(), body) {
        return Err(Refusal::BadSignature);
    }
    match method.as_str() {
        "purchase.PurchaseOrder.updatePurchaseInfo" => Ok(Method::Update),
        "system.Core.now" => Ok(Method::Now),
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
    };
    const NOW: i64 = EPOCH + 450_444_516;
    const BODY: &str = r#"[{"purchase_no":"CG2204130001","flag_name":"aa"}]"#;
    const QUERY: &str = "sid=wdtapi3&key=wdt_test&salt=testsalt\
        &method=purchase.PurchaseOrder.updatePurchaseInfo&v=1.0&timestamp=450444516\
        &sign=98421154e48d616164bacac3c8a3ae9f";

    fn check(query: &str) -> Result<Method, Refusal> {
        authenticate(&ACCOUNT, query, BODY.as_bytes(), NOW)
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
        let other_body = authenticate(&ACCOUNT, QUERY, b"[]", NOW);
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
            let verdict = authenticate(&ACCOUNT, QUERY, BODY.as_bytes(), NOW + offset);
            assert_eq!(verdict, expected, "{offset}");
        }
    }
}
