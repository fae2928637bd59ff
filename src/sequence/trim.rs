//! Removal of what exporters put around names and differs in every file: a digest in front or
//! behind, the class behind.

use crate::sample::Sample;

use super::augmentation;
use super::entity::is_hash;
use super::name;

/// What is cut off every stem of a dataset before it is read.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Trim {
    /// A digest in front: `26c55a95-frame_000121`, as labelling tools write it.
    pub(super) leading_hash: bool,
    /// A digest behind: `frame_000121-26c55a95`.
    trailing_hash: bool,
    /// The class behind: `x101_y701_class0`.
    trailing_class: bool,
}

/// Samples that are looked at, evenly over the dataset.
const LOOKED_AT: usize = 2000;

impl Trim {
    /// What nearly all names of a dataset carry.
    pub(super) fn of(samples: &[Sample]) -> Self {
        let every = samples.len().div_ceil(LOOKED_AT).max(1);
        let stems: Vec<(&str, Option<&str>)> = samples
            .iter()
            .step_by(every)
            .map(|sample| {
                let stem = augmentation::plain(name::split(&sample.path).stem);
                (stem, sample.label.as_deref())
            })
            .collect();
        let words = |at: fn(&str) -> Option<(&str, &str)>| -> Option<Vec<&str>> {
            let words = stems.iter().filter_map(|(stem, _)| at(stem));
            let words: Vec<&str> = words.map(|(word, _)| word).collect();
            (words.len() > 1 && words.len() * 10 >= stems.len() * 9).then_some(words)
        };
        let is_class = |(stem, label): &&(&str, Option<&str>)| {
            last(stem).is_some_and(|(word, _)| spells_class(word, *label))
        };
        Self {
            leading_hash: words(first).is_some_and(|words| is_hash(&words)),
            trailing_hash: words(last).is_some_and(|words| is_hash(&words)),
            trailing_class: stems.len() > 1
                && stems.iter().filter(is_class).count() * 10 >= stems.len() * 9,
        }
    }

    /// The stem without it.
    pub(super) fn cut(self, stem: &str) -> &str {
        let mut rest = stem;
        if self.leading_hash {
            rest = first(rest).map_or(rest, |(_, rest)| rest);
        }
        if self.trailing_hash || self.trailing_class {
            rest = last(rest).map_or(rest, |(_, rest)| rest);
        }
        rest
    }
}

const SEPARATORS: [char; 5] = ['-', '_', '.', ' ', '+'];

/// The first word, and what stands behind its separator; a universally unique identifier is one
/// word.
fn first(stem: &str) -> Option<(&str, &str)> {
    let at = if is_uuid(stem.get(..36).unwrap_or_default()) {
        36
    } else {
        stem.find(SEPARATORS)?
    };
    let rest = stem.get(at..)?.trim_start_matches(SEPARATORS);
    (at > 0 && !rest.is_empty()).then(|| (&stem[..at], rest))
}

/// The last word, and what stands before its separator.
fn last(stem: &str) -> Option<(&str, &str)> {
    let tail = stem.len().checked_sub(36).and_then(|at| stem.get(at..));
    let at = match tail.filter(|tail| is_uuid(tail)) {
        Some(_) => stem.len() - 36,
        None => stem.rfind(SEPARATORS)? + 1,
    };
    let rest = stem[..at].trim_end_matches(SEPARATORS);
    (at < stem.len() && !rest.is_empty()).then(|| (&stem[at..], rest))
}

fn is_uuid(text: &str) -> bool {
    text.len() == 36
        && text.bytes().enumerate().all(|(at, byte)| match at {
            8 | 13 | 18 | 23 => byte == b'-',
            _ => byte.is_ascii_hexdigit(),
        })
}

fn spells_class(word: &str, label: Option<&str>) -> bool {
    let bare = word.trim_end_matches(|c: char| c.is_ascii_digit());
    let numbered = bare.len() < word.len()
        && ["class", "cls", "label", "lbl"]
            .iter()
            .any(|known| bare.eq_ignore_ascii_case(known));
    numbered || label.is_some_and(|label| label.eq_ignore_ascii_case(word))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sequence::testing;

    fn cut(names: impl Iterator<Item = String>) -> String {
        let names: Vec<String> = names.collect();
        let trim = Trim::of(&testing::samples(&names));
        let stem = name::split(&names[0]).stem;
        trim.cut(stem).to_owned()
    }

    #[test]
    fn a_digest_in_front_or_behind_is_cut_off() {
        let hash = |i: u32| {
            format!(
                "{:08x}",
                i.wrapping_mul(2_654_435_761).wrapping_add(0x9e37_79b9)
            )
        };
        assert_eq!(
            cut((0..40).map(|i| format!("{}-frame_{i:04}.jpg", hash(i)))),
            "frame_0000"
        );
        assert_eq!(
            cut((0..40).map(|i| format!("frame_{i:04}_{}.jpg", hash(i)))),
            "frame_0000"
        );
    }

    #[test]
    fn the_class_behind_is_cut_off() {
        assert_eq!(
            cut((0..40).map(|i| format!("1_x{i}_class{}.png", i % 2))),
            "1_x0"
        );
    }

    #[test]
    fn dates_counters_and_recurring_digests_stay() {
        assert_eq!(
            cut((0..40).map(|i| format!("20230504-{i}.jpg"))),
            "20230504-0"
        );
        assert_eq!(cut((0..40).map(|i| format!("{i:08}-a.jpg"))), "00000000-a");
        assert_eq!(
            cut((0..40).map(|i| format!("1d26b4b{}-{i}.jpg", i % 4))),
            "1d26b4b0-0"
        );
    }
}
