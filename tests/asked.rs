//! What the user asks for has an effect or is refused, and what tells groups is used or asked
//! about.

use serde_json::{Value, json};

use crate::road;
use crate::workspace::Workspace;

/// Eight pictures in `train/`, four in `val/`, all different, and a table of whom each shows.
fn patients() -> Workspace {
    let workspace = Workspace::new();
    let mut rows = vec!["image,patient_id,when,label".to_owned()];
    for seed in 0..12_u32 {
        let split = if seed < 8 { "train" } else { "val" };
        workspace.image(&format!("{split}/x{seed}.png"), seed + 1);
        rows.push(format!(
            "x{seed}.png,P{},{},{}",
            seed % 4,
            seed * 10,
            seed % 2
        ));
    }
    workspace.file("metadata.csv", rows.join("\n"));
    workspace
}

#[test]
fn a_column_of_a_table_beside_the_splits_tells_groups() {
    let (report, status) =
        patients().check(&["--group-column", "Patient_ID", "--max-leakage", "0"]);
    let groups = &report["recordings"]["groups"][0];
    assert_eq!(
        (groups["shared"].as_u64(), status),
        (Some(4), 1),
        "{groups}"
    );
    let (report, _) = patients().check(&["--time-column", "when"]);
    assert_eq!(report["gate"]["passed"], true);
}

#[test]
fn an_option_that_finds_nothing_to_apply_to_is_refused() {
    let columns = ["`patient_id`", "`metadata.csv`", "leave the option out"];
    for option in [
        "group-column",
        "split-column",
        "folds",
        "time-column",
        "label-column",
    ] {
        let said = patients().refused(&[".", &format!("--{option}"), "nosuch"]);
        let told = format!("`--{option} nosuch`: no table has a column `nosuch`");
        for part in columns.into_iter().chain([told.as_str()]) {
            assert!(said.contains(part), "{part}: {said}");
        }
    }
    for (option, pattern) in [
        ("group-pattern", r"(?<group>case\d+)_"),
        (
            "sequence-pattern",
            r"(?<recording>[^/]+)/frame_(?<index>\d+)",
        ),
    ] {
        let said = patients().refused(&[".", &format!("--{option}"), pattern]);
        assert!(
            said.contains("fits 0 of 12 names, such as `train/x0.png`"),
            "{said}"
        );
    }
    let folders = Workspace::new();
    folders.image("train/a.png", 1).image("val/b.png", 2);
    let said = folders.refused(&[".", "--group-column", "patient"]);
    assert!(said.contains("there is no table"), "{said}");
}

#[test]
fn a_column_of_a_table_about_other_pictures_is_refused() {
    let workspace = Workspace::new();
    workspace.image("train/a.png", 1).image("val/b.png", 2);
    workspace.file("other.csv", "image,patient\nq.png,1\nr.png,2\n");
    let said = workspace.refused(&[".", "--group-column", "patient"]);
    assert!(
        said.contains("`other.csv` has such a column, but no row"),
        "{said}"
    );
}

#[test]
fn a_pattern_that_fits_some_names_is_taken() {
    let (report, _) = patients().check(&["--group-pattern", r"(?<group>x[0-3])\.png"]);
    let groups = report["recordings"]["groups"].as_array().unwrap().iter();
    let mut rules = groups.map(|one| one["rule"].to_string());
    assert!(
        rules.any(|rule| rule.contains("x[0-3]")),
        "{:#}",
        report["recordings"]
    );
}

/// Folders of a competition: twelve labelled pictures under drawn ids, four without labels, and a
/// table of the ids with `column` of `value`.
fn competition(column: &str, value: fn(u32) -> String) -> Workspace {
    let workspace = Workspace::new();
    let mut rows = vec![format!("id_code,diagnosis,{column}")];
    for seed in 0..12_u32 {
        let id = format!("{:08x}", (seed + 1).wrapping_mul(2_654_435_761));
        workspace.image(&format!("train_images/{id}.png"), seed + 1);
        rows.push(format!("{id},{},{}", seed % 2, value(seed)));
    }
    for seed in 20..24 {
        workspace.image(&format!("test_images/{seed}aa.png"), seed);
    }
    workspace.file("train.csv", rows.join("\n"));
    workspace
}

