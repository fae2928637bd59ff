//! The verdict of a report: leaks, clear, or unknown. The one place where it is decided.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::Leakage;
use crate::finding::Code;

/// What is known of leakage, worst first.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "kebab-case")]
pub enum Verdict {
    /// Evaluation samples leak: pixels or bytes show it, or the user's own columns and patterns say
    /// so.
    Leaks,
    /// No leak is certain, but something that could tell was not answered.
    Unknown,
    /// There is no pair of splits to judge. Only for a whole report.
    NotJudged,
    /// Everything that could tell was judged, and nothing leaks.
    Clear,
}

impl Verdict {
    /// The name used in reports.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Leaks => "leaks",
            Self::Unknown => "unknown",
            Self::NotJudged => "not-judged",
            Self::Clear => "clear",
        }
    }

    /// Whether words such as "no leak", "clean" or "passed" may stand by themselves.
    #[must_use]
    pub fn is_clear(self) -> bool {
        self == Self::Clear
    }
}

/// What is known of one evaluation split and one training split.
#[derive(Debug, Clone, Copy)]
pub(super) struct Known<'a> {
    /// Readable evaluation samples that leak.
    pub(super) leaked: u64,
    /// Evaluation samples beyond these that names and columns suspect, or an unanswered question
    /// covers.
    pub(super) suspected: u64,
    /// Evaluation samples whose pixels could be compared.
    pub(super) compared: u64,
    /// Codes of findings that leave something open.
    pub(super) open: &'a [Code],
}

/// Decides on one pair of splits.
pub(super) fn decide(known: Known<'_>) -> Verdict {
    if known.leaked > 0 {
        Verdict::Leaks
    } else if known.suspected > 0 || known.compared == 0 || !known.open.is_empty() {
        Verdict::Unknown
    } else {
        Verdict::Clear
    }
}

/// The worst verdict of all pairs of splits; not judged where there are none.
pub(super) fn worst(leakage: &[Leakage]) -> Verdict {
    let verdicts = leakage.iter().map(|entry| entry.verdict);
    verdicts.min().unwrap_or(Verdict::NotJudged)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_was_judged_in_full_is_clear() {
        use Verdict::{Clear, Leaks, Unknown};
        let open: &[Code] = &[Code::PossibleGroup];
        for (leaked, suspected, compared, open, expected) in [
            (0, 0, 41, &[][..], Clear),
            (1, 0, 41, &[], Leaks),
            (1, 36, 41, open, Leaks),
            (0, 36, 41, open, Unknown),
            (0, 1, 41, &[], Unknown),
            (0, 0, 41, open, Unknown),
            (0, 0, 0, &[], Unknown),
        ] {
            let known = Known {
                leaked,
                suspected,
                compared,
                open,
            };
            assert_eq!(decide(known), expected, "{known:?}");
        }
    }

    #[test]
    fn the_order_is_from_worst_to_best_and_names_are_those_of_the_report() {
        let all = [
            Verdict::Leaks,
            Verdict::Unknown,
            Verdict::NotJudged,
            Verdict::Clear,
        ];
        assert!(all.is_sorted());
        for verdict in all {
            assert_eq!(serde_json::to_value(verdict).unwrap(), verdict.name());
        }
        assert_eq!(worst(&[]), Verdict::NotJudged);
    }
}
