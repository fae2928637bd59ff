//! Samples for the tests of this room, made from paths.

use crate::report::recordings::PositionUnit;
use crate::sample::{Sample, Split, SplitId, SplitRole};

use super::entity::candidates;
use super::recording::{Place, Recordings};

pub(super) const TRAINING: SplitId = SplitId(0);
pub(super) const VALIDATION: SplitId = SplitId(1);

/// Samples without labels; the first folder gives the split, any other than `train` and `val` gives
/// none.
pub(super) fn samples<P: AsRef<str>>(paths: &[P]) -> Vec<Sample> {
    let sample = |path: &P| Sample {
        split: match path.as_ref().split('/').next() {
            Some("train") => Some(TRAINING),
            Some("val" | "valid") => Some(VALIDATION),
            _ => None,
        },
        ..Sample::new(path.as_ref())
    };
    paths.iter().map(sample).collect()
}

/// The same, labelled with the folder of each file.
pub(super) fn labelled<P: AsRef<str>>(paths: &[P]) -> Vec<Sample> {
    let mut samples = samples(paths);
    for sample in &mut samples {
        sample.label = sample.path.rsplit('/').nth(1).map(Into::into);
    }
    samples
}

/// The two splits that [`samples`] names.
pub(super) fn splits() -> Vec<Split> {
    vec![
        Split {
            name: "train".into(),
            role: SplitRole::Training,
            part: None,
        },
        Split {
            name: "val".into(),
            role: SplitRole::Validation,
            part: None,
        },
    ]
}

/// Samples and recordings from `(recording, position, split)`.
pub(super) fn laid_out(places: &[(u32, i64, SplitId)]) -> (Vec<Sample>, Recordings) {
    let mut samples = samples(&vec![""; places.len()]);
    for (sample, (_, _, split)) in samples.iter_mut().zip(places) {
        sample.split = Some(*split);
    }
    let names = (0..=places.iter().map(|p| p.0).max().unwrap_or(0)).map(|r| r.to_string().into());
    let placed = places.iter().map(|&(recording, position, _)| {
        Some(Place {
            recording,
            position,
            burst: 0,
            step: 0,
            view: 0,
        })
    });
    let recordings = Recordings::arrange(
        placed.collect(),
        names.collect(),
        PositionUnit::Index,
        false,
    );
    (samples, recordings)
}

/// How many values the widest part of names that may be an entity has, and whether pixels decide.
pub(crate) fn widest(samples: &[Sample]) -> Option<(usize, bool)> {
    let found = candidates(samples);
    let first = found.first()?;
    Some((first.groups.names.len(), first.needs_pixels))
}

/// The same of so many names in one folder.
pub(crate) fn named(count: usize, name: impl Fn(usize) -> String) -> Option<(usize, bool)> {
    let paths = (0..count).map(|at| format!("train/{}.png", name(at)));
    widest(&samples(&paths.collect::<Vec<_>>()))
}

/// Numbers without a pattern.
pub(crate) fn scattered(number: usize, below: usize) -> usize {
    (number * 7_919 + 13) * 104_729 % below
}
