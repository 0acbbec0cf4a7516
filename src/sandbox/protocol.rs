//! What the ERP checks about one call: pure functions from its raw query, its body and the time to
//! what is asked, or why it is refused.

use percent_encoding::percent_decode_str;
use serde_json::Value;

use super::refusal::Refusal;
use super::signature;

/// 2012-01-01 00:00:00 UTC+8, from which the ERP counts its timestamps, in Unix seconds.
pub(super) const EPOCH: i64 = 1_325_347_200;

/// How many seconds a call's timestamp may be off the server's clock.
const TOLERANCE: u64 = 120;

const MAX_ORDER_CHARS: usize = 40;
const MAX_FLAG_CHARS: usize = 32;

const FIELDS: [&str; 7] = ["sid", "key", "salt", "method", "v", "timestamp", "sign"];

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

/// The decoded query: every field of [`FIELDS`] exactly once, in that order.
struct Query([String; FIELDS.len()]);

impl Query {
    fn parse(raw: &str) -> Result<Self, Refusal> {
        let mut values = [const { None }; FIELDS.len()];
        for pair in raw.split('&').filter(|pair| !pair.is_empty()) {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            let name = decode(name)?;
            let Some(at) = FIELDS.iter().position(|field| *field == name) else {
                return Err(Refusal::UnknownField(name));
            };
            if values[at].replace(decode(value)?).is_some() {
                return Err(Refusal::Repeated(FIELDS[at]));
            }
        }
        if let Some(at) = values.iter().position(Option::is_none) {
            return Err(Refusal::Missing(FIELDS[at]));
        }
        Ok(Self(values.map(Option::unwrap_or_default)))
    }

    fn signed_fields(&self) -> impl Iterator<Item = (&str, &str)> {
        FIELDS
            .into_iter()
            .zip(self.0.iter().map(String::as_str))
            .filter(|(name, _)| *name != "sign")
    }
}

/// Decodes a URL as servlet containers do: `+` is a space, and an escape that is broken or not
/// UTF-8 is an error.
fn decode(raw: &str) -> Result<String, Refusal> {
    let is_escape = |rest: &str| matches!(rest.as_bytes(), [a, b, ..] if a.is_ascii_hexdigit() && b.is_ascii_hexdigit());
    if !raw.split('%').skip(1).all(is_escape) {
        return Err(Refusal::Malformed);
    }
    let text = raw.replace('+', " ");
    match percent_decode_str(&text).decode_utf8() {
        Ok(text) => Ok(text.into_owned()),
        Err(_) => Err(Refusal::Malformed),
    }
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

pub(super) fn arguments(method: Method, body: &[u8]) -> Result<Request, Refusal> {
    let Ok(Value::Array(mut arguments)) = serde_json::from_slice(body) else {
        return Err(Refusal::Malformed);
    };
    let expected = match method {
        Method::Update => 1,
        Method::Now => 0,
    };
    if arguments.len() != expected {
        return Err(Refusal::ArgumentCount);
    }
    let Some(argument) = arguments.pop() else {
        return Ok(Request::Now);
    };
    let Value::Object(mut argument) = argument else {
        return Err(Refusal::ArgumentType);
    };
    let order = text(
        argument.remove("purchase_no"),
        "purchase_no",
        MAX_ORDER_CHARS,
    )?;
    let flag = text(argument.remove("flag_name"), "flag_name", MAX_FLAG_CHARS)?;
    match argument.into_iter().next() {
        Some((name, _)) => Err(Refusal::UnknownField(name)),
        None => Ok(Request::Update { order, flag }),
    }
}

fn text(value: Option<Value>, field: &'static str, max: usize) -> Result<String, Refusal> {
    match value {
        None | Some(Value::Null) => Err(Refusal::Missing(field)),
        Some(Value::String(text)) if text.is_empty() => Err(Refusal::Missing(field)),
        Some(Value::String(text)) if text.chars().count() > max => {
            Err(Refusal::TooLong { field, max })
        }
        Some(Value::String(text)) => Ok(text),
        Some(_) => Err(Refusal::ArgumentType),
    }
}

#[cfg(test)]
mod tests {
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

    #[test]
    fn argument_shapes() {
        let long_order = format!(
            r#"[{{"purchase_no":"{}","flag_name":"aa"}}]"#,
            "单".repeat(41)
        );
        let long_flag = format!(
            r#"[{{"purchase_no":"CG1","flag_name":"{}"}}]"#,
            "急".repeat(33)
        );
        for (body, refusal) in [
            ("", Refusal::Malformed),
            ("{", Refusal::Malformed),
            ("[] []", Refusal::Malformed),
            (
                r#"{"purchase_no":"CG1","flag_name":"aa"}"#,
                Refusal::Malformed,
            ),
            ("[]", Refusal::ArgumentCount),
            ("[{},{}]", Refusal::ArgumentCount),
            (r#"["CG1"]"#, Refusal::ArgumentType),
            (
                r#"[{"purchase_no":1,"flag_name":"aa"}]"#,
                Refusal::ArgumentType,
            ),
            (
                r#"[{"purchase_no":"CG1","flag_name":["aa"]}]"#,
                Refusal::ArgumentType,
            ),
            (r#"[{"flag_name":"aa"}]"#, Refusal::Missing("purchase_no")),
            (
                r#"[{"purchase_no":"","flag_name":"aa"}]"#,
                Refusal::Missing("purchase_no"),
            ),
            (r#"[{"purchase_no":"CG1"}]"#, Refusal::Missing("flag_name")),
            (
                r#"[{"purchase_no":"CG1","flag_name":null}]"#,
                Refusal::Missing("flag_name"),
            ),
            (
                r#"[{"purchase_no":"CG1","flag_name":"aa","remark":""}]"#,
                Refusal::UnknownField("remark".to_owned()),
            ),
            (
                &long_order,
                Refusal::TooLong {
                    field: "purchase_no",
                    max: 40,
                },
            ),
            (
                &long_flag,
                Refusal::TooLong {
                    field: "flag_name",
                    max: 32,
                },
            ),
        ] {
            assert_eq!(
                arguments(Method::Update, body.as_bytes()),
                Err(refusal),
                "{body}"
            );
        }
        assert_eq!(arguments(Method::Now, b"[]"), Ok(Request::Now));
        assert_eq!(arguments(Method::Now, b"[1]"), Err(Refusal::ArgumentCount));
        assert_eq!(arguments(Method::Now, b"{}"), Err(Refusal::Malformed));
        assert_eq!(
            arguments(Method::Update, b"\xff\xfe"),
            Err(Refusal::Malformed)
        );
    }

    #[test]
    fn lengths_count_characters() {
        let (order, flag) = ("单".repeat(40), "急".repeat(32));
        let body = format!(r#"[{{"purchase_no":"{order}","flag_name":"{flag}"}}]"#);
        assert_eq!(
            arguments(Method::Update, body.as_bytes()),
            Ok(Request::Update { order, flag })
        );
    }
}
