//! Exit statuses: a promise to scripts, also told by `--help` and the README.

use crate::report::{Gate, Ruling};

/// How a run ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Outcome {
    /// Checked, and policy accepts it: 0.
    Passed,
    /// Checked, and policy does not accept it: 1.
    GateFailed,
    /// Not checked, or not all of it: 2.
    NotChecked,
}

impl Outcome {
    /// What a verdict means for the exit status. A violated limit is known to be
    /// violated, whatever else could not be read.
    pub(super) fn of(gate: &Gate) -> Self {
        match gate.ruling() {
            Ruling::Passed | Ruling::NotJudged => Self::Passed,
            Ruling::Failed => Self::GateFailed,
            Ruling::Incomplete => Self::NotChecked,
        }
    }

    /// The exit status.
    pub(super) fn status(self) -> u8 {
        match self {
            Self::Passed => 0,
            Self::GateFailed => 1,
            Self::NotChecked => 2,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::{Violation, ViolationCode};

    fn gate(codes: &[ViolationCode]) -> Gate {
        let violations = codes.iter().map(|&code| Violation {
            code,
            message: String::new(),
        });
        Gate {
            passed: codes.is_empty(),
            violations: violations.collect(),
            ..Gate::default()
        }
    }

    #[test]
    fn a_violated_limit_outranks_what_could_not_be_read() {
        use ViolationCode::{FailOn, Incomplete, MaxLeakage, NotJudged};
        assert_eq!(Outcome::of(&gate(&[])), Outcome::Passed);
        assert_eq!(Outcome::of(&gate(&[Incomplete])), Outcome::NotChecked);
        assert_eq!(Outcome::of(&gate(&[NotJudged])), Outcome::NotChecked);
        assert_eq!(
            Outcome::of(&gate(&[Incomplete, MaxLeakage])),
            Outcome::GateFailed
        );
        assert_eq!(Outcome::of(&gate(&[FailOn])), Outcome::GateFailed);
    }
}
