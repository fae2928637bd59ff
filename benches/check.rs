//! Signing an image, and whole checks of a tree, as ratios within one run.
//!
//! ```text
//! cargo bench --bench check                   2,000 frames that the bench makes
//! cargo bench --bench check -- DIR            a dataset of your own
//! ```
//!
//! Signing is compared with the obvious way: decode with `image`, grey, hash with `img_hash`. A
//! check with a warm cache is compared with listing the files and their sizes. Every check must
//! report the same leaks, or the bench fails.

#![expect(clippy::print_stdout, reason = "a bench prints its figures")]

use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use img_hash::{HashAlg, HasherConfig};
use rayon::prelude::*;
use splitleak::audit;
use splitleak::cache::{Cache, CompareBy};
use splitleak::progress::Silent;
use splitleak::settings::{Input, Settings};
use splitleak::signature::Signer;

#[path = "../tests/road.rs"]
#[expect(dead_code, reason = "the bench needs the frames only, not their truth")]
mod road;

/// Frames of the tree the bench makes: the drive, several times over at several qualities of JPEG.
const FRAMES: usize = 2_000;

/// Runs of each; the median is told.
const RUNS: usize = 5;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let given = std::env::args()
        .skip(1)
        .find(|argument| !argument.starts_with("--"));
    let made = tempfile::tempdir()?;
    let root = match given {
        Some(directory) => PathBuf::from(directory),
        None => make_tree(made.path())?,
    };
    let files = files_of(&root);
    sign(&files)?;
    check(&root, &files)
}

fn make_tree(root: &Path) -> Result<PathBuf, std::io::Error> {
    for split in ["train", "val"] {
        fs::create_dir_all(root.join(split))?;
    }
    (0..FRAMES).into_par_iter().try_for_each(|number| {
        let mut bytes = road::jpeg(number % road::FRAMES);
        // A comment behind the start marker: other bytes, the same picture.
        let comment = [0xFF, 0xFE, 0, 4, (number >> 8) as u8, number as u8];
        bytes.splice(2..2, comment);
        let split = if number % 5 == 0 { "val" } else { "train" };
        fs::write(root.join(format!("{split}/{number:05}.jpg")), bytes)
    })?;
    Ok(root.to_path_buf())
}

/// Files with their sizes, as listing them finds out.
fn files_of(root: &Path) -> Vec<(PathBuf, u64)> {
    let entries = walkdir::WalkDir::new(root).into_iter().flatten();
    let files = entries.filter(|entry| entry.file_type().is_file());
    let sized =
        files.filter_map(|entry| Some((entry.path().to_path_buf(), entry.metadata().ok()?.len())));
    sized.collect()
}

fn sign(files: &[(PathBuf, u64)]) -> Result<(), std::io::Error> {
    let images: Vec<Vec<u8>> = files
        .iter()
        .take(FRAMES)
        .map(|(path, _)| fs::read(path))
        .collect::<Result<_, _>>()?;
    let mut signer = Signer::default();
    let hasher = HasherConfig::new()
        .hash_alg(HashAlg::DoubleGradient)
        .to_hasher();
    let ours = median(|| {
        let signed = images.iter().filter(|bytes| signer.sign(bytes).is_ok());
        assert!(signed.count() > 0, "nothing could be signed");
    });
    let theirs = median(|| {
        let hashed = images.iter().filter(|bytes| {
            image::load_from_memory(bytes).is_ok_and(|picture| {
                let grey = picture.to_luma8();
                let (width, height) = grey.dimensions();
                let grey = image023::GrayImage::from_raw(width, height, grey.into_raw());
                grey.is_some_and(|grey| !hasher.hash_image(&grey).as_bytes().is_empty())
            })
        });
        assert!(hashed.count() > 0, "nothing could be hashed");
    });
    let each = |time: Duration| time.as_secs_f64() * 1e6 / images.len() as f64;
    println!(
        "signing, one thread: {:.0} us an image; `image` and `img_hash` alone {:.0} us, {:.1} times as long",
        each(ours),
        each(theirs),
        theirs.as_secs_f64() / ours.as_secs_f64()
    );
    Ok(())
}

fn check(root: &Path, files: &[(PathBuf, u64)]) -> Result<(), Box<dyn std::error::Error>> {
    let settings = Settings::new(Input::Tree {
        root: root.to_path_buf(),
        layout: None,
    });
    let mut leaked = Vec::new();
    let mut run = |cache: &Cache| {
        let report = audit(&settings, cache, &Silent).map(|report| report.leakage);
        leaked.push(report.map_err(|error| error.to_string()));
    };
    let cold = median(|| run(&Cache::off()));
    let directory = tempfile::tempdir()?;
    let cache = Cache::open(directory.path(), CompareBy::Stamp, None);
    // Files that have just been made could still change unseen, and are not trusted before.
    std::thread::sleep(Duration::from_secs(3));
    run(&cache);
    let warm = median(|| run(&cache));
    let listing = median(|| assert_eq!(files_of(root).len(), files.len()));
    let first = leaked[0].clone()?;
    assert!(
        leaked.iter().all(|other| other.as_ref() == Ok(&first)),
        "checks disagree"
    );
    println!(
        "check of {} files: cold {:.2} s, warm {:.3} s; listing them {:.3} s, so warm takes {:.1} times as long, cold {:.0} times",
        files.len(),
        cold.as_secs_f64(),
        warm.as_secs_f64(),
        listing.as_secs_f64(),
        warm.as_secs_f64() / listing.as_secs_f64(),
        cold.as_secs_f64() / listing.as_secs_f64()
    );
    Ok(())
}

fn median(mut run: impl FnMut()) -> Duration {
    let mut times: Vec<Duration> = (0..RUNS)
        .map(|_| {
            let start = Instant::now();
            run();
            start.elapsed()
        })
        .collect();
    times.sort();
    times[RUNS / 2]
}
