//! The page that a check prints on a terminal, for datasets of every kind.

use image::{DynamicImage, imageops};

use crate::snapshot::{keep, keep_run, transcript};
use crate::workspace::{Workspace, encode, picture, picture_of_size};
use crate::{git, road};

/// Keeps the page of `check data`, with more arguments.
fn page(workspace: &Workspace, name: &str, more: &[&str]) {
    keep_run(
        workspace,
        "pages",
        name,
        &[&["check", "data"], more].concat(),
    );
}

/// 40 training and 20 validation images of two classes, none like another.
fn clean() -> Workspace {
    let workspace = Workspace::new();
    for i in 0..60 {
        let split = if i % 3 < 2 { "train" } else { "val" };
        let class = if i % 2 == 0 { "cat" } else { "dog" };
        workspace.image(&format!("data/{split}/{class}/{i:02}.png"), i);
    }
    workspace
}

/// The demo drive in `data/`: frames, a manifest split at random, and one split in time.
fn drive() -> Workspace {
    let workspace = Workspace::new();
    for frame in 0..road::FRAMES {
        workspace.file(&format!("data/{}", road::path(frame)), road::jpeg(frame));
    }
    workspace
        .file("data/manifest.csv", road::random_manifest())
        .file("data/manifest-block.csv", road::block_manifest());
    workspace
}

#[test]
fn a_drive_split_at_random() {
    page(&drive(), "drive_random", &[]);
}

#[test]
fn a_drive_split_in_time() {
    page(
        &drive(),
        "drive_block",
        &["--manifest", "data/manifest-block.csv"],
    );
}

#[test]
fn a_clean_split() {
    page(&clean(), "clean", &[]);
}

#[test]
fn exact_copies() {
    let workspace = clean();
    workspace
        .copy("data/train/cat/00.png", "data/val/cat/copy.png")
        .copy("data/train/cat/00.png", "data/train/cat/again.png")
        .image("data/val/dog/pixels.bmp", 1)
        .copy("data/val/cat/02.png", "data/test/cat/shared.png");
    page(&workspace, "copies", &["--max-leakage", "1%"]);
}

#[test]
fn mirrored_turned_cropped_and_recompressed_copies() {
    let workspace = clean();
    let edits = [
        ("mirror.png", DynamicImage::from(picture(0)).fliph()),
        ("turned.png", DynamicImage::from(picture(4)).rotate90()),
        ("crop.png", {
            let large = imageops::resize(&picture(6), 192, 144, imageops::FilterType::Triangle);
            DynamicImage::from(imageops::crop_imm(&large, 0, 0, 168, 126).to_image())
        }),
        ("lossy.jpg", DynamicImage::from(picture(10))),
    ];
    for (name, image) in edits {
        let bytes = encode(&image.to_rgb8(), name);
        workspace.file(&format!("data/val/cat/{name}"), bytes);
    }
    page(&workspace, "edited_copies", &[]);
}

#[test]
fn images_without_splits() {
    let workspace = Workspace::new();
    for i in 0..12 {
        workspace.image(&format!("data/{i:02}.png"), i);
    }
    workspace.copy("data/03.png", "data/copy.png");
    page(&workspace, "unsplit", &[]);
}

#[test]
fn files_that_cannot_be_read() {
    let workspace = clean();
    let whole = encode(&picture(70), "a.png");
    workspace
        .file("data/val/dog/empty.png", "")
        .file("data/train/dog/cut.png", &whole[..whole.len() / 2])
        .file("data/train/dog/text.png", "no image");
    page(&workspace, "unreadable", &[]);
}

#[test]
fn a_split_without_an_image() {
    let workspace = clean();
    workspace.file("data/test/cat/readme.txt", "later");
    page(&workspace, "empty_split", &[]);
}

#[test]
fn names_alone() {
    let workspace = Workspace::new();
    for frame in 0..30 {
        let split = if frame % 5 == 2 { "val" } else { "train" };
        workspace.file(&format!("data/{split}/clip1_frame_{frame:04}.png"), "");
    }
    page(&workspace, "names_only", &["--names-only"]);
}

#[test]
fn a_group_that_two_splits_share() {
    let workspace = Workspace::new();
    let mut manifest = String::from("path,split,patient\n");
    for i in 0..12 {
        workspace.image(&format!("data/images/{i:02}.png"), i);
        let split = if i < 8 { "train" } else { "val" };
        manifest += &format!("images/{i:02}.png,{split},p{}\n", i % 9);
    }
    workspace.file("data/manifest.csv", manifest);
    page(
        &workspace,
        "shared_group",
        &[
            "--group-column",
            "patient",
            "--max-leakage",
            "shared-group=0",
        ],
    );
}

#[test]
fn tiles_of_one_slide() {
    let workspace = Workspace::new();
    let slide = picture_of_size(3, 480, 480);
    for (row, column) in (0..8).flat_map(|row| (0..8).map(move |column| (row, column))) {
        let (x, y) = (column * 48, row * 48);
        let tile = imageops::crop_imm(&slide, x, y, 96, 96).to_image();
        let split = if (row + column) % 4 == 0 {
            "val"
        } else {
            "train"
        };
        let name = format!("data/{split}/slide1_x{x}_y{y}.png");
        workspace.file(&name, encode(&tile, &name));
    }
    page(&workspace, "tiles", &[]);
}

#[test]
fn augmented_copies_of_one_source() {
    let workspace = Workspace::new();
    for i in 0..20 {
        let source = DynamicImage::from(picture(i));
        let split = if i % 4 == 0 { "val" } else { "train" };
        let name = format!("data/{split}/photo{i:02}.png");
        workspace.file(&name, encode(&source.to_rgb8(), &name));
        let name = format!("data/train/photo{i:02}_flip.png");
        workspace.file(&name, encode(&source.fliph().to_rgb8(), &name));
    }
    page(&workspace, "augmented", &[]);
}

