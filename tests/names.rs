//! Verdicts and identifiers in names, as a user meets them.

use crate::workspace::Workspace;

/// Twenty patients with four images each, drawn by number into two splits; every picture is its
/// own.
fn patients() -> Workspace {
    let workspace = Workspace::new();
    for patient in 0..20_u32 {
        for index in 0..4_u32 {
            let number = patient * 4 + index;
            let split = if number % 5 == 0 { "val" } else { "train" };
            let id = patient * 37 + 1;
            workspace.image(&format!("{split}/{id:08}_{index:03}.png"), number);
        }
    }
    workspace
}

#[test]
fn an_identifier_that_nobody_answered_is_asked_about_and_never_clear() {
    let workspace = patients();
    let (report, status) = workspace.check(&[]);
    assert_eq!(status, 0);
    let entry = &report["leakage"][0];
    assert_eq!(
        (&report["verdict"], &entry["verdict"]),
        (&"unknown".into(), &"unknown".into())
    );
    assert_eq!(entry["leaked"]["count"], 0);
    assert_eq!(entry["suspected"]["count"], 16);
    assert_eq!(entry["unknown"], serde_json::json!(["possible-group"]));
    let said = workspace.run(&["check", "."]).stdout;
    for word in ["possible-group", "not judged"] {
        assert!(said.contains(word), "{word}: {said}");
    }
    for word in ["passed", "keep it so", "no leak"] {
        assert!(!said.contains(word), "{word}: {said}");
    }
    let message = report["findings"][0]["message"].as_str().unwrap();
    assert!(
        message.contains(r"--group-pattern '(?:^|/)(?<group>\d{8})_'"),
        "{message}"
    );
}

#[test]
fn strict_fails_on_what_was_not_answered_and_a_limit_on_what_is_suspected() {
    let workspace = patients();
    assert_eq!(workspace.check(&["--strict"]).1, 1);
    assert_eq!(workspace.check(&["--max-suspected", "15"]).1, 1);
    assert_eq!(workspace.check(&["--max-suspected", "16"]).1, 0);
}

#[test]
fn a_limit_that_counts_groups_is_not_judged_while_names_may_tell_them() {
    let workspace = patients();
    let counted = ["--max-leakage", "0", "--count-as-leaked", "shared-group"];
    let (report, status) = workspace.check(&counted);
    assert_eq!(status, 2);
    assert_eq!(report["gate"]["violations"][0]["code"], "not-judged");
    let told = [&counted[..], &["--group-none", "numbers of the studio"]].concat();
    assert_eq!(workspace.check(&told).1, 0, "answered");
    assert_eq!(
        workspace.check(&counted[..2]).1,
        0,
        "groups are not counted"
    );
}

#[test]
fn an_answer_ends_the_question() {
    let workspace = patients();
    let (report, status) = workspace.check(&["--group-none", "numbers of the studio", "--strict"]);
    assert_eq!((status, &report["verdict"]), (0, &"clear".into()));
    workspace.file(
        "splitleak.toml",
        "groups = { none = \"numbers of the studio\" }\n",
    );
    assert_eq!(workspace.check(&[]).0["verdict"], "clear");
    workspace.file("splitleak.toml", "");
    let (report, status) =
        workspace.check(&["--group-pattern", r"(?<group>\d{8})_", "--max-leakage", "0"]);
    assert_eq!((status, &report["verdict"]), (1, &"leaks".into()));
    assert_eq!(report["leakage"][0]["leaked"]["count"], 16);
}

#[test]
fn identifiers_kept_apart_and_numbers_of_files_are_not_asked_about() {
    let apart = Workspace::new();
    let numbered = Workspace::new();
    for number in 0..80_u32 {
        let (patient, index) = (number / 4, number % 4);
        let split = if patient % 5 == 0 { "val" } else { "train" };
        apart.image(
            &format!("{split}/{:08}_{index:03}.png", patient * 37 + 1),
            number,
        );
        let split = if number % 5 == 0 { "val" } else { "train" };
        numbered.image(
            &format!("{split}/scan_{number:04}_{}.png", number % 2),
            number,
        );
    }
    for workspace in [apart, numbered] {
        let (report, status) = workspace.check(&["--strict"]);
        assert_eq!(
            (status, &report["verdict"]),
            (0, &"clear".into()),
            "{}",
            report["findings"]
        );
    }
}

#[test]
fn times_in_columns_are_read_as_iso_and_those_that_cannot_be_are_told() {
    let workspace = Workspace::new();
    let mut rows = "path,split,time\n".to_owned();
    for number in 0..20_u32 {
        let split = if number % 5 == 0 { "val" } else { "train" };
        workspace.image(&format!("{number}.png"), number);
        rows += &format!("{number}.png,{split},2016-12-01T13:30:{number:02}Z\n");
    }
    workspace.file("split.csv", &rows);
    let (report, _) = workspace.check(&["--manifest", "split.csv"]);
    assert_eq!(report["recordings"]["distances"][0]["at_1_step"], 4);
    assert_eq!(
        report["finding_counts"]["unparsable-time"],
        serde_json::Value::Null
    );
    workspace.file("split.csv", rows.replace("13:30:07Z", "noon"));
    let (report, _) = workspace.check(&["--manifest", "split.csv"]);
    assert_eq!(report["finding_counts"]["unparsable-time"], 1);
}
