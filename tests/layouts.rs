//! Every way a dataset may lie on disk.

use crate::workspace::{Workspace, leaked, paths_of};
use serde_json::{Value, json};

/// Splits as `name:role:samples`.
fn splits(report: &Value) -> Vec<String> {
    let splits = report["dataset"]["splits"].as_array().unwrap().iter();
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    splits
        .map(|split| {
            format!(
                "{}:{}:{}",
                text(&split["name"]),
                text(&split["role"]),
                split["samples"]
            )
        })
        .collect()
}

#[test]
fn split_folders_with_class_folders() {
    let workspace = Workspace::new();
    workspace
        .image("train/cat/1.png", 1)
        .image("train/dog/2.png", 2)
        .image("val/cat/3.png", 1);
    let (report, status) = workspace.check(&[]);
    assert_eq!(report["dataset"]["layout"], "image-folder");
    assert_eq!(splits(&report), ["train:training:2", "val:validation:1"]);
    assert_eq!((leaked(&report), status), (1, 0));
}

#[test]
fn split_folders_below_images_and_in_every_spelling() {
    for (train, val) in [
        ("images/train", "images/val"),
        ("training", "validation"),
        ("data/v2/Train", "data/v2/Test"),
        ("train2017", "val2017"),
        ("train", "dev"),
        ("train/images", "eval/images"),
    ] {
        let workspace = Workspace::new();
        workspace
            .image(&format!("{train}/1.png"), 1)
            .image(&format!("{val}/2.png"), 1);
        workspace.file("labels/val/2.txt", "0 0.5 0.5 1 1");
        let (report, _) = workspace.check(&[]);
        assert_eq!(
            (report["leakage"].as_array().unwrap().len(), leaked(&report)),
            (1, 1),
            "{train}"
        );
    }
}

#[test]
fn a_manifest_at_the_root_is_found() {
    let workspace = Workspace::new();
    workspace
        .image("a/1.png", 1)
        .image("a/2.png", 1)
        .image("a/3.png", 3);
    workspace.file(
        "splits.csv",
        "file,subset,class\na/1.png,train,x\na/2.png,val,x\na/3.png,val,y\n",
    );
    let (report, _) = workspace.check(&[]);
    assert_eq!(report["dataset"]["layout"], "csv-manifest");
    assert_eq!(leaked(&report), 1);
    assert_eq!(report["leakage"][0]["worst"][0]["name"], "x");
}

#[test]
fn two_files_that_could_be_the_manifest_are_not_guessed_between() {
    let workspace = Workspace::new();
    workspace.image("1.png", 1);
    workspace
        .file("a.csv", "path,split\n1.png,train\n")
        .file("b.csv", "path,split\n1.png,val\n");
    let said = workspace.refused(&["."]);
    assert!(
        said.contains("a.csv") && said.contains("b.csv") && said.contains("--manifest"),
        "{said}"
    );
    let (report, _) = workspace.check(&["--layout", "unsplit"]);
    assert_eq!(report["dataset"]["layout"], "unsplit");
}

#[test]
fn columns_can_be_named() {
    let workspace = Workspace::new();
    workspace.image("1.png", 1).image("2.png", 1);
    workspace.file("m.csv", "where;part\n1.png;train\n2.png;test\n");
    let columns = [
        "--manifest",
        "m.csv",
        "--path-column",
        "where",
        "--split-column",
        "part",
    ];
    let (report, _) = workspace.check(&columns);
    assert_eq!(splits(&report), ["train:training:1", "test:test:1"]);
    assert_eq!(leaked(&report), 1);
}

#[test]
fn a_manifest_outside_the_dataset_names_paths_inside_it() {
    let workspace = Workspace::new();
    workspace.image("data/1.png", 1).image("data/2.png", 1);
    workspace.file("lists/m.csv", "path,split\n1.png,train\n2.png,val\n");
    let (report, _) = workspace.check_dataset(&["data", "--manifest", "lists/m.csv"]);
    assert_eq!(
        report["pairs"][0]["evaluation"],
        json!({ "path": "2.png", "split": "val" })
    );
}