#[test]
fn one_picture_with_two_labels() {
    let workspace = clean();
    workspace
        .copy("data/train/cat/00.png", "data/val/dog/copy.png")
        .copy("data/train/dog/01.png", "data/train/cat/copy.png");
    page(&workspace, "label_conflicts", &[]);
}

/// Keras's own lines, with dropout in its summary.
const LOG: &str = "\
dropout_1 (Dropout)   (None, 1152)   0   flatten_1[0][0]
Epoch 1/3
188/188 [====] - 5s - loss: 0.0292 - val_loss: 0.0128
Epoch 2/3
188/188 [====] - 5s - loss: 0.0161 - val_loss: 0.0114
Epoch 3/3
188/188 [====] - 5s - loss: 0.0151 - val_loss: 0.0098
";

#[test]
fn a_low_loss_explained_from_a_log() {
    let workspace = drive();
    workspace.file("log.txt", LOG);
    page(&workspace, "explained_log", &["--training-log", "log.txt"]);
}

#[test]
fn a_loss_of_a_split_in_time_explained() {
    let workspace = drive();
    workspace.file("log.txt", LOG);
    let arguments = [
        "--manifest",
        "data/manifest-block.csv",
        "--training-log",
        "log.txt",
    ];
    page(&workspace, "explained_block", &arguments);
}

#[test]
fn predictions_of_single_images_explained() {
    let workspace = drive();
    let manifest = road::random_manifest();
    let mut predictions = String::from("path,y_pred\n");
    for row in manifest.lines().filter(|row| row.contains(",val,")) {
        let cells: Vec<&str> = row.split(',').collect();
        let truth: f64 = cells[2].parse().unwrap();
        predictions += &format!("{},{:.4}\n", cells[0], truth * 0.9 + 0.01);
    }
    workspace.file("p.csv", predictions);
    page(
        &workspace,
        "explained_predictions",
        &["--predictions", "p.csv"],
    );
}

#[test]
fn splits_that_could_have_been() {
    let ways = ["random:0.2:7", "block:0.2", "last:0.2", "group:0.2"];
    let ways = ways.iter().flat_map(|way| ["--simulate-split", *way]);
    page(&drive(), "simulated", &ways.collect::<Vec<_>>());
}

#[test]
fn what_is_accepted_and_what_is_new() {
    let workspace = clean();
    workspace
        .copy("data/train/cat/00.png", "data/val/cat/copy.png")
        .copy("data/train/dog/01.png", "data/val/dog/copy.png")
        .file("data/val/dog/empty.png", "");
    let keep = |name: &str, arguments: &[&str]| keep_run(&workspace, "baseline", name, arguments);
    keep(
        "write",
        &["baseline", "write", "data", "--reason", "as published"],
    );
    page(&workspace, "accepted", &["--max-leakage", "0"]);
    std::fs::remove_file(workspace.path("data/val/dog/copy.png")).unwrap();
    workspace.copy("data/train/cat/04.png", "data/val/cat/new.png");
    page(&workspace, "accepted_and_new", &["--max-leakage", "0"]);
    keep("check", &["baseline", "check", "data"]);
    keep("prune", &["baseline", "prune", "data"]);
}

#[test]
fn only_what_changed() {
    let workspace = clean();
    workspace.copy("data/train/cat/00.png", "data/val/cat/old.png");
    git::commit_all(&workspace, true);
    workspace.copy("data/train/cat/04.png", "data/val/cat/new.png");
    let arguments = [
        "check",
        "data",
        "--no-cache",
        "--changed-since",
        "HEAD",
        "--max-leakage",
        "0",
    ];
    let run = git::run(&workspace, &arguments);
    keep("pages", "changed", &transcript(&arguments, &run));
}

/// Long names, names that are wider than their letters, a gate that fails.
#[test]
fn names_that_are_long_and_wide() {
    let workspace = Workspace::new();
    let long =
        "a-class-with-a-rather-long-name-that-would-not-fit-on-one-line-of-a-terminal-at-all";
    for seed in 0..12 {
        workspace.image(&format!("data/train/{long}/{seed}.png"), seed);
    }
    workspace
        .copy(
            &format!("data/train/{long}/3.png"),
            &format!("data/val/{long}/copy of three.png"),
        )
        .image("data/val/other/1.png", 777)
        .file("data/val/other/empty.png", "")
        .file("data/val/other/画像.png", "neither");
    page(&workspace, "long_names", &["--max-leakage", "1%"]);
}

#[test]
fn a_page_is_the_same_at_any_number_of_threads() {
    let workspace = drive();
    let page = |threads: &str| {
        let arguments = ["check", "data", "--no-cache", "--threads", threads];
        workspace.run(&arguments).stdout
    };
    assert_eq!(page("1"), page("5"));
}

/// Every page that is kept fits, and holds no escape code.
#[test]
fn pages_fit_80_columns_and_are_plain_when_piped() {
    let pages = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/snapshots/pages");
    let mut seen = 0;
    for entry in std::fs::read_dir(pages).unwrap() {
        let path = entry.unwrap().path();
        let text = std::fs::read_to_string(&path).unwrap();
        assert!(!text.contains('\u{1b}'), "{}", path.display());
        for line in text.lines().filter(|line| !line.starts_with("$ ")) {
            let columns = unicode_width::UnicodeWidthStr::width(line);
            assert!(
                columns <= 80,
                "{}: {columns} columns: {line}",
                path.display()
            );
        }
        seen += 1;
    }
    assert!(seen >= 12);
}
