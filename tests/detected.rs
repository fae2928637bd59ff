//! Boxes that a detector found: how well on all images, on the leaked and on the clean ones.

use serde_json::{Value, json};

use splitleak::render::explanation::render;

use crate::workspace::Workspace;

const SIZE: [f64; 2] = [96.0, 72.0];

/// Six pictures to evaluate on, of which the first three are copies of training pictures, with a
/// box of `cat` or `dog` (categories 3 and 7) on each.
fn coco() -> Workspace {
    let workspace = Workspace::new();
    let document = |names: &[String]| {
        let images = names.iter().zip(11..).map(
            |(name, id)| json!({"id": id, "file_name": name, "width": SIZE[0], "height": SIZE[1]}),
        );
        let drawn = names.iter().zip(11..).map(|(_, id)| {
            json!({"id": id, "image_id": id, "category_id": class(id), "bbox": BOX, "iscrowd": 0})
        });
        json!({
            "images": images.collect::<Vec<_>>(), "annotations": drawn.collect::<Vec<_>>(),
            "categories": [{"id": 3, "name": "cat"}, {"id": 7, "name": "dog"}],
        })
        .to_string()
    };
    let names =
        |side: &str| -> Vec<String> { (0..6).map(|at| format!("{side}{at}.png")).collect() };
    for (at, name) in (0..).zip(names("t")) {
        workspace.image(&format!("data/train/{name}"), at);
    }
    for (at, name) in (0..).zip(names("v")) {
        let path = format!("data/val/{name}");
        match at < 3 {
            true => workspace.copy(&format!("data/train/t{at}.png"), &path),
            false => workspace.image(&path, 20 + at),
        };
    }
    for (split, side) in [("train", "t"), ("val", "v")] {
        let name = format!("data/annotations/instances_{split}.json");
        workspace.file(&name, document(&names(side)));
    }
    workspace
}

const BOX: [f64; 4] = [10.0, 10.0, 40.0, 30.0];
const ELSEWHERE: [f64; 4] = [60.0, 50.0, 20.0, 20.0];

fn class(id: i32) -> i32 {
    if id % 2 == 0 { 7 } else { 3 }
}

/// Detections of images 11 to 16: on the first three the true box, on the others what is given.
fn results(others: [[f64; 4]; 3]) -> Value {
    let corners = [BOX; 3].into_iter().chain(others);
    let all = (11..).zip(corners).map(|(id, corner)| {
        json!({"image_id": id, "category_id": class(id), "bbox": corner, "score": 0.9 - f64::from(id) / 100.0})
    });
    all.collect()
}

fn value(report: &Value, metric: &str, side: &str) -> f64 {
    let metrics = report["explanation"]["t3"]["metrics"].as_array().unwrap();
    let own = metrics.iter().find(|one| one["metric"] == metric);
    own.unwrap_or_else(|| panic!("{metrics:?}"))[side]["value"]
        .as_f64()
        .unwrap()
}

/// The explanation as a terminal shows it.
fn text(report: &Value) -> String {
    render(&serde_json::from_value(report["explanation"].clone()).unwrap())
}

fn warnings(report: &Value) -> String {
    report["explanation"]["warnings"].to_string()
}

#[test]
fn boxes_are_judged_on_all_on_leaked_and_on_clean_images() {
    let workspace = coco();
    let mut found = results([BOX, ELSEWHERE, ELSEWHERE]);
    let stranger = json!({"image_id": 99, "category_id": 3, "bbox": BOX, "score": 0.1});
    found.as_array_mut().unwrap().push(stranger);
    workspace.file("found.json", found.to_string());
    let (report, _) =
        workspace.check_dataset(&["data", "--predictions", "found.json", "--no-cache"]);
    let text = text(&report);
    for metric in ["map_50", "map_50_95"] {
        assert!((value(&report, metric, "leaked") - 1.0).abs() < 1e-9);
        // Cats of 15 and dogs of 14 and 16: none of one, one of two.
        assert!((value(&report, metric, "clean") - 51.0 / 101.0 / 2.0).abs() < 1e-9);
        assert!((value(&report, metric, "all") - 67.0 / 101.0).abs() < 1e-9);
    }
    assert_eq!(report["explanation"]["t3"]["n_unmatched"], 1);
    assert!(warnings(&report).contains("1 predictions fit no sample"));
    let line = report["explanation"]["verdict"]["line"].as_str().unwrap();
    assert!(
        line.starts_with("mAP@0.5 0.663 counts leaked images. 3 of 6"),
        "{line}"
    );
    assert!(line.contains("On the other 3 it is 0.252"), "{line}");
    assert!(
        text.contains("mAP@0.5:0.95: all 0.663, leaked 1.000, clean 0.252"),
        "{text}"
    );
    assert!(!text.contains("give the training log"), "{text}");
}