#[test]
fn folds_of_bare_ids_are_those_of_the_pictures_whatever_their_folder_is_called() {
    let workspace = competition("fold", |seed| (seed % 3).to_string());
    let (report, _) = workspace.check(&["--folds", "fold"]);
    let entries = report["leakage"].as_array().unwrap();
    let sizes = entries.iter().map(|one| &one["leaked"]["denominator"]);
    assert_eq!(sizes.collect::<Vec<_>>(), [4, 4, 4], "{report:#}");
    let (report, _) = workspace.check(&[]);
    let evidence = report["dataset"]["evidence"].as_str().unwrap();
    assert!(evidence.contains("say `--folds fold`"), "{evidence}");
}

#[test]
fn a_table_of_bare_ids_divides_a_folder_to_train_on_into_all_three() {
    let part = |seed: u32| ["train", "train", "val", "test"][seed as usize % 4].to_owned();
    let (report, _) = competition("split", part).check(&[]);
    let sizes = report["leakage"].as_array().unwrap().iter();
    let sizes: Vec<&Value> = sizes.map(|one| &one["leaked"]["denominator"]).collect();
    assert_eq!(sizes, [3, 3], "{report:#}");
}

#[test]
fn a_table_of_ids_that_several_pictures_have_keeps_the_verdict_open() {
    let workspace = Workspace::new();
    let mut rows = vec!["id,fold".to_owned()];
    for seed in 0..8_u32 {
        let split = if seed < 4 { "train" } else { "val" };
        for part in ["a", "b"] {
            let other = if part == "a" { 100 } else { 0 };
            workspace.image(&format!("{split}/{part}/{seed}.png"), seed + other);
        }
        rows.push(format!("{seed},{}", seed % 2));
    }
    workspace.file("folds.csv", rows.join("\n"));
    let (report, status) = workspace.check(&["--strict"]);
    assert_eq!(
        (status, &report["finding_counts"]["description-not-used"]),
        (1, &1.into())
    );
    let said = report["gate"]["violations"][0]["message"].as_str().unwrap();
    assert!(said.contains("description-not-used"), "{said}");
    let elsewhere = Workspace::new();
    elsewhere.image("train/a.png", 1).image("val/b.png", 2);
    elsewhere.file("folds.csv", "id,fold\nq,0\nr,1\n");
    let (report, status) = elsewhere.check(&["--strict"]);
    assert_eq!(
        (status, &report["finding_counts"]["description-not-used"]),
        (0, &Value::Null)
    );
}

#[test]
fn where_each_split_counts_anew_an_id_is_not_that_of_another_split() {
    let workspace = Workspace::new();
    let mut rows = vec!["id,split".to_owned()];
    for seed in 0..20 {
        workspace.image(&format!("training/{seed:06}.png"), seed + 1);
        rows.push(format!("{seed:06},train"));
    }
    for seed in 20..24 {
        workspace.image(&format!("validation/{seed:06}.png"), seed + 1);
        rows.push(format!("{seed:06},val"));
    }
    rows.push("000003,test".to_owned());
    workspace.file("list.csv", rows.join("\n"));
    let (report, _) = workspace.check(&[]);
    assert_eq!(report["finding_counts"]["leak-same-file"], Value::Null);
}

/// Two splits, and `more` pictures in another folder, the first of them a copy of one to train on.
fn beside(folder: &str) -> Workspace {
    let workspace = Workspace::new();
    for seed in 1..6 {
        workspace.image(&format!("train/{seed}.png"), seed);
        workspace.image(&format!("val/{seed}a.png"), seed + 10);
        workspace.image(&format!("{folder}/{seed}b.png"), seed + 20);
    }
    workspace
}

#[test]
fn a_folder_beside_training_that_spells_a_split_in_one_word_is_one() {
    for folder in ["test_seen", "final_test", "holdout_2021", "image_query"] {
        let workspace = beside(folder);
        workspace.copy("train/1.png", &format!("{folder}/copy.png"));
        let (report, status) = workspace.check(&["--max-leakage", "0"]);
        assert_eq!(status, 1, "{folder}: {:#}", report["leakage"]);
    }
    let (report, status) = beside("test_masks").check(&["--strict"]);
    assert_eq!((status, &report["verdict"]), (0, &"clear".into()));
}

