//! Splits that differ in what should be alike: classes, targets, sizes, brightness, formats.
//!
//! An effect must be large (Cramér's V or Kolmogorov-Smirnov's D) and not be chance (p). The
//! p-value alone decides nothing: frames of a video are not independent, and thousands make all
//! significant.

use std::collections::BTreeMap;

use super::splits::members;
use super::statistics::{Association, Distance, chi_square, kolmogorov_smirnov};
use super::{Evidence, FEW};
use crate::finding::{Code, Finding, Subject};
use crate::labels::Labels;
use crate::median::median;
use crate::report::drift::Fact;
use crate::sample::{SampleId, SplitId, split_pairs};
use crate::signature::Signature;
use crate::wording::percent_tenths;

/// Least Cramér's V of a difference worth telling.
const LEAST_V: f64 = 0.1;

/// Least D of a difference worth telling: so much of one split would have to move.
const LEAST_D: f64 = 0.2;

/// Largest p-value.
const MOST_P: f64 = 0.001;

/// An evaluation and a training split that are compared.
#[derive(Clone, Copy)]
pub(super) struct Sides<'a> {
    pub(super) evidence: &'a Evidence<'a>,
    pub(super) evaluation: SplitId,
    pub(super) training: SplitId,
}

/// Every pair of splits that is compared.
pub(super) fn sides<'a>(evidence: &'a Evidence<'a>) -> impl Iterator<Item = Sides<'a>> {
    let pairs = split_pairs(&evidence.dataset.splits).into_iter();
    pairs.map(move |(evaluation, training)| Sides {
        evidence,
        evaluation,
        training,
    })
}

/// Findings for every evaluation and training split.
pub(super) fn between_splits(evidence: &Evidence<'_>) -> Vec<Finding> {
    let mut findings = Vec::new();
    for sides in sides(evidence) {
        findings.extend(sides.names(
            Fact::Class,
            Code::ClassBalanceDrift,
            "balance of classes",
            "stratify the split, or weigh its result by class",
        ));
        findings.extend(sides.numbers(
            Fact::Target,
            Code::TargetDrift,
            "distribution of targets",
            "see that the splits were recorded alike, or compare losses with a constant on each",
        ));
        findings.extend(sides.numbers(
            Fact::Pixels,
            Code::ImageSizeDrift,
            "image size (pixels)",
            "see that they come from the same source",
        ));
        findings.extend(sides.numbers(
            Fact::Brightness,
            Code::BrightnessDrift,
            "brightness (mean grey level)",
            "see that they were taken under the same light",
        ));
        findings.extend(sides.names(
            Fact::Format,
            Code::FormatDrift,
            "file format",
            "convert all images the same way: compression leaves traces that a model can see",
        ));
    }
    findings
}

/// Whether numbers differ by enough to tell.
pub(super) fn numbers_differ(found: Distance) -> bool {
    found.d >= LEAST_D && found.p <= MOST_P
}

/// Whether names differ by enough to tell.
pub(super) fn names_differ(found: Association) -> bool {
    found.v >= LEAST_V && found.p <= MOST_P
}

impl<'a> Sides<'a> {
    /// A fact that is a number, of one sample; `None` too for a fact that is a name.
    fn number(&self, fact: Fact, id: SampleId) -> Option<f64> {
        if fact == Fact::Target {
            return match self.evidence.labels {
                Labels::Numbers(targets) => targets[id.index()],
                _ => None,
            };
        }
        let signature = self.signature(id)?;
        let (width, height) = (f64::from(signature.width), f64::from(signature.height));
        let tone = &signature.facts.tone;
        match fact {
            Fact::Pixels => Some(width * height),
            Fact::Aspect => Some(width / height),
            Fact::Brightness => Some(f64::from(tone.mean)),
            Fact::Contrast => Some(f64::from(tone.spread)),
            Fact::Sharpness => Some(f64::from(tone.sharpness) / 256.0),
            Fact::Target | Fact::Class | Fact::Format => None,
        }
    }

