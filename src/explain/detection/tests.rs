use proptest::prelude::*;

use super::*;
use crate::explain::predictions::{Line, parse};

fn guess(class: u32, corner: [f64; 4], score: f64) -> Guess {
    Guess {
        class,
        corner,
        score,
    }
}

fn truth(class: u32, corner: [f64; 4], crowd: bool) -> TrueBox {
    TrueBox {
        class,
        corner,
        is_fraction: false,
        crowd,
    }
}

const BOX: [f64; 4] = [0.0, 0.0, 10.0, 10.0];
/// Overlaps `BOX` by 0.6.
const NEAR: [f64; 4] = [0.0, 0.0, 10.0, 6.0];
const FAR: [f64; 4] = [50.0, 50.0, 10.0, 10.0];

fn both(detected: &Detected, images: &[u32]) -> [Option<f64>; 2] {
    Measure::ALL.map(|measure| detected.mean_precision(images, measure))
}

#[test]
fn the_precision_is_that_of_the_hand_computed_case() {
    // Two boxes of a class on two images. Surest first: right, wrong, right (but above an overlap
    // of 0.6). Precisions 1, 1/2, 2/3 at recalls 1/2, 1/2, 1: of the 101 recalls 51 have 1, 50 2/3.
    let detected = Detected::new(
        [
            (
                0,
                vec![guess(0, BOX, 0.9), guess(0, FAR, 0.8)],
                vec![truth(0, BOX, false)],
            ),
            (1, vec![guess(0, NEAR, 0.7)], vec![truth(0, BOX, false)]),
        ]
        .into_iter(),
    );
    let found_both = (51.0 + 50.0 * 2.0 / 3.0) / 101.0;
    // At 0.5, 0.55 and 0.6 as above; at seven more only the first is right: 51 recalls of 101.
    let mean = (3.0 * found_both + 7.0 * 51.0 / 101.0) / 10.0;
    let [half, all] = both(&detected, &[0, 1]).map(Option::unwrap);
    assert!(
        (half - found_both).abs() < 1e-12 && (all - mean).abs() < 1e-12,
        "{half} {all}"
    );
    // On the second image alone.
    let [half, all] = both(&detected, &[1]).map(Option::unwrap);
    assert!(
        (half - 1.0).abs() < 1e-12 && (all - 0.3).abs() < 1e-12,
        "{half} {all}"
    );
    assert_eq!(both(&detected, &[7]), [None, None]);
}

#[test]
fn classes_that_the_images_do_not_show_are_no_part_of_the_mean() {
    let detected = Detected::new(
        [
            (
                0,
                vec![guess(0, BOX, 0.9), guess(1, BOX, 0.9)],
                vec![truth(0, BOX, false)],
            ),
            (1, vec![], vec![truth(2, BOX, false)]),
        ]
        .into_iter(),
    );
    let half = |images: &[u32]| detected.mean_precision(images, Measure::AtHalf).unwrap();
    assert!((half(&[0]) - 1.0).abs() < 1e-12);
    assert!(
        (half(&[0, 1]) - 0.5).abs() < 1e-12,
        "no detection is none found"
    );
}

#[test]
fn what_overlaps_a_crowd_counts_neither_way() {
    let of = |crowd: bool| {
        let drawn = vec![truth(0, BOX, false), truth(0, FAR, crowd)];
        let small = [52.0, 52.0, 2.0, 2.0];
        let found = vec![
            guess(0, small, 0.9),
            guess(0, small, 0.8),
            guess(0, BOX, 0.7),
        ];
        let detected = Detected::new(std::iter::once((0, found, drawn)));
        detected.mean_precision(&[0], Measure::AtHalf).unwrap()
    };
    assert!(
        (of(true) - 1.0).abs() < 1e-12,
        "both are inside of the crowd"
    );
    assert!((of(false) - 51.0 / 3.0 / 101.0).abs() < 1e-12);
}

#[test]
fn of_one_class_the_hundred_surest_boxes_of_an_image_count() {
    let of = |wrong: usize| {
        let mut found = vec![guess(0, FAR, 0.9); wrong];
        found.push(guess(0, BOX, 0.5));
        let detected = Detected::new(std::iter::once((0, found, vec![truth(0, BOX, false)])));
        detected.mean_precision(&[0], Measure::AtHalf).unwrap()
    };
    assert!((of(99) - 0.01).abs() < 1e-12);
    assert_eq!(of(100), 0.0);
}

