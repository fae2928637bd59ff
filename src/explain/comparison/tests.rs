use super::super::exposure::Exposures;
use super::super::inputs::{Model, Prediction};
use super::super::metrics::Answers;
use super::super::predictions::LossKind;
use super::scores::By;
use super::*;
use crate::report::explanation::Exposure;

/// Compares two models by which of their samples they got right; the first `leaked` samples
/// leak, and every sample is a group.
fn compared(a: &[bool], b: &[bool], leaked: usize) -> Comparison {
    let of = |right: &[bool]| -> Vec<Option<Prediction>> {
        let one = |&right: &bool| Prediction {
            right: Some(right),
            ..Prediction::default()
        };
        right.iter().map(one).map(Some).collect()
    };
    let (a, b) = (of(a), of(b));
    let models = [("a", &a), ("b", &b)].map(|(name, predictions)| Model {
        name,
        predictions,
        answers: Answers::NONE,
        loss_kind: None,
    });
    let rows: Vec<u32> = (0..a.len() as u32).collect();
    let class = |&row: &u32| match (row as usize) < leaked {
        true => Exposure::Twin,
        false => Exposure::Clean,
    };
    let exposures = Exposures {
        class: rows.iter().map(class).collect(),
        lag: vec![None; rows.len()],
        rows: rows.clone(),
    };
    compare(&models, &exposures, &rows).unwrap()
}

fn runs(parts: &[(bool, usize)]) -> Vec<bool> {
    parts
        .iter()
        .flat_map(|&(right, n)| vec![right; n])
        .collect()
}

#[test]
fn a_model_that_is_best_by_its_leaks_alone_is_not_best() {
    let copies = runs(&[(true, 100), (false, 50), (true, 50)]);
    let honest = runs(&[(false, 60), (true, 40), (true, 90), (false, 10)]);
    let of = compared(&copies, &honest, 100);
    assert_eq!(
        (&*of.best_on_all, of.best_on_clean.as_deref()),
        ("a", Some("b"))
    );
    assert!((of.difference.unwrap().value.unwrap() - 0.4).abs() < 1e-12);
    assert_eq!(
        of.line,
        "Leakage changes which model is best: on all 200 it is `a` (75.0 %), on the 100 not known to leak `b` (90.0 % against 50.0 %; difference 40.0 points, 95 % interval 26.5 to 53.5)."
    );
}

#[test]
fn a_difference_that_may_be_chance_is_told_as_such() {
    let a = runs(&[(true, 100), (false, 50), (true, 50)]);
    let b = runs(&[(false, 100), (false, 49), (true, 51)]);
    let of = compared(&a, &b, 100);
    assert!(
        of.line.contains("is not known") && of.line.contains("may be chance"),
        "{}",
        of.line
    );
}

#[test]
fn the_same_model_may_be_best_on_both() {
    let a = runs(&[(true, 100), (true, 90), (false, 10)]);
    let b = runs(&[(false, 100), (false, 50), (true, 50)]);
    let of = compared(&a, &b, 100);
    assert!(
        of.line.starts_with("Leakage does not change"),
        "{}",
        of.line
    );
    let near = compared(&a, &runs(&[(false, 100), (true, 89), (false, 11)]), 100);
    assert!(near.line.contains("by what may be chance"), "{}", near.line);
}

#[test]
fn without_clean_or_leaked_samples_little_is_said() {
    let (a, b) = (runs(&[(true, 10)]), runs(&[(false, 10)]));
    assert!(compared(&a, &b, 10).line.contains("cannot be said"));
    assert!(compared(&a, &b, 0).line.starts_with("None of the 10"));
}

/// Predictions that are right or not, with a loss or without.
fn predictions(right: Option<bool>, loss: Option<f64>) -> Vec<Option<Prediction>> {
    let one = Prediction {
        right,
        loss,
        predicted: None,
    };
    vec![Some(one); 4]
}

fn model<'a>(
    name: &'a str,
    predictions: &'a [Option<Prediction>],
    loss_kind: Option<LossKind>,
) -> Model<'a> {
    Model {
        name,
        predictions,
        answers: Answers::NONE,
        loss_kind,
    }
}

