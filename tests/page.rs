//! The page: one file, safe whatever names it holds, the same on every run.

use std::collections::BTreeMap;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use sha2::{Digest, Sha256};

use crate::workspace::Workspace;

const DRIVING: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/fixtures/driving");

fn page(workspace: &Workspace, data: &str, more: &[&str]) -> String {
    let run = workspace.run(&[&["check", data, "--html", "page.html", "--quiet"], more].concat());
    assert_eq!(run.stderr, "");
    std::fs::read_to_string(workspace.path("page.html")).unwrap()
}

/// Text between two marks.
fn between<'a>(text: &'a str, from: &str, to: &str) -> &'a str {
    let begins = text.find(from).unwrap() + from.len();
    &text[begins..begins + text[begins..].find(to).unwrap()]
}

#[test]
fn the_policy_allows_exactly_the_style_and_the_script_of_the_page() {
    let page = page(&Workspace::new(), DRIVING, &[]);
    let policy = between(&page, "Content-Security-Policy\" content=\"", "\">");
    for (tag, end) in [("<style>", "</style>"), ("<script>", "</script>")] {
        let digest = STANDARD.encode(Sha256::digest(between(&page, tag, end)));
        // The template writes `+` of base64 as a character reference where it must.
        let policy = policy.replace("&#43;", "+").replace("&#39;", "'");
        assert!(policy.contains(&format!("'sha256-{digest}'")), "{policy}");
    }
    assert!(!policy.contains("unsafe"));
    assert!(!page.contains("http://") && !page.contains("https://"));
}

#[test]
fn the_demo_shows_pairs_recordings_and_the_loss_and_is_small() {
    let workspace = Workspace::new();
    let page = page(
        &workspace,
        DRIVING,
        &["--train-loss", "0.0151", "--val-loss", "0.0098"],
    );
    for section in ["leaks", "pairs", "time", "loss", "checked", "how"] {
        assert!(
            page.contains(&format!("<section id=\"{section}\">")),
            "{section}"
        );
    }
    assert!(page.matches("<symbol ").count() >= 50);
    assert!(page.len() < 2_000_000, "{}", page.len());
}

#[test]
fn the_page_is_the_same_on_every_run() {
    let workspace = Workspace::new();
    assert_eq!(
        page(&workspace, DRIVING, &["--threads", "1"]),
        page(&workspace, DRIVING, &["--threads", "3"])
    );
}

#[test]
fn a_limit_leaves_out_pairs_and_says_so() {
    let workspace = Workspace::new();
    let whole = page(&workspace, DRIVING, &[]);
    assert!(whole.len() > 1_000_000, "{}", whole.len());
    let limited = page(&workspace, DRIVING, &["--html-max", "1"]);
    assert!(limited.len() <= 1_000_000, "{}", limited.len());
    let pairs = |page: &str| page.matches("class=\"pair\"").count();
    assert!((1..pairs(&whole)).contains(&pairs(&limited)));
    let said = format!(
        "<p>{} of {} pairs are shown",
        pairs(&limited),
        pairs(&whole)
    );
    assert!(limited.contains(&said), "{said}");
    // No picture is carried that no pair, cluster or finding shows.
    for id in limited
        .split("<symbol id=\"")
        .skip(1)
        .map(|rest| rest.split('"').next())
    {
        let use_of = format!("href=\"#{}\"", id.unwrap());
        assert!(limited.contains(&use_of), "{use_of}");
    }
    let run = workspace.run(&[
        "check",
        DRIVING,
        "--quiet",
        "--html",
        "p.html",
        "--html-no-images",
    ]);
    assert_eq!(run.stderr, "");
    let without = std::fs::read_to_string(workspace.path("p.html")).unwrap();
    assert!(!without.contains("<symbol ") && without.contains("class=\"pair\""));
    assert!(without.len() < whole.len());
}

/// A log, and predictions that err by a tenth on every image of the demo.
fn explained(workspace: &Workspace) {
    workspace.file(
        "log.csv",
        "epoch,loss,val_loss\n1,0.03,0.012\n2,0.02,0.01\n",
    );
    let manifest = std::fs::read_to_string(format!("{DRIVING}/manifest.csv")).unwrap();
    let mut predictions = "path,y_pred\n".to_owned();
    for row in csv::Reader::from_reader(manifest.as_bytes()).records() {
        let row = row.unwrap();
        let truth: f64 = row[2].parse().unwrap();
        predictions += &format!("{},{}\n", &row[0], truth + 0.1);
    }
    workspace.file("p.csv", predictions);
}

/// Plots of the demo by name, drawn by a check with more arguments.
fn plots(workspace: &Workspace, to: &str, more: &[&str]) -> BTreeMap<String, String> {
    let run = workspace.run(&[&["check", DRIVING, "--quiet", "--plots", to], more].concat());
    assert_eq!(run.stderr, "");
    read(workspace, to)
}