#[test]
fn a_driving_log_of_another_machine_resolves_by_its_last_parts() {
    let windows = r"C:\Users\me\rec\IMG\";
    for (header, left) in [(true, "IMG/l1.png"), (false, r"D:\old\IMG\l1.png")] {
        let workspace = Workspace::new();
        workspace.image("IMG/c1.png", 1).image("IMG/c2.png", 2);
        workspace.image("IMG/l1.png", 3).image("IMG/l2.png", 4);
        workspace.image("IMG/r1.png", 5).image("IMG/r2.png", 6);
        let header = if header {
            "center,left,right,steering,throttle,brake,speed\n"
        } else {
            ""
        };
        let log = format!(
            "{header}{windows}c1.png, {left}, /home/you/rec/IMG/r1.png, 0.1, 0, 0, 22\n{windows}c2.png, IMG/l2.png, IMG/r2.png, -0.2, 0, 0, 22\n"
        );
        workspace.file("driving_log.csv", log);
        let (report, _) = workspace.check(&[]);
        assert_eq!(report["dataset"]["layout"], "driving-log");
        assert_eq!(report["coverage"]["signed"], 6);
        let (one_camera, _) =
            workspace.check(&["--manifest", "driving_log.csv", "--path-column", "center"]);
        assert_eq!(one_camera["coverage"]["samples"], 2);
    }
}

#[test]
fn cameras_of_a_log_that_were_not_copied_are_told_once() {
    let workspace = Workspace::new();
    workspace.image("IMG/c1.png", 1).image("IMG/c2.png", 2);
    workspace.file("driving_log.csv", "center,left,right,steering\nIMG/c1.png,IMG/l1.png,IMG/r1.png,0\nIMG/c2.png,IMG/l2.png,IMG/r2.png,0\n");
    let (report, status) = workspace.check(&[]);
    assert_eq!(
        (report["coverage"]["samples"].as_u64(), status),
        (Some(2), 0)
    );
    assert_eq!(paths_of(&report, "camera-absent"), ["left", "right"]);
}

#[test]
fn directories_given_as_splits() {
    let workspace = Workspace::new();
    workspace
        .image("one/cat/1.png", 1)
        .image("two/cat/2.png", 1)
        .image("three/3.png", 1);
    let (report, _) =
        workspace.check_dataset(&["--train", "one", "--val", "two", "--test", "three"]);
    assert_eq!(report["dataset"]["layout"], "directories");
    assert_eq!(
        splits(&report),
        ["train:training:1", "val:validation:1", "test:test:1"]
    );
    assert_eq!(report["leakage"].as_array().unwrap().len(), 2);
    assert_eq!(
        report["pairs"][0]["training"],
        json!({ "path": "one/cat/1.png", "split": "train" })
    );
}

#[test]
fn one_directory_as_two_splits_is_the_same_file_twice() {
    let workspace = Workspace::new();
    workspace.image("images/1.png", 1).image("images/2.png", 2);
    let (report, _) = workspace.check_dataset(&["--train", "images", "--val", "images"]);
    assert_eq!(report["leakage"][0]["by_kind"]["same-file"], 2);
    assert_eq!(report["coverage"]["samples"], 4);
}

#[test]
fn without_splits_duplicates_are_found_and_leakage_says_why_it_is_empty() {
    let workspace = Workspace::new();
    workspace
        .image("a/1.png", 1)
        .image("b/2.png", 1)
        .image("b/3.png", 3);
    let (report, status) = workspace.check(&[]);
    assert_eq!(
        (report["dataset"]["layout"].as_str(), status),
        (Some("unsplit"), 0)
    );
    assert_eq!(report["leakage"], json!([]));
    assert!(
        report["leakage_unavailable"]
            .as_str()
            .unwrap()
            .contains("no splits")
    );
    assert_eq!(report["duplicates"][0]["duplicated"]["count"], 2);
    let (report, status) = workspace.check(&["--max-leakage", "1%"]);
    assert_eq!(report["gate"]["violations"][0]["code"], "not-judged");
    assert_eq!(status, 2);
}

