//! The label files that belong to pictures: what they draw, which pictures have none, and which
//! belong to no picture.

use std::collections::{BTreeSet, HashMap, HashSet};
use std::path::Path;
use std::sync::Arc;

use rayon::prelude::*;

use super::rows::{self, Form};
use crate::annotation::{Annotations, ClassNumbers, FaultKind};
use crate::dataset::csv_text::read_text_up_to;
use crate::dataset::drawn::Gather;
use crate::dataset::walk::Walked;
use crate::source::text::SETTINGS;

/// Texts in folders of label files that are none.
const NO_LABELS: [&str; 3] = ["classes.txt", "obj.names", "readme.txt"];

/// What a description says of classes.
#[derive(Debug, Default)]
pub(super) struct Classes {
    /// Their names, where they are listed without a gap; numbers as text where only they are known.
    pub(super) listed: Vec<String>,
    pub(super) form: Form,
}

impl Classes {
    /// The name of a number as label files write it.
    fn name(&self, number: u32) -> String {
        let listed = self.listed.get(number as usize).cloned();
        listed.unwrap_or_else(|| number.to_string())
    }

    /// The numbers of these names: places in the list, or what a name without one says.
    fn numbers(&self, names: &[String]) -> ClassNumbers {
        let at: HashMap<&str, u32> = names.iter().map(String::as_str).zip(0..).collect();
        let listed = (0..).zip(&self.listed);
        let listed = listed.filter_map(|(number, name)| Some((number, *at.get(name.as_str())?)));
        let others = names.iter().filter(|name| !self.listed.contains(name));
        let others = others.filter_map(|name| Some((name.parse::<i64>().ok()?, at[name.as_str()])));
        let mut of: Vec<(i64, u32)> = listed.chain(others).collect();
        of.sort_unstable();
        ClassNumbers { of, by_place: true }
    }
}

/// Reads the label files of `pictures`, which are names of samples in any order.
pub(super) fn read(
    root: &Path,
    walked: &Walked,
    classes: &Classes,
    pictures: &BTreeSet<&str>,
) -> Annotations {
    let texts: HashSet<&str> = walked.texts.iter().map(String::as_str).collect();
    let own = pictures.iter().filter_map(|picture| {
        let file = label_file(picture);
        texts
            .contains(file.as_str())
            .then_some((*picture, Arc::<str>::from(file)))
    });
    let own: Vec<(&str, Arc<str>)> = own.collect();
    let Some((_, example)) = own.first() else {
        return Annotations::default();
    };
    let source = format!("YOLO label files such as `{example}`");
    let text_of =
        |file: &str| read_text_up_to(&root.join(file), SETTINGS).map_err(|error| error.to_string());
    let texts: Vec<Result<String, String>> =
        own.par_iter().map(|(_, file)| text_of(file)).collect();
    let mut gather = Gather::new(classes.listed.iter().cloned());
    for ((picture, file), text) in own.iter().zip(texts) {
        let (drawn, malformed) = match text {
            Ok(text) => rows::read(&text, classes.form, |number| classes.name(number)),
            Err(_) => (Vec::new(), vec![(0, "is no UTF-8 text".to_owned())]),
        };
        gather.picture(picture, file, None, drawn);
        for (line, detail) in malformed {
            gather.fault(FaultKind::Malformed, file, line, Some(picture), detail);
        }
    }
    for orphan in orphans(root, walked, &own) {
        let detail = "labels a picture that is not here".to_owned();
        gather.fault(FaultKind::WithoutPicture, &orphan, 0, None, detail);
    }
    let told = gather.finish(source);
    Annotations {
        numbers: classes.numbers(&told.classes),
        ..told
    }
}

/// Label files in the folders of others that belong to no image of the tree.
fn orphans(root: &Path, walked: &Walked, own: &[(&str, Arc<str>)]) -> Vec<Arc<str>> {
    let folder = |path: &str| {
        path.rsplit_once('/')
            .map_or("", |(folder, _)| folder)
            .to_owned()
    };
    let folders: HashSet<String> = own.iter().map(|(_, file)| folder(file)).collect();
    let images = walked.images.iter();
    let known: HashSet<String> = images.map(|image| label_file(&image.path)).collect();
    let candidates = walked.texts.iter().filter(|text| {
        let name = text.rsplit('/').next().unwrap_or(text);
        text.ends_with(".txt")
            && !NO_LABELS.contains(&name.to_ascii_lowercase().as_str())
            && !known.contains(text.as_str())
            && folders.contains(&folder(text))
    });
    let is_label_file = |path: &&String| {
        let text = read_text_up_to(&root.join(path.as_str()), SETTINGS);
        text.is_ok_and(|text| rows::is_label_file(&text))
    };
    let orphans = candidates.filter(is_label_file);
    orphans.map(|path| Arc::from(path.as_str())).collect()
}

/// `labels/train/1.txt` of `images/train/1.jpg`.
fn label_file(picture: &str) -> String {
    let (before, name) = picture.rsplit_once('/').unwrap_or(("", picture));
    let stem = name.rsplit_once('.').map_or(name, |(stem, _)| stem);
    let mut folders: Vec<&str> = before.split('/').filter(|one| !one.is_empty()).collect();
    if let Some(last) = folders.iter_mut().rev().find(|folder| **folder == "images") {
        *last = "labels";
    }
    let name = format!("{stem}.txt");
    folders.push(&name);
    folders.join("/")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn label_files_stand_in_the_tree_beside() {
        assert_eq!(label_file("images/train/a.b.jpg"), "labels/train/a.b.txt");
        assert_eq!(label_file("x/images/images/1.png"), "x/images/labels/1.txt");
        assert_eq!(label_file("train/1.png"), "train/1.txt");
    }
}
