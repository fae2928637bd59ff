//! A whole check of very many images, from their signatures on: matching, checks, report.
//!
//! ```text
//! cargo bench --bench scale                1,000,000 training and 10,000 evaluation images
//! cargo bench --bench scale -- 10000000 10000       as many as are asked for
//! ```
//!
//! Signatures are made in memory from a seed: noise of several sizes over a slope that all pictures
//! share, whose spectrum resembles that of photos. Nothing is decoded, so that the figures are
//! those of everything but reading. One evaluation image in ten is a copy of a training image, one
//! training image in a hundred a copy of another. The bench fails unless the check finds them, and
//! hardly anything else.

#![expect(clippy::print_stdout, reason = "a bench prints its figures")]

use std::collections::BTreeMap;
use std::io::{self, Write};
use std::path::PathBuf;
use std::sync::Mutex;
use std::time::{Duration, Instant};

use rayon::prelude::*;
use splitleak::audit_signed;
use splitleak::cache::Cache;
use splitleak::progress::{Progress, Stage};
use splitleak::report::Report;
use splitleak::sample::{Dataset, Layout, Sample, SampleId, Split, SplitId, SplitRole};
use splitleak::settings::{Input, Settings};
use splitleak::signature::digest::Digest;
use splitleak::signature::facts::{Camera, Colour, Facts, Need, Profile, Stored, Tone};
use splitleak::signature::patient::Patient;
use splitleak::signature::thumbnail::{SIDE, Thumbnail};
use splitleak::signature::unreadable::Format;
use splitleak::signature::{Hash64, Signature, Signed};

/// One evaluation image in so many is a copy of a training image.
const LEAKED: usize = 10;

/// One training image in so many is a copy of another.
const DUPLICATED: usize = 100;

/// Share of planted copies in the same frame that must be found.
const FOUND: f64 = 0.99;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut sizes = std::env::args()
        .skip(1)
        .filter(|argument| !argument.starts_with("--"));
    let mut size = |usual| sizes.next().map_or(Ok(usual), |size| size.parse());
    let made = Made {
        training: size(1_000_000)?,
        evaluation: size(10_000)?,
    };
    let start = Instant::now();
    let (dataset, signatures) = (made.dataset(), made.signatures());
    println!("{} + {} images", made.training, made.evaluation);
    let before = peak_kilobytes();
    tell("signatures made", start.elapsed(), before);

    let tree = Input::Tree {
        root: dataset.root.clone(),
        layout: None,
    };
    let clock = Clock::default();
    let checking = Instant::now();
    let report = audit_signed(
        &Settings::new(tree),
        &dataset,
        signatures,
        &Cache::off(),
        &clock,
    )?;
    let checked = checking.elapsed();
    let matched = clock.matching();
    tell("matching", matched, peak_kilobytes());
    tell("checks and report", checked - matched, peak_kilobytes());
    let writing = Instant::now();
    let mut bytes = Counted(0);
    serde_json::to_writer(io::BufWriter::new(&mut bytes), &report)?;
    tell("JSON", writing.elapsed(), peak_kilobytes());

    let images = made.training + made.evaluation;
    println!(
        "{:.0} images a second, report of {} bytes, threshold {} by {} decoys, net inside splits: {}",
        images as f64 / checked.as_secs_f64(),
        bytes.0,
        report.detection.threshold,
        report.detection.decoys,
        report
            .detection
            .inside_radius_bits
            .map_or("wide".to_owned(), |bits| format!("{bits} bits"))
    );
    if let Some(peak) = peak_kilobytes() {
        println!("{} bytes an image at the peak", peak * 1024 / images);
    }
    made.verify(&dataset, &report);
    Ok(())
}

fn tell(phase: &str, time: Duration, peak: Option<usize>) {
    let peak = peak.map_or("unknown".to_owned(), |kilobytes| {
        format!("{:.2} GB", kilobytes as f64 * 1024.0 / 1e9)
    });
    println!("{phase}: {:.1} s, peak memory {peak}", time.as_secs_f64());
}

/// The most memory that the process has held so far, where the system tells.
fn peak_kilobytes() -> Option<usize> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let peak = status
        .lines()
        .find_map(|line| line.strip_prefix("VmHWM:"))?;
    peak.trim().strip_suffix(" kB")?.parse().ok()
}

/// Counts what is written and keeps nothing.
struct Counted(u64);

impl Write for Counted {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0 += bytes.len() as u64;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Measures the matching stage.
#[derive(Default)]
struct Clock {
    began: Mutex<Option<Instant>>,
    took: Mutex<Duration>,
}

impl Clock {
    fn matching(&self) -> Duration {
        *self.took.lock().expect("no thread fails")
    }
}

impl Progress for Clock {
    fn begin(&self, _stage: Stage, _total: Option<u64>) {
        *self.began.lock().expect("no thread fails") = Some(Instant::now());
    }

    fn advance(&self, _steps: u64) {}

