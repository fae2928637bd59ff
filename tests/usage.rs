//! Help of every command, and what is said to a command that means nothing.

use std::fs;

use crate::snapshot::keep_run;
use crate::workspace::Workspace;

#[test]
fn the_help_of_every_command() {
    let workspace = Workspace::new();
    for command in [
        "",
        "check",
        "split",
        "sign",
        "learn",
        "match",
        "report",
        "baseline",
        "baseline write",
        "baseline check",
        "baseline prune",
        "diff",
        "render",
        "init",
        "schema",
        "completions",
        "man",
        "cache",
        "cache show",
        "cache prune",
    ] {
        let words = command.split_whitespace().chain(["--help"]);
        let name = format!("splitleak {command}").trim().replace(' ', "_");
        keep_run(&workspace, "help", &name, &words.collect::<Vec<_>>());
    }
}

#[test]
fn the_version() {
    keep_run(&Workspace::new(), "help", "version", &["--version"]);
}

#[test]
fn a_command_that_means_nothing() {
    let workspace = Workspace::new();
    workspace
        .image("data/train/1.png", 1)
        .image("data/val/2.png", 2);
    for (name, arguments) in [
        ("nothing", &[][..]),
        ("unknown_command", &["chekc", "data"]),
        ("unknown_option", &["check", "data", "--max-leak", "0"]),
        ("no_dataset", &["check"]),
        ("no_reason", &["baseline", "write", "data"]),
        (
            "two_scopes",
            &[
                "check",
                "data",
                "--changed-since",
                "HEAD",
                "--files-from",
                "-",
            ],
        ),
        ("bad_limit", &["check", "data", "--max-leakage", "many"]),
        ("bad_code", &["check", "data", "--fail-on", "leek"]),
        ("bad_format", &["check", "data", "--format", "yaml"]),
        (
            "format_without_file",
            &["check", "data", "--format", "json="],
        ),
        (
            "two_formats_on_one_stream",
            &["check", "data", "--format", "sarif", "--json", "-"],
        ),
        (
            "bad_pattern",
            &["check", "data", "--group-pattern", "(unclosed"],
        ),
        (
            "bad_simulation",
            &["check", "data", "--simulate-split", "random:2"],
        ),
        (
            "bad_count_as_leaked",
            &["check", "data", "--count-as-leaked", "patient"],
        ),
        ("bad_loss", &["check", "data", "--val-loss", "low"]),
        (
            "bad_share",
            &["split", "data", "--out", "-", "--val-share", "2"],
        ),
        ("unknown_shell", &["completions", "tcsh"]),
    ] {
        keep_run(&workspace, "usage", name, arguments);
    }
}

#[test]
fn a_dataset_that_is_not_there() {
    let workspace = Workspace::new();
    workspace
        .image("data/train/1.png", 1)
        .file("text/a.txt", "");
    fs::create_dir(workspace.path("bare")).unwrap();
    for (name, arguments) in [
        ("missing_directory", &["check", "absent"][..]),
        ("file_for_a_directory", &["check", "text/a.txt"]),
        ("empty_directory", &["check", "bare"]),
        ("no_images", &["check", "text"]),
        (
            "missing_manifest",
            &["check", "data", "--manifest", "m.csv"],
        ),
        ("missing_settings", &["check", "data", "--config", "s.toml"]),
        ("missing_log", &["check", "data", "--training-log", "l.txt"]),
        ("missing_report", &["render", "r.json", "--format", "csv"]),
    ] {
        keep_run(&workspace, "usage", name, arguments);
    }
}

#[test]
fn a_manifest_or_settings_that_cannot_be_read() {
    let workspace = Workspace::new();
    workspace
        .image("data/1.png", 1)
        .image("data/2.png", 2)
        .file("no_path.csv", "name,split\n1.png,train\n2.png,val\n")
        .file("ragged.csv", "path,split\n1.png,train\n2.png,val,more\n")
        .file("no_row.csv", "path,split\n")
        .file("no_split.csv", "path,split\n1.png,train\n2.png,\n")
        .file("escaping.csv", "path,split\n../1.png,train\n2.png,val\n")
        .file("unknown_key.toml", "max-leak = \"0\"\n")
        .file("no_toml.toml", "max-leakage = \n");
    for name in ["no_path", "ragged", "no_row", "no_split", "escaping"] {
        let manifest = format!("{name}.csv");
        let arguments = ["check", "data", "--no-cache", "--manifest", &manifest];
        keep_run(&workspace, "manifest", name, &arguments);
    }
    for name in ["unknown_key", "no_toml"] {
        let settings = format!("{name}.toml");
        keep_run(
            &workspace,
            "settings",
            name,
            &["check", "data", "--config", &settings],
        );
    }
}

#[test]
fn what_init_writes_and_what_settings_are_in_force() {
    let workspace = Workspace::new();
    let arguments = ["check", ".", "--show-settings", "--neighbour-steps", "7"];
    keep_run(&workspace, "settings", "defaults", &arguments);
    keep_run(&workspace, "settings", "init", &["init"]);
    keep_run(&workspace, "settings", "init_again", &["init"]);
    let template = fs::read_to_string(workspace.path("splitleak.toml")).unwrap();
    crate::snapshot::keep("settings", "template", &template);
}
