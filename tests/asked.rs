//! What the user asks for has an effect or is refused, and what tells groups is used or asked
//! about.

use serde_json::Value;

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
    let groups: &Value = &report["recordings"]["groups"][0];
    assert_eq!(groups["shared"], 0, "{groups}");
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
