//! Splits that could have been: what a check would say of them, before anything is trained.
//!
//! Every simulated split is searched like a real one, with a threshold of its own, so that its
//! numbers are those that a check of such a manifest gives; nothing is taken from the duplicates
//! that were listed for the dataset.

use super::Scan;
use super::another_pass;
use super::look_alikes;
use super::recordings::ask_pixels;
use super::search::search_divided;
use super::tile_strips;
use crate::annotation::Annotations;
use crate::checks::{Evidence, NOT_SHARED};
use crate::labels::Labels;
use crate::matching::partners::Partnerships;
use crate::progress::{Progress, Stage};
use crate::report::recordings::{GroupRule, RecordingsReport};
use crate::report::{self, SimulatedSplit};
use crate::sample::{Dataset, Layout, Sample, Split, SplitId, SplitRole};
use crate::sequence::examine::SplitLeaks;
use crate::sequence::group::Groups;
use crate::sequence::simulate::{self, SimulateError};
use crate::settings::Settings;

const TRAINING: SplitId = SplitId(0);
const VALIDATION: SplitId = SplitId(1);

/// Divides all samples anew in every way that was asked for, whatever splits they are in.
pub(super) fn simulate(
    settings: &Settings,
    dataset: &Dataset,
    labels: &Labels<'_>,
    scan: &Scan<'_>,
    progress: &dyn Progress,
) -> Vec<SimulatedSplit> {
    if settings.simulate.is_empty() {
        return Vec::new();
    }
    progress.begin(Stage::Matching, None);
    let one = |way: &simulate::SimulatedSplit| {
        let rule = way.to_string();
        match divided(*way, dataset, scan) {
            Ok(divided) => judge(rule, settings, &divided, labels, scan),
            Err(error) => unavailable(rule, error.to_string()),
        }
    };
    let splits = settings.simulate.iter().map(one).collect();
    progress.end();
    splits
}

fn unavailable(rule: String, reason: String) -> SimulatedSplit {
    SimulatedSplit {
        rule,
        training_samples: 0,
        evaluation_samples: 0,
        leakage: None,
        distances: None,
        unavailable: Some(reason),
    }
}

fn judge(
    rule: String,
    settings: &Settings,
    divided: &Dataset,
    labels: &Labels<'_>,
    scan: &Scan<'_>,
) -> SimulatedSplit {
    let size = |wanted| {
        let members = divided.samples.iter().filter(|s| s.split == Some(wanted));
        members.count() as u64
    };
    let (training_samples, evaluation_samples) = (size(TRAINING), size(VALIDATION));
    if training_samples == 0 || evaluation_samples == 0 {
        let reason = format!(
            "it would train on {training_samples} and hold out {evaluation_samples} images; choose another share"
        );
        return unavailable(rule, reason);
    }
    let searched = search(settings, divided, scan);
    let evidence = searched.evidence(settings, divided, labels, scan);
    let leakage = report::leakage(&evidence).into_iter().next();
    SimulatedSplit {
        rule,
        training_samples,
        evaluation_samples,
        leakage,
        distances: searched.recordings.distances.into_iter().next(),
        unavailable: None,
    }
}

/// What a check finds between the splits of a dataset that is divided otherwise than the one that
/// was scanned.
pub(super) struct Searched {
    pub(super) partners: Partnerships,
    pub(super) recordings: RecordingsReport,
    pub(super) together: Vec<SplitLeaks>,
}

impl Searched {
    /// What there is to judge the divided dataset by.
    pub(super) fn evidence<'a>(
        &'a self,
        settings: &'a Settings,
        divided: &'a Dataset,
        labels: &'a Labels<'a>,
        scan: &'a Scan<'_>,
    ) -> Evidence<'a> {
        Evidence {
            dataset: divided,
            labels,
            signatures: &scan.signatures,
            masks: &[],
            partners: &self.partners,
            together: &self.together,
            recordings: scan.known.recordings.as_ref(),
            counted: &settings.recorded.counted,
            shared_with_parts: &NOT_SHARED,
            controls: scan.found.detection.controls,
        }
    }
}

