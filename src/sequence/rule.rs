//! The rules by which a file name is read as a place in a recording.

use super::clock;
use super::name::{self, Name};
use super::trim::Trim;
use super::view;
use crate::report::recordings::NameRule;

/// Words whose number counts frames.
const FRAME_WORDS: [&str; 13] = [
    "f",
    "fr",
    "frame",
    "frames",
    "frm",
    "keyframe",
    "slice",
    "step",
    "t",
    "time",
    "timestamp",
    "ts",
    "z",
];

/// What a name tells under a rule.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Reading<'a> {
    /// Nanoseconds or frame number.
    pub(super) position: i64,
    /// Counter of a burst, 0 without one.
    pub(super) burst: u32,
    /// The word that names the view, if it was looked for.
    pub(super) view: Option<&'a str>,
}

/// What of the path beside the stem belongs to a recording's name, and whether views are cut out of
/// it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Reader<'a> {
    /// How the position is found.
    pub(super) rule: NameRule,
    /// Class of the sample: a folder of this name is left out of the recording's name.
    pub(super) class: Option<&'a str>,
    /// Whether words for cameras are left out of the recording's name.
    pub(super) views: bool,
    /// What every file carries and is no part of the name.
    pub(super) trim: Trim,
}

impl Reader<'_> {
    /// Reads a name. `key` becomes the name of the recording: folders and stem with `#` for the
    /// position and `*` for the view.
    pub(super) fn read<'p>(&self, name: Name<'p>, key: &mut String) -> Option<Reading<'p>> {
        let stem = self.trim.cut(super::augmentation::plain(name.stem));
        let (number, position, burst) = match self.rule {
            NameRule::Time => timed(stem)?,
            NameRule::FrameWord => counted(stem, frame_number(stem)?)?,
            NameRule::LastNumber => counted(stem, name::digit_runs(stem).next_back()?)?,
        };
        key.clear();
        let mut view = None;
        for part in name::telling_folders(name, self.class) {
            if self.views && view::is_folder(part) {
                view = path_part(name.folder, part);
                key.push('*');
            } else {
                key.push_str(part);
            }
            key.push('/');
        }
        let in_stem = self
            .views
            .then(|| view::in_stem(stem))
            .flatten()
            .filter(|range| Some(&stem[range.clone()]) != self.class)
            // `cam1` is no view where its number is the position.
            .filter(|range| range.end <= number.start || range.start >= number.end);
        let mut cuts = [
            Some((number, '#')),
            in_stem.clone().map(|range| (range, '*')),
        ];
        cuts.sort_by_key(|cut| cut.as_ref().map_or(usize::MAX, |(range, _)| range.start));
        let mut from = 0;
        for (range, mark) in cuts.into_iter().flatten() {
            key.push_str(&stem[from..range.start]);
            key.push(mark);
            from = range.end;
        }
        key.push_str(&stem[from..]);
        Some(Reading {
            position,
            burst,
            view: in_stem.map(|range| &stem[range]).or(view),
        })
    }
}

/// Letters directly in front of the number, perhaps with one separator between, are a word for
/// frames.
fn frame_number(stem: &str) -> Option<std::ops::Range<usize>> {
    name::digit_runs(stem).rev().find(|run| {
        let before = stem[..run.start].trim_end_matches(['_', '-', ' ', '.', '#']);
        if run.start - before.len() > 1 {
            return false;
        }
        let letters = before
            .bytes()
            .rev()
            .take_while(u8::is_ascii_alphabetic)
            .count();
        let word = &before[before.len() - letters..];
        // Camel case: the `t` of `left0042` is no word, the `Frame` of `dayFrame0042` is.
        let word = word
            .rfind(|c: char| c.is_ascii_uppercase())
            .filter(|_| word.bytes().any(|b| b.is_ascii_lowercase()))
            .map_or(word, |at| &word[at..]);
        // In `3f12` of a hash the letter is a digit.
        let hexadecimal = word.len() < 3
            && before[..before.len() - word.len()].ends_with(|c: char| c.is_ascii_alphanumeric());
        !hexadecimal
            && FRAME_WORDS
                .iter()
                .any(|known| word.eq_ignore_ascii_case(known))
    })
}

