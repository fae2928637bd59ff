//! Labels that files beside pictures tell, with splits and without: which are read, and which
//! files that look alike are left alone.

use serde_json::{Value, json};

use crate::annotations::{annotation_codes, labels};
use crate::workspace::{Workspace, codes};

/// Pictures of 96 x 72 in one folder, in no split.
fn unsplit() -> Workspace {
    let workspace = Workspace::new();
    for number in 1..=4 {
        workspace.image(&format!("images/{number}.png"), number);
    }
    workspace
}

/// Kinds, labelled and missing pictures and classes that a report tells: `boxes 4+0 2`.
fn told(report: &Value) -> Vec<String> {
    let read = report["dataset"]["labels"].as_array().unwrap().iter();
    read.map(|one| {
        let kind = one["kind"].as_str().unwrap();
        format!(
            "{kind} {}+{} {}",
            one["labelled"], one["missing"], one["classes"]
        )
    })
    .collect()
}

fn splits(report: &Value) -> usize {
    report["dataset"]["splits"].as_array().unwrap().len()
}

/// A COCO document about pictures, with a box of each class on each.
fn coco(pictures: &[&str]) -> String {
    let images = pictures
        .iter()
        .enumerate()
        .map(|(id, name)| json!({ "id": id, "file_name": name }));
    let boxes = (0..pictures.len() * 2).map(
        |id| json!({ "id": id, "image_id": id / 2, "category_id": id % 2, "bbox": [1, 1, 20, 20] }),
    );
    json!({
        "images": images.collect::<Vec<_>>(),
        "annotations": boxes.collect::<Vec<_>>(),
        "categories": [{ "id": 0, "name": "cat" }, { "id": 1, "name": "dog" }],
    })
    .to_string()
}

#[test]
fn coco_without_a_split_draws_and_divides_nothing() {
    let all = ["1.png", "2.png", "3.png", "4.png"];
    for name in ["annotations.json", "annotations/instances_default.json"] {
        let workspace = unsplit();
        workspace.file(name, coco(&all));
        let (report, _) = workspace.check(&[]);
        let source = format!("boxes COCO annotations `{name}` 4+0 2 8");
        assert_eq!((labels(&report), splits(&report)), (vec![source], 0));
        assert_eq!(annotation_codes(&report), [""; 0]);
    }
    let workspace = unsplit();
    workspace.file("annotations.json", coco(&["7.png", "8.png", "1.png"]));
    assert_eq!(told(&workspace.check(&[]).0), [""; 0], "other pictures");
    workspace.file(
        "annotations.json",
        coco(&all).replace("annotations", "notes"),
    );
    assert_eq!(told(&workspace.check(&[]).0), [""; 0], "nothing is drawn");
}

#[test]
fn calibrations_beside_label_files_of_kitti_are_left_out() {
    let workspace = unsplit();
    let car = "Car 0.00 0 1.55 4.24 1.78 27.31 44.77 1.57 1.73 4.15 1.00 1.75 13.22 1.62\n";
    for number in 1..=4 {
        workspace.file(&format!("label_2/{number}.txt"), car);
        workspace.file(&format!("calib/{number}.txt"), "P0: 7.2e+02 0 6.1e+02\n");
    }
    let (report, _) = workspace.check(&[]);
    assert_eq!(told(&report), ["boxes 4+0 1"]);
    assert_eq!(annotation_codes(&report), [""; 0]);
    // Among files of one folder, other forms tell that the tool is another.
    for number in 2..=4 {
        workspace.file(&format!("label_2/{number}.txt"), "a photo of a cat\n");
    }
    assert_eq!(told(&workspace.check(&[]).0), [""; 0]);
}

#[test]
fn masks_and_folders_that_lists_name_are_no_classes() {
    let workspace = Workspace::new();
    for (path, seed) in [
        ("a_train/1", 1),
        ("a_train/2", 2),
        ("a_valid/3", 3),
        ("a_valid/4", 1),
    ] {
        workspace.image(&format!("{path}.png"), seed);
    }
    let list = |workspace: &Workspace, behind: fn(&str) -> String| {
        let of = |names: [&str; 2]| {
            names
                .map(|name| format!("{name}.png{}\n", behind(name)))
                .concat()
        };
        workspace.file("train.txt", of(["a_train/1", "a_train/2"]));
        workspace.file("valid.txt", of(["a_valid/3", "a_valid/4"]));
        let (report, _) = workspace.check(&[]);
        assert_eq!(report["dataset"]["layout"], "lists");
        (
            told(&report),
            codes(&report).contains(&"label-conflict".to_owned()),
        )
    };
    assert_eq!(list(&workspace, |_| String::new()), (vec![], false));
    let mask = |name: &str| format!(" /masks/{}", name.replace('/', "_") + ".png");
    assert_eq!(list(&workspace, mask), (vec![], false));
    let class = |name: &str| format!(" {}", if name.ends_with('4') { "dog" } else { "cat" });
    let classes = (vec!["classes 4+0 2".to_owned()], true);
    assert_eq!(list(&workspace, class), classes);
}

