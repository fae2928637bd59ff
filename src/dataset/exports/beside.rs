//! Files that stand beside pictures, one for each (`LabelMe`, Pascal VOC, Supervisely, and texts
//! with a line for each object).

use std::collections::{BTreeSet, HashMap};
use std::path::Path;
use std::sync::Arc;

use rayon::prelude::*;

use super::own_names::picture_of;
use super::{Row, Told, forms, labelme, supervisely, text_rows, voc};
use crate::annotation::{Annotations, FaultKind};
use crate::dataset::csv_text::read_text_up_to;
use crate::dataset::drawn::{Drawn, Gather};
use crate::dataset::split_name::may_spell;
use crate::dataset::walk::Walked;
use crate::source::read_file_up_to;
use crate::source::text::SETTINGS;

/// Of ten files of one ending beside pictures, those that must be of the tool: other programs leave
/// such files there, too.
const LEAST_OF_TEN: usize = 9;

/// Files that are read to see whether a tool's are here at all.
const TRIED: usize = 20;

/// A tool that writes a file for each picture.
struct Tool {
    name: &'static str,
    ending: &'static str,
    read: fn(&str) -> Told,
}

impl Tool {
    const fn new(name: &'static str, ending: &'static str, read: fn(&str) -> Told) -> Self {
        Self { name, ending, read }
    }
}

const YOLO: &str = "YOLO";

/// In the order of asking; files of one ending are those of one tool.
const TOOLS: [Tool; 12] = [
    Tool::new("Pascal VOC", ".xml", voc::picture),
    Tool::new("LabelMe", ".json", labelme::picture),
    Tool::new("Supervisely", ".json", supervisely::picture),
    Tool::new("SA-1B", ".json", forms::segment_anything),
    Tool::new("Darwin", ".json", forms::darwin),
    Tool::new("polygon", ".json", forms::cityscapes),
    Tool::new("ADE20K", ".json", forms::ade),
    Tool::new("KITTI", ".txt", text_rows::kitti),
    Tool::new("DOTA", ".txt", text_rows::dota),
    Tool::new("ICDAR", ".txt", text_rows::icdar),
    Tool::new("VisDrone", ".txt", text_rows::visdrone),
    Tool::new(YOLO, ".txt", text_rows::yolo),
];

/// What the files `beside` pictures say; `alone` are those of which no picture has the name.
pub(super) fn annotations(
    root: &Path,
    walked: &Walked,
    beside: &[&String],
    alone: &[&String],
    by_stem: &HashMap<&str, Vec<&str>>,
) -> Vec<Annotations> {
    let mut found: Vec<(&str, Annotations)> = Vec::new();
    for tool in TOOLS {
        if found.iter().any(|(ending, _)| *ending == tool.ending) {
            continue;
        }
        let classes = match tool.name {
            YOLO => listed_classes(root, walked),
            _ => Vec::new(),
        };
        let told = of_tool(root, &tool, &classes, beside, alone, by_stem);
        found.extend(told.map(|told| (tool.ending, told)));
    }
    found.into_iter().map(|(_, told)| told).collect()
}

/// Names of classes by their numbers, a line for each, as tools write them beside label files.
fn listed_classes(root: &Path, walked: &Walked) -> Vec<String> {
    const LISTS: [&str; 3] = ["classes.txt", "obj.names", "_darknet.labels"];
    let is_list = |path: &&String| {
        let name = path.rsplit('/').next().unwrap_or(path);
        LISTS.contains(&name) || name.ends_with(".names")
    };
    // One in each split's folder says the same.
    let Some(list) = walked.texts.iter().find(is_list) else {
        return Vec::new();
    };
    let text = read_text_up_to(&root.join(list), SETTINGS).unwrap_or_default();
    let lines = text.lines().map(str::trim);
    let names = lines.filter(|line| !line.is_empty());
    names.map(ToOwned::to_owned).collect()
}

fn of_tool(
    root: &Path,
    tool: &Tool,
    classes: &[String],
    beside: &[&String],
    alone: &[&String],
    by_stem: &HashMap<&str, Vec<&str>>,
) -> Option<Annotations> {
    let told = |path: &str| match read_file_up_to(&root.join(path), SETTINGS) {
        Err(_) => Told::OtherForm,
        Ok(bytes) => match std::str::from_utf8(&bytes) {
            Ok(text) => (tool.read)(text.trim_start_matches('\u{feff}')),
            Err(_) => Told::Damaged(0, "is no UTF-8 text".to_owned()),
        },
    };
    let own: Vec<&str> = beside
        .iter()
        .map(|path| path.as_str())
        .filter(|path| path.ends_with(tool.ending))
        .collect();
    let step = own.len().div_ceil(TRIED).max(1);
    let is_of_tool =
        |path: &&str| matches!(told(path), Told::Picture(row) if row != Row::default());
    if !own.iter().step_by(step).any(is_of_tool) {
        return None;
    }
    let mut all: Vec<(&str, Told)> = own.par_iter().map(|path| (*path, told(path))).collect();
    leave_others_out(&mut all);
    let pictures = all.iter().filter(|one| matches!(one.1, Told::Picture(_)));
    let damaged = all.iter().filter(|one| matches!(one.1, Told::Damaged(..)));
    let (pictures, damaged) = (pictures.count(), damaged.count());
    // Damaged files may be of anything.
    if pictures == 0 || pictures * 10 < (all.len() - damaged) * LEAST_OF_TEN {
        return None;
    }
    let source = format!("{} files such as `{}`", tool.name, all.first()?.0);
    let folders: BTreeSet<&str> = all.iter().map(|(path, _)| folder(path)).collect();
    let mut gather = Gather::new(classes.iter().cloned());
    for (path, told) in all {
        let file: Arc<str> = Arc::from(path);
        let picture = picture_of(path, by_stem).and_then(|pictures| nearest(path, pictures));
        match told {
            Told::OtherForm => {}
            Told::Damaged(line, detail) => {
                // It has annotations, whatever they are.
                if let Some(picture) = picture {
                    gather.picture(picture, &file, None, []);
                }
                gather.fault(FaultKind::Malformed, &file, line, picture, detail);
            }
            Told::Picture(row) => {
                let Some(picture) = picture else { continue };
                let drawn = row.drawn.into_iter().map(|drawn| named(drawn, classes));
                gather.picture(picture, &file, row.size, drawn);
                for (kind, detail) in row.faults {
                    gather.fault(kind, &file, 0, Some(picture), detail);
                }
            }
        }
    }
    let alone = alone.iter().filter(|path| path.ends_with(tool.ending));
    for path in alone.filter(|path| folders.contains(folder(path))) {
        if matches!(told(path), Told::Picture(row) if row != Row::default()) {
            let detail = "describes a picture that is not here".to_owned();
            let file = Arc::from(path.as_str());
            gather.fault(FaultKind::WithoutPicture, &file, 0, None, detail);
        }
    }
    Some(gather.finish(source))
}

