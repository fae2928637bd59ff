//! Judges whether a leading part of names may be an entity: by how often its values repeat, and by
//! what varies behind it.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use crate::sample::Sample;

use super::clock;
use super::digests::digest;
use super::entity::{Column, Scheme, value_of};
use super::entity_attributes::{is_attribute, is_year};
use super::entity_counts::{Counts, count, values_of, varying_behind};
use super::entity_cut;
use super::entity_names;
use super::entity_shared::{are_cameras, is_of_all_classes, is_of_one_class};
use super::entity_words::{ENTITIES, PAIRED, PIECES, STATES, STRETCHES, is_word, tells_class};
use super::fields::Kind;

/// A leading part of the names of one scheme.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Part {
    /// Its last column.
    pub(super) column: usize,
    /// Fields before it that tell nothing: running numbers of the files.
    pub(super) without: Vec<usize>,
    /// Whether values begin anew in every class, so that the class belongs to them.
    pub(super) with_class: bool,
    /// Whether names speak for something else alike, so that it is told only where pixels confirm
    /// it.
    pub(super) needs_pixels: bool,
    /// Whether a word says that it is a thing or a person, and no stretch of a recording.
    pub(super) names_thing: bool,
}

/// Fewer values behind or before a word are classes rather than pieces or entities.
pub(super) const FEWEST_VALUES: usize = 4;
/// Values that repeat less often than this, of 100 samples, are chance.
const FEWEST_GROUPED: usize = 10;
/// From so many values on, of which each has a few names, a number is no class; from some on, where
/// each has very few.
const MANY_VALUES: usize = 20;
const SOME_VALUES: usize = 12;
/// Numbers are identifiers where their range is so many times as large as their count.
pub(super) const SPARSE: u64 = 3;
/// Longest word before a number that makes a code of both, and no thing that is counted: `P01`,
/// `AF01`.
const LONGEST_CODE: usize = 2;

/// Labels of the samples that are looked at.
pub(super) struct Classes {
    pub(super) several: bool,
    are_cameras: bool,
}

impl Classes {
    pub(super) fn of(samples: &[Sample], looked_at: &[usize]) -> Self {
        let labels = looked_at
            .iter()
            .filter_map(|at| samples[*at].label.as_deref());
        let different: BTreeSet<&str> = labels.take(10_000).collect();
        Self {
            several: different.len() > 1,
            are_cameras: are_cameras(&different),
        }
    }
}

/// Parts that may be entities, the widest first.
pub(super) fn parts(scheme: &Scheme<'_>, samples: &[Sample], classes: &Classes) -> Vec<Part> {
    let columns = &scheme.columns;
    let timed = clock_columns(scheme);
    let with_class =
        classes.several && !classes.are_cameras && names_recur_in_classes(scheme, samples);
    let mut without: Vec<usize> = Vec::new();
    let mut after_number = false;
    let mut found = Vec::new();
    for (at, column) in columns.iter().enumerate() {
        if let Some(part) = entity_cut::source(scheme, samples, at, &timed.inside) {
            found.push(part);
            continue;
        }
        if column.is_hash || timed.inside.contains(&at) {
            continue;
        }
        if column.kind == Some(Kind::Letters) {
            if entity_names::tells_split(scheme, at) {
                without.push(column.field);
            }
            found.extend(entity_names::word(scheme, samples, classes, at, with_class));
            continue;
        }
        let values: Vec<&str> = scheme
            .rows
            .iter()
            .filter_map(|row| column.value(row))
            .collect();
        let different = values.iter().collect::<HashSet<_>>().len();
        if different < 2 {
            continue;
        }
        let word = word_before(scheme, at);
        let is_called_so = is_word(&word, &ENTITIES);
        if different * 100 >= values.len() * 98 && column.kind == Some(Kind::Digits) {
            // One for each file: a running number. What stands behind it may still be named.
            without.push(column.field);
            after_number = true;
            continue;
        }
        let mut part = Part {
            column: at,
            without: without.clone(),
            with_class: with_class && !is_of_all_classes(scheme, samples, at),
            needs_pixels: false,
            names_thing: is_called_so && !is_word(&word, &STRETCHES),
        };
        if part.names_thing {
            // One patient at two dates is one patient; drives are counted anew each day.
            let dates = timed.inside.iter().filter(|date| **date < at);
            part.without.extend(dates.map(|date| columns[*date].field));
        }
        let side = entity_names::time_before(scheme, at, samples);
        part.without.extend(side);
        let counts = count(scheme, samples, &part);
        let is_named = is_called_so
            || (different >= FEWEST_VALUES && side.is_some())
            || (different >= FEWEST_VALUES && classes.are_cameras)
            || (different >= FEWEST_VALUES
                && (has_pieces(scheme, at)
                    || has_states(scheme, at)
                    || has_partners(scheme, &part, after_number, samples)
                    || is_folder_code(scheme, at)));
        let excluded = is_attribute(scheme, at, &word, &values)
            || (after_number && !is_named && !is_code(&values, column))
            || (classes.several && follows_class(scheme, samples, &part));
        if excluded {
            continue;
        }
        let is_named = is_named
            || is_code_before_numbers(scheme, at, &word, &values, &counts)
                && !is_of_one_class(scheme, samples, at);
        if is_entity(&counts, &values, column, is_named) {
            found.push(part);
        } else if has_same_words(&counts) {
            // A house from the front may be another than that from the side; `P01` is a person.
            part.needs_pixels = word.len() > LONGEST_CODE && !is_called_so;
            found.push(part);
        }
    }
    if found.is_empty() {
        found.extend(entity_cut::code(scheme, samples, classes));
    }
    found
}

