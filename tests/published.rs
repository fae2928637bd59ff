//! Labels and splits in the forms in which datasets are published: boxes of trackers, faces, words
//! and streets, and what looks like a label there and is none.

use serde_json::{Value, json};

use crate::annotations::annotation_codes;
use crate::workspace::{Workspace, codes, leaked};

/// Pictures of 96 x 72 below `train/` and `val/`, of which the last is a copy of the first.
const ALL: [(&str, u32); 5] = [
    ("train/a1", 1),
    ("train/a2", 2),
    ("train/a3", 3),
    ("val/b1", 4),
    ("val/b2", 1),
];

fn divided() -> Workspace {
    let workspace = Workspace::new();
    for (path, seed) in ALL {
        workspace.image(&format!("{path}.png"), seed);
    }
    workspace
}

/// Kinds, labelled and missing pictures, classes and boxes: `boxes 4+0 2 8`.
fn told(report: &Value) -> Vec<String> {
    let read = report["dataset"]["labels"].as_array().unwrap().iter();
    let one = |one: &Value| {
        let kind = one["kind"].as_str().unwrap();
        let [labelled, missing, classes, regions] =
            ["labelled", "missing", "classes", "regions"].map(|key| one[key].clone());
        format!("{kind} {labelled}+{missing} {classes} {regions}")
    };
    read.map(one).collect()
}

fn samples_of_splits(report: &Value) -> Vec<String> {
    let splits = report["dataset"]["splits"].as_array().unwrap().iter();
    let one = |split: &Value| format!("{} {}", split["name"].as_str().unwrap(), split["samples"]);
    splits.map(one).collect()
}

/// Checks that boxes of two classes are read of all five pictures, that one of them is a leak, and
/// what is said of a box that has no area.
fn reads_two_boxes_each(workspace: &Workspace, classes: u64, faulty: &Workspace) {
    let (report, _) = workspace.check(&[]);
    let labels = told(&report);
    let boxes = format!("boxes 5+0 {classes} 10");
    assert!(labels.contains(&boxes), "{labels:?}, not {boxes}");
    assert_eq!(leaked(&report), 1, "{}", report["dataset"]["evidence"]);
    assert_eq!(annotation_codes(&report), [""; 0]);
    let (report, _) = faulty.check(&[]);
    assert_eq!(annotation_codes(&report), ["box-without-area"]);
}

/// A dataset without faults, and the same with a box that has no width.
fn both(write: impl Fn(&Workspace, u64)) -> [Workspace; 2] {
    [20, 0].map(|width| {
        let workspace = divided();
        write(&workspace, width);
        workspace
    })
}

/// Whether a picture is the one that a fault is in.
fn width_of(name: &str, width: u64) -> u64 {
    if name == "a2" { width } else { 20 }
}

