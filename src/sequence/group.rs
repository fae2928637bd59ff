//! Groups: samples of one patient, slide, site or instant, from a column, a pattern or camera
//! words.

use crate::report::recordings::{GroupRule, SharedGroups};
use crate::sample::{Sample, SampleId, SplitId};
use rayon::prelude::*;

use super::digests::{Numbering, digest};
use super::pattern::GroupPattern;
use super::{clock, name, view};

impl GroupRule {
    /// Whether the user said so, or the files do in a field for it.
    #[must_use]
    pub fn is_declared(&self) -> bool {
        matches!(
            self,
            Self::Column | Self::Video | Self::Pattern(_) | Self::Patient
        )
    }

    /// The rule in words.
    #[must_use]
    pub fn describe(&self) -> String {
        match self {
            Self::Column => "group column of the manifest".to_owned(),
            Self::Video => "video of a frame".to_owned(),
            Self::Pattern(pattern) => format!("pattern {pattern}"),
            Self::Patient => "patient of DICOM files".to_owned(),
            Self::Views => "names that differ in a camera word only".to_owned(),
            Self::Entity(part) => part.clone(),
        }
    }
}

/// Samples by group.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Groups {
    /// Where the groups come from.
    pub rule: GroupRule,
    /// Group of every sample, by [`SampleId`], as a position in `names`; `None` where there is
    /// none.
    pub of: Vec<Option<u32>>,
    /// Names, in order of first appearance.
    pub names: Vec<Box<str>>,
}

impl Groups {
    /// Whether two splits share a group.
    pub(super) fn cross(&self, samples: &[Sample], (one, other): (SplitId, SplitId)) -> bool {
        let mut seen = vec![[false; 2]; self.names.len()];
        for (sample, group) in samples.iter().zip(&self.of) {
            if let Some(group) = group {
                seen[*group as usize][0] |= sample.split == Some(one);
                seen[*group as usize][1] |= sample.split == Some(other);
            }
        }
        seen.contains(&[true, true])
    }

    /// Whether the names of most groups hold a time: their samples were taken at one instant.
    #[must_use]
    pub fn share_an_instant(&self) -> bool {
        let timed = self.names.iter().filter(|name| clock::find(name).is_some());
        timed.count() * 2 > self.names.len()
    }

    /// Whether every group lies within one group of `other`: nothing is told that `other` does not
    /// tell.
    #[must_use]
    pub fn refine(&self, other: impl Fn(SampleId) -> Option<u32>) -> bool {
        let mut within: Vec<Option<Option<u32>>> = vec![None; self.names.len()];
        let mut samples = (0_u32..).map(SampleId).zip(&self.of);
        samples.all(|(id, group)| match group {
            None => true,
            Some(group) => {
                let own = other(id);
                own.is_some() && *within[*group as usize].get_or_insert(own) == own
            }
        })
    }
}

/// An evaluation sample of a shared group.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct GroupLeak {
    /// The evaluation sample.
    pub evaluation: SampleId,
    /// The first training sample of the group.
    pub training: SampleId,
    /// The group, as a position in [`Groups::names`].
    pub group: u32,
}

/// Groups from the manifest's group column, or of frames their videos, if any sample has one.
#[must_use]
pub(crate) fn from_column(samples: &[Sample]) -> Option<Groups> {
    let mut grouped = samples.iter().filter(|sample| sample.group.is_some());
    let rule = match grouped.all(|sample| sample.place.second().is_some()) {
        true => GroupRule::Video,
        false => GroupRule::Column,
    };
    collect(rule, samples, |sample, key| {
        key.push_str(sample.group.as_deref().unwrap_or_default());
    })
}

/// Groups from a pattern, if it matches any path. An empty match is no group.
#[must_use]
pub(crate) fn from_pattern(pattern: &GroupPattern, samples: &[Sample]) -> Option<Groups> {
    collect(
        GroupRule::Pattern(pattern.source().into()),
        samples,
        |sample, key| {
            key.push_str(pattern.group(&sample.path).unwrap_or_default());
        },
    )
}

