//! Lists to act on: one row for an image, and the recipes of the documentation.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::process::Command;

use serde_json::Value;

use crate::workspace::Workspace;

/// Two of three validation images leak: one by bytes and, as its group says, twice; one that is
/// accepted. The third shares a group and looks otherwise.
fn checked() -> (Workspace, Value) {
    let workspace = Workspace::new();
    let mut rows = vec!["path,split,group".to_owned()];
    for (seed, split, group) in [(1, "train", "a"), (2, "train", "b"), (3, "val", "b")] {
        workspace.image(&format!("data/{seed}.png"), seed);
        rows.push(format!("{seed}.png,{split},{group}"));
    }
    workspace.copy("data/1.png", "data/=1+1.png");
    rows.push("=1+1.png,val,a".to_owned());
    workspace.copy("data/2.png", "data/-x.png");
    rows.push("-x.png,val,c".to_owned());
    workspace.file("data/manifest.csv", rows.join("\n"));
    let write = ["baseline", "write", "data", "--reason", "x"];
    let write = workspace.run(&write);
    assert_eq!(write.status, 0, "{}", write.stderr);
    assert!(
        write.stdout.contains("accepts 3 leaked images, "),
        "{}",
        write.stdout
    );
    // One of them is not accepted after all.
    let file = workspace.path("splitleak-baseline.toml");
    let text = fs::read_to_string(&file).unwrap();
    let kept: Vec<&str> = text
        .lines()
        .filter(|line| !line.contains("# =1+1"))
        .collect();
    fs::write(&file, kept.join("\n")).unwrap();
    let check = ["check", "data", "--max-leakage", "0", "--quiet"];
    let run = workspace.run(&[&check[..], &["--json", "report.json"]].concat());
    assert_eq!(run.status, 1, "{}", run.stderr);
    let report = fs::read_to_string(workspace.path("report.json")).unwrap();
    (workspace, serde_json::from_str(&report).unwrap())
}

fn render(workspace: &Workspace, more: &[&str]) -> String {
    let run = workspace.run(&[&["render", "report.json"], more].concat());
    assert_eq!((run.status, run.stderr.as_str()), (0, ""));
    run.stdout
}

/// Rows of leaked images that count.
fn counted(report: &Value) -> Vec<&Value> {
    let rows = report["leaked_samples"].as_array().unwrap().iter();
    rows.filter(|row| row["counted"] == true).collect()
}

#[test]
fn paths_name_each_leaked_file_once_and_only_those() {
    let (workspace, report) = checked();
    assert!(counted(&report).len() > 2, "an image has several rows");
    assert_eq!(report["leakage"][0]["leaked"]["count"], 3);
    assert_eq!(render(&workspace, &["--format", "paths"]), "=1+1.png\n");
    let prefixed = ["--format", "paths", "--path-prefix", "data", "-0"];
    assert_eq!(render(&workspace, &prefixed), "data/=1+1.png\0");
    let check = [
        "check",
        "data",
        "--no-baseline",
        "--format",
        "paths",
        "--null",
    ];
    assert_eq!(
        workspace.run(&check).stdout,
        "data/-x.png\0data/3.png\0data/=1+1.png\0"
    );
    workspace.copy("data/1.png", "data/a\nb.png");
    let manifest = fs::read_to_string(workspace.path("data/manifest.csv")).unwrap();
    workspace.file("data/manifest.csv", manifest + "\n\"a\nb.png\",val,d\n");
    let refused = workspace.run(&check[..5]);
    assert_eq!((refused.status, refused.stdout.as_str()), (2, ""));
    assert!(refused.stderr.contains("--null"), "{}", refused.stderr);
    assert!(workspace.run(&check).stdout.contains("data/a\nb.png\0"));
}

#[test]
fn markdown_and_annotations_have_one_row_for_an_image() {
    let (workspace, _) = checked();
    let markdown = render(&workspace, &["--format", "markdown"]);
    let rows = markdown
        .lines()
        .filter(|line| line.contains("`=1+1.png`") && line.starts_with('|'));
    let rows: Vec<&str> = rows.collect();
    assert_eq!(
        rows,
        ["| `=1+1.png` | `1.png` | same-bytes, shared-group |"]
    );
    let annotations = render(&workspace, &["--format", "github"]);
    assert_eq!(
        annotations.matches("file==1+1.png").count(),
        1,
        "{annotations}"
    );
}

