//! Changes small files at random and has them read, as hostile uploads would be: how many end the
//! program, hang it, or meet a fault of it?
//!
//! ```text
//! python3 research/mutate/seeds.py SEEDS
//! cargo run --release -p splitleak-research --bin mutate -- SEEDS 200000 1
//! ```
//!
//! Mutant `n` of seed `s` is always the same one. An abort cannot be caught: `SEEDS/last0` and its
//! like then hold the mutants that were read, and `SEEDS/kept` holds those of all other faults.

mod changes;

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use splitleak::budget::Budget;
use splitleak::dataset;
use splitleak::gate::baseline::Baseline;
use splitleak::progress::Silent;
use splitleak::report;
use splitleak::settings::{Columns, Files, Input};
use splitleak::signature::Signer;
use splitleak::signature::unreadable::Unreadable;
use splitleak::training;

use changes::{Numbers, changed};

/// Longer than this is a hang.
const SLOW: Duration = Duration::from_secs(5);

/// Mutants that are read one after the other by one thread.
const BATCH: u64 = 500;

/// Memory for decoding.
const MEMORY: u64 = 512 << 20;

/// A file to change.
struct Seed {
    /// `images`, `log`, `tree/NAME` and so on.
    kind: String,
    /// Relative to its kind.
    name: String,
    bytes: Vec<u8>,
}

fn main() {
    let arguments: Vec<String> = std::env::args().collect();
    let [_, directory, count, seed] = &arguments[..] else {
        exit("usage: mutate SEEDS COUNT SEED");
    };
    let (Ok(count), Ok(seed)) = (count.parse::<u64>(), seed.parse::<u64>()) else {
        exit("COUNT and SEED are whole numbers");
    };
    let directory = PathBuf::from(directory);
    let seeds = seeds(&directory);
    if seeds.is_empty() {
        exit("no seeds there; run seeds.py first");
    }
    // What panics is counted below; a backtrace each would hide the table.
    std::panic::set_hook(Box::new(|_| {}));
    let tally = run(&directory, &seeds, count, seed);
    say(&format!(
        "{count} mutants of {} files, seed {seed}",
        seeds.len()
    ));
    for ((kind, outcome), times) in tally {
        say(&format!("{kind:14} {outcome:24} {times:9}"));
    }
}

#[expect(clippy::print_stdout, reason = "this is a program")]
fn say(line: &str) {
    println!("{line}");
}

#[expect(clippy::exit, reason = "this is a program")]
fn exit(why: &str) -> ! {
    say(why);
    std::process::exit(2)
}

fn seeds(directory: &Path) -> Vec<Seed> {
    let mut seeds = Vec::new();
    let mut pending = vec![directory.to_path_buf()];
    while let Some(folder) = pending.pop() {
        for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
            let path = entry.path();
            let name = path.strip_prefix(directory).unwrap_or(&path);
            let name = name.to_string_lossy().into_owned();
            if path.is_dir() {
                pending.push(path);
                continue;
            }
            let parts: Vec<&str> = name.split('/').collect();
            let depth = if parts[0] == "tree" { 2 } else { 1 };
            // Pictures of trees stay as they are.
            if parts.len() <= depth || (depth == 2 && name.ends_with(".png")) || parts[0] == "kept"
            {
                continue;
            }
            seeds.push(Seed {
                kind: parts[..depth].join("/"),
                name: parts[depth..].join("/"),
                bytes: fs::read(&path).unwrap_or_default(),
            });
        }
    }
    seeds.sort_by(|a, b| (&a.kind, &a.name).cmp(&(&b.kind, &b.name)));
    seeds
}

