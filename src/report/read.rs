//! A report from its text, or why not.

use serde_json::Value;

use crate::faults;

use super::{Report, SCHEMA_VERSION};

/// Reads a report that this release or another of the same major version has written.
///
/// # Errors
/// What is wrong with the text, and what to do.
pub fn parse(text: &[u8]) -> Result<Report, String> {
    if text.iter().all(u8::is_ascii_whitespace) {
        return Err("is empty; write it by `splitleak check DATASET --json FILE`".to_owned());
    }
    // Editors write it.
    let text = text.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(text);
    let value: Value =
        serde_json::from_slice(text).map_err(|error| faults::json(text, &error, true))?;
    let version = value.get("schema_version").and_then(Value::as_str);
    let Some(version) = version else {
        return Err(
            "is no report of splitleak: it has no `schema_version`; write one by `splitleak check DATASET --json FILE`"
                .to_owned(),
        );
    };
    let major = |version: &str| version.split('.').next().map(ToOwned::to_owned);
    if major(version) != major(SCHEMA_VERSION) {
        return Err(format!(
            "has version {version}, and this release reads {SCHEMA_VERSION}; use the release that wrote it, or check the dataset again"
        ));
    }
    serde_json::from_value(value).map_err(|error| {
        let what = faults::cut(&error.to_string());
        format!("lacks what this release needs ({what}); check the dataset again")
    })
}
