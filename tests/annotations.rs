//! What is drawn on pictures: read in every form, checked, and compared between copies.

use serde_json::{Value, json};

use crate::git::git;
use crate::workspace::{Workspace, codes, encode, paths_of, picture};

/// Codes about annotations.
const CODES: [&str; 11] = [
    "malformed-annotation",
    "unknown-class",
    "duplicate-id",
    "label-without-picture",
    "picture-without-label",
    "box-outside-picture",
    "box-without-area",
    "duplicate-annotation",
    "annotated-size-differs",
    "class-never-used",
    "annotation-conflict",
];

pub(crate) fn annotation_codes(report: &Value) -> Vec<String> {
    let all = codes(report).into_iter();
    all.filter(|code| CODES.contains(&code.as_str())).collect()
}

/// What is said of labels, a line for each kind: kind, source, labelled, missing, classes, regions.
pub(crate) fn labels(report: &Value) -> Vec<String> {
    let read = report["dataset"]["labels"].as_array().unwrap().iter();
    read.map(|one| {
        format!(
            "{} {} {}+{} {} {}",
            one["kind"].as_str().unwrap(),
            one["source"].as_str().unwrap(),
            one["labelled"],
            one["missing"],
            one["classes"],
            one["regions"]
        )
    })
    .collect()
}

fn message<'a>(report: &'a Value, code: &str) -> &'a str {
    let mut findings = report["findings"].as_array().unwrap().iter();
    let found = findings.find(|finding| finding["code"] == code);
    found.unwrap()["message"].as_str().unwrap()
}

/// Pictures of 96 x 72, two to train on and two to evaluate on, with a box of each class in each.
fn yolo() -> Workspace {
    let workspace = Workspace::new();
    for (name, seed) in [("train/1", 1), ("train/2", 2), ("val/3", 3), ("val/4", 4)] {
        workspace.image(&format!("images/{name}.png"), seed);
        let label = format!("labels/{name}.txt");
        workspace.file(&label, "0 0.5 0.5 0.4 0.2\n1 0.2 0.2 0.1 0.1\n");
    }
    workspace.file(
        "data.yaml",
        "train: images/train\nval: images/val\nnames: [cat, dog]\n",
    );
    workspace
}

#[test]
fn sound_label_files_are_read_and_nothing_is_wrong_with_them() {
    let (report, _) = yolo().check(&[]);
    assert_eq!(annotation_codes(&report), [""; 0]);
    let boxes = "boxes YOLO label files such as `labels/train/1.txt` 4+0 2 8";
    assert_eq!(labels(&report), [boxes]);
}

#[test]
fn each_fault_of_label_files_is_told_with_its_place() {
    for (file, text, code, place) in [
        (
            "labels/train/1.txt",
            "0 0.5 0.5 0.4 0.2\ndog 0.2 0.2 0.1 0.1\n1 .5 .5 .1 .1\n",
            "malformed-annotation",
            "(line 2 of `labels/train/1.txt`: `dog` is no number)",
        ),
        (
            "labels/train/1.txt",
            "7 0.5 0.5 0.4 0.2\n",
            "unknown-class",
            "(line 1 of `labels/train/1.txt`: class `7` is not in the list of classes)",
        ),
        (
            "labels/train/1.txt",
            "0 1.4 0.5 0.2 0.2\n",
            "box-outside-picture",
            "(line 1 of `labels/train/1.txt`)",
        ),
        (
            "labels/train/1.txt",
            "0 0.5 0.5 0.2 0\n",
            "box-without-area",
            "(line 1 of `labels/train/1.txt`)",
        ),
        (
            "labels/train/1.txt",
            "0 0.5 0.5 0.2 0.2\n0 0.5 0.5 0.2 0.2\n",
            "duplicate-annotation",
            "(line 2 of `labels/train/1.txt`)",
        ),
        (
            "labels/train/9.txt",
            "0 0.5 0.5 0.2 0.2\n",
            "label-without-picture",
            "(`labels/train/9.txt`: labels a picture that is not here)",
        ),
        (
            "data.yaml",
            "train: images/train\nval: images/val\nnames: [cat, dog, cow]\n",
            "class-never-used",
            "1 class is declared and never used",
        ),
        (
            "data.yaml",
            "train: images/train\nval: images/val\nnc: 3\nnames: [cat, dog]\n",
            "malformed-annotation",
            "(`data.yaml`: `nc` says 3 classes and `names` has 2)",
        ),
    ] {
        let workspace = yolo();
        workspace.file(file, text);
        let (report, status) = workspace.check(&[]);
        assert_eq!(
            (annotation_codes(&report), status),
            (vec![code.to_owned()], 0)
        );
        let said = message(&report, code);
        assert!(said.contains(place), "{said}");
        let (_, status) = workspace.check(&["--fail-on", code]);
        assert_eq!(status, 1, "{code}");
    }
}