#[test]
fn an_image_without_extension_and_one_with_a_wrong_one_are_read_by_content() {
    let workspace = Workspace::new();
    workspace.image("train/1.png", 1).image("train/x.png", 7);
    workspace
        .copy("train/1.png", "val/noname")
        .copy("train/x.png", "val/lie.jpg");
    let (report, _) = workspace.check(&[]);
    assert_eq!(
        (leaked(&report), report["coverage"]["unreadable"].as_u64()),
        (2, Some(0))
    );
}

#[test]
fn folders_that_no_rule_knows_become_splits_by_their_roles() {
    let workspace = Workspace::new();
    workspace
        .image("round1/cat/1.png", 1)
        .image("round1/dog/2.png", 2)
        .image("round2/cat/3.png", 1)
        .image("round2/dog/4.png", 4);
    let roles = ["--role", "round1=training", "--role", "round2=val"];
    let (report, status) = workspace.check(&[&roles[..], &["--max-leakage", "0"]].concat());
    assert_eq!(
        splits(&report),
        ["round1:training:2", "round2:validation:2"]
    );
    assert_eq!((leaked(&report), status), (1, 1));
    workspace.file(
        "splitleak.toml",
        "role = [\"round1=training\", \"round2=test\"]\n",
    );
    assert_eq!(
        splits(&workspace.check(&[]).0),
        ["round1:training:2", "round2:test:2"]
    );
    let said = workspace.refused(&[".", "--role", "round3=test"]);
    assert!(
        said.contains("`--role round3=...`") && said.contains("round1"),
        "{said}"
    );
    let said = workspace.refused(&[".", "--role", "round1=train set"]);
    assert!(said.contains("NAME=ROLE"), "{said}");
}

#[test]
fn a_role_of_a_folder_inside_another_holds_in_any_order() {
    let workspace = Workspace::new();
    workspace
        .image("all/held/1.png", 1)
        .image("all/2.png", 1)
        .image("all/3.png", 3);
    let [outer, inner] = ["all=training", "all/held=validation"];
    for told in [[outer, inner], [inner, outer]] {
        let roles = ["--role", told[0], "--role", told[1]];
        let (report, status) = workspace.check(&[&roles[..], &["--max-leakage", "0"]].concat());
        assert_eq!(splits(&report), ["all:training:2", "all/held:validation:1"]);
        assert_eq!((leaked(&report), status), (1, 1));
    }
}

#[test]
fn a_split_may_be_given_another_role_than_its_name_says() {
    let workspace = Workspace::new();
    workspace
        .image("train/1.png", 1)
        .image("val/2.png", 2)
        .image("test/3.png", 1);
    assert_eq!(workspace.check(&["--max-leakage", "0"]).1, 1);
    let (report, status) = workspace.check(&["--max-leakage", "0", "--role", "test=other"]);
    assert_eq!(status, 0, "{}", report["gate"]);
    assert!(splits(&report).contains(&"test:other:1".to_owned()));
}

#[test]
fn each_fold_of_a_column_is_checked_against_the_others() {
    let workspace = Workspace::new();
    let mut table = "image,label,fold\n".to_owned();
    for image in 0..9_u32 {
        // The first two are one picture, in different folds.
        workspace.image(&format!("images/{image}.png"), image.max(1));
        table += &format!("images/{image}.png,{},{}\n", image % 2, image % 3);
    }
    workspace.file("folds.csv", table);
    let folds = ["--manifest", "folds.csv", "--folds", "fold"];
    let (report, status) = workspace.check(&[&folds[..], &["--max-leakage", "0"]].concat());
    assert_eq!(status, 1, "{}", report["gate"]);
    let told: Vec<String> = report["leakage"]
        .as_array()
        .unwrap()
        .iter()
        .map(|entry| {
            let text = |key: &str| entry[key].as_str().unwrap().to_owned();
            let (evaluation, training) = (text("evaluation_split"), text("training_split"));
            format!("{evaluation} {training} {}", entry["leaked"]["count"])
        })
        .collect();
    let expected = [
        "fold0/val fold0/train 1",
        "fold1/val fold1/train 1",
        "fold2/val fold2/train 0",
    ];
    assert_eq!(told, expected);
    let said = workspace.refused(&[".", "--manifest", "folds.csv", "--folds", "none"]);
    assert!(said.contains("no column `none`"), "{said}");
}