fn read(workspace: &Workspace, directory: &str) -> BTreeMap<String, String> {
    let files = std::fs::read_dir(workspace.path(directory)).unwrap();
    let files = files.map(|file| {
        let path = file.unwrap().path();
        let name = path.file_name().unwrap().to_str().unwrap().to_owned();
        (name, std::fs::read_to_string(path).unwrap())
    });
    files.collect()
}

const EXPLAINED: [&str; 4] = ["--training-log", "log.csv", "--predictions", "p.csv"];

#[test]
fn plots_stand_alone_and_are_the_same_on_every_run_and_later() {
    let workspace = Workspace::new();
    explained(&workspace);
    let with = |more: &[&'static str]| [&EXPLAINED[..], more].concat();
    let first = plots(
        &workspace,
        "a/first",
        &with(&["--threads", "1", "--json", "report.json"]),
    );
    assert_eq!(
        first.keys().collect::<Vec<_>>(),
        [
            "correlation.svg",
            "drift.svg",
            "exclusion-curve.svg",
            "gap.svg",
            "loss-by-copies.svg",
            "loss-by-distance.svg",
            "loss-by-epoch.svg",
            "loss-by-exposure.svg",
            "loss-by-image-distance.svg",
            "loss-by-similarity.svg",
            "similarity.svg",
            "steps-to-training.svg",
            "timeline.svg",
        ]
    );
    for (name, svg) in &first {
        // On white, with its size and with words for who does not see it.
        assert!(
            svg.starts_with("<svg xmlns=\"http://www.w3.org/2000/svg\""),
            "{name}"
        );
        assert!(svg.contains("<title>") && svg.contains("<desc>"), "{name}");
        assert!(
            svg.contains("height=\"") && svg.contains("fill=\"#fff\""),
            "{name}"
        );
        assert!(!svg.contains("NaN") && !svg.contains("inf"), "{name}");
        assert!(!svg.contains("style=") && !svg.contains("href"), "{name}");
    }
    let second = plots(&workspace, "second", &with(&["--threads", "3"]));
    assert_eq!(first, second);
    let run = workspace.run(&["render", "report.json", "--plots", "later"]);
    assert_eq!((run.status, run.stderr.as_str()), (0, ""));
    assert_eq!(first, read(&workspace, "later"));
}

#[test]
fn a_plot_that_the_report_has_no_figures_for_is_not_drawn() {
    let workspace = Workspace::new();
    let drawn = plots(&workspace, "plots", &[]);
    assert_eq!(
        drawn.keys().collect::<Vec<_>>(),
        [
            "drift.svg",
            "similarity.svg",
            "steps-to-training.svg",
            "timeline.svg"
        ]
    );
}

#[test]
fn the_page_shows_every_plot_with_words_and_figures() {
    let workspace = Workspace::new();
    explained(&workspace);
    let drawn = plots(&workspace, "plots", &EXPLAINED);
    let page = page(&workspace, DRIVING, &EXPLAINED);
    for name in drawn.keys() {
        let id = format!("id=\"plot-{}\"", name.trim_end_matches(".svg"));
        assert_eq!(page.matches(&id).count(), 1, "{name}");
    }
    assert_eq!(page.matches("<svg class=\"plot\"").count(), drawn.len());
    assert_eq!(page.matches("role=\"img\" aria-label=\"\"").count(), 0);
    let epochs = between(&page, "id=\"plot-loss-by-epoch\"", "</figure>");
    assert!(epochs.contains("<td>0.0120</td>"), "{epochs}");
}

#[cfg(unix)]
#[test]
fn names_cannot_leave_their_place() {
    let workspace = Workspace::new();
    let hostile = [
        "<script>alert(1)<",
        "\" onload=\"alert(1)",
        "' x='",
        "\u{202e}gnp",
        "a\u{1b}[31m\nb",
        "--><!--",
    ];
    workspace.image("data/train/1.png", 1);
    for name in hostile {
        let name = name.replace('/', "_");
        workspace.copy("data/train/1.png", &format!("data/val/{name}.png"));
    }
    let page = page(&workspace, "data", &[]);
    assert_eq!(page.matches("<script>").count(), 1);
    assert!(!page.contains("<script>alert") && !page.contains("\" onload=\""));
    assert!(!page.contains('\u{1b}') && page.contains("\\u{1b}[31m\\nb"));
    assert!(!page.contains('\u{202e}'));
    assert!(page.contains("<bdi class=\"path\">val/\\u{202e}gnp.png</bdi>"));
}

#[test]
fn a_report_is_rendered_with_the_pictures_of_its_dataset_later() {
    let workspace = Workspace::new();
    workspace
        .image("data/train/1.png", 1)
        .copy("data/train/1.png", "data/val/2.png");
    let made = page(&workspace, "data", &["--json", "report.json"]);
    let run = workspace.run(&[
        "render",
        "report.json",
        "--dataset",
        "data",
        "--format",
        "html=later.html",
    ]);
    assert_eq!((run.status, run.stderr.as_str()), (0, ""));
    let later = std::fs::read_to_string(workspace.path("later.html")).unwrap();
    assert_eq!(made.matches("<symbol ").count(), 2);
    assert_eq!(later.matches("<symbol ").count(), 2);
}
