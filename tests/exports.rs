//! Splits and classes that annotation tools write, and front matter of the Hugging Face Hub.

use serde_json::{Value, json};

use crate::workspace::{Workspace, codes, leaked};

/// Four pictures below `images/`, two to train on and two to evaluate on; the first and the last
/// are one picture, which is a cat in training and a dog in validation.
const ALL: [(&str, &str, &str); 4] = [
    ("1", "train", "cat"),
    ("2", "train", "dog"),
    ("3", "val", "cat"),
    ("4", "val", "dog"),
];

fn pictures() -> Workspace {
    let workspace = Workspace::new();
    for (name, seed) in [("1", 1), ("2", 2), ("3", 3), ("4", 1)] {
        workspace.image(&format!("images/{name}.png"), seed);
    }
    workspace
}

/// Checks that one of two samples leaks, and that its label contradicts that of its copy.
fn tells_splits_and_classes(workspace: &Workspace, layout: &str) {
    let (report, _) = workspace.check(&[]);
    let evidence = &report["dataset"]["evidence"];
    assert_eq!(report["dataset"]["layout"], layout, "{evidence}");
    assert_eq!(
        (leaked(&report), denominator(&report)),
        (1, 2),
        "{evidence}"
    );
    assert!(
        codes(&report).contains(&"label-conflict".to_owned()),
        "{evidence}: {:?}",
        codes(&report)
    );
}

fn denominator(report: &Value) -> u64 {
    report["leakage"][0]["leaked"]["denominator"]
        .as_u64()
        .unwrap()
}

#[test]
fn annotation_tools_tell_splits_and_classes() {
    let mut cvat = "<annotations><version>1.1</version>".to_owned();
    let (mut studio, mut samples) = (Vec::new(), Vec::new());
    for (name, split, class) in ALL {
        cvat += &format!(
            "<image id=\"{name}\" name=\"{name}.png\" subset=\"{split}\"><tag label=\"{class}\"/></image>"
        );
        studio.push(json!({
            "data": { "image": format!("/data/upload/1/0a1b2c3d-{name}.png"), "split": split },
            "annotations": [{ "result": [{ "value": { "choices": [class] } }] }],
        }));
        samples.push(json!({
            "filepath": format!("images/{name}.png"),
            "tags": [split],
            "ground_truth": { "_cls": "Classification", "label": class },
        }));
    }
    let datumaro = |split: &str| {
        let items = ALL
            .iter()
            .filter(|one| one.1 == split)
            .map(|(name, _, class)| {
                let number = u8::from(*class == "dog");
                json!({ "id": name, "annotations": [{ "type": "label", "label_id": number }] })
            });
        let labels = json!({ "labels": [{ "name": "cat" }, { "name": "dog" }] });
        json!({ "categories": { "label": labels }, "items": items.collect::<Vec<_>>() }).to_string()
    };
    let listed = |split: &str| -> Vec<Value> {
        let of_split = ALL.iter().filter(|one| one.1 == split);
        let entry =
            |(name, _, class): &(&str, &str, &str)| json!([format!("{name}.png"), 0, class]);
        of_split.map(entry).collect()
    };
    let divided = json!({ "train": listed("train"), "val": listed("val") });
    for files in [
        vec![("splits.json", divided.to_string())],
        vec![
            ("train.json", Value::from(listed("train")).to_string()),
            ("test.json", Value::from(listed("val")).to_string()),
        ],
        vec![("annotations.xml", cvat + "</annotations>")],
        vec![("project-1.json", Value::from(studio).to_string())],
        vec![("samples.json", json!({ "samples": samples }).to_string())],
        vec![
            ("annotations/train.json", datumaro("train")),
            ("annotations/val.json", datumaro("val")),
        ],
    ] {
        let workspace = pictures();
        for (path, text) in &files {
            workspace.file(path, text);
        }
        tells_splits_and_classes(&workspace, "exports");
    }
}

/// An export of one split in each tool's form.
fn of_split(tool: &str, split: &str) -> String {
    let own = ALL.iter().filter(|one| one.1 == split);
    match tool {
        "cvat" => {
            let image = |(name, _, class): &(&str, &str, &str)| {
                format!("<image name=\"{name}.png\"><tag label=\"{class}\"/></image>")
            };
            let images: String = own.map(image).collect();
            format!("<annotations><version>1.1</version>{images}</annotations>")
        }
        "vott" => {
            let asset = |(name, _, class): &(&str, &str, &str)| {
                let edges = json!({ "left": 1, "top": 1, "width": 9, "height": 9 });
                let region = json!({ "tags": [class], "boundingBox": edges });
                let asset = json!({ "name": format!("{name}.png") });
                (
                    (*name).to_owned(),
                    json!({ "asset": asset, "regions": [region] }),
                )
            };
            let assets: serde_json::Map<String, Value> = own.map(asset).collect();
            json!({ "tags": [{ "name": "cat" }, { "name": "dog" }], "assets": assets }).to_string()
        }
        "csv" => {
            let row =
                |(name, _, class): &(&str, &str, &str)| format!("{name}.png,1,1,9,9,{class}\n");
            format!(
                "image,xmin,ymin,xmax,ymax,label\n{}",
                own.map(row).collect::<String>()
            )
        }
        _ => {
            let picture = |(name, _, class): &(&str, &str, &str)| {
                let at = json!({ "x": 9, "y": 9, "width": 4, "height": 4 });
                let object = json!({ "label": class, "coordinates": at });
                json!({ "image": format!("{name}.png"), "annotations": [object] })
            };
            Value::from(own.map(picture).collect::<Vec<_>>()).to_string()
        }
    }
}

