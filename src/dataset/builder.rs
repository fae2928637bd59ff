//! Samples, in any order and with splits by name, to a [`Dataset`] in its one order.

use std::collections::BTreeMap;
use std::path::PathBuf;

use super::group_columns::Asked;
use super::placed::Placed;
use super::split_places;
use super::walk::{Walked, WalkedFile};
use crate::annotation::Annotations;
use crate::sample::{
    Companion, Dataset, GroupColumn, Ignored, Layout, MaskClasses, PlacedTiles, Problem, Sample,
    Split, SplitId, SplitRole, Unread,
};
use crate::source::Place;
use crate::source::container::file_of;

/// A sample before its split has a number.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Draft {
    /// Name, relative to the root, `/` between parts: one for each image.
    pub path: String,
    /// Where its bytes are.
    pub place: Place,
    /// Name and role of its split.
    pub split: Option<(String, SplitRole)>,
    /// Class, or regression target as text.
    pub label: Option<String>,
    /// What was recorded together: patient, scene, video.
    pub group: Option<String>,
    /// Time or position within the group, in any unit.
    pub time: Option<f64>,
}

impl Draft {
    /// A file, in no split, with nothing known of it. A frame was recorded with its video.
    pub(super) fn of(walked: WalkedFile) -> Self {
        let second = walked.place.second();
        Self {
            group: second.map(|_| file_of(&walked.path).to_owned()),
            time: second,
            path: walked.path,
            place: walked.place,
            label: walked.label,
            ..Self::default()
        }
    }
}

/// Makes a [`Dataset`] from samples.
///
/// ```
/// use splitleak::dataset::{Builder, Draft};
/// use splitleak::sample::{Layout, SplitRole};
///
/// let mut builder = Builder::new("photos", Layout::CsvManifest);
/// for (path, split, role) in [
///     ("b.jpg", "train", SplitRole::Training),
///     ("a.jpg", "val", SplitRole::Validation),
/// ] {
///     builder.sample(Draft {
///         path: path.to_owned(),
///         split: Some((split.to_owned(), role)),
///         ..Draft::default()
///     });
/// }
/// let dataset = builder.build();
/// assert_eq!(&*dataset.samples[0].path, "a.jpg");
/// assert_eq!(dataset.splits[0].name, "train");
/// ```
#[derive(Debug)]
pub struct Builder {
    root: PathBuf,
    layout: Layout,
    evidence: String,
    drafts: Vec<Draft>,
    splits: Vec<(String, SplitRole)>,
    parts: BTreeMap<String, String>,
    problems: Vec<Problem>,
    ignored: Vec<Ignored>,
    unread: Vec<Unread>,
    companions: Vec<Companion>,
    mask_classes: Option<MaskClasses>,
    texts: Vec<String>,
    perhaps: Option<String>,
    image_files: Option<u64>,
    labels_from: String,
    annotations: Annotations,
    group_columns: Vec<Asked>,
    placed: Option<Placed>,
}

impl Builder {
    /// A dataset without samples, whose names are relative to `root`.
    #[must_use]
    pub fn new(root: impl Into<PathBuf>, layout: Layout) -> Self {
        Self {
            root: root.into(),
            layout,
            evidence: String::new(),
            drafts: Vec::new(),
            splits: Vec::new(),
            parts: BTreeMap::new(),
            problems: Vec::new(),
            ignored: Vec::new(),
            unread: Vec::new(),
            companions: Vec::new(),
            mask_classes: None,
            texts: Vec::new(),
            perhaps: None,
            image_files: None,
            labels_from: String::new(),
            annotations: Annotations::default(),
            group_columns: Vec::new(),
            placed: None,
        }
    }

    /// Says by what the layout was recognised, in words.
    pub fn evidence(&mut self, evidence: impl Into<String>) -> &mut Self {
        self.evidence = evidence.into();
        self
    }

    /// Adds a sample; a name may be a sample of several splits.
    pub fn sample(&mut self, draft: Draft) -> &mut Self {
        self.drafts.push(draft);
        self
    }

    /// Adds a split that exists even if no sample is in it.
    pub fn split(&mut self, name: impl Into<String>, role: SplitRole) -> &mut Self {
        self.splits.push((name.into(), role));
        self
    }

    /// Says that the split of this name belongs to one of several datasets that share the root.
    pub fn part(&mut self, split: impl Into<String>, part: impl Into<String>) -> &mut Self {
        self.parts.insert(split.into(), part.into());
        self
    }

    /// Says what tells the labels of samples, in words.
    pub fn labels_from(&mut self, source: impl Into<String>) -> &mut Self {
        self.labels_from = source.into();
        self
    }

    /// Says what is drawn on samples; the pictures are named as samples are.
    pub fn annotations(&mut self, annotations: Annotations) -> &mut Self {
        self.annotations = annotations;
        self
    }

    /// Adds something that is wrong with the dataset itself.
    pub fn problem(&mut self, problem: Problem) -> &mut Self {
        self.problems.push(problem);
        self
    }

    /// Takes over files that may hold samples and are not read.
    pub(super) fn unread(&mut self, unread: Vec<Unread>) -> &mut Self {
        self.unread = unread;
        self
    }

    /// Takes over columns that may tell groups.
    /// What may be splits, with what to do, where no two sides were found.
    pub(super) fn perhaps(&mut self, advice: Option<String>) -> &mut Self {
        self.perhaps = advice;
        self
    }

