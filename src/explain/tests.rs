//! What the explanation says of still images, half of which leak.

use super::exposure::tests::bare;
use super::inputs::{Inputs, Metric, Prediction, Row, SecondRun, Setting, Twin};
use super::training_log::{TrainLossKind, TrainingLog, declared, parse, printed};
use super::{Explanation, explain};
use crate::report::explanation::Status;

const IMAGES: u32 = 20;

/// The first ten of twenty validation images have a twin in training.
fn half_leaked() -> (Vec<Row>, Vec<Twin>) {
    let row = |i| Row {
        evaluation: i < IMAGES,
        place: None,
        group: None,
    };
    let twin = |i| Twin {
        a: i,
        b: IMAGES + i,
        setting: Setting::Strict,
        exact: true,
    };
    (
        (0..3 * IMAGES).map(row).collect(),
        (0..IMAGES / 2).map(twin).collect(),
    )
}

fn explained(with: impl FnOnce(Inputs<'_>) -> Option<Explanation>) -> Explanation {
    let (rows, twins) = half_leaked();
    with(bare(&rows, &twins)).unwrap()
}

fn of_log(log: &TrainingLog) -> Explanation {
    explained(|inputs| {
        explain(&Inputs {
            log: Some(log),
            ..inputs
        })
    })
}

fn typed(train: &str, validation: &str) -> TrainingLog {
    declared(Some(train), Some(validation), TrainLossKind::Unknown)
}

/// All leaked images right, and so many of the ten clean ones.
fn predictions(clean_right: u32) -> Vec<Option<Prediction>> {
    let one = |i: u32| {
        (i < IMAGES).then(|| Prediction {
            predicted: None,
            loss: None,
            right: Some(i < IMAGES / 2 + clean_right),
        })
    };
    (0..3 * IMAGES).map(one).collect()
}

#[test]
fn a_bound_that_is_told_is_no_lower_than_the_one_computed() {
    let log = typed("0.5", "0.3");
    let said = of_log(&log).verdict.line;
    // (0.3 + 0.05) / (1 - 0.5)
    assert!(said.contains("the loss is at most 0.7,"), "{said}");
    let log = typed("0.5", "0.33");
    let said = of_log(&log).verdict.line;
    assert!(said.contains("the loss is at most 0.67,"), "{said}");
}

#[test]
fn a_training_loss_in_evaluation_mode_sharpens_the_bound_or_acquits_leakage() {
    let log = typed("0.5", "0.3");
    let with = |measured: &str| {
        explained(|inputs| {
            explain(&Inputs {
                log: Some(&log),
                train_loss_evaluation: printed(measured),
                ..inputs
            })
        })
        .verdict
        .line
    };
    let worse = with("0.6");
    assert!(
        worse.contains("Leakage is not what makes 0.3 low"),
        "{worse}"
    );
    assert!(!worse.contains("may be too good"), "{worse}");
    let sharper = with("0.25");
    assert!(
        sharper.contains("neither worse nor better than training"),
        "{sharper}"
    );
    assert!(of_log(&log).verdict.line.contains("may be too good"));
}

#[test]
fn no_share_is_bounded_above_one() {
    let log = typed("0.8", "0.9");
    let t1 = explained(|inputs| {
        explain(&Inputs {
            log: Some(&log),
            metric: Metric::ErrorRate,
            ..inputs
        })
    })
    .t1
    .unwrap();
    let highest = t1.clean_loss_bounds.iter().filter_map(|b| b.clean_loss.hi);
    assert!(highest.fold(0.0, f64::max) <= 1.0);
    let loss = of_log(&log).t1.unwrap();
    let highest = loss
        .clean_loss_bounds
        .iter()
        .filter_map(|b| b.clean_loss.hi);
    assert!(highest.fold(0.0, f64::max) > 1.0);
}

#[test]
fn a_training_loss_of_nothing_is_a_training_loss() {
    let t1 = of_log(&typed("0", "0")).t1.unwrap();
    assert_eq!(t1.training_loss.value, Some(0.0));
    assert_eq!(t1.validation_loss.hi.unwrap_or(0.0), 0.0);
    let without = of_log(&declared(None, Some("0.3"), TrainLossKind::Unknown));
    assert_eq!(without.t1.unwrap().training_loss.value, None);
}

#[test]
fn predictions_that_tell_the_clean_images_come_before_a_refusal() {
    let said = |of: &[Option<Prediction>]| {
        explained(|inputs| {
            explain(&Inputs {
                predictions: Some(of),
                ..inputs
            })
        })
        .verdict
        .line
    };
    let mut own = predictions(4);
    own[0] = None;
    let told = said(&own);
    assert!(told.contains("the predictions are right in 40"), "{told}");
    assert!(!told.contains("cannot be said"), "{told}");
    let none: Vec<Option<Prediction>> = vec![None; own.len()];
    assert!(said(&none).contains("cannot be said"));
}

#[test]
fn an_accuracy_of_another_model_is_not_told_beside_predictions() {
    let told = |log: &str| {
        let (log, own) = (parse(log.as_bytes()).unwrap(), predictions(4));
        explained(|inputs| {
            explain(&Inputs {
                log: Some(&log),
                predictions: Some(&own),
                ..inputs
            })
        })
    };
    let other = told("epoch,accuracy,val_accuracy\n1,0.93,0.9\n");
    assert!(
        other
            .warnings
            .iter()
            .any(|w| w.contains("not of one model"))
    );
    assert!(
        !other.verdict.line.contains("90 %"),
        "{}",
        other.verdict.line
    );
    let same = told("epoch,accuracy,val_accuracy\n1,0.93,0.7\n");
    assert!(
        same.warnings
            .iter()
            .all(|w| !w.contains("not of one model"))
    );
}

#[test]
fn losses_of_two_kinds_have_no_ratio() {
    let first = typed("0.5", "0.4");
    let status = |second: &str| {
        let second = parse(second.as_bytes()).unwrap();
        explained(|inputs| {
            explain(&Inputs {
                log: Some(&first),
                second_run: Some(SecondRun {
                    log: Some(&second),
                    predictions: None,
                }),
                ..inputs
            })
        })
        .t4
        .unwrap()
        .ratio_of_logs
        .status
    };
    assert_eq!(status("train_loss: 0.9 val_loss: 0.8"), Status::Ok);
    let dice = "train_dice_loss: 0.9 val_dice_loss: 0.8";
    assert_eq!(status(dice), Status::NotApplicable);
}
