//! Splits that a file of the dataset describes: tables, lists, `data.yaml`, COCO; and several
//! datasets in one directory. Every layout has a leak, a near miss, and a clean dataset.

use crate::workspace::{Workspace, leaked};
use serde_json::{Value, json};

/// Leaked and all samples of every evaluation split, in order of name.
fn rates(report: &Value) -> Vec<(String, u64, u64)> {
    let number = |value: &Value| value.as_u64().unwrap();
    let entries = report["leakage"].as_array().unwrap().iter();
    let mut rates: Vec<(String, u64, u64)> = entries
        .map(|entry| {
            let split = entry["evaluation_split"].as_str().unwrap().to_owned();
            let rate = &entry["leaked"];
            (split, number(&rate["count"]), number(&rate["denominator"]))
        })
        .collect();
    rates.sort();
    rates
}

/// Four pictures below `images/`; `1` and `4` are the same one where `leaks`.
fn pictures(leaks: bool) -> Workspace {
    let workspace = Workspace::new();
    workspace
        .image("images/1.png", 1)
        .image("images/2.png", 2)
        .image("images/3.png", 3)
        .image("images/4.png", if leaks { 1 } else { 4 });
    workspace
}

/// Checks that files divide [`pictures`] into 1 and 2 to train on, and 3 and 4 to evaluate on.
fn divides(layout: &str, files: &[(&str, &str)]) {
    for leaks in [true, false] {
        let workspace = pictures(leaks);
        for (path, text) in files {
            workspace.file(path, text);
        }
        let (report, _) = workspace.check(&[]);
        assert_eq!(report["dataset"]["layout"], layout, "{files:?}");
        let rates = rates(&report);
        let [(_, count, all)] = &rates[..] else {
            panic!("{files:?}: {rates:?}")
        };
        assert_eq!((*count, *all), (u64::from(leaks), 2), "{files:?}");
    }
}

#[test]
fn lists_of_paths_and_of_names_without_ending() {
    for (train, val) in [
        ("train.txt", "val.txt"),
        ("splits/train.txt", "splits/test.txt"),
        ("ImageSets/Main/train.txt", "ImageSets/Main/val.txt"),
    ] {
        divides("lists", &[(train, "1\n2\n"), (val, "3\n4\n")]);
        let paths = [
            (train, "images/1.png\nimages/2.png\n"),
            (val, "images/3.png 0\nimages/4.png 1\n"),
        ];
        divides("lists", &paths);
    }
    // Near miss: texts of that name about something else.
    let workspace = pictures(true);
    workspace
        .file("train.txt", "epoch 1\n")
        .file("val.txt", "epoch 2\n");
    let (report, _) = workspace.check(&[]);
    assert_eq!(report["dataset"]["layout"], "unsplit");
}

#[test]
fn numbers_that_tell_splits_in_text_files() {
    let flags = "1.png 0\n2.png 0\n3.png 1\n4.png 1\n";
    divides("lists", &[("list_eval_partition.txt", flags)]);
    let images = "1 1.png\n2 2.png\n3 3.png\n4 4.png\n";
    let split = "1 1\n2 1\n3 0\n4 0\n";
    divides(
        "lists",
        &[("images.txt", images), ("train_test_split.txt", split)],
    );
    let workspace = pictures(false);
    workspace.file("list_eval_partition.txt", "1.png 0\n2.png 7\n");
    let said = workspace.refused(&["."]);
    assert!(
        said.contains("list_eval_partition.txt") && said.contains("line 2"),
        "{said}"
    );
}

#[test]
fn tables_with_any_column_that_tells_splits() {
    for (column, train, val) in [
        ("split", "train", "val"),
        ("is_valid", "False", "True"),
        ("Usage", "Training", "PublicTest"),
        ("data_split", "train", "holdout"),
        ("split", "0", "1"),
        ("split", "训练", "验证"),
    ] {
        let table = format!("image_id,{column}\n1,{train}\n2,{train}\n3,{val}\n4,{val}\n");
        divides("csv-manifest", &[("annotations/labels.csv", &table)]);
    }
    let lines = "{\"file\":\"images/1.png\",\"split\":\"train\"}\n{\"file\":\"images/2.png\",\"split\":\"train\"}\n\
                 {\"file\":\"images/3.png\",\"split\":\"val\"}\n{\"file\":\"images/4.png\",\"split\":\"val\"}\n";
    divides("csv-manifest", &[("manifest.jsonl", lines)]);
    let automl = "TRAIN,images/1.png,a\nTRAIN,images/2.png,a\nVALIDATION,images/3.png,a\nVALIDATION,images/4.png,b\n";
    divides("csv-manifest", &[("import.csv", automl)]);
    // Near miss: a column called so that tells something else.
    let workspace = pictures(true);
    workspace.file(
        "labels.csv",
        "path,dataset\nimages/1.png,coco\nimages/4.png,voc\n",
    );
    assert_eq!(workspace.check(&[]).0["dataset"]["layout"], "unsplit");
}