/// `evaluateImg`, `accumulate` and `summarize` as they are written in the paper's evaluation: each
/// overlap anew, all boxes in arrays, precisions from right to left.
fn naive(images: &[(Vec<Guess>, Vec<TrueBox>)], overlaps: &[f64]) -> Option<f64> {
    let classes: std::collections::BTreeSet<u32> = images
        .iter()
        .flat_map(|(_, drawn)| drawn.iter().map(|one| one.class))
        .collect();
    let mut all = Vec::new();
    for class in classes {
        for &least in overlaps {
            let (mut shown, mut ranked) = (0, Vec::new());
            for (found, drawn) in images {
                let mut found: Vec<&Guess> =
                    found.iter().filter(|one| one.class == class).collect();
                found.sort_by(|a, b| b.score.partial_cmp(&a.score).unwrap());
                found.truncate(100);
                let of = |crowd: bool| {
                    drawn
                        .iter()
                        .filter(move |one| one.class == class && one.crowd == crowd)
                };
                let drawn: Vec<&TrueBox> = of(false).chain(of(true)).collect();
                shown += of(false).count();
                let mut taken = vec![false; drawn.len()];
                for one in found {
                    let mut at_least = least.min(1.0 - 1e-10);
                    let mut best: Option<usize> = None;
                    for (at, other) in drawn.iter().enumerate() {
                        let own = best.is_some_and(|best| !drawn[best].crowd);
                        if (taken[at] && !other.crowd) || (own && other.crowd) {
                            continue;
                        }
                        let area = |b: [f64; 4]| b[2] * b[3];
                        let side = |at: usize| {
                            let (a, b) = (one.corner, other.corner);
                            ((a[at] + a[at + 2]).min(b[at] + b[at + 2]) - a[at].max(b[at])).max(0.0)
                        };
                        let shared = side(0) * side(1);
                        let whole = match other.crowd {
                            true => area(one.corner),
                            false => area(one.corner) + area(other.corner) - shared,
                        };
                        if shared > 0.0 && shared / whole >= at_least {
                            (at_least, best) = (shared / whole, Some(at));
                        }
                    }
                    if let Some(best) = best {
                        taken[best] = true;
                    }
                    if best.is_none_or(|best| !drawn[best].crowd) {
                        ranked.push((one.score, best.is_some()));
                    }
                }
            }
            if shown == 0 {
                continue;
            }
            ranked.sort_by(|a, b| b.0.partial_cmp(&a.0).unwrap());
            let mut curve = Vec::new();
            let mut right = 0;
            for (at, (_, is_right)) in ranked.iter().enumerate() {
                right += usize::from(*is_right);
                let precision = right as f64 / (at as f64 + 1.0 + f64::EPSILON);
                curve.push((right as f64 / shown as f64, precision));
            }
            for recall in 0..101 {
                let reached = curve.iter().filter(|point| point.0 >= recall as f64 * 0.01);
                all.push(reached.map(|point| point.1).fold(0.0, f64::max));
            }
        }
    }
    (!all.is_empty()).then(|| all.iter().sum::<f64>() / all.len() as f64)
}

prop_compose! {
    fn corner()(x in 0u8..12, y in 0u8..12, width in 1u8..8, height in 1u8..8) -> [f64; 4] {
        [x, y, width, height].map(f64::from)
    }
}

fn image() -> impl Strategy<Value = (Vec<Guess>, Vec<TrueBox>)> {
    let found = (0u32..3, corner(), 0u8..6)
        .prop_map(|(class, corner, score)| guess(class, corner, f64::from(score) / 5.0));
    let drawn = (0u32..3, corner(), prop::bool::weighted(0.2))
        .prop_map(|(class, corner, crowd)| truth(class, corner, crowd));
    (
        prop::collection::vec(found, 0..8),
        prop::collection::vec(drawn, 0..5),
    )
}

