//! Words of names of columns.

/// What a word for an entity is a word for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Thing,
    /// People, or what stands for them: few words in its column are their names rather than
    /// attributes, and small numbers are theirs rather than places in a row.
    Person,
    /// A meeting with one, which is mostly numbered anew for each.
    Occasion,
    /// A stretch of a recording: where they are few and long, a part of one may be held out.
    Stretch,
}

/// Entities, the widest first.
pub(super) const ENTITIES: &[(&str, Kind)] = &[
    ("group", Kind::Thing),
    ("patient", Kind::Person),
    ("subject", Kind::Person),
    ("participant", Kind::Person),
    ("volunteer", Kind::Person),
    ("donor", Kind::Person),
    ("person", Kind::Person),
    ("pid", Kind::Person),
    ("identity", Kind::Person),
    ("individual", Kind::Person),
    ("driver", Kind::Person),
    ("writer", Kind::Person),
    ("signer", Kind::Person),
    ("speaker", Kind::Person),
    ("actor", Kind::Person),
    ("performer", Kind::Person),
    ("student", Kind::Person),
    ("vehicle", Kind::Thing),
    ("study", Kind::Thing),
    ("exam", Kind::Occasion),
    ("examination", Kind::Occasion),
    ("visit", Kind::Occasion),
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

/// Parts of words for patients and subjects, in languages that write them together with others.
pub(super) const ELSEWHERE: &[&str] = &[
    "patient",
    "proband",
    "versuchsperson",
    "teilnehmer",
    "paciente",
    "paziente",
    "sujet",
    "sujeito",
    "пациент",
    "患者",
    "病人",
    "受试者",
    "受試者",
    "被试",
    "被験者",
    "환자",
    "피험자",
];

/// Parts of words of other languages for what is no entity, beside one for a patient.
pub(super) const MEASURES_ELSEWHERE: &[&str] = &[
    "alter",
    "geschlecht",
    "gewicht",
    "groesse",
    "größe",
    "status",
    "edad",
    "sexo",
    "возраст",
    "年龄",
    "年齢",
    "性别",
    "性別",
    "나이",
    "성별",
];

/// Words of other languages for a number that something is known by.
pub(super) const IDENTIFIERS_ELSEWHERE: &[&str] = &[
    "编号",
    "編號",
    "番号",
    "번호",
    "nummer",
    "kennung",
    "numero",
    "número",
    "номер",
];

/// Words for what may be one thing in several pictures.
pub(super) const THINGS: &[&str] = &[
    "animal",
    "aoi",
    "artist",
    "author",
    "building",
    "city",
    "colony",
    "eye",
    "family",
    "farm",
    "field",
    "flight",
    "group",
    "house",
    "household",
    "instance",
    "item",
    "location",
    "mission",
    "mosaic",
    "name",
    "object",
    "orthomosaic",
    "owner",
    "place",
    "plate",
    "plot",
    "product",
    "raster",
    "site",
    "town",
    "track",
    "tracklet",
    "trap",
    "tree",
    "user",
    "well",
];

/// Words for things that have a number of their own, or a name as long, though one before them says
/// something else of a picture by itself.
pub(super) const WITH_NUMBERS: &[&str] = &[
    "cell", "grid", "location", "place", "plate", "plot", "point", "serial", "site", "station",
    "tag", "unit",
];

/// Words for apparatus and papers, which such things belong to.
pub(super) const OF_APPARATUS: &[&str] = &[
    "cam", "camera", "device", "licence", "license", "machine", "number", "sensor",
];

/// What is done by whom a picture shows, or by whom what it shows was made.
pub(super) const BY_WHOM: &[&str] = &[
    "drawn",
    "driven",
    "made",
    "owned",
    "painted",
    "performed",
    "played",
    "signed",
    "used",
    "worn",
    "written",
];

/// Words for what holds patients, animals or plants, which are counted anew in each.
pub(super) const HOLDERS: &[&str] = &[
    "building",
    "cage",
    "center",
    "centre",
    "clinic",
    "dairy",
    "farm",
    "flock",
    "greenhouse",
    "herd",
    "hospital",
    "house",
    "household",
    "institute",
    "institution",
    "lab",
    "laboratory",
    "litter",
    "nursery",
    "orchard",
    "ranch",
    "school",
    "village",
    "vineyard",
];

/// Words for what pictures were collected from, which may have counted them anew, too.
pub(super) const COLLECTIONS: &[&str] = &["collection", "corpus", "database", "dataset", "source"];

/// Words for places that recordings are made at.
pub(super) const PLACES: &[&str] = &["location", "place", "station", "trap"];

/// Words for what a picture was made from.
pub(super) const PARENTS: &[&str] = &[
    "base", "mother", "old", "orig", "origin", "original", "parent", "previous", "raw", "source",
    "src",
];

/// Words for pictures, which tell one that others were made from where they repeat.
pub(super) const PICTURES: &[&str] = &[
    "file",
    "filename",
    "image",
    "img",
    "photo",
    "photograph",
    "pic",
    "picture",
    "record",
    "scan",
];

/// Words for records that hold fields of any kind.
pub(super) const RECORDS: &[&str] = &[
    "additional",
    "attributes",
    "attrs",
    "custom",
    "data",
    "extra",
    "extras",
    "fields",
    "info",
    "meta",
    "metadata",
    "properties",
    "props",
    "tags",
];

/// Words for a part of a picture, and for how it was made.
pub(super) const PARTS: &[&str] = &[
    "chip",
    "clipped",
    "crop",
    "cropped",
    "cut",
    "extracted",
    "patch",
    "taken",
    "tile",
    "window",
];

/// Words that lead from a part to what it was made from: `tile_of`, `cropped_from`.
pub(super) const LEADS: &[&str] = &["from", "of"];

/// Words for pictures that are large or whole, as others are cut from: `full_image`.
pub(super) const WHOLES: &[&str] = &[
    "big", "complete", "entire", "full", "large", "super", "whole",
];

/// Words for digests of pictures: those of one digest are one picture.
pub(super) const DIGESTS: &[&str] = &[
    "ahash", "checksum", "dhash", "digest", "hash", "md", "phash", "sha",
];

/// Words that say something of a picture by themselves, and name things by an identifier: renders
/// of one `model_id`, bands of one `tile_id`.
pub(super) const BY_IDENTIFIER: &[&str] = &["model", "set", "tile"];

/// Words at the end of a name that say only that it is an identifier.
pub(super) const IDENTIFIERS: &[&str] = &[
    "code",
    "hash",
    "id",
    "identifier",
    "ids",
    "key",
    "no",
    "nr",
    "num",
    "number",
    "uid",
    "uuid",
];

/// Words at the end of a name that say only how something is referred to.
pub(super) const REFERENCES: &[&str] = &["file", "filename", "link", "name", "path", "uri", "url"];
