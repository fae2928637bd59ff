//! The contract: schema, determinism, limits.

use crate::workspace::{Workspace, leaked};
use serde_json::Value;
use splitleak::cache::Cache;
use splitleak::progress::Silent;
use splitleak::report::SCHEMA_VERSION;
use splitleak::sample::SampleId;
use splitleak::settings::{Input, Settings};
use splitleak::signature::{Signed, Signer};
use splitleak::{audit_dataset, audit_signed, dataset};
use std::collections::BTreeMap;
use std::fs;

fn leaking() -> Workspace {
    let workspace = Workspace::new();
    for seed in 0..20 {
        workspace.image(&format!("train/c{}/{seed}.jpg", seed % 3), seed);
    }
    for seed in 0..8 {
        workspace.image(&format!("val/c{}/{seed}.png", seed % 3), seed);
    }
    workspace
        .image("val/c0/new.png", 999)
        .file("val/c1/broken.png", "")
        .file("notes.txt", "x");
    workspace
}

#[test]
fn the_published_schema_is_the_one_of_the_types() {
    let published = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/report.schema.json");
    let current = Workspace::new().run(&["schema"]).stdout;
    let published = fs::read_to_string(published).unwrap_or_default();
    assert_eq!(
        published, current,
        "run `cargo run -- schema > docs/report.schema.json`"
    );
}

/// Digests of the schema by its version. A released one never changes again.
#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct PublishedSchema {
    digest: String,
    /// Its digest may still change, by hand.
    #[serde(default)]
    unreleased: bool,
}

/// Digest of what a schema demands; what it explains may be said better at any time.
fn schema_digest(schema: &Value) -> String {
    fn without_words(value: &Value) -> Value {
        match value {
            Value::Object(map) => {
                let kept = map.iter().filter(|(key, value)| {
                    !(["title", "description"].contains(&key.as_str()) && value.is_string())
                });
                let kept = kept.map(|(key, value)| (key.clone(), without_words(value)));
                Value::Object(kept.collect())
            }
            Value::Array(list) => Value::Array(list.iter().map(without_words).collect()),
            other => other.clone(),
        }
    }
    let digest = blake3::hash(without_words(schema).to_string().as_bytes());
    digest.to_hex()[..32].to_owned()
}

#[test]
fn a_schema_that_changes_gets_another_version() {
    let versions = include_str!("../docs/schema-versions.toml");
    let versions: BTreeMap<String, PublishedSchema> = toml::from_str(versions).unwrap();
    let schema: Value = serde_json::from_str(include_str!("../docs/report.schema.json")).unwrap();
    let digest = schema_digest(&schema);
    let entry = format!("[\"{SCHEMA_VERSION}\"]\ndigest = \"{digest}\"\nunreleased = true\n");
    let Some(published) = versions.get(SCHEMA_VERSION) else {
        panic!("version {SCHEMA_VERSION} is new: add to docs/schema-versions.toml\n\n{entry}");
    };
    if published.digest == digest {
        return;
    }
    assert!(
        !published.unreleased,
        "the schema changed. Its version {SCHEMA_VERSION} is not released yet: if that is what you mean, \
         write into docs/schema-versions.toml\n\n{entry}"
    );
    panic!(
        "the schema changed, and its version {SCHEMA_VERSION} is released: raise SCHEMA_VERSION in src/report/mod.rs \
         (the minor part for new keys, the major part for keys that go or change their meaning)"
    );
}