#[test]
fn a_table_for_each_split() {
    let (train, val) = ("id,label\n1,a\n2,b\n", "id,label\n3,a\n4,b\n");
    divides("tables", &[("train.csv", train), ("val.csv", val)]);
}

#[test]
fn descriptions_of_yolo_name_folders_and_lists() {
    let yaml = "train: train.txt\nval: val.txt\nnames: [cat]\n";
    let lists = [
        ("train.txt", "./images/1.png\n./images/2.png\n"),
        ("val.txt", "./images/3.png\n./images/4.png\n"),
    ];
    divides("yolo", &[("data.yaml", yaml), lists[0], lists[1]]);
    let folders = |val: &str, copy: u32| {
        let workspace = Workspace::new();
        workspace
            .image("train/images/1.png", 1)
            .image("valid/images/2.png", copy)
            .image("valid/images/3.png", 3)
            .file(
                "data.yaml",
                format!("train: [../train/images{val}]\nval: ../valid/images\nnc: 1\n"),
            );
        workspace.check(&[]).0
    };
    assert_eq!(rates(&folders("", 1)), [("val".to_owned(), 1, 2)]);
    assert_eq!(rates(&folders("", 2)), [("val".to_owned(), 0, 2)]);
    // The program trains on what it evaluates, whatever the folders are called.
    assert_eq!(
        rates(&folders(", ../valid/images", 2)),
        [("val".to_owned(), 2, 2)]
    );
}

#[test]
fn a_description_that_is_damaged_is_named_with_its_line() {
    let workspace = pictures(false);
    workspace.file("data.yaml", "train: images\nval: [images\nnames: {\n");
    let said = workspace.refused(&["."]);
    assert!(
        said.contains("data.yaml") && said.contains("line"),
        "{said}"
    );
}

#[test]
fn annotations_of_coco_list_the_pictures_of_a_split() {
    let of = |ids: [u32; 2]| {
        let image = |id: u32| json!({"id": id, "file_name": format!("{id}.png")});
        json!({"images": ids.map(image), "annotations": [], "categories": []}).to_string()
    };
    let (train, val) = (of([1, 2]), of([3, 4]));
    for (left, right) in [
        (
            "annotations/instances_train2017.json",
            "annotations/instances_val2017.json",
        ),
        ("train.json", "test.json"),
    ] {
        divides("coco", &[(left, &train), (right, &val)]);
    }
    // Near miss: JSON of that name with another content.
    let workspace = pictures(true);
    workspace
        .file("train.json", "{\"epochs\": 3}")
        .file("val.json", "[1]");
    assert_eq!(workspace.check(&[]).0["dataset"]["layout"], "unsplit");
}

#[test]
fn a_list_divides_a_folder_to_train_on() {
    let workspace = Workspace::new();
    workspace
        .image("training/image_2/1.png", 1)
        .image("training/image_2/2.png", 1)
        .file("ImageSets/train.txt", "1\n")
        .file("ImageSets/val.txt", "2\n");
    assert_eq!(rates(&workspace.check(&[]).0), [("val".to_owned(), 1, 1)]);
}

#[test]
fn datasets_that_share_a_directory_are_checked_each_by_itself() {
    let workspace = Workspace::new();
    workspace
        .image("fold0/train/c/1.png", 1)
        .image("fold0/val/c/2.png", 2)
        .image("fold1/train/c/2.png", 2)
        .image("fold1/val/c/1.png", 1);
    let (report, _) = workspace.check(&[]);
    assert_eq!(leaked(&report), 0);
    let parts = report["leakage"]
        .as_array()
        .unwrap()
        .iter()
        .map(|entry| entry["part"].clone());
    assert_eq!(parts.collect::<Vec<_>>(), [json!("fold0"), json!("fold1")]);
    assert_eq!(report["finding_counts"]["several-parts"], 1);
    let (merged, _) = workspace.check(&["--merge-parts"]);
    let leaking: u64 = rates(&merged).iter().map(|rate| rate.1).sum();
    assert_eq!(
        (merged["leakage"].as_array().unwrap().len(), leaking),
        (4, 2)
    );
    assert_eq!(merged["leakage"][0]["part"], Value::Null);
    workspace.image("fold1/train/c/3.png", 1);
    assert_eq!(
        rates(&workspace.check(&[]).0)[1],
        ("fold1/val".to_owned(), 1, 1)
    );
}

#[test]
fn classes_above_the_splits_are_one_dataset() {
    let workspace = Workspace::new();
    workspace
        .image("cat/train/1.png", 1)
        .image("cat/val/2.png", 2)
        .image("dog/train/3.png", 3)
        .image("dog/val/4.png", 1);
    let (report, _) = workspace.check(&[]);
    assert_eq!(rates(&report), [("val".to_owned(), 1, 2)]);
    assert_eq!(report["leakage"][0]["part"], Value::Null);
}
