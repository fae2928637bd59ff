//! Nothing is worked out twice, and nobody can tell from the report.

use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant, SystemTime};

use rusqlite::Connection;

use crate::workspace::{Run, Workspace, encode, picture};

const DATABASE: &str = "cache/splitleak-3.sqlite";

/// Twelve images, one of them in both splits; two files that are none.
fn dataset() -> Workspace {
    let workspace = Workspace::new();
    for seed in 0..8 {
        workspace.image(&format!("data/train/c/{seed}.png"), seed);
    }
    for seed in 6..10 {
        workspace.image(&format!("data/val/c/{seed}.jpg"), seed);
    }
    workspace
        .copy("data/train/c/1.png", "data/val/c/copy.png")
        .file("data/val/c/broken.png", b"\x89PNG\r\n\x1a\nnothing")
        .file("data/val/c/empty.jpg", "");
    settle(&workspace.path("data"));
    workspace
}

/// Makes files an hour old: what was changed just now is not trusted.
fn settle(directory: &Path) {
    let hour_ago = SystemTime::now() - Duration::from_secs(3600);
    for entry in fs::read_dir(directory).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            settle(&path);
        } else {
            let file = fs::File::options().append(true).open(path).unwrap();
            file.set_modified(hour_ago).unwrap();
        }
    }
}

fn run(workspace: &Workspace, more: &[&str]) -> Run {
    workspace.run(&[&["check", "data", "--json", "-"], more].concat())
}

fn cached(workspace: &Workspace) -> Run {
    run(workspace, &["--cache", "cache"])
}

fn uncached(workspace: &Workspace) -> String {
    run(workspace, &["--no-cache"]).stdout
}

/// A cached run says what one without a cache says, and no more.
fn assert_true(workspace: &Workspace) {
    let run = cached(workspace);
    assert_eq!(run.stdout, uncached(workspace));
    assert_eq!(run.stderr, "");
}

fn count(workspace: &Workspace, table: &str) -> i64 {
    let Ok(connection) = Connection::open(workspace.path(DATABASE)) else {
        return 0;
    };
    let query = format!("SELECT count(*) FROM {table}");
    connection
        .query_row(&query, [], |row| row.get(0))
        .unwrap_or(0)
}

#[test]
fn the_report_is_the_same_with_and_without_a_cache_cold_and_warm_at_any_number_of_threads() {
    let workspace = dataset();
    let expected = uncached(&workspace);
    assert!(expected.len() > 1000);
    for threads in ["2", "1", "3"] {
        for more in [&[][..], &["--cache-by", "content"]] {
            let options = ["--cache", "cache", "--threads", threads];
            let run = run(&workspace, &[&options[..], more].concat());
            assert_eq!((run.stdout, run.stderr.as_str()), (expected.clone(), ""));
        }
    }
    assert_eq!(
        (count(&workspace, "file"), count(&workspace, "report")),
        (15, 1)
    );
    // The copy shares a signature.
    assert_eq!(count(&workspace, "signature"), 14);
}

#[test]
fn an_unchanged_dataset_is_answered_from_the_kept_report() {
    let workspace = dataset();
    let first = cached(&workspace);
    // Only the kept report can tell this.
    let connection = Connection::open(workspace.path(DATABASE)).unwrap();
    let text = first.stdout.replace("train/c/1.png", "train/c/X.png");
    let value = [
        &blake3::hash(text.as_bytes()).as_bytes()[..16],
        text.as_bytes(),
    ]
    .concat();
    connection
        .execute("UPDATE report SET value = ?1", [value])
        .unwrap();
    let second = cached(&workspace).stdout;
    assert!(second.contains("train/c/X.png"), "{second}");
    for more in [
        &["--similarity", "0.7"][..],
        &["--pairs-per-sample", "2"],
        &["--cache-by", "content"],
    ] {
        let other = run(&workspace, &[&["--cache", "cache"], more].concat());
        assert!(other.stdout.contains("train/c/1.png"), "{more:?}");
        assert!(!other.stdout.contains("train/c/X.png"), "{more:?}");
    }
}

#[test]
fn masks_are_decoded_once_and_a_changed_one_is_noticed() {
    let workspace = dataset();
    let images = fs::read_dir(workspace.path("data/train/c")).unwrap();
    let names: Vec<String> = images
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .filter(|name| name.ends_with(".png"))
        .collect();
    for (name, seed) in names.iter().zip(100..) {
        let stem = name.trim_end_matches(".png");
        workspace.image(&format!("data/train_masks/c/{stem}_mask.png"), seed);
    }
    settle(&workspace.path("data"));
    assert_true(&workspace);
    assert_eq!(count(&workspace, "mask"), names.len() as i64);
    assert_eq!(
        count(&workspace, "report"),
        1,
        "its files and masks are known"
    );
    let small = crate::workspace::picture_of_size(9, 40, 30);
    workspace.file("data/train_masks/c/2_mask.png", encode(&small, "x.png"));
    settle(&workspace.path("data"));
    assert_true(&workspace);
    assert!(cached(&workspace).stdout.contains("mask-size-differs"));
    assert_eq!(count(&workspace, "mask"), names.len() as i64 + 1);
}

