//! A path as fields: what stands between separators in its telling folders and its stem.

use std::ops::Range;

use crate::sample::Sample;

use super::augmentation;
use super::{name, view};

/// A path taken apart into fields.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Fields<'a> {
    /// The fields, left to right; folders first.
    pub(super) fields: Vec<&'a str>,
    /// What stands before, between and behind them: names of one scheme have the same. One part
    /// more than `fields`.
    pub(super) between: Vec<&'a str>,
}

/// Letters or digits that stand together.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) enum Kind {
    Letters,
    Digits,
}

impl<'a> Fields<'a> {
    /// Fields of a sample: of its folders but those that name split, class, camera or images, and
    /// of its stem without augmentation marks.
    pub(super) fn of(sample: &'a Sample) -> Self {
        let name = name::of(sample);
        let mut read = Self {
            fields: Vec::new(),
            between: vec![""],
        };
        let folders = name::telling_folders(name, sample.label.as_deref());
        for part in folders.filter(|part| !view::is_camera(part)) {
            read.push(part);
            let last = read.between.len() - 1;
            read.between[last] = "/";
        }
        read.push(augmentation::plain(name.stem));
        read
    }

    /// Names with equal schemes have their fields at the same places. The sign of a number is no
    /// separator: `A+010E-20` is as `A-085E+45`.
    pub(super) fn scheme(&self) -> String {
        self.between.join("\u{1}").replace('+', "-")
    }

    /// Appends the fields of one folder or stem. What stands before the first joins what stands
    /// behind the last.
    fn push(&mut self, text: &'a str) {
        let mut at = 0;
        for range in words(text) {
            if range.start > at || self.fields.is_empty() {
                let last = self.between.len() - 1;
                // A folder's `/` stays: a separator at the beginning of a name is rare and tells
                // nothing.
                if self.between[last] != "/" {
                    self.between[last] = &text[at..range.start];
                }
            }
            at = range.end;
            self.fields.push(&text[range]);
            self.between.push("");
        }
        let last = self.between.len() - 1;
        self.between[last] = &text[at..];
    }
}

/// Runs of letters and digits; a universally unique identifier is one.
fn words(text: &str) -> Vec<Range<usize>> {
    let mut words: Vec<Range<usize>> = Vec::new();
    for (at, character) in text.char_indices() {
        if !character.is_alphanumeric() {
            continue;
        }
        let end = at + character.len_utf8();
        match words.last_mut().filter(|word| word.end == at) {
            Some(word) => word.end = end,
            None => words.push(at..end),
        }
    }
    const UUID: [usize; 5] = [8, 4, 4, 4, 12];
    let mut at = 0;
    while at + UUID.len() <= words.len() {
        let five = &words[at..at + UUID.len()];
        let hexadecimal =
            |word: &Range<usize>| text[word.clone()].bytes().all(|b| b.is_ascii_hexdigit());
        let lengths = five.iter().map(Range::len);
        let joined = five
            .windows(2)
            .all(|two| &text[two[0].end..two[1].start] == "-");
        if joined && lengths.eq(UUID) && five.iter().all(hexadecimal) {
            let whole = five[0].start..five[4].end;
            words.splice(at..at + UUID.len(), [whole]);
        }
        at += 1;
    }
    words
}

/// The runs of letters and of digits that a field is made of.
pub(super) fn runs(field: &str) -> Vec<(Kind, Range<usize>)> {
    let mut runs: Vec<(Kind, Range<usize>)> = Vec::new();
    for (at, character) in field.char_indices() {
        let kind = match character.is_ascii_digit() {
            true => Kind::Digits,
            false => Kind::Letters,
        };
        let end = at + character.len_utf8();
        match runs.last_mut().filter(|(own, _)| *own == kind) {
            Some((_, range)) => range.end = end,
            None => runs.push((kind, at..end)),
        }
    }
    runs
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sequence::testing;

    fn fields(path: &str) -> (Vec<String>, String) {
        let samples = testing::labelled(&[path]);
        let read = Fields::of(&samples[0]);
        let fields = read.fields.iter().map(|field| (*field).to_owned());
        (fields.collect(), read.scheme().replace('\u{1}', "~"))
    }

    #[test]
    fn folders_and_stem_are_fields_without_split_and_class() {
        let (own, scheme) = fields("train/p1/study-2/cat/view1_front.jpg");
        assert_eq!(own, ["p1", "study", "2", "view1", "front"]);
        assert_eq!(scheme, "~/~-~/~_~");
    }

    #[test]
    fn several_separators_are_one_and_brackets_count() {
        let (own, scheme) = fields("train/a/P1__0___824.png");
        assert_eq!((own.len(), scheme.as_str()), (3, "~__~___~"));
        let (own, scheme) = fields("val/a/s [x=1,y=2].png");
        assert_eq!((own.len(), scheme.as_str()), (5, "~ [~=~,~=~]"));
    }

    #[test]
    fn the_sign_of_a_number_is_no_other_scheme() {
        let scheme = |path| fields(path).1;
        assert_eq!(
            scheme("train/a/B11_P00A+010E-20.png"),
            scheme("train/a/B11_P00A-085E+45.png")
        );
        assert_ne!(scheme("train/a/B11_1.png"), scheme("train/a/B11-1.png"));
    }

    #[test]
    fn a_unique_identifier_is_one_field() {
        let (own, _) = fields("val/a/0c91d07f-29d3-61c0-dc88-c91b75b774fc___FREC_Scab 3158.JPG");
        assert_eq!(own[0], "0c91d07f-29d3-61c0-dc88-c91b75b774fc");
        assert_eq!(own[1..], ["FREC", "Scab", "3158"]);
    }

    #[test]
    fn letters_and_digits_change_within_a_field() {
        let found: Vec<&str> = runs("C37P51ThinF")
            .iter()
            .map(|(_, range)| &"C37P51ThinF"[range.clone()])
            .collect();
        assert_eq!(found, ["C", "37", "P", "51", "ThinF"]);
        assert!(runs("").is_empty());
    }
}
