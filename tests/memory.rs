//! Memory for decoding: what does not fit is told, and nothing else changes.

use image::{DynamicImage, ImageBuffer, ImageFormat, Rgba};

use crate::workspace::{Workspace, paths_of};

/// Three small pictures, and a copy of one of 16 bits with alpha, of 20 MB when decoded.
fn with_a_big_one() -> Workspace {
    let workspace = Workspace::new();
    workspace
        .image("train/1.png", 1)
        .image("train/2.jpg", 2)
        .image("val/3.png", 3)
        .file("val/big.png", deep(1500, 1200))
        .file("train/big.png", deep(1500, 1200));
    workspace
}

fn deep(width: u32, height: u32) -> Vec<u8> {
    let image = ImageBuffer::from_fn(width, height, |x, y| {
        Rgba([(x * 40) as u16, (y * 50) as u16, (x * y) as u16, u16::MAX])
    });
    let mut bytes = std::io::Cursor::new(Vec::new());
    let image = DynamicImage::ImageRgba16(image);
    image.write_to(&mut bytes, ImageFormat::Png).unwrap();
    bytes.into_inner()
}

#[test]
fn an_image_that_does_not_fit_is_a_finding_that_names_the_limit() {
    let workspace = with_a_big_one();
    let (report, status) = workspace.check(&["--max-memory", "8M"]);
    let refused = ["train/big.png", "val/big.png"];
    assert_eq!(
        (paths_of(&report, "image-too-large"), status),
        (refused.map(str::to_owned).to_vec(), 2)
    );
    assert_eq!(report["coverage"]["unreadable"], 2);
    assert_eq!(report["coverage"]["signed"], 3);
    let text = workspace.run(&["check", ".", "--max-memory", "8M"]).stdout;
    assert!(
        text.contains("--max-memory") && text.contains("8 MiB"),
        "{text}"
    );
}

#[test]
fn an_image_that_fits_is_read_whatever_the_budget_and_the_threads() {
    let workspace = with_a_big_one();
    let (expected, status) = workspace.check(&[]);
    assert_eq!(
        (status, &expected["coverage"]["unreadable"]),
        (0, &0.into())
    );
    for memory in ["32M", "1G"] {
        for threads in ["1", "4"] {
            let more = ["--max-memory", memory, "--threads", threads];
            assert_eq!(
                workspace.check(&more),
                (expected.clone(), 0),
                "{memory} {threads}"
            );
        }
    }
}

#[test]
fn what_is_known_of_a_run_with_more_memory_is_refused_all_the_same() {
    let workspace = with_a_big_one();
    let (little, _) = workspace.check(&["--no-cache", "--max-memory", "8M"]);
    let (much, _) = workspace.check(&["--no-cache", "--max-memory", "64M"]);
    for (memory, expected) in [
        ("64M", &much),
        ("8M", &little),
        ("64M", &much),
        ("8M", &little),
    ] {
        let cached = ["--cache", "cache"];
        let (report, _) = workspace.check(&[&cached[..], &["--max-memory", memory]].concat());
        assert_eq!(report["findings"], expected["findings"], "{memory}");
        assert_eq!(report["leakage"], expected["leakage"], "{memory}");
    }
}

#[test]
fn memory_is_told_in_the_settings_file_too_and_nonsense_is_refused() {
    let workspace = with_a_big_one();
    workspace.file("splitleak.toml", "max-memory = \"8M\"\n");
    let (report, _) = workspace.check(&[]);
    assert_eq!(report["coverage"]["unreadable"], 2);
    let (report, _) = workspace.check(&["--max-memory", "64M"]);
    assert_eq!(report["coverage"]["unreadable"], 0);
    let said = workspace.refused(&[".", "--max-memory", "plenty"]);
    assert!(said.contains("plenty") && said.contains("512M"), "{said}");
}