/// Groups of samples whose paths differ in a word for a camera only, where at least half of the
/// samples have such a partner. A word that is the label is none: `left` and `right` may be what a
/// model tells apart.
#[must_use]
pub fn from_views(samples: &[Sample]) -> Option<Groups> {
    let mut groups = collect(GroupRule::Views, samples, |sample, key| {
        write_without_view(sample, sample.label.as_deref(), key);
    })?;
    let mut words = vec![0_u32; groups.names.len()];
    for group in groups.of.iter().flatten() {
        words[*group as usize] += 1;
    }
    let partnered =
        |group: &Option<u32>| group.filter(|group| words[*group as usize] > 1).is_some();
    if groups.of.iter().filter(|group| partnered(group)).count() * 2 < samples.len() {
        return None;
    }
    for group in &mut groups.of {
        if !partnered(group) {
            *group = None;
        }
    }
    Some(groups)
}

/// Counts the groups two splits share and lists the evaluation samples of those, in order of id.
#[must_use]
pub(crate) fn shared(
    groups: &Groups,
    samples: &[Sample],
    (evaluation, training): (SplitId, SplitId),
    names: (&str, &str),
) -> (SharedGroups, Vec<GroupLeak>) {
    let mut first_training: Vec<Option<SampleId>> = vec![None; groups.names.len()];
    let mut evaluated = vec![false; groups.names.len()];
    let placed = || (0_u32..).map(SampleId).zip(samples).zip(&groups.of);
    for ((id, sample), group) in placed() {
        let Some(group) = group.map(|group| group as usize) else {
            continue;
        };
        evaluated[group] |= sample.split == Some(evaluation);
        if sample.split == Some(training) {
            first_training[group].get_or_insert(id);
        }
    }
    let mut leaks = Vec::new();
    let (mut evaluation_samples, mut without) = (0, 0);
    for ((id, _), group) in placed().filter(|((_, s), _)| s.split == Some(evaluation)) {
        evaluation_samples += 1;
        let Some(group) = *group else {
            without += 1;
            continue;
        };
        if let Some(training) = first_training[group as usize] {
            leaks.push(GroupLeak {
                evaluation: id,
                training,
                group,
            });
        }
    }
    let is_shared = |group: &usize| evaluated[*group] && first_training[*group].is_some();
    let all = evaluated.iter().filter(|own| **own).count() as u64;
    let in_both = (0..evaluated.len()).filter(is_shared).count() as u64;
    let rule = groups.rule.describe();
    let report = SharedGroups {
        rule: groups.rule.clone(),
        evaluation_split: names.0.into(),
        training_split: names.1.into(),
        evaluation_groups: all,
        shared: in_both,
        evaluation_samples,
        samples_of_shared_groups: leaks.len() as u64,
        samples_without_group: without,
        examples: (0..evaluated.len())
            .filter(is_shared)
            .take(10)
            .map(|group| groups.names[group].to_string())
            .collect(),
        // None of none would read as an attestation.
        statement: match all {
            0 => format!(
                "no group of \"{}\" is known, so none that it shares with \"{}\" ({rule}; {without} of {evaluation_samples} samples without a group)",
                names.0, names.1
            ),
            _ => format!(
                "{in_both} of {all} groups of \"{}\" shared with \"{}\" ({rule}; {without} of {evaluation_samples} samples without a group)",
                names.0, names.1
            ),
        },
    };
    (report, leaks)
}

/// `None` when no sample has a group. An empty key is no group.
fn collect(
    rule: GroupRule,
    samples: &[Sample],
    write_key: impl Fn(&Sample, &mut String) + Sync,
) -> Option<Groups> {
    let keys: Vec<Option<u64>> = samples
        .par_iter()
        .map_init(String::new, |key, sample| {
            key.clear();
            write_key(sample, key);
            (!key.is_empty()).then(|| digest(key))
        })
        .collect();
    let mut names = Numbering::default();
    let read = samples.iter().zip(keys);
    let of: Vec<Option<u32>> = read
        .map(|(sample, key)| {
            let name = || {
                let mut key = String::new();
                write_key(sample, &mut key);
                key.into()
            };
            Some(names.number(key?, name))
        })
        .collect();
    of.iter().any(Option::is_some).then(|| Groups {
        rule,
        of,
        names: names.into_names(),
    })
}

