//! The report as JSON: the contract.

use std::io::{self, Write};

use crate::report::Report;

/// Writes the report, indented by two spaces, with a newline at the end.
///
/// # Errors
/// Those of the writer.
pub fn render(report: &Report, mut to: impl Write) -> io::Result<()> {
    serde_json::to_writer_pretty(&mut to, report)?;
    to.write_all(b"\n")
}

/// The JSON Schema of the report, indented.
#[must_use]
#[cfg(debug_assertions)]
pub fn schema() -> String {
    let schema = schemars::schema_for!(Report);
    serde_json::to_string_pretty(&schema).unwrap_or_default()
}

/// The JSON Schema of the report, indented: what development printed from the types, and tests
/// hold to them. To make it again, a program would carry half a megabyte of descriptions.
#[must_use]
#[cfg(not(debug_assertions))]
pub fn schema() -> String {
    include_str!("../../docs/report.schema.json")
        .trim_end()
        .to_owned()
}
