//! Identifiers in names that evaluation and training share, and that nobody has answered.

use super::Evidence;
use crate::finding::{Code, Finding, Subject};
use crate::report::recordings::PossibleGroup;
use crate::wording::percent_tenths;

/// One finding for each evaluation split, training split and part of names.
pub(super) fn unanswered(evidence: &Evidence<'_>) -> Vec<Finding> {
    let mut findings = Vec::new();
    for split in evidence.together {
        for asked in &split.asked {
            let subject = Subject::Samples(asked.evaluation.clone());
            let finding = Finding::new(Code::PossibleGroup, subject, message(&asked.facts))
                .between([split.evaluation, split.training])
                .told_by(asked.facts.part.clone());
            findings.push(finding);
        }
    }
    findings
}

fn message(facts: &PossibleGroup) -> String {
    if facts.evaluation_without + facts.training_without > 0 {
        return of_one_side(facts);
    }
    let shown: Vec<&str> = facts.examples.iter().take(3).map(String::as_str).collect();
    let pixels = match facts.pixels {
        None if facts.group_column.is_some() => "nothing says whether it is".to_owned(),
        None => "pixels were not asked".to_owned(),
        Some(said) => format!(
            "pixels do not settle it: images of one value were more alike than others of their class in {} of {} comparisons",
            said.same_closer, said.compared
        ),
    };
    let pattern = match (&facts.group_column, &facts.group_pattern) {
        (Some(column), _) if column.contains(char::is_whitespace) => {
            format!("say `--group-column '{column}'`")
        }
        (Some(column), _) => format!("say `--group-column {column}`"),
        (None, Some(pattern)) => format!("say `--group-pattern '{pattern}'`"),
        (None, None) => "give a group column".to_owned(),
    };
    let (sharing, all) = (
        facts.samples_of_shared_values as usize,
        facts.evaluation_samples as usize,
    );
    format!(
        "{sharing} of {all} images of `{}` ({}) share {} with `{}` (such as {}; a random split would share {:.0} %), which may be a patient, \
         a recording or a product; {pixels}. If it is one, {pattern}; if not, write `groups = {{ none = \"why\" }}` in splitleak.toml",
        facts.evaluation_split,
        percent_tenths(sharing as f64 / all as f64),
        facts.part,
        facts.training_split,
        shown.join(", "),
        facts.random_split_shares * 100.0
    )
}

/// That groups are told of one split, and hardly of the other.
fn of_one_side(facts: &PossibleGroup) -> String {
    format!(
        "{} of {} images of `{}` and {} of `{}` have no group in the {}, so that nothing says whether the two share one; fill its empty cells, or name another \
         with `--group-column`; if there are no groups, write `groups = {{ none = \"why\" }}` in splitleak.toml",
        facts.evaluation_without,
        facts.evaluation_samples,
        facts.evaluation_split,
        facts.training_without,
        facts.training_split,
        facts.part,
    )
}
