//! Limits by split and kind, severities, coverage, suppressions, settings and where they come from.

use serde_json::Value;

use crate::snapshot::{keep, keep_run};
use crate::workspace::{Workspace, encode, picture_of_size};

/// `val` leaks one of four by bytes, `test` one of two by a near duplicate.
fn leaking() -> Workspace {
    let workspace = Workspace::new();
    for seed in 1..=8 {
        workspace.image(&format!("train/{seed}.png"), seed);
    }
    for seed in 11..=13 {
        workspace.image(&format!("val/{seed}.png"), seed);
    }
    workspace.copy("train/1.png", "val/leak.png");
    workspace
        .image("test/21.png", 21)
        .image("test/again.jpg", 2);
    workspace
}

fn status(workspace: &Workspace, more: &[&str]) -> i32 {
    workspace.check(&[&["--no-cache"], more].concat()).1
}

fn messages(report: &Value, key: &str) -> String {
    let list = report["gate"][key].as_array().unwrap().iter();
    let list = list.map(|one| one["message"].as_str().unwrap_or_default());
    list.collect::<Vec<_>>().join("\n")
}

#[test]
fn a_limit_may_be_set_for_a_split_a_kind_or_both() {
    let workspace = leaking();
    for (limits, expected) in [
        ("test=0", 1),
        ("test=1", 0),
        ("same-bytes=0", 1),
        ("same-pixels=0", 0),
        ("val:same-bytes=0", 1),
        ("val:near-duplicate=0", 0),
        ("test:near-duplicate=0", 1),
        // A limit of a split replaces the general one of its kind, there only.
        ("0,val=25%", 1),
        ("0,val=25%,test=50%", 0),
        ("0,val:same-bytes=25%", 1),
    ] {
        assert_eq!(
            status(&workspace, &["--max-leakage", limits]),
            expected,
            "{limits}"
        );
    }
}

#[test]
fn a_limit_for_what_was_recorded_together_is_judged_by_its_own_count() {
    let workspace = Workspace::new();
    let mut manifest = String::from("path,split,group\n");
    for seed in 0..10 {
        workspace.image(&format!("images/{seed}.png"), seed + 40);
        let split = if seed < 8 { "train" } else { "val" };
        let patient = if seed == 9 { 0 } else { seed };
        manifest.push_str(&format!("images/{seed}.png,{split},p{patient}\n"));
    }
    workspace.file("manifest.csv", manifest);
    let (report, code) = workspace.check(&["--max-leakage", "shared-group=0"]);
    assert_eq!(code, 1, "{}", report["leakage"]);
    keep("policy", "shared_group", &messages(&report, "violations"));
    assert_eq!(status(&workspace, &["--max-leakage", "shared-group=1"]), 0);
    // What names and columns do not tell is not judged, and so is no pass.
    let (report, code) = workspace.check(&["--max-leakage", "sequence-neighbour=0"]);
    assert_eq!(code, 2, "{}", report["gate"]);
    let said = messages(&report, "violations");
    keep("policy", "neighbour_not_judged", &said);
    assert_eq!(status(&workspace, &["--fail-on", "leak-shared-group"]), 1);
}

#[test]
fn a_limit_for_a_split_that_is_not_there_is_not_a_pass() {
    let (report, status) = leaking().check(&["--max-leakage", "tset=0"]);
    assert_eq!(
        (report["gate"]["passed"].as_bool(), status),
        (Some(false), 2)
    );
    keep("policy", "unknown_split", &messages(&report, "violations"));
}

#[test]
fn a_severity_fails_the_gate_with_all_that_is_worse() {
    let workspace = Workspace::new();
    workspace.image("train/1.png", 1).image("val/2.png", 2);
    workspace
        .image("test/3.png", 3)
        .copy("val/2.png", "test/copy.png");
    assert_eq!(status(&workspace, &["--fail-on", "error"]), 0);
    assert_eq!(status(&workspace, &["--fail-on", "warning"]), 1);
    assert_eq!(status(&workspace, &["--fail-on", "note"]), 1);
}

#[test]
fn unreadable_images_may_be_accepted_by_number_or_share_and_bounded_by_split() {
    let workspace = leaking();
    workspace.file("test/broken.png", "");
    assert_eq!(status(&workspace, &[]), 2);
    assert_eq!(status(&workspace, &["--max-unreadable", "1"]), 0);
    assert_eq!(status(&workspace, &["--max-unreadable", "10%"]), 0);
    assert_eq!(status(&workspace, &["--max-unreadable", "1%"]), 2);
    let bounded = ["--max-unreadable", "100%", "--min-coverage"];
    assert_eq!(status(&workspace, &[&bounded[..], &["60%"]].concat()), 0);
    assert_eq!(status(&workspace, &[&bounded[..], &["90%"]].concat()), 2);
}

