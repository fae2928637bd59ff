//! The loss explanation as a whole: what it says of clear cases, and what it refuses to say of bad
//! input.

use splitleak::internals::explain::{
    Answers, Beside, Descriptors, Inputs, Place, Prediction, Row, Setting, Targets, Twin, explain,
    verdict,
};
use splitleak::render::explanation::{MAX_COLUMNS, MAX_LINES, render};
use splitleak::report::explanation::{Evidence, Explanation, Status, Word};
use splitleak::report::interleaving::{Interleaving, SplitKind};
use splitleak::training::{Metric, TrainLossKind, TrainingLog, declared, log as parse, printed};

use crate::snapshot::keep;

/// Pasted the way people paste: one line, summary and epochs glued.
const PASTED: &str = "targets between -1.0 and 1.0, 19200/4800 samples____spatialdropout2d_1 (SpatialDropo (None, 31, 98, 24)    0           convolution2d_1[0][0]____\
dropout_1 (Dropout)              (None, 1152)          0           flatten_1[0][0]____dense_4 (Dense)                  (None, 1)             11          dropout_1[0][0]====\
NoneEpoch 1/519200/19200 [==============================] - 795s - loss: 0.0292 - val_loss: 0.0128Epoch 2/519200/19200 [==============================] - 754s - loss: 0.0169 - val_loss: 0.0120\
Epoch 3/519200/19200 [==============================] - 753s - loss: 0.0161 - val_loss: 0.0114Epoch 4/519200/19200 [==============================] - 723s - loss: 0.0154 - val_loss: 0.0100\
Epoch 5/519200/19200 [==============================] - 1597s - loss: 0.0151 - val_loss: 0.0098";

/// A drive of 1,500 frames whose content never repeats; a fifth is held out.
struct Drive {
    rows: Vec<Row>,
    targets: Targets,
    descriptors: Descriptors,
}

fn drive(held_out: impl Fn(u32) -> bool) -> Drive {
    let n = 1500;
    let wave = |i: u32, period: f64| (f64::from(i) / period).sin();
    let row = |position| Row {
        evaluation: held_out(position),
        place: Some(Place {
            recording: 0,
            position,
        }),
        group: None,
    };
    let content = |i| {
        Some(
            [13.1, 17.7, 23.3, 29.9, 37.1]
                .map(|period| wave(i, period) as f32)
                .to_vec(),
        )
    };
    Drive {
        rows: (0..n).map(row).collect(),
        // Half of the target is not in the picture: copying learners are good, not perfect.
        targets: Targets::Numbers(
            (0..n)
                .map(|i| {
                    let noise = f64::from(i.wrapping_mul(0x9e37_79b9) >> 16) / 65_536.0 - 0.5;
                    Some(0.1 * (wave(i, 13.1) + wave(i, 7.3) + 3.0 * noise))
                })
                .collect(),
        ),
        descriptors: Descriptors::from_vectors(&(0..n).map(content).collect::<Vec<_>>()),
    }
}

fn random(i: u32) -> bool {
    i.wrapping_mul(2_654_435_761) >> 16 & 0xff < 51
}

impl Drive {
    fn inputs<'a>(&'a self, log: &'a TrainingLog) -> Inputs<'a> {
        Inputs {
            rows: &self.rows,
            targets: &self.targets,
            descriptors: Some(&self.descriptors),
            seconds_per_step: Some(0.1),
            ..settings(log)
        }
    }
}

/// Still images: the first `n_val` are validation, the first `n_leaked` of them have a twin in
/// training.
fn stills(n_val: u32, n_leaked: u32) -> (Vec<Row>, Vec<Twin>) {
    let rows = (0..5 * n_val)
        .map(|i| Row {
            evaluation: i < n_val,
            place: None,
            group: None,
        })
        .collect();
    let twins = (0..n_leaked)
        .map(|i| Twin {
            a: i,
            b: n_val + i,
            setting: Setting::Strict,
            exact: true,
        })
        .collect();
    (rows, twins)
}

fn explain_stills(n_leaked: u32, log: &TrainingLog) -> Explanation {
    let (rows, twins) = stills(100, n_leaked);
    explain(&Inputs {
        rows: &rows,
        twins: &twins,
        ..settings(log)
    })
    .unwrap()
}

