//! May this be merged? Judges a [`Report`] by a [`Policy`].

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::finding::Code;
use crate::rate::Rate;
use crate::report::Report;

/// What is accepted.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Policy {
    /// Most leakage accepted in each evaluation split.
    pub max_leakage: Option<Limit>,
    /// Codes of which no finding is accepted.
    pub fail_on: Vec<Code>,
    /// Unreadable samples that are accepted.
    pub max_unreadable: u64,
}

/// Most leakage accepted: a share of the readable samples, or a number of samples.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Limit {
    /// 0 to 1.
    Fraction(f64),
    /// Samples.
    Count(u64),
}

impl std::str::FromStr for Limit {
    type Err = String;

    /// `0.5%` is a share, `12` a count. A bare decimal is refused: it could be either.
    fn from_str(text: &str) -> Result<Self, String> {
        let wrong = || {
            format!("`{text}` is no limit: write a share such as `0.5%`, or a count such as `12`")
        };
        if let Some(percent) = text.trim().strip_suffix('%') {
            let percent: f64 = percent.trim().parse().map_err(|_| wrong())?;
            return if (0.0..=100.0).contains(&percent) {
                Ok(Self::Fraction(percent / 100.0))
            } else {
                Err(wrong())
            };
        }
        text.trim().parse().map(Self::Count).map_err(|_| wrong())
    }
}

impl std::fmt::Display for Limit {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Fraction(fraction) => write!(f, "{} %", fraction * 100.0),
            Self::Count(count) => write!(f, "{count}"),
        }
    }
}

impl Limit {
    fn exceeded_by(self, leaked: &Rate) -> bool {
        match self {
            Self::Count(most) => leaked.count > most,
            Self::Fraction(most) => leaked.fraction.is_some_and(|fraction| fraction > most),
        }
    }
}

/// The verdict as the report carries it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Gate {
    /// Whether nothing was violated.
    pub passed: bool,
    /// What was violated.
    pub violations: Vec<Violation>,
}

impl Default for Gate {
    fn default() -> Self {
        Self {
            passed: true,
            violations: Vec::new(),
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
        matches!(self, Self::MaxLeakage | Self::FailOn)
    }
}

/// Judges a report. An audit that could not read everything never passes,
/// unless policy accepts so many unreadable samples.
#[must_use]
pub fn judge(report: &Report, policy: &Policy) -> Gate {
    let mut violations = Vec::new();
    let mut violate = |code, message| violations.push(Violation { code, message });
    if let Some(limit) = policy.max_leakage {
        for entry in &report.leakage {
            let (evaluation, training) = (&entry.evaluation_split, &entry.training_split);
            let leaked = &entry.leaked;
            if leaked.fraction.is_none() {
                let message = format!(
                    "no image of `{evaluation}` could be read, so its leakage from `{training}` is not known"
                );
                violate(ViolationCode::NotJudged, message);
            } else if limit.exceeded_by(leaked) {
                let message = format!(
                    "{} of {} readable images of `{evaluation}` leak from `{training}`, more than {limit} accepted",
                    leaked.count, leaked.denominator
                );
                violate(ViolationCode::MaxLeakage, message);
            }
        }
        if let Some(reason) = &report.leakage_unavailable {
            violate(
                ViolationCode::NotJudged,
                format!("a leakage limit was asked for, but {reason}"),
            );
        }
    }
    for &code in &policy.fail_on {
        let name = code.name();
        if let Some(&count) = report.finding_counts.get(name) {
            let first = report.findings.iter().find(|finding| finding.code == code);
            let first = first
                .map(|finding| format!(": {}", finding.message))
                .unwrap_or_default();
            let message = format!("{count} x `{name}`{first}");
            violate(ViolationCode::FailOn, message);
        }
    }
    for split in &report.simulated_splits {
        if let Some(reason) = &split.unavailable {
            violate(
                ViolationCode::NotJudged,
                format!("`--simulate-split {}`: {reason}", split.rule),
            );
        }
    }
    let empty: Vec<&str> = report
        .dataset
        .splits
        .iter()
        .filter(|split| split.samples == 0)
        .map(|split| split.name.as_str())
        .collect();
    for name in empty {
        violate(
            ViolationCode::Incomplete,
            format!("split `{name}` holds no image, so it was not checked"),
        );
    }
    let unreadable = report.coverage.unreadable;
    if unreadable > policy.max_unreadable {
        let message = format!(
            "{unreadable} of {} images could not be read; mend or remove them, or accept them with `--max-unreadable {unreadable}`",
            report.coverage.samples
        );
        violate(ViolationCode::Incomplete, message);
    }
    let not_opened = report.coverage.not_opened;
    if not_opened > 0 {
        let message = format!(
            "{not_opened} images were not opened (`--names-only`), so only names, times and columns were checked"
        );
        violate(ViolationCode::Incomplete, message);
    }
    let unlisted = report
        .finding_counts
        .get(Code::UnreadableDirectory.name())
        .copied()
        .unwrap_or(0);
    let pointers = unfetched_directories(report);
    if unlisted > 0 {
        violate(
            ViolationCode::Incomplete,
            format!(
                "directories that could not be listed: {unlisted}; their images were not checked"
            ),
        );
    }
    if pointers > 0 {
        violate(
            ViolationCode::Incomplete,
            format!("DVC files whose data is not here: {pointers}; run `dvc pull`"),
        );
    }
    Gate {
        passed: violations.is_empty(),
        violations,
    }
}

/// DVC files stand for data that never became samples, so coverage does not count them.
fn unfetched_directories(report: &Report) -> usize {
    let dvc = |path: &String| path.ends_with(".dvc");
    let findings = report.findings.iter();
    findings
        .filter(|one| one.code == Code::DataNotFetched && one.paths.iter().any(dvc))
        .count()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn limits_are_shares_or_counts_and_nothing_between() {
        assert_eq!("0.5%".parse(), Ok(Limit::Fraction(0.005)));
        assert_eq!("100 %".parse(), Ok(Limit::Fraction(1.0)));
        assert_eq!("12".parse(), Ok(Limit::Count(12)));
        for wrong in ["0.5", "-1", "101%", "", "five", "%", "NaN%"] {
            assert!(wrong.parse::<Limit>().is_err(), "{wrong}");
        }
    }

    #[test]
    fn a_limit_is_exceeded_only_above_itself() {
        let leaked = Rate::new(5, 1000);
        assert!(!Limit::Fraction(0.005).exceeded_by(&leaked));
        assert!(Limit::Fraction(0.004_999).exceeded_by(&leaked));
        assert!(!Limit::Count(5).exceeded_by(&leaked));
        assert!(Limit::Count(4).exceeded_by(&leaked));
    }
}
