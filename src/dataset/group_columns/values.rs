//! What the values of a column are, and whether they are those of groups.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use super::names::Named;
use super::words::Kind;
use crate::dataset::claim::Claim;
use crate::dataset::file_kind::is_image_ending;
use crate::sample::SplitRole;

/// What a column is taken for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Verdict {
    /// Its values are groups.
    Declared,
    /// They may be groups.
    Asked,
    /// They are no groups.
    Nothing,
}

/// Fewest different values that identifiers of many samples have.
const FEWEST_VALUES: usize = 5;
/// More samples of one value, on average, are those of an attribute, if nothing else tells.
const MOST_EACH: usize = 20;
/// So few samples of one word, on average, are those of what is called so.
const FEW_EACH: usize = 2;
/// Fewer words of more samples each are kinds.
const SEVERAL_WORDS: usize = 8;
/// From so many samples of one value on, one that both splits have tells nothing of groups.
const MANY_EACH: usize = 10;
/// More samples of each number of a short row are those of a count, or of a number within a thing.
const MOST_OF_A_COUNT: usize = 8;
/// Fewest values of many samples each that are codes rather than steps or kinds.
const FEWEST_CODES: usize = 10;
/// Longest identifier.
const LONGEST: usize = 80;
/// Most pictures that are cut from one, on average.
const MOST_OF_A_PARENT: usize = 50;

/// Values that say that there is none.
const NONE: &[&str] = &[
    "", "-", "-1", "?", "<na>", "missing", "n/a", "na", "nan", "nat", "nil", "none", "null", "unk",
    "unknown",
];

/// How far spellings of one value may differ.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Fold {
    /// In case and blanks, and as a number in zeros: `3` and `03.0`.
    Number,
    /// In zeros before any number in it, too: `P3` and `p03`.
    Code,
}

/// Whether a value, in small letters, says that there is none.
pub(in crate::dataset) fn says_nothing(lower: &str) -> bool {
    NONE.contains(&lower)
}

/// A value as it is compared; `None` where it says that there is none.
pub(super) fn folded(value: &str, fold: Fold) -> Option<String> {
    let lower = value.trim().to_lowercase();
    if says_nothing(&lower) {
        return None;
    }
    let whole = lower.split_once('.').filter(|(whole, rest)| {
        !rest.is_empty() && is_number(whole) && rest.bytes().all(|byte| byte == b'0')
    });
    let whole = whole.map_or(lower.as_str(), |(whole, _)| whole);
    Some(match fold {
        Fold::Number if !is_number(whole) => whole.to_owned(),
        _ => without_zeros(whole),
    })
}

fn is_number(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}

/// A text without zeros before its numbers.
fn without_zeros(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut characters = text.chars().peekable();
    let mut in_number = false;
    while let Some(character) = characters.next() {
        let goes_on = characters.peek().is_some_and(char::is_ascii_digit);
        if character != '0' || in_number || !goes_on {
            out.push(character);
            in_number = character.is_ascii_digit();
        }
    }
    out
}

/// Whether a value, in small letters, is the name of a picture or of what pictures are cut from.
fn is_file_name(value: &str) -> bool {
    /// Endings of slides, rasters and films that are no pictures of a dataset.
    const OF_WHOLES: &[&str] = &[
        "avi", "bif", "czi", "dcm", "ecw", "img", "jp2", "mkv", "mov", "mp4", "mrxs", "ndpi",
        "nii", "pdf", "scn", "sid", "svs", "vrt",
    ];
    let named = value.rsplit_once('.').filter(|one| !one.0.is_empty());
    named.is_some_and(|(_, ending)| OF_WHOLES.contains(&ending) || is_image_ending(ending))
}

/// Part, role and name of a split.
type Place<'a> = (Option<&'a str>, SplitRole, &'a str);

/// The values of a column, counted.
#[derive(Debug, Default)]
pub(super) struct Values {
    /// Samples with a value, and those of each.
    all: usize,
    sizes: BTreeMap<String, usize>,
    /// Values as they are written.
    written: BTreeSet<String>,
    /// Values that two splits have of which one is judged by the other.
    both: usize,
    /// Evaluation samples whose value the training split has.
    pub(super) shared: usize,
    /// Whether they are the classes, or the splits, by another name.
    are_known: bool,
    /// Whether all samples of a class have one value, so that it may be a class of classes.
    are_of_classes: bool,
    /// Whether no split has a value twice.
    are_once_a_split: bool,
}