fn settings(log: &TrainingLog) -> Inputs<'_> {
    Inputs {
        rows: &[],
        twins: &[],
        alike: &[],
        targets: &Targets::None,
        descriptors: None,
        seconds_per_step: None,
        log: Some(log),
        train_loss_evaluation: None,
        metric: Metric::Unknown,
        target_range: None,
        predictions: None,
        answers: Answers::NONE,
        predictions_unmatched: 0,
        prediction_notes: &[],
        second_run: None,
        compared: &[],
        interleaving: None,
        revisited: 0,
        unanswered: &[],
        together: Default::default(),
    }
}

#[test]
fn a_random_split_of_a_drive_is_projected_and_fits_the_terminal() {
    let log = parse(PASTED.as_bytes()).unwrap();
    let drive = drive(random);
    let interleaving = Interleaving {
        recordings_evaluated: 1,
        recordings_shared: 1,
        index: Some(1.0),
        kind: SplitKind::RandomFrame,
        mean_evaluation_run: Some(1.25),
    };
    let explanation = explain(&Inputs {
        interleaving: Some(interleaving),
        ..drive.inputs(&log)
    })
    .unwrap();
    assert_eq!(explanation.verdict.word, Word::Projected);
    let text = render(&explanation);
    assert!(text.lines().count() <= MAX_LINES, "{text}");
    assert!(
        text.lines().all(|line| line.chars().count() <= MAX_COLUMNS),
        "{text}"
    );
    keep("explanation", "random_drive", &text);
    assert!(!text.contains("caused"));
}

#[test]
fn a_held_out_stretch_of_the_same_drive_shows_no_leak_beyond_the_seam() {
    let log = parse(PASTED.as_bytes()).unwrap();
    let drive = drive(|i| i >= 1200);
    let mut rows = drive.rows.clone();
    rows.drain(1170..1200);
    let numbers = Targets::Numbers(
        (0..rows.len() as u32)
            .map(|i| Some(f64::from(i % 7)))
            .collect(),
    );
    let explanation = explain(&Inputs {
        rows: &rows,
        targets: &numbers,
        descriptors: None,
        ..drive.inputs(&log)
    })
    .unwrap();
    assert_eq!(explanation.verdict.word, Word::NoneFound);
    let t1 = explanation.t1.as_ref().unwrap();
    assert_eq!(t1.clean_loss_bounds[1].set, "B1");
    keep("explanation", "block_drive", &render(&explanation));
    let leakage = explanation
        .causes
        .iter()
        .find(|cause| cause.id == "leakage")
        .unwrap();
    assert_eq!(leakage.evidence, Evidence::Against);
}

#[test]
fn nothing_is_called_free_of_leaks_where_something_that_could_tell_was_not_answered() {
    let log = parse(PASTED.as_bytes()).unwrap();
    let drive = drive(|i| i >= 1200);
    let mut rows = drive.rows.clone();
    rows.drain(1170..1200);
    let told = |unanswered: &[&'static str]| {
        let explanation = explain(&Inputs {
            rows: &rows,
            targets: &Targets::None,
            descriptors: None,
            unanswered,
            ..drive.inputs(&log)
        });
        let explanation = explanation.unwrap();
        let mut causes = explanation.causes.into_iter();
        let leakage = causes.find(|cause| cause.id == "leakage").unwrap();
        (explanation.verdict, leakage.evidence)
    };
    let (verdict, evidence) = told(&[]);
    assert_eq!(
        (verdict.word, evidence),
        (Word::NoneFound, Evidence::Against)
    );
    let (verdict, evidence) = told(&["possible-group"]);
    assert_eq!(
        (verdict.word, evidence),
        (Word::CannotTell, Evidence::Unknown)
    );
    assert!(verdict.line.contains("possible-group"), "{}", verdict.line);
}