/// The position is a number that is no part of a clock.
fn counted(stem: &str, run: std::ops::Range<usize>) -> Option<(std::ops::Range<usize>, i64, u32)> {
    let moment = clock::find(stem).or_else(|| clock::elapsed(stem));
    let of_clock = |at: &std::ops::Range<usize>| run.start < at.end && at.start < run.end;
    match moment.filter(|moment| of_clock(&moment.at)) {
        Some(_) => None,
        None => numbered(stem, run),
    }
}

/// The position is a number of at most 18 digits.
fn numbered(stem: &str, run: std::ops::Range<usize>) -> Option<(std::ops::Range<usize>, i64, u32)> {
    if run.len() > 18 {
        return None;
    }
    let position = stem[run.clone()].parse().ok()?;
    Some((run, position, 0))
}

/// The position is a time, and a last number directly behind it the counter of a burst.
fn timed(stem: &str) -> Option<(std::ops::Range<usize>, i64, u32)> {
    let moment = clock::find(stem).or_else(|| clock::elapsed(stem))?;
    let mut at = moment.at;
    let mut burst = 0;
    let tail = &stem[at.end..];
    let digits = tail.trim_start_matches(['_', '-', '~', ' ', '(']);
    let digits = digits.trim_end_matches(')');
    if (1..=6).contains(&digits.len()) && digits.bytes().all(|b| b.is_ascii_digit()) {
        burst = digits.parse().ok()?;
        at.end = stem.len();
    }
    Some((at, moment.nanoseconds, burst))
}

/// The folder as it stands in the path, so that it lives as long as the path.
fn path_part<'p>(folder: &'p str, part: &str) -> Option<&'p str> {
    folder.split('/').find(|own| *own == part)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(rule: NameRule, path: &str) -> Option<(String, i64, u32)> {
        let mut key = String::new();
        let reader = Reader {
            rule,
            class: None,
            views: true,
            trim: Trim::default(),
        };
        let reading = reader.read(name::split(path), &mut key)?;
        Some((key, reading.position, reading.burst))
    }

    #[test]
    fn times_and_burst_counters_are_read() {
        let (key, position, burst) = read(NameRule::Time, "IMG_20160102_133048_12.jpg").unwrap();
        assert_eq!((key.as_str(), burst), ("IMG_#", 12));
        assert_eq!(position, 1_451_741_448_000_000_000);
    }

    #[test]
    fn frame_words_are_read() {
        let key = |path| read(NameRule::FrameWord, path).map(|(key, position, _)| (key, position));
        assert_eq!(key("train/frame_000123.png"), Some(("frame_#".into(), 123)));
        assert_eq!(key("scene-1_t0042.png"), Some(("scene-1_t#".into(), 42)));
        assert_eq!(
            key("frame0012_scene3.png"),
            Some(("frame#_scene3".into(), 12))
        );
        assert_eq!(key("dayFrame12.png"), Some(("dayFrame#".into(), 12)));
        assert_eq!(key("cat0042.png"), None);
        assert_eq!(key("frame__0042.png"), None);
        assert_eq!(key("9a3f12.png"), None);
    }

    #[test]
    fn the_last_number_is_read() {
        let key = |path| read(NameRule::LastNumber, path).map(|(key, position, _)| (key, position));
        assert_eq!(key("val/vid03/000456.jpg"), Some(("vid03/#".into(), 456)));
        assert_eq!(key("00014_00023.ppm"), Some(("00014_#".into(), 23)));
        assert_eq!(key("0123456789012345678901.jpg"), None);
    }

    #[test]
    fn views_leave_the_name_of_the_recording() {
        let key = |path| read(NameRule::LastNumber, path).map(|(key, ..)| key);
        assert_eq!(key("a/left/0001.png"), key("a/right/0001.png"));
        assert_eq!(key("x_7_L.png"), Some("x_#_*".into()));
    }
}