#[test]
fn a_picture_without_a_label_file_is_told_where_others_have_one() {
    let workspace = yolo();
    workspace.image("images/train/5.png", 5);
    let (report, _) = workspace.check(&[]);
    assert_eq!(annotation_codes(&report), ["picture-without-label"]);
    assert_eq!(
        paths_of(&report, "picture-without-label"),
        ["images/train/5.png"]
    );
}

/// The same two pictures a split in COCO's form, with these annotations in training.
fn coco(annotations: &Value) -> Workspace {
    let workspace = Workspace::new();
    for (split, names) in [("train", ["1", "2"]), ("val", ["3", "4"])] {
        let mut images = Vec::new();
        for name in names {
            let seed: u32 = name.parse().unwrap();
            workspace.image(&format!("images/{split}/{name}.png"), seed);
            let file = format!("{name}.png");
            images.push(json!({ "id": seed, "file_name": file, "width": 96, "height": 72 }));
        }
        let own = match split {
            "train" => annotations.clone(),
            _ => json!([
                { "id": 1, "image_id": 3, "category_id": 1, "bbox": [1, 1, 5, 5] },
                { "id": 2, "image_id": 4, "category_id": 1, "bbox": [1, 1, 5, 5] },
            ]),
        };
        let categories = json!([{ "id": 1, "name": "cat" }]);
        let document = json!({ "images": images, "annotations": own, "categories": categories });
        let file = format!("annotations/instances_{split}.json");
        workspace.file(&file, document.to_string());
    }
    workspace
}

#[test]
fn what_is_said_of_a_picture_that_is_left_out_is_left_out_too() {
    let exclude = |picture| ["--exclude", picture];
    let workspace = yolo();
    workspace.file("labels/train/1.txt", "dog 0.5 0.5 0.4 0.2\n");
    let (report, _) = workspace.check(&exclude("images/train/1.png"));
    assert_eq!(annotation_codes(&report), [""; 0]);
    let unknown = json!({ "id": 2, "image_id": 2, "category_id": 4, "bbox": [9, 5, 9, 5] });
    let sound = json!({ "id": 1, "image_id": 1, "category_id": 1, "bbox": [0, 0, 96, 72] });
    let (report, _) = coco(&json!([sound, unknown])).check(&exclude("images/train/2.png"));
    assert_eq!(annotation_codes(&report), [""; 0]);
}

#[test]
fn each_fault_of_coco_is_told_and_hides_nothing_else() {
    let sound = json!({ "id": 1, "image_id": 1, "category_id": 1, "bbox": [0, 0, 96, 72] });
    for (fault, code) in [
        (
            json!({ "id": 2, "image_id": 2, "category_id": 1, "bbox": [90, 5, 5, 5] }),
            None,
        ),
        (
            json!({ "id": 2, "image_id": 2, "category_id": 1, "bbox": [90, 5, 9, 5] }),
            Some("box-outside-picture"),
        ),
        (
            json!({ "id": 2, "image_id": 2, "category_id": 1, "bbox": [9, 5, 0, 5] }),
            Some("box-without-area"),
        ),
        (
            json!({ "id": 2, "image_id": 2, "category_id": 4, "bbox": [9, 5, 9, 5] }),
            Some("unknown-class"),
        ),
        (
            json!({ "id": 1, "image_id": 2, "category_id": 1, "bbox": [9, 5, 9, 5] }),
            Some("duplicate-id"),
        ),
        (
            json!({ "id": 2, "image_id": 8, "category_id": 1, "bbox": [9, 5, 9, 5] }),
            Some("label-without-picture"),
        ),
        (
            json!({ "id": 2, "image_id": 2, "category_id": 1, "bbox": [9, 5] }),
            Some("malformed-annotation"),
        ),
    ] {
        let (report, _) = coco(&json!([sound, fault])).check(&[]);
        let expected: Vec<String> = code.into_iter().map(ToOwned::to_owned).collect();
        assert_eq!(annotation_codes(&report), expected, "{fault}");
    }
}

#[test]
fn a_size_that_the_file_does_not_have_is_told() {
    let workspace = coco(&json!([]));
    workspace.file(
        "images/train/1.png",
        encode(&crate::workspace::picture_of_size(1, 48, 36), "x.png"),
    );
    let (report, _) = workspace.check(&[]);
    assert_eq!(
        paths_of(&report, "annotated-size-differs"),
        ["images/train/1.png"]
    );
    let said = message(&report, "annotated-size-differs");
    assert!(
        said.contains(
            "`images/train/1.png` is 48 x 36 and `annotations/instances_train.json` says 96 x 72"
        ),
        "{said}"
    );
}

