//! The fields of an argument.

use serde_json::{Map, Value};

use crate::sandbox::refusal::Refusal;

pub(in crate::sandbox) const MAX_ORDER_CHARS: usize = 40;
pub(in crate::sandbox) const MAX_FLAG_CHARS: usize = 32;

pub(super) fn no_other(fields: Map<String, Value>) -> Result<(), Refusal> {
    match fields.into_iter().next() {
        Some((name, _)) => Err(Refusal::UnknownField(name)),
        None => Ok(()),
    }
}

pub(super) fn text(
    value: Option<Value>,
    field: &'static str,
    max: usize,
) -> Result<String, Refusal> {
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
