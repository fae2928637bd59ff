//! Identifiers in names: leading parts of names whose values repeat over files and may be an
//! entity.
//!
//! Names are compared scheme by scheme (what stands between their fields), field by field. A part
//! is judged by how its values repeat and by what varies behind it; `entity_judge` says when it may
//! be an entity.

use std::collections::{BTreeMap, HashMap};

use crate::report::recordings::GroupRule;
use crate::sample::Sample;

use super::entity_folders;
use super::entity_judge::{self, Part};
use super::entity_pattern;
use super::entity_tails;
use super::fields::{self, Fields, Kind};
use super::group::Groups;
use super::recording::Interner;

/// A part of names that may tell groups.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Candidate {
    /// Samples by the value of the part.
    pub groups: Groups,
    /// A `--group-pattern` that reads the part; `None` where no pattern does.
    pub pattern: Option<String>,
    /// Whether names speak for something else alike, so that it is told only where pixels confirm
    /// it.
    pub needs_pixels: bool,
    /// Whether a word says that it is a thing or a person, and no stretch of a recording.
    pub names_thing: bool,
}

/// Names of one scheme.
pub(super) struct Scheme<'a> {
    /// Positions of the samples.
    pub(super) members: Vec<usize>,
    /// Fields of each.
    pub(super) rows: Vec<Fields<'a>>,
    /// Columns: the fields, divided where letters and digits change in the same way in all of them.
    pub(super) columns: Vec<Column>,
}

/// What stands at one place of all names of a scheme.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Column {
    /// Which field.
    pub(super) field: usize,
    /// Which run of it; `None` is the whole field, whose letters and digits change from name to
    /// name.
    pub(super) run: Option<usize>,
    /// What the run is made of; `None` for a mixture.
    pub(super) kind: Option<Kind>,
    /// Different in nearly every file, and a digest by its look: it tells nothing.
    pub(super) is_hash: bool,
}

impl Column {
    /// What stands there in a name.
    pub(super) fn value<'a>(&self, row: &Fields<'a>) -> Option<&'a str> {
        let field = row.fields.get(self.field)?;
        match self.run {
            None => Some(field),
            Some(run) => field.get(fields::runs(field).get(run)?.1.clone()),
        }
    }
}

/// Schemes with a smaller share of the samples are left out.
const LEAST_SHARE: f64 = 0.05;
/// Samples that are looked at to judge a part; of more, blocks that follow each other in order of
/// path.
const LOOKED_AT: usize = 100_000;
const BLOCK: usize = 2_000;

/// Parts of names that may tell groups, the widest first. At least one sample in ten has a value.
#[must_use]
pub(crate) fn candidates(samples: &[Sample]) -> Vec<Candidate> {
    in_names(
        samples,
        "their names",
        entity_folders::candidates(samples).collect(),
    )
}

/// Such parts of names of whatever is called `names`, with those that are known already.
pub(super) fn in_names(samples: &[Sample], names: &str, known: Vec<Candidate>) -> Vec<Candidate> {
    let looked_at = looked_at(samples.len());
    let schemes = schemes(samples, &looked_at);
    let classes = entity_judge::Classes::of(samples, &looked_at);
    let parts: Vec<(&Scheme<'_>, Vec<Part>)> = schemes
        .iter()
        .map(|scheme| (scheme, entity_judge::parts(scheme, samples, &classes)))
        .filter(|(_, parts)| !parts.is_empty())
        .collect();
    let levels = parts
        .iter()
        .map(|(_, parts)| parts.len())
        .max()
        .unwrap_or(0);
    let mut found = known;
    for level in 0..levels {
        let chosen: Vec<(&Scheme<'_>, &Part)> = parts
            .iter()
            .map(|(scheme, parts)| (*scheme, &parts[level.min(parts.len() - 1)]))
            .collect();
        let candidate = candidate(samples, &chosen, names);
        let told = candidate.groups.of.iter().flatten().count();
        if told * 10 < samples.len() {
            continue;
        }
        let same = |other: &&mut Candidate| other.groups.of == candidate.groups.of;
        match found.iter_mut().find(same) {
            // `ajsx` of `ajsx0279_14` is in doubt, `ajsx0279` is not.
            Some(known) if known.needs_pixels => *known = candidate,
            Some(_) => {}
            None => found.push(candidate),
        }
    }
    found
}

fn looked_at(count: usize) -> Vec<usize> {
    if count <= LOOKED_AT {
        return (0..count).collect();
    }
    let blocks = LOOKED_AT / BLOCK;
    let every = count / blocks;
    (0..blocks)
        .flat_map(|block| block * every..block * every + BLOCK)
        .collect()
}

fn schemes<'a>(samples: &'a [Sample], looked_at: &[usize]) -> Vec<Scheme<'a>> {
    let mut by_scheme: BTreeMap<String, Scheme<'a>> = BTreeMap::new();
    for &at in looked_at {
        let row = Fields::of(&samples[at]);
        let scheme = by_scheme.entry(row.scheme()).or_insert_with(|| Scheme {
            members: Vec::new(),
            rows: Vec::new(),
            columns: Vec::new(),
        });
        scheme.members.push(at);
        scheme.rows.push(row);
    }
    let least = (looked_at.len() as f64 * LEAST_SHARE).max(4.0) as usize;
    let mut schemes: Vec<Scheme<'a>> = by_scheme
        .into_values()
        .filter(|scheme| scheme.members.len() >= least)
        .collect();
    for scheme in &mut schemes {
        scheme.columns = columns(&scheme.rows);
    }
    schemes
}

