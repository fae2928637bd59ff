use super::*;
use crate::dataset::Builder;
use crate::matching::area::Area;
use crate::matching::pair::{Near, Transform};
use crate::report::recordings::PositionUnit;
use crate::sample::{Layout, Split};
use crate::sequence::recording::{self};

const THRESHOLD: f32 = 0.8;

/// A dataset with one split for each role; samples are in the splits of these numbers.
fn dataset(roles: &[SplitRole], splits: &[Option<u16>]) -> Dataset {
    let mut dataset = Builder::new("data", Layout::CsvManifest).build();
    let named = |(i, role): (usize, &SplitRole)| Split {
        name: format!("split{i}"),
        role: *role,
        part: None,
    };
    let sample = |(i, split): (usize, &Option<u16>)| Sample {
        split: split.map(SplitId),
        ..Sample::new(format!("{i:03}.jpg"))
    };
    dataset.splits = roles.iter().enumerate().map(named).collect();
    dataset.samples = splits.iter().enumerate().map(sample).collect();
    dataset
}

/// Training samples, then as many validation samples.
fn halves(each: u16) -> Dataset {
    let split = |i| Some(u16::from(i >= each));
    dataset(
        &[SplitRole::Training, SplitRole::Validation],
        &(0..2 * each).map(split).collect::<Vec<_>>(),
    )
}

fn pair(kind: Leak, a: u32, b: u32, similarity: Option<f32>) -> Pair {
    let near = similarity.map(|similarity| Near {
        distance: None,
        similarity,
        transform: Transform::Identity,
        of_a: Area::WHOLE,
        of_b: Area::WHOLE,
    });
    Pair {
        kind,
        a: SampleId(a),
        b: SampleId(b),
        near,
    }
}

/// Every sample in the recording and at the position of the same index.
fn recorded(places: &[Option<(u32, i64)>], unit: PositionUnit) -> Recordings {
    let place = |&(recording, position): &(u32, i64)| recording::Place {
        recording,
        position,
        burst: 0,
        step: 0,
        view: 0,
    };
    let places = places.iter().map(|at| at.as_ref().map(place)).collect();
    let names = ["a", "b", "c"].map(Into::into).to_vec();
    Recordings::arrange(places, names, unit, false)
}

/// Twins and revisited frames of a dataset with these pairs.
fn twins_of(
    dataset: &Dataset,
    recordings: Option<&Recordings>,
    pairs: &[Pair],
    loose: &[(SampleId, SampleId)],
) -> (Vec<Twin>, u64) {
    let mut partners = Partnerships::with_limit(5);
    for pair in pairs {
        partners.record(*pair, dataset.samples[pair.b.index()].split, 1);
    }
    let chosen = choose(dataset).unwrap();
    let samples: Vec<&Sample> = chosen
        .samples
        .iter()
        .map(|id| &dataset.samples[id.index()])
        .collect();
    let rows = rows(&chosen, &samples, recordings);
    let evidence = Evidence {
        dataset,
        labels: &Labels::None,
        signatures: &[],
        partners: &partners,
        threshold: THRESHOLD,
        loose,
        recordings,
        descriptors: &Descriptors::from_vectors(&[]),
        leakage: &[],
        counted: Vec::new(),
    };
    twins(&chosen, &rows, &evidence)
}

#[test]
fn the_first_validation_split_is_explained_or_else_the_first_test_split() {
    use SplitRole::{Other, Test, Training, Validation};
    let chosen = |roles: &[SplitRole]| Some(choose(&dataset(roles, &[]))?.evaluation.0);
    assert_eq!(chosen(&[Training, Test, Validation, Validation]), Some(2));
    assert_eq!(chosen(&[Other, Training, Test, Test]), Some(2));
    assert_eq!(chosen(&[Training, Other]), None);
}

#[test]
fn its_samples_and_those_of_all_training_splits_are_rows() {
    use SplitRole::{Test, Training, Validation};
    let roles = [Training, Validation, Test, Training];
    let splits = [Some(3), Some(2), Some(1), None, Some(0), Some(1)];
    let dataset = dataset(&roles, &splits);
    let chosen = choose(&dataset).unwrap();
    assert_eq!(chosen.samples, [0, 2, 4, 5].map(SampleId));
    assert_eq!(chosen.training, [0, 3].map(SplitId));
    let samples: Vec<&Sample> = [0, 2, 4, 5].map(|i| &dataset.samples[i]).to_vec();
    let rows = rows(&chosen, &samples, None);
    let sides: Vec<bool> = rows.iter().map(|row| row.evaluation).collect();
    assert_eq!(sides, [false, true, false, true]);
}