#[test]
fn an_image_without_a_detection_is_one_where_nothing_was_found() {
    let workspace = coco();
    let found = results([BOX; 3]);
    let found: Vec<&Value> = found.as_array().unwrap().iter().take(4).collect();
    workspace.file("found.json", json!(found).to_string());
    let (report, _) =
        workspace.check_dataset(&["data", "--predictions", "found.json", "--no-cache"]);
    assert!((value(&report, "map_50", "clean") - 51.0 / 101.0 / 2.0).abs() < 1e-9);
    assert!(warnings(&report).contains("2 of 6 evaluation images have no detection"));
}

#[test]
fn detectors_are_ranked_on_all_and_on_clean_images() {
    let workspace = coco();
    workspace.file("copies.json", results([ELSEWHERE; 3]).to_string());
    let mut honest = results([BOX; 3]);
    for at in 0..3 {
        honest[at]["bbox"] = json!(ELSEWHERE);
    }
    honest[0]["bbox"] = json!(BOX);
    workspace.file("honest.json", honest.to_string());
    let compare = |files: &[&str]| {
        let args = [&["data", "--no-cache", "--compare"], files].concat();
        workspace.check_dataset(&args)
    };
    let (report, _) = compare(&["copies.json", "honest.json"]);
    let of = &report["explanation"]["comparison"];
    assert_eq!(
        (&of["measure"], &of["named"]),
        (&json!("named"), &json!("map_50_95"))
    );
    assert_eq!(of["best_on_clean"], "honest");
    assert!(
        of["line"].as_str().unwrap().contains("mAP@0.5:0.95 "),
        "{of}"
    );
    let line = report["explanation"]["verdict"]["line"].as_str().unwrap();
    assert!(!line.contains("cannot be said"), "{line}");
    workspace.file("classes.csv", "path,y_pred\nval/v0.png,cat\n");
    let refused = workspace.refused(&[
        "data",
        "--no-cache",
        "--compare",
        "copies.json",
        "classes.csv",
    ]);
    assert!(refused.contains("`copies` has boxes"), "{refused}");
}

#[test]
fn label_files_and_results_of_ultralytics_meet_label_files() {
    let workspace = Workspace::new();
    for (split, at) in [("train", 0), ("train", 1), ("val", 2), ("val", 3)] {
        workspace.image(&format!("data/images/{split}/{at}.png"), at);
        let label = format!("{} 0.5 0.5 0.25 0.5\n", at % 2);
        workspace.file(&format!("data/labels/{split}/{at}.txt"), label);
    }
    workspace.file(
        "data/data.yaml",
        "path: .\ntrain: images/train\nval: images/val\nnames: [cat, dog]\n",
    );
    workspace.file(
        "runs/2.txt",
        "0 0.5 0.5 0.25 0.5 0.9\n1 0.1 0.1 0.1 0.1 0.3\n",
    );
    let map = |file: &str| {
        let (report, _) = workspace.check_dataset(&["data", "--predictions", file, "--no-cache"]);
        (value(&report, "map_50", "all"), warnings(&report))
    };
    let (half, notes) = map("runs");
    assert!((half - 0.5).abs() < 1e-9, "{half}");
    assert!(
        notes.contains("1 of 2 evaluation images has no detection"),
        "{notes}"
    );
    // In pixels of 96 x 72 or what the pictures have; classes from 1, as Ultralytics counts.
    let picture = image::open(workspace.path("data/images/val/2.png")).unwrap();
    let side = |fraction: f64, side: u32| fraction * f64::from(side);
    let (wide, high) = (picture.width(), picture.height());
    let corner = [
        side(0.375, wide),
        side(0.25, high),
        side(0.25, wide),
        side(0.5, high),
    ];
    let entry = |image: i32, class: i32| json!({"image_id": image, "category_id": class, "bbox": corner, "score": 0.5});
    workspace.file("p.json", json!([entry(2, 1), entry(3, 2)]).to_string());
    let (half, notes) = map("p.json");
    assert!((half - 1.0).abs() < 1e-9, "{half}");
    assert!(notes.contains("counts classes from 1"), "{notes}");
    let refused = |file: &str| workspace.refused(&["data", "--predictions", file, "--no-cache"]);
    workspace.file("p.json", json!([entry(2, 1)]).to_string());
    assert!(refused("p.json").contains("cannot be told"));
    workspace.file("p.json", json!([entry(2, 5)]).to_string());
    assert!(refused("p.json").contains("another list"));
    workspace.file("p.json", json!([entry(77, 0)]).to_string());
    assert!(refused("p.json").contains("none of the 1 detection"));
    workspace.file("plain/2.txt", "0 0.5 0.5 0.25 0.5\n");
    assert!(refused("plain").contains("save_conf=True"));
    assert!(refused("data/images/val").contains("no label files"));
}

