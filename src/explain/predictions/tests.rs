use super::*;
use crate::explain::metrics::Answer;

fn matched(text: &str, paths: &[&str], targets: &Targets) -> Matched {
    match_to(
        &parse(text.as_bytes()).unwrap(),
        paths,
        &[],
        targets,
        Metric::Unknown,
    )
}

#[test]
fn csv_and_json_lines_give_the_same_losses() {
    let targets = Targets::Numbers(vec![Some(1.0), Some(2.0)]);
    let csv = matched(
        "path,y_true,y_pred\n./a.jpg,1,1.5\nsub\\b.jpg,2,2\n",
        &["a.jpg", "sub/b.jpg"],
        &targets,
    );
    let json = matched(
        "{\"path\": \"a.jpg\", \"y_true\": 1, \"y_pred\": 1.5}\n{\"path\": \"sub/b.jpg\", \"y_pred\": 2.0}\n",
        &["a.jpg", "sub/b.jpg"],
        &targets,
    );
    assert_eq!(csv, json);
    assert_eq!(csv.predictions[0].unwrap().loss, Some(0.25));
}

#[test]
fn lines_that_fit_no_sample_are_counted() {
    let found = matched(
        "path,loss\nx/a.jpg,0.5\nnowhere.jpg,1\n",
        &["val/a.jpg", "val/b.jpg"],
        &Targets::None,
    );
    assert_eq!(
        (found.n_matched, found.n_unmatched),
        (1, 1),
        "a unique file name is enough"
    );
    let ambiguous = matched(
        "path,loss\na.jpg,0.5\n",
        &["x/a.jpg", "y/a.jpg"],
        &Targets::None,
    );
    assert_eq!(ambiguous.n_matched, 0);
}

#[test]
fn probabilities_give_the_log_loss_and_class_names_the_error() {
    let classes = Targets::Classes(vec![Some(1)]);
    let found = matched("path,p_0,p_1\na,0.75,0.25\n", &["a"], &classes);
    assert!((found.predictions[0].unwrap().loss.unwrap() - 4f64.ln()).abs() < 1e-12);
    let names = matched("path,y_true,y_pred\na,cat,dog\n", &["a"], &classes);
    assert_eq!(names.predictions[0].unwrap().loss, Some(1.0));
}

fn array(descr: &str, shape: &str, data: &[u8]) -> Vec<u8> {
    let header = format!("{{'descr': '{descr}', 'fortran_order': False, 'shape': ({shape}), }}\n");
    [
        b"\x93NUMPY\x01\x00".as_slice(),
        &(header.len() as u16).to_le_bytes(),
        header.as_bytes(),
        data,
    ]
    .concat()
}

#[test]
fn an_array_follows_the_order_of_the_evaluation_samples() {
    let data: Vec<u8> = [1f32, 1.5, 2.0, 2.0]
        .iter()
        .flat_map(|v| v.to_le_bytes())
        .collect();
    let lines = parse(&array("<f4", "2, 2", &data)).unwrap();
    let found = match_to(
        &lines,
        &["t", "a", "b"],
        &[1, 2],
        &Targets::None,
        Metric::SquaredError,
    );
    assert_eq!(found.predictions[1].unwrap().loss, Some(0.25));
    assert_eq!(found.predictions[0], None);
}

#[test]
fn an_array_cut_anywhere_is_refused() {
    let data: Vec<u8> = [1f64, 2.0].iter().flat_map(|v| v.to_le_bytes()).collect();
    let whole = array("<f8", "2,", &data);
    for end in 6..whole.len() {
        assert!(parse(&whole[..end]).is_err(), "{end}");
    }
    assert!(parse(&array("<c16", "1,", &[])).is_err());
    assert!(parse(&array("<f8", "99999999999999999, 2", &data)).is_err());
}

#[test]
fn missing_columns_are_named() {
    assert_eq!(
        parse(b"a,b\n1,2\n"),
        Err(PredictionError::Columns {
            found: "a, b".to_owned()
        })
    );
    assert_eq!(parse(b""), Err(PredictionError::Empty));
    assert!(matches!(
        parse(b"{\"path\": 1}\n{broken"),
        Err(PredictionError::Line { line: 2, .. })
    ));
}

#[test]
fn the_output_of_a_sigmoid_is_a_probability_and_not_a_class() {
    let classes = Targets::Classes(vec![Some(0), Some(1)]);
    let text = "path,y_true,y_pred\na,1,0.75\nb,0,0.6\n";
    let found = matched(text, &["a", "b"], &classes);
    let rights = found.predictions.iter().map(|one| one.unwrap().right);
    assert_eq!(rights.collect::<Vec<_>>(), [Some(true), Some(false)]);
    let answer = |truth, score| Answer {
        truth,
        predicted: 1.0,
        score: Some(score),
    };
    let answers = [answer(1.0, 0.75), answer(0.0, 0.6)].map(Some);
    assert_eq!(found.answers.of, answers);
    // Whole numbers are classes, and numbers to regress are numbers.
    let whole = matched("path,y_true,y_pred\na,1,0\n", &["a"], &classes);
    assert_eq!(whole.answers.of[0].unwrap().score, None);
    let numbers = Targets::Numbers(vec![Some(0.0), Some(1.0)]);
    let found = matched(text, &["a", "b"], &numbers);
    assert_eq!(found.answers.of[0].unwrap().predicted, 0.75);
}

#[test]
fn classes_are_told_apart_as_they_are_written_and_numbers_by_their_value() {
    let text = "path,y_true,y_pred\na,2,2.0\nb,10,2\n";
    let found = matched(text, &["a", "b"], &Targets::None);
    let told: Vec<_> = found.answers.of.iter().flatten().collect();
    assert_eq!((told[0].truth, told[0].predicted), (0.0, 0.0));
    assert_eq!((told[1].truth, told[1].predicted), (1.0, 0.0));
    // The likeliest class may be one that nothing is of.
    let text = "path,y_true,p_0,p_1,p_2\na,0,0.1,0.2,0.7\nb,1,0.1,0.8,0.1\n";
    let found = matched(text, &["a", "b"], &Targets::None);
    let predicted: Vec<f64> = found
        .answers
        .of
        .iter()
        .flatten()
        .map(|one| one.predicted)
        .collect();
    assert_eq!(predicted, [2.0, 1.0]);
}

#[test]
fn measures_of_samples_are_kept_by_name() {
    let found = matched(
        "path,iou,Dice\na,0.5,0.6\nb,,0.2\n",
        &["a", "b"],
        &Targets::None,
    );
    assert_eq!(found.answers.measures["iou"], [Some(0.5), None]);
    assert_eq!(found.answers.measures["dice"], [Some(0.6), Some(0.2)]);
    let json = matched("{\"path\": \"a\", \"iou\": 0.5}\n", &["a"], &Targets::None);
    assert_eq!(json.answers.measures["iou"], [Some(0.5)]);
}
