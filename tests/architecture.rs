//! Rules about the sources and the documentation.

use std::fs;
use std::path::{Path, PathBuf};

use splitleak::CODES;

/// Name and text of every file of the library but those of tests only.
fn sources() -> Vec<(String, String)> {
    let files = sources_in("src");
    assert!(
        files.len() > 30,
        "the walk found too little to prove anything"
    );
    files
}

fn sources_in(folder: &str) -> Vec<(String, String)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join(folder);
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
    files
        .iter()
        .filter(|(name, _)| !only_tests(name))
        .cloned()
        .collect()
}

/// Whether `parent` declares the file `name` as a module of tests.
fn is_test_module(name: &str, parent: &str, text: &str) -> bool {
    let Some(folder) = parent.strip_suffix("mod.rs") else {
        return false;
    };
    let Some(rest) = name.strip_prefix(folder) else {
        return false;
    };
    // A folder that is declared so holds nothing but tests.
    let module = match rest.split_once('/') {
        Some((module, _)) => module,
        None => rest.strip_suffix(".rs").unwrap_or(rest),
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
    let before_tests = text
        .lines()
        .take_while(|line| !line.ends_with("mod tests {"));
    let lines = before_tests.filter(|line| !line.trim_start().starts_with("//"));
    lines.collect::<Vec<_>>().join("\n")
}

/// What follows each mention of `name` as a word of its own that begins a path: in `use`, in a
/// group of `use`, in `pub use` and in the middle of code.
fn mentions<'a>(code: &'a str, name: &str) -> Vec<&'a str> {
    let begins_path = |at: usize| {
        let before = code[..at].trim_end();
        let joined = code[..at]
            .chars()
            .next_back()
            .is_some_and(|c| c.is_alphanumeric() || c == '_' || c == '.');
        !joined && !before.ends_with("::")
    };
    code.match_indices(name)
        .filter(|(at, _)| begins_path(*at))
        .map(|(at, _)| &code[at + name.len()..])
        .collect()
}

fn users_of(crate_name: &str) -> Vec<String> {
    let uses = |text: &str| {
        let code = code(text);
        let of_a_path = mentions(&code, crate_name)
            .iter()
            .any(|rest| rest.trim_start().starts_with("::"));
        let whole = ["use ", "extern crate "]
            .iter()
            .flat_map(|form| [";", " as "].map(|end| format!("{form}{crate_name}{end}")))
            .any(|form| code.contains(&form));
        of_a_path || whole
    };
    sources()
        .into_iter()
        .filter(|(_, text)| uses(text))
        .map(|(name, _)| name)
        .collect()
}

/// The first names of a path or of a group of paths: `a` of `a::b`, `a` and `b` of `{a::{c, d}, b
/// as e}`.
fn first_names(tree: &str) -> Vec<String> {
    let name = |path: &str| -> String {
        let path = path.trim_start();
        path.chars()
            .take_while(|c| c.is_alphanumeric() || *c == '_')
            .collect()
    };
    let Some(group) = tree.trim_start().strip_prefix('{') else {
        return vec![name(tree)];
    };
    let (mut depth, mut start, mut names) = (0, 0, Vec::new());
    for (at, c) in group.char_indices() {
        match c {
            '{' => depth += 1,
            '}' if depth > 0 => depth -= 1,
            ',' if depth == 0 => {
                names.push(name(&group[start..at]));
                start = at + 1;
            }
            '}' => {
                names.push(name(&group[start..at]));
                break;
            }
            _ => {}
        }
    }
    names.retain(|name| !name.is_empty());
    names
}

/// The room a file lies in: `cli` for `cli/mod.rs`, `rate` for `rate.rs`. None for the roots.
fn room_of(file: &str) -> Option<&str> {
    // The report's types are a ground floor that every stage may fill; what builds the report
    // stands on the stages.
    if file.starts_with("report/build/") {
        return Some("report/build");
    }
    let room = file.split('/').next().unwrap().trim_end_matches(".rs");
    (!matches!(room, "lib" | "main")).then_some(room)
}

/// Everything of ours that the code in `file` names at the top: by `crate::`, or by as many
/// `super::` as lead out of its room.
fn imports(file: &str, text: &str) -> Vec<String> {
    let code = code(text);
    let inside = file.trim_end_matches("mod.rs").trim_end_matches(".rs");
    let out = "super::".repeat(inside.split('/').filter(|part| !part.is_empty()).count());
    let prefixes = ["crate::", out.as_str()];
    let mut names: Vec<String> = prefixes
        .iter()
        .flat_map(|prefix| mentions(&code, prefix))
        .flat_map(first_names)
        .collect();
    names.sort();
    names.dedup();
    names
}