#[test]
fn a_folder_that_may_be_a_split_keeps_the_verdict_open_until_its_role_is_told() {
    let workspace = beside("ood");
    let (report, status) = workspace.check(&["--strict"]);
    assert_eq!((status, &report["verdict"]), (1, &"unknown".into()));
    let findings = report["findings"].as_array().unwrap();
    let outside = findings
        .iter()
        .find(|one| one["code"] == "sample-without-split");
    let said = outside.unwrap()["message"].as_str().unwrap();
    assert!(said.contains("`--role ood=test`"), "{said}");
    for role in ["ood=test", "ood=other"] {
        assert_eq!(
            workspace.check(&["--strict", "--role", role]).1,
            0,
            "{role}"
        );
    }
    let (_, status) = beside("documents").check(&["--strict"]);
    assert_eq!(status, 0);
}

#[test]
fn copies_in_any_folder_outside_the_splits_are_told_and_keep_the_verdict_open() {
    let workspace = beside("documents");
    workspace.copy("train/1.png", "documents/copy.png");
    let (report, status) = workspace.check(&["--strict"]);
    assert_eq!(status, 1, "{:#}", report["findings"]);
    assert!(
        report["findings"]
            .to_string()
            .contains("1 of them show an image of a split")
    );
}

/// COCO's JSON of pictures that are told by `key` in place of `file_name`.
fn coco(pictures: std::ops::Range<u32>, key: &str) -> String {
    let image =
        |seed| format!("{{\"id\": {seed}, \"{key}\": \"http://x.org/train2017/{seed}.png\"}}");
    let images: Vec<String> = pictures.map(image).collect();
    format!(
        "{{\"images\": [{}], \"annotations\": [], \"categories\": []}}",
        images.join(", ")
    )
}

#[test]
fn a_description_that_names_pictures_by_addresses_is_used() {
    let workspace = Workspace::new();
    for seed in 1..20_u32 {
        let folder = if seed < 15 { "train2017" } else { "val2017" };
        // Number 12 is a copy of number 2, and both lie in one folder.
        workspace.image(
            &format!("{folder}/{seed}.png"),
            if seed == 12 { 2 } else { seed },
        );
    }
    workspace.file("annotations/lvis_v1_train.json", coco(1..11, "coco_url"));
    workspace.file("annotations/lvis_v1_val.json", coco(11..20, "coco_url"));
    let (report, _) = workspace.check(&[]);
    let leaked = &report["leakage"][0]["leaked"];
    assert_eq!(
        (&leaked["count"], &leaked["denominator"]),
        (&1.into(), &9.into())
    );
}

#[test]
fn a_description_of_a_split_that_cannot_be_used_keeps_the_verdict_open() {
    let checked = |name: &str, text: String| {
        let workspace = Workspace::new();
        for seed in 1..9_u32 {
            let folder = if seed < 6 { "train" } else { "val" };
            workspace.image(&format!("{folder}/{seed}.png"), seed);
        }
        workspace.file(name, text);
        let (report, status) = workspace.check(&["--strict"]);
        (
            status,
            report["finding_counts"]["description-not-used"] == 1,
        )
    };
    let other = coco(1..6, "secret");
    assert_eq!(checked("instances_train.json", other.clone()), (1, true));
    let absent = coco(1..60, "file_name");
    assert_eq!(
        checked("instances_train.json", absent),
        (1, true),
        "few are here"
    );
    assert_eq!(
        checked("notes.json", other),
        (0, false),
        "no split in its name"
    );
    let empty = coco(1..1, "file_name");
    assert_eq!(checked("instances_train.json", empty), (0, false));
}

#[test]
fn a_part_of_a_split_that_is_not_read_fails_as_all_of_it_does() {
    let workspace = beside("documents");
    workspace.file("val_part2.rar", b"Rar!\x1a\x07\x00");
    assert_eq!(workspace.check(&["--max-leakage", "0"]).1, 2);
    let workspace = beside("documents");
    workspace.file("val_features.rar", b"Rar!\x1a\x07\x00");
    assert_eq!(workspace.check(&["--max-leakage", "0"]).1, 0);
}

