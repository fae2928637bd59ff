//! What the name of a column says of groups.

use super::coordinates::is_coordinate;
use super::other_words::{OF_SOMETHING_ELSE, SCALES};
use super::words::{
    BY_IDENTIFIER, BY_WHOM, COLLECTIONS, DIGESTS, ELSEWHERE, ENTITIES, HOLDERS, IDENTIFIERS,
    IDENTIFIERS_ELSEWHERE, Kind, LEADS, MEASURES_ELSEWHERE, OF_APPARATUS, PARENTS, PARTS, PICTURES,
    PLACES, RECORDS, REFERENCES, THINGS, WHOLES, WITH_NUMBERS,
};
use crate::dataset::split_name::words;

/// What a name of a column says of groups, most first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(in crate::dataset) enum Named {
    /// An entity; the smaller, the more samples one has.
    Entity(usize),
    /// Perhaps an entity.
    Perhaps,
    /// A picture that others may have been cut or made from.
    Parent,
    /// No word that is known.
    Open,
    /// Something else.
    Other,
}

impl Named {
    /// Whether a column of this name may tell groups.
    pub(in crate::dataset) fn may_tell(self) -> bool {
        self != Self::Other
    }

    /// Whether its name alone says that it may.
    pub(in crate::dataset) fn says_so(self) -> bool {
        self < Self::Open
    }

    /// Whether it is the word for what belongs together, whatever that is.
    pub(super) fn is_any_group(self) -> bool {
        self == Self::Entity(0)
    }

    /// What it is a word for.
    pub(super) fn kind(self) -> Option<Kind> {
        match self {
            Self::Entity(rank) => ENTITIES.get(rank).map(|entity| entity.1),
            _ => None,
        }
    }
}

/// What the name of a column says; a field of a record is called by both, `extra.slide`.
pub(in crate::dataset) fn named(column: &str) -> Named {
    if let Some((record, field)) = column.rsplit_once('.')
        && says_nothing_of_fields(record)
        && !field.is_empty()
    {
        return named(field);
    }
    let lower = column.to_lowercase();
    let (words, end) = without_end(column);
    let Some(last) = words.last().map(String::as_str) else {
        return Named::Other;
    };
    let first = words.first().map_or("", String::as_str);
    // What Britons call a license plate is no number of something.
    let is_count = ["is", "has", "n", "num", "number", "count", "no"].contains(&first);
    if is_count && words != ["number", "plate"] {
        return Named::Other;
    }
    // `age` and `ages`.
    let is_of = |word: &str, known: &[&str]| {
        known.contains(&word) || known.contains(&word.strip_suffix('s').unwrap_or(word))
    };
    let has = |known: &[&str]| words.iter().any(|word| is_of(word, known));
    match rank_of(last) {
        // A group of ages is none of pictures.
        Some(0) if words.len() > 1 => {}
        // The file of a video may be cut into several.
        Some(_) if end == End::Reference => return Named::Perhaps,
        Some(rank) => return Named::Entity(rank),
        None => {}
    }
    let is_number = |word: &String| word.bytes().all(|byte| byte.is_ascii_digit());
    if words.iter().all(|word| is_digest(word) || is_number(word))
        && words.iter().any(|word| is_digest(word))
    {
        return Named::Parent;
    }
    if end == End::Identifier && words.len() == 1 && BY_IDENTIFIER.contains(&last) {
        return Named::Perhaps;
    }
    let is_parent = |word: &String| PARENTS.contains(&word.as_str());
    if is_of_parents(&words) {
        return Named::Parent;
    }
    // What a picture was called: `old_name`, `original_path`.
    let is_reference = |word: &String| REFERENCES.contains(&word.as_str());
    if is_parent(&words[0]) && words[1..].iter().all(is_reference) {
        return Named::Parent;
    }
    // Shopee's groups of labels are products, and what a trap's camera sees is one place.
    let is_named = words == ["label", "group"] || words == ["camera", "trap"];
    if is_numbered_thing(&words) {
        return Named::Open;
    }
    if (has(OF_SOMETHING_ELSE) || has(PICTURES) || has(PARENTS)) && !is_named {
        return Named::Other;
    }
    if has(SCALES) || is_coordinate(&words) || is_by_somebody(&words) {
        return Named::Other;
    }
    // A letter is a coordinate or a variable.
    if words.len() == 1 && last.len() == 1 {
        return Named::Other;
    }
    let contains = |known: &[&str]| known.iter().any(|part| lower.contains(part));
    if words.len() == 1 && contains(ELSEWHERE) {
        let patient = rank_of("patient").map_or(Named::Perhaps, Named::Entity);
        return if contains(MEASURES_ELSEWHERE) {
            Named::Other
        } else {
            patient
        };
    }
    let is_identifier = end == End::Identifier || contains(IDENTIFIERS_ELSEWHERE);
    match is_identifier || THINGS.contains(&last) {
        true => Named::Perhaps,
        false => Named::Open,
    }
}

