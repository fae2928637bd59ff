//! Inputs of the explanation from what the other stages know of one evaluation split.

mod belonging;
mod drawn;

use std::collections::{BTreeMap, BTreeSet};

use belonging::Belonging;
use drawn::Drawn;

use crate::error::Error;
use crate::explain;
use crate::explain::comparison;
use crate::explain::descriptors::Descriptors;
use crate::explain::exposed_shares::lag_of;
use crate::explain::inputs::{
    Alike, Inputs, Metric, Model, Place, Row, SecondRun, Setting, Targets, Twin,
};
use crate::explain::metrics::Answers;
use crate::explain::predictions::{self, ClassName, Line, Matched};
use crate::explain::training_log::{Quantity, TrainingLog};
use crate::labels::Labels;
use crate::leak::Leak;
use crate::matching::pair::Pair;
use crate::matching::partners::Partnerships;
use crate::report::Leakage;
use crate::report::explanation::Explanation;
use crate::report::interleaving::Interleaving;
use crate::sample::{Dataset, Sample, SampleId, SplitId, SplitRole};
use crate::sequence::interleaving::interleaving;
use crate::sequence::recording::Recordings;
use crate::settings::Explain;
use crate::signature::Signed;
use crate::signature::thumbnail::SIDE;

/// A pair is reported at the strict setting when its similarity exceeds the threshold by so much,
/// and at the loose one when it falls short of it by at most so much.
pub(super) const SETTING_STEP: f32 = 0.05;

/// The samples that are explained, in order: one evaluation split and all training splits.
pub(super) struct Chosen {
    samples: Vec<SampleId>,
    evaluation: SplitId,
    training: Vec<SplitId>,
}

impl Chosen {
    /// The split that is explained.
    pub(super) fn evaluation(&self) -> SplitId {
        self.evaluation
    }
}