proptest! {
    #[test]
    fn the_precision_on_any_images_is_that_of_counting_each_overlap_anew(
        images in prop::collection::vec(image(), 1..6),
        kept in prop::collection::vec(any::<bool>(), 6),
    ) {
        let rows = (0u32..).zip(&images).map(|(row, (found, drawn))| (row, found.clone(), drawn.clone()));
        let detected = Detected::new(rows);
        let chosen: Vec<u32> = (0..images.len() as u32).filter(|row| kept[*row as usize]).collect();
        let own: Vec<_> = chosen.iter().map(|row| images[*row as usize].clone()).collect();
        let overlaps: Vec<f64> = (0..9).map(|at| f64::from(at) * ((0.95 - 0.5) / 9.0) + 0.5).chain([0.95]).collect();
        for (measure, overlaps) in Measure::ALL.into_iter().zip([&overlaps[..1], &overlaps[..]]) {
            match (detected.mean_precision(&chosen, measure), naive(&own, overlaps)) {
                (Some(one), Some(other)) => prop_assert!((one - other).abs() < 1e-9, "{one} {other}"),
                (one, other) => prop_assert_eq!(one, other),
            }
        }
    }
}

fn lines(text: &str) -> Vec<Line> {
    parse(text.as_bytes()).unwrap()
}

fn drawn(id: Option<&str>, boxes: Option<Vec<TrueBox>>) -> Picture {
    Picture {
        id: id.map(str::to_owned),
        size: Some((100, 50)),
        boxes,
    }
}

/// Detections of `1.jpg`, `2.jpg` and the training image `t.jpg`, whose ids are 2, 1 and 3.
fn matched(text: &str, classes: &Classes<'_>) -> Result<Found, String> {
    let boxes = || Some(vec![truth(0, BOX, false)]);
    let pictures = [
        drawn(Some("2"), boxes()),
        drawn(Some("1"), boxes()),
        drawn(Some("3"), None),
    ];
    match_to(
        &lines(text),
        &["val/1.jpg", "val/2.jpg", "t.jpg"],
        &pictures,
        &[0, 1],
        classes,
    )
}

fn names() -> Vec<String> {
    ["cat", "dog", "cow"].map(str::to_owned).into()
}

/// Numbers of COCO: 1, 2 and 3.
fn coco(names: &[String]) -> Classes<'_> {
    Classes {
        names,
        numbers: &[(1, 0), (2, 1), (3, 2)],
        by_place: false,
        is_list: true,
    }
}

fn places(names: &[String]) -> Classes<'_> {
    Classes {
        numbers: &[(0, 0), (1, 1), (2, 2)],
        by_place: true,
        is_list: true,
        names,
    }
}

