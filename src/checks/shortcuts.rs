//! Facts of files that tell the class, or the split, by themselves.
//!
//! A model that is given such data can learn the camera instead of the disease. The measure is
//! Youden's J of one class against the others, the share of the class that is found minus the share
//! of the others that is taken for it: 0 is chance, 1 is certainty, whatever the balance of
//! classes. It is measured on samples that the rule was not made from (five folds), and compared
//! with the same samples under shuffled classes.

use rand::SeedableRng;
use rand::seq::SliceRandom;
use rand_chacha::ChaCha8Rng;

use super::shortcut_facts::{Fact, facts, words};
use super::{Evidence, FEW};
use crate::finding::{Code, Finding, Subject};
use crate::labels::Labels;
use crate::sample::{SplitId, SplitRole};

const FOLDS: usize = 5;

/// Shuffles that the true order is compared with.
const SHUFFLES: usize = 199;

/// Largest p-value: fewer than two of the shuffles may be as good.
const MOST_P: f64 = 0.01;

/// Most classes that are asked about: with more, one of them is a needle, not a shortcut.
const MOST_CLASSES: usize = 200;

/// Facts that tell a class from the others.
pub(super) fn to_labels(evidence: &Evidence<'_>) -> Vec<Finding> {
    let Labels::Classes(names, classes) = evidence.labels else {
        return Vec::new();
    };
    let known: Vec<String> = names.iter().flat_map(|name| words(name)).collect();
    told(evidence, &known, classes, names.len(), |fact, best| {
        let message = format!(
            "the {} alone tells class `{}` from the others: {}; a model can learn it instead of what the pictures show, make it alike in all classes",
            fact.name,
            names[best.class],
            best.in_words()
        );
        Finding::new(Code::LabelShortcut, Subject::Whole, message).told_by(fact.name)
    })
}

/// Facts that tell a split from the others.
pub(super) fn to_splits(evidence: &Evidence<'_>) -> Vec<Finding> {
    let splits = &evidence.dataset.splits;
    // Datasets that share a root differ by what they show, and that says nothing of their splits.
    if !evidence.dataset.parts().is_empty() {
        return Vec::new();
    }
    let judged = |split: usize| splits[split].role != SplitRole::Other;
    let classes: Vec<Option<u32>> = evidence
        .dataset
        .samples
        .iter()
        .map(|sample| {
            sample
                .split
                .filter(|split| judged(split.index()))
                .map(|split| u32::from(split.0))
        })
        .collect();
    let names = splits.iter().flat_map(|split| words(&split.name));
    let usual = ["train", "val", "dev", "test", "eval"].map(ToOwned::to_owned);
    let known: Vec<String> = names.chain(usual).collect();
    told(evidence, &known, &classes, splits.len(), |fact, best| {
        let name = &splits[best.class].name;
        let message = format!(
            "the {} alone tells split `{name}` from the others: {}; its pictures do not stand for the others, split at random within each source",
            fact.name,
            best.in_words()
        );
        let told = SplitId(best.class as u16);
        Finding::new(Code::SplitShortcut, Subject::Whole, message)
            .between([told])
            .told_by(fact.name)
    })
}

fn told(
    evidence: &Evidence<'_>,
    known: &[String],
    classes: &[Option<u32>],
    n_classes: usize,
    finding: impl Fn(&Fact, &Best) -> Finding,
) -> Vec<Finding> {
    if !(2..=MOST_CLASSES).contains(&n_classes) {
        return Vec::new();
    }
    let facts = facts(evidence, known, classes);
    let found = facts.iter().filter_map(|fact| {
        let best = judge(fact, classes, n_classes)?;
        Some(finding(fact, &best))
    });
    found.collect()
}

/// The class that a fact tells best.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Best {
    class: usize,
    /// Share of the class that is found.
    found: f64,
    /// Share of the others that is taken for it.
    mistaken: f64,
}

impl Best {
    fn j(&self) -> f64 {
        self.found - self.mistaken
    }

