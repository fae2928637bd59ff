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
    // From the text once more, as the cache reads it: from the value, all that reads a report would
    // be compiled a second time.
    drop(value);
    serde_json::from_slice(text).map_err(|error| {
        let place = format!(" at line {} column {}", error.line(), error.column());
        let said = error.to_string();
        let what = faults::cut(said.strip_suffix(&place).unwrap_or(&said));
        format!("lacks what this release needs ({what}); check the dataset again")
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn why_not(rest: &str) -> String {
        let text = format!(r#"{{"schema_version": "{SCHEMA_VERSION}"{rest}}}"#);
        parse(text.as_bytes()).unwrap_err()
    }

    #[test]
    fn what_is_missing_or_means_nothing_is_named_without_its_place() {
        let missing = why_not("");
        assert!(missing.contains("(missing field `"), "{missing}");
        assert!(!missing.contains("column"), "{missing}");
        let quoted = why_not(r#", "verdict": "x at line 1 column 9""#);
        assert!(
            quoted.contains("`x at line 1 column 9`, expected"),
            "{quoted}"
        );
        assert_eq!(quoted.matches(" at line ").count(), 1, "{quoted}");
    }

    #[test]
    fn a_report_that_says_two_things_is_none() {
        let twice = why_not(r#", "verdict": "leaks", "verdict": "clear""#);
        assert!(twice.contains("duplicate field `verdict`"), "{twice}");
    }
}