/// Whether a column is called by what holds others that are counted anew in each.
pub(super) fn holds_others(column: &str) -> bool {
    ends_in(column, HOLDERS)
}

/// Whether a column is called by what pictures were collected from.
pub(super) fn is_of_collections(column: &str) -> bool {
    ends_in(column, COLLECTIONS)
}

/// Whether a column is called by places that recordings are made at.
pub(super) fn is_of_places(column: &str) -> bool {
    ends_in(column, PLACES)
}

fn ends_in(column: &str, known: &[&str]) -> bool {
    let (words, _) = without_end(column);
    words
        .last()
        .is_some_and(|last| known.contains(&last.as_str()))
}

/// Whether a column is called by what pictures were made from: `source_image`, `full_path`.
pub(in crate::dataset) fn says_parent(column: &str) -> bool {
    let known = [PARENTS, WHOLES, LEADS];
    words(column)
        .iter()
        .any(|word| known.iter().any(|all| all.contains(&word.as_str())))
}

/// Whether a record is called by what says nothing of its fields: `extra`; or by a part of a
/// picture, of which they tell where it is from: `crop.image`.
fn says_nothing_of_fields(record: &str) -> bool {
    let known = |word: &String| {
        [RECORDS, PARTS]
            .iter()
            .any(|all| all.contains(&word.as_str()))
    };
    words(record).iter().all(known)
}

/// Whether words are those for a picture that others were made from: `original_image`,
/// `full_image`, `tile_of`, `parent_tile`.
fn is_of_parents(words: &[String]) -> bool {
    let is = |known: &'static [&'static str]| move |word: &String| known.contains(&word.as_str());
    let has = |known| words.iter().any(is(known));
    let are_of = |known: &[&'static [&'static str]]| {
        let mut all = words.iter();
        all.all(|word| known.iter().any(|known| is(known)(word)))
    };
    // A picture's own part, `crop_image`, is none.
    let is_led_to = has(PARTS) && (has(LEADS) || has(PARENTS));
    are_of(&[PICTURES, PARENTS])
        || has(PICTURES) && are_of(&[PICTURES, WHOLES])
        || is_led_to && are_of(&[PARTS, LEADS, PARENTS, PICTURES])
}

/// Whether a thing with a number of its own is called by the apparatus that it belongs to: the
/// plate of a licence, the serial number of a machine, the place of a camera.
fn is_numbered_thing(words: &[String]) -> bool {
    let Some((last, before)) = words.split_last() else {
        return false;
    };
    let of_apparatus = |word: &String| OF_APPARATUS.contains(&word.as_str());
    // Of what took the pictures, the serial number says nothing of what they show.
    let is_taken_with = last == "serial" && before.iter().any(|word| word != "machine");
    WITH_NUMBERS.contains(&last.as_str())
        && !is_taken_with
        && !before.is_empty()
        && before.iter().all(of_apparatus)
}

/// Whether a column says who worked on a picture: `reviewed_by`. Whoever wrote or wore what it
/// shows is one person in all of them.
fn is_by_somebody(words: &[String]) -> bool {
    let [.., done, by] = words else {
        return false;
    };
    by == "by" && !BY_WHOM.contains(&done.as_str())
}

/// What tells a column of one table to be that of another: its words, but for those that only say
/// that it is an identifier.
pub(super) fn key(column: &str) -> String {
    without_end(column).0.join(" ")
}

/// What a name ends in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum End {
    Nothing,
    Identifier,
    Reference,
}

/// The words of a name without those at its end that say nothing of what it names.
fn without_end(column: &str) -> (Vec<String>, End) {
    let mut words = words(column);
    for word in &mut words {
        // `patientid`, written together.
        let before = ["uid", "id"].iter().find_map(|end| word.strip_suffix(end));
        if let Some(before) = before.filter(|before| rank_of(before).is_some()) {
            *word = before.to_owned();
        }
    }
    let mut end = End::Nothing;
    let ends_in = |words: &[String], known: &[&str]| {
        let last = words.last().filter(|_| words.len() > 1);
        last.is_some_and(|last| known.contains(&last.as_str()))
    };
    // A name is a reference to an entity alone: names of classes are others.
    let is_name = ends_in(&words, &["name"]);
    let of_entity = words.len() > 1 && rank_of(&words[words.len() - 2]).is_some();
    if ends_in(&words, REFERENCES) && (!is_name || of_entity) {
        words.pop();
        end = End::Reference;
    }
    while ends_in(&words, IDENTIFIERS) {
        words.pop();
        end = End::Identifier;
    }
    // `StudyInstanceUID`.
    if end == End::Identifier && ends_in(&words, &["instance"]) {
        words.pop();
    }
    (words, end)
}

