//! Folders that tell the split of a sample, and so nothing of what was recorded: `train2017`,
//! `X_val`, `训练集`, `train.zip!`, or the directory given for a split.

use std::collections::{BTreeMap, BTreeSet};

use super::split_name::{perhaps_beside, value_role};
use crate::sample::{Layout, Sample, Split, SplitId};

/// Folders of a path that are looked at, from the left: a bit each of [`Sample::of_split`].
const DEEPEST: usize = 32;

/// Sets [`Sample::of_split`].
///
/// A folder tells the split that is called as it is. So do all folders of a split at one depth
/// where each spells a split and holds samples of no other; and where directories were given for
/// the splits, the first ones that differ between them, with what is above.
pub(super) fn mark(samples: &mut [Sample], splits: &[Split], layout: Layout) {
    let names = names(samples);
    // How many splits have a folder of each name at each depth.
    let mut sharing: BTreeMap<(usize, &str), usize> = BTreeMap::new();
    for ((_, depth), own) in &names {
        for folder in own {
            *sharing.entry((*depth, folder)).or_default() += 1;
        }
    }
    let telling: BTreeSet<(SplitId, usize)> = names
        .iter()
        .filter(|((_, depth), own)| {
            let is_own = |folder: &str| sharing.get(&(*depth, folder)) == Some(&1);
            own.iter().all(|folder| spells(folder) && is_own(folder))
        })
        .map(|(place, _)| *place)
        .collect();
    let given = match layout {
        Layout::Directories => first_apart(&names),
        _ => None,
    };
    let marks: Vec<u32> = samples
        .iter()
        .map(|sample| {
            let Some(split) = sample.split else { return 0 };
            let name = &splits[split.index()].name;
            let tells = |(depth, folder): (usize, &str)| {
                name.rsplit('/').next() == Some(folder)
                    || given.is_some_and(|apart| depth <= apart)
                    || telling.contains(&(split, depth))
            };
            let folders = folders(&sample.path).enumerate();
            folders
                .filter(|one| tells(*one))
                .fold(0, |bits, (depth, _)| bits | 1 << depth)
        })
        .collect();
    for (sample, mark) in samples.iter_mut().zip(marks) {
        sample.of_split = mark;
    }
}

/// Folders above a file, the outermost first.
fn folders(path: &str) -> impl Iterator<Item = &str> {
    let above = path.rfind('/').map(|at| &path[..at]);
    let folders = above.into_iter().flat_map(|above| above.split('/'));
    folders.take(DEEPEST)
}

/// Whether the name of a folder or a container is one of a split, in any way that is known.
fn spells(folder: &str) -> bool {
    value_role(folder)
        .or_else(|| perhaps_beside(folder))
        .is_some()
}

/// What the folders of each split are called, by their depth.
type Names<'a> = BTreeMap<(SplitId, usize), BTreeSet<&'a str>>;

fn names(samples: &[Sample]) -> Names<'_> {
    let mut names = Names::new();
    let mut last: Option<(SplitId, &str)> = None;
    for sample in samples {
        let Some(split) = sample.split else { continue };
        let above = sample.path.rfind('/').map_or("", |at| &sample.path[..at]);
        // Sorted by path, most samples lie where the one before does.
        if last.replace((split, above)) == Some((split, above)) {
            continue;
        }
        for (depth, folder) in folders(&sample.path).enumerate() {
            names.entry((split, depth)).or_default().insert(folder);
        }
    }
    names
}

/// The least depth at which every split has one folder, and not all the same one.
fn first_apart(names: &Names<'_>) -> Option<usize> {
    (0..DEEPEST).find(|at| {
        let here = names.iter().filter(|((_, depth), _)| depth == at);
        let here: Vec<&BTreeSet<&str>> = here.map(|(_, folders)| folders).collect();
        here.len() > 1
            && here.iter().all(|folders| folders.len() == 1)
            && here.iter().any(|folders| *folders != here[0])
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sample::SplitRole;

    /// The folders left of each sample; the paths of each split.
    fn left(splits: &[(&str, &[&str])], layout: Layout) -> Vec<String> {
        let mut samples = Vec::new();
        for ((_, paths), number) in splits.iter().zip(0..) {
            samples.extend(paths.iter().map(|path| Sample {
                split: Some(SplitId(number)),
                ..Sample::new(*path)
            }));
        }
        let of = |(name, _): &(&str, &[&str])| Split {
            name: (*name).into(),
            role: SplitRole::Other,
            part: None,
        };
        let splits: Vec<Split> = splits.iter().map(of).collect();
        mark(&mut samples, &splits, layout);
        let left = |sample: &Sample| {
            let folders = folders(&sample.path).enumerate();
            let kept = folders.filter(|(depth, _)| sample.of_split & 1 << depth == 0);
            kept.map(|(_, folder)| folder).collect::<Vec<_>>().join("/")
        };
        samples.iter().map(left).collect()
    }

    #[test]
    fn folders_that_spell_splits_tell_nothing_else() {
        for (training, evaluation) in [
            ("train2017", "val2017"),
            ("X_train", "X_test"),
            ("train_images", "test_images"),
            ("训练集", "验证集"),
            ("train", "holdout"),
            ("mydata_train", "mydata_val"),
            ("VisDrone2019-DET-train", "VisDrone2019-DET-val"),
            ("bounding_box_train", "query"),
            ("train.zip!", "val.zip!"),
            ("train-00000.tar!", "val-00000.tar!"),
        ] {
            let (one, other) = (
                format!("{training}/a/1.jpg"),
                format!("{evaluation}/a/1.jpg"),
            );
            let splits = [("t", &[one.as_str()][..]), ("v", &[other.as_str()][..])];
            assert_eq!(left(&splits, Layout::Coco), ["a", "a"], "{training}");
        }
    }

    #[test]
    fn a_folder_called_as_its_split_or_given_for_it_tells_nothing_else() {
        let splits = [("a", &["a/v1/1.jpg"][..]), ("b", &["b/v1/1.jpg"][..])];
        assert_eq!(left(&splits, Layout::ImageFolder), ["v1", "v1"]);
        let given = [
            ("train", &["x/a/v1/1.jpg", "x/a/v2/1.jpg"][..]),
            ("val", &["x/b/v1/1.jpg"][..]),
        ];
        assert_eq!(left(&given, Layout::Directories), ["v1", "v2", "v1"]);
        assert_eq!(left(&given, Layout::Lists), ["x/a/v1", "x/a/v2", "x/b/v1"]);
    }

    #[test]
    fn a_folder_that_two_splits_share_or_beside_one_of_another_kind_tells() {
        let shared = [
            ("t", &["test_drive/1.jpg"][..]),
            ("v", &["test_drive/2.jpg"][..]),
        ];
        assert_eq!(left(&shared, Layout::Lists), ["test_drive", "test_drive"]);
        let beside = [
            ("t", &["drive_1/1.jpg"][..]),
            ("v", &["test_drive/1.jpg", "drive_2/1.jpg"][..]),
        ];
        let kept = ["drive_1", "test_drive", "drive_2"];
        assert_eq!(left(&beside, Layout::Lists), kept);
    }
}