#[test]
fn frames_of_another_pass_are_told_and_are_no_leak_in_time() {
    let log = parse(PASTED.as_bytes()).unwrap();
    let (rows, twins) = stills(100, 0);
    let explained = |revisited| {
        explain(&Inputs {
            rows: &rows,
            twins: &twins,
            revisited,
            ..settings(&log)
        })
        .unwrap()
    };
    let (none, some) = (explained(0), explained(7));
    assert_eq!(none.verdict.word, Word::NoneFound);
    assert_eq!(some.verdict.word, Word::NoneFound);
    assert!(none.verdict.line.starts_with("No leak found"));
    assert!(some.verdict.line.starts_with("No leak in time:"));
    assert!(
        some.verdict
            .line
            .contains("But 7 of 100 validation frames show places")
    );
    assert!(some.warnings[0].starts_with("7 validation frames resemble"));
    assert_eq!(some.warnings[1..], none.warnings);
    let leaked = explain(&Inputs {
        rows: &rows,
        twins: &stills(100, 30).1,
        revisited: 7,
        ..settings(&log)
    })
    .unwrap();
    assert_eq!(leaked.verdict.word, Word::Possible);
    assert!(!leaked.verdict.line.contains("No leak"));
}

#[test]
fn worked_numbers_come_out_of_the_whole_chain() {
    let explanation = explain_stills(30, &parse(PASTED.as_bytes()).unwrap());
    let t1 = explanation.t1.unwrap();
    assert_eq!(explanation.t0.f_exposed.value, Some(0.3));
    let b1 = t1
        .clean_loss_bounds
        .iter()
        .find(|bound| bound.set == "B1")
        .unwrap();
    // 0.0098 to 0.0140, each end with the rounding of the log.
    assert_eq!((b1.clean_loss.lo.unwrap() * 1e5).round(), 975.0);
    assert!((b1.clean_loss.hi.unwrap() - 0.00985 / 0.7).abs() < 1e-12);
    assert_eq!(format!("{:.2}", t1.share_of_gap.hi.unwrap()), "0.79");
    assert_eq!(
        format!(
            "{:.3} {:.3} {:.3}",
            t1.f_star.lo.unwrap(),
            t1.f_star.value.unwrap(),
            t1.f_star.hi.unwrap()
        ),
        "0.346 0.351 0.356"
    );
    assert_eq!(
        format!("{:.3} {:.3}", t1.rmse.unwrap(), t1.share_of_range.unwrap()),
        "0.099 0.049"
    );
}

#[test]
fn evaluation_mode_training_loss_above_validation_refutes_leakage() {
    let log = parse(PASTED.as_bytes()).unwrap();
    let (rows, twins) = stills(100, 30);
    let inputs = Inputs {
        rows: &rows,
        twins: &twins,
        train_loss_evaluation: printed("0.0200"),
        ..settings(&log)
    };
    let explanation = explain(&inputs).unwrap();
    let t1 = explanation.t1.unwrap();
    assert_eq!(
        t1.clean_loss_bounds
            .iter()
            .find(|bound| bound.set == "B3")
            .unwrap()
            .clean_loss
            .status,
        Status::Contradicted
    );
    assert_eq!(
        explanation
            .causes
            .iter()
            .find(|cause| cause.id == "leakage")
            .unwrap()
            .evidence,
        Evidence::Against
    );
}

#[test]
fn everything_leaked_bounds_nothing_and_nothing_leaked_corrects_nothing() {
    let log = parse(PASTED.as_bytes()).unwrap();
    let all = explain_stills(100, &log);
    assert_eq!(
        all.t1.as_ref().unwrap().clean_loss_bounds[0]
            .clean_loss
            .reason_code
            .as_deref(),
        Some("all_leaked")
    );
    assert!(render(&all).contains("the number cannot bound"));
    let none = explain_stills(0, &log);
    assert_eq!(none.verdict.word, Word::NoneFound);
    assert_eq!(none.t0.f_exposed.hi, Some(0.03));
}

#[test]
fn a_log_without_a_usable_validation_loss_is_said_to_have_none() {
    let reason = |log: &TrainingLog| {
        explain_stills(30, log)
            .t1_absent
            .unwrap()
            .reason_code
            .unwrap()
    };
    assert_eq!(
        reason(&parse(b"Epoch 1/1\n10/10 - loss: 0.5").unwrap()),
        "no_validation_loss"
    );
    assert_eq!(
        reason(&declared(Some("0.5"), Some("-0.3"), TrainLossKind::Unknown)),
        "negative_loss"
    );
    let (rows, twins) = stills(100, 30);
    let log = parse(PASTED.as_bytes()).unwrap();
    let auc = explain(&Inputs {
        rows: &rows,
        twins: &twins,
        metric: Metric::NotAMean,
        ..settings(&log)
    })
    .unwrap();
    assert_eq!(
        auc.t1_absent.unwrap().reason_code.unwrap(),
        "not_decomposable"
    );
}