/// The values of a column by number, and which each sample has.
struct Numbered<'a> {
    /// Each value with how many samples have it.
    values: Vec<(String, usize)>,
    /// As they are written.
    written: BTreeSet<&'a str>,
    /// By sample, in the order of the drafts.
    of: Vec<Option<u32>>,
}

impl<'a> Numbered<'a> {
    fn new(told: &'a BTreeMap<String, String>, claim: &Claim, fold: Fold) -> Self {
        let mut values: Vec<(String, usize)> = Vec::new();
        let mut numbers: HashMap<String, u32> = HashMap::new();
        // Many samples have one value: each way of writing it is folded once.
        let mut ways: HashMap<&str, Option<u32>> = HashMap::new();
        let mut written = BTreeSet::new();
        let mut by_path = HashMap::with_capacity(told.len());
        for (path, way) in told {
            let number = *ways.entry(way).or_insert_with(|| {
                let value = folded(way, fold)?;
                written.insert(way.trim());
                let number = numbers.entry(value).or_insert_with_key(|value| {
                    values.push((value.clone(), 0));
                    values.len() as u32 - 1
                });
                Some(*number)
            });
            if let Some(number) = number {
                values[number as usize].1 += 1;
                by_path.insert(path.as_str(), number);
            }
        }
        let drafts = claim.drafts.iter();
        let of = drafts.map(|draft| by_path.get(draft.path.as_str()).copied());
        Self {
            of: of.collect(),
            values,
            written,
        }
    }
}

impl Values {
    pub(super) fn of(told: &BTreeMap<String, String>, claim: &Claim, fold: Fold) -> Self {
        let numbered = Numbered::new(told, claim, fold);
        let written = numbered.written.into_iter().map(ToOwned::to_owned);
        let mut values = Self {
            all: numbered.values.iter().map(|value| value.1).sum(),
            written: written.collect(),
            ..Self::default()
        };
        // Samples of each value by part, role and name of the split.
        let mut places: BTreeMap<u32, BTreeMap<Place<'_>, usize>> = BTreeMap::new();
        for (draft, number) in claim.drafts.iter().zip(&numbered.of) {
            if let (Some(number), Some((split, role))) = (number, &draft.split) {
                let part = claim.parts.get(split).map(String::as_str);
                let own = places.entry(*number).or_default();
                *own.entry((part, *role, split)).or_default() += 1;
            }
        }
        values.are_once_a_split = places
            .values()
            .all(|own| own.values().all(|&count| count == 1));
        for own in places.values() {
            let trains = |part: Option<&str>| {
                let mut all = own.keys();
                all.any(|place| place.0 == part && place.1 == SplitRole::Training)
            };
            let evaluated = own
                .iter()
                .filter(|((part, role, _), _)| role.is_evaluation() && trains(*part));
            let shared: usize = evaluated.map(|(_, samples)| samples).sum();
            values.shared += shared;
            values.both += usize::from(shared > 0);
        }
        let drafts = || claim.drafts.iter().zip(&numbered.of);
        let by_label = Relation::of(
            drafts().filter_map(|(draft, number)| Some(((*number)?, draft.label.as_deref()?))),
        );
        let by_split = Relation::of(drafts().filter_map(|(draft, number)| {
            let (split, _) = draft.split.as_ref()?;
            Some(((*number)?, split.as_str()))
        }));
        values.are_known = (by_label.forwards && by_label.backwards)
            || (by_split.forwards && by_split.backwards && by_split.others > 1);
        values.are_of_classes = by_label.backwards && by_label.others > 1;
        values.sizes = numbered.values.into_iter().collect();
        values
    }

    fn different(&self) -> usize {
        self.sizes.len()
    }

    /// Whether there are more samples to a value, on average.
    fn more_each_than(&self, most: usize) -> bool {
        self.all > most * self.different()
    }

    fn are_few(&self) -> bool {
        self.different() < FEWEST_VALUES.max(self.all.div_ceil(MOST_EACH))
    }

    /// Samples of values that so many have.
    fn samples(&self, of: impl Fn(usize) -> bool) -> usize {
        self.sizes.values().copied().filter(|size| of(*size)).sum()
    }

