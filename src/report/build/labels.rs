//! Sums what was read of labels.

use std::collections::BTreeSet;

use crate::annotation::Region;
use crate::checks::Evidence;
use crate::labels::Labels;
use crate::report::labels::{LabelKind, LabelsRead};
use crate::sample::{Dataset, SampleId};

/// Labels by kind: what is said of whole pictures first.
pub(super) fn read(evidence: &Evidence<'_>) -> Vec<LabelsRead> {
    let dataset = evidence.dataset;
    let all = [
        of_pictures(evidence),
        tags(evidence),
        boxes(dataset),
        masks(dataset),
    ];
    all.into_iter().flatten().collect()
}

fn of_pictures(evidence: &Evidence<'_>) -> Option<LabelsRead> {
    let dataset = evidence.dataset;
    let (kind, labelled, classes) = match evidence.labels {
        Labels::None => return None,
        Labels::Classes(names, of) => {
            let labelled = of.iter().flatten().count();
            (LabelKind::Classes, labelled, Some(names.len()))
        }
        Labels::Numbers(numbers) => (LabelKind::Numbers, numbers.iter().flatten().count(), None),
    };
    let read = of_samples(dataset, kind, labelled);
    Some(LabelsRead {
        source: dataset.labels_from.clone(),
        classes: classes.map(|count| count as u64),
        ..read
    })
}

/// Classes of pictures that have any number of them.
fn tags(evidence: &Evidence<'_>) -> Option<LabelsRead> {
    if *evidence.labels != Labels::None {
        return None;
    }
    drawn(evidence.dataset, LabelKind::Tags, |region| {
        region.bounds.is_none()
    })
}

fn boxes(dataset: &Dataset) -> Option<LabelsRead> {
    let read = drawn(dataset, LabelKind::Boxes, |region| region.bounds.is_some());
    read.filter(|read| read.regions > Some(0))
}

fn masks(dataset: &Dataset) -> Option<LabelsRead> {
    let first = dataset.companions.first()?;
    let samples = (0u32..).zip(&dataset.samples);
    let with = samples.filter(|(id, _)| !dataset.companions_of(SampleId(*id)).is_empty());
    let read = of_samples(dataset, LabelKind::Masks, with.count());
    Some(LabelsRead {
        source: format!("files such as `{}`", first.path),
        ..read
    })
}

/// What of annotations is `wanted`; `None` where there is nothing of it.
fn drawn(
    dataset: &Dataset,
    kind: LabelKind,
    wanted: impl Fn(&Region) -> bool,
) -> Option<LabelsRead> {
    let annotations = &dataset.annotations;
    let (mut labelled, mut regions, mut classes) = (0, 0, BTreeSet::new());
    for sample in &dataset.samples {
        let Some(said) = annotations.of(&sample.path) else {
            continue;
        };
        let own = said.regions.iter().filter(|region| wanted(region));
        let before = regions;
        for region in own {
            regions += 1;
            classes.extend(region.class);
        }
        labelled += usize::from(regions > before);
    }
    let kind = match kind {
        // One for each picture that has any.
        LabelKind::Tags if regions == labelled as u64 => LabelKind::Classes,
        kind => kind,
    };
    let read = of_samples(dataset, kind, labelled);
    (regions > 0).then(|| LabelsRead {
        source: annotations.source.clone(),
        classes: Some(classes.len() as u64),
        regions: (kind == LabelKind::Boxes).then_some(regions),
        ..read
    })
}

fn of_samples(dataset: &Dataset, kind: LabelKind, labelled: usize) -> LabelsRead {
    LabelsRead {
        kind,
        source: String::new(),
        labelled: labelled as u64,
        missing: (dataset.samples.len() - labelled) as u64,
        classes: None,
        regions: None,
    }
}
