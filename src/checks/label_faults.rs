//! Labels that are missing, that are no numbers among numbers, or that no loss can be computed
//! with.

use super::{Evidence, FEW};
use crate::finding::{Code, Finding, Subject};
use crate::labels::{NUMERIC, are_numeric};
use crate::sample::{Sample, SampleId};
use crate::wording::counted;

/// Up to one finding each for empty cells, texts among numbers, and targets that are not finite.
pub(super) fn label_faults(evidence: &Evidence<'_>) -> Vec<Finding> {
    let samples = &evidence.dataset.samples;
    let with = |wanted: fn(&Sample) -> bool| -> Vec<SampleId> {
        let all = samples.iter().zip(0u32..);
        let found = all.filter(|(sample, _)| wanted(sample));
        found.map(|(_, id)| SampleId(id)).collect()
    };
    let mut findings = Vec::new();
    let mut tell = |code, ids: Vec<SampleId>, message: String| {
        findings.push(Finding::new(code, Subject::Samples(ids), message));
    };
    let missing = with(|sample| sample.label.is_none());
    // Where most have none, the few that have one are not the rule.
    let labelled = samples.len() - missing.len();
    if !missing.is_empty() && missing.len() < labelled {
        let message = format!(
            "{} without a label, though the others have one; label them or take them out",
            counted(missing.len(), "sample")
        );
        tell(Code::MissingLabel, missing, message);
    }
    if !are_numeric(evidence.dataset) {
        return findings;
    }
    let parsed = |sample: &Sample| {
        sample
            .label
            .as_deref()
            .and_then(|label| label.parse::<f64>().ok())
    };
    let text = with(|sample| {
        sample
            .label
            .as_deref()
            .is_some_and(|label| label.parse::<f64>().is_err())
    });
    if let Some(first) = text.first()
        && labelled >= FEW
    {
        let label = samples[first.index()].label.as_deref().unwrap_or_default();
        let message = format!(
            "{} with a label that is no number, such as `{label}`, though {NUMERIC} % or more of the labels are numbers; mend the manifest",
            counted(text.len(), "sample")
        );
        tell(Code::UnparsableLabel, text, message);
    }
    let endless: Vec<SampleId> = samples
        .iter()
        .zip(0u32..)
        .filter(|(sample, _)| parsed(sample).is_some_and(|target| !target.is_finite()))
        .map(|(_, id)| SampleId(id))
        .collect();
    if !endless.is_empty() {
        let message = format!(
            "{} with a target that is infinite or not a number; the loss of a batch that holds one is not a number either, \
             mend or remove the rows",
            counted(endless.len(), "sample")
        );
        tell(Code::NonFiniteTarget, endless, message);
    }
    findings
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::checks::testing::{World, ids_of};

    /// Labels of 100 samples: fractions, and one that is given.
    fn codes(odd: Option<&str>) -> Vec<Code> {
        let mut world = World::new();
        for i in 0..99 {
            world.push(&format!("{i:02}.jpg"), Some(0), Some(&format!("0.{i:02}")));
        }
        world.push("odd.jpg", Some(0), odd);
        let findings = label_faults(&world.evidence());
        let odd = [SampleId(99)];
        assert!(findings.iter().all(|finding| ids_of(finding) == odd));
        findings.iter().map(|finding| finding.code).collect()
    }

    #[test]
    fn each_fault_is_told_and_a_sound_label_is_not() {
        assert_eq!(codes(Some("-1e3")), []);
        assert_eq!(codes(None), [Code::MissingLabel]);
        assert_eq!(codes(Some("left")), [Code::UnparsableLabel]);
        assert_eq!(codes(Some("nan")), [Code::NonFiniteTarget]);
        assert_eq!(codes(Some("-inf")), [Code::NonFiniteTarget]);
    }

    #[test]
    fn a_class_may_be_called_inf_or_be_a_number_among_names() {
        let mut world = World::new();
        for (i, label) in ["inf", "nan", "7", "cat", "dog"]
            .into_iter()
            .cycle()
            .take(50)
            .enumerate()
        {
            world.push(&format!("{i}.jpg"), Some(0), Some(label));
        }
        assert_eq!(label_faults(&world.evidence()), []);
    }

    #[test]
    fn a_dataset_that_is_mostly_unlabelled_lacks_nothing() {
        let mut world = World::new();
        world.many(60, "a", 0, None);
        world.many(40, "b", 0, Some("cat"));
        assert_eq!(label_faults(&world.evidence()), []);
    }
}