    /// Whether one sample in ten shares its value.
    pub(super) fn repeat(&self) -> bool {
        self.samples(|size| size > 1) * 10 >= self.all
    }

    /// Whether nine in ten values are so.
    fn mostly(&self, are: impl Fn(&str) -> bool) -> bool {
        let hits = self.sizes.keys().filter(|value| are(value)).count();
        hits * 10 >= self.different() * 9
    }

    fn are_flags(&self) -> bool {
        const FLAGS: &[&str] = &["0", "1", "false", "n", "no", "t", "f", "true", "y", "yes"];
        self.sizes
            .keys()
            .all(|value| FLAGS.contains(&value.as_str()))
    }

    /// Words, of which some may have a digit, and no names of files.
    fn are_words(&self) -> bool {
        !self.mostly(|value| value.chars().any(char::is_numeric) || is_file_name(value))
    }

    /// Numbers with decimals, or a few with a unit behind them, such as `1080p`.
    fn are_measures(&self) -> bool {
        let is_decimal = |value: &str| value.contains('.') && value.parse::<f64>().is_ok();
        let decimals = self.sizes.keys().filter(|value| is_decimal(value)).count();
        let has_unit = |value: &str| {
            let number = value.trim_end_matches(|c: char| c.is_ascii_alphabetic() || c == '%');
            (1..=3).contains(&(value.len() - number.len())) && number.parse::<f64>().is_ok()
        };
        decimals * 2 >= self.different()
            || (self.different() < FEWEST_CODES
                && self.more_each_than(MANY_EACH)
                && self.mostly(has_unit))
    }

    /// Days or times, which say when and not of whom.
    fn are_times(&self) -> bool {
        self.mostly(|value| {
            let digits = value.bytes().filter(u8::is_ascii_digit).count();
            let rest = value.bytes().filter(|byte| !byte.is_ascii_digit());
            let between = rest.filter(|byte| !b"-/:. tz+".contains(byte)).count();
            let begins = value.starts_with("19") || value.starts_with("20");
            let is_written = value.contains(['-', '/', ':']) && digits >= 4;
            let is_day = digits == 8 && value.len() == 8 && begins;
            between == 0 && ((is_written && !value.starts_with('/')) || is_day)
        })
    }

    /// Numbers of a short row without much left out, perhaps behind one word: `1`, `2`, `3`.
    pub(super) fn are_counted(&self) -> bool {
        let split = |value: &str| {
            let word = value.trim_end_matches(|c: char| c.is_ascii_digit());
            let number: u64 = value[word.len()..].parse().ok()?;
            Some((word.to_owned(), number))
        };
        let all: Option<Vec<(String, u64)>> = self.sizes.keys().map(|value| split(value)).collect();
        let Some(all) = all.filter(|all| !all.is_empty()) else {
            return false;
        };
        let words: BTreeSet<&str> = all.iter().map(|one| one.0.as_str()).collect();
        let numbers = all.iter().map(|one| one.1);
        let (least, most) = (numbers.clone().min(), numbers.max());
        let span = most.zip(least).map_or(0, |(most, least)| most - least);
        words.len() == 1 && span < 2 * all.len() as u64
    }

    /// Texts that are given rather than counted: long, or with three digits.
    fn are_codes(&self) -> bool {
        let is_code = |value: &&String| {
            let digits = value.bytes().filter(u8::is_ascii_digit).count();
            digits >= 3 || (digits > 0 && value.len() >= 6)
        };
        let codes = self.written.iter().filter(is_code).count();
        codes * 10 >= self.written.len() * 9
    }

    /// Texts that something is known by: with a digit, a path, or the name of a file.
    fn are_identifiers(&self) -> bool {
        self.mostly(|value| {
            let blanks = value.chars().filter(|c| c.is_whitespace()).count();
            let is_path = value.contains('/') || value.contains('\\');
            let is_text = value.contains(['[', '{', '"']) || blanks > 3;
            let has_digit = value.chars().any(char::is_numeric);
            !is_text && (is_path || has_digit || is_file_name(value))
        })
    }

    /// Whether they are places that part what was recorded.
    pub(super) fn are_places(&self) -> bool {
        self.different() >= FEWEST_VALUES && self.are_identifiers() && !self.are_decimal()
    }