#[test]
fn a_suppression_sets_aside_what_it_names_and_is_told() {
    let workspace = leaking();
    let suppress = |rest: &str| {
        workspace.file(
            "splitleak.toml",
            format!("max-leakage = \"0\"\n[[suppress]]\nreason = \"as published\"\n{rest}"),
        );
        workspace.check(&[])
    };
    let (report, status) = suppress("code = \"leak-same-bytes\"\npath = \"val/le*\"\n");
    assert_eq!(status, 1, "test still leaks");
    keep("policy", "suppressed", &messages(&report, "violations"));
    assert_eq!(report["gate"]["accepted"][0]["by"], "suppression");
    let row = report["leaked_samples"].as_array().unwrap().iter();
    let row = row
        .clone()
        .find(|row| row["code"] == "leak-same-bytes")
        .unwrap();
    assert_eq!(row["accepted"]["reason"], "as published");
    // Counts are what was found, whatever is accepted.
    assert_eq!(report["finding_counts"]["leak-same-bytes"], 1);

    let (report, _) = suppress("code = \"leak-same-bytes\"\npath = \"other/**\"\n");
    assert_eq!(report["gate"]["notes"][0]["code"], "unused-suppression");
    let (report, _) = suppress("code = \"leak-same-bytes\"\nexpires = \"2020-01-01\"\n");
    assert_eq!(report["gate"]["notes"][0]["code"], "expired-suppression");
    let said = messages(&report, "violations") + "\n" + &messages(&report, "notes");
    keep("policy", "expired_suppression", &said);
}

#[test]
fn a_suppression_of_a_broken_file_lets_the_rest_pass() {
    let workspace = leaking();
    workspace.file("val/broken.png", "");
    let text = "[[suppress]]\ncode = \"zero-byte-file\"\npath = \"val/broken.png\"\nreason = \"kept for the index\"\n";
    workspace.file("splitleak.toml", text);
    assert_eq!(status(&workspace, &[]), 0);
    workspace.file("val/another.png", "");
    assert_eq!(status(&workspace, &[]), 2);
}

#[test]
fn a_suppression_that_means_nothing_is_refused() {
    let workspace = leaking();
    let code = "code = \"leak-same-file\"\n";
    for (name, text) in [
        ("bad_code", "code = \"leek\"\nreason = \"x\"\n".to_owned()),
        ("empty_reason", format!("{code}reason = \" \"\n")),
        (
            "bad_pattern",
            format!("{code}reason = \"x\"\npath = \"[\"\n"),
        ),
        (
            "bad_day",
            format!("{code}reason = \"x\"\nexpires = \"soon\"\n"),
        ),
        ("no_reason", code.to_owned()),
    ] {
        workspace.file("splitleak.toml", format!("[[suppress]]\n{text}"));
        keep("suppression", name, &workspace.refused(&["."]));
    }
}

#[test]
fn settings_are_shown_with_where_each_comes_from_and_read_back() {
    let workspace = leaking();
    workspace.file(
        "splitleak.toml",
        "max-leakage = \"1%\"\nneighbour-steps = 9\n",
    );
    let arguments = ["check", ".", "--show-settings", "--neighbour-steps", "7"];
    keep_run(&workspace, "settings", "of_three_origins", &arguments);
    let run = workspace.run(&arguments);
    // What is shown is a settings file.
    workspace.file("shown.toml", &run.stdout);
    let again = workspace.run(&["check", ".", "--show-settings", "--config", "shown.toml"]);
    let values = |text: &str| -> Vec<String> {
        let lines = text
            .lines()
            .skip(1)
            .map(|line| line.split("  # ").next().unwrap().trim());
        lines.map(ToOwned::to_owned).collect()
    };
    assert_eq!(values(&again.stdout), values(&run.stdout));
}