#[test]
fn imports_are_read_in_every_form() {
    let source = "
        use crate::alone;
        pub use crate::by::path;
        use crate::{
            of_group::{self, a, b},
            renamed as other,
        };
        use {crate::in_outer_group::c, std::fs};
        use super::super::above;
        // crate::comment
        fn f(x: &crate::inline::T) -> Vec<crate::generic::T> { $crate::macros::m(x) }
        use other_crate::theirs;
        use super::sibling;
        #[cfg(test)]\nmod tests {\nuse crate::in_tests;\n}";
    let found = imports("room/file.rs", source);
    assert_eq!(
        found,
        [
            "above",
            "alone",
            "by",
            "generic",
            "in_outer_group",
            "inline",
            "macros",
            "of_group",
            "renamed"
        ]
    );
    assert_eq!(imports("room/mod.rs", "use super::above;"), ["above"]);
    assert_eq!(imports("room.rs", "use super::above;"), ["above"]);
}

#[test]
fn each_outside_crate_has_its_one_room() {
    let allowed: &[(&str, &[&str])] = &[
        ("img_hash", &["signature/perceptual.rs"]),
        ("image023", &["signature/perceptual.rs"]),
        ("exif", &["signature/capture.rs"]),
        ("walkdir", &["dataset/walk.rs"]),
        ("toml", &["config.rs", "gate/baseline.rs", "page/view.rs"]),
        ("sha2", &["page/mod.rs"]),
        ("globset", &["path_pattern.rs"]),
        ("quick_junit", &["render/junit.rs"]),
        ("quick_xml", &["dataset/exports/xml.rs"]),
        ("ctrlc", &["cli/interrupt.rs"]),
        ("faer", &["verification/whitening.rs"]),
        ("bytemuck", &["verification/picture.rs"]),
        ("miniz_oxide", &["source/container/inflate.rs"]),
        (
            "parquet",
            &["source/container/parquet_table.rs", "steps/table.rs"],
        ),
        ("tar", &["source/container/tar_archive.rs"]),
    ];
    for (name, rooms) in allowed {
        assert_eq!(users_of(name), *rooms, "{name}");
    }
    let rooms = [
        ("image", "signature/decode/"),
        ("luma_jpeg", "signature/"),
        ("pulp", "verification/"),
        ("clap", "cli/"),
        ("indicatif", "cli/"),
        ("anstream", "cli/"),
        ("askama", "page/"),
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

/// Everything of ours that a room may name, besides itself.
const ROOMS: &[(&str, &[&str])] = &[
    ("annotation", &[]),
    ("budget", &[]),
    ("error", &[]),
    ("faults", &[]),
    ("leak", &[]),
    ("median", &[]),
    ("npy", &[]),
    ("path_pattern", &[]),
    ("progress", &[]),
    ("quadkey", &[]),
    ("rate", &[]),
    ("tf_record", &[]),
    ("source", &["npy", "tf_record"]),
    ("wording", &[]),
    ("config", &["error", "faults"]),
    ("sample", &["annotation", "source"]),
    ("finding", &["leak", "sample"]),
    ("labels", &["sample"]),
    ("matching", &["leak", "sample"]),
    ("signature", &["budget", "sample", "source"]),
    (
        "report",
        &["faults", "finding", "leak", "matching", "rate", "sample"],
    ),
    ("verification", &["matching", "signature"]),
    (
        "explain",
        &["faults", "median", "npy", "report", "tf_record", "wording"],
    ),
    ("gate", &["faults", "finding", "path_pattern", "report"]),
    (
        "render",
        &["faults", "finding", "leak", "rate", "report", "wording"],
    ),
    (
        "sequence",
        &["leak", "median", "quadkey", "report", "sample"],
    ),
    (
        "checks",
        &[
            "annotation",
            "finding",
            "labels",
            "leak",
            "matching",
            "median",
            "report",
            "sample",
            "sequence",
            "signature",
            "wording",
        ],
    ),
    ("repair", &["explain"]),
    ("training", &["explain"]),
    (
        "settings",
        &[
            "budget",
            "error",
            "leak",
            "path_pattern",
            "sample",
            "sequence",
            "training",
        ],
    ),
    (
        "page",
        &[
            "budget",
            "finding",
            "leak",
            "matching",
            "render",
            "report",
            "sample",
            "signature",
            "wording",
        ],
    ),
    (
        "cache",
        &[
            "annotation",
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
        &[
            "annotation",
            "budget",
            "error",
            "faults",
            "path_pattern",
            "progress",
            "quadkey",
            "sample",
            "settings",
            "signature",
            "source",
        ],
    ),
    (
        "steps",
        &["error", "sample", "signature", "source", "verification"],
    ),
    (
        "report/build",
        &[
            "annotation",
            "checks",
            "faults",
            "finding",
            "labels",
            "leak",
            "matching",
            "rate",
            "report",
            "sample",
            "sequence",
            "settings",
            "signature",
        ],
    ),
    (
        "audit",
        &[
            "annotation",
            "budget",
            "cache",
            "checks",
            "dataset",
            "error",
            "explain",
            "finding",
            "labels",
            "leak",
            "matching",
            "progress",
            "repair",
            "report",
            "sample",
            "sequence",
            "settings",
            "signature",
            "source",
            "steps",
            "verification",
        ],
    ),
    (
        "change",
        &[
            "dataset", "error", "progress", "sample", "settings", "source",
        ],
    ),
    (
        "cli",
        &[
            "audit",
            "budget",
            "cache",
            "change",
            "config",
            "dataset",
            "error",
            "explain",
            "faults",
            "finding",
            "gate",
            "leak",
            "page",
            "path_pattern",
            "progress",
            "render",
            "report",
            "sample",
            "sequence",
            "settings",
            "source",
            "steps",
            "wording",
        ],
    ),
];

#[test]
fn every_room_has_one_row() {
    let mut rooms: Vec<String> = sources()
        .iter()
        .filter_map(|(name, _)| room_of(name).map(str::to_owned))
        .collect();
    rooms.sort();
    rooms.dedup();
    let mut rows: Vec<&str> = ROOMS.iter().map(|(room, _)| *room).collect();
    rows.sort_unstable();
    assert_eq!(rows, rooms);
}

#[test]
fn rows_name_only_rooms_above_them_so_that_no_rooms_stand_on_each_other() {
    for (at, (room, may)) in ROOMS.iter().enumerate() {
        let above: Vec<&str> = ROOMS[..at].iter().map(|(name, _)| *name).collect();
        for target in *may {
            assert!(above.contains(target), "{room} names {target}");
        }
    }
}

#[test]
fn rooms_import_only_what_their_row_names() {
    for (name, text) in sources() {
        let Some(room) = room_of(&name) else {
            continue;
        };
        let may = ROOMS.iter().find(|(row, _)| *row == room);
        let may = may.map_or(&[][..], |(_, may)| may);
        for target in imports(&name, &text) {
            assert!(
                target == room || may.contains(&target.as_str()),
                "{name} imports {target}"
            );
        }
    }
}

#[test]
fn every_row_names_only_what_its_room_imports() {
    for (room, may) in ROOMS {
        let imported: Vec<String> = sources()
            .iter()
            .filter(|(name, _)| room_of(name) == Some(room))
            .flat_map(|(name, text)| imports(name, text))
            .collect();
        for target in *may {
            assert!(
                imported.iter().any(|name| name == target),
                "{room} no longer imports {target}: take it out of its row"
            );
        }
    }
}

#[test]
fn no_file_of_logic_is_longer_than_500_lines() {
    let members = ["crates/luma-jpeg/src", "python/src", "research"]
        .map(sources_in)
        .concat();
    for (name, text) in [sources(), members].concat() {
        let lines = code(&text).lines().count();
        assert!(
            lines <= 500,
            "{name} has {lines} lines without tests and comments"
        );
    }
}

/// `rustfmt` wraps comments only in its unstable channel.
#[test]
fn comments_are_wrapped_at_100_columns() {
    let members = [
        "crates/luma-jpeg/src",
        "python/src",
        "research",
        "tests",
        "benches",
    ]
    .map(sources_in)
    .concat();
    let long: Vec<String> = [sources(), members]
        .concat()
        .iter()
        .flat_map(|(name, text)| {
            text.lines()
                .filter(|line| line.trim_start().starts_with("//") && line.chars().count() > 100)
                .map(move |line| format!("{name}: {line}"))
        })
        .collect();
    assert!(long.is_empty(), "{}", long.join("\n"));
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