/// The path without split and view; nothing when it holds no view.
fn write_without_view(sample: &Sample, label: Option<&str>, key: &mut String) {
    let name = name::of(sample);
    let name::Name { folder, stem, .. } = name;
    let is_view = |part: &str| view::is_folder(part) && Some(part) != label;
    let in_stem = view::in_stem(stem).filter(|range| Some(&stem[range.clone()]) != label);
    if in_stem.is_none() && !folder.split('/').any(is_view) {
        return;
    }
    for part in name::telling_folders(name, None) {
        key.push_str(if is_view(part) { "*" } else { part });
        key.push('/');
    }
    let range = in_stem.unwrap_or(0..0);
    key.push_str(&stem[..range.start]);
    key.push('*');
    key.push_str(&stem[range.end..]);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sequence::testing::{self, TRAINING, VALIDATION};

    const SPLITS: (SplitId, SplitId) = (VALIDATION, TRAINING);
    const NAMES: (&str, &str) = ("val", "train");

    fn with_groups(groups: &[(&str, Option<&str>)]) -> Vec<Sample> {
        let mut samples = testing::samples(&groups.iter().map(|g| g.0).collect::<Vec<_>>());
        for (sample, (_, group)) in samples.iter_mut().zip(groups) {
            sample.group = group.map(Into::into);
        }
        samples
    }

    #[test]
    fn a_patient_in_two_splits_is_a_leak() {
        let samples = with_groups(&[
            ("train/1", Some("p1")),
            ("train/2", Some("p2")),
            ("val/3", Some("p2")),
            ("val/4", Some("p3")),
            ("val/5", None),
        ]);
        let (report, leaks) = shared(&from_column(&samples).unwrap(), &samples, SPLITS, NAMES);
        assert_eq!((report.shared, report.evaluation_groups), (1, 2));
        assert_eq!(report.examples, ["p2"]);
        assert_eq!(
            leaks,
            [GroupLeak {
                evaluation: SampleId(2),
                training: SampleId(1),
                group: 1
            }]
        );
        assert_eq!(
            report.statement,
            "1 of 2 groups of \"val\" shared with \"train\" (group column of the manifest; 1 of 3 samples without a group)"
        );
    }

    #[test]
    fn patients_kept_apart_are_attested() {
        let samples = with_groups(&[("train/1", Some("p1")), ("val/3", Some("p3"))]);
        let (report, leaks) = shared(&from_column(&samples).unwrap(), &samples, SPLITS, NAMES);
        assert!(leaks.is_empty() && report.statement.starts_with("0 of 1 groups"));
    }

    #[test]
    fn a_manifest_without_groups_has_none() {
        assert_eq!(from_column(&testing::samples(&["train/1", "val/2"])), None);
    }

    #[test]
    fn a_pattern_names_groups() {
        let samples = testing::samples(&["train/p1_3.png", "val/p1_4.png", "val/x.png"]);
        let pattern = GroupPattern::parse("(?<group>p[0-9]+)_").unwrap();
        let (report, leaks) = shared(
            &from_pattern(&pattern, &samples).unwrap(),
            &samples,
            SPLITS,
            NAMES,
        );
        assert_eq!((leaks.len(), report.samples_without_group), (1, 1));
    }

    #[test]
    fn a_stereo_pair_is_one_group() {
        let samples = testing::samples(&[
            "train/12_L.png",
            "val/12_R.png",
            "train/depth/7.png",
            "val/rgb/7.png",
        ]);
        let (_, leaks) = shared(&from_views(&samples).unwrap(), &samples, SPLITS, NAMES);
        assert_eq!(leaks.len(), 2);
    }

    #[test]
    fn camera_words_without_partners_are_no_groups() {
        let samples =
            testing::samples(&["train/left_1.png", "train/left_2.png", "val/right_3.png"]);
        assert_eq!(from_views(&samples), None);
        let classes = testing::labelled(&["train/left/1.png", "val/right/1.png"]);
        assert_eq!(from_views(&classes), None);
    }
}