#[test]
fn the_template_holds_every_key_and_changes_nothing() {
    let workspace = leaking();
    let plain = workspace.run(&["check", ".", "--show-settings"]).stdout;
    assert_eq!(workspace.run(&["init"]).status, 0);
    let shown = workspace.run(&["check", ".", "--show-settings"]).stdout;
    let values = |text: &str| -> Vec<String> {
        let lines = text
            .lines()
            .skip(1)
            .map(|line| line.split("  # ").next().unwrap().trim());
        lines.map(ToOwned::to_owned).collect()
    };
    assert_eq!(values(&shown), values(&plain));
    let template = std::fs::read_to_string(workspace.path("splitleak.toml")).unwrap();
    for line in values(&plain) {
        let key = line
            .trim_start_matches("# ")
            .split([' ', '='])
            .next()
            .unwrap();
        assert!(
            template.contains(&format!("{key} =")),
            "{key} is not in the template"
        );
    }
    // With every comment taken away it is still a settings file.
    let lines = template.lines().map(|line| {
        let key = line.strip_prefix('#').filter(|rest| !rest.starts_with(' '));
        key.unwrap_or(line)
    });
    let whole = lines.collect::<Vec<_>>().join("\n");
    workspace.file("whole.toml", whole);
    let run = workspace.run(&["check", ".", "--show-settings", "--config", "whole.toml"]);
    assert_eq!(run.status, 2, "the baseline it names is not there");
    keep("settings", "template_without_comments", &run.stderr);
    let arguments = ["check", ".", "--show-settings", "--no-baseline"];
    let run = workspace.run(&[&arguments[..], &["--config", "whole.toml"]].concat());
    assert_eq!(run.status, 0, "{}", run.stderr);
    let suppressions = run
        .stdout
        .lines()
        .filter(|line| line.starts_with("suppress = "));
    assert_eq!(suppressions.count(), 1, "{}", run.stdout);
}

#[test]
fn every_key_is_documented() {
    let workspace = leaking();
    let shown = workspace.run(&["check", ".", "--show-settings"]).stdout;
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/configuration.md");
    let text = std::fs::read_to_string(path).unwrap();
    for line in shown.lines().skip(1) {
        let key = line
            .trim_start_matches("# ")
            .split([' ', '='])
            .next()
            .unwrap();
        assert!(text.contains(&format!("| `{key}` |")), "{key}");
    }
    assert!(text.contains("[[suppress]]"));
}

/// `named` images of `train/aaa` and 4 of `train/zzz` are called PNG and are none.
fn misnamed(named: u32) -> Workspace {
    let workspace = Workspace::new();
    workspace.image("val/1.png", 1);
    let folders = [("aaa", 500..500 + named), ("zzz", 600..604)];
    for (folder, seeds) in folders {
        for seed in seeds {
            let image = encode(&picture_of_size(seed, 24, 18), "x.jpg");
            workspace.file(&format!("train/{folder}/{seed:03}.png"), image);
        }
    }
    workspace
}

#[test]
fn a_suppression_of_a_folder_accepts_a_finding_only_when_all_its_images_lie_there() {
    let workspace = misnamed(10);
    let suppress = |path: &str| {
        let text = format!(
            "fail-on = [\"extension-mismatch\"]\n[[suppress]]\ncode = \"extension-mismatch\"\npath = \"{path}\"\nreason = \"old\"\n"
        );
        workspace.file("splitleak.toml", text);
        workspace.check(&["--no-cache"])
    };
    let (report, status) = suppress("train/aaa/");
    assert_eq!(status, 1, "{}", report["gate"]);
    assert_eq!(report["findings"][0]["images"], 14);
    assert_eq!(report["gate"]["notes"][0]["code"], "undecided-suppression");
    let said = messages(&report, "notes");
    assert!(said.contains("outside the path"), "{said}");

    let (report, status) = suppress("train/");
    assert_eq!(
        (status, &report["gate"]["notes"]),
        (0, &serde_json::json!([]))
    );
    let (report, status) = suppress("val/");
    assert_eq!(status, 1);
    assert_eq!(report["gate"]["notes"][0]["code"], "unused-suppression");

    // What the report does not list is not accepted by its place.
    let text = "[[suppress]]\ncode = \"extension-mismatch\"\npath = \"train/\"\nreason = \"old\"\n";
    workspace.file("splitleak.toml", text);
    let cut = ["--no-cache", "--findings-per-code", "3"];
    let (report, _) = workspace.check(&cut);
    assert_eq!(report["findings"][0]["members_truncated"], true);
    assert_eq!(report["gate"]["notes"][0]["code"], "undecided-suppression");
}

#[test]
fn a_suppression_with_a_path_accepts_nothing_that_is_about_no_image() {
    let workspace = Workspace::new();
    for i in 0..30 {
        let (cat, dog) = (format!("train/cat/{i}.png"), format!("train/dog/{i}.png"));
        workspace.file(&cat, encode(&picture_of_size(i, 24, 18), &cat));
        workspace.file(&dog, encode(&picture_of_size(100 + i, 32, 18), &dog));
    }
    let suppress = |path: &str| {
        let text = format!("[[suppress]]\ncode = \"label-shortcut\"\nreason = \"old\"\n{path}");
        workspace.file("splitleak.toml", text);
        workspace.check(&["--no-cache", "--fail-on", "label-shortcut"])
    };
    let (report, status) = suppress("path = \"train/cat/\"\n");
    assert_eq!(status, 1);
    assert_eq!(report["gate"]["notes"][0]["code"], "undecided-suppression");
    let (report, status) = suppress("");
    assert_eq!(status, 0, "{}", report["gate"]);
}