#[test]
fn one_epoch_knows_no_lag_but_keeps_its_bounds() {
    let explanation = explain_stills(
        30,
        &parse(b"Epoch 1/1\n10/10 [==] - loss: 0.5 - val_loss: 0.4").unwrap(),
    );
    let t1 = explanation.t1.unwrap();
    assert!(t1.half_epoch.is_empty());
    assert!(t1.clean_loss_bounds[0].clean_loss.hi.is_some());
}

#[test]
fn accuracy_alone_is_explained_as_an_error_rate() {
    let explanation = explain_stills(
        30,
        &parse(b"Epoch 1/1\n10/10 - accuracy: 0.85 - val_accuracy: 0.90").unwrap(),
    );
    // A reader finds the number that was printed, not what it lacks to one.
    let text = render(&explanation);
    let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(
        text.contains("validation accuracy 90 %, gap 5.0 points")
            && text.contains("accuracy on samples that are not exposed: ")
            && text.contains("to 90 %")
            && text.contains("measure the training accuracy in evaluation mode"),
        "{text}"
    );
    assert!(!text.contains("loss on") && !text.contains("0.1"), "{text}");
    let t1 = explanation.t1.unwrap();
    assert!((t1.validation_loss.value.unwrap() - 0.1).abs() < 1e-12);
    assert_eq!(t1.clean_loss_bounds[0].set, "B0");
    assert_eq!(t1.rmse, None);
}

#[test]
fn constant_targets_are_named() {
    let log = parse(PASTED.as_bytes()).unwrap();
    let mut drive = drive(random);
    drive.targets = Targets::Numbers(vec![Some(0.5); 1500]);
    let explanation = explain(&drive.inputs(&log)).unwrap();
    let t2 = explanation.t2.unwrap();
    assert_eq!(
        t2.yardsticks.r2.reason_code.as_deref(),
        Some("constant_targets")
    );
    assert_eq!(t2.honest_projection.value, None);
}

#[test]
fn predictions_that_disagree_with_the_log_are_contradicted() {
    let log = parse(PASTED.as_bytes()).unwrap();
    let (rows, twins) = stills(100, 30);
    let losses = |loss| {
        (0..500)
            .map(|i| {
                (i < 100).then_some(Prediction {
                    predicted: None,
                    loss: Some(loss),
                    right: None,
                })
            })
            .collect::<Vec<_>>()
    };
    let status = |loss| {
        let predictions = losses(loss);
        let inputs = Inputs {
            rows: &rows,
            twins: &twins,
            predictions: Some(&predictions),
            ..settings(&log)
        };
        explain(&inputs).unwrap().t3.unwrap().loss_recomputed.status
    };
    assert_eq!(status(0.0098), Status::Ok);
    assert_eq!(
        status(0.0080),
        Status::Contradicted,
        "a penalty inside the printed loss looks like this"
    );
}

#[test]
fn targets_missing_for_many_samples_are_not_projected_from() {
    let log = parse(PASTED.as_bytes()).unwrap();
    let reason = |missing: usize| {
        let mut drive = drive(random);
        let Targets::Numbers(values) = &mut drive.targets else {
            unreachable!()
        };
        for value in values.iter_mut().take(missing) {
            *value = None;
        }
        let t2 = explain(&drive.inputs(&log)).unwrap().t2.unwrap();
        assert!(t2.yardsticks.n_without_target > 0);
        t2.honest_projection.reason_code
    };
    assert_eq!(reason(600).as_deref(), Some("too_few_targets"));
    assert_eq!(reason(100), None);
}