    fn end(&self) {
        if let Some(began) = self.began.lock().expect("no thread fails").take() {
            *self.took.lock().expect("no thread fails") += began.elapsed();
        }
    }
}

/// What has been done to a copy.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Edit {
    Recompressed,
    Mirrored,
    Recoloured,
    Cropped,
}

const EDITS: [Edit; 4] = [
    Edit::Recompressed,
    Edit::Mirrored,
    Edit::Recoloured,
    Edit::Cropped,
];

/// The dataset: training images come first.
struct Made {
    training: usize,
    evaluation: usize,
}

impl Made {
    fn images(&self) -> usize {
        self.training + self.evaluation
    }

    /// Of which image an image is a copy, and how.
    fn copied(&self, image: usize) -> Option<(usize, Edit)> {
        if image < self.training {
            // Crops inside a split are not promised to be found.
            let edit = EDITS[image / DUPLICATED % (EDITS.len() - 1)];
            return (image % DUPLICATED == DUPLICATED - 1).then(|| (image - DUPLICATED / 2, edit));
        }
        let number = image - self.training;
        let edit = EDITS[number / LEAKED % EDITS.len()];
        let blocks = self.training / DUPLICATED;
        let block = (mixed(number as u64) % blocks.max(1) as u64) as usize;
        (number % LEAKED == LEAKED - 1 && blocks > 0).then_some((block * DUPLICATED, edit))
    }

    /// Names say nothing: digits in no order.
    fn dataset(&self) -> Dataset {
        let names = |split: &'static str, id: SplitId, from: usize, images: usize| {
            let mut names: Vec<u64> = (from..from + images).map(|at| mixed(at as u64)).collect();
            names.par_sort_unstable();
            names.into_iter().map(move |name| Sample {
                split: Some(id),
                ..Sample::new(format!("{split}/{name:016x}.png"))
            })
        };
        let mut samples = Vec::with_capacity(self.images());
        samples.extend(names("train", SplitId(0), 0, self.training));
        samples.extend(names("val", SplitId(1), self.training, self.evaluation));
        let split = |name: &str, role| Split {
            name: name.to_owned(),
            role,
            part: None,
        };
        Dataset {
            root: PathBuf::from("made"),
            layout: Layout::ImageFolder,
            evidence: String::new(),
            splits: vec![
                split("train", SplitRole::Training),
                split("val", SplitRole::Validation),
            ],
            samples,
            problems: Vec::new(),
            ignored: Vec::new(),
            unread: Vec::new(),
            companions: Vec::new(),
            mask_classes: None,
            texts: Vec::new(),
            perhaps: None,
            image_files: self.images() as u64,
            labels_from: String::new(),
            group_columns: Vec::new(),
            placed: None,
            annotations: splitleak::annotation::Annotations::default(),
        }
    }

    fn signatures(&self) -> Vec<Signed> {
        let images = (0..self.images()).into_par_iter();
        images.map(|image| Ok(self.signature(image))).collect()
    }

    fn signature(&self, image: usize) -> Signature {
        let (shown, edit) = match self.copied(image) {
            Some((shown, edit)) => (shown, Some(edit)),
            None => (image, None),
        };
        let cells = edited(shown as u64, edit, image as u64);
        let mean = cells.iter().map(|&cell| u32::from(cell)).sum::<u32>() / cells.len() as u32;
        let chance = mixed(image as u64 ^ 0xFACE);
        let digest = |of: &[u8]| Digest::of(&[of, &(image as u64).to_le_bytes()].concat());
        Signature {
            byte_digest: digest(b"bytes"),
            pixel_digest: Some(digest(b"pixels")),
            perceptual: Hash64(mixed(shown as u64)),
            width: 640,
            height: 480,
            low_information: false,
            facts: Facts {
                stored: Stored {
                    format: Format::Png,
                    bytes: 200_000 + (chance % 100_000) as u32,
                    trailing: 0,
                    frames: 1,
                    bits: 8,
                    colour: Colour::Colour,
                    alpha: false,
                    orientation: 1,
                    profile: Profile::None,
                    camera: Camera::default(),
                },
                tone: Tone {
                    sharpness: 2_000 + (chance >> 32) as u16 % 1_000,
                    mean: mean as u8,
                    spread: 40,
                    low: 40,
                    high: 220,
                },
                border: 0,
                need: Need::default(),
            },
            captured: None,
            patient: Patient::default(),
            thumbnail: Some(Thumbnail(Box::new(cells))),
        }
    }

    /// Fails unless the report has what was planted, and hardly anything else.
    fn verify(&self, dataset: &Dataset, report: &Report) {
        let path = |image: usize| &*dataset.samples[SampleId(image as u32).index()].path;
        let found: BTreeMap<&str, &str> = report
            .leaked_samples
            .iter()
            .map(|leak| (leak.evaluation.path.as_str(), leak.training.path.as_str()))
            .collect();
        let mut planted: BTreeMap<Edit, (usize, usize)> = BTreeMap::new();
        for image in self.training..self.images() {
            if let Some((shown, edit)) = self.copied(image) {
                let (all, right) = planted.entry(edit).or_default();
                *all += 1;
                *right += usize::from(found.get(path(image)) == Some(&path(shown)));
            }
        }
        for (edit, (all, right)) in &planted {
            println!("{edit:?} between splits: {right} of {all} found");
            // Crops compete with strangers for the candidates of an image: what is found of them is
            // told, not demanded.
            let demanded = *edit != Edit::Cropped;
            assert!(
                !demanded || *right as f64 >= FOUND * *all as f64,
                "{edit:?} are missed"
            );
        }
        let right: usize = planted.values().map(|(_, right)| right).sum();
        let other = found.len() - right;
        println!("other leaks reported: {other}");
        assert!(other <= 5 + self.evaluation / 1_000, "too many false leaks");

        let copies = (0..self.training).filter(|&image| self.copied(image).is_some());
        let planted = 2 * copies.count() as u64;
        let inside = &report.duplicates[0].duplicated;
        println!(
            "inside training: {} images with a copy, {planted} planted",
            inside.count
        );
        assert!(
            inside.count as f64 >= FOUND * planted as f64,
            "copies are missed"
        );
        assert!(
            inside.count <= planted + 5 + self.training as u64 / 1_000,
            "too many false copies"
        );
    }
}