    /// A fact that is a name, of one sample; `None` too for a fact that is a number.
    fn name(&self, fact: Fact, id: SampleId) -> Option<&'a str> {
        match (fact, self.evidence.labels) {
            (Fact::Class, Labels::Classes(names, classes)) => {
                Some(names[classes[id.index()]? as usize])
            }
            (Fact::Format, _) => Some(self.signature(id)?.facts.stored.format.name()),
            _ => None,
        }
    }

    fn signature(&self, id: SampleId) -> Option<&'a Signature> {
        self.evidence.signatures[id.index()].as_ref().ok()
    }

    /// Numbers of the evaluation and of the training split; `None` where one has too few.
    pub(super) fn numbers_of(&self, fact: Fact) -> Option<[Vec<f64>; 2]> {
        let both = [self.evaluation, self.training].map(|split| {
            members(self.evidence.dataset, split)
                .filter_map(|id| self.number(fact, id))
                .collect::<Vec<f64>>()
        });
        (both[0].len().min(both[1].len()) >= FEW).then_some(both)
    }

    /// How often each name occurs in the evaluation and in the training split; `None` where one
    /// has too few.
    pub(super) fn names_of(&self, fact: Fact) -> Option<BTreeMap<&'a str, [u64; 2]>> {
        let mut counts: BTreeMap<&str, [u64; 2]> = BTreeMap::new();
        let mut all = [0usize; 2];
        for (side, split) in [self.evaluation, self.training].into_iter().enumerate() {
            let ids = members(self.evidence.dataset, split);
            for name in ids.filter_map(|id| self.name(fact, id)) {
                counts.entry(name).or_default()[side] += 1;
                all[side] += 1;
            }
        }
        (all[0].min(all[1]) >= FEW).then_some(counts)
    }

    fn numbers(&self, fact: Fact, code: Code, what: &str, advice: &str) -> Option<Finding> {
        let [here, there] = self.numbers_of(fact)?;
        let found = kolmogorov_smirnov(&here, &there)?;
        if !numbers_differ(found) {
            return None;
        }
        let evidence = format!(
            "medians {:.4} and {:.4}, Kolmogorov-Smirnov D {:.2}, told from {LEAST_D}",
            median(here).unwrap_or_default(),
            median(there).unwrap_or_default(),
            found.d
        );
        Some(self.told(code, what, &evidence, advice))
    }

    fn names(&self, fact: Fact, code: Code, what: &str, advice: &str) -> Option<Finding> {
        let counts = self.names_of(fact)?;
        let table: Vec<[u64; 2]> = counts.values().copied().collect();
        let found = chi_square(&table)?;
        if !names_differ(found) {
            return None;
        }
        let all = [0, 1].map(|side| table.iter().map(|row| row[side]).sum::<u64>());
        let share = |row: &[u64; 2], side: usize| row[side] as f64 / all[side] as f64;
        let apart = |row: &[u64; 2]| (share(row, 0) - share(row, 1)).abs();
        let (name, most) = counts
            .iter()
            .rev()
            .max_by(|a, b| apart(a.1).total_cmp(&apart(b.1)))?;
        let evidence = format!(
            "most for `{name}`, {} and {}, Cramér's V {:.2}, told from {LEAST_V}",
            percent_tenths(share(most, 0)),
            percent_tenths(share(most, 1)),
            found.v
        );
        Some(self.told(code, what, &evidence, advice))
    }

    fn told(&self, code: Code, what: &str, evidence: &str, advice: &str) -> Finding {
        let (evaluation, training) = (self.called(self.evaluation), self.called(self.training));
        let message =
            format!("`{evaluation}` and `{training}` differ in {what} ({evidence}); {advice}");
        Finding::new(code, Subject::Whole, message).between([self.evaluation, self.training])
    }

    /// Name of a split.
    pub(super) fn called(&self, split: SplitId) -> &'a str {
        &self.evidence.dataset.splits[split.index()].name
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::checks::testing::World;
    use crate::signature::unreadable::Format;

    fn codes(world: &World) -> Vec<Code> {
        between_splits(&world.evidence())
            .iter()
            .map(|finding| finding.code)
            .collect()
    }

    /// `cats` of 100 training and of 100 validation samples are cats.
    fn balance(training: usize, validation: usize) -> World {
        let mut world = World::new();
        for (split, cats) in [(0, training), (1, validation)] {
            world.many(cats, &format!("{split}/cat"), split, Some("cat"));
            world.many(100 - cats, &format!("{split}/dog"), split, Some("dog"));
        }
        world
    }

    #[test]
    fn another_balance_of_classes_is_told_and_chance_is_not() {
        assert_eq!(codes(&balance(50, 50)), []);
        assert_eq!(codes(&balance(50, 60)), []);
        assert_eq!(codes(&balance(50, 90)), [Code::ClassBalanceDrift]);
        let findings = between_splits(&balance(50, 90).evidence());
        assert!(
            findings[0].message.contains("90.0 % and 50.0 %"),
            "{}",
            findings[0].message
        );
    }

    /// Targets, brightness and formats that validation has moved by so much.
    fn moved(target: usize, light: u8, other_format: usize) -> World {
        let mut world = World::new();
        for split in 0..2u16 {
            for i in 0..100 {
                let by = |amount: usize| if split == 1 { amount } else { 0 };
                let label = format!("0.{:03}", 100 + i + by(target));
                let signature =
                    world.push(&format!("{split}/{i:03}.jpg"), Some(split), Some(&label));
                signature.facts.tone.mean = 50 + i as u8 + by(light.into()) as u8;
                if i < by(other_format) {
                    signature.facts.stored.format = Format::Png;
                }
            }
        }
        world
    }

    #[test]
    fn targets_brightness_and_formats_that_moved_are_told() {
        assert_eq!(codes(&moved(0, 0, 0)), []);
        assert_eq!(codes(&moved(15, 15, 3)), [], "a near miss of all three");
        assert_eq!(codes(&moved(40, 0, 0)), [Code::TargetDrift]);
        assert_eq!(codes(&moved(0, 40, 0)), [Code::BrightnessDrift]);
        assert_eq!(codes(&moved(0, 0, 40)), [Code::FormatDrift]);
    }

    #[test]
    fn another_size_is_told() {
        let mut world = World::new();
        world.many(50, "0/", 0, None);
        for i in 0..50 {
            world.push(&format!("1/{i}.jpg"), Some(1), None).width = 640;
        }
        assert_eq!(codes(&world), [Code::ImageSizeDrift]);
    }

    #[test]
    fn a_handful_of_samples_shows_no_drift() {
        let mut world = World::new();
        world.many(50, "0/", 0, Some("cat"));
        world.many(FEW - 1, "1/", 1, Some("dog"));
        assert_eq!(codes(&world), []);
    }
}