#[test]
fn targets_that_copies_disagree_on_bound_what_leaked_samples_can_be_fitted() {
    let log = parse(PASTED.as_bytes()).unwrap();
    let (rows, twins) = stills(100, 40);
    let bounds = |difference: f64| {
        // A twin stands 100 rows further on, and its target differs by so much.
        let target =
            |i: u32| f64::from(i % 100 % 7) * 0.1 + f64::from(u8::from(i >= 100)) * difference;
        let targets = Targets::Numbers((0..500).map(|i| Some(target(i))).collect());
        let inputs = Inputs {
            rows: &rows,
            twins: &twins,
            targets: &targets,
            metric: Metric::SquaredError,
            ..settings(&log)
        };
        let bounds = explain(&inputs).unwrap().t1.unwrap().clean_loss_bounds;
        ["B1", "B2"].map(|set| {
            let bound = bounds.iter().find(|bound| bound.set == set).unwrap();
            bound.clean_loss.clone()
        })
    };
    let [free, floored] = bounds(0.1);
    // Half the squared difference, 0.005, times the leaked share of 0.4 over the clean share of
    // 0.6.
    let cut = free.hi.unwrap() - floored.hi.unwrap();
    assert!((cut - 0.005 * 0.4 / 0.6).abs() < 1e-9, "{cut}");
    assert_eq!(floored.lo, free.lo);
    let [_, above] = bounds(0.2);
    assert_eq!(above.status, Status::Contradicted);
}

