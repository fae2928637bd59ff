//! Identifiers in names that may be an entity (patient, slide, product, recording) and that nobody
//! has answered.

use std::collections::BTreeSet;

use crate::report::recordings::{GroupAgreement, GroupRule, PossibleGroup};
use crate::sample::{GroupColumn, Sample, SampleId, SplitId};

use super::entity;
use super::examine::Asked;
use super::group::{self, Groups};
use super::recording::Interner;

/// A part of names that may tell groups.
#[derive(Debug, Clone, PartialEq)]
pub struct Question {
    /// Samples by the value of the part.
    pub groups: Groups,
    /// A `--group-pattern` that reads the part; `None` where no pattern does.
    pub pattern: Option<String>,
    /// The column that is the part, where a table has it.
    pub column: Option<String>,
    /// What pixels said; `None` where they could not be asked.
    pub pixels: Option<GroupAgreement>,
}

impl Question {
    /// Whether the values of a column of a table are groups. Pixels are not asked: they would say
    /// that pictures of one camera or one day are alike, too.
    #[must_use]
    pub fn of_column(column: &GroupColumn) -> Self {
        let GroupColumn {
            column,
            table,
            values,
            ..
        } = column;
        let mut names = Interner::default();
        let of = values
            .iter()
            .map(|value| Some(names.number(value.as_deref()?)))
            .collect();
        Self {
            groups: Groups {
                rule: GroupRule::Entity(format!("their `{column}` in `{table}`")),
                of,
                names: names.into_names(),
            },
            pattern: None,
            column: Some(column.clone()),
            pixels: None,
        }
    }

    /// The widest part that may be a group of the names that pictures had before. What only pixels
    /// could tell is not asked.
    #[must_use]
    pub fn of_names(column: &GroupColumn, samples: &[Sample]) -> Option<Self> {
        let renamed = samples.iter().zip(&column.values);
        let renamed = renamed.map(|(sample, name)| Sample {
            path: name.clone().unwrap_or_default(),
            of_split: 0,
            ..sample.clone()
        });
        let renamed: Vec<Sample> = renamed.collect();
        let names = format!("their `{}` in `{}`", column.column, column.table);
        let told = entity::in_names(&renamed, &names, Vec::new());
        let widest = told.into_iter().find(|candidate| !candidate.needs_pixels)?;
        Some(Self {
            groups: widest.groups,
            pattern: None,
            column: None,
            pixels: None,
        })
    }

    /// Whether pixels confirm that its values are groups.
    #[must_use]
    pub fn is_confirmed(&self) -> bool {
        self.pixels.is_some_and(|said| said.confirms())
    }

    /// What the two splits share of it; `None` where they share nothing.
    #[must_use]
    pub(super) fn between(
        &self,
        samples: &[Sample],
        pair: (SplitId, SplitId),
        names: (&str, &str),
    ) -> Option<Asked> {
        let (shared, leaks) = group::shared(&self.groups, samples, pair, names);
        if leaks.is_empty() {
            return None;
        }
        let facts = PossibleGroup {
            part: self.groups.rule.describe(),
            evaluation_split: names.0.into(),
            training_split: names.1.into(),
            evaluation_values: shared.evaluation_groups,
            shared: shared.shared,
            examples: shared.examples,
            evaluation_samples: shared.evaluation_samples,
            samples_of_shared_values: shared.samples_of_shared_groups,
            evaluation_without: 0,
            training_without: 0,
            random_split_shares: random_share(&self.groups, samples, pair),
            group_pattern: self.pattern.clone(),
            group_column: self.column.clone(),
            pixels: self.pixels,
        };
        let evaluation: Vec<SampleId> = leaks.iter().map(|leak| leak.evaluation).collect();
        let group = |id: usize| self.groups.of[id];
        let values: BTreeSet<_> = evaluation
            .iter()
            .filter_map(|id| group(id.index()))
            .collect();
        let shares = |id: &usize| group(*id).is_some_and(|value| values.contains(&value));
        let own = (0..samples.len()).filter(|id| samples[*id].split == Some(pair.1));
        let training = own.filter(shares).map(|id| SampleId(id as u32));
        Some(Asked {
            facts,
            evaluation,
            training: training.collect(),
        })
    }
}

