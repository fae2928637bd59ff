//! Hands the explanation what the other stages know of one evaluation split.

use std::collections::BTreeMap;

use crate::error::Error;
use crate::explain::causes::Evidence as CauseEvidence;
use crate::explain::descriptors::Descriptors;
use crate::explain::inputs::{Inputs, Place, Row, SecondRun, Setting, Targets, Twin};
use crate::explain::predictions::{self, Line, Matched};
use crate::explain::verdict::Word;
use crate::explain::{self, Explanation};
use crate::matching::pair::{Kind, Pair};
use crate::matching::partners::Partnerships;
use crate::report::{self, Leakage};
use crate::sample::{Dataset, Sample, SampleId, SplitId, SplitRole};
use crate::sequence::recording::Recordings;
use crate::settings::Explain;
use crate::signature::Signed;
use crate::signature::thumbnail::SIDE;

/// A pair is reported at the strict setting when its similarity exceeds the threshold by so much,
/// and at the loose one when it falls short of it by at most so much.
pub(super) const SETTING_STEP: f32 = 0.05;

/// More distinct numbers than this are targets to regress, fewer whole ones are classes.
const MOST_NUMBERED_CLASSES: usize = 100;

/// The samples that are explained, in order: one evaluation split and all training splits.
pub(super) struct Chosen {
    samples: Vec<SampleId>,
    evaluation: SplitId,
}

/// Chooses the first validation split, or the first test split where there is none.
pub(super) fn choose(dataset: &Dataset) -> Option<Chosen> {
    let with = |role| dataset.splits.iter().position(|split| split.role == role);
    let evaluation = with(SplitRole::Validation).or_else(|| with(SplitRole::Test))?;
    let evaluation = SplitId(u16::try_from(evaluation).ok()?);
    let wanted = |sample: &Sample| {
        let split = sample.split?;
        let training = dataset.splits[split.index()].role == SplitRole::Training;
        (split == evaluation || training).then_some(())
    };
    let all = dataset.samples.iter().zip(0u32..);
    let samples = all
        .filter(|(sample, _)| wanted(sample).is_some())
        .map(|(_, id)| SampleId(id));
    Some(Chosen {
        samples: samples.collect(),
        evaluation,
    })
}

/// What the proxies of the explanation see; made before matching takes the thumbnails.
pub(super) fn descriptors(chosen: &Chosen, signed: &[Signed]) -> Descriptors {
    let thumbnails: Vec<Option<&[u8]>> = chosen
        .samples
        .iter()
        .map(|id| {
            signed[id.index()]
                .as_ref()
                .ok()?
                .thumbnail
                .as_ref()
                .map(|thumbnail| &thumbnail.0[..])
        })
        .collect();
    Descriptors::from_thumbnails(SIDE, &thumbnails)
}

/// What earlier stages found.
pub(super) struct Evidence<'a> {
    pub(super) dataset: &'a Dataset,
    pub(super) partners: &'a Partnerships,
    /// Similarity from which on a pair is reported.
    pub(super) threshold: f32,
    /// Pairs that a looser threshold would report.
    pub(super) loose: &'a [(SampleId, SampleId)],
    pub(super) recordings: Option<&'a Recordings>,
    pub(super) descriptors: &'a Descriptors,
}