/// Folders of two pictures, with an XML of Pascal VOC beside each.
fn voc(object: &str) -> Workspace {
    let workspace = Workspace::new();
    for (name, seed) in [("train/1", 1), ("train/2", 2), ("val/3", 3), ("val/4", 4)] {
        workspace.image(&format!("{name}.png"), seed);
        let object = if seed == 1 {
            object
        } else {
            "<object><name>cat</name></object>"
        };
        let size = "<size><width>96</width><height>72</height></size>";
        workspace.file(
            &format!("{name}.xml"),
            format!("<annotation>{size}\n{object}</annotation>"),
        );
    }
    workspace
}

#[test]
fn each_fault_of_pascal_voc_is_told() {
    let boxed = |edges: [&str; 4]| {
        let [left, top, right, bottom] = edges;
        format!(
            "<object><name>dog</name><bndbox><xmin>{left}</xmin><ymin>{top}</ymin><xmax>{right}</xmax><ymax>{bottom}</ymax></bndbox></object>"
        )
    };
    for (object, code) in [
        (boxed(["1", "1", "96", "72"]), None),
        (boxed(["1", "1", "99", "72"]), Some("box-outside-picture")),
        (boxed(["9", "1", "9", "72"]), Some("box-without-area")),
        (
            boxed(["left", "1", "9", "72"]),
            Some("malformed-annotation"),
        ),
        ("<object>".to_owned(), Some("malformed-annotation")),
    ] {
        let (report, _) = voc(&object).check(&[]);
        let expected: Vec<String> = code.into_iter().map(ToOwned::to_owned).collect();
        assert_eq!(annotation_codes(&report), expected, "{object}");
    }
    let workspace = voc("");
    workspace.file(
        "train/9.xml",
        "<annotation><object><name>cat</name></object></annotation>",
    );
    let (report, _) = workspace.check(&[]);
    assert_eq!(paths_of(&report, "label-without-picture"), ["train/9.xml"]);
}

/// The first picture of training in validation once more, mirrored, with these boxes.
fn mirrored(boxes: &str) -> Workspace {
    let workspace = yolo();
    let mirrored = image::imageops::flip_horizontal(&picture(1));
    workspace.file("images/val/5.png", encode(&mirrored, "x.png"));
    workspace.file("labels/val/5.txt", boxes);
    workspace
}

#[test]
fn copies_with_other_boxes_contradict_each_other() {
    for (boxes, conflicts) in [
        ("0 0.5 0.5 0.4 0.2\n1 0.8 0.2 0.1 0.1\n", false),
        ("0 0.52 0.5 0.4 0.2\n1 0.81 0.2 0.1 0.1\n", false),
        ("0 0.5 0.5 0.4 0.2\n1 0.2 0.2 0.1 0.1\n", true),
        ("0 0.5 0.5 0.4 0.2\n", true),
        ("1 0.5 0.5 0.4 0.2\n1 0.8 0.2 0.1 0.1\n", true),
    ] {
        let (report, _) = mirrored(boxes).check(&[]);
        assert_eq!(
            codes(&report).contains(&"annotation-conflict".to_owned()),
            conflicts,
            "{boxes}"
        );
    }
    let (report, _) = mirrored("1 0.5 0.5 0.4 0.2\n1 0.8 0.2 0.1 0.1\n").check(&[]);
    let both = ["images/train/1.png", "images/val/5.png"];
    assert_eq!(paths_of(&report, "annotation-conflict"), both);
    assert!(message(&report, "annotation-conflict").contains("`dog` is `cat`"));
}

