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
