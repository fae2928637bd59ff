//! One picture with two truths: different classes, or targets that lie far apart.

use std::collections::BTreeSet;

use super::Evidence;
use crate::finding::{Code, Finding, Subject};
use crate::labels::Labels;
use crate::leak::Leak;
use crate::sample::SampleId;
use crate::wording::counted;

/// Share of the range of all targets, in percent, by which targets of copies differ at least.
const FAR_COPY: f64 = 10.0;

/// The same for near duplicates: a moment later the truth may be another.
const FAR_NEAR: f64 = 50.0;

/// Up to one finding for exact copies and one for near duplicates, within and across splits.
pub(super) fn conflicts(evidence: &Evidence<'_>) -> Vec<Finding> {
    let labels = evidence.labels;
    let range = match labels {
        Labels::Numbers(targets) => range(targets),
        _ => 0.0,
    };
    let differ = |(a, b): (SampleId, SampleId), kind: Leak| match labels {
        Labels::None => false,
        Labels::Classes(_, classes) => {
            let classes = (classes[a.index()], classes[b.index()]);
            classes.0.is_some() && classes.1.is_some() && classes.0 != classes.1
        }
        Labels::Numbers(targets) => {
            let share = if kind == Leak::NearDuplicate {
                FAR_NEAR
            } else {
                FAR_COPY
            };
            let apart = targets[a.index()].zip(targets[b.index()]);
            apart.is_some_and(|(a, b)| (a - b).abs() * 100.0 > share * range)
        }
    };
    let (mut copies, mut near) = (BTreeSet::new(), BTreeSet::new());
    for (_, _, partners) in evidence.partners.iter() {
        for pair in &partners.best {
            let both = (pair.a.min(pair.b), pair.a.max(pair.b));
            if differ(both, pair.kind) {
                let found = if pair.kind == Leak::NearDuplicate {
                    &mut near
                } else {
                    &mut copies
                };
                found.insert(both);
            }
        }
    }
    let code = match labels {
        Labels::Numbers(_) => Code::TargetConflict,
        _ => Code::LabelConflict,
    };
    let told = [
        told(evidence, code, &copies, "the same picture", FAR_COPY),
        told(evidence, code, &near, "nearly the same picture", FAR_NEAR),
    ];
    told.into_iter().flatten().collect()
}

fn range(targets: &[Option<f64>]) -> f64 {
    let targets = targets.iter().flatten();
    let ends = targets.fold(
        (f64::INFINITY, f64::NEG_INFINITY),
        |(low, high), &target| (low.min(target), high.max(target)),
    );
    (ends.1 - ends.0).max(0.0)
}

fn told(
    evidence: &Evidence<'_>,
    code: Code,
    pairs: &BTreeSet<(SampleId, SampleId)>,
    what: &str,
    share: f64,
) -> Option<Finding> {
    let first = pairs.first()?;
    let samples = &evidence.dataset.samples;
    let label = |id: SampleId| samples[id.index()].label.as_deref().unwrap_or_default();
    let images: BTreeSet<SampleId> = pairs.iter().flat_map(|&(a, b)| [a, b]).collect();
    let how = match code {
        Code::TargetConflict => format!("targets more than {share} % of the range apart"),
        _ => "different classes".to_owned(),
    };
    let message = format!(
        "{} of {what} with {how}, such as `{}` and `{}`; at most one of them is right, look at the pairs and mend the labels",
        counted(images.len(), "image"),
        label(first.0),
        label(first.1)
    );
    let subject = Subject::Pairs(pairs.iter().copied().collect());
    Some(Finding::new(code, subject, message).told_by(what))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::checks::testing::World;

    fn world(labels: [&str; 3]) -> World {
        let mut world = World::new();
        for (i, label) in labels.into_iter().enumerate() {
            world.push(&format!("{i}.jpg"), Some(i as u16 % 2), Some(label));
        }
        world
    }

    #[test]
    fn copies_with_different_classes_conflict_within_and_across_splits() {
        for (a, b) in [(0, 1), (0, 2)] {
            let mut world = world(["cat", "dog", "dog"]);
            world.pair(a, b, Leak::SamePixels);
            let findings = conflicts(&world.evidence());
            assert_eq!(findings[0].code, Code::LabelConflict);
            let pair = (SampleId(a as u32), SampleId(b as u32));
            assert_eq!(findings[0].subject, Subject::Pairs(vec![pair]));
            assert!(findings[0].message.contains(
                "2 images of the same picture with different classes, such as `cat` and `dog`"
            ));
        }
    }

    #[test]
    fn copies_with_one_class_do_not_conflict() {
        let mut world = world(["cat", "dog", "dog"]);
        world.pair(1, 2, Leak::SameBytes);
        assert_eq!(conflicts(&world.evidence()), []);
    }

    #[test]
    fn targets_conflict_beyond_the_stated_share_of_the_range() {
        for (label, kind, expected) in [
            ("0.11", Leak::SameBytes, 1),
            ("0.09", Leak::SameBytes, 0),
            ("0.49", Leak::NearDuplicate, 0),
            ("0.51", Leak::NearDuplicate, 1),
        ] {
            let mut world = world(["0.0", label, "1.0"]);
            world.pair(0, 1, kind);
            let findings = conflicts(&world.evidence());
            assert_eq!(findings.len(), expected, "{label} {kind:?}");
            assert!(findings.iter().all(|one| one.code == Code::TargetConflict));
        }
    }
}