#[test]
fn a_changed_renamed_added_or_deleted_file_is_noticed() {
    let workspace = dataset();
    assert_true(&workspace);
    let path = workspace.path("data/train/c/2.png");

    // Another picture, another size.
    fs::write(&path, encode(&picture(77), "x.png")).unwrap();
    settle(&workspace.path("data"));
    assert_true(&workspace);

    // Other bytes, same size, same time of modification.
    let mut bytes = fs::read(&path).unwrap();
    let modified = fs::metadata(&path).unwrap().modified().unwrap();
    *bytes.last_mut().unwrap() ^= 1;
    fs::write(&path, bytes).unwrap();
    let file = fs::File::options().append(true).open(&path).unwrap();
    file.set_modified(modified).unwrap();
    if cfg!(unix) {
        assert_true(&workspace);
    }

    fs::rename(&path, workspace.path("data/val/c/2.png")).unwrap();
    assert_true(&workspace);
    fs::remove_file(workspace.path("data/val/c/2.png")).unwrap();
    assert_true(&workspace);
    workspace.image("data/val/c/new.png", 3);
    assert_true(&workspace);
}

#[test]
fn two_files_that_change_places_are_noticed() {
    let workspace = Workspace::new();
    // BMP: every picture has the same size.
    for (name, seed) in [("train/a", 1), ("train/b", 2), ("val/a", 2), ("val/b", 3)] {
        workspace.image(&format!("data/{name}.bmp"), seed);
    }
    settle(&workspace.path("data"));
    assert_true(&workspace);
    let path = |name: &str| workspace.path(&format!("data/{name}.bmp"));
    fs::rename(path("train/a"), path("train/c")).unwrap();
    fs::rename(path("val/b"), path("train/a")).unwrap();
    fs::rename(path("train/c"), path("val/b")).unwrap();
    if cfg!(unix) {
        assert_true(&workspace);
    }
    let by_content = run(&workspace, &["--cache", "cache", "--cache-by", "content"]);
    assert_eq!(by_content.stdout, uncached(&workspace));
}

#[test]
fn a_file_changed_just_now_is_read_again_the_next_time() {
    let workspace = dataset();
    workspace.image("data/train/c/fresh.png", 50);
    assert_true(&workspace);
    // Known by content, but not by its path; and the report is not kept.
    assert_eq!(
        (count(&workspace, "file"), count(&workspace, "report")),
        (15, 0)
    );
    assert_eq!(count(&workspace, "signature"), 15);
}

#[test]
fn a_report_that_names_a_missing_file_is_not_kept() {
    let workspace = dataset();
    workspace.file(
        "list.csv",
        "path,split\ntrain/c/1.png,train\nval/c/copy.png,val\nval/c/gone.png,val\n",
    );
    let options = ["--manifest", "list.csv", "--cache", "cache"];
    let first = run(&workspace, &options);
    assert!(first.stdout.contains("val/c/gone.png"), "{}", first.stderr);
    assert_eq!(
        (count(&workspace, "file"), count(&workspace, "report")),
        (2, 0)
    );
    workspace.image("data/val/c/gone.png", 1);
    let list = ["--manifest", "list.csv", "--no-cache"];
    assert_eq!(
        run(&workspace, &options).stdout,
        run(&workspace, &list).stdout
    );
}

#[test]
fn a_moved_dataset_is_known_by_content() {
    let workspace = dataset();
    let first = cached(&workspace).stdout;
    fs::rename(workspace.path("data"), workspace.path("moved")).unwrap();
    let moved = workspace.run(&["check", "moved", "--json", "-", "--cache", "cache"]);
    assert_eq!(moved.stdout, first);
    assert_eq!(count(&workspace, "signature"), 14);
}

#[test]
fn damaged_rows_are_worked_out_again() {
    let workspace = dataset();
    cached(&workspace);
    let connection = Connection::open(workspace.path(DATABASE)).unwrap();
    let damage = "UPDATE report SET value = x'00'; UPDATE signature SET value = zeroblob(100);";
    connection.execute_batch(damage).unwrap();
    assert_true(&workspace);
    // A signature under the digest of other bytes.
    let swap =
        "UPDATE signature SET value = (SELECT max(value) FROM signature); DELETE FROM report;";
    connection.execute_batch(swap).unwrap();
    assert_true(&workspace);
}

