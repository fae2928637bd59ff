//! One thing wrong, as a check says it: a code, all that it is about, and what to do.
//!
//! Checks name samples and splits by id. Paths, examples, counts and fingerprints are made of them
//! once, when the report is built (`report/findings.rs`), so that no check can count ten examples
//! for all.

mod code;

pub use code::{CODES, Code, Severity};

use crate::sample::{SampleId, SplitId};

/// One thing wrong.
#[derive(Debug, Clone, PartialEq)]
pub struct Finding {
    /// What kind.
    pub code: Code,
    /// All that it is about.
    pub subject: Subject,
    /// Splits in which or between which it holds. Later runs know it again by their roles.
    pub splits: Vec<SplitId>,
    /// What tells it from other findings of its code, alike in every run: words, no counts. Empty
    /// where code and splits tell enough.
    pub fact: String,
    /// What happened and what to do, one sentence or two.
    pub message: String,
}

/// What a finding is about, all of it.
#[derive(Debug, Clone, PartialEq)]
pub enum Subject {
    /// One file that could not be read, by the first of its samples.
    File(SampleId),
    /// Samples, in the order in which a report names them.
    Samples(Vec<SampleId>),
    /// Pairs of samples, in the order in which a report names them. A sample may be in several.
    Pairs(Vec<(SampleId, SampleId)>),
    /// One path of the tree that is no sample: a directory, a link, a pointer.
    Path(String),
    /// Paths as the manifest or the tree spells them, some of which may be samples.
    Paths(Vec<String>),
    /// Files that were counted and not kept; some of them as examples.
    Counted {
        /// How many.
        files: u64,
        /// A few of them.
        examples: Vec<String>,
    },
    /// Names of classes.
    Classes(Vec<String>),
    /// The finding's splits as wholes, or the dataset where it names none.
    Whole,
}

impl Finding {
    /// A finding that needs no more than its code to be told from others.
    #[must_use]
    pub fn new(code: Code, subject: Subject, message: String) -> Self {
        Self {
            code,
            subject,
            splits: Vec::new(),
            fact: String::new(),
            message,
        }
    }

    /// The same in these splits, or between them.
    #[must_use]
    pub fn between(self, splits: impl IntoIterator<Item = SplitId>) -> Self {
        Self {
            splits: splits.into_iter().collect(),
            ..self
        }
    }

    /// The same, told from others of its code by `fact`.
    #[must_use]
    pub fn told_by(self, fact: impl Into<String>) -> Self {
        Self {
            fact: fact.into(),
            ..self
        }
    }
}