#[test]
fn json_of_many_tools_lists_objects_of_each_picture() {
    type Picture = fn(&str, u64) -> Value;
    let via: Picture = |name, width| {
        let region = |class: &str, width: u64| {
            json!({
                "shape_attributes": { "name": "rect", "x": 2, "y": 3, "width": width, "height": 9 },
                "region_attributes": { "kind": class },
            })
        };
        json!({ "filename": format!("{name}.png"), "size": 7, "regions": [region("cat", width), region("dog", 21)] })
    };
    let labelbox: Picture = |name, width| {
        let of = |class: &str, width: u64| json!({ "value": class, "bbox": { "left": 2, "top": 3, "width": width, "height": 9 } });
        json!({ "External ID": format!("{name}.png"), "Labeled Data": "https://x", "Label": { "objects": [of("cat", width), of("dog", 21)] } })
    };
    let bdd: Picture = |name, width| {
        let of = |class: &str, width: u64| json!({ "category": class, "box2d": { "x1": 2, "y1": 3, "x2": 2 + width, "y2": 9 } });
        json!({ "name": format!("{name}.png"), "labels": [of("cat", width), of("dog", 21)] })
    };
    for (what, picture) in [("via", via), ("labelbox", labelbox), ("bdd", bdd)] {
        let write = |workspace: &Workspace, width: u64| {
            for split in ["train", "val"] {
                let own = ALL.iter().filter_map(|one| one.0.strip_prefix(split));
                let own = own.map(|name| name.trim_start_matches('/'));
                let rows: Vec<Value> = own
                    .map(|name| picture(name, width_of(name, width)))
                    .collect();
                workspace.file(&format!("{split}/{what}.json"), json!(rows).to_string());
            }
        };
        let [whole, faulty] = both(write);
        reads_two_boxes_each(&whole, 2, &faulty);
    }
    let [whole, faulty] = both(|workspace, width| {
        let rows = ALL.iter().map(|(path, _)| {
            let name = path.rsplit('/').next().unwrap();
            let of = |class: u64, width: u64| json!({ "bbox": [2, 3, 2 + width, 9], "bbox_label": class });
            let instances = [of(0, width_of(name, width)), of(1, 21)];
            json!({ "img_path": format!("{name}.png"), "width": 96, "height": 72, "instances": instances })
        });
        let rows: Vec<Value> = rows.collect();
        let whole = json!({ "metainfo": { "classes": ["cat", "dog"] }, "data_list": rows });
        workspace.file("all.json", whole.to_string());
    });
    reads_two_boxes_each(&whole, 2, &faulty);
}

#[test]
fn json_beside_each_picture_has_objects_of_several_forms() {
    type Text = fn(u64) -> Value;
    let darwin: Text = |width| {
        let of = |class: &str, width: u64| json!({ "name": class, "bounding_box": { "x": 2, "y": 3, "w": width, "h": 9 } });
        json!({ "item": { "name": "x" }, "annotations": [of("cat", width), of("dog", 21)] })
    };
    let streets: Text = |width| {
        let of = |class: &str, width: u64| json!({ "label": class, "polygon": [[2, 3], [2 + width, 3], [2, 9]] });
        json!({ "imgWidth": 96, "imgHeight": 72, "objects": [of("car", width), of("road", 21)] })
    };
    for (text, behind) in [(darwin, ""), (streets, ""), (streets, "_gtFine_polygons")] {
        let [whole, faulty] = both(|workspace, width| {
            for (path, _) in ALL {
                let name = path.rsplit('/').next().unwrap();
                let own = text(width_of(name, width)).to_string();
                workspace.file(&format!("{path}{behind}.json"), own);
            }
        });
        reads_two_boxes_each(&whole, 2, &faulty);
    }
}

#[test]
fn texts_of_words_and_drones_stand_beside_pictures_under_their_names() {
    type Row = fn(u64) -> String;
    let corners: Row = |width| format!("2,3,{0},3,{0},9,2,9,STOP\n", 2 + width);
    let edges: Row = |width| format!("2 3 {} 9 \"STOP\"\n", 2 + width);
    let drone: Row = |width| format!("2,3,{width},9,1,4,0,0\n");
    for (row, before, classes) in [(corners, "gt_", 0), (edges, "gt_", 0), (drone, "", 1)] {
        let [whole, faulty] = both(|workspace, width| {
            for (path, _) in ALL {
                let (folder, name) = path.rsplit_once('/').unwrap();
                let text = row(width_of(name, width)) + &row(21);
                workspace.file(&format!("{folder}/{before}{name}.txt"), text);
            }
        });
        reads_two_boxes_each(&whole, classes, &faulty);
    }
}

