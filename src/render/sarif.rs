//! SARIF 2.1.0: each leaked sample and each finding as a result that points at its file.

use std::io::{self, Write};

use serde_json::{Value, json};

use super::answer;
use super::text::printable;
use crate::finding::{CODES, Code, Severity};
use crate::report::{Acceptance, LeakedSample, Report};

/// Results of one run. GitHub refuses files with more than 25,000 and shows 5,000.
pub const MOST_RESULTS: usize = 5000;

/// Where the version that this follows is laid down.
const SCHEMA: &str = "https://json.schemastore.org/sarif-2.1.0.json";

/// Writes the report. Paths begin with `prefix`, which leads from the top of the
/// repository to the dataset, and is empty where they are one.
///
/// # Errors
/// Those of the writer.
pub fn render(report: &Report, prefix: &str, mut to: impl Write) -> io::Result<()> {
    let mut results: Vec<(bool, Value)> = Vec::new();
    let leaks = report.leaked_samples.iter();
    results.extend(leaks.map(|leak| (leak.accepted.is_some(), of_leak(leak, prefix))));
    // Leaks are told sample by sample, not by the findings that sum them up.
    for finding in report
        .findings
        .iter()
        .filter(|finding| !finding.code.is_leak())
    {
        let mut result = result(
            finding.code,
            &finding.message,
            &finding.fingerprint,
            finding.accepted.as_ref(),
        );
        let locations: Vec<Value> = finding
            .paths
            .iter()
            .map(|path| location(path, prefix))
            .collect();
        result["locations"] = Value::Array(locations);
        results.push((finding.accepted.is_some(), result));
    }
    // Where some are left out, new ones come first.
    results.sort_by_key(|(is_accepted, _)| *is_accepted);
    let all = results.len();
    results.truncate(MOST_RESULTS);
    let cut = (all > results.len()).then(|| {
        format!(
            "{} of {all} results are listed; the JSON report has all",
            results.len()
        )
    });
    let checked = report.gate.passed
        || report
            .gate
            .violations
            .iter()
            .any(|one| one.code.is_judgement());
    let verdict = format!("{}; {}", answer::verdict(report), answer::answer(report));
    let mut told = vec![note(&verdict)];
    told.extend(cut.as_deref().map(note));
    let invocation = json!({
        "executionSuccessful": checked,
        "toolExecutionNotifications": told,
    });
    let log = json!({
        "$schema": SCHEMA,
        "version": "2.1.0",
        "runs": [{
            "tool": { "driver": {
                "name": report.tool.name,
                "semanticVersion": report.tool.version,
                "rules": CODES.iter().map(|row| rule(row.0)).collect::<Vec<_>>(),
            } },
            "invocations": [invocation],
            "columnKind": "unicodeCodePoints",
            "results": results.into_iter().map(|(_, result)| result).collect::<Vec<_>>(),
        }],
    });
    serde_json::to_writer_pretty(&mut to, &log)?;
    to.write_all(b"\n")
}

fn note(text: &str) -> Value {
    json!({ "level": "note", "message": { "text": printable(text) } })
}

fn rule(code: Code) -> Value {
    json!({
        "id": code.name(),
        "shortDescription": { "text": code.name().replace('-', " ") },
        "defaultConfiguration": { "level": level(code) },
    })
}

fn level(code: Code) -> &'static str {
    match code.severity() {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Note => "note",
    }
}

fn of_leak(leak: &LeakedSample, prefix: &str) -> Value {
    let message = format!(
        "{} of `{}` leaks from `{}`: {}",
        printable(&leak.evaluation.path),
        leak.evaluation.split,
        leak.training.split,
        printable(&leak.training.path)
    );
    let accepted = leak.accepted.as_ref();
    let mut result = result(leak.code, &message, &leak.fingerprint, accepted);
    result["locations"] = json!([location(&leak.evaluation.path, prefix)]);
    let mut related = location(&leak.training.path, prefix);
    related["id"] = json!(1);
    related["message"] = json!({ "text": format!("in `{}`", leak.training.split) });
    result["relatedLocations"] = json!([related]);
    result
}

fn result(code: Code, message: &str, fingerprint: &str, accepted: Option<&Acceptance>) -> Value {
    let place = CODES.iter().position(|row| row.0 == code);
    let mut result = json!({
        "ruleId": code.name(),
        "ruleIndex": place,
        "level": level(code),
        "message": { "text": printable(message) },
        "partialFingerprints": { "splitleak/v1": fingerprint },
    });
    if let Some(accepted) = accepted {
        result["suppressions"] =
            json!([{ "kind": "external", "status": "accepted", "justification": accepted.reason }]);
    }
    result
}

fn location(path: &str, prefix: &str) -> Value {
    let uri = encoded(&super::below(prefix, path));
    json!({ "physicalLocation": { "artifactLocation": { "uri": uri } } })
}

/// A relative reference of RFC 3986: all but unreserved characters and `/` as `%XX`.
fn encoded(path: &str) -> String {
    let mut uri = String::with_capacity(path.len());
    for byte in path.bytes() {
        if byte.is_ascii_alphanumeric() || b"/-._~".contains(&byte) {
            uri.push(char::from(byte));
        } else {
            uri.push_str(&format!("%{byte:02X}"));
        }
    }
    uri
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_becomes_a_relative_reference() {
        assert_eq!(encoded("a b/c:d#é.jpg"), "a%20b/c%3Ad%23%C3%A9.jpg");
    }
}