/// What is not known of declared groups that two splits do not share, as far as is known: fewer
/// than half of the samples of one of them have one. `None` where enough have.
#[must_use]
pub(super) fn of_one_side(
    groups: &Groups,
    samples: &[Sample],
    (evaluation, training): (SplitId, SplitId),
    names: (&str, &str),
) -> Option<Asked> {
    let of = |split: SplitId| {
        let own = samples.iter().zip(&groups.of).zip(0_u32..);
        own.filter(move |((sample, _), _)| sample.split == Some(split))
    };
    let (mut open, mut without, mut counts) = (Vec::new(), Vec::new(), [[0_u64; 2]; 2]);
    for ((_, group), id) in of(evaluation) {
        counts[0][usize::from(group.is_some())] += 1;
        if group.is_none() {
            open.push(SampleId(id));
        }
    }
    for ((_, group), id) in of(training) {
        counts[1][usize::from(group.is_some())] += 1;
        if group.is_none() {
            without.push(SampleId(id));
        }
    }
    let [[evaluation_without, evaluated], [training_without, trained]] = counts;
    if evaluated >= evaluation_without && trained >= training_without {
        return None;
    }
    // Of which a training sample may be one, where only training lacks groups.
    if evaluated >= evaluation_without {
        open = of(evaluation).map(|(_, id)| SampleId(id)).collect();
    }
    let facts = PossibleGroup {
        part: groups.rule.describe(),
        evaluation_split: names.0.into(),
        training_split: names.1.into(),
        evaluation_values: 0,
        shared: 0,
        examples: Vec::new(),
        evaluation_samples: evaluated + evaluation_without,
        samples_of_shared_values: 0,
        evaluation_without,
        training_without,
        random_split_shares: 0.0,
        group_pattern: None,
        group_column: None,
        pixels: None,
    };
    Some(Asked {
        facts,
        evaluation: open,
        training: without,
    })
}

/// Expected share of evaluation samples with a training sample of their group, when each sample is
/// drawn by itself.
fn random_share(
    groups: &Groups,
    samples: &[Sample],
    (evaluation, training): (SplitId, SplitId),
) -> f64 {
    let mut sizes = vec![0_u32; groups.names.len()];
    let (mut evaluated, mut all) = (0_u32, 0_u32);
    for (sample, group) in samples.iter().zip(&groups.of) {
        let within = sample.split == Some(evaluation) || sample.split == Some(training);
        if let (true, Some(group)) = (within, group) {
            sizes[*group as usize] += 1;
            all += 1;
            evaluated += u32::from(sample.split == Some(evaluation));
        }
    }
    let held_out = f64::from(evaluated) / f64::from(all.max(1));
    let shared = |size: &u32| {
        let others = i32::try_from(size.saturating_sub(1)).unwrap_or(i32::MAX);
        f64::from(*size) * (1.0 - held_out.powi(others))
    };
    let expected: f64 = sizes.iter().map(shared).sum();
    // Four decimals: more would be noise.
    (expected / f64::from(all.max(1)) * 1e4).round() / 1e4
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sequence::testing::{self, TRAINING, VALIDATION};

    fn asked(paths: &[&str], of: &[u32]) -> Option<Asked> {
        let question = Question {
            groups: Groups {
                rule: GroupRule::Entity("`patient#`".into()),
                of: of.iter().copied().map(Some).collect(),
                names: (0..=of.iter().copied().max().unwrap_or(0))
                    .map(|group| group.to_string().into())
                    .collect(),
            },
            pattern: None,
            column: None,
            pixels: None,
        };
        question.between(
            &testing::samples(paths),
            (VALIDATION, TRAINING),
            ("val", "train"),
        )
    }

    #[test]
    fn a_shared_value_is_asked_about_and_one_kept_apart_is_not() {
        let paths = ["train/1", "train/2", "val/3", "val/4"];
        let shared = asked(&paths, &[0, 1, 1, 2]).unwrap();
        assert_eq!(shared.evaluation, [SampleId(2)]);
        assert_eq!(
            (shared.facts.shared, shared.facts.evaluation_values),
            (1, 2)
        );
        assert_eq!(asked(&paths, &[0, 1, 2, 2]), None);
    }

    #[test]
    fn a_part_of_former_names_is_asked_about_as_one_of_names_is() {
        let paths: Vec<String> = (0..48).map(|at| format!("train/{at:x}.png")).collect();
        let samples = testing::samples(&paths);
        let of = |name: fn(usize) -> String| {
            let column = GroupColumn {
                column: "old_name".into(),
                table: "renamed.csv".into(),
                stretches: false,
                places: false,
                is_open: true,
                are_names: true,
                values: (0..48).map(|at| Some(name(at).into())).collect(),
            };
            Question::of_names(&column, &samples)
        };
        let asked = of(|at| format!("patient{:03}_{at}.png", at / 6)).unwrap();
        assert_eq!(asked.groups.names.len(), 8);
        let part = asked.groups.rule.describe();
        let said = "the part of their `old_name` in `renamed.csv` that is `patient000`";
        assert!(part.starts_with(said), "{part}");
        assert_eq!(of(|at| format!("DSC_{at:04}.png")), None);
    }

    #[test]
    fn a_random_split_of_large_groups_shares_nearly_all() {
        let paths: Vec<String> = (0..100)
            .map(|i| format!("{}/{i}", if i % 5 == 0 { "val" } else { "train" }))
            .collect();
        let paths: Vec<&str> = paths.iter().map(String::as_str).collect();
        let large: Vec<u32> = (0..100).map(|i| i / 20).collect();
        let pairs: Vec<u32> = (0..100).map(|i| i / 2).collect();
        let share = |of: &[u32]| asked(&paths, of).unwrap().facts.random_split_shares;
        assert!(share(&large) > 0.99);
        assert!((share(&pairs) - 0.8).abs() < 1e-9);
    }
}