#[test]
fn a_damaged_database_is_moved_aside_with_one_warning() {
    let workspace = dataset();
    let expected = cached(&workspace).stdout;
    let whole = fs::read(workspace.path(DATABASE)).unwrap();
    let mut torn = whole.clone();
    torn[4096..].fill(0x5a);
    for bytes in [
        b"this is no database".to_vec(),
        torn,
        whole[..5000].to_vec(),
    ] {
        fs::write(workspace.path(DATABASE), bytes).unwrap();
        let run = cached(&workspace);
        assert_eq!(run.stdout, expected);
        assert!(run.stderr.starts_with("warning: cache `"), "{}", run.stderr);
        assert!(
            run.stderr.contains("is damaged and was moved to"),
            "{}",
            run.stderr
        );
        assert_eq!(run.stderr.lines().count(), 1, "{}", run.stderr);
        // The next runs have a whole one again.
        assert_true(&workspace);
        assert_true(&workspace);
        assert_eq!(count(&workspace, "report"), 1);
    }
}

#[test]
fn a_cache_that_cannot_be_made_costs_one_warning() {
    let workspace = dataset();
    workspace.file("plain", "a file where a directory should be");
    let run = run(&workspace, &["--cache", "plain/cache"]);
    assert_eq!(run.stdout, uncached(&workspace));
    assert!(
        run.stderr.starts_with("warning: cache `plain/cache"),
        "{}",
        run.stderr
    );
    assert_eq!(run.stderr.lines().count(), 1, "{}", run.stderr);
}

#[test]
fn a_write_that_fails_costs_one_warning() {
    let workspace = dataset();
    cached(&workspace);
    let connection = Connection::open(workspace.path(DATABASE)).unwrap();
    // As on a full disk, every write fails.
    let refuse = "DELETE FROM signature; DELETE FROM file; DELETE FROM report;
        CREATE TRIGGER refuse BEFORE INSERT ON signature BEGIN SELECT RAISE(ABORT, 'refused'); END;";
    connection.execute_batch(refuse).unwrap();
    let run = cached(&workspace);
    assert_eq!(run.stdout, uncached(&workspace));
    assert_eq!(run.stderr.lines().count(), 1, "{}", run.stderr);
}

#[test]
fn a_cache_locked_for_long_costs_one_warning() {
    let workspace = dataset();
    cached(&workspace);
    let connection = Connection::open(workspace.path(DATABASE)).unwrap();
    connection.execute_batch("BEGIN EXCLUSIVE").unwrap();
    let run = cached(&workspace);
    assert_eq!(run.stdout, uncached(&workspace));
    assert!(
        run.stderr.contains("another run has kept it locked"),
        "{}",
        run.stderr
    );
    assert_eq!(run.stderr.lines().count(), 1, "{}", run.stderr);
}

#[test]
fn runs_at_once_share_a_cache() {
    let workspace = dataset();
    let expected = uncached(&workspace);
    for _ in 0..3 {
        let runs: Vec<_> = (0..4)
            .map(|_| command(&workspace, "-", "1").spawn().unwrap())
            .collect();
        for run in runs {
            let output = run.wait_with_output().unwrap();
            assert_eq!(String::from_utf8(output.stdout).unwrap(), expected);
            assert_eq!(String::from_utf8(output.stderr).unwrap(), "");
        }
        assert_eq!(
            (count(&workspace, "file"), count(&workspace, "report")),
            (15, 1)
        );
        fs::remove_file(workspace.path(DATABASE)).unwrap();
    }
}

fn command(workspace: &Workspace, json: &str, threads: &str) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_splitleak"));
    command
        .args(["check", "data", "--json", json])
        .args(["--cache", "cache", "--threads", threads])
        .current_dir(workspace.root())
        .env_clear()
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    command
}

/// Images that keep one thread busy for some seconds.
const SLOW: u8 = 120;

/// Enough work for one thread to be interrupted in the middle of it.
fn slow_dataset() -> Workspace {
    let workspace = Workspace::new();
    let filter = image::imageops::FilterType::Nearest;
    let large = image::imageops::resize(&picture(1), 1600, 1200, filter);
    let image = encode(&large, "x.png");
    for number in 0..SLOW {
        // Bytes behind the end of a PNG make another file of the same picture.
        let bytes = [&image[..], &[number]].concat();
        let split = if number < SLOW - 9 { "train" } else { "val" };
        workspace.file(&format!("data/{split}/{number:03}.png"), bytes);
    }
    settle(&workspace.path("data"));
    workspace
}