#[test]
fn texts_of_many_pictures_have_boxes_below_or_behind_each() {
    let below = |name: &str, width: u64| {
        format!("{name}.png\n2\n2 3 {width} 9 0 0 0 0 0 0 \n2 3 21 9 0 0 0 0 0 0 \n")
    };
    let behind = |name: &str, width: u64| format!("{name}.png 2,3,{},9,0 2,3,23,9,1\n", 2 + width);
    type Row = fn(&str, u64) -> String;
    for (row, file, classes) in [
        (below as Row, "faces_bbx_gt.txt", 0),
        (behind as Row, "_annotations.txt", 2),
    ] {
        let [whole, faulty] = both(|workspace, width| {
            for split in ["train", "val"] {
                let own = ALL.iter().filter_map(|one| one.0.strip_prefix(split));
                let own = own.map(|name| name.trim_start_matches('/'));
                let text: String = own.map(|name| row(name, width_of(name, width))).collect();
                workspace.file(&format!("{split}/{file}"), text);
            }
        });
        reads_two_boxes_each(&whole, classes, &faulty);
    }
}

/// Two sequences to train on and one to evaluate on, with two objects in each frame.
fn tracked(width: u64) -> Workspace {
    let workspace = Workspace::new();
    for (number, sequence) in ["train/S1", "train/S2", "test/S3"].iter().enumerate() {
        let mut text = String::new();
        for frame in 1..=2_u32 {
            let seed = number as u32 * 2 + frame;
            let seed = if seed == 6 { 1 } else { seed };
            workspace.image(&format!("{sequence}/img1/{frame:06}.png"), seed);
            text += &format!("{frame},1,-3,3,{},9,1,1,1\n", 23);
            text += &format!("{frame},2,2,3,{width},9,1,1,1\n{frame},3,2,3,9,9,0,1,1\n");
        }
        workspace.file(&format!("{sequence}/gt/gt.txt"), text);
    }
    workspace
}

#[test]
fn boxes_of_tracks_are_those_of_the_frames_of_their_sequence() {
    let (report, _) = tracked(20).check(&[]);
    assert_eq!(told(&report), ["boxes 6+0 1 12"]);
    assert_eq!(leaked(&report), 1);
    assert_eq!(annotation_codes(&report), [""; 0]);
    let (report, _) = tracked(0).check(&[]);
    assert_eq!(annotation_codes(&report), ["box-without-area"]);
}

#[test]
fn a_record_a_line_in_a_file_for_each_split_tells_splits_and_boxes() {
    let workspace = Workspace::new();
    for (path, seed) in ALL {
        let name = path.rsplit('/').next().unwrap();
        workspace.image(&format!("Images/{name}.png"), seed);
    }
    for split in ["train", "val"] {
        let own = ALL.iter().filter_map(|one| one.0.strip_prefix(split));
        let line = |name: &str| {
            let boxes = json!([{ "tag": "person", "vbox": [2, 3, 20, 9], "fbox": [2, 3, 20, 9] }]);
            json!({ "ID": name.trim_start_matches('/'), "gtboxes": boxes }).to_string() + "\n"
        };
        workspace.file(
            &format!("annotation_{split}.odgt"),
            own.map(line).collect::<String>(),
        );
    }
    let (report, _) = workspace.check(&[]);
    assert_eq!(samples_of_splits(&report), ["train 3", "val 2"]);
    assert_eq!(
        (told(&report), leaked(&report)),
        (vec!["boxes 5+0 1 5".to_owned()], 1)
    );
}

