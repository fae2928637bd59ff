//! Columns that tell groups: what their names say, and what their values do.
//!
//! A column that is named plainly for an entity (`patient`, `lesion_id`, `StudyInstanceUID`) is
//! used, unless its values are those of an attribute: a few words, each of many samples. Another
//! one that is called an identifier, or a word for things that may be one, is asked about where its
//! values are many and repeat; and so are few long stretches of recordings, where clocks and names
//! do not say how near two pictures are.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::path::Path;

use super::claim::Claim;
use super::side_tables::{Cells, SideTable, samples};
use super::split_name::words;

/// What a name of a column says of groups.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Named {
    /// An entity; the smaller, the more samples one has.
    Entity(usize),
    /// Perhaps an entity.
    Perhaps,
}

/// What a word for an entity is a word for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Thing,
    /// Few words in its column are names of people rather than attributes.
    Person,
    /// A stretch of a recording: where they are few and long, a part of one may be held out.
    Stretch,
}

/// Entities, the widest first.
const ENTITIES: &[(&str, Kind)] = &[
    ("group", Kind::Thing),
    ("patient", Kind::Person),
    ("subject", Kind::Thing),
    ("participant", Kind::Person),
    ("volunteer", Kind::Person),
    ("donor", Kind::Person),
    ("person", Kind::Person),
    ("pid", Kind::Thing),
    ("identity", Kind::Person),
    ("individual", Kind::Person),
    ("driver", Kind::Person),
    ("vehicle", Kind::Thing),
    ("study", Kind::Thing),
    ("exam", Kind::Thing),
    ("examination", Kind::Thing),
    ("visit", Kind::Thing),
    ("case", Kind::Thing),
    ("specimen", Kind::Thing),
    ("biopsy", Kind::Thing),
    ("slide", Kind::Thing),
    ("wsi", Kind::Thing),
    ("lesion", Kind::Thing),
    ("nodule", Kind::Thing),
    ("tumor", Kind::Thing),
    ("tumour", Kind::Thing),
    ("plant", Kind::Thing),
    ("movie", Kind::Thing),
    ("film", Kind::Thing),
    ("video", Kind::Thing),
    ("clip", Kind::Thing),
    ("recording", Kind::Stretch),
    ("drive", Kind::Stretch),
    ("trip", Kind::Stretch),
    ("episode", Kind::Stretch),
    ("session", Kind::Stretch),
    ("scene", Kind::Stretch),
    ("sequence", Kind::Stretch),
    ("seq", Kind::Stretch),
    ("series", Kind::Stretch),
    ("segment", Kind::Stretch),
];

/// Words for what may be one thing in several pictures.
const THINGS: &[&str] = &[
    "animal",
    "artist",
    "author",
    "building",
    "colony",
    "eye",
    "family",
    "farm",
    "field",
    "group",
    "house",
    "household",
    "instance",
    "item",
    "location",
    "name",
    "object",
    "owner",
    "photographer",
    "place",
    "plate",
    "plot",
    "product",
    "site",
    "track",
    "tracklet",
    "tree",
    "user",
    "well",
];

/// Words at the end of a name that say only that it is an identifier.
const IDENTIFIERS: &[&str] = &[
    "code",
    "id",
    "identifier",
    "ids",
    "key",
    "nr",
    "num",
    "number",
    "uid",
    "uuid",
];

/// Words of identifiers that say nothing of what a picture shows.
const OF_SOMETHING_ELSE: &[&str] = &[
    "age",
    "ann",
    "annotation",
    "annotator",
    "attribute",
    "batch",
    "bbox",
    "box",
    "brand",
    "cam",
    "camera",
    "category",
    "channel",
    "class",
    "color",
    "colour",
    "country",
    "crop",
    "dataset",
    "device",
    "file",
    "fold",
    "frame",
    "gender",
    "grade",
    "grader",
    "image",
    "img",
    "index",
    "job",
    "kind",
    "label",
    "labeler",
    "labeller",
    "language",
    "licence",
    "license",
    "machine",
    "make",
    "model",
    "modality",
    "observer",
    "page",
    "patch",
    "photo",
    "picture",
    "position",
    "quality",
    "rater",
    "reader",
    "record",
    "row",
    "scanner",
    "sensor",
    "set",
    "sex",
    "source",
    "species",
    "split",
    "stage",
    "status",
    "style",
    "subset",
    "task",
    "taxon",
    "tile",
    "type",
    "url",
    "vendor",
    "version",
    "view",
    "worker",
    "year",
    "zip",
];