    pub(super) fn group_columns(&mut self, columns: Vec<Asked>) -> &mut Self {
        self.group_columns = columns;
        self
    }

    /// Takes over where samples lie on something larger.
    pub(super) fn placed(&mut self, placed: Option<Placed>) -> &mut Self {
        self.placed = placed;
        self
    }

    /// Takes over what masks may hold.
    pub(super) fn mask_classes(&mut self, classes: Option<MaskClasses>) -> &mut Self {
        self.mask_classes = classes;
        self
    }

    /// Takes over what a walk met besides images, and its count of image files.
    pub(super) fn walked(&mut self, walked: Walked) -> &mut Self {
        self.problems.extend(walked.problems);
        self.ignored = walked.ignored;
        self.companions = walked.companions;
        self.texts = walked.texts;
        self.image_files = Some(walked.image_files);
        self
    }

    /// Sorts samples by name, then split, and numbers the splits: training, validation, test,
    /// other, and by name within a role.
    #[must_use]
    pub fn build(self) -> Dataset {
        let mut order: BTreeMap<(SplitRole, String), SplitId> = BTreeMap::new();
        let of_samples = self.drafts.iter().filter_map(|draft| draft.split.clone());
        for (name, role) in of_samples.chain(self.splits) {
            order.insert((role, name), SplitId(0));
        }
        for (number, id) in order.values_mut().enumerate() {
            // A dataset with over 65,535 splits does not exist; saturating keeps the cast honest.
            *id = SplitId(u16::try_from(number).unwrap_or(u16::MAX));
        }
        let samples = self.drafts.into_iter().map(|draft| {
            let split = draft
                .split
                .and_then(|(name, role)| order.get(&(role, name)).copied());
            let target = draft.label.as_deref().and_then(|label| label.parse().ok());
            Sample {
                path: draft.path.into(),
                place: draft.place,
                split,
                label: draft.label.map(Into::into),
                target: target.filter(|value: &f64| value.is_finite()),
                group: draft.group.map(Into::into),
                time: draft.time,
                of_split: 0,
            }
        });
        let mut samples: Vec<Sample> = samples.collect();
        samples.sort_by(|a, b| (&a.path, a.split).cmp(&(&b.path, b.split)));
        let of_samples = |asked: Asked| GroupColumn {
            column: asked.column,
            table: asked.table,
            stretches: asked.stretches,
            places: asked.places,
            is_open: asked.is_open,
            are_names: asked.are_names,
            values: samples
                .iter()
                .map(|sample| {
                    asked
                        .of
                        .get(&*sample.path)
                        .map(|value| value.as_str().into())
                })
                .collect(),
        };
        let group_columns: Vec<GroupColumn> =
            self.group_columns.into_iter().map(of_samples).collect();
        let placed = self.placed.map(|placed| PlacedTiles {
            columns: placed.columns,
            table: placed.table,
            at: samples
                .iter()
                .map(|sample| placed.of.get(&*sample.path).cloned())
                .collect(),
        });
        let splits = order.into_keys().map(|(role, name)| Split {
            part: self.parts.get(&name).cloned(),
            name,
            role,
        });
        let splits: Vec<Split> = splits.collect();
        split_places::mark(&mut samples, &splits, self.layout);
        let mut dataset = Dataset {
            root: self.root,
            layout: self.layout,
            evidence: self.evidence,
            splits,
            samples,
            problems: self.problems,
            ignored: self.ignored,
            unread: self.unread,
            companions: self.companions,
            mask_classes: self.mask_classes,
            texts: self.texts,
            perhaps: self.perhaps,
            image_files: 0,
            labels_from: self.labels_from,
            annotations: self.annotations,
            group_columns,
            placed,
        };
        dataset.image_files = match self.image_files {
            Some(walked) => walked,
            None => dataset.files().len() as u64,
        };
        dataset
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn draft(path: &str, split: Option<(&str, SplitRole)>) -> Draft {
        Draft {
            path: path.to_owned(),
            split: split.map(|(name, role)| (name.to_owned(), role)),
            ..Draft::default()
        }
    }

    #[test]
    fn splits_are_numbered_by_role_and_samples_stand_in_order_of_name_and_split() {
        let mut builder = Builder::new("data", Layout::CsvManifest);
        builder
            .sample(draft("b", Some(("val", SplitRole::Validation))))
            .sample(draft("b", Some(("train", SplitRole::Training))))
            .sample(draft("a", None))
            .split("test", SplitRole::Test);
        let dataset = builder.build();
        let names: Vec<&str> = dataset.splits.iter().map(|one| one.name.as_str()).collect();
        assert_eq!(names, ["train", "val", "test"]);
        let samples = dataset.samples.iter();
        let samples: Vec<_> = samples.map(|one| (&*one.path, one.split)).collect();
        let expected = [
            ("a", None),
            ("b", Some(SplitId(0))),
            ("b", Some(SplitId(1))),
        ];
        assert_eq!(samples, expected);
        assert_eq!(dataset.image_files, 2);
    }

    #[test]
    fn a_label_that_is_a_finite_number_is_a_target_as_well() {
        let mut builder = Builder::new("data", Layout::CsvManifest);
        for label in ["0.5", "inf", "cat"] {
            builder.sample(Draft {
                label: Some(label.to_owned()),
                ..draft(label, None)
            });
        }
        let samples = builder.build().samples;
        let targets: Vec<_> = samples.iter().map(|one| one.target).collect();
        assert_eq!(targets, [Some(0.5), None, None]);
    }
}