#[test]
fn numbers_of_lines_and_edges_of_boxes_are_no_classes() {
    // The number of its line behind each picture, as ImageNet lists it.
    let workspace = Workspace::new();
    let mut lists = [String::new(), String::new()];
    for seed in 1..=16_u32 {
        let (list, split) = if seed <= 12 { (0, "train") } else { (1, "val") };
        workspace.image(
            &format!("images/{seed:02}.png"),
            if seed == 16 { 1 } else { seed },
        );
        let number = if seed <= 12 { seed } else { seed - 12 };
        lists[list] += &format!("{seed:02} {number}\n");
        workspace.file(&format!("{split}.txt"), lists[list].clone());
    }
    let (report, _) = workspace.check(&[]);
    assert_eq!((told(&report), leaked(&report)), (vec![], 1));
    assert!(!codes(&report).contains(&"label-conflict".to_owned()));
    workspace.file("train.txt", lists[0].replace("12 12\n", "12 3\n"));
    assert_eq!(told(&workspace.check(&[]).0), ["classes 16+0 11 null"]);

    // The number of pictures behind each folder, below that of folders, as LFW lists people.
    let workspace = Workspace::new();
    let mut seed = 0;
    for (split, people) in [("train", "ABCDEFGHIJ"), ("test", "KLMNOPQRST")] {
        let mut list = "10\n".to_owned();
        for person in people.chars() {
            for number in 1..=2_u32 {
                seed += 1;
                let seed = if person == 'T' && number == 2 {
                    1
                } else {
                    seed
                };
                workspace.image(&format!("lfw/{person}/{person}_{number:04}.png"), seed);
            }
            list += &format!("{person}\t2\n");
        }
        workspace.file(&format!("{split}.txt"), list);
    }
    let (report, _) = workspace.check(&[]);
    assert_eq!(samples_of_splits(&report), ["train 20", "test 20"]);
    assert_eq!((told(&report), leaked(&report)), (vec![], 1));

    // Columns without names: a picture, two corners, and the class.
    let rows = |split: &str, class: fn(usize) -> &'static str| -> String {
        let own = ALL
            .iter()
            .filter(|one| one.0.starts_with(split))
            .enumerate();
        own.map(|(at, (path, _))| format!("{path}.png,2,3,{},9,{}\n", 20 + at, class(at)))
            .collect()
    };
    let class = |at: usize| if at.is_multiple_of(2) { "cat" } else { "dog" };
    let workspace = divided();
    for split in ["train", "val"] {
        workspace.file(&format!("{split}_annotations.csv"), rows(split, class));
    }
    let labels = told(&workspace.check(&[]).0);
    assert!(labels.contains(&"boxes 5+0 2 5".to_owned()), "{labels:?}");
    assert!(
        labels.contains(&"classes 5+0 2 null".to_owned()),
        "{labels:?}"
    );
}

#[test]
fn tables_that_say_several_things_of_one_split_are_of_that_split() {
    let workspace = divided();
    for split in ["train", "val"] {
        let own = ALL
            .iter()
            .filter(|one| one.0.starts_with(split))
            .enumerate();
        let (mut boxes, mut points) = (
            "NAME_ID,X,Y,W,H\n".to_owned(),
            "NAME_ID,P1X,P1Y\n".to_owned(),
        );
        for (at, (path, _)) in own {
            boxes += &format!("{path},2,{},{},9\n", 3 + at, 20 + at);
            points += &format!("{path},{}.5,7.25\n", 2 + at);
        }
        workspace.file(&format!("bb/loose_bb_{split}.csv"), boxes);
        workspace.file(&format!("bb/loose_landmark_{split}.csv"), points);
    }
    let (report, _) = workspace.check(&[]);
    assert_eq!(samples_of_splits(&report), ["train 3", "val 2"]);
    assert_eq!(
        (told(&report), leaked(&report)),
        (vec!["boxes 5+0 0 5".to_owned()], 1)
    );
    assert!(!codes(&report).contains(&"several-parts".to_owned()));

    let workspace = divided();
    for split in ["train", "val"] {
        let own = ALL.iter().filter(|one| one.0.starts_with(split));
        let row = |(path, _): &(&str, u32)| {
            let name = path.rsplit('/').next().unwrap();
            format!("{name},/m/0k4j,1,0.1,0.5,0.2,0.6\n{name},/m/01g317,1,0.3,0.9,0.2,0.6\n")
        };
        let rows: String = own.map(row).collect();
        let head = "ImageID,LabelName,Confidence,XMin,XMax,YMin,YMax\n";
        workspace.file(
            &format!("{split}-annotations-bbox.csv"),
            head.to_owned() + &rows,
        );
    }
    assert_eq!(told(&workspace.check(&[]).0), ["boxes 5+0 2 10"]);
}