/// The decision, from counts alone.
fn is_entity(counts: &Counts, values: &[&str], column: &Column, is_named: bool) -> bool {
    let Counts {
        samples,
        values: different,
        grouped,
        ..
    } = *counts;
    if different < 2 || grouped * 100 < samples * FEWEST_GROUPED {
        return false;
    }
    let sparse = is_sparse(values, column);
    // Numbers that begin anew behind every value are counted within it.
    let restarts = counts.rest_varies && counts.rest * 10 <= samples * 7;
    if (restarts && counts.rest_has_digits) || counts.is_counted_within {
        return true;
    }
    if grouped * 2 < samples || samples * 4 < different * 5 {
        return false;
    }
    if counts.determines && different >= SOME_VALUES && samples <= different * 8 {
        return true;
    }
    let by_chance = {
        let range = span(values).unwrap_or(u64::MAX) as f64;
        counts.pairs <= 3.0 * (samples as f64).powi(2) / (2.0 * range)
    };
    let few_each = (different >= MANY_VALUES && samples <= different * 20)
        || (different >= SOME_VALUES && samples <= different * 8);
    match (counts.rest_varies, counts.rest_has_digits) {
        // Words behind it: `12_left`, `12_right`. A dense number is one that each word counts by
        // itself.
        (true, false) => is_named || (sparse && !by_chance),
        // Numbers behind it that run over all values, or nothing but a digest.
        _ => is_named || (!by_chance && sparse) || (few_each && samples * 2 >= different * 5),
    }
}

/// A dense number with the same words behind each: `AF01ANS` is the first woman. That `1_side` may
/// be the first side view is for the user to say.
fn has_same_words(counts: &Counts) -> bool {
    counts.values >= 2 * FEWEST_VALUES
        && counts.samples >= counts.values * 3
        && counts.rest_varies
        && !counts.rest_has_digits
}

/// A padded number behind a word, or one that points part from others, before numbers that differ
/// from picture to picture: `v01_005575`, `adl-02-cam0-071`, `1.2.3_1120`. Classes are words, or
/// numbers that nobody pads in names.
fn is_code_before_numbers(
    scheme: &Scheme<'_>,
    at: usize,
    word: &str,
    values: &[&str],
    counts: &Counts,
) -> bool {
    let column = &scheme.columns[at];
    let is_padded = |value: &&str| value.len() > 1 && value.starts_with('0');
    // Without a word in front, a few digits may as well be a class or a measure.
    let next = scheme.columns.get(at + 1);
    let before_letters =
        next.is_some_and(|next| next.kind == Some(Kind::Letters) || next.kind.is_none());
    let is_long = !word.is_empty() || before_letters && values.iter().all(|value| value.len() > 2);
    let is_padded = is_long
        && !tells_class(word)
        && values.iter().any(is_padded)
        && values.iter().all(|value| value.len() == values[0].len());
    let between = |field: usize| {
        let first = &scheme.rows[0].between;
        first.get(field).copied().unwrap_or_default()
    };
    let is_pointed = column.run == Some(0)
        && at > 0
        && scheme.columns[at - 1].kind == Some(Kind::Digits)
        && between(column.field) == "."
        && between(column.field + 1) != ".";
    column.kind == Some(Kind::Digits)
        && (is_padded || is_pointed)
        && counts.values >= FEWEST_VALUES
        && counts.samples >= counts.values * 3
        && counts.rest_varies
        && counts.rest_has_digits
}

