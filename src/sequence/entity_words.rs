//! Words that say what a number in a name counts.

/// Words in front of the number of an entity. They count as evidence where numbers alone could be
/// running numbers.
pub(super) const ENTITIES: [&str; 86] = [
    "actor",
    "animal",
    "apartment",
    "apt",
    "batch",
    "biopsy",
    "board",
    "bottle",
    "cage",
    "case",
    "cell",
    "child",
    "cid",
    "client",
    "clip",
    "colony",
    "core",
    "cow",
    "customer",
    "donor",
    "drive",
    "driver",
    "exam",
    "eye",
    "family",
    "farm",
    "farmer",
    "field",
    "flight",
    "hive",
    "horse",
    "hospital",
    "identity",
    "item",
    "lot",
    "mission",
    "mouse",
    "movie",
    "object",
    "orchard",
    "owner",
    "pair",
    "participant",
    "patient",
    "person",
    "pid",
    "pig",
    "plant",
    "plate",
    "plot",
    "pot",
    "proband",
    "product",
    "pt",
    "rat",
    "recording",
    "room",
    "scan",
    "scene",
    "seq",
    "series",
    "session",
    "sheep",
    "shelf",
    "ship",
    "signer",
    "site",
    "sku",
    "slide",
    "specimen",
    "store",
    "study",
    "sub",
    "subject",
    "tank",
    "tenant",
    "tree",
    "user",
    "vid",
    "video",
    "volume",
    "volunteer",
    "wafer",
    "well",
    "患者",
    "病人",
];
/// Entities that are stretches of a recording: how near two of its pictures are is told by their
/// places in it.
pub(super) const STRETCHES: [&str; 14] = [
    "clip",
    "drive",
    "episode",
    "flight",
    "mission",
    "movie",
    "recording",
    "scene",
    "seq",
    "sequence",
    "session",
    "trip",
    "vid",
    "video",
];
/// Words behind the number of what they are pieces of.
pub(super) const PIECES: [&str; 14] = [
    "cell", "chip", "crop", "cut", "frame", "frm", "lesion", "nodule", "patch", "region", "roi",
    "slice", "slc", "tile",
];
/// Words before the day on which files were fetched, which says nothing of what they show.
pub(super) const FETCHED: [&str; 6] = [
    "crawl",
    "crawled",
    "download",
    "downloaded",
    "fetched",
    "scraped",
];
/// Words in front of a number that is an attribute of the picture.
pub(super) const ATTRIBUTES: [&str; 26] = [
    "angle", "aug", "cam", "camera", "class", "cls", "crop", "epoch", "fold", "grade", "label",
    "layer", "level", "mag", "mask", "part", "quality", "ring", "scale", "severity", "size",
    "split", "stage", "version", "view", "zoom",
];
/// Words behind the number of one thing at several times.
pub(super) const STATES: [&str; 6] = ["after", "baseline", "before", "followup", "post", "pre"];
/// Words behind the number of one thing that is shown from two sides, in two ways or by two
/// sensors.
pub(super) const PAIRED: [&str; 52] = [
    "a", "b", "back", "bl", "bottom", "br", "bw", "c", "cc", "color", "colour", "d", "day",
    "depth", "dorsal", "down", "e", "f", "front", "in", "infrared", "input", "ir", "l", "lat",
    "lateral", "left", "lm", "lwir", "ml", "mlo", "night", "nir", "od", "os", "ou", "out",
    "output", "pa", "r", "rgb", "right", "src", "tgt", "thermal", "tl", "top", "tr", "up", "v",
    "ventral", "zoom",
];
/// Words in front of the number of a class folder.
const CLASSES: [&str; 17] = [
    "action",
    "breed",
    "category",
    "char",
    "character",
    "class",
    "color",
    "digit",
    "emoji",
    "font",
    "gesture",
    "kind",
    "label",
    "letter",
    "sign",
    "species",
    "type",
];

/// Whether a word is one of `words`, or their plural.
pub(super) fn is_word(word: &str, words: &[&str]) -> bool {
    words.contains(&word)
        || word
            .strip_suffix('s')
            .is_some_and(|word| words.contains(&word))
}

/// Whether the number behind a word counts classes, or an attribute of the picture.
pub(super) fn tells_class(word: &str) -> bool {
    is_word(word, &CLASSES) || is_word(word, &ATTRIBUTES)
}