#[test]
fn csv_says_what_counts_and_is_safe_for_spreadsheets_where_asked() {
    let (workspace, report) = checked();
    let rows = |more: &[&str]| -> Vec<BTreeMap<String, String>> {
        let text = render(&workspace, &[&["--format", "csv"], more].concat());
        let mut reader = csv::Reader::from_reader(text.as_bytes());
        reader.deserialize().map(|row| row.unwrap()).collect()
    };
    let exact = rows(&[]);
    let images: BTreeSet<&str> = exact
        .iter()
        .filter(|row| row["counted"] == "true")
        .map(|row| row["evaluation_path"].as_str())
        .collect();
    assert_eq!(
        images.len() as u64,
        report["leakage"][0]["leaked"]["count"].as_u64().unwrap()
    );
    let of = |path: &str, kind: &str| {
        let mut found = exact
            .iter()
            .filter(|row| row["evaluation_path"] == path && row["kind"] == kind);
        let row = found.next().unwrap();
        (row["counted"].clone(), row["confirmed"].clone())
    };
    assert_eq!(of("=1+1.png", "same-bytes"), ("true".into(), "true".into()));
    assert_eq!(of("3.png", "shared-group"), ("true".into(), "false".into()));
    let safe = rows(&["--csv-safe"]);
    let names: BTreeSet<&str> = safe
        .iter()
        .map(|row| row["evaluation_path"].as_str())
        .collect();
    assert_eq!(names, ["'-x.png", "'=1+1.png", "3.png"].into());
}

/// The recipes of the documentation, in their order.
fn recipes() -> Vec<String> {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/ci.md");
    let text = fs::read_to_string(path).unwrap();
    let lines = text.lines().filter_map(|line| {
        let recipe = line.strip_prefix("jq -r '")?;
        Some(recipe.strip_suffix("' report.json")?.to_owned())
    });
    lines.collect()
}

/// What the recipes must give, worked out without jq.
fn expected(report: &Value) -> Vec<BTreeSet<String>> {
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let rows = counted(report);
    let images: BTreeSet<(String, String)> = rows
        .iter()
        .map(|row| {
            (
                text(&row["evaluation"]["path"]),
                text(&row["evaluation"]["split"]),
            )
        })
        .collect();
    let mut by_split: BTreeMap<&str, u64> = BTreeMap::new();
    for (_, split) in &images {
        *by_split.entry(split).or_default() += 1;
    }
    let mut by_training: BTreeMap<String, u64> = BTreeMap::new();
    for row in &rows {
        *by_training
            .entry(text(&row["training"]["path"]))
            .or_default() += 1;
    }
    let new = rows.iter().filter(|row| row["accepted"].is_null());
    let new = new.map(|row| {
        let [a, b] = ["evaluation", "training"].map(|side| text(&row[side]["path"]));
        format!("{a}\t{b}\t{}", text(&row["code"]))
    });
    let entries = report["leakage"].as_array().unwrap().iter();
    let entries = entries.map(|entry| {
        let leaked = &entry["leaked"];
        let split = text(&entry["evaluation_split"]);
        format!("{split} {} {}", leaked["count"], leaked["denominator"])
    });
    vec![
        images.iter().map(|image| image.0.clone()).collect(),
        by_split
            .iter()
            .map(|(split, count)| format!("{split} {count}"))
            .collect(),
        new.collect(),
        by_training
            .iter()
            .map(|(path, count)| format!("{count} {path}"))
            .collect(),
        entries.collect(),
    ]
}

#[test]
fn the_recipes_of_the_documentation_give_what_they_say() {
    let (workspace, report) = checked();
    let (recipes, expected) = (recipes(), expected(&report));
    assert_eq!(recipes.len(), expected.len());
    assert!(expected.iter().all(|lines| !lines.is_empty()));
    for (recipe, expected) in recipes.iter().zip(expected) {
        let jq = Command::new("jq")
            .args(["-r", recipe, "report.json"])
            .current_dir(workspace.root())
            .output();
        let Ok(jq) = jq else {
            println!("NOT TESTED, because jq is not installed: {recipe}");
            continue;
        };
        assert!(
            jq.status.success(),
            "{recipe}: {}",
            String::from_utf8_lossy(&jq.stderr)
        );
        let given = String::from_utf8(jq.stdout).unwrap();
        let lines: BTreeSet<String> = given.lines().map(ToOwned::to_owned).collect();
        assert_eq!(lines, expected, "{recipe}");
    }
}
