//! Texts that are none of their form: what is wrong, where, and what to do, in our words.

use crate::workspace::Workspace;

fn images(workspace: &Workspace, folder: &str) {
    for seed in 1..=8 {
        let split = if seed <= 5 { "train" } else { "val" };
        workspace.image(&format!("{folder}{split}/{seed}.png"), seed);
    }
}

#[test]
fn a_description_in_yaml_is_refused_in_our_words() {
    for (text, said) in [
        (
            "train: images/train\nval: 3\nnames: [a]\n",
            "line 2: a value is of another kind",
        ),
        (
            "train: images/train\nval: {a: b}\nnames: [a]\n",
            "of another kind than expected",
        ),
        (
            "train: images/train\nval: images/val\nval: x\nnames: [a]\n",
            "line 3: the key `val` stands there twice",
        ),
        (
            "train: images/train\nval: images/val\nnames: [a]\n---\na: b\n",
            "a second document begins",
        ),
        (
            "train: images/train\nval: images/val\nnames: [a\n",
            "is no YAML: unclosed bracket",
        ),
    ] {
        let workspace = Workspace::new();
        images(&workspace, "images/");
        workspace.file("data.yaml", text);
        let refused = workspace.refused(&["."]);
        assert!(refused.contains(said), "{refused}");
        for word in ["enum", "DuplicateKeyPolicy", "from_str", "error: line"] {
            assert!(!refused.contains(word), "{refused}");
        }
    }
}

fn coco(of: std::ops::RangeInclusive<u32>, split: &str) -> String {
    let entries = of.map(|id| format!("{{\"file_name\": \"{split}/{id}.png\", \"id\": {id}}}"));
    let entries = entries.collect::<Vec<_>>().join(", ");
    format!("{{\"images\": [{entries}], \"annotations\": [], \"categories\": []}}")
}

#[test]
fn json_behind_a_byte_order_mark_is_read_and_what_is_no_json_is_told() {
    let workspace = Workspace::new();
    images(&workspace, "");
    let train = coco(1..=5, "train");
    workspace.file(
        "annotations/instances_train.json",
        format!("\u{feff}{train}"),
    );
    workspace.file("annotations/instances_val.json", coco(6..=8, "val"));
    let (report, status) = workspace.check(&["--layout", "coco"]);
    assert_eq!(
        (report["dataset"]["layout"].as_str(), status),
        (Some("coco"), 0)
    );
    let val = coco(6..=8, "val").replace("\"id\": 7", "\"id\": NaN");
    workspace.file("annotations/instances_val.json", val);
    let refused = workspace.refused(&["."]);
    assert!(
        refused.contains("`NaN`") && refused.contains("write `null`"),
        "{refused}"
    );
}

#[test]
fn a_report_that_is_no_json_is_told_what_ails_it() {
    let workspace = Workspace::new();
    images(&workspace, "");
    workspace.run(&["check", ".", "--quiet", "--json", "r.json"]);
    let text = std::fs::read_to_string(workspace.path("r.json")).unwrap();
    workspace.file("bom.json", format!("\u{feff}{text}"));
    assert_eq!(workspace.run(&["diff", "r.json", "bom.json"]).status, 0);
    let wide: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
    workspace.file("wide.json", [&[0xFF, 0xFE][..], &wide].concat());
    workspace.file("cut.json", &text[..text.len() / 2]);
    workspace.file(
        "nan.json",
        text.replacen("\"threshold\": ", "\"threshold\": NaN, \"x\": ", 1),
    );
    for (file, said) in [
        ("wide.json", "UTF-16; save it as UTF-8"),
        ("cut.json", "cut short"),
        ("nan.json", "`NaN`"),
    ] {
        let run = workspace.run(&["diff", "r.json", file]);
        assert_eq!(run.status, 2, "{file}");
        assert!(run.stderr.contains(said), "{}", run.stderr);
        assert!(!run.stderr.contains("EOF"), "{}", run.stderr);
    }
}

#[test]
fn what_files_hold_is_quoted_in_part() {
    let workspace = Workspace::new();
    images(&workspace, "images/");
    workspace.file(
        "data.yaml",
        "train: images/train\nval: images/val\nnames: [a]\n",
    );
    for seed in 1..=8 {
        let split = if seed <= 5 { "train" } else { "val" };
        let class = if seed == 3 {
            "9".repeat(200_000)
        } else {
            "0".to_owned()
        };
        let row = format!("{class} 0.5 0.5 0.2 0.2\n");
        workspace.file(&format!("labels/{split}/{seed}.txt"), row);
    }
    for format in ["terminal", "github"] {
        let run = workspace.run(&["check", ".", "--format", format]);
        assert!(run.stdout.len() < 10_000, "{format}: {}", run.stdout.len());
    }
    workspace.file("splitleak.toml", format!("x = {}", "[".repeat(100_000)));
    let refused = workspace.refused(&["."]);
    assert!(refused.len() < 2_000, "{}", refused.len());
}