fn columns(rows: &[Fields<'_>]) -> Vec<Column> {
    let count = rows.first().map_or(0, |row| row.fields.len());
    let mut columns = Vec::new();
    for field in 0..count {
        let values: Vec<&str> = rows.iter().map(|row| row.fields[field]).collect();
        if is_hash(&values) {
            columns.push(Column {
                field,
                run: None,
                kind: None,
                is_hash: true,
            });
            continue;
        }
        let shape = |value: &str| -> Vec<Kind> {
            fields::runs(value).iter().map(|(kind, _)| *kind).collect()
        };
        let first = shape(values[0]);
        let alike = values.iter().all(|value| shape(value) == first);
        let column = |run, kind| Column {
            field,
            run,
            kind,
            is_hash: false,
        };
        if alike {
            let runs = first.iter().enumerate();
            columns.extend(runs.map(|(run, kind)| column(Some(run), Some(*kind))));
            continue;
        }
        let shared = shared_runs(&values).into_iter();
        columns.extend(shared.map(|(run, kind)| column(Some(run), Some(kind))));
        columns.push(column(None, None));
    }
    columns
}

/// The runs at the beginning of all values, up to the last number that the same letters follow:
/// `S`, `001` of `S001A09`, `S002A46b`.
fn shared_runs(values: &[&str]) -> Vec<(usize, Kind)> {
    let of = |value: &str| -> Vec<(Kind, String)> {
        let runs = fields::runs(value).into_iter();
        let text = |kind, range: std::ops::Range<usize>| match kind {
            Kind::Letters => value[range].to_owned(),
            Kind::Digits => String::new(),
        };
        runs.map(|(kind, range)| (kind, text(kind, range)))
            .collect()
    };
    let mut shared = of(values[0]);
    for value in &values[1..] {
        let own = of(value);
        let alike = shared.iter().zip(&own).take_while(|(a, b)| a == b).count();
        shared.truncate(alike);
    }
    let last = shared.iter().rposition(|(kind, _)| *kind == Kind::Letters);
    let kinds = shared.iter().map(|(kind, _)| *kind).enumerate();
    kinds.take(last.unwrap_or(0)).collect()
}

/// Nearly all different, and long mixtures of digits and letters.
pub(super) fn is_hash(values: &[&str]) -> bool {
    let mut different = values.to_vec();
    different.sort_unstable();
    different.dedup();
    let mixed = |value: &&&str| {
        let letters = value.bytes().filter(u8::is_ascii_alphabetic).count();
        let digits = value.bytes().filter(u8::is_ascii_digit).count();
        let others = value.len() - letters - digits;
        let hexadecimal = value.bytes().all(|b| b.is_ascii_hexdigit() || b == b'-');
        let long = value.len() >= 16 || (hexadecimal && value.len() >= 6);
        long && letters > 0 && digits > 0 && others <= 4
    };
    different.len() * 10 >= values.len() * 9
        && values.iter().filter(mixed).count() * 10 >= values.len() * 6
        && !are_shaped_alike(values)
}

/// Letters and digits change at the same places: `001A02` is counted, and nothing drawn is so even.
fn are_shaped_alike(values: &[&str]) -> bool {
    let shape = |value: &str| -> Vec<(Kind, usize)> {
        // `001A02b` is another one of `001A02`.
        let value = value.trim_end_matches(|c: char| c.is_ascii_lowercase());
        let runs = fields::runs(value).into_iter();
        runs.map(|(kind, range)| (kind, range.len())).collect()
    };
    let mut shapes: HashMap<Vec<(Kind, usize)>, usize> = HashMap::new();
    for value in values {
        *shapes.entry(shape(value)).or_default() += 1;
    }
    let most = shapes.values().max().copied().unwrap_or(0);
    values.len() > 2 && most * 10 >= values.len() * 9
}

/// The value of a part in a name: all of it up to the end of the part, without what is a digest.
/// Nothing where the name has no such part.
pub(super) fn value_of(
    part: &Part,
    columns: &[Column],
    row: &Fields<'_>,
    key: &mut String,
) -> bool {
    key.clear();
    let last = &columns[part.column];
    for (field, text) in row.fields.iter().enumerate().take(last.field) {
        let hash = columns
            .iter()
            .any(|column| column.field == field && column.is_hash);
        if !hash && !part.without.contains(&field) {
            key.push_str(text);
            key.push_str(row.between.get(field + 1).copied().unwrap_or_default());
        }
    }
    let Some(field) = row.fields.get(last.field) else {
        return false;
    };
    let end = match last.run {
        None => field.len(),
        Some(run) => match fields::runs(field).get(run) {
            Some((_, range)) => range.end,
            None => return false,
        },
    };
    key.push_str(&field[..end]);
    true
}

/// A value as others write it: `Patient_003`, `patient3`.
fn folded(value: &str) -> String {
    let mut folded = String::with_capacity(value.len());
    for (kind, run) in fields::runs(value) {
        let run = &value[run];
        match kind {
            Kind::Digits => {
                let number = run.trim_start_matches('0');
                folded.push_str(if number.is_empty() { "0" } else { number });
            }
            Kind::Letters => {
                let is_gap = run.chars().all(|c| !c.is_alphanumeric() && c != '/');
                // Two numbers stay two.
                let after_digit = folded.ends_with(|c: char| c.is_ascii_digit());
                if is_gap && after_digit {
                    folded.push('_');
                } else {
                    let letters = run.chars().filter(|c| c.is_alphanumeric() || *c == '/');
                    folded.extend(letters.flat_map(char::to_lowercase));
                }
            }
        }
    }
    folded.truncate(folded.trim_end_matches(['_', '/']).len());
    folded
}

fn candidate(samples: &[Sample], chosen: &[(&Scheme<'_>, &Part)], of_names: &str) -> Candidate {
    let of_scheme: HashMap<String, usize> = chosen
        .iter()
        .enumerate()
        .map(|(number, (scheme, _))| (scheme.rows[0].scheme(), number))
        .collect();
    let mut names = Interner::default();
    let mut alike: HashMap<String, Box<str>> = HashMap::new();
    let mut key = String::new();
    let mut of: Vec<Option<u32>> = vec![None; samples.len()];
    let mut others = Vec::new();
    let heads = entity_tails::heads(samples, chosen);
    for (at, sample) in samples.iter().enumerate() {
        let row = Fields::of(sample);
        match of_scheme.get(&row.scheme()) {
            Some(number) => {
                let (scheme, part) = chosen[*number];
                if value_of(part, &scheme.columns, &row, &mut key) {
                    if part.with_class {
                        key.insert(0, '/');
                        key.insert_str(0, sample.label.as_deref().unwrap_or_default());
                    }
                    let first = alike.entry(folded(&key));
                    of[at] = Some(names.number(first.or_insert_with(|| key.as_str().into())));
                }
            }
            None => others.push(at),
        }
    }
    others.retain(|at| {
        let told = heads.get(at);
        of[*at] = told.map(|head| names.number(head));
        told.is_none()
    });
    // `img12` beside `img12_a` and `img12_b` is their source.
    let known: HashMap<Box<str>, u32> = {
        let names = std::mem::take(&mut names).into_names();
        names.into_iter().zip(0..).collect()
    };
    for at in others {
        let row = Fields::of(&samples[at]);
        key.clear();
        for (field, text) in row.fields.iter().enumerate() {
            key.push_str(text);
            if field + 1 < row.fields.len() {
                key.push_str(row.between[field + 1]);
            }
        }
        of[at] = known.get(key.as_str()).copied();
    }
    let mut names: Vec<(Box<str>, u32)> = known.into_iter().collect();
    names.sort_unstable_by_key(|(_, number)| *number);
    let names: Vec<Box<str>> = names.into_iter().map(|(name, _)| name).collect();
    let example = of.iter().position(Option::is_some).unwrap_or(0);
    let value = of[example].map_or("", |group| &*names[group as usize]);
    let file = samples[example].path.rsplit('/').next().unwrap_or_default();
    let place = match value.contains('/') {
        true => samples[example].path.to_string(),
        false => file.to_owned(),
    };
    let groups = Groups {
        rule: GroupRule::Entity(format!(
            "the part of {of_names} that is `{value}` in `{place}`"
        )),
        of,
        names,
    };
    let pattern = entity_pattern::pattern(&groups, samples, chosen);
    Candidate {
        groups,
        pattern,
        needs_pixels: chosen.iter().any(|(_, part)| part.needs_pixels),
        names_thing: chosen.iter().any(|(_, part)| part.names_thing),
    }
}

#[cfg(test)]
mod tests {
    use crate::sequence::testing::{self, named, scattered, widest};

    #[test]
    fn a_number_before_a_word_for_pieces_is_what_they_are_pieces_of() {
        let of = |word: &str, width: usize| {
            named(216, |at| {
                let number = scattered(at, 40_000);
                format!("tumor_{:0width$}_{word}_{number}", at / 18)
            })
        };
        assert_eq!(of("patch", 1), Some((12, false)));
        assert_eq!(of("type", 1), None);
        assert_eq!(of("type", 3), Some((12, false)), "classes are not padded");
    }

    #[test]
    fn a_code_behind_a_running_number_is_an_entity_and_a_short_word_is_not() {
        let of = |code: fn(usize) -> String| {
            named(240, |at| {
                let side = ["L", "R"][at % 2];
                let view = ["CC", "ML"][at / 2 % 2];
                format!("{}_{}_MG_{side}_{view}", 20_000_000 + at * 31, code(at / 4))
            })
        };
        let code = |at: usize| format!("{:x}a{:08x}f7", 10 + at % 6, scattered(at, 1 << 32));
        assert_eq!(of(code), Some((60, false)));
        assert_eq!(of(|at| format!("q{}", at % 9)), None);
    }

    #[test]
    fn folders_with_a_letter_and_a_number_that_both_vary_are_places() {
        let found = named(240, |at| {
            let (letter, number) = (["B", "C", "D"][at % 3], at % 5);
            format!("{letter}{number:02}/PICT{:04}", scattered(at, 9_000))
        });
        assert_eq!(found, Some((15, false)));
    }

    #[test]
    fn class_folders_that_are_numbers_far_apart_are_asked_about() {
        let of = |far: usize| {
            let names = (0..200).map(|at| format!("train/{}/{}.png", at % 20 * far, at / 20));
            let names: Vec<String> = names.collect();
            widest(&testing::labelled(&names))
        };
        assert_eq!(of(431), Some((20, false)));
        assert_eq!(of(1), None, "counted classes");
    }

    #[test]
    fn a_dense_number_before_the_same_words_is_asked_about_in_a_code_and_left_to_pixels_in_a_thing()
    {
        let of = |word: &str| {
            named(240, |at| {
                let mood = ["AN", "DI", "HA", "SA"][at % 4];
                format!("{word}{:02}{mood}S", at / 4 % 20 + 1)
            })
        };
        assert_eq!(of("AF"), Some((20, false)), "the first woman");
        assert_eq!(of(""), Some((20, false)));
        assert_eq!(of("house"), Some((20, true)), "each view counts its own");
    }

    #[test]
    fn a_dense_number_before_and_after_is_one_thing() {
        let found = named(220, |at| {
            format!("x-y_{:08}_{}", at / 2, ["pre", "post"][at % 2])
        });
        assert_eq!(found, Some((110, false)));
        let sides = named(220, |at| {
            format!("x-y_{:08}_{}", at / 2, ["top", "side"][at % 2])
        });
        assert!(sides.is_none_or(|found| found.1));
    }

    #[test]
    fn words_for_two_sides_or_sensors_behind_a_dense_number_are_of_one_thing() {
        let of = |words: [&str; 2]| named(220, |at| format!("{:04}_{}", at / 2, words[at % 2]));
        assert_eq!(of(["rgb", "thermal"]), Some((110, false)));
        assert_eq!(of(["L_CC", "R_MLO"]), Some((110, false)));
        assert!(of(["cat", "dog"]).is_none_or(|found| found.1));
        // Where the words are the classes, each may be counted by itself.
        let word = |at: usize| ["left", "right"][at % 2];
        let names = (0..220).map(|at| format!("train/{0}/{1:04}_{0}.png", word(at), at / 2));
        let names: Vec<String> = names.collect();
        assert!(widest(&testing::labelled(&names)).is_none_or(|found| found.1));
    }

    #[test]
    fn what_is_shaped_alike_is_counted_and_no_digest() {
        let found = named(200, |at| format!("{:03}A{:02}", at % 20 + 1, at / 20 * 7));
        assert_eq!(found, Some((20, false)));
        let lettered = named(200, |at| {
            let letter = ["", "a", "b"][at % 3];
            format!("{:03}A{:02}{letter}", at % 20 + 1, at / 20 * 7)
        });
        assert_eq!(lettered, Some((20, false)));
    }
}