#[test]
fn lists_and_tables_given_as_splits() {
    let workspace = Workspace::new();
    workspace
        .image("data/images/a 1.png", 1)
        .image("data/images/2.png", 2)
        .image("data/images/3.png", 1);
    workspace.file(
        "data/lists/train.txt",
        "# mine\nimages/a 1.png\nimages/2.png dog\n",
    );
    workspace.file("data/lists/val.csv", "image,label\nimages/3.png,cat\n");
    let lists = [
        "--train",
        "data/lists/train.txt",
        "--val",
        "data/lists/val.csv",
    ];
    let (report, _) = workspace.check_dataset(&lists);
    assert_eq!(splits(&report), ["train:training:2", "val:validation:1"]);
    assert_eq!(leaked(&report), 1);
    let pair = &report["pairs"][0];
    assert_eq!(pair["training"]["path"], "images/a 1.png");
    assert_eq!(report["dataset"]["labels"][0]["labelled"], 2);
    // By name alone, as lists of ids have it.
    workspace.file("data/train.txt", "a 1\n2\n");
    let (report, _) =
        workspace.check_dataset(&["--train", "data/train.txt", "--val", "data/images"]);
    assert_eq!(report["leakage"][0]["by_kind"]["same-file"], 2);
    // Beside a folder, and with a line twice.
    workspace.file("data/lists/train.txt", "images/2.png\nimages/2.png\n");
    let mixed = ["--train", "data/lists/train.txt", "--val", "data/images"];
    let (report, _) = workspace.check_dataset(&mixed);
    assert_eq!(splits(&report), ["train:training:1", "val:validation:3"]);
    assert_eq!(report["leakage"][0]["by_kind"]["same-file"], 1);
    assert_eq!(paths_of(&report, "listed-twice"), ["images/2.png"]);
}

#[test]
fn a_list_of_images_that_are_not_here_is_refused_with_an_example() {
    let workspace = Workspace::new();
    workspace.image("images/1.png", 1);
    for (text, said) in [
        (
            "other/1.png\n",
            "neither beside it, nor in a folder above, nor here (for example `other/1.png`)",
        ),
        ("\n", "it lists no image; write a path on each line"),
    ] {
        workspace.file("train.txt", text);
        let refused = workspace.run(&["check", "--train", "train.txt", "--val", "images"]);
        assert_eq!(refused.status, 2);
        let flat = refused.stderr.replace("\n  ", " ");
        assert!(flat.contains(said), "{flat}");
    }
}

#[test]
fn a_description_of_which_a_part_is_not_here_keeps_the_verdict_open() {
    let verdict = |val: &str| {
        let workspace = Workspace::new();
        for (name, seed) in [("train/1", 1), ("train/2", 2), ("val/3", 3), ("val/4", 4)] {
            workspace.image(&format!("images/{name}.png"), seed);
        }
        let text = format!("train: images/train\nval: {val}\nnames: [cat]\n");
        workspace.file("data.yaml", text);
        let (report, _) = workspace.check(&[]);
        (
            report["verdict"].clone(),
            paths_of(&report, "description-not-used"),
        )
    };
    assert_eq!(verdict("images/val"), ("clear".into(), Vec::new()));
    let part = verdict("[images/val, images/more]");
    assert_eq!(part, ("unknown".into(), vec!["data.yaml".to_owned()]));
    let (absent, told) = verdict("/mnt/absent/val2024");
    assert_ne!(absent, "clear");
    assert_eq!(told, ["data.yaml"]);
}