/// Twenty pictures of two classes to evaluate on, of which the first ten are copies of training
/// pictures.
fn classes() -> (Workspace, Vec<String>) {
    let workspace = Workspace::new();
    let class = |at: u32| ["cat", "dog"][at as usize % 2];
    for at in 0..20 {
        workspace.image(&format!("data/train/{}/{at}.png", class(at)), at);
    }
    let mut paths = Vec::new();
    for at in 0..20 {
        let path = format!("val/{}/v{at}.png", class(at));
        let there = format!("data/{path}");
        match at < 10 {
            true => workspace.copy(&format!("data/train/{}/{at}.png", class(at)), &there),
            false => workspace.image(&there, 100 + at),
        };
        paths.push(path);
    }
    (workspace, paths)
}

/// A table with a row for each path.
fn table(head: &str, paths: &[String], row: impl Fn(usize) -> String) -> String {
    let rows = paths
        .iter()
        .enumerate()
        .map(|(at, path)| format!("{path},{}\n", row(at)));
    format!("path,{head}\n{}", rows.collect::<String>())
}

#[test]
fn models_are_compared_by_a_measure_or_by_answers_that_both_files_tell() {
    let (workspace, paths) = classes();
    let compare = |files: [&str; 2]| {
        let args = [&["data", "--no-cache", "--compare"], &files[..]].concat();
        workspace.check_dataset(&args).0["explanation"]["comparison"].clone()
    };
    let score = |at: usize, high: f64| if at < 10 { high } else { 1.0 - high };
    workspace
        .file(
            "iou.csv",
            table("iou", &paths, |at| score(at, 0.8).to_string()),
        )
        .file(
            "dice.csv",
            table("dice,iou", &paths, |at| format!("0.9,{}", score(at, 0.6))),
        );
    let of = compare(["iou.csv", "dice.csv"]);
    assert_eq!(
        (&of["named"], &of["best_on_all"]),
        (&json!("iou"), &json!("iou"))
    );
    assert_eq!(of["best_on_clean"], "dice");
    let line = of["line"].as_str().unwrap();
    assert!(line.contains("(0.400 against 0.200"), "{line}");
    // One names the class, the other how sure it is of each, by the names of the classes.
    let answer = |at: usize, right: bool| ["cat", "dog"][(at + usize::from(!right)) % 2];
    workspace
        .file(
            "cls.csv",
            table("y_pred", &paths, |at| answer(at, at < 10).to_owned()),
        )
        .file(
            "prob.csv",
            table("cat,dog", &paths, |at| {
                if at % 2 == 0 { "90,10" } else { "10,90" }.to_owned()
            }),
        );
    let of = compare(["cls.csv", "prob.csv"]);
    assert_eq!(of["measure"], "accuracy");
    let models = of["models"].as_array().unwrap();
    assert_eq!(models[1]["all"]["value"], 1.0);
    assert_eq!(models[0]["clean"]["value"], 0.0);
}

#[test]
fn what_some_predictions_tell_is_told_of_those() {
    let (workspace, paths) = classes();
    let first = |head: &str, paths: &[String], row: &dyn Fn(usize) -> String| {
        workspace.file("p.csv", table(head, paths, row));
        let (report, _) =
            workspace.check_dataset(&["data", "--predictions", "p.csv", "--no-cache"]);
        report["explanation"]["verdict"]["line"]
            .as_str()
            .unwrap()
            .to_owned()
    };
    let some = first("loss", &paths, &|at| match at {
        0..10 => "0.1".to_owned(),
        10..13 => "nan".to_owned(),
        _ => "0.8".to_owned(),
    });
    assert!(
        some.starts_with("A mean loss of ") && some.contains("counts leaked images"),
        "{some}"
    );
    assert!(
        some.contains("On 7 of the other 10 the predictions lose 0.8000"),
        "{some}"
    );
    let clean = first("y_pred", &paths[10..], &|_| "cat".to_owned());
    assert!(
        clean.starts_with("The predictions are of clean images alone."),
        "{clean}"
    );
    assert!(
        clean.contains("On the other 10 the predictions are right in 50.0 %"),
        "{clean}"
    );
}

#[test]
fn losses_of_predictions_that_are_not_those_of_the_run_are_no_measure_of_it() {
    let (workspace, paths) = classes();
    let loss = |at: usize| if at < 10 { "0.1" } else { "0.5" };
    workspace.file("p.csv", table("loss", &paths, |at| loss(at).to_owned()));
    let line = |loss: &str| {
        let args = [
            "data",
            "--predictions",
            "p.csv",
            "--val-loss",
            loss,
            "--train-loss",
            "0.5",
            "--no-cache",
        ];
        let (report, _) = workspace.check_dataset(&args);
        let line = report["explanation"]["verdict"]["line"]
            .as_str()
            .unwrap()
            .to_owned();
        (line, text(&report))
    };
    let (other, text) = line("0.2000");
    assert!(!other.contains("the predictions lose"), "{other}");
    assert!(text.contains("Note       predictions give"), "{text}");
    let (same, text) = line("0.3");
    assert!(
        same.contains("the predictions lose") && !text.contains("predictions give"),
        "{text}"
    );
}
