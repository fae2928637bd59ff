//! Lists of classes that say which values a mask may have.
//!
//! Colours: CVAT's and Datumaro's `labelmap.txt` and `dataset_meta.json`, `CamVid`'s
//! `label_colors.txt`, `class_dict.csv`. Levels, or places in a palette: Roboflow's `_classes.csv`
//! of pixel values, and texts of one class a line (`codes.txt`, `classes.txt`, `labels.txt`).

use std::collections::BTreeSet;
use std::path::Path;

use super::walk::Walked;
use crate::sample::{MaskClasses, MaskValues};
use crate::source::read_file_up_to;
use crate::source::text::SETTINGS;

/// Reads the values of a list; `None` where it is none.
type Reader = fn(&str) -> Option<MaskValues>;

/// Names of lists, those that say most first.
const LISTS: &[(&str, Reader)] = &[
    ("labelmap.txt", label_map),
    ("label_colors.txt", label_colours),
    ("class_dict.csv", class_table),
    ("class_dict_seg.csv", class_table),
    ("dataset_meta.json", meta),
    ("_classes.csv", pixel_values),
    ("codes.txt", names),
    ("classes.txt", names),
    ("labels.txt", names),
];

/// Longest list that is read, in bytes.
const LONGEST: usize = 1 << 20;

/// Names of what is no class, at the head of a list that counts it.
const BACKGROUNDS: [&str; 7] = [
    "background",
    "_background_",
    "unlabeled",
    "unlabelled",
    "void",
    "none",
    "other",
];

/// The first list of a tree with masks.
pub(super) fn find(root: &Path, walked: &Walked) -> Option<MaskClasses> {
    if walked.companions.is_empty() {
        return None;
    }
    LISTS.iter().find_map(|(name, read)| {
        let named = |path: &&String| path.rsplit('/').next() == Some(name);
        let file = walked.texts.iter().find(named)?;
        let bytes = read_file_up_to(&root.join(file), SETTINGS).ok()?;
        let text = std::str::from_utf8(bytes.get(..LONGEST).unwrap_or(&bytes)).ok()?;
        let values = read(text.trim_start_matches('\u{feff}'))?;
        let file = file.clone();
        Some(MaskClasses { file, values })
    })
}

/// Lines that say something.
fn lines(text: &str) -> impl Iterator<Item = &str> {
    let lines = text.lines().map(str::trim);
    lines.filter(|line| !line.is_empty() && !line.starts_with('#'))
}

fn colour(red: &str, green: &str, blue: &str) -> Option<u32> {
    let parts = [red, green, blue].map(|part| part.trim().parse::<u8>().ok());
    let [red, green, blue] = parts;
    Some(u32::from_be_bytes([0, red?, green?, blue?]))
}

fn colours(all: impl Iterator<Item = Option<u32>>) -> Option<MaskValues> {
    let all: BTreeSet<u32> = all.collect::<Option<_>>()?;
    (!all.is_empty()).then_some(MaskValues::Colours(all))
}

/// `name:r,g,b:parts:actions`
fn label_map(text: &str) -> Option<MaskValues> {
    colours(lines(text).map(|line| {
        let mut parts = line.split(':').nth(1)?.split(',');
        colour(parts.next()?, parts.next()?, parts.next()?)
    }))
}

/// `r g b name`
fn label_colours(text: &str) -> Option<MaskValues> {
    colours(lines(text).map(|line| {
        let mut parts = line.split_whitespace();
        colour(parts.next()?, parts.next()?, parts.next()?)
    }))
}

/// `name,r,g,b` below a head.
fn class_table(text: &str) -> Option<MaskValues> {
    colours(lines(text).skip(1).map(|line| {
        let mut parts = line.rsplit(',');
        let (blue, green, red) = (parts.next()?, parts.next()?, parts.next()?);
        colour(red, green, blue)
    }))
}

