//! May this be merged? Judges a [`Report`](crate::report::Report) by a [`Policy`].

mod accept;
pub mod baseline;
mod completeness;
mod judge;
pub mod limit;
pub mod policy;
pub mod suppression;
mod unanswered;
pub mod update;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

pub use judge::judge;
pub use policy::Policy;

use crate::finding::{AcceptedBy, Code};

/// The verdict as the report carries it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Gate {
    /// Whether nothing was violated.
    pub passed: bool,
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
            violations: Vec::new(),
            accepted: Vec::new(),
            notes: Vec::new(),
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
    /// A suppression by path of a finding that does not name all it is about.
    UndecidedSuppression,
    /// Accepted findings that are gone.
    StaleBaseline,
    /// Accepted findings whose date has passed.
    ExpiredBaseline,
}
