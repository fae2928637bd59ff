//! The page: one file, safe whatever names it holds, the same on every run.

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