#[test]
fn files_of_one_tool_that_are_named_after_splits_tell_them() {
    for (tool, train, val) in [
        ("cvat", "train.xml", "val.xml"),
        ("vott", "train-export.json", "val-export.json"),
        ("createml", "train.json", "val.json"),
        ("csv", "train-export.csv", "val-export.csv"),
    ] {
        let workspace = pictures();
        workspace.file(train, of_split(tool, "train"));
        workspace.file(val, of_split(tool, "val"));
        let layout = if tool == "csv" { "tables" } else { "exports" };
        tells_splits_and_classes(&workspace, layout);
    }
    for (first, second) in [("train.xml", "second.xml"), ("train_1.xml", "train_2.xml")] {
        let workspace = pictures();
        workspace.file(first, of_split("cvat", "train"));
        workspace.file(second, of_split("cvat", "val"));
        let (report, _) = workspace.check(&[]);
        assert_eq!(report["dataset"]["layout"], "unsplit", "{second}");
    }
}

#[test]
fn an_export_about_other_pictures_divides_nothing() {
    let workspace = pictures();
    let others = "<annotations><image name=\"x.png\" subset=\"train\"/><image name=\"y.png\" subset=\"val\"/></annotations>";
    workspace.file("annotations.xml", others);
    let (report, _) = workspace.check(&[]);
    assert_eq!(report["dataset"]["layout"], "unsplit");
}

#[test]
fn front_matter_of_the_hub_tells_splits() {
    let workspace = Workspace::new();
    workspace
        .image("data/part-a/cat/1.png", 1)
        .image("data/part-a/dog/2.png", 2)
        .image("data/part-b/cat/3.png", 3)
        .image("data/part-b/dog/4.png", 1);
    let front = "---\nlicense: mit\nconfigs:\n- config_name: default\n  data_files:\n  - split: train\n    path: data/part-a/**\n  - split: validation\n    path: \"data/part-b/**\"\n---\n# Cats\n";
    workspace.file("README.md", front);
    tells_splits_and_classes(&workspace, "image-folder");
    workspace.file("README.md", "# Cats\n---\nconfigs: none\n---\n");
    assert_eq!(workspace.check(&[]).0["dataset"]["layout"], "unsplit");
}

/// Splits as folders; what `write` adds tells the classes.
fn labelled(write: impl Fn(&Workspace, &str, &str, &str)) {
    let workspace = Workspace::new();
    for ((name, split, class), seed) in ALL.into_iter().zip([1, 2, 3, 1]) {
        workspace.image(&format!("{split}/images/{name}.png"), seed);
        write(&workspace, name, split, class);
    }
    tells_splits_and_classes(&workspace, "image-folder");
}

#[test]
fn annotations_beside_split_folders_tell_classes() {
    labelled(|workspace, name, split, class| {
        let text = format!("<annotation><object><name>{class}</name></object></annotation>");
        workspace.file(&format!("{split}/annotations/{name}.xml"), text);
    });
    labelled(|workspace, name, split, class| {
        let text = json!({ "imagePath": "x", "shapes": [{ "label": class }] });
        workspace.file(&format!("{split}/images/{name}.json"), text.to_string());
    });
    let of = |split: &str, line: fn(&str, &str) -> String| {
        let rows = ALL.iter().filter(|one| one.1 == split);
        rows.map(|(name, _, class)| line(name, class))
            .collect::<String>()
    };
    labelled(|workspace, _, split, _| {
        let file = format!("{split}/_annotations.createml.json");
        workspace.file(&file, of_split("createml", split));
    });
    labelled(|workspace, _, split, _| {
        let rows = of(split, |name, class| format!("{name}.png\t{class}\t0\t0\n"));
        workspace.file(&format!("{split}/{split}_annotations.txt"), rows);
    });
    labelled(|workspace, _, split, _| {
        let rows = of(split, |name, class| {
            let flags = if class == "cat" { "1, 0" } else { "0, 1" };
            format!("{name}.png, {flags}\n")
        });
        workspace.file(
            &format!("{split}/_classes.csv"),
            format!("filename, cat, dog\n{rows}"),
        );
    });
}

#[test]
fn label_files_of_yolo_tell_classes() {
    let workspace = Workspace::new();
    for ((name, split, class), seed) in ALL.into_iter().zip([1, 2, 3, 1]) {
        workspace.image(&format!("images/{split}/{name}.png"), seed);
        let number = u8::from(class == "dog");
        workspace.file(
            &format!("labels/{split}/{name}.txt"),
            format!("{number} .5 .5 .1 .1\n"),
        );
    }
    let yaml = "train: images/train\nval: images/val\nnames: [cat, dog]\n";
    workspace.file("data.yaml", yaml);
    tells_splits_and_classes(&workspace, "yolo");
    // One picture shows both: what is seen is no class of the picture.
    workspace.file("labels/train/2.txt", "0 .5 .5 .1 .1\n1 .5 .5 .2 .2\n");
    let (report, _) = workspace.check(&[]);
    assert!(!codes(&report).contains(&"label-conflict".to_owned()));
}

#[test]
fn folds_without_roles_come_with_what_to_say() {
    let workspace = pictures();
    workspace.file(
        "folds.csv",
        "path,fold\nimages/1.png,0\nimages/2.png,0\nimages/3.png,1\nimages/4.png,1\n",
    );
    let (report, _) = workspace.check(&[]);
    let evidence = report["dataset"]["evidence"].as_str().unwrap();
    assert!(evidence.ends_with("say `--folds fold`"), "{evidence}");
    let (report, _) = workspace.check(&["--manifest", "folds.csv", "--folds", "fold"]);
    assert_eq!(report["leakage"].as_array().unwrap().len(), 2);
}