    fn are_short(&self) -> bool {
        self.sizes.keys().all(|value| value.len() <= LONGEST)
    }

    /// What a column of this name and these values is.
    pub(super) fn judge(&self, named: Named) -> Verdict {
        // What no two samples have in common groups nothing.
        if self.sizes.values().all(|size| *size < 2) || self.are_known {
            return Verdict::Nothing;
        }
        // Each split numbers its rows.
        let are_rows = self.are_once_a_split && self.are_counted();
        let may_be = match named {
            Named::Entity(_) => return named.kind().map_or(Verdict::Nothing, |k| self.entity(k)),
            _ if are_rows => false,
            Named::Perhaps => {
                !self.are_few() && self.repeat() && self.are_short() && !self.are_decimal()
            }
            Named::Parent => self.may_be_parents(),
            Named::Open => self.may_be_open(),
            Named::Other => false,
        };
        match may_be {
            true => Verdict::Asked,
            false => Verdict::Nothing,
        }
    }

    fn entity(&self, kind: Kind) -> Verdict {
        let different = self.different();
        if self.are_flags() || self.are_measures() {
            return Verdict::Nothing;
        }
        // An attribute has more samples of each word.
        if self.are_words() && self.more_each_than(FEW_EACH) {
            // Names of people are words.
            let are_names = kind == Kind::Person && different > 2;
            let are_kept = different >= FEWEST_VALUES && !self.more_each_than(MANY_EACH)
                || different >= SEVERAL_WORDS && !self.more_each_than(MOST_EACH);
            return match are_names || are_kept {
                true => Verdict::Asked,
                false => Verdict::Nothing,
            };
        }
        let are_counted = self.are_counted();
        let are_codes = different >= FEWEST_CODES && self.are_codes() && !are_counted;
        if are_counted && kind == Kind::Occasion && different < FEWEST_CODES {
            return Verdict::Nothing;
        }
        let are_in_both = self.both * 10 >= different * 9;
        let is_asked = (self.more_each_than(MOST_EACH) && !are_codes)
            || (kind == Kind::Stretch && self.are_few())
            || (are_counted && kind != Kind::Person && self.more_each_than(MOST_OF_A_COUNT))
            || (are_in_both && self.more_each_than(MANY_EACH) && !are_codes);
        match is_asked {
            true => Verdict::Asked,
            false => Verdict::Declared,
        }
    }

    fn are_decimal(&self) -> bool {
        self.are_measures() || self.are_times()
    }

    /// Whether values may be pictures that others were made from.
    fn may_be_parents(&self) -> bool {
        let are_kept = !self.are_few() || (self.are_codes() && self.different() > 2);
        are_kept
            && self.repeat()
            && self.are_identifiers()
            && !self.are_decimal()
            && !self.more_each_than(MOST_OF_A_PARENT)
            && !(self.are_counted() && self.different() < FEWEST_CODES)
    }

    /// Whether values are identifiers, whatever their column is called: most are of 2 to 20
    /// samples, and they are no class of classes, no times and no measures.
    fn may_be_open(&self) -> bool {
        let middle = self.samples(|size| (2..=MOST_EACH).contains(&size));
        !self.are_few()
            && middle * 2 >= self.all
            && self.are_identifiers()
            && !self.are_decimal()
            && !self.are_of_classes
            && !self.mostly(|value| value.starts_with('-'))
    }
}

/// Whether one value goes with one other.
struct Relation {
    /// Each value has one other.
    forwards: bool,
    /// Each other has one value.
    backwards: bool,
    others: usize,
}

impl Relation {
    /// Of the pairs of a value and its other.
    fn of<'a>(pairs: impl Iterator<Item = (u32, &'a str)>) -> Self {
        let mut other_of: HashMap<u32, &str> = HashMap::new();
        let mut value_of: HashMap<&str, u32> = HashMap::new();
        let (mut forwards, mut backwards) = (true, true);
        for (value, other) in pairs {
            forwards &= *other_of.entry(value).or_insert(other) == other;
            backwards &= *value_of.entry(other).or_insert(value) == value;
        }
        Self {
            forwards: forwards && !other_of.is_empty(),
            backwards: backwards && !other_of.is_empty(),
            others: value_of.len(),
        }
    }
}
