//! Classes that a split lacks, and targets that pile up on one value.

use std::collections::{BTreeMap, BTreeSet};

use super::splits::members;
use super::{Evidence, FEW};
use crate::finding::{Code, Finding, Subject};
use crate::labels::Labels;
use crate::sample::{Split, SplitId, SplitRole};
use crate::wording::{counted, percent_tenths};

/// How many classes a message names.
const NAMED: usize = 10;

/// Share of the targets, in percent, that one value has at least.
const PILE: usize = 25;

/// Distinct values that targets have at least before a pile is a pile.
const VALUES: usize = 20;

/// One finding for each training, validation or test split that lacks a class which another has.
pub(super) fn missing_classes(evidence: &Evidence<'_>) -> Vec<Finding> {
    let dataset = evidence.dataset;
    let Labels::Classes(names, classes) = evidence.labels else {
        return Vec::new();
    };
    let judged = dataset
        .splits
        .iter()
        .zip(0u16..)
        .filter(|(split, _)| split.role != SplitRole::Other);
    let held = judged.map(|(split, id)| {
        let own = members(dataset, SplitId(id)).filter_map(|sample| classes[sample.index()]);
        (split, SplitId(id), own.collect::<BTreeSet<u32>>())
    });
    // A split without labels, such as a test split whose labels are kept secret, lacks no class.
    let held: Vec<_> = held.filter(|(_, _, own)| !own.is_empty()).collect();
    // Anomaly detection: what is learned is one class, and the others are what it must tell apart.
    let training = held
        .iter()
        .filter(|(split, _, _)| split.role == SplitRole::Training);
    let learned: BTreeSet<u32> = training.flat_map(|(_, _, own)| own).copied().collect();
    if learned.len() == 1 {
        return Vec::new();
    }
    let beside = |split: &Split| -> BTreeSet<u32> {
        let compared = held
            .iter()
            .filter(|(other, _, _)| split.is_compared_with(other));
        compared.flat_map(|(_, _, own)| own).copied().collect()
    };
    let all = held.iter().map(|(split, _, _)| beside(split));
    let lacking = held
        .iter()
        .zip(all)
        .filter(|((_, _, own), all)| own.len() < all.len());
    let findings = lacking.map(|((split, id, own), all)| {
        let missing: Vec<&str> = all.difference(own).map(|&class| names[class as usize]).collect();
        let consequence = match split.role {
            SplitRole::Training => "a model cannot learn them",
            _ => "its result says nothing about them",
        };
        let shown: Vec<String> = missing.iter().take(NAMED).map(|name| format!("`{name}`")).collect();
        let more = if missing.len() > NAMED { ", ..." } else { "" };
        let message = format!(
            "split `{}` lacks {} of {} classes ({}{more}); {consequence}, unless classes are kept apart on purpose",
            split.name,
            missing.len(),
            all.len(),
            shown.join(", ")
        );
        let names = missing.iter().map(|name| (*name).to_owned()).collect();
        Finding::new(Code::ClassMissing, Subject::Classes(names), message).between([*id])
    });
    findings.collect()
}

/// One finding where a large share of continuous targets is one value.
pub(super) fn target_pile_up(evidence: &Evidence<'_>) -> Vec<Finding> {
    let Labels::Numbers(targets) = evidence.labels else {
        return Vec::new();
    };
    // By bits, with one zero: floats have no order of their own.
    let mut values: BTreeMap<u64, usize> = BTreeMap::new();
    for target in targets.iter().flatten() {
        *values.entry((target + 0.0).to_bits()).or_default() += 1;
    }
    let all: usize = values.values().sum();
    let most = values.iter().max_by_key(|row| row.1);
    let Some((value, n)) = most.filter(|(_, n)| **n * 100 >= all * PILE) else {
        return Vec::new();
    };
    if values.len() < VALUES || all < FEW {
        return Vec::new();
    }
    let message = format!(
        "{} of {} have the target {} ({}; told from {PILE} %); a model that always says so looks good, weigh or thin them out, and compare \
         every loss with that of this constant",
        n,
        counted(all, "sample"),
        f64::from_bits(*value),
        percent_tenths(*n as f64 / all as f64)
    );
    let fact = f64::from_bits(*value).to_string();
    vec![Finding::new(Code::TargetPileUp, Subject::Whole, message).told_by(fact)]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::checks::testing::World;

    #[test]
    fn a_class_that_a_split_lacks_is_named() {
        let mut world = World::new();
        world.many(5, "a", 0, Some("cat"));
        world.many(5, "b", 0, Some("dog"));
        world.many(5, "c", 1, Some("cat"));
        world.many(5, "d", 2, None);
        let findings = missing_classes(&world.evidence());
        assert_eq!(findings.len(), 1);
        assert!(
            findings[0]
                .message
                .starts_with("split `val` lacks 1 of 2 classes (`dog`)")
        );
    }

    #[test]
    fn one_training_class_is_anomaly_detection() {
        let mut world = World::new();
        world.many(5, "a", 0, Some("good"));
        world.many(5, "b", 1, Some("good"));
        world.many(5, "c", 1, Some("scratched"));
        assert_eq!(missing_classes(&world.evidence()), []);
    }

    #[test]
    fn one_sample_of_a_class_is_enough() {
        let mut world = World::new();
        world.many(5, "a", 0, Some("cat"));
        world.many(5, "b", 0, Some("dog"));
        world.many(5, "c", 1, Some("cat"));
        world.many(1, "d", 1, Some("dog"));
        assert_eq!(missing_classes(&world.evidence()), []);
    }

    /// 100 targets of which `zeros` are 0.
    fn piled(zeros: usize) -> Vec<Finding> {
        let mut world = World::new();
        world.many(zeros, "a", 0, Some("0.0"));
        for i in zeros..100 {
            world.push(
                &format!("b{i}.jpg"),
                Some(0),
                Some(&format!("0.{:03}", i + 100)),
            );
        }
        target_pile_up(&world.evidence())
    }

    #[test]
    fn targets_that_pile_up_are_told_from_a_quarter_on() {
        assert_eq!(piled(24), []);
        assert!(
            piled(54)[0]
                .message
                .starts_with("54 of 100 samples have the target 0 (54.0 %")
        );
    }

    #[test]
    fn a_few_steps_are_no_pile() {
        let mut world = World::new();
        for i in 0..100 {
            world.push(&format!("{i}.jpg"), Some(0), Some(&format!("{}.5", i % 4)));
        }
        assert_eq!(target_pile_up(&world.evidence()), []);
    }
}