/// Searches a divided dataset.
pub(super) fn search(settings: &Settings, divided: &Dataset, scan: &Scan<'_>) -> Searched {
    let (mut partners, unproven, threshold) = search_divided(
        settings,
        divided,
        &scan.signatures,
        (&scan.found.looks, scan.found.trial),
    );
    another_pass::tell(
        scan.known.recordings.as_ref(),
        threshold,
        &mut partners,
        divided,
        settings.detail.pairs_per_sample,
    );
    let (recordings, together) = scan.known.examine(&settings.recorded, divided);
    let together = ask_pixels(together, &partners, &scan.found.looks, threshold.similarity);
    let mut together = tile_strips::confirm(together, divided, &scan.signatures, &settings.memory);
    look_alikes::add(&mut together, &unproven, &partners, divided);
    Searched {
        partners,
        recordings,
        together,
    }
}

/// The dataset with two splits of its own. A file that is listed more than once is one sample.
fn divided(
    way: simulate::SimulatedSplit,
    dataset: &Dataset,
    scan: &Scan<'_>,
) -> Result<Dataset, SimulateError> {
    let recordings = scan.known.recordings.as_ref();
    let groups = groups(&scan.known.groups, recordings.is_some());
    let held_out = simulate::simulate(way, dataset.samples.len(), recordings, groups)?;
    let split = |(index, held_out): (usize, bool)| {
        let again = index > 0 && dataset.samples[index - 1].path == dataset.samples[index].path;
        let side = if held_out { VALIDATION } else { TRAINING };
        Sample {
            split: (!again).then_some(side),
            ..dataset.samples[index].clone()
        }
    };
    let named = |name: &str, role| Split {
        name: name.to_owned(),
        role,
        part: None,
    };
    let splits = vec![
        named("train", SplitRole::Training),
        named("val", SplitRole::Validation),
    ];
    let samples = held_out.into_iter().enumerate().map(split).collect();
    Ok(with_splits(dataset, splits, samples))
}

/// The dataset with other splits, and the same samples in them. What was wrong with the old splits
/// is forgotten.
pub(super) fn with_splits(dataset: &Dataset, splits: Vec<Split>, samples: Vec<Sample>) -> Dataset {
    Dataset {
        root: dataset.root.clone(),
        layout: Layout::Unsplit,
        evidence: String::new(),
        splits,
        samples,
        problems: Vec::new(),
        ignored: Vec::new(),
        unread: Vec::new(),
        companions: Vec::new(),
        mask_classes: None,
        texts: Vec::new(),
        perhaps: None,
        image_files: dataset.image_files,
        labels_from: String::new(),
        annotations: Annotations::default(),
        group_columns: Vec::new(),
        placed: None,
    }
}

/// Groups that the user declared; those read from camera words only where nothing else tells what
/// belongs together.
fn groups(all: &[Groups], recordings_known: bool) -> Option<&Groups> {
    let declared = all.iter().find(|groups| groups.rule != GroupRule::Views);
    declared.or_else(|| all.iter().find(|_| !recordings_known))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn declared_groups_are_held_out_and_camera_words_only_where_nothing_else_tells() {
        let of = |rule| Groups {
            rule,
            of: Vec::new(),
            names: Vec::new(),
        };
        let all = [of(GroupRule::Views), of(GroupRule::Column)];
        let rule = |all: &[Groups], recordings_known| {
            groups(all, recordings_known).map(|groups| groups.rule.clone())
        };
        assert_eq!(rule(&all, true), Some(GroupRule::Column));
        assert_eq!(rule(&all, false), Some(GroupRule::Column));
        assert_eq!(rule(&all[..1], false), Some(GroupRule::Views));
        assert_eq!(rule(&all[..1], true), None);
        assert_eq!(rule(&[], false), None);
    }
}