/// Leaves folders out that hold files of other forms only: KITTI's `calib` beside `label_2`.
fn leave_others_out(files: &mut Vec<(&str, Told)>) {
    let of_tool = files
        .iter()
        .filter(|(_, told)| !matches!(told, Told::OtherForm));
    let folders: BTreeSet<&str> = of_tool.map(|(path, _)| folder(path)).collect();
    files.retain(|(path, _)| folders.contains(folder(path)));
}

/// The same with the class's name in place of its number, where there is a list of names.
fn named(drawn: Drawn, classes: &[String]) -> Drawn {
    let number = drawn
        .class
        .as_deref()
        .and_then(|class| class.parse::<usize>().ok());
    let name = number.and_then(|number| classes.get(number).cloned());
    Drawn {
        class: name.or(drawn.class),
        ..drawn
    }
}

fn folder(path: &str) -> &str {
    path.rsplit_once('/').map_or("", |(folder, _)| folder)
}

/// The one picture of several with a file's name that shares most folders with it, from either end;
/// of as many the one whose folders may be called by the same split.
fn nearest<'a>(file: &str, pictures: &[&'a str]) -> Option<&'a str> {
    let folders = |path: &'_ str| -> Vec<String> {
        let (folders, _) = path.rsplit_once('/').unwrap_or(("", path));
        folders.split('/').map(ToOwned::to_owned).collect()
    };
    let own = folders(file);
    let shared = |picture: &&&str| {
        let other = folders(picture);
        let before = own.iter().zip(&other).take_while(|(a, b)| a == b).count();
        let behind = own.iter().rev().zip(other.iter().rev());
        before + behind.take_while(|(a, b)| a == b).count()
    };
    let best = pictures.iter().map(|picture| shared(&picture)).max()?;
    let nearest = pictures.iter().filter(|picture| shared(picture) == best);
    let nearest: Vec<&'a str> = nearest.copied().collect();
    let role = |path: &str| folder(path).split('/').rev().find_map(may_spell);
    let of_role = |own| {
        let alike = nearest.iter().filter(|picture| role(picture) == Some(own));
        alike.copied().collect::<Vec<&'a str>>()
    };
    match (&nearest[..], role(file).map(of_role).as_deref()) {
        ([one], _) | (_, Some([one])) => Some(one),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_picture_of_a_file_is_the_one_in_its_own_split() {
        let pictures = ["train/images/1.jpg", "val/images/1.jpg"];
        let of = |file| nearest(file, &pictures);
        assert_eq!(of("val/labels/1.xml"), Some("val/images/1.jpg"));
        assert_eq!(of("Annotations/1.xml"), None);
        assert_eq!(
            nearest("Annotations/1.xml", &pictures[..1]),
            Some(pictures[0])
        );
        let official = ["ch4_training_images/1.jpg", "ch4_test_images/1.jpg"];
        let of = |file| nearest(file, &official);
        assert_eq!(of("Challenge4_Test_Task1_GT/gt_1.txt"), Some(official[1]));
        assert_eq!(of("ch4_training_gt/gt_1.txt"), Some(official[0]));
        assert_eq!(of("gt/gt_1.txt"), None);
        let split_below = ["images/train/1.jpg", "images/val/1.jpg"];
        assert_eq!(nearest("xml/val/1.xml", &split_below), Some(split_below[1]));
    }

    #[test]
    fn folders_of_other_forms_are_left_out_and_mixed_ones_are_kept() {
        let picture = || Told::Picture(Row::default());
        let mut files = vec![
            ("calib/1.txt", Told::OtherForm),
            ("calib/2.txt", Told::OtherForm),
            ("label_2/1.txt", picture()),
            ("label_2/2.txt", Told::OtherForm),
            ("odd/1.txt", Told::Damaged(0, String::new())),
        ];
        leave_others_out(&mut files);
        let kept: Vec<&str> = files.iter().map(|(path, _)| *path).collect();
        assert_eq!(kept, ["label_2/1.txt", "label_2/2.txt", "odd/1.txt"]);
    }
}