/// Explains.
///
/// # Errors
/// Predictions that fit no sample.
pub(super) fn explain(
    settings: &Explain,
    chosen: &Chosen,
    evidence: &Evidence<'_>,
) -> Result<Option<Explanation>, Error> {
    let samples: Vec<&Sample> = chosen
        .samples
        .iter()
        .map(|id| &evidence.dataset.samples[id.index()])
        .collect();
    let rows = rows(chosen, &samples, evidence.recordings);
    let (twins, revisited) = twins(chosen, &rows, evidence);
    let targets = targets(&samples);
    let matched = |lines: &Option<Vec<Line>>| {
        lines
            .as_ref()
            .map(|lines| predictions_of(lines, &samples, &rows, &targets, settings))
            .transpose()
    };
    let own = matched(&settings.predictions)?;
    let second = matched(&settings.second_predictions)?;
    let second_run = (settings.second_log.is_some() || second.is_some()).then_some(SecondRun {
        log: settings.second_log.as_ref(),
        predictions: second.as_ref().map(|second| &second.predictions[..]),
    });
    let explanation = explain::explain(&Inputs {
        rows: &rows,
        twins: &twins,
        targets: &targets,
        descriptors: Some(evidence.descriptors),
        seconds_per_step: evidence.recordings.and_then(seconds_per_step),
        log: settings.log.as_ref(),
        train_loss_evaluation: settings.train_loss_evaluation,
        metric: settings.metric,
        target_range: settings.target_range,
        predictions: own.as_ref().map(|own| &own.predictions[..]),
        predictions_unmatched: own.as_ref().map_or(0, |own| own.n_unmatched as u64),
        second_run,
        seed: settings.seed,
    });
    Ok(explanation.map(|mut explanation| {
        if revisited > 0 {
            if explanation.verdict.word == Word::NoneFound {
                explanation.verdict.line = "No leak in time; but validation passes places that training has seen.".to_owned();
            }
            explanation.warnings.insert(0, format!(
                "{revisited} validation frames resemble training frames of another pass or recording; exposure counts time, not looks"
            ));
        }
        explanation
    }))
}

/// Takes back "no leak" where something that could tell was not answered.
pub(super) fn qualify(explanation: &mut Explanation, leakage: &[Leakage]) {
    let unknown: Vec<&Leakage> = leakage
        .iter()
        .filter(|entry| entry.verdict == report::Verdict::Unknown)
        .collect();
    let Some(first) = unknown.first() else { return };
    let codes: Vec<&str> = first.unknown.iter().map(|code| code.name()).collect();
    let why = codes.join(", ");
    if explanation.verdict.word == Word::NoneFound {
        explanation.verdict.line =
            format!("Whether training and validation share images is not known: {why}.");
        explanation.verdict.word = Word::CannotTell;
    }
    for cause in &mut explanation.causes {
        if cause.id == "leakage" && cause.evidence == CauseEvidence::Against {
            cause.evidence = CauseEvidence::Unknown;
            cause.summary = format!("not judged in full: {why}");
            cause.detail = format!(
                "copies and neighbours were not found, but not everything that could tell was answered: {why}"
            );
        }
    }
}

fn rows(chosen: &Chosen, samples: &[&Sample], recordings: Option<&Recordings>) -> Vec<Row> {
    let mut groups: BTreeMap<&str, u32> = BTreeMap::new();
    let rows = chosen.samples.iter().zip(samples).map(|(&id, sample)| {
        let next = groups.len() as u32;
        let group = sample
            .group
            .as_deref()
            .map(|group| *groups.entry(group).or_insert(next));
        let place = recordings.and_then(|recordings| recordings.place(id));
        Row {
            evaluation: sample.split == Some(chosen.evaluation),
            place: place.map(|place| Place {
                recording: place.recording,
                position: place.step,
            }),
            group,
        }
    });
    rows.collect()
}