#[test]
fn a_table_of_regions_has_shapes_and_classes_in_cells() {
    let [whole, faulty] = both(|workspace, width| {
        for split in ["train", "val"] {
            let head = "filename,file_size,file_attributes,region_count,region_id,region_shape_attributes,region_attributes\n";
            let mut table = head.to_owned();
            let own = ALL.iter().filter_map(|one| one.0.strip_prefix(split));
            for name in own.map(|name| name.trim_start_matches('/')) {
                for (class, width) in [("cat", width_of(name, width)), ("dog", 21)] {
                    let shape =
                        json!({ "name": "rect", "x": 2, "y": 3, "width": width, "height": 9 });
                    let cells = [shape, json!({ "kind": class })];
                    let cells = cells.map(|cell| cell.to_string().replace('"', "\"\""));
                    table += &format!(
                        "{name}.png,7,\"{{}}\",2,0,\"{}\",\"{}\"\n",
                        cells[0], cells[1]
                    );
                }
            }
            workspace.file(&format!("{split}/via_export_csv.csv"), table);
        }
    });
    reads_two_boxes_each(&whole, 2, &faulty);
}

#[test]
fn a_further_split_without_annotations_is_a_split_beside_those_that_have_some() {
    let workspace = divided();
    for split in ["train", "val"] {
        let own = ALL.iter().filter_map(|one| one.0.strip_prefix(split));
        let row = |name: &str| {
            let edges = json!({ "x1": 2, "y1": 3, "x2": 20, "y2": 9 });
            let name = format!("{}.png", name.trim_start_matches('/'));
            json!({ "name": name, "labels": [{ "category": "car", "box2d": edges }] })
        };
        let rows: Vec<Value> = own.map(row).collect();
        workspace.file(&format!("labels/{split}.json"), json!(rows).to_string());
    }
    let (report, _) = workspace.check(&[]);
    assert_eq!(report["dataset"]["layout"], "exports");
    workspace.image("test/c1.png", 2);
    let (report, _) = workspace.check(&[]);
    let expected = ["train 3", "val 2", "test 1"];
    assert_eq!(samples_of_splits(&report), expected);
    assert_eq!(
        (told(&report), leaked(&report)),
        (vec!["boxes 5+1 1 5".to_owned()], 1)
    );
    // An image more in a folder that is described was left out on purpose, or was forgotten.
    workspace.image("val/b3.png", 9);
    let (report, _) = workspace.check(&[]);
    assert_eq!(report["dataset"]["layout"], "exports");
}

#[test]
fn a_list_to_evaluate_on_alone_says_what_is_missing() {
    let workspace = Workspace::new();
    for number in 1..=5_u32 {
        workspace.image(&format!("images/{number}.png"), number);
    }
    workspace.file("valid.txt", "4.png\n5.png\n");
    let (report, _) = workspace.check(&[]);
    assert_eq!(report["verdict"], "not-judged");
    let said = workspace.run(&["check", "."]).stdout;
    let said = said.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(
        said.contains("`valid.txt` lists 2 of 5 images to evaluate on"),
        "{said}"
    );
    workspace.file("train.txt", "1.png\n2.png\n3.png\n");
    assert_eq!(workspace.check(&[]).0["verdict"], "clear");
}

#[test]
fn names_of_pictures_that_splits_count_anew_are_no_groups() {
    let workspace = Workspace::new();
    for split in ["train", "test"] {
        let mut table = "image,xmin,ymin,xmax,ymax,label\n".to_owned();
        for number in 1..=6_u32 {
            let seed = if split == "train" {
                number
            } else {
                10 + number
            };
            workspace.image(&format!("{split}/img{number}.png"), seed);
            table += &format!("img{number}.png,2,3,{},9,cat\n", 20 + number);
        }
        workspace.file(&format!("{split}/{split}-export.csv"), table);
    }
    let (report, _) = workspace.check(&[]);
    assert_eq!(report["verdict"], "clear", "{:?}", codes(&report));
}