/// What the verdict says, situation by situation: leaked of all validation samples, the log, the
/// targets. The snapshot is read aloud whenever it changes.
#[test]
fn no_verdict_is_absurd_or_false() {
    let text = |text: &str| Some(parse(text.as_bytes()).unwrap());
    let losses = |train: Option<&str>, validation: &str| {
        Some(declared(train, Some(validation), TrainLossKind::Unknown))
    };
    let none = || Targets::None;
    let numbers = || Targets::Numbers((0..500).map(|i| Some(f64::from(i % 7) * 0.1)).collect());
    let classes = |k: u32| Targets::Classes((0..500).map(|i| Some(i % k)).collect());
    type Situation<'a> = (&'a str, u32, u32, Option<TrainingLog>, Targets);
    #[rustfmt::skip]
    let situations: Vec<Situation> = vec![
        ("no leak", 100, 0, text(PASTED), none()),
        ("a third leaked", 100, 30, text(PASTED), none()),
        ("almost all leaked", 100, 99, text(PASTED), none()),
        ("all leaked", 100, 100, text(PASTED), none()),
        ("one epoch, one digit", 100, 30, text("Epoch 1/1\n9/9 [==] - loss: 0.5 - val_loss: 0.4"), none()),
        ("NaN in the end", 100, 30, text("Epoch 1/2\nloss: 0.50 - val_loss: 0.40\nEpoch 2/2\nloss: nan - val_loss: nan"), none()),
        ("validation above training", 100, 30, losses(Some("0.10"), "0.40"), none()),
        ("validation equal to training", 100, 30, losses(Some("0.40"), "0.40"), none()),
        ("validation alone", 100, 30, losses(None, "0.40"), none()),
        ("training alone", 100, 30, text("Epoch 1/1\n9/9 [==] - loss: 0.5"), none()),
        ("no log", 100, 30, None, none()),
        ("a loss of nothing", 100, 30, losses(None, "0.00"), none()),
        ("a huge loss", 100, 30, losses(None, "36798639.9"), none()),
        ("a tiny loss", 100, 30, losses(None, "1.2e-9"), none()),
        ("accuracy as a fraction", 100, 30, text("epoch,accuracy,val_accuracy\n0,0.9,0.941"), none()),
        ("accuracy in percent", 100, 30, text("train_loss 0.4 val_loss 0.3 val_acc 94.1"), none()),
        ("accuracy of two digits", 100, 30, text("Epoch 1 val_acc: 0.94"), none()),
        ("accuracy, no leak", 100, 0, text("Epoch 1 val_acc: 0.941"), none()),
        ("accuracy, all leaked", 100, 100, text("Epoch 1 val_acc: 0.941"), none()),
        ("accuracy that bounds nothing", 100, 60, text("Epoch 1 val_acc: 0.500"), none()),
        ("accuracy of many", 5000, 359, text("Epoch 1 val_acc: 0.941"), none()),
        ("everything right", 100, 30, text("Epoch 1 val_acc: 1.0"), none()),
        ("four samples", 4, 1, text("Epoch 1 val_acc: 0.75"), none()),
        ("one sample", 1, 1, losses(None, "0.5"), none()),
        ("two classes, guessing", 100, 30, losses(None, "0.69"), classes(2)),
        ("fifty classes", 100, 30, losses(None, "0.50"), classes(50)),
        ("a thousand classes", 100, 30, losses(None, "2.31"), Targets::Classes((0..500).map(|i| Some(i * 2)).collect())),
        ("worse than a constant", 100, 30, losses(None, "0.60"), numbers()),
        ("worse than a constant, no leak", 100, 0, losses(None, "0.60"), numbers()),
        ("equal to a constant", 100, 30, losses(Some("0.0410"), "0.0405"), numbers()),
        ("segmentation by dice", 100, 30, text("Epoch 1/1\n9/9 [==] - loss: -0.81 - val_loss: -0.83"), none()),
        ("mean average precision beside a loss", 100, 30, text("Epoch 1 train_loss: 0.50 val_loss: 0.40 mAP: 0.7"), none()),
    ];
    let mut told = String::new();
    let mut keep_verdict = |name: &str, explanation: &Explanation| {
        let verdict = &explanation.verdict;
        let sentences: Vec<&str> = verdict.says.iter().map(|said| &*said.text).collect();
        assert_eq!(verdict.line, sentences.join(" "), "{name}");
        assert!(sentences.iter().all(|text| text.ends_with('.')), "{name}");
        let jargon = ["f*", "B1", "T1", "exposed", "shadowed"];
        assert!(
            !jargon.iter().any(|word| verdict.line.contains(word)),
            "{name}"
        );
        told += &format!("{name}\n");
        for said in &verdict.says {
            let basis = serde_json::to_value(said.basis).unwrap();
            told += &format!("  {:9} {}\n", basis.as_str().unwrap(), said.text);
        }
    };
    for (name, n_val, n_leaked, log, targets) in &situations {
        let (rows, twins) = stills(*n_val, *n_leaked);
        let any = declared(None, None, TrainLossKind::Unknown);
        let log = log.as_ref();
        let base = settings(log.unwrap_or(&any));
        let explanation = explain(&Inputs {
            rows: &rows,
            twins: &twins,
            targets,
            log,
            ..base
        })
        .unwrap();
        // A validation loss alone is never compared with a training loss.
        if log.is_none_or(|log| log.epochs.iter().all(|epoch| epoch.train.is_none())) {
            let text = render(&explanation);
            assert!(!text.contains("below training"), "{name}");
            assert!(
                !explanation.verdict.line.contains("below the training"),
                "{name}"
            );
        }
        keep_verdict(name, &explanation);
    }
    let log = parse(PASTED.as_bytes()).unwrap();
    let film = drive(random);
    keep_verdict(
        "random frames of a drive",
        &explain(&film.inputs(&log)).unwrap(),
    );
    let without = Inputs {
        targets: &Targets::None,
        descriptors: None,
        ..film.inputs(&log)
    };
    keep_verdict("random frames, no targets", &explain(&without).unwrap());
    let seams = drive(|i| i / 100 % 5 == 4);
    keep_verdict(
        "short stretches of a drive",
        &explain(&seams.inputs(&log)).unwrap(),
    );
    let (rows, twins) = stills(100, 30);
    let (clean_rows, no_twins) = stills(100, 0);
    let still = |twins, unanswered, revisited| Inputs {
        rows: &rows,
        twins,
        unanswered,
        revisited,
        ..settings(&log)
    };
    let question: &[&str] = &["possible-group"];
    keep_verdict(
        "leaks, and a question left open",
        &explain(&still(&twins, question, 0)).unwrap(),
    );
    keep_verdict(
        "a question left open",
        &explain(&still(&no_twins, question, 0)).unwrap(),
    );
    keep_verdict("another pass", &explain(&still(&no_twins, &[], 7)).unwrap());
    let grouped: Vec<Row> = (0..500)
        .map(|i| Row {
            group: Some(i % 100 / 2),
            ..clean_rows[i as usize]
        })
        .collect();
    let of_groups = Inputs {
        rows: &grouped,
        ..settings(&log)
    };
    keep_verdict("shared patients", &explain(&of_groups).unwrap());
    let evaluated = Inputs {
        train_loss_evaluation: printed("0.0120"),
        ..still(&twins, &[], 0)
    };
    keep_verdict(
        "training loss in evaluation mode",
        &explain(&evaluated).unwrap(),
    );
    let of_auc = Inputs {
        metric: Metric::NotAMean,
        ..still(&twins, &[], 0)
    };
    keep_verdict("an area under a curve", &explain(&of_auc).unwrap());
    // Leaked images are always right, clean ones in three cases of four.
    let predictions: Vec<Option<Prediction>> = (0..500)
        .map(|i| {
            let right = i < 30 || i % 4 != 0;
            (i < 100).then_some(Prediction {
                predicted: None,
                loss: Some(f64::from(u8::from(!right))),
                right: Some(right),
            })
        })
        .collect();
    let classes = classes(10);
    let predicted = Inputs {
        log: None,
        targets: &classes,
        predictions: Some(&predictions),
        ..still(&twins, &[], 0)
    };
    let explanation = explain(&predicted).unwrap();
    let right = explanation.t3.as_ref().unwrap().accuracy.as_ref().unwrap();
    assert_eq!(
        (right.all.value, right.leaked.value),
        (Some(0.83), Some(1.0))
    );
    assert!((right.clean.value.unwrap() - 53.0 / 70.0).abs() < 1e-9);
    keep_verdict("predictions without a log", &explanation);
    keep("explanation", "verdicts", &told);
}

