//! Findings that a team sets aside by code and path, each with a reason.

use chrono::NaiveDate;

use crate::finding::Code;
use crate::path_pattern::PathPattern;

/// Findings of one code, everywhere or under a path, that are not to fail the gate.
#[derive(Debug, Clone)]
pub struct Suppression {
    /// Which findings.
    pub code: Code,
    /// Where; `None` is everywhere.
    pub path: Option<PathPattern>,
    /// Why they are accepted.
    pub reason: String,
    /// Last day on which they are.
    pub expires: Option<NaiveDate>,
}

impl Suppression {
    /// Whether it still holds on `today`.
    #[must_use]
    pub fn holds(&self, today: NaiveDate) -> bool {
        self.expires.is_none_or(|last| today <= last)
    }

    /// Whether a finding of the code is meant that is about `path`.
    #[must_use]
    pub fn covers(&self, path: &str) -> bool {
        let pattern = self.path.as_ref();
        pattern.is_none_or(|pattern| pattern.matches(path))
    }

    /// As a user would name it: the code, and where.
    #[must_use]
    pub fn name(&self) -> String {
        match &self.path {
            None => format!("`{}`", self.code.name()),
            Some(path) => format!("`{}` in `{}`", self.code.name(), path.text()),
        }
    }
}