/// Pairs of the same picture, and how many evaluation samples resemble a frame recorded elsewhere.
///
/// Frames of a recording that look alike are no twins: their distance in time tells more than their
/// looks, and two passes of one place are two observations of it.
fn twins(chosen: &Chosen, rows: &[Row], evidence: &Evidence<'_>) -> (Vec<Twin>, usize) {
    let row_of = |id: SampleId| chosen.samples.binary_search(&id).ok().map(|row| row as u32);
    let twin = |pair: &Pair| {
        let exact = pair.kind != Kind::NearDuplicate;
        let similarity = pair.near.map_or(1.0, |near| near.similarity);
        let strict = exact || similarity >= evidence.threshold + SETTING_STEP;
        let setting = if strict {
            Setting::Strict
        } else {
            Setting::Default
        };
        Some(Twin {
            a: row_of(pair.a)?,
            b: row_of(pair.b)?,
            setting,
            exact,
        })
    };
    let found = evidence
        .partners
        .iter()
        .flat_map(|(_, _, partners)| &partners.best);
    let loose = evidence.loose.iter().filter_map(|&(a, b)| {
        Some(Twin {
            a: row_of(a)?,
            b: row_of(b)?,
            setting: Setting::Loose,
            exact: false,
        })
    });
    let all = found.filter_map(twin).chain(loose);
    let place = |row: u32| rows[row as usize].place;
    let recorded = |twin: &Twin| !twin.exact && place(twin.a).is_some() && place(twin.b).is_some();
    let (frames, twins): (Vec<Twin>, Vec<Twin>) = all.partition(recorded);
    let apart =
        |twin: &&Twin| place(twin.a).map(|at| at.recording) != place(twin.b).map(|at| at.recording);
    let evaluation = |row: u32| rows[row as usize].evaluation;
    let mut revisited: Vec<u32> = frames
        .iter()
        .filter(apart)
        .filter(|twin| evaluation(twin.a) != evaluation(twin.b) && twin.setting != Setting::Loose)
        .map(|twin| if evaluation(twin.a) { twin.a } else { twin.b })
        .collect();
    revisited.sort_unstable();
    revisited.dedup();
    (twins, revisited.len())
}

/// Numbers to regress, or classes: numbers when any is fractional or there are too many to be classes.
fn targets(samples: &[&Sample]) -> Targets {
    let labels: Vec<Option<&str>> = samples
        .iter()
        .map(|sample| sample.label.as_deref())
        .collect();
    let mut distinct: Vec<&str> = labels.iter().flatten().copied().collect();
    if distinct.is_empty() {
        return Targets::None;
    }
    distinct.sort_unstable();
    distinct.dedup();
    let numeric = samples
        .iter()
        .all(|sample| sample.label.is_none() || sample.target.is_some());
    let fractional = samples
        .iter()
        .filter_map(|sample| sample.target)
        .any(|value| value.fract() != 0.0);
    if numeric && (fractional || distinct.len() > MOST_NUMBERED_CLASSES) {
        return Targets::Numbers(samples.iter().map(|sample| sample.target).collect());
    }
    let class = |label: &str| {
        distinct
            .binary_search(&label)
            .ok()
            .map(|class| class as u32)
    };
    Targets::Classes(
        labels
            .into_iter()
            .map(|label| label.and_then(class))
            .collect(),
    )
}

fn predictions_of(
    lines: &[Line],
    samples: &[&Sample],
    rows: &[Row],
    targets: &Targets,
    settings: &Explain,
) -> Result<Matched, Error> {
    let paths: Vec<&str> = samples.iter().map(|sample| &*sample.path).collect();
    let numbered = rows.iter().zip(0u32..);
    let evaluation: Vec<u32> = numbered
        .filter(|(row, _)| row.evaluation)
        .map(|(_, at)| at)
        .collect();
    let matched = predictions::match_to(lines, &paths, &evaluation, targets, settings.metric);
    if matched.n_matched == 0 {
        let message = format!(
            "none of the {} predictions fits a sample: give them a `path` column with paths as the dataset has them (such as `{}`), or one row for each of the {} evaluation samples in order of path",
            lines.len(),
            paths.first().copied().unwrap_or_default(),
            evaluation.len()
        );
        return Err(Error::Settings { message });
    }
    Ok(matched)
}

/// Median time between neighbouring steps, where positions are times.
pub(super) fn seconds_per_step(recordings: &Recordings) -> Option<f64> {
    let mut gaps: Vec<f64> = Vec::new();
    for run in recordings.runs() {
        for two in run.windows(2) {
            let (a, b) = (recordings.place(two[0])?, recordings.place(two[1])?);
            if a.step.abs_diff(b.step) == 1 {
                gaps.push(recordings.seconds(a, b)?);
            }
        }
    }
    gaps.sort_by(f64::total_cmp);
    gaps.get(gaps.len() / 2).copied()
}