#[test]
fn no_evaluation_sample_means_no_explanation() {
    let log = parse(PASTED.as_bytes()).unwrap();
    let rows = vec![
        Row {
            evaluation: false,
            place: None,
            group: None
        };
        3
    ];
    assert!(
        explain(&Inputs {
            rows: &rows,
            ..settings(&log)
        })
        .is_none()
    );
    assert!(explain(&settings(&log)).is_none());
}

#[test]
fn explaining_twice_gives_the_same_bytes() {
    let log = parse(PASTED.as_bytes()).unwrap();
    let json = || serde_json::to_string(&explain(&drive(random).inputs(&log)).unwrap()).unwrap();
    let once = json();
    assert_eq!(once, json());
    let back: Explanation = serde_json::from_str(&once).unwrap();
    assert_eq!(back.verdict.word, Word::Projected);
}

/// Errors (%) of published networks on CIFAR before and after its test duplicates were replaced
/// (Barz and Denzler 2020, ciFAIR model tables), and the share of duplicates.
#[test]
fn the_bound_for_the_samples_at_hand_is_no_bound_on_new_data() {
    use splitleak::internals::explain::no_harm;
    let cifar10 = [
        (3.90, 4.20),
        (5.91, 6.43),
        (3.58, 4.00),
        (5.26, 5.77),
        (3.56, 3.95),
        (3.89, 4.25),
    ];
    let cifar100 = [
        (18.62, 21.02),
        (27.82, 31.34),
        (17.05, 19.38),
        (26.05, 29.25),
        (18.38, 20.84),
        (18.95, 21.48),
    ];
    let violated = |rows: &[(f64, f64)], f: f64| {
        rows.iter()
            .filter(|(before, after)| *after > no_harm(*before, f).1)
            .count()
    };
    assert_eq!(violated(&cifar10, 0.0325) + violated(&cifar100, 0.10), 12);
    let t1 = explain_stills(30, &parse(PASTED.as_bytes()).unwrap())
        .t1
        .unwrap();
    let b1 = t1
        .clean_loss_bounds
        .iter()
        .find(|bound| bound.set == "B1")
        .unwrap();
    assert!(
        b1.clean_loss
            .message
            .contains("not a bound on the loss on new data")
    );
}

#[test]
fn a_projection_needs_copying_learners_to_gain_a_tenth() {
    let log = parse(PASTED.as_bytes()).unwrap();
    let drive = drive(random);
    let explanation = explain(&drive.inputs(&log)).unwrap();
    let word_at = |low: f64| {
        let mut targets = explanation.t2.clone().unwrap();
        let exclusion = targets.exclusion.as_mut().unwrap();
        exclusion.ratio_five_nearest.lo = Some(low);
        let (t0, t1) = (&explanation.t0, explanation.t1.as_ref());
        verdict(Beside::default(), t0, t1, Some(&targets), None, None).word
    };
    assert_eq!(word_at(0.99), Word::Possible);
    assert_eq!(word_at(1.01), Word::Projected);
}