/// A table about the four pictures, a row for each.
fn table(header: &str, row: fn(u32) -> String) -> String {
    let rows = (1..=4).map(|number| row(number) + "\n");
    format!("{header}\n{}", rows.collect::<String>())
}

#[test]
fn tables_tell_classes_and_boxes_without_splits() {
    fn class(number: u32) -> &'static str {
        if number.is_multiple_of(2) {
            "cat"
        } else {
            "dog"
        }
    }
    let cases = [
        (
            "ann.csv",
            table("image,label", |at| format!("{at}.png,{}", class(at))),
            "classes 4+0 2",
        ),
        (
            "ann.csv",
            table("image_name,label_name", |at| format!("{at},{}", class(at))),
            "classes 4+0 2",
        ),
        (
            "ann.txt",
            table("1.png dog", |at| format!("{at}.png {}", class(at))),
            "classes 4+0 2",
        ),
        (
            "a.csv",
            table("image,cat,wet", |at| format!("{at}.png,{},1", at % 2)),
            "tags 4+0 2",
        ),
        (
            "a.csv",
            table("image,label,x1,y1,w,h", |at| {
                format!("{at}.png,cat,1,1,{at},9")
            }),
            "boxes 4+0 1",
        ),
        (
            "a.csv",
            table("image,label,x,y,w,h", |at| {
                format!("{at}.png,cat,1,1,{at},9")
            }),
            "boxes 4+0 1",
        ),
    ];
    for (name, text, expected) in cases {
        let workspace = unsplit();
        workspace.file(name, &text);
        let (report, _) = workspace.check(&[]);
        assert_eq!(
            (told(&report), splits(&report)),
            (vec![expected.to_owned()], 0),
            "{text}"
        );
        assert_eq!(annotation_codes(&report), [""; 0], "{text}");
    }
    for (name, text) in [
        (
            "a.csv",
            table("image,score", |at| format!("{at}.png,0.{at}")),
        ),
        (
            "a.csv",
            table("image,label,confidence", |at| {
                format!("{at}.png,cat,0.{at}")
            }),
        ),
        (
            "predictions.csv",
            table("image,label", |at| format!("{at}.png,c{at}")),
        ),
        (
            "a.csv",
            table("image,label", |at| format!("other{at}.png,c{at}")),
        ),
        (
            "a.csv",
            table("image,x,y,w,h", |at| format!("{at}.png,{at}0,0,32,32")),
        ),
        (
            "notes.txt",
            table("1.png dog", |at| format!("{at}.png dog{at}")),
        ),
    ] {
        let workspace = unsplit();
        workspace.file(name, &text);
        assert_eq!(told(&workspace.check(&[]).0), [""; 0], "{text}");
    }
}

#[test]
fn a_cell_of_two_corners_leaves_no_picture() {
    let workspace = unsplit();
    let of = |cell: &str| {
        format!(
            "image,label,width,height,bbox\n1.png,cat,96,72,\"{cell}\"\n2.png,dog,96,72,\"[1, 2, 9, 9]\"\n"
        )
    };
    for (cell, codes) in [
        ("[50, 40, 90, 70]", vec![]),
        ("[50, 40, 20, 30]", vec![]),
        ("[50, 40, 90, 30]", vec!["box-outside-picture"]),
    ] {
        workspace.file("boxes.csv", of(cell));
        let (report, _) = workspace.check(&[]);
        assert_eq!(told(&report).last().unwrap(), "boxes 2+2 2", "{cell}");
        let found = annotation_codes(&report);
        let wrong = found.iter().filter(|code| *code != "picture-without-label");
        assert_eq!(wrong.collect::<Vec<_>>(), codes, "{cell}");
    }
}
