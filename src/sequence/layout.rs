//! Names read under one rule and laid out as recordings.

use rayon::prelude::*;

use crate::report::recordings::{NameRule, PositionUnit};
use crate::sample::{Sample, SampleId};

use super::digests::{Numbering, digest};
use super::name;
use super::recording::{Interner, Place, Recordings};
use super::rule::{Reader, Reading};
use super::trim::Trim;

/// Recordings up to which a small dataset is laid out whatever their sizes, so that its refusal
/// shows its evidence.
const MANY: usize = 1000;

/// Why names give no layout under a rule.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum NoLayout {
    /// Fewer than half of the names can be read; one at least among those looked at.
    FewRead,
    /// Of the names looked at none can be read.
    NoneRead,
    /// Nearly every name would be a recording of its own.
    OneEach,
}

/// Reads every name under a rule.
///
/// Two choices are settled by what they lead to. Camera words leave the recording's name when at
/// least half of the instants are then seen by two views. The class folder belongs to it when
/// leaving it out would put samples of two classes at one place (tracks that begin at 0 in every
/// class).
pub(super) fn lay_out(rule: NameRule, samples: &[Sample]) -> Result<Recordings, NoLayout> {
    let mut views = true;
    let trim = Trim::of(samples);
    let mut recordings = read_all(rule, samples, trim, views, false)?;
    if recordings
        .places
        .iter()
        .flatten()
        .any(|place| place.view > 0)
        && !most_instants_have_two_views(&recordings)
    {
        views = false;
        recordings = read_all(rule, samples, trim, views, false)?;
    }
    if classes_collide(&recordings, samples) {
        recordings = read_all(rule, samples, trim, views, true)?;
    }
    Ok(recordings)
}

/// Names read at a time on all cores; reading ends with the block in which it becomes hopeless.
const BLOCK: usize = 1 << 16;

/// What one name tells, with a digest of its recording's name.
struct Read<'a> {
    reading: Reading<'a>,
    recording: u64,
}

fn read_all(
    rule: NameRule,
    samples: &[Sample],
    trim: Trim,
    views: bool,
    keep_class: bool,
) -> Result<Recordings, NoLayout> {
    let mut names = Numbering::default();
    let mut view_names = Interner::default();
    let mut places = Vec::with_capacity(samples.len());
    let mut read = 0;
    let reader = |sample| read_one(rule, sample, trim, views, keep_class);
    for block in samples.chunks(BLOCK) {
        let readings: Vec<Option<Read<'_>>> = block
            .par_iter()
            .map_init(String::new, |key, sample| {
                let reading = reader(sample)(key)?;
                let recording = digest(key);
                Some(Read { reading, recording })
            })
            .collect();
        for (sample, reading) in block.iter().zip(readings) {
            places.push(reading.map(|Read { reading, recording }| {
                read += 1;
                let name = || {
                    let mut key = String::new();
                    let _ = reader(sample)(&mut key);
                    key.into()
                };
                Place {
                    recording: names.number(recording, name),
                    position: reading.position,
                    burst: reading.burst,
                    step: 0,
                    // View 0 is "no word for a view"; more than 254 words share the last number.
                    view: reading.view.map_or(0, |word| {
                        u8::try_from(view_names.number(word).saturating_add(1)).unwrap_or(u8::MAX)
                    }),
                }
            }));
            if (places.len() - read) * 2 > samples.len() {
                return Err(if read > 0 {
                    NoLayout::FewRead
                } else {
                    NoLayout::NoneRead
                });
            }
            // With more recordings than this, no half of the samples can be in recordings of five.
            if names.len() * 5 > samples.len() * 3 && names.len() > MANY {
                return Err(NoLayout::OneEach);
            }
        }
    }
    if read == 0 {
        return Err(NoLayout::NoneRead);
    }
    let unit = match rule {
        NameRule::Time => PositionUnit::Nanoseconds,
        NameRule::FrameWord | NameRule::LastNumber => PositionUnit::Index,
    };
    Ok(Recordings::arrange(
        places,
        names.into_names(),
        unit,
        rule == NameRule::Time,
    ))
}