#[test]
fn the_digest_of_a_schema_sees_keys_and_not_words() {
    let of = |text: &str| schema_digest(&serde_json::from_str(text).unwrap());
    let plain = of(r#"{"properties": {"a": {"type": "string", "description": "x"}}}"#);
    assert_eq!(
        plain,
        of(r#"{"properties": {"a": {"description": "y", "type": "string"}}}"#)
    );
    for other in [
        r#"{"properties": {"a": {"type": "number", "description": "x"}}}"#,
        r#"{"properties": {"a": {"type": "string"}, "description": {"type": "string"}}}"#,
        r#"{"properties": {"a": {"type": "string"}}, "required": ["a"]}"#,
    ] {
        assert_ne!(plain, of(other), "{other}");
    }
}

#[test]
fn signatures_made_elsewhere_give_the_same_report() {
    let workspace = leaking();
    let settings = Settings::new(Input::Tree {
        root: workspace.root().to_path_buf(),
        layout: None,
    });
    let dataset =
        dataset::load(&settings.input, &settings.columns, &settings.files, &Silent).unwrap();
    let mut signer = Signer::default();
    let ids = (0..dataset.samples.len()).map(|at| SampleId(at as u32));
    let signatures: Vec<Signed> = ids
        .map(|id| signer.sign(&dataset.source(id).bytes().unwrap()))
        .collect();
    let off = Cache::off();
    let signed = |signatures| audit_signed(&settings, &dataset, signatures, &off, &Silent);
    let error = signed(signatures[1..].to_vec()).unwrap_err();
    assert!(error.to_string().contains("one for each sample"), "{error}");
    let whole = audit_dataset(&settings, &dataset, &off, &Silent).unwrap();
    assert_eq!(signed(signatures).unwrap(), whole);
    assert!(whole.leakage[0].leaked.count > 0);
    assert_eq!(whole.detection.inside_radius_bits, None);
}

#[test]
fn the_same_dataset_gives_the_same_bytes_at_any_number_of_threads_and_anywhere() {
    let workspace = leaking();
    let run = |workspace: &Workspace, threads: &str| {
        workspace
            .run(&["check", ".", "--json", "-", "--threads", threads])
            .stdout
    };
    let first = run(&workspace, "1");
    assert!(first.len() > 1000);
    for threads in ["2", "7", "1"] {
        assert_eq!(run(&workspace, threads), first);
    }
    // Another directory, files made in another order.
    let other = Workspace::new();
    let mut files = Vec::new();
    for entry in walk(workspace.root()) {
        files.push(entry);
    }
    for path in files.iter().rev() {
        let relative = path.strip_prefix(workspace.root()).unwrap();
        other.file(relative.to_str().unwrap(), fs::read(path).unwrap());
    }
    assert_eq!(run(&other, "2"), first);
}

fn walk(root: &std::path::Path) -> Vec<std::path::PathBuf> {
    let entries = fs::read_dir(root)
        .unwrap()
        .map(|entry| entry.unwrap().path());
    let files = entries.flat_map(|path| {
        if path.is_dir() {
            walk(&path)
        } else {
            vec![path]
        }
    });
    files.collect()
}

#[test]
fn limits_cut_lists_and_never_counts() {
    let workspace = leaking();
    for copy in 0..6 {
        workspace.copy("train/c0/0.jpg", &format!("train/c0/again{copy}.jpg"));
        workspace.file(&format!("val/c2/broken{copy}.png"), "");
    }
    let (full, _) = workspace.check(&["--pairs-per-sample", "100"]);
    let (cut, _) = workspace.check(&["--pairs-per-sample", "1", "--findings-per-code", "2"]);
    assert_eq!(full["leakage"], cut["leakage"]);
    assert_eq!(
        (
            full["pairs_truncated"].as_bool(),
            cut["pairs_truncated"].as_bool()
        ),
        (Some(false), Some(true))
    );
    assert_eq!(cut["pairs"].as_array().unwrap().len() as u64, leaked(&cut));
    assert_eq!(full["finding_counts"], cut["finding_counts"]);
    assert_eq!(cut["finding_counts"]["zero-byte-file"], 7);
    let listed = cut["findings"].as_array().unwrap().iter();
    assert_eq!(
        listed
            .filter(|finding| finding["code"] == "zero-byte-file")
            .count(),
        2
    );
    assert_eq!(cut["findings_truncated"], true);
}

#[test]
fn counts_add_up() {
    let (report, _) = leaking().check(&[]);
    let coverage = &report["coverage"];
    let number = |value: &Value| value.as_u64().unwrap();
    assert_eq!(
        number(&coverage["samples"]),
        number(&coverage["signed"]) + number(&coverage["unreadable"])
    );
    let splits = report["dataset"]["splits"].as_array().unwrap();
    let sum = |key: &str| splits.iter().map(|split| number(&split[key])).sum::<u64>();
    assert_eq!(
        (sum("samples"), sum("readable")),
        (number(&coverage["samples"]), number(&coverage["signed"]))
    );
    let entry = &report["leakage"][0];
    let kinds = entry["by_kind"]
        .as_object()
        .unwrap()
        .values()
        .map(number)
        .sum::<u64>();
    assert_eq!(
        (kinds, number(&entry["leaked"]["denominator"])),
        (leaked(&report), 9)
    );
    assert_eq!(coverage["ignored"][0]["example"], "notes.txt");
}

#[test]
fn a_report_file_replaces_an_old_one_whole() {
    let workspace = leaking();
    let old = "{\"tool\": {\"name\": \"splitleak\"}}";
    workspace.file("out/report.json", old);
    let run = workspace.run(&["check", ".", "--json", "out/report.json", "--quiet"]);
    assert_eq!((run.stdout.as_str(), run.stderr.as_str()), ("", ""));
    let text = fs::read_to_string(workspace.path("out/report.json")).unwrap();
    assert!(text.starts_with('{') && text.ends_with("}\n"));
    assert_eq!(fs::read_dir(workspace.path("out")).unwrap().count(), 1);
}

#[test]
fn no_path_of_the_machine_is_in_a_report() {
    let workspace = leaking();
    let root = workspace.root().to_str().unwrap().to_owned();
    let (report, _) = workspace.check_dataset(&[&root]);
    assert!(!report.to_string().contains(&root));
}
