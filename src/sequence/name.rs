//! A path taken apart: folders, stem, and the runs of digits in the stem.

use std::ops::Range;

use crate::sample::Sample;

/// Folders that name a split or hold "the images", whatever was recorded in them.
const NEUTRAL_FOLDERS: [&str; 15] = [
    "train",
    "training",
    "trainval",
    "val",
    "valid",
    "validation",
    "dev",
    "test",
    "testing",
    "eval",
    "evaluation",
    "images",
    "imgs",
    "data",
    "jpegimages",
];

/// A path as folders and stem, borrowed from the sample.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Name<'a> {
    /// Everything before the last `/`, without it; empty at the root.
    pub(super) folder: &'a str,
    /// File name without its extension.
    pub(super) stem: &'a str,
    /// Folders that tell the split: bit 0 is the outermost.
    of_split: u32,
}

/// Takes the path of a sample apart.
pub(super) fn of(sample: &Sample) -> Name<'_> {
    Name {
        of_split: sample.of_split,
        ..split(&sample.path)
    }
}

/// Takes a path apart. An extension needs a letter, so that the fraction of `1305031102.175304` is
/// none.
pub(super) fn split(path: &str) -> Name<'_> {
    // Names are short: a plain loop from the end beats the search that `rsplit_once` sets up.
    let last = |text: &str, byte| text.bytes().rposition(|own| own == byte);
    let (folder, file) = last(path, b'/').map_or(("", path), |at| (&path[..at], &path[at + 1..]));
    let extension = |at: &usize| file[*at..].bytes().any(|byte| byte.is_ascii_alphabetic());
    let end = last(file, b'.').filter(|at| *at > 0).filter(extension);
    let stem = &file[..end.unwrap_or(file.len())];
    Name {
        folder,
        stem,
        of_split: 0,
    }
}

/// Byte ranges of the runs of ASCII digits, left to right.
pub(super) fn digit_runs(text: &str) -> impl DoubleEndedIterator<Item = Range<usize>> + '_ {
    runs(text, |byte| byte.is_ascii_digit())
}

/// Byte ranges of the runs of ASCII letters, left to right.
pub(super) fn letter_runs(text: &str) -> impl DoubleEndedIterator<Item = Range<usize>> + '_ {
    runs(text, |byte| byte.is_ascii_alphabetic())
}

/// Whether a word names a split or holders of images, and nothing that was recorded.
pub(super) fn is_neutral(word: &str) -> bool {
    let mut known = NEUTRAL_FOLDERS.iter();
    known.any(|neutral| word.eq_ignore_ascii_case(neutral))
}

/// Folders that can name a recording: neither a split, nor a holder of images, nor the class.
pub(super) fn telling_folders<'a>(
    name: Name<'a>,
    class: Option<&'a str>,
) -> impl Iterator<Item = &'a str> {
    let folders = name.folder.split('/').enumerate();
    folders.filter_map(move |(depth, part)| {
        let of_split = name.of_split.checked_shr(depth as u32).unwrap_or(0) & 1 != 0;
        let tells = !part.is_empty() && !of_split && Some(part) != class && !is_neutral(part);
        tells.then_some(part)
    })
}

fn runs(
    text: &str,
    belongs: impl Fn(u8) -> bool + Copy,
) -> impl DoubleEndedIterator<Item = Range<usize>> {
    let bytes = text.as_bytes();
    (0..bytes.len()).filter_map(move |start| {
        if !belongs(bytes[start]) || (start > 0 && belongs(bytes[start - 1])) {
            return None;
        }
        let length = bytes[start..]
            .iter()
            .take_while(|&&byte| belongs(byte))
            .count();
        Some(start..start + length)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_is_taken_apart() {
        let name = split("train/vid03/000456.jpg");
        assert_eq!((name.folder, name.stem), ("train/vid03", "000456"));
        assert_eq!(split("a.b.png").stem, "a.b");
    }

    #[test]
    fn a_fraction_of_a_second_is_not_an_extension() {
        assert_eq!(split("rgb/1305031102.175304").stem, "1305031102.175304");
        assert_eq!(split("rgb/1305031102.175304.png").stem, "1305031102.175304");
    }

    #[test]
    fn runs_are_found_from_both_ends() {
        let text = "12ab345";
        assert_eq!(digit_runs(text).collect::<Vec<_>>(), [0..2, 4..7]);
        assert_eq!(digit_runs(text).next_back(), Some(4..7));
        assert_eq!(letter_runs("12äb3").next(), Some(4..5));
    }

    #[test]
    fn split_and_class_folders_do_not_tell_a_recording() {
        let name = split("images/Train/cat/vid03/1.jpg");
        let told: Vec<_> = telling_folders(name, Some("cat")).collect();
        assert_eq!(told, ["vid03"]);
        let sample = Sample {
            of_split: 0b1,
            ..Sample::new("train2017/vid03/1.jpg")
        };
        let told: Vec<_> = telling_folders(of(&sample), None).collect();
        assert_eq!(told, ["vid03"]);
    }
}
