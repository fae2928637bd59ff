//! Files that stand beside pictures, one for each (`LabelMe`, Pascal VOC).

use std::collections::HashMap;
use std::path::Path;
use std::sync::Arc;

use rayon::prelude::*;

use super::{Told, labelme, stem, voc};
use crate::annotation::{Annotations, FaultKind};
use crate::dataset::drawn::Gather;
use crate::source::read_file;

/// Of ten files of one ending beside pictures, those that must be of the tool: other programs leave
/// such files there, too.
const LEAST_OF_TEN: usize = 9;

/// Endings of files, with the tool that writes them and what reads them.
const TOOLS: [(&str, &str, fn(&str) -> Told); 2] = [
    (".xml", "Pascal VOC", voc::picture),
    (".json", "LabelMe", labelme::picture),
];

/// What the files `beside` pictures say; `alone` are those of which no picture has the name.
pub(super) fn annotations(
    root: &Path,
    beside: &[&String],
    alone: &[&String],
    by_stem: &HashMap<&str, Vec<&str>>,
) -> Vec<Annotations> {
    let tools = TOOLS.into_iter();
    tools
        .filter_map(|tool| of_tool(root, tool, beside, alone, by_stem))
        .collect()
}

fn of_tool(
    root: &Path,
    (ending, tool, read): (&str, &str, fn(&str) -> Told),
    beside: &[&String],
    alone: &[&String],
    by_stem: &HashMap<&str, Vec<&str>>,
) -> Option<Annotations> {
    let told = |path: &str| match read_file(&root.join(path)) {
        Err(_) => Told::OtherForm,
        Ok(bytes) => match std::str::from_utf8(&bytes) {
            Ok(text) => read(text.trim_start_matches('\u{feff}')),
            Err(_) => Told::Damaged(0, "is no UTF-8 text".to_owned()),
        },
    };
    let own: Vec<&str> = beside
        .iter()
        .map(|path| path.as_str())
        .filter(|path| path.ends_with(ending))
        .collect();
    let all: Vec<(&str, Told)> = own.par_iter().map(|path| (*path, told(path))).collect();
    let pictures = all.iter().filter(|one| matches!(one.1, Told::Picture(_)));
    let damaged = all.iter().filter(|one| matches!(one.1, Told::Damaged(..)));
    let (pictures, damaged) = (pictures.count(), damaged.count());
    // Damaged files may be of anything.
    if pictures == 0 || pictures * 10 < (all.len() - damaged) * LEAST_OF_TEN {
        return None;
    }
    let source = format!("{tool} files such as `{}`", own.first()?);
    let mut gather = Gather::default();
    for (path, told) in all {
        let file: Arc<str> = Arc::from(path);
        let picture = by_stem
            .get(stem(path))
            .and_then(|pictures| nearest(path, pictures));
        match told {
            Told::OtherForm => {}
            Told::Damaged(line, detail) => {
                gather.fault(FaultKind::Malformed, &file, line, picture, detail);
            }
            Told::Picture(row) => {
                let Some(picture) = picture else { continue };
                gather.picture(picture, &file, row.size, row.drawn);
                for (kind, detail) in row.faults {
                    gather.fault(kind, &file, 0, Some(picture), detail);
                }
            }
        }
    }
    for path in alone.iter().filter(|path| path.ends_with(ending)) {
        if matches!(told(path), Told::Picture(_)) {
            let detail = "describes a picture that is not here".to_owned();
            let file = Arc::from(path.as_str());
            gather.fault(FaultKind::WithoutPicture, &file, 0, None, detail);
        }
    }
    Some(gather.finish(source))
}

/// The one picture of several with a file's name that shares most folders with it, from either end.
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
    let mut nearest = pictures.iter().filter(|picture| shared(picture) == best);
    match (nearest.next(), nearest.next()) {
        (Some(one), None) => Some(one),
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
        let split_below = ["images/train/1.jpg", "images/val/1.jpg"];
        assert_eq!(nearest("xml/val/1.xml", &split_below), Some(split_below[1]));
    }
}
