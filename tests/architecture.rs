//! Rules about the sources and the documentation.

use std::fs;
use std::path::{Path, PathBuf};

use splitleak::finding::CODES;

fn sources() -> Vec<(String, String)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut files = Vec::new();
    let mut pending = vec![root.clone()];
    while let Some(path) = pending.pop() {
        if path.is_dir() {
            pending.extend(
                fs::read_dir(&path)
                    .unwrap()
                    .map(|entry| entry.unwrap().path()),
            );
        } else {
            let name = path
                .strip_prefix(&root)
                .unwrap()
                .to_str()
                .unwrap()
                .replace('\\', "/");
            files.push((name, fs::read_to_string(&path).unwrap()));
        }
    }
    files.sort();
    let only_tests = |name: &str| {
        files
            .iter()
            .any(|(parent, text)| is_test_module(name, parent, text))
    };
    let files: Vec<_> = files
        .iter()
        .filter(|(name, _)| !only_tests(name))
        .cloned()
        .collect();
    assert!(
        files.len() > 30,
        "the walk found too little to prove anything"
    );
    files
}

/// Whether `parent` declares the file `name` as a module of tests.
fn is_test_module(name: &str, parent: &str, text: &str) -> bool {
    let Some(folder) = parent.strip_suffix("mod.rs") else {
        return false;
    };
    let Some(module) = name
        .strip_prefix(folder)
        .and_then(|rest| rest.strip_suffix(".rs"))
    else {
        return false;
    };
    let declared = [
        format!("mod {module};"),
        format!("pub(crate) mod {module};"),
    ];
    declared
        .iter()
        .any(|line| text.contains(&format!("#[cfg(test)]\n{line}")))
}

/// Source up to its tests, without comments.
fn code(text: &str) -> String {
    let text = text.split("#[cfg(test)]\nmod tests").next().unwrap();
    let lines = text
        .lines()
        .filter(|line| !line.trim_start().starts_with("//"));
    lines.collect::<Vec<_>>().join("\n")
}

fn users_of(crate_name: &str) -> Vec<String> {
    let forms = [
        format!("use {crate_name}::"),
        format!(" {crate_name}::"),
        format!("({crate_name}::"),
        format!("<{crate_name}::"),
    ];
    let uses = |text: &str| forms.iter().any(|form| code(text).contains(form.as_str()));
    sources()
        .into_iter()
        .filter(|(_, text)| uses(text))
        .map(|(name, _)| name)
        .collect()
}

#[test]
fn each_outside_crate_has_its_one_room() {
    let allowed: &[(&str, &[&str])] = &[
        ("img_hash", &["signature/perceptual.rs"]),
        ("image023", &["signature/perceptual.rs"]),
        ("exif", &["signature/capture.rs"]),
        ("walkdir", &["dataset/walk.rs"]),
        ("toml", &["config.rs", "gate/baseline.rs"]),
        ("globset", &["path_pattern.rs"]),
        ("quick_junit", &["render/junit.rs"]),
        ("ctrlc", &["cli/interrupt.rs"]),
        ("faer", &["verification/whitening.rs"]),
        ("bytemuck", &["verification/picture.rs"]),
    ];
    for (name, rooms) in allowed {
        assert_eq!(users_of(name), *rooms, "{name}");
    }
    let rooms = [
        ("image", "signature/decode/"),
        ("pulp", "verification/"),
        ("clap", "cli/"),
        ("indicatif", "cli/"),
        ("anstream", "cli/"),
        ("rusqlite", "cache/"),
    ];
    for (name, room) in rooms {
        let users = users_of(name);
        assert!(
            !users.is_empty() && users.iter().all(|user| user.starts_with(room)),
            "{name}: {users:?}"
        );
    }
}

#[test]
fn rooms_import_only_what_lies_below_them() {
    // Everything of ours that a room may name, besides itself.
    let allowed: &[(&str, &[&str])] = &[
        ("source", &[]),
        ("path_pattern", &[]),
        ("sample", &["source"]),
        ("error", &[]),
        ("rate", &[]),
        ("progress", &[]),
        (
            "settings",
            &["error", "explain", "path_pattern", "sample", "sequence"],
        ),
        ("sequence", &["sample"]),
        ("explain", &[]),
        ("repair", &["explain"]),
        (
            "cache",
            &[
                "error",
                "report",
                "sample",
                "settings",
                "signature",
                "source",
            ],
        ),
        (
            "dataset",
            &["error", "progress", "sample", "settings", "source"],
        ),
        ("signature", &["sample", "source"]),
        ("matching", &["sample"]),
        ("verification", &["matching", "sample", "signature"]),
        ("finding", &["matching", "sequence", "signature"]),
        (
            "change",
            &[
                "dataset", "error", "progress", "sample", "settings", "source",
            ],
        ),
        (
            "checks",
            &["finding", "matching", "sample", "sequence", "signature"],
        ),
        ("gate", &["finding", "path_pattern", "rate", "report"]),
        ("explain", &[]),
        ("repair", &["explain"]),
        (
            "render",
            &["explain", "finding", "rate", "report", "sample", "sequence"],
        ),
        ("config", &["error"]),
        (
            "cache",
            &[
                "error",
                "report",
                "sample",
                "settings",
                "signature",
                "source",
            ],
        ),
    ];
    for (room, may) in allowed {
        let own =
            |name: &str| name == format!("{room}.rs") || name.starts_with(&format!("{room}/"));
        let files: Vec<_> = sources()
            .into_iter()
            .filter(|(name, _)| own(name))
            .collect();
        assert!(!files.is_empty(), "{room}");
        for (name, text) in files {
            for part in code(&text).split("crate::").skip(1) {
                let target: String = part
                    .chars()
                    .take_while(|c| c.is_alphanumeric() || *c == '_')
                    .collect();
                assert!(
                    target == *room || may.contains(&target.as_str()),
                    "{name} imports {target}"
                );
            }
        }
    }
}

#[test]
fn no_file_of_logic_is_longer_than_500_lines() {
    for (name, text) in sources() {
        let lines = code(&text).lines().count();
        assert!(
            lines <= 500,
            "{name} has {lines} lines without tests and comments"
        );
    }
}

#[test]
fn every_code_has_a_heading_in_the_documentation() {
    let path: PathBuf = [env!("CARGO_MANIFEST_DIR"), "docs", "findings.md"]
        .iter()
        .collect();
    let text = fs::read_to_string(path).unwrap();
    let headings: Vec<&str> = text
        .lines()
        .filter_map(|line| line.strip_prefix("### `"))
        .collect();
    let headings: Vec<&str> = headings
        .iter()
        .map(|line| line.trim_end_matches('`'))
        .collect();
    let codes: Vec<&str> = CODES.iter().map(|row| row.1).collect();
    assert_eq!(
        headings, codes,
        "docs/findings.md lists codes in the order of the table"
    );
}