/// Reads one name, and writes the name of its recording into the key.
fn read_one<'a>(
    rule: NameRule,
    sample: &'a Sample,
    trim: Trim,
    views: bool,
    keep_class: bool,
) -> impl Fn(&mut String) -> Option<Reading<'a>> {
    move |key| {
        let class = sample.label.as_deref();
        let reading = Reader {
            rule,
            class,
            views,
            trim,
        }
        .read(name::of(sample), key)?;
        if keep_class && let Some(class) = class {
            key.insert(0, '/');
            key.insert_str(0, class);
        }
        Some(reading)
    }
}

fn most_instants_have_two_views(recordings: &Recordings) -> bool {
    let place = |id: &_| recordings.place(*id).map(|p| (p.recording, p.step, p.view));
    let instant = |id: &_| place(id).map(|(recording, step, _)| (recording, step));
    let (mut instants, mut seen_twice) = (0_usize, 0_usize);
    for run in recordings.order.chunk_by(|a, b| instant(a) == instant(b)) {
        instants += 1;
        seen_twice += usize::from(run.iter().any(|id| place(id) != place(&run[0])));
    }
    seen_twice * 2 >= instants
}

/// More than one sample in twenty shares its place with a sample of another class.
fn classes_collide(recordings: &Recordings, samples: &[Sample]) -> bool {
    let position = |id: &SampleId| {
        let place = recordings.place(*id);
        place.map(|p| (p.recording, p.position, p.burst))
    };
    let view = |id: &SampleId| recordings.place(*id).map(|p| p.view);
    let mut colliding = 0;
    let mut taken = Vec::new();
    for run in recordings.order.chunk_by(|a, b| position(a) == position(b)) {
        taken.clear();
        taken.extend(
            run.iter()
                .map(|id| (view(id), samples[id.index()].label.as_deref())),
        );
        taken.sort_unstable();
        for group in taken.chunk_by(|a, b| a.0 == b.0) {
            colliding += if group[0] == group[group.len() - 1] {
                0
            } else {
                group.len()
            };
        }
    }
    colliding * 20 > recordings.order.len()
}

/// Whether some words of a recording's name are of those given.
pub(super) fn has_word(recording: &str, words: &[&str]) -> bool {
    name::letter_runs(recording).any(|run| {
        let word = &recording[run];
        words.iter().any(|known| word.eq_ignore_ascii_case(known))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sequence::testing;

    #[test]
    fn three_cameras_are_three_views_of_one_recording() {
        let paths: Vec<String> = (0..10)
            .flat_map(|i| {
                ["center", "left", "right"]
                    .map(|c| format!("IMG/{c}_2016_12_01_13_30_4{i}_287.jpg"))
            })
            .collect();
        let recordings = lay_out(NameRule::Time, &testing::samples(&paths)).unwrap();
        assert_eq!(recordings.names.len(), 1);
        assert_eq!(
            recordings.places.iter().flatten().map(|p| p.step).max(),
            Some(9)
        );
    }

    #[test]
    fn a_camera_word_without_a_second_camera_stays_in_the_name() {
        let paths: Vec<String> = (0..10)
            .map(|i| format!("{}_t{i}.jpg", if i < 5 { "left" } else { "right" }))
            .collect();
        let recordings = lay_out(NameRule::FrameWord, &testing::samples(&paths)).unwrap();
        assert_eq!(recordings.names.len(), 2);
    }

    #[test]
    fn tracks_that_begin_anew_in_every_class_are_kept_apart() {
        let paths: Vec<String> = (0..4)
            .flat_map(|class| (0..30).map(move |i| format!("train/{class:05}/00000_{i:05}.ppm")))
            .collect();
        let recordings = lay_out(NameRule::LastNumber, &testing::labelled(&paths)).unwrap();
        assert_eq!(recordings.names.len(), 4);
    }

    #[test]
    fn a_recording_spread_over_classes_is_one() {
        let paths: Vec<String> = (0..30)
            .map(|i| format!("train/{}/vid1_{i:05}.png", ["cat", "dog"][i % 2]))
            .collect();
        let recordings = lay_out(NameRule::LastNumber, &testing::labelled(&paths)).unwrap();
        assert_eq!(recordings.names.len(), 1);
    }

    #[test]
    fn few_readable_names_are_no_layout() {
        let read = |paths: &[&str]| lay_out(NameRule::FrameWord, &testing::samples(paths));
        assert_eq!(read(&["t1", "a", "b"]), Err(NoLayout::FewRead));
        assert_eq!(read(&["a", "b", "t1"]), Err(NoLayout::NoneRead));
        assert_eq!(read(&[]), Err(NoLayout::NoneRead));
    }
}