/// A detection of the box that every image shows.
fn entry(image: &str, class: &str) -> String {
    format!(r#"{{{image}, "category_{class}, "bbox": [0, 0, 10, 10], "score": 0.5}}"#)
}

#[test]
fn images_are_known_by_id_by_name_and_by_stem() {
    let names = names();
    let right = |images: &[&str]| {
        let all = images.iter().map(|image| entry(image, r#"id": 1"#));
        let text = format!("[{}]", all.collect::<Vec<_>>().join(","));
        let found = matched(&text, &coco(&names)).unwrap();
        let half = |row| {
            found
                .detected
                .mean_precision(&[row], Measure::AtHalf)
                .unwrap()
                > 0.5
        };
        (half(0), half(1), found.n_unmatched, found.notes.join("; "))
    };
    let note = "`image_id` is taken for the `id` in the annotations; where it is the name of the file, write that as `file_name`";
    let one = "1 of 2 evaluation images has no detection: nothing was found there";
    let told = |notes: &[&str]| notes.join("; ");
    assert_eq!(
        right(&[r#""image_id": 1"#]),
        (false, true, 0, told(&[note, one]))
    );
    assert_eq!(
        right(&[r#""file_name": "1.jpg", "image_id": 1"#]),
        (true, false, 0, told(&[one]))
    );
    assert_eq!(
        right(&[r#""image_id": "val/1.jpg""#]),
        (true, false, 0, told(&[one]))
    );
    let both = right(&[
        r#""image_id": 2"#,
        r#""image_id": "2.jpg""#,
        r#""image_id": 9"#,
    ]);
    assert_eq!(both, (true, true, 1, told(&[note])));
    let training = right(&[r#""image_id": "1.jpg""#, r#""image_id": "t.jpg""#]);
    assert_eq!(
        training.3,
        told(&[one, "1 detection is of a training image: left out"])
    );
}

#[test]
fn numbers_of_files_may_be_written_without_zeros_in_front() {
    let names = names();
    let picture = || drawn(None, Some(vec![truth(0, BOX, false)]));
    let of = |id: &str| {
        let text = format!(
            "[{}]",
            entry(&format!(r#""image_id": {id}"#), r#"name": "cat""#)
        );
        let paths = ["val/000139.jpg", "val/0.jpg"];
        match_to(
            &lines(&text),
            &paths,
            &[picture(), picture()],
            &[0, 1],
            &places(&names),
        )
        .map(|found| found.rows)
    };
    assert_eq!((of("139"), of("0")), (Ok(vec![0]), Ok(vec![1])));
    let refused = of("140").unwrap_err();
    assert!(
        refused.contains("none of the 1 detection is of an evaluation image"),
        "{refused}"
    );
}

#[test]
fn a_number_of_a_class_that_cannot_be_told_is_refused() {
    let names = names();
    let by_name = Classes {
        numbers: &[],
        by_place: false,
        is_list: true,
        names: &names,
    };
    let of = |ids: &[&str], classes: &Classes<'_>| {
        let all = ids.iter().map(|id| entry(r#""image_id": "1.jpg""#, id));
        let text = format!("[{}]", all.collect::<Vec<_>>().join(","));
        matched(&text, classes).map(|found| found.notes[0].clone())
    };
    let coco = coco(&names);
    let places = places(&names);
    assert!(of(&[r#"id": 1"#, r#"id": 3"#], &coco).is_ok());
    assert!(
        of(&[r#"id": 0"#, r#"id": 1"#], &coco)
            .unwrap_err()
            .contains("is no category")
    );
    assert!(of(&[r#"id": 0"#, r#"id": 2"#], &places).is_ok());
    let from_one = of(&[r#"id": 1"#, r#"id": 3"#], &places).unwrap();
    assert!(from_one.contains("counts classes from 1"), "{from_one}");
    let open = of(&[r#"id": 1"#, r#"id": 2"#], &places).unwrap_err();
    assert!(
        open.contains("cannot be told") && open.contains("category_name"),
        "{open}"
    );
    let beyond = of(&[r#"id": 1"#, r#"id": 90"#], &places).unwrap_err();
    assert!(beyond.contains("another list"), "{beyond}");
    let open_ended = Classes {
        is_list: false,
        ..places
    };
    let drawn_nowhere = of(&[r#"id": 0"#, r#"id": 7"#], &open_ended).unwrap();
    assert!(
        drawn_nowhere.starts_with("1 detection names a class"),
        "{drawn_nowhere}"
    );
    let named = of(&[r#"id": 1"#], &by_name).unwrap_err();
    assert!(named.contains("by name only (cat, dog, cow)"), "{named}");
    assert!(of(&[r#"name": "CAT""#], &by_name).is_ok());
    assert!(of(&[r#"id": "cat""#], &by_name).is_ok());
    let unknown = of(&[r#"name": "cat""#, r#"name": "bird""#], &coco).unwrap();
    assert!(
        unknown.starts_with("1 detection names a class"),
        "{unknown}"
    );
    assert!(
        of(&[r#"name": "bird""#], &coco)
            .unwrap_err()
            .contains("none of the detections")
    );
}

#[test]
fn fractions_meet_pixels_where_the_size_is_known() {
    let names = names();
    let fraction = TrueBox {
        is_fraction: true,
        ..truth(0, [0.1, 0.2, 0.1, 0.2], false)
    };
    let of = |size: Option<(u32, u32)>| {
        let boxes = Some(vec![fraction]);
        let picture = Picture {
            size,
            boxes,
            ..Picture::default()
        };
        let text =
            r#"[{"image_id": "a", "category_name": "cat", "bbox": [10, 10, 10, 10], "score": 1}]"#;
        let found = match_to(&lines(text), &["a.jpg"], &[picture], &[0], &places(&names)).unwrap();
        (
            found.detected.mean_precision(&[0], Measure::AtHalf),
            found.notes.concat(),
        )
    };
    let (precision, notes) = of(Some((100, 50)));
    assert!(
        (precision.unwrap() - 1.0).abs() < 1e-9 && notes.is_empty(),
        "{notes}"
    );
    let (precision, notes) = of(None);
    assert!(
        precision.is_none() && notes.contains("no size that is known"),
        "{notes}"
    );
}

#[test]
fn without_a_true_box_nothing_is_right_or_wrong() {
    let names = names();
    let text = format!("[{}]", entry(r#""image_id": "a""#, r#"id": 1"#));
    for boxes in [None, Some(vec![]), Some(vec![truth(0, BOX, true)])] {
        let picture = drawn(None, boxes);
        let refused = match_to(&lines(&text), &["a.jpg"], &[picture], &[0], &coco(&names));
        assert!(refused.unwrap_err().contains("draw no box"));
    }
}
