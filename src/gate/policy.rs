//! Rules of acceptance, as settings say them.

use std::fmt;
use std::str::FromStr;

use chrono::NaiveDate;

use super::baseline::Baseline;
use super::limit::{LeakLimit, Limit};
use super::suppression::Suppression;
use crate::finding::{CODES, Code, Severity};

/// What is accepted.
#[derive(Debug, Clone)]
pub struct Policy {
    /// Most leakage accepted. A limit that names a split holds there instead of one of its kind
    /// that does not.
    pub max_leakage: Vec<LeakLimit>,
    /// Most suspected samples accepted in every evaluation split; `None` accepts all.
    pub max_suspected: Option<Limit>,
    /// Whether an unknown verdict is not accepted.
    pub strict: bool,
    /// Findings that are not accepted.
    pub fail_on: Vec<FailOn>,
    /// Unreadable samples that are accepted, of all samples.
    pub max_unreadable: Limit,
    /// Least share of readable samples in every split, 0 to 1.
    pub min_coverage: Option<f64>,
    /// Findings that are set aside by code and path.
    pub suppressions: Vec<Suppression>,
    /// Findings that were accepted one by one.
    pub baseline: Baseline,
    /// Whether limits were given from outside of the dataset's own files, so that it is told when
    /// they hold only because of what those files accept.
    pub has_outside_limits: bool,
    /// The day by which expiry is told: nothing expires when nothing has a date.
    pub today: NaiveDate,
}

impl Policy {
    /// The same limits, with nothing set aside or accepted.
    #[must_use]
    pub(super) fn accepting_nothing(&self) -> Self {
        Self {
            suppressions: Vec::new(),
            baseline: Baseline::default(),
            ..self.clone()
        }
    }

    /// The policy without any settings: every sample must be readable.
    #[must_use]
    pub fn new(today: NaiveDate) -> Self {
        Self {
            max_leakage: Vec::new(),
            max_suspected: None,
            strict: false,
            fail_on: Vec::new(),
            max_unreadable: Limit::Count(0),
            min_coverage: None,
            suppressions: Vec::new(),
            baseline: Baseline::default(),
            has_outside_limits: false,
            today,
        }
    }

    /// Whether findings are accepted one by one, so that the report must list all of them.
    #[must_use]
    pub fn accepts_findings(&self) -> bool {
        !self.suppressions.is_empty() || !self.baseline.entries.is_empty()
    }

    /// Whether a limit says what is too much, or too little.
    #[must_use]
    pub fn has_limits(&self) -> bool {
        let on_suspects = self.max_suspected.is_some() || self.strict;
        let on_findings = !self.max_leakage.is_empty() || !self.fail_on.is_empty();
        on_findings || on_suspects || self.min_coverage.is_some()
    }

    /// The first limit that asks about leaks, as a user would write it.
    #[must_use]
    pub fn first_leak_limit(&self) -> Option<String> {
        let codes = || CODES.iter().map(|row| row.0).filter(|code| code.is_leak());
        let asks = |fail_on: &&FailOn| codes().any(|code| fail_on.includes(code));
        let fail_on = || self.fail_on.iter().find(asks).map(ToString::to_string);
        let most = self.max_leakage.first().map(ToString::to_string);
        most.or_else(fail_on)
    }

    /// Whether a finding of this code fails the gate.
    #[must_use]
    pub fn fails_on(&self, code: Code) -> bool {
        self.fail_on.iter().any(|fail_on| fail_on.includes(code))
    }
}

/// Findings that are not accepted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FailOn {
    /// Those of one code.
    Code(Code),
    /// Those of this severity, and of any worse.
    Severity(Severity),
}

impl FailOn {
    /// Whether findings of `code` are meant.
    #[must_use]
    pub fn includes(self, code: Code) -> bool {
        match self {
            Self::Code(own) => own == code,
            // Worst first in the order of severities.
            Self::Severity(least) => code.severity() <= least,
        }
    }
}

impl FromStr for FailOn {
    type Err = String;

    fn from_str(name: &str) -> Result<Self, String> {
        match name {
            "error" => Ok(Self::Severity(Severity::Error)),
            "warning" => Ok(Self::Severity(Severity::Warning)),
            "note" => Ok(Self::Severity(Severity::Note)),
            _ => Code::from_name(name).map(Self::Code).ok_or_else(|| {
                let names: Vec<&str> = CODES.iter().map(|row| row.1).collect();
                format!(
                    "code `{name}` does not exist; use error, warning, note, or a code of {}",
                    names.join(", ")
                )
            }),
        }
    }
}

impl fmt::Display for FailOn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Code(code) => code.name(),
            Self::Severity(severity) => severity.name(),
        })
    }
}

/// A day written `2027-01-31`.
///
/// # Errors
/// What is wrong with the text.
pub fn day(text: &str) -> Result<NaiveDate, String> {
    NaiveDate::parse_from_str(text, "%Y-%m-%d")
        .map_err(|_| format!("`{text}` is no day: write it as 2027-01-31"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_severity_includes_what_is_worse() {
        let warning: FailOn = "warning".parse().unwrap();
        assert!(warning.includes(Code::ZeroByteFile) && warning.includes(Code::ListedTwice));
        assert!(!warning.includes(Code::LowInformation));
    }

    #[test]
    fn a_day_is_written_one_way() {
        assert_eq!(day("2027-01-31").unwrap().to_string(), "2027-01-31");
        for wrong in ["31.1.2027", "2027-02-30", "", "tomorrow"] {
            assert!(day(wrong).is_err(), "{wrong}");
        }
    }
}