/// Whether a word is for a digest, or for how long one is: `md5`, `sha-256`.
fn is_digest(word: &str) -> bool {
    DIGESTS.contains(&word.trim_end_matches(|last: char| last.is_ascii_digit()))
}

/// How wide an entity is among all; `None` for another word.
fn rank_of(word: &str) -> Option<usize> {
    ENTITIES.iter().position(|(entity, _)| *entity == word)
}

/// The word for an entity that a name of a file or an array is, in the singular: `patients.txt`.
pub(in crate::dataset) fn entity_in(name: &str) -> Option<String> {
    words(name).into_iter().find_map(|word| {
        let singular = word.strip_suffix("ies").map(|stem| format!("{stem}y"));
        let singular = singular.or_else(|| word.strip_suffix('s').map(ToOwned::to_owned));
        let known = |word: String| rank_of(&word).map(|_| word);
        singular.and_then(known).or_else(|| known(word))
    })
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
            "Case No",
            "StudyInstanceUID",
            "seq_id",
            "individual_id",
            "slide_id",
            "driver",
            "writer",
            "metadata.patient",
            "attributes.Slide ID",
            "plant_id",
            "scene",
            "source_video",
            "group",
            "患者编号",
            "病人",
            "Patientennummer",
            "paciente",
        ] {
            assert!(matches!(named(name), Named::Entity(_)), "{name}");
        }
        for name in [
            "product_id",
            "eye_id",
            "location",
            "animal",
            "label_group",
            "name",
            "track_id",
            "video_url",
            "video_name",
            "wsi_path",
            "tree_no",
            "编号",
            "user_hash",
            "camera_trap",
            "model_id",
            "tile_id",
            "plate_number",
            "artist",
            "city",
            "orthomosaic",
            "drone_flight",
            "flight",
            "extra.name",
        ] {
            assert_eq!(named(name), Named::Perhaps, "{name}");
        }
        for name in [
            "patient_age",
            "Patientenalter",
            "患者年龄",
            "annotator_id",
            "license_id",
            "category_id",
            "machine_id",
            "width",
            "is_person",
            "num_persons",
            "age_group",
            "scene_category",
            "caption",
            "class",
            "split",
            "camera_id",
            "original_width",
            "image_quality",
            "data_source",
            "url",
            "image_md5_date",
            "ages",
            "no",
            "x",
            "reviewed_by",
            "photographed by",
            "crop_image",
            "license.name",
            "meta.width",
            "tile_size",
            "patch",
            "photographer",
            "uploader_id",
            "radiologist_no",
            "icd10",
            "ICD-10 code",
            "fitzpatrick",
            "fitzpatrick_skin_type",
            "BIRADS",
            "bi_rads",
            "licence_no",
            "camera_serial_number",
            "camera_name",
            "number_of_plates",
            "xmax",
            "bbox_x",
        ] {
            assert_eq!(named(name), Named::Other, "{name}");
        }
    }

    #[test]
    fn pictures_that_others_are_made_from_are_parents_and_unknown_words_are_open() {
        for name in [
            "source_image",
            "original_filename",
            "parent_id",
            "photo_id",
            "record_id",
            "image_id",
            "source",
            "base_image",
            "raw_image",
            "full_image",
            "image_super",
            "tile_of",
            "patch_of",
            "cropped_from",
            "parent_tile",
            "tile_source",
            "crop.image",
            "md5",
            "sha256",
            "phash",
            "hash",
        ] {
            assert_eq!(named(name), Named::Parent, "{name}");
        }
        for name in [
            "cow",
            "burst",
            "ear_tag",
            "barcode",
            "牛",
            "license_plate",
            "licence_plate_no",
            "number_plate",
            "machine_serial",
            "machine_serial_number",
            "camera_location",
            "cam_station_id",
            "written_by",
        ] {
            assert_eq!(named(name), Named::Open, "{name}");
        }
    }

    #[test]
    fn one_column_is_called_in_several_ways_and_files_are_called_by_entities() {
        assert_eq!(key("patient_id"), key("PatientID"));
        assert_ne!(key("patient_id"), key("video_id"));
        assert_eq!(entity_in("identity_CelebA").as_deref(), Some("identity"));
        assert_eq!(entity_in("patients").as_deref(), Some("patient"));
        assert_eq!(entity_in("series").as_deref(), Some("series"));
        assert_eq!(entity_in("labels"), None);
    }
}