/// The cells of an image as a copy of it has them.
fn edited(image: u64, edit: Option<Edit>, noise: u64) -> [u8; SIDE * SIDE] {
    let share = |bits: u64| (mixed(bits ^ noise) >> 40) as f32 / (1u64 << 24) as f32;
    let (scale, left, top) = match edit {
        Some(Edit::Cropped) => (0.86, 0.14 * share(1), 0.14 * share(2)),
        _ => (1.0, 0.0, 0.0),
    };
    let mut cells = drawn(image, scale, left, top);
    if edit == Some(Edit::Mirrored) {
        cells.chunks_exact_mut(SIDE).for_each(<[f32]>::reverse);
    }
    if edit == Some(Edit::Recoloured) {
        cells.iter_mut().for_each(|cell| *cell = 0.8 * *cell + 30.0);
    }
    let mut random = Random(noise);
    // What another compression, size or rounding leaves of a difference in a mean over many pixels.
    let strength = if edit.is_some() { 2.0 } else { 0.0 };
    cells.map(|cell| (cell + strength * random.signed()).clamp(0.0, 255.0) as u8)
}

/// Squares on a side of each noise, and how strong it is: halved while the squares are.
const NOISES: [(usize, f32); 4] = [(3, 90.0), (6, 45.0), (12, 24.0), (24, 12.0)];

/// The part of a picture that begins at `left` and `top` and is `scale` of a side long.
fn drawn(image: u64, scale: f32, left: f32, top: f32) -> [f32; SIDE * SIDE] {
    let mut random = Random(mixed(image));
    let at = |from: f32, cell: usize| from + scale * (cell as f32 + 0.5) / SIDE as f32;
    let mut cells = [0.0; SIDE * SIDE];
    for (y, row) in cells.chunks_exact_mut(SIDE).enumerate() {
        // What all pictures have in common: light from above.
        row.fill(150.0 - 50.0 * at(top, y));
    }
    for (squares, strength) in NOISES {
        let side = squares + 1;
        let mut corners = [0.0; 25 * 25];
        for corner in &mut corners[..side * side] {
            *corner = strength * random.signed();
        }
        let places = |from: f32| -> [(usize, f32); SIDE] {
            std::array::from_fn(|cell| {
                let place = at(from, cell) * squares as f32;
                let whole = (place as usize).min(squares - 1);
                (whole, place - whole as f32)
            })
        };
        let (columns, rows) = (places(left), places(top));
        for ((row, beyond), cells) in rows.into_iter().zip(cells.chunks_exact_mut(SIDE)) {
            let line: [f32; 25] = std::array::from_fn(|column| {
                let above = corners[row * side + column.min(squares)];
                let below = corners[(row + 1) * side + column.min(squares)];
                above + beyond * (below - above)
            });
            for ((column, beyond), cell) in columns.into_iter().zip(cells) {
                *cell += line[column] + beyond * (line[column + 1] - line[column]);
            }
        }
    }
    cells
}

/// A stream of well mixed numbers (`SplitMix64`).
struct Random(u64);

impl Random {
    /// -1 to 1.
    fn signed(&mut self) -> f32 {
        self.0 = self.0.wrapping_add(1);
        (mixed(self.0) >> 40) as f32 / (1u64 << 23) as f32 - 1.0
    }
}

/// No two numbers are mixed into one.
fn mixed(number: u64) -> u64 {
    let mixed = number.wrapping_add(1).wrapping_mul(0x9E37_79B9_7F4A_7C15);
    let mixed = (mixed ^ mixed >> 30).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    let mixed = (mixed ^ mixed >> 27).wrapping_mul(0x94D0_49BB_1331_11EB);
    mixed ^ mixed >> 31
}