#[test]
fn labels_are_told_by_kind_and_where_they_come_from() {
    let workspace = Workspace::new();
    for (name, seed) in [
        ("train/cat/1", 1),
        ("train/dog/2", 2),
        ("val/cat/3", 3),
        ("val/dog/4", 4),
    ] {
        workspace.image(&format!("{name}.png"), seed);
    }
    let (report, _) = workspace.check(&[]);
    assert_eq!(labels(&report), ["classes class folders 4+0 2 null"]);
    let table = "path,split,label,steering\ntrain/cat/1.png,train,a,0\ntrain/dog/2.png,train,,0\nval/cat/3.png,val,b,1\n";
    workspace.file("manifest.csv", table);
    let (report, _) = workspace.check(&[]);
    let classes = "classes column `label` of `manifest.csv` 2+1 2 null";
    assert_eq!(labels(&report), [classes]);
    let evidence = report["dataset"]["evidence"].as_str().unwrap();
    assert!(
        evidence.contains("labels not used: `steering`"),
        "{evidence}"
    );
    let boxes = "path,split,label,xmin,ymin,xmax,ymax\ntrain/cat/1.png,train,a,1,1,9,9\ntrain/cat/1.png,train,b,5,5,9,200\nval/cat/3.png,val,b,1,1,9,9\n";
    workspace.file("manifest.csv", boxes);
    let (report, _) = workspace.check(&[]);
    assert_eq!(labels(&report), ["boxes boxes of `manifest.csv` 2+0 2 3"]);
    assert_eq!(annotation_codes(&report), ["box-outside-picture"]);
    let flags = "path,split,cat,wet\ntrain/cat/1.png,train,1,1\nval/cat/3.png,val,0,1\n";
    workspace.file("manifest.csv", flags);
    let (report, _) = workspace.check(&[]);
    assert_eq!(
        labels(&report),
        ["tags columns of 0 and 1 in `manifest.csv` 2+0 2 null"]
    );
    assert!(!codes(&report).contains(&"annotation-conflict".to_owned()));
    workspace.image("val/cat/3.png", 1);
    let (report, _) = workspace.check(&[]);
    assert!(message(&report, "annotation-conflict").contains("`cat` is said of one of them"));
    let workspace = Workspace::new();
    workspace.image("train/1.png", 1).image("val/2.png", 2);
    let (report, _) = workspace.check(&[]);
    assert_eq!(labels(&report), [""; 0]);
    assert!(
        workspace
            .run(&["check", "."])
            .stdout
            .contains("\n  labels: none found\n")
    );
}

#[test]
fn a_change_of_boxes_is_a_change_of_their_picture() {
    let workspace = mirrored("0 0.5 0.5 0.4 0.2\n1 0.8 0.2 0.1 0.1\n");
    let directory = workspace.path("");
    git(&directory, &["init", "-q"]);
    git(&directory, &["add", "."]);
    git(&directory, &["commit", "-qm", "sound"]);
    let changed = ["--changed-since", "HEAD"];
    let (report, _) = workspace.check(&changed);
    assert_eq!(annotation_codes(&report), [""; 0]);
    workspace.file("labels/val/5.txt", "1 0.5 0.5 0.4 0.2\n1 0.8 0.2 0.1 0.1\n");
    let (report, _) = workspace.check(&changed);
    assert_eq!(annotation_codes(&report), ["annotation-conflict"]);
}

/// Checks that one box is told as outside where splits are given as directories.
fn tells_the_box(workspace: &Workspace, given: [&str; 2], source: &str) {
    let (report, _) = workspace.check_dataset(&["--train", given[0], "--val", given[1]]);
    assert_eq!(report["dataset"]["layout"], "directories");
    let read = labels(&report);
    assert!(read.iter().any(|one| one.contains(source)), "{read:?}");
    assert_eq!(
        annotation_codes(&report),
        ["box-outside-picture"],
        "{source}"
    );
}

#[test]
fn annotations_in_and_beside_given_directories_are_read() {
    let workspace = yolo();
    workspace.file("labels/val/4.txt", "1 0.95 0.5 0.4 0.2\n");
    let given = ["images/train", "images/val"];
    tells_the_box(&workspace, given, "YOLO label files such as `labels/");

    let workspace = Workspace::new();
    workspace.image("a/1.png", 1).image("b/2.png", 2);
    for (name, id, width) in [("train", 1, 10), ("val", 2, 500)] {
        let text = json!({
            "images": [{ "id": id, "file_name": format!("{id}.png"), "width": 96, "height": 72 }],
            "annotations": [{ "id": id, "image_id": id, "category_id": 1, "bbox": [1, 1, width, 9] }],
            "categories": [{ "id": 1, "name": "cat" }],
        });
        workspace.file(
            &format!("annotations/instances_{name}.json"),
            text.to_string(),
        );
    }
    tells_the_box(&workspace, ["a", "b"], "COCO annotations");
}

#[test]
fn annotations_of_pictures_that_are_not_given_say_nothing_of_others() {
    // The same name in another dataset, and labels of a split that is not given.
    let workspace = yolo();
    workspace
        .image("elsewhere/photos/3.png", 5)
        .file("labels/val/3.txt", "1 0.95 0.5 0.4 0.2\n");
    // Without it, files are found by the names of pictures.
    workspace.file("data.yaml", "");
    let given = ["--train", "images/train", "--val", "elsewhere/photos"];
    let (report, _) = workspace.check_dataset(&given);
    assert_eq!(annotation_codes(&report), [""; 0]);
    let labelled = report["dataset"]["labels"][0]["labelled"].as_u64();
    assert_eq!(labelled, Some(2), "{:?}", labels(&report));
}
