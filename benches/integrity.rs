//! What facts and checks cost beside hashing: `cargo bench --bench integrity -- DIR`, where DIR
//! holds images.
//!
//! One thread, files in memory, the fastest of five runs of each part. *Hashing* is what a
//! signature took before it held facts: bytes digested, luma decoded, content found, thumbnail,
//! perceptual hash.

#![allow(
    clippy::print_stdout,
    clippy::unwrap_used,
    reason = "a bench prints, and fails by panicking"
)]

use std::collections::BTreeMap;
use std::hint::black_box;
use std::time::{Duration, Instant};

use luma_jpeg::Scratch;
use splitleak::dataset;
use splitleak::internals::signature::{PerceptualHasher, content, thumbnail_of, tone};
use splitleak::internals::{Evidence, Labels, Partnerships, checks};
use splitleak::progress::Silent;
use splitleak::settings::{Columns, Files, Input};
use splitleak::signature::Signer;
use splitleak::signature::digest::Digest;

fn main() {
    let Some(directory) = std::env::args()
        .skip(1)
        .find(|argument| !argument.starts_with('-'))
    else {
        println!("give a directory of JPEG files");
        return;
    };
    let input = Input::Tree {
        root: directory.into(),
        layout: None,
    };
    let dataset = dataset::load(&input, &Columns::default(), &Files::default(), &Silent).unwrap();
    let files: Vec<Vec<u8>> = dataset
        .files()
        .iter()
        .map(|&id| dataset.source(id).bytes().unwrap().into_owned())
        .collect();
    let mut scratch = Scratch::default();
    let hasher = PerceptualHasher::new();
    let hashing = fastest(|| {
        for bytes in &files {
            black_box(Digest::of(bytes));
            let luma = luma_jpeg::read(bytes, (48, 48), u64::MAX, &mut scratch)
                .unwrap()
                .luma;
            black_box(hasher.hash(&thumbnail_of(&luma, content(&luma))));
        }
    });
    let mut signer = Signer::default();
    let signing = fastest(|| {
        for bytes in &files {
            black_box(signer.sign(bytes).unwrap());
        }
    });
    let lumas = files.iter().map(|bytes| {
        luma_jpeg::read(bytes, (48, 48), u64::MAX, &mut scratch)
            .unwrap()
            .luma
    });
    let lumas: Vec<_> = lumas.collect();
    let tones = fastest(|| {
        for luma in &lumas {
            black_box(tone(luma));
        }
    });
    let signatures: Vec<_> = files.iter().map(|bytes| signer.sign(bytes)).collect();
    let partners = Partnerships::with_limit(1);
    let labels = Labels::of(&dataset);
    let shared_with_parts = BTreeMap::new();
    let evidence = Evidence {
        dataset: &dataset,
        labels: &labels,
        signatures: &signatures,
        masks: &[],
        partners: &partners,
        together: &[],
        recordings: None,
        counted: &[],
        shared_with_parts: &shared_with_parts,
        controls: None,
    };
    let checking = fastest(|| {
        black_box(checks(&evidence));
    });
    let share = |part: Duration| part.as_secs_f64() / hashing.as_secs_f64() * 100.0;
    println!("{} files, hashing {hashing:.2?}", files.len());
    println!(
        "hashing with facts {signing:.2?} ({:+.1} %)",
        share(signing) - 100.0
    );
    println!("of that, tone {tones:.2?} ({:.1} %)", share(tones));
    println!("all checks {checking:.2?} ({:.1} %)", share(checking));
}

fn fastest(mut run: impl FnMut()) -> Duration {
    let times = (0..5).map(|_| {
        let start = Instant::now();
        run();
        start.elapsed()
    });
    times.min().unwrap_or_default()
}