/// Whether each class has one value only: the part spells the class.
pub(super) fn follows_class(scheme: &Scheme<'_>, samples: &[Sample], part: &Part) -> bool {
    let mut key = String::new();
    let mut of_class: BTreeMap<Option<&str>, u64> = BTreeMap::new();
    scheme.rows.iter().zip(&scheme.members).all(|(row, at)| {
        value_of(part, &scheme.columns, row, &mut key);
        let value = digest(&key);
        *of_class
            .entry(samples[*at].label.as_deref())
            .or_insert(value)
            == value
    })
}

/// More than one name in twenty is used in several classes: each counts on its own.
fn names_recur_in_classes(scheme: &Scheme<'_>, samples: &[Sample]) -> bool {
    let mut class_of: HashMap<Vec<&str>, Option<&str>> = HashMap::new();
    let recurring = scheme.rows.iter().zip(&scheme.members).filter(|(row, at)| {
        let class = samples[**at].label.as_deref();
        *class_of.entry(row.fields.clone()).or_insert(class) != class
    });
    recurring.count() * 20 > scheme.rows.len()
}

/// Columns inside a time, or a date that a time of day follows.
struct Timed {
    inside: BTreeSet<usize>,
}

fn clock_columns(scheme: &Scheme<'_>) -> Timed {
    // A few names tell the place of the clock in all of them.
    let every = scheme.rows.len().div_ceil(64).max(1);
    let mut inside: BTreeMap<usize, usize> = BTreeMap::new();
    let mut looked = 0;
    for row in scheme.rows.iter().step_by(every) {
        looked += 1;
        let mut text = String::new();
        let mut at = Vec::new();
        for (field, own) in row.fields.iter().enumerate() {
            let start = text.len();
            text.push_str(own);
            at.push(start..text.len());
            text.push_str(row.between[field + 1]);
        }
        let Some(moment) = clock::find(&text).or_else(|| clock::elapsed(&text)) else {
            continue;
        };
        for (number, column) in scheme.columns.iter().enumerate() {
            let own = &at[column.field];
            if own.start < moment.at.end && own.end > moment.at.start {
                *inside.entry(number).or_default() += 1;
            }
        }
    }
    let mut inside: BTreeSet<usize> = inside
        .into_iter()
        .filter(|(_, count)| count * 2 > looked)
        .map(|(number, _)| number)
        .collect();
    // Year, month and day in fields of their own.
    for at in 0..scheme.columns.len().saturating_sub(2) {
        let values = |offset: usize| -> Vec<&str> {
            let column = &scheme.columns[at + offset];
            scheme
                .rows
                .iter()
                .filter_map(|row| column.value(row))
                .collect()
        };
        let within = |offset, most: u32| {
            values(offset).iter().all(|value| {
                value.len() == 2
                    && value
                        .parse::<u32>()
                        .is_ok_and(|number| (1..=most).contains(&number))
            })
        };
        if is_year(&values(0)) && within(1, 12) && within(2, 31) {
            inside.extend([at, at + 1, at + 2]);
        }
    }
    Timed { inside }
}

/// The letters directly before a column, in its field or the one before.
fn word_before(scheme: &Scheme<'_>, at: usize) -> String {
    let before = at.checked_sub(1).map(|before| &scheme.columns[before]);
    let word = before.filter(|column| column.kind == Some(Kind::Letters));
    let word = word.and_then(|column| column.value(&scheme.rows[0]));
    word.unwrap_or_default().to_ascii_lowercase()
}

/// Whether a word for pieces follows: `slide_01_patch_7`.
fn has_pieces(scheme: &Scheme<'_>, at: usize) -> bool {
    let next = scheme.columns.get(at + 1);
    let next = next.filter(|column| column.kind == Some(Kind::Letters));
    let word = next.and_then(|column| column.value(&scheme.rows[0]));
    word.is_some_and(|word| is_word(&word.to_ascii_lowercase(), &PIECES))
}

