//! The command itself: every way to end, help, completions, the manual page.

use std::fs;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use crate::workspace::Workspace;

fn small() -> Workspace {
    let workspace = Workspace::new();
    workspace
        .image("data/train/1.png", 1)
        .image("data/val/2.png", 2);
    workspace
}

const COMMANDS: [&str; 14] = [
    "check",
    "split",
    "sign",
    "learn",
    "match",
    "report",
    "baseline",
    "diff",
    "render",
    "init",
    "schema",
    "completions",
    "man",
    "cache",
];

#[test]
fn every_command_has_help_with_an_example_and_completions_and_manual_know_it() {
    let workspace = small();
    let help = workspace.run(&["--help"]);
    assert_eq!(help.status, 0);
    let man = workspace.run(&["man"]).stdout;
    for command in COMMANDS {
        assert!(
            help.stdout.contains(&format!("\n  {command} ")),
            "{command}: {}",
            help.stdout
        );
        let run = workspace.run(&[command, "--help"]);
        assert_eq!(run.status, 0);
        assert!(
            run.stdout.contains("Examples:\n  splitleak "),
            "{command}: {}",
            run.stdout
        );
        assert!(
            man.contains(&format!("SPLITLEAK {}", command.to_uppercase())),
            "{command}"
        );
    }
    assert!(help.stdout.contains("130"), "{}", help.stdout);
    for shell in ["bash", "zsh", "fish", "powershell", "elvish"] {
        let script = workspace.run(&["completions", shell]).stdout;
        for word in ["check", "changed-since", "baseline"] {
            assert!(script.contains(word), "{shell} {word}");
        }
    }
    assert!(
        man.contains(".TH splitleak 1") && man.contains("max\\-leakage"),
        "{man}"
    );
    assert_eq!(workspace.run(&["completions", "tcsh"]).status, 2);
}

#[cfg(unix)]
#[test]
fn a_directory_that_cannot_be_written_ends_in_two_and_leaves_nothing() {
    use std::os::unix::fs::PermissionsExt;
    let workspace = small();
    let out = workspace.path("out");
    fs::create_dir(&out).unwrap();
    fs::set_permissions(&out, fs::Permissions::from_mode(0o555)).unwrap();
    let may_write = fs::write(out.join("probe"), "").is_ok();
    if may_write {
        // A superuser may write everywhere; a file in place of the directory stops everyone.
        fs::remove_dir_all(&out).unwrap();
        fs::write(&out, "").unwrap();
    }
    for arguments in [
        &["check", "data", "--json", "out/report.json"][..],
        &["check", "data", "--format", "sarif=out/x.sarif"],
        &[
            "baseline",
            "write",
            "data",
            "--reason",
            "x",
            "--baseline",
            "out/b.toml",
        ],
        &["init", "out"],
    ] {
        let run = workspace.run(arguments);
        assert_eq!(run.status, 2, "{arguments:?}");
        assert!(
            run.stderr.contains("cannot write `out/"),
            "{arguments:?}: {}",
            run.stderr
        );
    }
    if !may_write {
        fs::set_permissions(&out, fs::Permissions::from_mode(0o755)).unwrap();
        assert_eq!(fs::read_dir(&out).unwrap().count(), 0);
    }
}

#[test]
fn an_old_report_survives_a_check_that_cannot_be_carried_out() {
    let workspace = small();
    workspace.file("report.json", "old");
    let run = workspace.run(&["check", "absent", "--json", "report.json"]);
    assert_eq!(run.status, 2);
    assert_eq!(
        fs::read_to_string(workspace.path("report.json")).unwrap(),
        "old"
    );
}

#[test]
fn a_closed_pipe_does_not_change_the_status_of_any_command() {
    let workspace = small();
    workspace.copy("data/train/1.png", "data/val/leak.png");
    workspace.run(&["check", "data", "--quiet", "--json", "r.json"]);
    for (arguments, expected) in [
        (&["check", "data", "--max-leakage", "0"][..], 1),
        (&["check", "data", "--json", "-"], 0),
        (&["render", "r.json", "--format", "sarif"], 0),
        (&["diff", "r.json", "r.json"], 0),
        (&["baseline", "write", "data", "--reason", "x"], 0),
        (&["schema"], 0),
        (&["man"], 0),
        (&["completions", "bash"], 0),
    ] {
        let mut child = Command::new(env!("CARGO_BIN_EXE_splitleak"))
            .args(arguments)
            .current_dir(workspace.root())
            .env_clear()
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        drop(child.stdout.take());
        let output = child.wait_with_output().unwrap();
        assert_eq!(output.status.code(), Some(expected), "{arguments:?}");
        assert_eq!(String::from_utf8_lossy(&output.stderr), "", "{arguments:?}");
    }
}