/// What the name of a column says; `None` where it says something else.
pub(super) fn named(column: &str) -> Option<Named> {
    let mut words = words(column);
    for word in &mut words {
        // `patientid`, written together.
        let before = ["uid", "id"].iter().find_map(|end| word.strip_suffix(end));
        if let Some(before) = before.filter(|before| rank_of(before).is_some()) {
            *word = before.to_owned();
        }
    }
    let is_identifier = |word: &String| IDENTIFIERS.contains(&word.as_str());
    let is_called_so = words.len() > 1 && words.last().is_some_and(is_identifier);
    while words.len() > 1 && words.last().is_some_and(is_identifier) {
        words.pop();
    }
    // `StudyInstanceUID`.
    if is_called_so && words.len() > 1 && words.last().is_some_and(|word| word == "instance") {
        words.pop();
    }
    let last = words.last()?.as_str();
    let says = |first: &str| words.first().is_some_and(|word| word == first);
    if ["is", "has", "n", "num", "number", "count", "no"]
        .into_iter()
        .any(says)
    {
        return None;
    }
    match rank_of(last) {
        // A group of ages is none of pictures.
        Some(0) if words.len() > 1 => {}
        Some(rank) => return Some(Named::Entity(rank)),
        None => {}
    }
    // Shopee's groups of labels are products.
    let is_other = words
        .iter()
        .any(|word| OF_SOMETHING_ELSE.contains(&word.as_str()))
        && words != ["label", "group"];
    let is_thing = THINGS.contains(&last);
    ((is_called_so || is_thing) && !is_other).then_some(Named::Perhaps)
}

/// How wide an entity is among all; `None` for another word.
fn rank_of(word: &str) -> Option<usize> {
    ENTITIES.iter().position(|(entity, _)| *entity == word)
}

/// Fewest different values that identifiers of many samples have.
const FEWEST_VALUES: usize = 5;
/// More samples of one value, on average, are those of an attribute.
const MOST_EACH: usize = 20;

/// Whether values are those of an attribute: flags, or a few words without digits, each of many
/// samples.
pub(super) fn is_attribute<'a>(values: impl Iterator<Item = &'a str>) -> bool {
    let mut different: BTreeMap<&str, usize> = BTreeMap::new();
    let mut all = 0;
    for value in values {
        *different.entry(value).or_default() += 1;
        all += 1;
    }
    let is_flag = |value: &str| matches!(value, "0" | "1");
    let is_word = |value: &&str| !value.bytes().any(|byte| byte.is_ascii_digit());
    let are_flags = different.keys().filter(|value| is_flag(value)).count() == different.len();
    let are_words = different.keys().all(is_word);
    (are_flags || are_words) && is_few(different.len(), all) && all >= 6 * different.len()
}

fn is_few(different: usize, all: usize) -> bool {
    different < FEWEST_VALUES.max(all.div_ceil(MOST_EACH))
}

/// A column of a table that may tell groups, and its value for each picture.
#[derive(Debug)]
pub(super) struct Asked {
    pub(super) column: String,
    pub(super) table: String,
    /// Whether its name is a word for stretches of recordings.
    pub(super) stretches: bool,
    pub(super) of: BTreeMap<String, String>,
}

impl Asked {
    fn values_are_few(&self) -> bool {
        let different: BTreeSet<&String> = self.of.values().collect();
        is_few(different.len(), self.of.len())
    }
}

/// Most columns that are asked about.
const MOST_ASKED: usize = 4;

/// Gives samples the groups that a table tells in a column for them, where nothing has; else the
/// columns to ask about.
pub(super) fn tell(claim: &mut Claim, root: &Path, tables: &[SideTable]) -> Vec<Asked> {
    if claim.drafts.iter().any(|draft| draft.group.is_some()) {
        return Vec::new();
    }
    let walked = samples(&claim.drafts);
    let mut entities = Vec::new();
    let mut asked = Vec::new();
    for table in tables {
        let own = table.columns.iter().enumerate();
        let own = own.filter_map(|(at, column)| Some((at, column, named(column)?)));
        let own: Vec<(usize, &String, Named)> = own.collect();
        if own.is_empty() {
            continue;
        }
        let columns: Vec<usize> = own.iter().map(|one| one.0).collect();
        let Some(cells) = table.cells(root, &walked, &columns) else {
            continue;
        };
        for ((_, column, named), cells) in own.into_iter().zip(cells) {
            if !tells_of_pictures(&cells, claim) {
                continue;
            }
            let told = Asked {
                column: column.clone(),
                table: table.name.clone(),
                stretches: matches!(named, Named::Entity(rank) if ENTITIES[rank].1 == Kind::Stretch),
                of: cells.of,
            };
            let is_attribute = || is_attribute(told.of.values().map(String::as_str));
            match named {
                Named::Entity(rank) => match ENTITIES[rank].1 {
                    Kind::Person if is_attribute() => asked.push(told),
                    _ if is_attribute() => {}
                    Kind::Stretch if told.values_are_few() => asked.push(told),
                    _ => entities.push((rank, told)),
                },
                Named::Perhaps if may_tell_groups(&told, claim) => asked.push(told),
                _ => {}
            }
        }
    }
    entities.sort_by_key(|(rank, _)| *rank);
    let Some((_, told)) = entities.into_iter().next() else {
        asked.truncate(MOST_ASKED);
        return asked;
    };
    for draft in &mut claim.drafts {
        draft.group = told.of.get(&draft.path).cloned();
    }
    let said = format!("; groups in column `{}` of `{}`", told.column, told.table);
    claim.evidence.push_str(&said);
    Vec::new()
}

