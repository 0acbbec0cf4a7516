//! What `--format json` prints, held against its schema.

use std::sync::LazyLock;

use jsonschema::Validator;
use serde_json::Value;

static SCHEMA: LazyLock<Validator> = LazyLock::new(|| {
    let schema = include_str!("../../../src/outputs/ending.schema.json");
    let schema = serde_json::from_str(schema).expect("JSON");
    let options = jsonschema::options().should_validate_formats(true);
    options.build(&schema).expect("a schema")
});

/// The object, which has all that the schema asks for and nothing else.
#[track_caller]
pub fn ending(text: &str) -> Value {
    let ending = serde_json::from_str(text).unwrap_or_else(|error| panic!("{error}: {text}"));
    let wrong: Vec<String> = SCHEMA
        .iter_errors(&ending)
        .map(|it| it.to_string())
        .collect();
    assert!(wrong.is_empty(), "{wrong:#?}: {text}");
    ending
}
