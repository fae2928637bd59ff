//! The gate as the report carries it: what was violated, what was accepted, what to know.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::AcceptedBy;
use crate::finding::Code;

/// Whether policy accepts the dataset.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Gate {
    /// Whether nothing was violated.
    pub passed: bool,
    /// Whether a limit was set (`max-leakage` or `fail-on`). Without one `passed` says only that
    /// everything could be read, whatever leaks.
    pub judged: bool,
    /// What was violated.
    pub violations: Vec<Violation>,
    /// What was found and accepted one by one, by code.
    pub accepted: Vec<AcceptedFindings>,
    /// What the team should know of its suppressions and its baseline.
    pub notes: Vec<GateNote>,
}

impl Default for Gate {
    fn default() -> Self {
        Self {
            passed: true,
            judged: false,
            violations: Vec::new(),
            accepted: Vec::new(),
            notes: Vec::new(),
        }
    }
}

/// What a gate says in a word.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ruling {
    /// Within the limits.
    Passed,
    /// A limit is exceeded, whatever else could not be checked.
    Failed,
    /// Not all could be checked, and no limit is known to be exceeded.
    Incomplete,
    /// All could be checked, and no limit was set.
    NotJudged,
}

impl Gate {
    /// What the gate says in a word.
    #[must_use]
    pub fn ruling(&self) -> Ruling {
        if self.violations.iter().any(|one| one.code.is_judgement()) {
            Ruling::Failed
        } else if !self.passed {
            Ruling::Incomplete
        } else if self.judged {
            Ruling::Passed
        } else {
            Ruling::NotJudged
        }
    }
}

/// One thing that policy does not accept.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Violation {
    /// What was violated.
    pub code: ViolationCode,
    /// By what, and what to do.
    pub message: String,
}

/// Ways to fail a gate.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum ViolationCode {
    /// More leakage than accepted.
    MaxLeakage,
    /// More suspected samples than accepted.
    MaxSuspected,
    /// The verdict is unknown, and that is not accepted.
    Unknown,
    /// A finding of a code that is not accepted.
    FailOn,
    /// A limit was asked for that could not be judged.
    NotJudged,
    /// Some samples could not be read.
    Incomplete,
}

impl ViolationCode {
    /// Whether the dataset was judged and found wanting, rather than not judged.
    #[must_use]
    pub fn is_judgement(self) -> bool {
        matches!(
            self,
            Self::MaxLeakage | Self::MaxSuspected | Self::Unknown | Self::FailOn
        )
    }

    /// The name used in reports.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::MaxLeakage => "max-leakage",
            Self::MaxSuspected => "max-suspected",
            Self::Unknown => "unknown",
            Self::FailOn => "fail-on",
            Self::NotJudged => "not-judged",
            Self::Incomplete => "incomplete",
        }
    }
}

/// Findings of one code that were accepted.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct AcceptedFindings {
    /// What kind.
    pub code: Code,
    /// By what.
    pub by: AcceptedBy,
    /// How many: leaked samples by training split, or findings.
    pub count: u64,
}

/// One thing to know of suppressions and baseline; it fails nothing.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct GateNote {
    /// What kind.
    pub code: NoteCode,
    /// What, and what to do.
    pub message: String,
}

/// What there is to know.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum NoteCode {
    /// The verdict is unknown: something that could tell was not answered.
    NotAnswered,
    /// A suppression that matches nothing.
    UnusedSuppression,
    /// A suppression whose date has passed.
    ExpiredSuppression,
    /// A suppression by path that does not cover all that a finding is about.
    UndecidedSuppression,
    /// Accepted findings that are gone.
    StaleBaseline,
    /// Accepted findings whose date has passed.
    ExpiredBaseline,
    /// Limits of the command line hold only because of what the dataset's own files accept.
    AcceptedBeyondLimit,
}