/// Whether a column says one thing of each picture, and something of half of them.
fn tells_of_pictures(cells: &Cells, claim: &Claim) -> bool {
    let is_divided = claim.drafts.iter().any(|draft| draft.split.is_some());
    let paths: BTreeSet<&str> = claim
        .drafts
        .iter()
        .filter(|draft| draft.split.is_some() || !is_divided)
        .map(|draft| draft.path.as_str())
        .collect();
    let told = paths.iter().filter(|path| cells.of.contains_key(**path));
    told.count() * 2 >= paths.len().max(1) && cells.contradicted.len() * 10 <= cells.of.len()
}

/// Whether values may be identifiers: many, short, some of several samples, and not the classes.
fn may_tell_groups(told: &Asked, claim: &Claim) -> bool {
    const LONGEST: usize = 80;
    let mut sizes: HashMap<&str, usize> = HashMap::new();
    for value in told.of.values() {
        *sizes.entry(value).or_default() += 1;
    }
    let all = told.of.len();
    let grouped: usize = sizes.values().filter(|size| **size > 1).sum();
    let is_short = sizes.keys().all(|value| value.len() <= LONGEST);
    !is_few(sizes.len(), all) && grouped * 10 >= all && is_short && !are_classes(told, claim)
}

/// Whether values are the classes by another name.
fn are_classes(told: &Asked, claim: &Claim) -> bool {
    let mut class_of: HashMap<&str, &str> = HashMap::new();
    let mut value_of: HashMap<&str, &str> = HashMap::new();
    let mut is_one_to_one = true;
    for draft in &claim.drafts {
        if let (Some(value), Some(label)) = (told.of.get(&draft.path), draft.label.as_deref()) {
            is_one_to_one &= *class_of.entry(value).or_insert(label) == label;
            is_one_to_one &= *value_of.entry(label).or_insert(value) == value;
        }
    }
    is_one_to_one && !class_of.is_empty()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_entities_are_known_however_they_are_written() {
        for name in [
            "patient",
            "patientId",
            "PatientID",
            "Patient ID",
            "patientid",
            "lesion_id",
            "case_id",
            "StudyInstanceUID",
            "seq_id",
            "individual_id",
            "slide_id",
            "driver",
            "plant_id",
            "scene",
            "source_video",
            "group",
        ] {
            assert!(matches!(named(name), Some(Named::Entity(_))), "{name}");
        }
        for name in [
            "product_id",
            "eye_id",
            "location",
            "animal",
            "label_group",
            "name",
            "track_id",
        ] {
            assert_eq!(named(name), Some(Named::Perhaps), "{name}");
        }
        for name in [
            "patient_age",
            "annotator_id",
            "license_id",
            "category_id",
            "machine_id",
            "image_id",
            "width",
            "is_person",
            "num_persons",
            "age_group",
            "scene_category",
            "caption",
            "id",
            "class",
            "split",
            "camera_id",
        ] {
            assert_eq!(named(name), None, "{name}");
        }
    }

    #[test]
    fn a_few_words_or_flags_of_many_samples_are_an_attribute() {
        let of = |values: &[&'static str]| is_attribute(values.iter().cycle().take(48).copied());
        assert!(of(&["city street", "highway", "residential"]));
        assert!(of(&["0", "1"]));
        assert!(!of(&["p002", "p004", "p006"]), "numbered");
        assert!(!of(&["1", "2", "3"]), "counted");
        let many = ["a", "b", "c", "d", "e", "f", "g", "h"];
        assert!(!of(&many), "many");
        assert!(!is_attribute(["a", "b", "b"].into_iter()), "few of each");
    }
}