    fn in_words(&self) -> String {
        format!(
            "it finds {:.0} % of its images and takes {:.0} % of the others for it (cross-validated; p < {MOST_P} by {SHUFFLES} shuffles)",
            self.found * 100.0,
            self.mistaken * 100.0
        )
    }
}

/// What the fact tells, if it is more than its least and more than chance.
fn judge(fact: &Fact, classes: &[Option<u32>], n_classes: usize) -> Option<Best> {
    let both = fact.values.iter().zip(classes);
    let (values, mut classes): (Vec<u32>, Vec<u32>) =
        both.filter_map(|(value, class)| value.zip(*class)).unzip();
    let mut random = ChaCha8Rng::seed_from_u64(7);
    let mut folds: Vec<u8> = (0..values.len()).map(|at| (at % FOLDS) as u8).collect();
    folds.shuffle(&mut random);
    let best = best(&values, &classes, &folds, fact.distinct, n_classes)?;
    if best.j() < fact.least {
        return None;
    }
    let as_good = (0..SHUFFLES).filter(|_| {
        classes.shuffle(&mut random);
        let chance = self::best(&values, &classes, &folds, fact.distinct, n_classes);
        chance.is_some_and(|chance| chance.j() >= best.j())
    });
    let p = (1 + as_good.count()) as f64 / (1 + SHUFFLES) as f64;
    (p < MOST_P).then_some(best)
}

