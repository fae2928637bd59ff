use super::*;
use crate::explain::metrics::Answer;

fn matched(text: &str, paths: &[&str], targets: &Targets) -> Matched {
    match_to(
        &parse(text.as_bytes()).unwrap(),
        paths,
        &[],
        targets,
        &[],
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
        &[],
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

/// Classes of a dataset of two.
const CAT_AND_DOG: [ClassName<'static>; 2] = [("cat", Some(0)), ("dog", Some(1))];

/// Predictions for `a`, `b`, .. of cats and dogs, all of them evaluated.
fn of_pets(text: &str, classes: &[u32]) -> Matched {
    let paths = &["a", "b", "c", "d", "e"][..classes.len()];
    let rows: Vec<u32> = (0..classes.len() as u32).collect();
    let targets = Targets::Classes(classes.iter().copied().map(Some).collect());
    let lines = parse(text.as_bytes()).unwrap();
    match_to(
        &lines,
        paths,
        &rows,
        &targets,
        &CAT_AND_DOG,
        Metric::Unknown,
    )
}

fn rights(of: &Matched) -> Vec<Option<bool>> {
    let one = |one: &Option<Prediction>| one.and_then(|one| one.right);
    of.predictions.iter().map(one).collect()
}

fn losses(of: &Matched) -> Vec<Option<f64>> {
    let one = |one: &Option<Prediction>| one.and_then(|one| one.loss);
    of.predictions.iter().map(one).collect()
}

/// Whether the answers, of which F1 is made, say what accuracy says.
fn answers_agree(of: &Matched) -> bool {
    let answered = of.answers.of.iter();
    let right = answered.map(|one| one.map(|one| one.truth == one.predicted));
    right.collect::<Vec<_>>() == rights(of)
}

#[test]
fn one_probability_is_that_of_the_second_of_two_classes() {
    let whole = of_pets(
        "path,y_true,p_0,p_1\na,0,0.25,0.75\nb,1,0.25,0.75\n",
        &[0, 1],
    );
    for text in [
        "path,y_true,p_1\na,0,0.75\nb,1,0.75\n",
        "path,y_true,prob_0\na,0,0.25\nb,1,0.25\n",
        "{\"path\":\"a\",\"y_true\":0,\"probs\":[0.75]}\n{\"path\":\"b\",\"y_true\":1,\"probs\":0.75}\n",
    ] {
        assert_eq!(of_pets(text, &[0, 1]), whole, "{text}");
    }
    assert_eq!(rights(&whole), [Some(false), Some(true)]);
    // Which classes these are is not told.
    for columns in ["p_2", "p_1,p_2", "p_0,p_2"] {
        let text = format!("path,{columns}\na,0.5,0.5\n");
        let refused = parse(text.as_bytes()).unwrap_err().to_string();
        assert!(refused.contains("in order of the classes"), "{refused}");
    }
}

#[test]
fn names_of_classes_are_matched_with_columns_for_every_metric_alike() {
    let found = of_pets(
        "path,y_true,p_0,p_1\na,dog,0.25,0.75\nb,cat,0.25,0.75\nc,Dog,0.1,0.9\n",
        &[1, 0, 1],
    );
    assert_eq!(rights(&found), [Some(true), Some(false), Some(true)]);
    assert!(answers_agree(&found));
    assert!((losses(&found)[0].unwrap() + 0.75f64.ln()).abs() < 1e-12);
    assert!(found.notes.is_empty(), "{:?}", found.notes);
    // Numbers on one side, names on the other.
    let mixed = of_pets("path,y_true,y_pred\na,dog,1\nb,cat,1\n", &[1, 0]);
    assert_eq!(rights(&mixed), [Some(true), Some(false)]);
    assert!(answers_agree(&mixed));
    // How columns that are not as many as the classes belong to them is not known.
    let other = of_pets("path,y_true,p_0,p_1,p_2\na,dog,0.2,0.3,0.5\n", &[1]);
    assert_eq!((rights(&other)[0], losses(&other)[0]), (None, None));
}

#[test]
fn the_name_of_a_class_is_right_or_wrong_without_a_truth_beside_it() {
    let found = of_pets("path,y_pred\na,dog\nb,Cat\nc,bird\n", &[1, 1, 0]);
    assert_eq!(rights(&found), [Some(true), Some(false), None]);
    assert_eq!(losses(&found), [Some(0.0), Some(1.0), None]);
    assert!(answers_agree(&found));
    assert_eq!(found.notes.len(), 1);
    assert!(
        found.notes[0].starts_with("1 prediction names a class"),
        "{:?}",
        found.notes
    );
}

#[test]
fn what_is_no_number_is_neither_right_nor_wrong_and_is_told() {
    for text in [
        "path,y_true,p_0,p_1\na,cat,nan,nan\nb,dog,0.25,0.75\n",
        "path,y_true,p_0,p_1\na,cat,,0.5\nb,dog,0.25,0.75\n",
        "path,y_true,p_1\na,cat,-3.2\nb,dog,0.75\n",
        "path,y_true,y_pred\na,0,nan\nb,1,0.75\n",
        "path,y_true,y_pred\na,nan,nan\nb,dog,dog\n",
    ] {
        let found = of_pets(text, &[0, 1]);
        assert_eq!(rights(&found), [None, Some(true)], "{text}");
        assert_eq!(losses(&found)[0], None, "{text}");
        assert!(answers_agree(&found));
        assert!(
            found.notes[0].starts_with("1 prediction holds NaN"),
            "{:?}",
            found.notes
        );
    }
    let targets = Targets::Numbers(vec![Some(1.0)]);
    let found = matched("path,y_pred\na,inf\n", &["a"], &targets);
    assert_eq!((losses(&found)[0], found.notes.len()), (None, 1));
}

#[test]
fn what_is_no_probability_has_no_loss_and_is_told() {
    let logits = of_pets(
        "path,y_true,p_0,p_1\na,cat,4.0,-1.5\nb,dog,-2,-3\n",
        &[0, 1],
    );
    assert_eq!(losses(&logits), [None, None]);
    assert_eq!(rights(&logits), [Some(true), Some(false)]);
    assert!(logits.notes[0].starts_with("2 predictions have probabilities below 0"));
    let sum = of_pets(
        "path,y_true,p_0,p_1\na,cat,0.9,0.9\nb,dog,0.333,0.666\n",
        &[0, 1],
    );
    assert_eq!(losses(&sum).iter().flatten().count(), 1);
    assert_eq!(sum.notes.len(), 1, "rounding is no fault: {:?}", sum.notes);
}

#[test]
fn losses_that_are_none_are_left_out_and_told() {
    let found = of_pets("path,loss\na,-1\nb,inf\nc,abc\nd,0.5\n", &[0, 1, 0, 1]);
    assert_eq!(losses(&found), [None, None, None, Some(0.5)]);
    assert!(found.notes[0].starts_with("3 predictions have a loss that is negative"));
    // Nor does another kind of loss take their place.
    let mixed = of_pets(
        "path,y_true,y_pred,loss\na,cat,dog,inf\nb,dog,dog,0.5\n",
        &[0, 1],
    );
    assert_eq!(losses(&mixed), [None, Some(0.5)]);
}

#[test]
fn true_values_that_contradict_the_dataset_are_told() {
    let found = of_pets("path,y_true,y_pred\na,dog,dog\nb,dog,dog\n", &[0, 1]);
    assert!(found.notes[0].starts_with("1 prediction has another true value"));
    assert_eq!(
        rights(&found),
        [Some(true), Some(true)],
        "the stated truth counts"
    );
    // Classes may be numbered otherwise, as long as each number is one class.
    let numbered = of_pets(
        "path,y_true,y_pred\na,7,7\nb,7,7\nc,3,7\nd,3,3\n",
        &[0, 0, 1, 1],
    );
    assert!(numbered.notes.is_empty(), "{:?}", numbered.notes);
    let one_other = of_pets("path,y_true,y_pred\na,7,7\nb,7,7\nc,3,7\n", &[0, 0, 0]);
    assert_eq!(one_other.notes.len(), 0, "3 may be a finer class");
    let text = "path,y_true,y_pred\na,7,7\nb,7,7\nc,3,3\nd,3,3\ne,7,7\n";
    let one_wrong = of_pets(text, &[0, 0, 1, 1, 1]);
    assert!(one_wrong.notes[0].starts_with("1 prediction has another true value"));
    let degrees = Targets::Numbers(vec![Some(0.5), Some(0.12341)]);
    let text = "path,y_true,y_pred\na,28.6,27\nb,0.123,0.1\n";
    let found = matched(text, &["a", "b"], &degrees);
    assert_eq!(found.notes.len(), 1);
    assert!(
        found.notes[0].starts_with("1 prediction has"),
        "rounding is no other value"
    );
}

#[test]
fn rows_that_contradict_each_other_do_not_count_and_rows_that_lack_are_told() {
    let text = "path,y_true,y_pred\na,cat,cat\na,cat,dog\nb,dog,dog\nb,dog,dog\nc,cat,\n";
    let found = of_pets(text, &[0, 1, 0, 1]);
    assert_eq!(rights(&found), [None, Some(true), None, None]);
    let notes = found.notes.join("\n");
    assert!(
        notes.contains("2 of 4 evaluation samples have no prediction"),
        "{notes}"
    );
    assert!(
        notes.contains("1 sample has several predictions that differ"),
        "{notes}"
    );
    assert_eq!(found.notes.len(), 2, "{notes}");
}

#[test]
fn losses_of_several_kinds_are_of_no_kind() {
    let kind = |text: &str| of_pets(text, &[0, 1]).loss_kind;
    assert_eq!(kind("path,loss\na,0.1\nb,0.2\n"), Some(LossKind::Given));
    assert_eq!(
        kind("path,y_true,y_pred\na,cat,cat\n"),
        Some(LossKind::Wrong)
    );
    assert_eq!(
        kind("path,y_true,p_1\na,cat,0.2\n"),
        Some(LossKind::LogLoss)
    );
    assert_eq!(
        kind("path,y_true,y_pred,loss\na,cat,cat,\nb,dog,dog,0.4\n"),
        None
    );
}

fn read(text: &str) -> Vec<Line> {
    parse(text.as_bytes()).unwrap_or_else(|error| panic!("{text}\n{error}"))
}

#[test]
fn tables_are_parted_by_what_their_header_has_most_of() {
    let plain = read("path,y_true,p_0,p_1\na.png,0,0.75,0.25\n");
    assert_eq!(read("path;y_true;p_0;p_1\na.png;0;0,75;0,25\n"), plain);
    assert_eq!(
        read("path\ty_true\tp_0\tp_1\na.png\t0\t0.75\t0.25\n"),
        plain
    );
    let comma = read("path,y_pred\n\"a,b.png\",cat\n");
    assert_eq!(comma[0].path.as_deref(), Some("a,b.png"));
}

#[test]
fn json_is_read_by_row_by_column_and_by_path() {
    let lines = read(
        "{\"path\": \"a.png\", \"y_pred\": \"cat\"}\n{\"path\": \"b.png\", \"y_pred\": \"dog\"}",
    );
    for text in [
        r#"[{"path": "a.png", "y_pred": "cat"}, {"path": "b.png", "y_pred": "dog"}]"#,
        r#"{"path": ["a.png", "b.png"], "y_pred": ["cat", "dog"]}"#,
        r#"{"path": {"0": "a.png", "1": "b.png"}, "y_pred": {"0": "cat", "1": "dog"}}"#,
        r#"{"a.png": "cat", "b.png": "dog"}"#,
    ] {
        assert_eq!(read(text), lines, "{text}");
    }
    assert_eq!(read(r#"{"path": "a.png", "y_pred": "cat"}"#), lines[..1]);
    assert_eq!(
        read("{\n\"path\": \"a.png\",\n\"y_pred\": \"cat\"}"),
        lines[..1]
    );
    assert_eq!(read(r#"{"y_pred": 1, "y_true": 0}"#)[0].path, None);
    assert!(parse(b"[1, 2]").is_err());
}

#[test]
fn a_column_that_says_right_or_wrong_is_read() {
    let lines = read("path,correct\na.png,True\nb.png,0\nc.png,maybe\n");
    let right: Vec<Option<bool>> = lines.iter().map(|line| line.right).collect();
    assert_eq!(right, [Some(true), Some(false), None]);
}

#[test]
fn what_cannot_be_read_is_told_in_a_line() {
    let wide: Vec<String> = (0..50_000).map(|n| format!("column_{n}")).collect();
    let error = parse(wide.join(",").as_bytes()).unwrap_err().to_string();
    assert!(
        error.len() < 500 && error.contains("50000 in all"),
        "{error}"
    );
    for (bytes, what) in [(&b"PK\x03\x04xx"[..], ".npz"), (b"PAR1xx", "Parquet")] {
        let error = parse(bytes).unwrap_err().to_string();
        assert!(error.contains(what) && error.contains("CSV"), "{error}");
    }
}

fn npy(kind: &str, columns: usize, values: &[f64]) -> Vec<u8> {
    let bytes = values.iter().flat_map(|value| match kind {
        "<i8" => (*value as i64).to_le_bytes(),
        _ => value.to_le_bytes(),
    });
    let shape = format!("{}, {columns}", values.len() / columns);
    array(kind, &shape, &bytes.collect::<Vec<u8>>())
}

#[test]
fn rows_of_an_array_that_add_up_to_1_are_probabilities() {
    let probabilities = parse(&npy("<f8", 2, &[1.0, 0.0, 0.25, 0.75])).unwrap();
    assert_eq!(probabilities[1].probabilities, [0.25, 0.75]);
    let one_hot = parse(&npy("<i8", 2, &[1.0, 0.0, 0.0, 1.0])).unwrap();
    assert_eq!(one_hot[0].probabilities, [1.0, 0.0]);
    let three = parse(&npy("<f8", 3, &[0.5, 0.25, 0.25])).unwrap();
    assert_eq!(three[0].probabilities.len(), 3);
    for (kind, values) in [("<f8", [1.0, 1.0, 0.0, 1.0]), ("<i8", [1.0, 0.0, 1.0, 1.0])] {
        let pairs = parse(&npy(kind, 2, &values)).unwrap();
        assert_eq!(pairs[0].truth.as_deref(), Some("1"), "{kind}");
    }
    let logits = parse(&npy("<f8", 3, &[2.0, -1.0, 0.5])).unwrap_err();
    assert!(
        logits.to_string().contains("do not add up to 1"),
        "{logits}"
    );
}
