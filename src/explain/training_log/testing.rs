//! What tests ask of a log.

use super::parse;

/// Training and validation loss of the epoch that is explained.
pub(super) fn last(text: &str) -> (Option<f64>, Option<f64>) {
    let log = parse(text.as_bytes()).unwrap_or_else(|error| panic!("{text}\n{error}"));
    let epoch = log.explained().copied().unwrap_or_default();
    let value = |one: Option<super::Printed>| one.map(|one| one.value);
    (value(epoch.train), value(epoch.validation))
}