#[test]
fn models_are_compared_only_by_what_all_of_them_have() {
    let wrong = predictions(Some(true), Some(0.0));
    let given = predictions(None, Some(1.9));
    let both = predictions(Some(false), Some(1.7));
    let rows = [0, 1, 2, 3];
    let memo = model("memo", &wrong, Some(LossKind::Wrong));
    let loss = model("loss", &given, Some(LossKind::Given));
    let two = model("two", &both, Some(LossKind::Given));
    assert_eq!(in_common(&[memo, two], &rows), Ok(By::Accuracy));
    assert_eq!(in_common(&[loss, two], &rows), Ok(By::Loss));
    let refused = in_common(&[memo, loss], &rows).unwrap_err();
    assert!(
        refused.contains("`memo` has right or wrong classes, `loss` has a given loss"),
        "{refused}"
    );
    let nothing = predictions(None, None);
    let refused = in_common(&[loss, model("none", &nothing, None)], &rows).unwrap_err();
    assert!(
        refused.contains("`none` has neither answers nor losses"),
        "{refused}"
    );
    let mut first = wrong.clone();
    first[1..].fill(None);
    let mut last = wrong.clone();
    last[..3].fill(None);
    let apart = [model("a", &first, None), model("b", &last, None)];
    assert!(in_common(&apart, &rows).is_err());
}

#[test]
fn a_sample_without_an_answer_does_not_change_the_measure() {
    let mut one = predictions(Some(true), Some(0.0));
    one[2] = Some(Prediction::default());
    let other = predictions(Some(false), Some(1.0));
    let models = [
        model("a", &one, Some(LossKind::Wrong)),
        model("b", &other, Some(LossKind::LogLoss)),
    ];
    assert_eq!(in_common(&models, &[0, 1, 2, 3]), Ok(By::Accuracy));
}

#[test]
fn equal_models_are_not_before_each_other() {
    let one = runs(&[(true, 60), (false, 40)]);
    let of = compared(&one, &one, 20);
    assert!(of.line.contains("cannot be told apart"), "{}", of.line);
}

#[test]
fn models_are_compared_by_a_measure_that_all_have_or_by_boxes() {
    let none = predictions(None, None);
    let of = |names: &[&'static str]| Answers {
        measures: names
            .iter()
            .map(|&name| (name, vec![Some(0.5); 4]))
            .collect(),
        ..Answers::default()
    };
    let with = |name, answers| Model {
        answers,
        ..model(name, &none, None)
    };
    let (iou, both, dice) = (of(&["iou"]), of(&["dice", "iou"]), of(&["dice"]));
    let rows = [0, 1, 2, 3];
    let models = [with("a", &iou), with("b", &both)];
    assert_eq!(in_common(&models, &rows), Ok(By::Sample("iou")));
    let refused = in_common(&[with("a", &iou), with("c", &dice)], &rows).unwrap_err();
    assert!(refused.contains("`a` has IoU, `c` has Dice"), "{refused}");
}

#[test]
fn of_an_error_rate_of_texts_the_lower_is_the_better() {
    let none = predictions(None, None);
    let of = |value: f64| Answers {
        measures: [("cer", vec![Some(value); 4])].into(),
        ..Answers::default()
    };
    let (good, bad) = (of(0.1), of(0.3));
    let models = [("bad", &bad), ("good", &good)].map(|(name, answers)| Model {
        answers,
        ..model(name, &none, None)
    });
    let exposures = Exposures {
        rows: vec![0, 1, 2, 3],
        class: vec![
            Exposure::Twin,
            Exposure::Twin,
            Exposure::Clean,
            Exposure::Clean,
        ],
        lag: vec![None; 4],
    };
    let of = compare(&models, &exposures, &[0, 1, 2, 3]).unwrap();
    assert_eq!(
        (&*of.best_on_all, of.named.as_deref()),
        ("good", Some("cer"))
    );
    assert!((of.difference.unwrap().value.unwrap() - 0.2).abs() < 1e-12);
    assert!((of.models[0].all.value.unwrap() - 0.3).abs() < 1e-12);
}