type Tally = BTreeMap<(String, &'static str), u64>;

fn run(directory: &Path, seeds: &[Seed], count: u64, seed: u64) -> Tally {
    let kept = directory.join("kept");
    let _ = fs::create_dir_all(&kept);
    let (next, tally) = (AtomicU64::new(0), Mutex::new(Tally::new()));
    let threads = std::thread::available_parallelism().map_or(1, usize::from);
    let budget = Budget::of(MEMORY);
    std::thread::scope(|scope| {
        for thread in 0..threads {
            let (kept, next, tally, budget) = (&kept, &next, &tally, &budget);
            scope.spawn(move || {
                let mut reader = Reader::new(directory, thread, budget);
                loop {
                    let from = next.fetch_add(BATCH, Ordering::Relaxed);
                    if from >= count {
                        return;
                    }
                    let mut own = Tally::new();
                    for number in from..(from + BATCH).min(count) {
                        let mut numbers = Numbers(seed.wrapping_mul(0x1_0000_0000) + number);
                        let one = &seeds[numbers.below(seeds.len())];
                        let other = &seeds[numbers.below(seeds.len())];
                        let mutant = changed(&one.bytes, &other.bytes, &mut numbers);
                        let _ = fs::write(&reader.last, &mutant);
                        let began = Instant::now();
                        let outcome = reader.read(one, &mutant);
                        let outcome = if began.elapsed() > SLOW {
                            "HANG"
                        } else {
                            outcome
                        };
                        if outcome.starts_with(char::is_uppercase) {
                            let name =
                                format!("{outcome}-{seed}-{number}-{}", one.name.replace('/', "_"));
                            let _ = fs::write(kept.join(name), &mutant);
                        }
                        *own.entry((one.kind.clone(), outcome)).or_default() += 1;
                    }
                    let Ok(mut tally) = tally.lock() else { return };
                    for (key, times) in own {
                        *tally.entry(key).or_default() += times;
                    }
                }
            });
        }
    });
    tally.into_inner().unwrap_or_default()
}

/// One thread's means to read.
struct Reader {
    signer: Signer,
    /// Holds the mutant that is read now.
    last: PathBuf,
    /// Where trees with one changed text are made.
    trees: PathBuf,
    directory: PathBuf,
}

impl Reader {
    fn new(directory: &Path, thread: usize, budget: &Budget) -> Self {
        Self {
            signer: Signer::within(budget),
            last: directory.join(format!("last{thread}")),
            trees: std::env::temp_dir().join(format!("mutate-{}-{thread}", std::process::id())),
            directory: directory.to_path_buf(),
        }
    }

    /// What came of it; faults begin with a capital letter.
    fn read(&mut self, seed: &Seed, mutant: &[u8]) -> &'static str {
        if seed.kind == "images" {
            return match self.signer.sign(mutant) {
                Ok(_) => "signed",
                Err(Unreadable::Internal { .. }) => "Internal",
                Err(Unreadable::DecoderPanicked { .. }) => "decoder panicked, caught",
                Err(Unreadable::NoRoom { .. } | Unreadable::TooLarge { .. }) => "too large",
                Err(_) => "refused",
            };
        }
        let read = std::panic::AssertUnwindSafe(|| self.read_text(seed, mutant));
        match std::panic::catch_unwind(read) {
            Ok(true) => "read",
            Ok(false) => "refused",
            Err(_) => "Panic",
        }
    }

    fn read_text(&self, seed: &Seed, mutant: &[u8]) -> bool {
        match seed.kind.as_str() {
            "log" => training::log(mutant).is_ok(),
            "predictions" => training::predictions(mutant).is_ok(),
            "baseline" => {
                std::str::from_utf8(mutant).is_ok_and(|text| Baseline::parse(text).is_ok())
            }
            "report" => report::parse(mutant).is_ok(),
            tree => {
                let root = self.trees.join(tree);
                if !root.exists() {
                    copy(&self.directory.join(tree), &root);
                }
                let changed = root.join(&seed.name);
                let _ = fs::write(&changed, mutant);
                let input = Input::Tree { root, layout: None };
                let (columns, files) = (Columns::default(), Files::default());
                let loaded = dataset::load(&input, &columns, &files, &Silent).is_ok();
                let _ = fs::write(changed, &seed.bytes);
                loaded
            }
        }
    }
}

impl Drop for Reader {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.trees);
        let _ = fs::remove_file(&self.last);
    }
}

fn copy(from: &Path, to: &Path) {
    let _ = fs::create_dir_all(to);
    for entry in fs::read_dir(from).into_iter().flatten().flatten() {
        let (path, target) = (entry.path(), to.join(entry.file_name()));
        if path.is_dir() {
            copy(&path, &target);
        } else {
            let _ = fs::copy(path, target);
        }
    }
}