/// Forty-eight different pictures, every third of the first thirty-six in `val`, and a manifest
/// with `column`, whose values three pictures each share, or as many as `value` says.
fn told(column: &str, value: fn(u32) -> String) -> Workspace {
    let workspace = Workspace::new();
    let mut rows = vec![format!("filename,{column},label,split")];
    for seed in 0..48_u32 {
        let name = format!("{:08x}.png", (seed + 1).wrapping_mul(2_654_435_761));
        workspace.image(&format!("images/{name}"), seed + 1);
        let split = if seed % 3 == 2 && seed < 36 {
            "val"
        } else {
            "train"
        };
        rows.push(format!("{name},{},{},{split}", value(seed), seed % 2));
    }
    workspace.file("labels.csv", rows.join("\n"));
    workspace
}

#[test]
fn a_column_named_for_an_entity_tells_groups_and_one_of_identifiers_is_asked_about() {
    for column in [
        "lesion_id",
        "PatientID",
        "Patient ID",
        "StudyInstanceUID",
        "driver",
    ] {
        let (report, _) = told(column, |seed| format!("H{:04}", seed / 3 * 37)).check(&[]);
        assert_eq!(report["recordings"]["groups"][0]["shared"], 12, "{column}");
    }
    for column in ["product_id", "location", "animal", "track_id"] {
        let workspace = told(column, |seed| (seed / 3 * 37).to_string());
        let (report, status) = workspace.check(&["--strict"]);
        let asked = &report["recordings"]["possible_groups"][0];
        assert_eq!(
            (status, &asked["group_column"]),
            (1, &column.into()),
            "{column}"
        );
        let said = report["findings"].to_string();
        assert!(
            said.contains(&format!("say `--group-column {column}`")),
            "{said}"
        );
        assert_eq!(workspace.check(&["--group-none", "x", "--strict"]).1, 0);
    }
}