/// Whether every name has a word for a time behind it: `plant_0007_before`.
fn has_states(scheme: &Scheme<'_>, at: usize) -> bool {
    let next = scheme.columns.get(at + 1);
    let next = next.filter(|column| column.kind == Some(Kind::Letters));
    let is_state = |row| {
        let word = next.and_then(|column| column.value(row));
        word.is_some_and(|word| is_word(&word.to_ascii_lowercase(), &STATES))
    };
    next.is_some() && scheme.rows.iter().all(is_state)
}

/// Whether nothing but words for sides, ways and sensors varies behind, of which several occur, and
/// they are not the classes: `0012_L_CC`, `CG001_F_left`.
fn has_partners(scheme: &Scheme<'_>, part: &Part, after_number: bool, samples: &[Sample]) -> bool {
    let values = values_of(scheme, samples, part);
    // Behind a running number, what all names have may as well be what the files are of.
    let behind = match after_number {
        false => varying_behind(scheme, part.column, &values),
        true => (part.column + 1..scheme.columns.len()).collect(),
    };
    let mut different: HashSet<Vec<&str>> = HashSet::new();
    let of_pairs = scheme
        .rows
        .iter()
        .zip(&scheme.members)
        .all(|(row, member)| {
            let words: Vec<&str> = behind
                .iter()
                .filter_map(|at| scheme.columns[*at].value(row))
                .collect();
            let label = samples[*member].label.as_deref();
            let is_paired = |word: &&str| {
                PAIRED.contains(&&*word.to_ascii_lowercase())
                    && label.is_none_or(|label| !label.eq_ignore_ascii_case(word))
            };
            let all = words.len() == behind.len() && words.iter().all(is_paired);
            different.insert(words);
            all
        });
    of_pairs && different.len() > 1
}

/// Folders whose letter and number both vary, as `B04` and `C11`: sites, wells, seats.
fn is_folder_code(scheme: &Scheme<'_>, at: usize) -> bool {
    let column = &scheme.columns[at];
    let ends_folder = scheme.rows[0].between[column.field + 1] == "/"
        && scheme
            .columns
            .get(at + 1)
            .is_none_or(|next| next.field != column.field);
    let before = at.checked_sub(1).map(|before| &scheme.columns[before]);
    let letters = before.filter(|before| {
        before.field == column.field && before.run == Some(0) && before.kind == Some(Kind::Letters)
    });
    let different = |column: &Column| {
        let values = scheme.rows.iter().filter_map(|row| column.value(row));
        values.collect::<HashSet<_>>().len()
    };
    ends_folder
        && column.kind == Some(Kind::Digits)
        && letters.is_some_and(|letters| different(letters) >= 2)
        && different(column) >= FEWEST_VALUES
}

/// Digits and letters mixed anew in every value, long enough to be drawn and not counted.
pub(super) fn is_code(values: &[&str], column: &Column) -> bool {
    let is_mixed = |value: &&str| {
        value.len() >= 6
            && value.bytes().any(|byte| byte.is_ascii_digit())
            && value.bytes().any(|byte| byte.is_ascii_alphabetic())
    };
    column.kind.is_none()
        && values.iter().filter(|value| is_mixed(value)).count() * 10 >= values.len() * 9
}

/// Numbers far apart, or identifiers of letters and digits.
pub(super) fn is_sparse(values: &[&str], column: &Column) -> bool {
    match column.kind {
        Some(Kind::Digits) => {
            let different = values.iter().collect::<HashSet<_>>().len() as u64;
            let too_long = values.iter().any(|value| value.len() > 18);
            too_long || span(values).is_some_and(|span| span / different >= SPARSE)
        }
        _ => values.iter().map(|value| value.len()).sum::<usize>() >= 4 * values.len(),
    }
}

/// Numbers from the smallest to the largest; `None` where they are no numbers of at most 18 digits.
fn span(values: &[&str]) -> Option<u64> {
    let numbers = values
        .iter()
        .map(|value| value.parse::<u64>().ok().filter(|_| value.len() <= 18));
    let numbers: Vec<u64> = numbers.collect::<Option<_>>()?;
    Some(numbers.iter().max()? - numbers.iter().min()? + 1)
}