/// Starts a run, lets `stop` end it once something has been kept, and has the
/// next run go on from there.
fn interrupt(stop: impl FnOnce(&mut std::process::Child)) -> std::process::ExitStatus {
    let workspace = slow_dataset();
    let mut child = command(&workspace, "report.json", "1").spawn().unwrap();
    let begun = Instant::now();
    while count(&workspace, "signature") == 0 {
        assert!(
            begun.elapsed() < Duration::from_secs(60),
            "nothing was kept"
        );
        std::thread::sleep(Duration::from_millis(20));
    }
    stop(&mut child);
    let status = child.wait().unwrap();
    let kept = count(&workspace, "signature");
    assert!((1..i64::from(SLOW)).contains(&kept), "{kept} kept");
    assert!(!workspace.path("report.json").exists());
    assert_true(&workspace);
    assert_eq!(count(&workspace, "signature"), i64::from(SLOW));
    status
}

#[test]
fn a_killed_run_is_continued_by_the_next() {
    let status = interrupt(|child| child.kill().unwrap());
    assert_eq!(status.code(), None);
}

#[cfg(unix)]
#[test]
fn an_interrupted_run_ends_in_130_and_keeps_what_it_knows() {
    let status = interrupt(|child| {
        let id = child.id().to_string();
        assert!(
            Command::new("kill")
                .args(["-INT", &id])
                .status()
                .unwrap()
                .success()
        );
    });
    // What a shell tells its scripts: 128 + 2.
    assert_eq!(status.code(), Some(130));
}

#[test]
fn show_and_prune_tell_what_is_kept_and_forget_what_is_gone() {
    let workspace = dataset();
    let cache = |more: &[&str]| {
        let run = workspace.run(&[&["cache"], more, &["--cache", "cache"]].concat());
        assert_eq!((run.status, run.stderr.as_str()), (0, ""));
        run.stdout
    };
    assert!(cache(&["show"]).contains("nothing kept yet"));
    assert!(cache(&["prune"]).starts_with("forgotten: 0 datasets, 0 files"));
    assert!(!workspace.path("cache").exists());

    cached(&workspace);
    let shown = cache(&["show"]);
    assert!(shown.contains("14 images by content, 1 reports"), "{shown}");
    assert!(shown.contains("data  15 files, checked today"), "{shown}");
    assert!(cache(&["prune"]).starts_with("forgotten: 0 datasets, 0 files, 0 images"));

    fs::remove_file(workspace.path("data/train/c/0.png")).unwrap();
    assert!(cache(&["prune"]).starts_with("forgotten: 0 datasets, 1 files, 1 images"));

    let connection = Connection::open(workspace.path(DATABASE)).unwrap();
    connection
        .execute("UPDATE dataset SET seen = seen - 40", [])
        .unwrap();
    assert!(cache(&["prune"]).starts_with("forgotten: 0 datasets"));
    assert!(cache(&["show"]).contains("40 days ago"));
    let pruned = cache(&["prune", "--older-than", "30"]);
    assert_eq!(
        pruned,
        "forgotten: 1 datasets, 14 files, 13 images by content, 1 reports\n"
    );

    cached(&workspace);
    fs::rename(workspace.path("data"), workspace.path("elsewhere")).unwrap();
    assert!(cache(&["prune"]).starts_with("forgotten: 1 datasets, 14 files"));

    fs::rename(workspace.path("elsewhere"), workspace.path("data")).unwrap();
    cached(&workspace);
    assert!(cache(&["prune", "--all"]).starts_with("forgotten: 1 datasets"));
    assert_true(&workspace);
}

#[test]
fn the_cache_lies_where_the_environment_says() {
    let workspace = dataset();
    let home = workspace.path("home");
    let run = |variable: &str, value: &Path| {
        let output = Command::new(env!("CARGO_BIN_EXE_splitleak"))
            .args(["cache", "show"])
            .current_dir(workspace.root())
            .env_clear()
            .env("HOME", &home)
            .env(variable, value)
            .output()
            .unwrap();
        String::from_utf8(output.stdout).unwrap()
    };
    let own = workspace.path("own");
    let place = |directory: &Path| directory.join("splitleak-3.sqlite").display().to_string();
    assert!(run("SPLITLEAK_CACHE", &own).contains(&place(&own)));
    if cfg!(target_os = "linux") {
        assert!(run("XDG_CACHE_HOME", &own).contains(&place(&own.join("splitleak"))));
        let default = home.join(".cache/splitleak");
        assert!(run("XDG_CACHE_HOME", Path::new("relative")).contains(&place(&default)));
    }
    let nowhere = workspace.run(&["cache", "show"]);
    assert_eq!(nowhere.status, 2);
    assert!(
        nowhere.stderr.contains("give one by `--cache DIR`"),
        "{}",
        nowhere.stderr
    );
}