/// The class that is told best, by rules made from the other folds: a value speaks for a class when
/// it is a larger part of the class than of the others.
fn best(
    values: &[u32],
    classes: &[u32],
    folds: &[u8],
    n_values: usize,
    n_classes: usize,
) -> Option<Best> {
    // Values may be numbered up to `n_values` where none is rare.
    let width = n_values + 1;
    let mut counts = vec![[0u32; FOLDS]; width * n_classes];
    for ((&value, &class), &fold) in values.iter().zip(classes).zip(folds) {
        counts[value as usize * n_classes + class as usize][usize::from(fold)] += 1;
    }
    let mut of_value = vec![[0u32; FOLDS]; width];
    let mut of_class = vec![[0u32; FOLDS]; n_classes];
    let mut all = [0u32; FOLDS];
    for (at, cell) in counts.iter().enumerate() {
        for fold in 0..FOLDS {
            of_value[at / n_classes][fold] += cell[fold];
            of_class[at % n_classes][fold] += cell[fold];
            all[fold] += cell[fold];
        }
    }
    let outside =
        |cell: &[u32; FOLDS], fold: usize| f64::from(cell.iter().sum::<u32>() - cell[fold]);
    let sum = |cell: &[u32; FOLDS]| cell.iter().sum::<u32>() as usize;
    let judged = (0..n_classes).filter(|&class| {
        let own = sum(&of_class[class]);
        own >= FEW && sum(&all) - own >= FEW
    });
    let told = judged.map(|class| {
        let (mut found, mut mistaken) = (0, 0);
        for value in 0..width {
            let cell = &counts[value * n_classes + class];
            for fold in 0..FOLDS {
                let own = outside(cell, fold) / outside(&of_class[class], fold).max(1.0);
                let others = outside(&of_value[value], fold) - outside(cell, fold);
                let rest = outside(&all, fold) - outside(&of_class[class], fold);
                if own > others / rest.max(1.0) {
                    found += cell[fold];
                    mistaken += of_value[value][fold] - cell[fold];
                }
            }
        }
        let own = sum(&of_class[class]);
        Best {
            class,
            found: f64::from(found) / own as f64,
            mistaken: f64::from(mistaken) / (sum(&all) - own) as f64,
        }
    });
    told.max_by(|a, b| a.j().total_cmp(&b.j()).then(b.class.cmp(&a.class)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::checks::testing::World;
    use crate::signature::Signature;
    use crate::signature::facts::Camera;

    type Change = fn(&mut Signature);

    /// 60 cats and 60 dogs, each changed by number and whether it is a dog.
    fn world(change: impl Fn(usize, bool, &mut Signature)) -> World {
        let mut world = World::new();
        for i in 0..60 {
            for (dog, label) in [(false, "cat"), (true, "dog")] {
                let path = format!("train/{label}/{label}_{i:04}.jpg");
                let signature = world.push(&path, Some(i as u16 % 2), Some(label));
                signature.facts.stored.bytes += ((i * 7919) % 4000) as u32;
                change(i, dog, signature);
            }
        }
        world
    }

    fn messages(world: &World) -> Vec<String> {
        let evidence = world.evidence();
        let findings = [to_labels(&evidence), to_splits(&evidence)].concat();
        findings
            .into_iter()
            .map(|finding| finding.message)
            .collect()
    }

    #[test]
    fn classes_that_differ_in_nothing_have_no_shortcut() {
        assert_eq!(messages(&world(|_, _, _| {})), [""; 0]);
    }

    #[test]
    fn a_fact_of_the_file_that_tells_the_class_is_named() {
        let changes: [(&str, Change); 5] = [
            ("image size", |one| one.width = 640),
            ("camera model", |one| {
                one.facts.stored.camera = Camera::named(b"X-100");
            }),
            ("uniform border", |one| one.facts.border = 25),
            ("way colours", |one| one.facts.stored.alpha = true),
            ("file size", |one| one.facts.stored.bytes += 90_000),
        ];
        for (name, change) in changes {
            // Nearly all dogs, and a few cats.
            let world = world(|i, dog, one| {
                if dog != (i % 15 == 0) {
                    change(one);
                }
            });
            let messages = messages(&world);
            assert_eq!(messages.len(), 1, "{messages:?}");
            assert!(
                messages[0].starts_with(&format!("the {name}")),
                "{messages:?}"
            );
        }
    }

    #[test]
    fn a_fact_that_tells_less_than_half_is_no_shortcut() {
        // 70 % of dogs, 30 % of cats: J is 0.4.
        let world = world(|i, dog, one| {
            if (i % 10 < 7) == dog {
                one.width = 640;
            }
        });
        assert_eq!(messages(&world), [""; 0]);
    }

    #[test]
    fn a_size_of_its_own_for_every_image_tells_nothing() {
        let world = world(|i, dog, one| one.width = 300 + 2 * i as u32 + u32::from(dog));
        assert_eq!(messages(&world), [""; 0]);
    }

    #[test]
    fn names_that_word_the_class_otherwise_than_the_folder_are_told() {
        let mut world = World::new();
        for i in 0..60 {
            world.push(&format!("a/cat/IMG_{i:04}.jpg"), Some(0), Some("cat"));
            world.push(&format!("a/dog/DSC_{i:04}.jpg"), Some(0), Some("dog"));
        }
        assert!(messages(&world)[0].starts_with("the wording of file names alone tells class"));
    }

    #[test]
    fn names_that_spell_out_numbered_classes_are_the_label_once_more() {
        let mut world = World::new();
        for i in 0..60 {
            world.push(&format!("a/cat.{i}.jpg"), Some(0), Some("0"));
            world.push(&format!("a/dog.{i}.jpg"), Some(0), Some("1"));
        }
        assert_eq!(messages(&world), [""; 0]);
    }

    #[test]
    fn a_fact_that_tells_the_split_is_named_and_the_name_of_the_split_is_not() {
        let mut world = World::new();
        for (split, name) in [(0, "train"), (1, "val")] {
            for i in 0..60 {
                let signature = world.push(&format!("{name}/{name}_{i:04}.jpg"), Some(split), None);
                signature.width += 8 * u32::from(split == 1 && i % 20 > 0);
            }
        }
        let messages = messages(&world);
        assert_eq!(messages.len(), 1, "{messages:?}");
        assert!(
            messages[0].starts_with("the image size alone tells split `"),
            "{messages:?}"
        );
    }
}
