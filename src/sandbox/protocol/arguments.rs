//! The arguments in the body.

use serde_json::{Map, Value};

use super::fields::{MAX_FLAG_CHARS, MAX_ORDER_CHARS, no_other, text};
use super::listing::listing;
use super::{Method, Request};
use crate::sandbox::refusal::Refusal;

pub(in crate::sandbox) fn arguments(method: Method, body: &[u8]) -> Result<Request, Refusal> {
    let Ok(Value::Array(mut arguments)) = serde_json::from_slice(body) else {
        return Err(Refusal::Malformed);
    };
    let expected = match method {
        Method::Update | Method::List(_) => 1,
        Method::Now => 0,
    };
    if arguments.len() != expected {
        return Err(Refusal::ArgumentCount);
    }
    let Some(argument) = arguments.pop() else {
        return Ok(Request::Now);
    };
    let Value::Object(fields) = argument else {
        return Err(Refusal::ArgumentType);
    };
    match method {
        Method::List(paging) => listing(fields, paging).map(Request::List),
        _ => update(fields),
    }
}

fn update(mut fields: Map<String, Value>) -> Result<Request, Refusal> {
    let order = text(fields.remove("purchase_no"), "purchase_no", MAX_ORDER_CHARS)?;
    let flag = text(fields.remove("flag_name"), "flag_name", MAX_FLAG_CHARS)?;
    no_other(fields)?;
    Ok(Request::Update { order, flag })
}

#[cfg(test)]
mod tests {
    use super::*;

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