#[test]
fn attributes_numbers_and_groups_kept_apart_are_neither_groups_nor_asked_about() {
    let few = |seed: u32| ["city street", "highway", "rural"][seed as usize % 3].to_owned();
    let part = |seed: u32| (seed % 4).to_string();
    let own = |seed: u32| seed.to_string();
    type Column = (&'static str, fn(u32) -> String);
    let cases: [Column; 9] = [
        ("scene", few),
        ("group", few),
        ("location", few),
        ("video", |seed| (seed % 2).to_string()),
        ("license_id", part),
        ("annotator_id", part),
        ("width", part),
        ("caption", |seed| format!("a picture of thing {}", seed / 3)),
        ("product_id", own),
    ];
    for (column, value) in cases {
        let (report, status) = told(column, value).check(&["--strict"]);
        assert_eq!(
            (status, &report["verdict"]),
            (0, &"clear".into()),
            "{column}"
        );
    }
}

#[test]
fn a_table_beside_the_splits_tells_groups_by_itself() {
    let (report, _) = patients().check(&[]);
    assert_eq!(report["recordings"]["groups"][0]["shared"], 4);
    let evidence = report["dataset"]["evidence"].as_str().unwrap();
    assert!(
        evidence.contains("groups in column `patient_id` of `metadata.csv`"),
        "{evidence}"
    );
}

#[test]
fn a_prefix_that_counts_pictures_in_no_order_is_asked_about() {
    // Slides of BreakHis, each with pictures 1 to 4 and 20 to 21, which `val` has of all or of two.
    let slides = [
        "B_A-14-22549",
        "B_F-14-9133",
        "B_TA-14-3411",
        "M_DC-14-2523",
        "M_LC-14-12204",
        "M_MC-14-10147",
    ];
    let checked = |shared: bool| {
        let workspace = Workspace::new();
        for (slide, name) in (0..).zip(slides) {
            for (at, number) in (0..).zip([1, 2, 3, 4, 20, 21_u32]) {
                let is_val = if shared { number > 4 } else { slide % 3 == 2 };
                let split = if is_val { "val" } else { "train" };
                let class = if slide < 3 { "benign" } else { "malignant" };
                let path = format!("{split}/{class}/SOB_{name}-40-{number:03}.png");
                workspace.image(&path, (slide * 6 + at) * 5 % 36 + 1);
            }
        }
        workspace.check(&["--strict"])
    };
    let (report, status) = checked(true);
    let asked = &report["recordings"]["possible_groups"][0];
    assert_eq!(
        (status, asked["shared"].as_u64()),
        (1, Some(6)),
        "{:#}",
        report["recordings"]
    );
    assert_eq!(checked(false).1, 0, "slides kept apart");
}

#[test]
fn videos_of_annotations_are_groups() {
    let leaked = |shift: u32| {
        let workspace = Workspace::new();
        for (split, seeds) in [("train", 1..9_u32), ("val", 9..13)] {
            let video = |seed: u32| seed % 4 + 7 + if split == "val" { shift } else { 0 };
            let image = |seed| {
                workspace.image(&format!("{split}/{seed}.png"), seed);
                format!(
                    "{{\"id\": {seed}, \"file_name\": \"{seed}.png\", \"video_id\": {}}}",
                    video(seed)
                )
            };
            let images: Vec<String> = seeds.map(image).collect();
            let text = format!(
                "{{\"images\": [{}], \"annotations\": []}}",
                images.join(", ")
            );
            workspace.file(&format!("{split}.json"), text);
        }
        let (report, _) = workspace.check(&[]);
        report["recordings"]["groups"][0]["shared"].clone()
    };
    assert_eq!((leaked(0), leaked(100)), (4.into(), 0.into()));
}

#[test]
fn few_long_stretches_of_frames_in_known_order_are_judged_by_distance() {
    let workspace = Workspace::new();
    // Ten frames a second, and half a minute before the last fifth.
    let name = |frame: usize| {
        let tenths = frame + if frame < 192 { 0 } else { 300 };
        let (seconds, rest) = (tenths / 10, tenths % 10);
        format!(
            "2016_12_01_13_{:02}_{:02}_{rest}00.jpg",
            seconds / 60,
            seconds % 60
        )
    };
    let mut rows = vec!["path,segment".to_owned()];
    for frame in 0..road::FRAMES {
        workspace.file(&name(frame), road::jpeg(frame));
        rows.push(format!("{},{}", name(frame), frame / 120));
    }
    workspace.file("index.csv", rows.join("\n"));
    type IsVal = fn(usize) -> bool;
    let is_last = |frame: usize| frame >= 192;
    let is_fifth = |frame: usize| frame % 5 == 4;
    let cases: [(IsVal, _); 2] = [(is_last, 0..=0), (is_fifth, 40..=60)];
    for (is_val, leaked) in cases {
        let row = |frame| {
            format!(
                "{},{}",
                name(frame),
                if is_val(frame) { "val" } else { "train" }
            )
        };
        let rows: Vec<String> = (0..road::FRAMES).map(row).collect();
        workspace.file("manifest.csv", format!("path,split\n{}", rows.join("\n")));
        let (report, _) = workspace.check(&[]);
        assert_eq!(report["recordings"]["groups"], json!([]));
        assert_eq!(report["recordings"]["possible_groups"], json!([]));
        let count = report["leakage"][0]["leaked"]["count"].as_u64().unwrap();
        assert!(leaked.contains(&count), "{count}");
    }
}

#[test]
fn few_long_stretches_of_pictures_in_no_order_are_asked_about() {
    let workspace = Workspace::new();
    let mut rows = vec!["image,session".to_owned()];
    for seed in 0..48_u32 {
        let split = if seed % 4 == 3 { "val" } else { "train" };
        let name = format!("{:08x}.png", (seed + 1).wrapping_mul(2_654_435_761));
        workspace.image(&format!("{split}/{name}"), seed + 1);
        rows.push(format!("{name},s{}", seed / 12));
    }
    workspace.file("metadata.csv", rows.join("\n"));
    let (report, status) = workspace.check(&["--strict"]);
    assert_eq!(report["recordings"]["groups"], json!([]));
    let asked = &report["recordings"]["possible_groups"][0];
    assert_eq!((status, &asked["group_column"]), (1, &"session".into()));
}

/// Forty-eight different pictures of names that say nothing, every fourth in `val/`; and what is
/// said of each by split, name and number.
fn nameless() -> (Workspace, Vec<(&'static str, String, u32)>) {
    let workspace = Workspace::new();
    let mut all = Vec::new();
    for seed in 0..48_u32 {
        let split = if seed % 4 == 3 { "val" } else { "train" };
        let name = format!("{:08x}.png", (seed + 1).wrapping_mul(2_654_435_761));
        workspace.image(&format!("{split}/{name}"), seed + 1);
        all.push((split, name, seed));
    }
    (workspace, all)
}

#[test]
fn a_table_for_each_split_tells_groups_of_both() {
    let (workspace, all) = nameless();
    for (folder, column) in [("train", "patient_id"), ("val", "PatientID")] {
        let own = all.iter().filter(|one| one.0 == folder);
        let rows = own.map(|(_, name, seed)| format!("{name},P{}", seed / 4));
        let rows: Vec<String> = rows.collect();
        let text = format!("file_name,{column}\n{}", rows.join("\n"));
        workspace.file(&format!("{folder}/metadata.csv"), text);
    }
    let (report, status) = workspace.check(&["--max-leakage", "0"]);
    let groups = &report["recordings"]["groups"][0];
    assert_eq!((status, &groups["shared"]), (1, &12.into()), "{groups}");
    assert_eq!(report["verdict"], "leaks");
}

#[test]
fn groups_that_are_told_of_one_split_alone_leave_the_verdict_unknown() {
    let (workspace, all) = nameless();
    let table = |told: &[&str]| {
        let own = all.iter().filter(|one| told.contains(&one.0));
        let rows = own.map(|(split, name, seed)| format!("{name},{split}{}", seed / 8));
        let rows: Vec<String> = rows.collect();
        workspace.file("meta.csv", format!("image,patient_id\n{}", rows.join("\n")));
        let (report, _) = workspace.check(&[]);
        let said = report["findings"].to_string();
        (report["verdict"].clone(), said.contains("have no group"))
    };
    assert_eq!(table(&["train"]), ("unknown".into(), true));
    assert_eq!(table(&["val"]), ("unknown".into(), true));
    assert_eq!(table(&["train", "val"]), ("clear".into(), false));
    workspace.file("meta.csv", "image,width\n");
    assert_eq!(workspace.check(&[]).0["verdict"], "clear");
}

#[test]
fn a_column_of_no_picture_in_common_hides_neither_another_nor_names() {
    let (workspace, all) = nameless();
    let row = |(_, name, seed): &(_, String, u32)| format!("{name},S{seed},V{}", seed / 4);
    let rows: Vec<String> = all.iter().map(row).collect();
    let text = format!("image,study_id,video_id\n{}", rows.join("\n"));
    workspace.file("meta.csv", text);
    let (report, _) = workspace.check(&[]);
    assert_eq!(report["recordings"]["groups"][0]["shared"], 12);
    let evidence = report["dataset"]["evidence"].as_str().unwrap();
    assert!(evidence.contains("column `video_id`"), "{evidence}");
}

#[test]
fn what_stands_in_json_beside_pictures_is_a_column_and_what_tells_no_group_is_none() {
    let json = |key: &str| {
        let (workspace, all) = nameless();
        for (split, name, seed) in all {
            let text = format!("{{\"{key}\": \"P{}\", \"age\": 5}}", seed / 4);
            let file = name.replace(".png", ".json");
            workspace.file(&format!("{split}/{file}"), text);
        }
        workspace.check(&[]).0["verdict"].clone()
    };
    assert_eq!(json("patient_id"), "leaks");
    assert_eq!(json("product_id"), "unknown");
    assert_eq!(json("license_id"), "clear");
}

#[test]
fn pictures_that_others_were_cut_from_are_asked_about_and_attributes_are_not() {
    let table = |column: &str, value: fn(u32) -> String| {
        let (workspace, all) = nameless();
        let row = |(_, name, seed): &(_, String, u32)| format!("{name},{}", value(*seed));
        let rows: Vec<String> = all.iter().map(row).collect();
        workspace.file("meta.csv", format!("image,{column}\n{}", rows.join("\n")));
        let (report, _) = workspace.check(&[]);
        assert_eq!(report["recordings"]["groups"], json!([]), "{column}");
        report["verdict"].clone()
    };
    let parent = |seed: u32| format!("orig_{:04}.tif", seed / 4);
    for column in [
        "source_image",
        "original_filename",
        "photo_id",
        "md5",
        "cow",
        "牛",
    ] {
        assert_eq!(table(column, parent), "unknown", "{column}");
    }
    for column in ["caption", "scanner", "url"] {
        assert_eq!(table(column, parent), "clear", "{column}");
    }
    let visit = |seed: u32| (seed % 5).to_string();
    assert_eq!(table("visit", visit), "clear");
    assert_eq!(table("session", visit), "unknown");
    let kitchen = |seed: u32| ["kitchen", "bath", "hall"][seed as usize % 3].to_owned();
    assert_eq!(table("scene", kitchen), "clear");
}