/// Chooses the first validation split, or the first test split where there is none.
pub(super) fn choose(dataset: &Dataset) -> Option<Chosen> {
    let with = |role| dataset.splits.iter().position(|split| split.role == role);
    let evaluation = with(SplitRole::Validation).or_else(|| with(SplitRole::Test))?;
    let evaluation = SplitId(u16::try_from(evaluation).ok()?);
    let numbered = dataset.splits.iter().zip(0u16..);
    let training: Vec<SplitId> = numbered
        .filter(|(split, _)| {
            split.role == SplitRole::Training
                && split.is_compared_with(&dataset.splits[evaluation.index()])
        })
        .map(|(_, id)| SplitId(id))
        .collect();
    let wanted = |split: SplitId| split == evaluation || training.contains(&split);
    let all = dataset.samples.iter().zip(0u32..);
    let samples = all
        .filter(|(sample, _)| sample.split.is_some_and(wanted))
        .map(|(_, id)| SampleId(id))
        .collect();
    Some(Chosen {
        samples,
        evaluation,
        training,
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
    pub(super) labels: &'a Labels<'a>,
    pub(super) signatures: &'a [Signed],
    pub(super) partners: &'a Partnerships,
    /// Similarity from which on a pair is reported.
    pub(super) threshold: f32,
    /// Pairs that a looser threshold would report.
    pub(super) loose: &'a [(SampleId, SampleId)],
    pub(super) recordings: Option<&'a Recordings>,
    pub(super) descriptors: &'a Descriptors,
    /// What leaks between the splits, and what was left open.
    pub(super) leakage: &'a [Leakage],
    /// What of the explained split counts as leaked for belonging together with training.
    pub(super) counted: Vec<(SampleId, SampleId, Leak)>,
}

/// Explains.
///
/// # Errors
/// Predictions that fit no sample, and models that have nothing in common to be compared by.
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
    let belonging = Belonging::of(&evidence.counted, &chosen.samples);
    let targets = targets(chosen, evidence.labels);
    let drawn = Drawn::of(&samples, &chosen.samples, evidence);
    let of = Predicted {
        drawn: &drawn,
        samples: &samples,
        rows: &rows,
        targets: &targets,
        names: &class_names(chosen, evidence.labels),
        metric: settings.metric,
    };
    let matched = |lines: &Option<Vec<Line>>| {
        let lines = lines.as_ref();
        lines.map(|lines| predictions_of(lines, &of)).transpose()
    };
    let own = matched(&settings.predictions)?;
    let second = matched(&settings.second_predictions)?;
    let compared = settings
        .compared
        .iter()
        .map(|(name, lines)| Ok((name.as_str(), predictions_of(lines, &of)?)));
    let compared: Vec<_> = compared.collect::<Result<_, Error>>()?;
    let notes = prediction_notes(own.as_ref(), second.as_ref(), &compared);
    let compared: Vec<Model<'_>> = compared
        .iter()
        .map(|(name, matched)| Model {
            name,
            predictions: &matched.predictions,
            answers: &matched.answers,
            loss_kind: matched.loss_kind,
        })
        .collect();
    must_be_comparable(&compared, &of.evaluation())?;
    must_be_of_one_kind(own.as_ref(), second.as_ref())?;
    let [log, second_log] = [&settings.log, &settings.second_log].map(|log| {
        log.clone()
            .map(|log| of_task(log, settings.metric, evidence.dataset))
    });
    let second_run = (settings.second_log.is_some() || second.is_some()).then_some(SecondRun {
        log: second_log.as_ref(),
        predictions: second.as_ref().map(|second| &second.predictions[..]),
    });
    Ok(explain::explain(&Inputs {
        rows: &rows,
        twins: &twins,
        alike: &alike(chosen, evidence.partners),
        targets: &targets,
        descriptors: Some(evidence.descriptors),
        seconds_per_step: evidence.recordings.and_then(seconds_per_step),
        log: log.as_ref(),
        train_loss_evaluation: settings.train_loss_evaluation,
        metric: settings.metric,
        target_range: settings.target_range,
        predictions: own.as_ref().map(|own| &own.predictions[..]),
        answers: own.as_ref().map_or(Answers::NONE, |own| &own.answers),
        predictions_unmatched: own.as_ref().map_or(0, |own| own.n_unmatched as u64),
        prediction_notes: &notes,
        second_run,
        compared: &compared,
        interleaving: evidence
            .recordings
            .map(|recordings| along(recordings, evidence.dataset, chosen))
            .filter(|found| found.recordings_evaluated > 0),
        revisited,
        unanswered: &unanswered(chosen, evidence),
        together: belonging.as_together(),
    }))
}

/// Where boxes or outlines are drawn, a loss that is only called one is a detector's sum of parts,
/// which no constant answer has.
fn of_task(log: TrainingLog, metric: Metric, dataset: &Dataset) -> TrainingLog {
    let mut regions = dataset.annotations.pictures.iter();
    let drawn = regions.any(|of| of.regions.iter().any(|region| region.bounds.is_some()));
    let quantity = match log.quantity {
        Quantity::Loss if drawn && metric == Metric::Unknown => Quantity::Other,
        other => other,
    };
    TrainingLog { quantity, ..log }
}

/// Models that share no measure are not ranked.
fn must_be_comparable(models: &[Model<'_>], evaluation: &[u32]) -> Result<(), Error> {
    if models.len() < 2 {
        return Ok(());
    }
    let measure = comparison::in_common(models, evaluation);
    measure
        .map(|_| ())
        .map_err(|reason| Error::settings(format!("`--compare`: {reason}")))
}

/// The ratio of a share of wrong classes and a cross-entropy says nothing.
fn must_be_of_one_kind(first: Option<&Matched>, second: Option<&Matched>) -> Result<(), Error> {
    let kinds = first
        .and_then(|first| first.loss_kind)
        .zip(second.and_then(|second| second.loss_kind));
    match kinds {
        Some((first, second)) if first != second => Err(Error::settings(
            "`--second-predictions` and `--predictions` have losses of different kinds; give both the same columns",
        )),
        _ => Ok(()),
    }
}

/// What is wrong with predictions, file by file.
fn prediction_notes(
    own: Option<&Matched>,
    second: Option<&Matched>,
    compared: &[(&str, Matched)],
) -> Vec<String> {
    let of_second = second.map(|second| ("the second run", second));
    let others = of_second
        .into_iter()
        .map(|(name, of)| (name.to_owned(), of));
    let models = compared.iter().map(|(name, of)| (format!("`{name}`"), of));
    let others = others.chain(models).flat_map(|(name, of)| {
        let own = of.notes.iter();
        own.map(|note| format!("{name}: {note}"))
            .collect::<Vec<_>>()
    });
    let own = own.map(|own| own.notes.clone()).unwrap_or_default();
    own.into_iter().chain(others).collect()
}

/// How the two sides alternate along the recordings.
fn along(recordings: &Recordings, dataset: &Dataset, chosen: &Chosen) -> Interleaving {
    interleaving(
        recordings,
        &dataset.samples,
        chosen.evaluation,
        &chosen.training,
    )
}

/// Codes of what could tell of more leaks into the explained split and was not answered.
fn unanswered(chosen: &Chosen, evidence: &Evidence<'_>) -> Vec<&'static str> {
    let name = &evidence.dataset.splits[chosen.evaluation.index()].name;
    let own = evidence.leakage.iter();
    let codes = own
        .filter(|entry| entry.evaluation_split == *name)
        .flat_map(|entry| &entry.unknown);
    let codes: BTreeSet<&str> = codes.map(|code| code.name()).collect();
    codes.into_iter().collect()
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
/// Frames of recordings that look alike are no twins where time tells more than looks: near each
/// other in one recording, or two passes of one place. What counts as leaked beyond that is a twin.
fn twins(chosen: &Chosen, rows: &[Row], evidence: &Evidence<'_>) -> (Vec<Twin>, u64) {
    let row_of = |id: SampleId| chosen.samples.binary_search(&id).ok().map(|row| row as u32);
    let twin = |pair: &Pair| {
        let exact = pair.kind < Leak::NearDuplicate;
        let similarity = pair.near.map_or(1.0, |near| near.similarity);
        let strict = exact || similarity >= evidence.threshold + SETTING_STEP;
        let setting = if strict {
            Setting::Strict
        } else {
            Setting::Default
        };
        let twin = Twin {
            a: row_of(pair.a)?,
            b: row_of(pair.b)?,
            setting,
            exact,
        };
        Some((twin, pair.kind))
    };
    let found = evidence
        .partners
        .iter()
        .flat_map(|(_, _, partners)| &partners.best);
    let loose = evidence.loose.iter().filter_map(|&(a, b)| {
        let twin = Twin {
            a: row_of(a)?,
            b: row_of(b)?,
            setting: Setting::Loose,
            exact: false,
        };
        Some((twin, Leak::AnotherPass))
    });
    let all = found.filter_map(twin).chain(loose);
    let place = |row: u32| rows[row as usize].place;
    let evaluation = |row: u32| rows[row as usize].evaluation;
    let lag = lag_of(evidence.recordings.and_then(seconds_per_step));
    let by_time = |(twin, kind): &(Twin, Leak)| {
        let (Some(a), Some(b)) = (place(twin.a), place(twin.b)) else {
            return false;
        };
        let near = a.recording == b.recording && a.position.abs_diff(b.position) <= lag;
        let within = evaluation(twin.a) == evaluation(twin.b);
        !twin.exact && (near || within || *kind == Leak::AnotherPass)
    };
    let (frames, twins): (Vec<_>, Vec<_>) = all.partition(by_time);
    let mut revisited: Vec<u32> = frames
        .iter()
        .filter(|(twin, kind)| *kind == Leak::AnotherPass && twin.setting != Setting::Loose)
        .filter(|(twin, _)| evaluation(twin.a) != evaluation(twin.b))
        .map(|(twin, _)| if evaluation(twin.a) { twin.a } else { twin.b })
        .collect();
    revisited.sort_unstable();
    revisited.dedup();
    let twins = twins.into_iter().map(|(twin, _)| twin).collect();
    (twins, revisited.len() as u64)
}

/// What looks found of the chosen samples in the training splits: counts are never cut.
fn alike(chosen: &Chosen, partners: &Partnerships) -> Vec<Alike> {
    let of = |&id: &SampleId| {
        let own = chosen.training.iter();
        let own = own.filter_map(|&split| partners.of(id, Some(split)));
        own.fold(Alike::default(), |alike, found| {
            let similarity = found
                .top
                .near
                .map_or(1.0, |near| f64::from(near.similarity));
            let copies = match found.strongest {
                Leak::AnotherPass => 0,
                _ => found.pairs,
            };
            Alike {
                similarity: Some(alike.similarity.map_or(similarity, |s| s.max(similarity))),
                copies: alike.copies + copies,
            }
        })
    };
    chosen.samples.iter().map(of).collect()
}

/// Labels of the chosen samples. Classes are counted anew from 0 among those that occur.
fn targets(chosen: &Chosen, labels: &Labels<'_>) -> Targets {
    let ids = chosen.samples.iter();
    match labels {
        Labels::None => Targets::None,
        Labels::Numbers(numbers) => {
            let own: Vec<Option<f64>> = ids.map(|id| numbers[id.index()]).collect();
            match own.iter().any(Option::is_some) {
                true => Targets::Numbers(own),
                false => Targets::None,
            }
        }
        Labels::Classes(_, classes) => {
            let own: Vec<Option<u32>> = ids.map(|id| classes[id.index()]).collect();
            let occurring: BTreeSet<u32> = own.iter().flatten().copied().collect();
            if occurring.is_empty() {
                return Targets::None;
            }
            let number: BTreeMap<u32, u32> = occurring.into_iter().zip(0..).collect();
            Targets::Classes(
                own.into_iter()
                    .map(|class| class.and_then(|class| number.get(&class).copied()))
                    .collect(),
            )
        }
    }
}

/// Names of all classes, each with its number among the chosen samples.
fn class_names<'a>(chosen: &Chosen, labels: &'a Labels<'_>) -> Vec<ClassName<'a>> {
    let Labels::Classes(names, classes) = labels else {
        return Vec::new();
    };
    let own = chosen.samples.iter().filter_map(|id| classes[id.index()]);
    let occurring: BTreeSet<u32> = own.collect();
    let number: BTreeMap<u32, u32> = occurring.into_iter().zip(0..).collect();
    let numbered = names.iter().zip(0u32..);
    numbered
        .map(|(name, class)| (*name, number.get(&class).copied()))
        .collect()
}

/// What predictions are matched to.
struct Predicted<'a> {
    drawn: &'a Drawn<'a>,
    samples: &'a [&'a Sample],
    rows: &'a [Row],
    targets: &'a Targets,
    names: &'a [ClassName<'a>],
    metric: Metric,
}

impl Predicted<'_> {
    /// Rows of the evaluation split.
    fn evaluation(&self) -> Vec<u32> {
        let numbered = self.rows.iter().zip(0u32..);
        let evaluation = numbered.filter(|(row, _)| row.evaluation);
        evaluation.map(|(_, at)| at).collect()
    }
}

fn predictions_of(lines: &[Line], of: &Predicted<'_>) -> Result<Matched, Error> {
    let paths: Vec<&str> = of.samples.iter().map(|sample| &*sample.path).collect();
    let evaluation = of.evaluation();
    if lines.iter().any(|line| !line.detections.is_empty()) {
        let found = of.drawn.match_to(lines, &paths, &evaluation);
        return found
            .map(|found| Matched::of_boxes(found, paths.len()))
            .map_err(Error::settings);
    }
    let named = predictions::with_named_columns(lines, of.names);
    let named = named.map_err(|error| Error::settings(error.to_string()))?;
    let lines = &*named;
    let matched =
        predictions::match_to(lines, &paths, &evaluation, of.targets, of.names, of.metric);
    if matched.n_matched == 0 {
        let message = format!(
            "none of the {} predictions fits a sample: give them a `path` column with paths as the dataset has them (such as `{}`), or one row for each of the {} evaluation samples in order of path",
            lines.len(),
            paths.first().copied().unwrap_or_default(),
            evaluation.len()
        );
        return Err(Error::settings(message));
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

#[cfg(test)]
mod tests;