#[test]
fn groups_are_numbered_and_places_count_steps() {
    let mut dataset = halves(2);
    for (sample, group) in dataset.samples.iter_mut().zip(["p2", "p1", "p2"]) {
        sample.group = Some(group.into());
    }
    let recordings = recorded(
        &[Some((1, 30)), None, Some((1, 10)), Some((1, 20))],
        PositionUnit::Index,
    );
    let chosen = choose(&dataset).unwrap();
    let samples: Vec<&Sample> = dataset.samples.iter().collect();
    let rows = rows(&chosen, &samples, Some(&recordings));
    let groups: Vec<_> = rows.iter().map(|row| row.group).collect();
    assert_eq!(groups, [Some(0), Some(1), Some(0), None]);
    let positions: Vec<_> = rows.iter().map(|row| Some(row.place?.position)).collect();
    assert_eq!(positions, [Some(2), None, Some(0), Some(1)]);
}

#[test]
fn a_pair_is_strict_from_one_step_above_the_threshold() {
    let setting = |similarity: f32| {
        let pairs = [pair(Leak::NearDuplicate, 1, 0, Some(similarity))];
        let (twins, _) = twins_of(&halves(1), None, &pairs, &[]);
        (twins[0].setting, twins[0].exact)
    };
    assert_eq!(setting(0.80), (Setting::Default, false));
    assert_eq!(setting(0.84), (Setting::Default, false));
    assert_eq!(setting(THRESHOLD + SETTING_STEP), (Setting::Strict, false));
    assert_eq!(setting(0.86), (Setting::Strict, false));
}

#[test]
fn copies_are_strict_and_what_a_looser_threshold_adds_is_loose() {
    let pairs = [pair(Leak::SamePixels, 2, 0, None)];
    let loose = [(SampleId(3), SampleId(1))];
    let (twins, revisited) = twins_of(&halves(2), None, &pairs, &loose);
    let told: Vec<_> = twins
        .iter()
        .map(|t| (t.a, t.b, t.setting, t.exact))
        .collect();
    let expected = [(2, 0, Setting::Strict, true), (3, 1, Setting::Loose, false)];
    assert_eq!((told, revisited), (expected.to_vec(), 0));
}

#[test]
fn pairs_with_samples_of_other_splits_are_passed_over() {
    use SplitRole::{Test, Training, Validation};
    let dataset = dataset(&[Training, Test, Validation], &[Some(1), Some(0), Some(2)]);
    let pairs = [
        pair(Leak::SameBytes, 2, 0, None),
        pair(Leak::SameBytes, 2, 1, None),
    ];
    let (twins, _) = twins_of(&dataset, None, &pairs, &[]);
    // Rows are the samples 1 and 2.
    assert_eq!(
        twins.iter().map(|t| (t.a, t.b)).collect::<Vec<_>>(),
        [(1, 0)]
    );
}

#[test]
fn frames_that_look_alike_are_no_twins_but_count_once_where_another_recording_is_revisited() {
    // Samples 0 to 3 are training, 4 to 7 validation.
    let dataset = halves(4);
    let places = [
        (0, 0),
        (0, 1),
        (1, 0),
        (1, 1),
        (2, 0),
        (2, 1),
        (0, 2),
        (2, 2),
    ];
    let recordings = recorded(&places.map(Some), PositionUnit::Index);
    let near = |a, b| pair(Leak::AnotherPass, a, b, Some(0.9));
    let revisited = |pairs: &[Pair], loose: &[(SampleId, SampleId)]| {
        twins_of(&dataset, Some(&recordings), pairs, loose)
    };
    // Twice the same validation frame, in either order; another one as the second of a pair.
    let (twins, count) = revisited(&[near(4, 0), near(4, 2), near(1, 5)], &[]);
    assert_eq!((twins.len(), count), (0, 2));
    // In its own recording, among validation frames, or only at the loose setting: not
    // revisited.
    let loose = [(SampleId(4), SampleId(0))];
    let alike = |a, b| pair(Leak::NearDuplicate, a, b, Some(0.9));
    let (twins, count) = revisited(&[alike(6, 0), alike(6, 4)], &loose);
    assert_eq!((twins.len(), count), (0, 0));
    // Between two recordings, and no other pass of one place: what counts as leaked is a twin.
    let (twins, count) = revisited(&[alike(4, 0)], &[]);
    assert_eq!((twins.len(), count), (1, 0));
    // Copies of bytes are twins wherever they were recorded.
    let (twins, count) = revisited(&[pair(Leak::SameBytes, 4, 0, None)], &[]);
    assert_eq!((twins.len(), count), (1, 0));
}

#[test]
fn a_frame_and_a_still_image_that_look_alike_are_twins() {
    let recordings = recorded(&[None, Some((0, 0))], PositionUnit::Index);
    let pairs = [pair(Leak::NearDuplicate, 1, 0, Some(0.9))];
    let (twins, revisited) = twins_of(&halves(1), Some(&recordings), &pairs, &[]);
    assert_eq!((twins.len(), revisited), (1, 0));
}

