//! Time and memory of reading one million names: `cargo bench --bench sequence_names`.
//!
//! Every scheme is laid out, asked about, compared across a random split and searched for families,
//! groups and tiles. Memory is the growth of the peak resident set over what the samples themselves
//! take; it is only shown on Linux. Schemes run one after another in one process, so only the first
//! growth is exact and later ones are lower bounds.
#![allow(
    clippy::print_stdout,
    clippy::unwrap_used,
    reason = "a benchmark prints its figures, and may stop where it is wrong"
)]

use std::time::Instant;

use splitleak::internals::sequence::{Found, Inputs, augmentation, examine, group, infer, tiles};
use splitleak::sample::{Sample, Split, SplitId, SplitRole};

const COUNT: u64 = 1_000_000;

fn main() {
    // `cargo bench` passes `--bench`; a scheme's name picks one.
    let only = std::env::args()
        .skip(1)
        .find(|argument| !argument.starts_with('-'));
    for (name, neighbours, path) in SCHEMES {
        if only.as_deref().is_none_or(|only| only == name) {
            measure(name, neighbours, path);
        }
    }
}

/// Name, whether every evaluation sample must get a neighbour, and the path of a sample.
type Scheme = (&'static str, bool, fn(u64) -> String);

const SCHEMES: [Scheme; 5] = [
    ("times", true, |i| {
        let (camera, t) = (["center", "left", "right"][(i % 3) as usize], i / 3);
        let (h, m, s, ms) = (t / 36_000, t / 600 % 60, t / 10 % 60, t % 10);
        format!("IMG/{camera}_2016_12_01_{h:02}_{m:02}_{s:02}_{ms}87.jpg")
    }),
    ("frames of videos", true, |i| {
        format!("vid{:04}/frame_{:06}.jpg", i / 1000, i % 1000)
    }),
    ("one running index", false, |i| format!("{i:07}.png")),
    ("hashes", false, |i| {
        format!("{:016x}{:016x}.jpg", mix(i), mix(i + COUNT))
    }),
    ("tiles", false, |i| {
        format!(
            "slide{}_x{}_y{}.png",
            i / 10_000,
            i % 100 * 256,
            i / 100 % 100 * 256
        )
    }),
];

fn measure(name: &str, neighbours: bool, path: fn(u64) -> String) {
    let mut samples: Vec<Sample> = (0..COUNT)
        .map(|i| sample(&path(i), mix(i).is_multiple_of(5)))
        .collect();
    samples.sort_by(|a, b| a.path.cmp(&b.path));
    let splits = [
        ("train", SplitRole::Training),
        ("val", SplitRole::Validation),
    ]
    .map(|(name, role)| Split {
        name: name.into(),
        role,
        part: None,
    });
    let before = peak_bytes();
    let (start, busy) = (Instant::now(), busy_seconds());
    let tiles = tiles::infer(&samples);
    let inputs = Inputs {
        samples: &samples,
        captured: None,
        places: None,
        pattern: None,
        tiled: tiles.is_some(),
    };
    let inference = infer(&inputs);
    let asked = inference.comparisons().len();
    let (recordings, facts) = inference.settle(None, &samples);
    let families = augmentation::families(&samples);
    let groups: Vec<_> = group::from_views(&samples).into_iter().collect();
    let found = Found {
        recordings: recordings.as_ref(),
        groups: &groups,
        entities: &[],
        tiles: tiles.as_ref(),
        sizes: None,
        families: &families,
    };
    let (report, leaks) = examine(&samples, &splits, facts, found, 30);
    let seconds = start.elapsed().as_secs_f64();
    let evaluated = samples
        .iter()
        .filter(|sample| sample.split == Some(SplitId(1)))
        .count();
    let near = report
        .distances
        .first()
        .map_or(0, |d| d.evaluation_samples - d.other_recording_only);
    assert_eq!(near == evaluated as u64, neighbours, "{name}");
    let bytes = peak_bytes()
        .zip(before)
        .map(|(after, before)| (after - before) / COUNT);
    let busy = busy_seconds()
        .zip(busy)
        .map_or("?".into(), |(a, b)| format!("{:.2}", a - b));
    println!(
        "{name:18} {seconds:6.2} s, {busy} s of all cores together  {} bytes a sample  {asked} comparisons  {} leaks",
        bytes.map_or("?".into(), |bytes| bytes.to_string()),
        leaks.iter().map(|leaks| leaks.leaks.len()).sum::<usize>(),
    );
}

fn sample(path: &str, evaluation: bool) -> Sample {
    Sample {
        split: Some(SplitId(u16::from(evaluation))),
        ..Sample::new(path)
    }
}

fn mix(value: u64) -> u64 {
    let z = value.wrapping_mul(0x9e37_79b9_7f4a_7c15);
    (z ^ (z >> 29)).wrapping_mul(0xbf58_476d_1ce4_e5b9) >> 1
}

/// Seconds that all threads have been on a core, whatever else the machine does.
fn busy_seconds() -> Option<f64> {
    let mut nanoseconds = 0.0;
    for task in std::fs::read_dir("/proc/self/task").ok()? {
        let text = std::fs::read_to_string(task.ok()?.path().join("schedstat")).ok()?;
        nanoseconds += text.split_whitespace().next()?.parse::<f64>().ok()?;
    }
    Some(nanoseconds / 1e9)
}

/// Peak resident set of this process.
fn peak_bytes() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find(|line| line.starts_with("VmHWM:"))?;
    Some(line.split_whitespace().nth(1)?.parse::<u64>().ok()? * 1024)
}