/// Images to be interrupted at.
#[cfg(unix)]
const FILES: i64 = 200;

/// Sends a real signal while images are being read.
#[cfg(unix)]
#[test]
fn an_interrupt_ends_in_130_keeps_what_was_read_and_writes_no_report() {
    let workspace = Workspace::new();
    // Steps compress well, and still take their time to decode.
    let steps = |x: u32, y: u32| image::Rgb([(x / 100 * 8) as u8, (y / 100 * 8) as u8, 90]);
    let picture = image::RgbImage::from_fn(3000, 2000, steps);
    let bytes = crate::workspace::encode(&picture, "x.png");
    for number in 0..FILES {
        // Other bytes behind the end of the picture: nothing is known of them beforehand.
        let split = if number % 4 == 0 { "val" } else { "train" };
        let unlike = [&bytes[..], &[number as u8]].concat();
        workspace.file(&format!("data/{split}/{number}.png"), unlike);
    }
    workspace.file("report.json", "old");
    let arguments = [
        "check",
        "data",
        "--json",
        "report.json",
        "--cache",
        "cache",
        "--threads",
        "1",
    ];
    let child = Command::new(env!("CARGO_BIN_EXE_splitleak"))
        .args(arguments)
        .current_dir(workspace.root())
        .env_clear()
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    // When the first batch has been written, reading has begun and is far from its end.
    let kept = || -> i64 {
        let path = workspace.path("cache/splitleak-3.sqlite");
        let Ok(connection) = rusqlite::Connection::open(path) else {
            return 0;
        };
        let count = connection.query_row("SELECT count(*) FROM signature", [], |row| row.get(0));
        count.unwrap_or(0)
    };
    let patience = Instant::now() + Duration::from_secs(60);
    while kept() == 0 && Instant::now() < patience {
        std::thread::sleep(Duration::from_millis(50));
    }
    let sent = Command::new("kill")
        .args(["-s", "INT", &child.id().to_string()])
        .status()
        .unwrap();
    assert!(sent.success());
    let output = child.wait_with_output().unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(130), "{said}");
    assert_eq!((said.trim(), output.stdout.len()), ("interrupted", 0));
    let kept = kept();
    assert!((1..FILES).contains(&kept), "{kept} of {FILES} were read");
    assert_eq!(
        fs::read_to_string(workspace.path("report.json")).unwrap(),
        "old"
    );
    let names = fs::read_dir(workspace.root()).unwrap();
    let names: Vec<_> = names.map(|entry| entry.unwrap().file_name()).collect();
    assert_eq!(names.len(), 3, "{names:?}");
}

#[test]
fn the_verdict_is_the_same_cold_and_warm_at_any_number_of_threads_in_any_place() {
    let workspace = small();
    workspace
        .copy("data/train/1.png", "data/val/leak.png")
        .image("data/val/near.jpg", 1);
    let verdict = |arguments: &[&str]| {
        let run =
            workspace.run(&[&["check", "--max-leakage", "1", "--json", "-"], arguments].concat());
        (run.status, run.stdout)
    };
    let expected = verdict(&["data", "--no-cache"]);
    assert_eq!(expected.0, 1);
    fs::create_dir(workspace.path("elsewhere")).unwrap();
    for (from, to) in [
        ("data/train/1.png", "train/1.png"),
        ("data/val/2.png", "val/2.png"),
        ("data/val/leak.png", "val/leak.png"),
        ("data/val/near.jpg", "val/near.jpg"),
    ] {
        workspace.copy(from, &format!("elsewhere/clone/{to}"));
    }
    for dataset in ["data", "elsewhere/clone", "./elsewhere/../data"] {
        for threads in ["1", "2"] {
            for cache in [&["--no-cache"][..], &["--cache", "c"], &["--cache", "c"]] {
                let found = verdict(&[&[dataset, "--threads", threads], cache].concat());
                assert_eq!(found, expected, "{dataset} {threads} {cache:?}");
            }
        }
    }
}