#[test]
fn targets_are_the_labels_of_the_rows_with_classes_counted_anew() {
    use SplitRole::{Test, Training, Validation};
    let splits = [Some(0), Some(2), Some(1), Some(0)];
    let dataset = dataset(&[Training, Validation, Test], &splits);
    let chosen = choose(&dataset).unwrap();
    let classes = Labels::Classes(
        vec!["a", "b", "c"],
        vec![Some(2), Some(1), Some(0), Some(2)],
    );
    let expected = Targets::Classes(vec![Some(1), Some(0), Some(1)]);
    assert_eq!(targets(&chosen, &classes), expected);
    let elsewhere = Labels::Classes(vec!["a"], vec![None, Some(0), None, None]);
    assert_eq!(targets(&chosen, &elsewhere), Targets::None);
    let numbers = Labels::Numbers(vec![Some(0.5), Some(9.0), None, Some(1.5)]);
    let expected = Targets::Numbers(vec![Some(0.5), None, Some(1.5)]);
    assert_eq!(targets(&chosen, &numbers), expected);
    let elsewhere = Labels::Numbers(vec![None, Some(9.0), None, None]);
    assert_eq!(targets(&chosen, &elsewhere), Targets::None);
    assert_eq!(targets(&chosen, &Labels::None), Targets::None);
}

#[test]
fn seconds_per_step_are_the_median_of_a_clock_and_unknown_for_frame_numbers() {
    let at = |tenths: &[i64]| -> Vec<_> {
        let place = |&t: &i64| Some((0, t * 100_000_000));
        tenths.iter().map(place).collect()
    };
    // A gap of two steps is passed over.
    let places = at(&[0, 1, 2, 3, 5, 6]);
    let clock = recorded(&places, PositionUnit::Nanoseconds);
    assert!((seconds_per_step(&clock).unwrap() - 0.1).abs() < 1e-9);
    let frames = recorded(&places, PositionUnit::Index);
    assert_eq!(seconds_per_step(&frames), None);
}

#[test]
fn likeness_is_the_best_and_copies_are_the_sum_over_training_splits() {
    let roles = [
        SplitRole::Training,
        SplitRole::Training,
        SplitRole::Validation,
    ];
    let dataset = dataset(&roles, &[Some(0), Some(1), Some(2), Some(2), Some(2)]);
    let mut partners = Partnerships::with_limit(1);
    let mut found = |pair: Pair, weight| {
        partners.record(pair, dataset.samples[pair.b.index()].split, weight);
    };
    found(pair(Leak::NearDuplicate, 2, 0, Some(0.85)), 3);
    found(pair(Leak::NearDuplicate, 2, 1, Some(0.9)), 1);
    found(pair(Leak::NearDuplicate, 2, 4, Some(0.99)), 1);
    found(pair(Leak::AnotherPass, 3, 0, Some(0.7)), 1);
    let found = alike(&choose(&dataset).unwrap(), &partners);
    let told: Vec<_> = found[2..]
        .iter()
        .map(|one| (one.similarity.map(|s| (s * 100.0).round()), one.copies))
        .collect();
    assert_eq!(told, [(Some(90.0), 4), (Some(70.0), 0), (None, 0)]);
}

#[test]
fn class_names_have_their_number_among_the_chosen_samples() {
    use SplitRole::{Test, Training, Validation};
    let splits = [Some(0), Some(2), Some(1), Some(0)];
    let dataset = dataset(&[Training, Validation, Test], &splits);
    let chosen = choose(&dataset).unwrap();
    let labels = Labels::Classes(
        vec!["a", "b", "c"],
        vec![Some(2), Some(1), Some(0), Some(2)],
    );
    let expected = [("a", Some(0)), ("b", None), ("c", Some(1))];
    assert_eq!(class_names(&chosen, &labels), expected);
}

#[test]
fn models_and_runs_that_share_no_measure_are_refused() {
    use crate::explain::predictions::LossKind;
    let matched = |text: &str| {
        let lines = predictions::parse(text.as_bytes()).unwrap();
        let targets = Targets::Classes(vec![Some(0), Some(1)]);
        predictions::match_to(&lines, &["a", "b"], &[0, 1], &targets, &[], Metric::Unknown)
    };
    let wrong = matched("path,y_true,y_pred\na,0,0\nb,1,0\n");
    let given = matched("path,loss\na,0.3\n");
    assert_eq!(given.loss_kind, Some(LossKind::Given));
    let models = [("memo", &wrong), ("loss", &given)].map(|(name, of)| Model {
        name,
        predictions: &of.predictions,
        answers: &of.answers,
        loss_kind: of.loss_kind,
    });
    let refused = must_be_comparable(&models, &[0, 1])
        .unwrap_err()
        .to_string();
    assert!(refused.contains("--compare"), "{refused}");
    assert!(must_be_comparable(&models[..1], &[0, 1]).is_ok());
    assert!(must_be_of_one_kind(Some(&wrong), Some(&given)).is_err());
    assert!(must_be_of_one_kind(Some(&wrong), None).is_ok());
    let notes = prediction_notes(Some(&wrong), None, &[("loss", given.clone())]);
    assert_eq!(
        notes,
        ["`loss`: 1 of 2 evaluation samples has no prediction"]
    );
}