/// `{"label_map": {"0": "road"}, "segmentation_colors": [[0, 0, 0]]}`
fn meta(text: &str) -> Option<MaskValues> {
    let meta: serde_json::Value = serde_json::from_str(text).ok()?;
    let listed = meta
        .get("segmentation_colors")
        .and_then(|all| all.as_array());
    let of_colours = listed.and_then(|all| {
        colours(all.iter().map(|one| {
            let level = |at: usize| u8::try_from(one.get(at)?.as_u64()?).ok();
            Some(u32::from_be_bytes([0, level(0)?, level(1)?, level(2)?]))
        }))
    });
    of_colours.or_else(|| {
        let labels = meta.get("label_map")?.as_object()?;
        let levels: Option<BTreeSet<u32>> = labels.keys().map(|key| key.parse().ok()).collect();
        levels.filter(|all| !all.is_empty()).map(MaskValues::Levels)
    })
}

/// `value, name` below a head that names a pixel value.
fn pixel_values(text: &str) -> Option<MaskValues> {
    let mut lines = lines(text);
    if !lines.next()?.to_lowercase().starts_with("pixel value") {
        return None;
    }
    let values: Option<BTreeSet<u32>> = lines
        .map(|line| line.split(',').next()?.trim().parse().ok())
        .collect();
    values.filter(|all| !all.is_empty()).map(MaskValues::Levels)
}

/// A name a line. A list without its background leaves 0 to it, or begins with 0.
fn names(text: &str) -> Option<MaskValues> {
    let names: Vec<String> = lines(text)
        .filter(|line| *line != "__ignore__")
        .map(str::to_lowercase)
        .collect();
    let first = names.first()?;
    let has_background = BACKGROUNDS.contains(&first.as_str());
    let count = u32::try_from(names.len()).ok()? + u32::from(!has_background);
    Some(MaskValues::Levels((0..count).collect()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn levels(all: &[u32]) -> Option<MaskValues> {
        Some(MaskValues::Levels(all.iter().copied().collect()))
    }

    fn colours(all: &[u32]) -> Option<MaskValues> {
        Some(MaskValues::Colours(all.iter().copied().collect()))
    }

    #[test]
    fn each_kind_of_list_gives_the_values_that_it_spells() {
        let two = colours(&[0, 0x80_00_40]);
        let map = "# label:color_rgb:parts:actions\nbackground:0,0,0::\ncar:128,0,64::\n";
        assert_eq!(label_map(map), two);
        assert_eq!(label_colours("0 0 0\tVoid\n128 0 64\t\tCar\n"), two);
        assert_eq!(class_table("name,r,g,b\nVoid,0,0,0\nCar,128,0,64\n"), two);
        let meta_of =
            |more: &str| format!("{{\"label_map\": {{\"0\": \"a\", \"3\": \"b\"}}{more}}}");
        let with_colours = meta_of(", \"segmentation_colors\": [[0, 0, 0], [128, 0, 64]]");
        assert_eq!(meta(&with_colours), two);
        assert_eq!(meta(&meta_of("")), levels(&[0, 3]));
        assert_eq!(
            pixel_values("Pixel Value, Class\n0, a\n7, b\n"),
            levels(&[0, 7])
        );
    }

    #[test]
    fn a_list_of_names_without_background_leaves_room_for_it() {
        assert_eq!(names("background\ncar\n"), levels(&[0, 1]));
        assert_eq!(names("__ignore__\n_background_\ncar\n"), levels(&[0, 1]));
        assert_eq!(names("car\ntree\n"), levels(&[0, 1, 2]));
    }

    #[test]
    fn texts_of_another_form_say_nothing() {
        assert_eq!(label_map("car\ntree\n"), None);
        assert_eq!(label_colours("64 300 0 Animal\n"), None);
        assert_eq!(class_table("name,r,g,b\n"), None);
        assert_eq!(meta("[]"), None);
        assert_eq!(pixel_values("filename,cat,dog\na.jpg,0,1\n"), None);
        assert_eq!(names("\n"), None);
    }
}
