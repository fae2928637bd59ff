//! Splits in the names of pictures: `data/train-001.jpg`, `COCO_val2014_000000000042.jpg`,
//! `0042_val.jpg`.
//!
//! Taken where every picture of the tree has one word for a split, behind the same words, or at
//! the end.

use std::collections::BTreeSet;

use super::builder::Draft;
use super::claim::{Claim, Strength};
use super::split_name::{role_of, words};
use super::walk::Walked;
use crate::sample::{Layout, SplitRole};

/// What file names claim; `None` where folders spell splits, or not all names do.
pub(super) fn claim(walked: &Walked) -> Option<Claim> {
    let folders = walked.directories.iter().flat_map(|path| path.split('/'));
    if folders.into_iter().any(|name| role_of(name).is_some()) {
        return None;
    }
    let told: Option<Vec<Told>> = walked
        .images
        .iter()
        .map(|image| told(&image.path))
        .collect();
    let told = told?;
    let before = &told.first()?.before;
    let splits: BTreeSet<(String, SplitRole)> = told
        .iter()
        .map(|one| (one.split.clone(), one.role))
        .collect();
    let trains = splits.iter().any(|(_, role)| *role == SplitRole::Training);
    let evaluates = splits.iter().any(|(_, role)| role.is_evaluation());
    let behind_the_same = told.iter().all(|one| one.before == *before);
    let at_the_end = told.iter().all(|one| one.is_last) && are_numbered(&told);
    if !(trains && evaluates && (behind_the_same || at_the_end)) {
        return None;
    }
    let names: Vec<String> = splits.iter().map(|(name, _)| format!("`{name}`")).collect();
    let drafts = walked
        .images
        .iter()
        .cloned()
        .zip(&told)
        .map(|(image, told)| Draft {
            split: Some((told.split.clone(), told.role)),
            ..Draft::of(image)
        });
    Some(Claim {
        splits: splits.into_iter().collect(),
        ..Claim::new(
            Layout::ImageFolder,
            Strength::Folders,
            format!("{} in names of pictures", names.join(", ")),
            drafts.collect(),
        )
    })
}

/// What the name of a picture tells.
struct Told {
    /// The words before the one word for a split.
    before: String,
    split: String,
    role: SplitRole,
    /// Whether nothing stands behind it.
    is_last: bool,
}

/// Whether a digit stands in front of nearly every word for a split: `model_test` is a thing.
fn are_numbered(told: &[Told]) -> bool {
    let numbered = told.iter();
    let numbered = numbered.filter(|one| one.before.bytes().any(|byte| byte.is_ascii_digit()));
    numbered.count() * 10 >= told.len() * 9
}

/// What a name with exactly one word for a split tells.
fn told(path: &str) -> Option<Told> {
    let name = path.rsplit('/').next().unwrap_or(path);
    let stem = name.rsplit_once('.').map_or(name, |(stem, _)| stem);
    let words = words(stem);
    let mut told = words
        .iter()
        .enumerate()
        .filter_map(|(at, word)| Some((at, role_of(word)?)));
    let (Some((at, role)), None) = (told.next(), told.next()) else {
        return None;
    };
    Some(Told {
        before: words[..at].join(" "),
        split: words[at].clone(),
        role,
        is_last: at + 1 == words.len(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dataset::walk::WalkedFile;
    use crate::source::Place;

    fn splits(images: &[&str]) -> Option<Vec<String>> {
        let walked = Walked {
            images: images
                .iter()
                .map(|path| WalkedFile::new((*path).to_owned(), Place::Named))
                .collect(),
            ..Walked::default()
        };
        let splits = claim(&walked)?.splits.into_iter();
        Some(splits.map(|split| split.0).collect())
    }

    #[test]
    fn all_names_must_tell_splits_alike() {
        let both = splits(&["data/train-1.jpg", "data/test-2.jpg"]);
        assert_eq!(both.unwrap(), ["test", "train"]);
        assert!(splits(&["COCO_train2014_1.jpg", "COCO_val2014_2.jpg"]).is_some());
        assert!(splits(&["06389a_val.jpg", "83e38b_train.jpg"]).is_some());
        for near in [
            ["train-1.jpg", "logo.png"],
            ["steam_train_1.jpg", "model_test_2.jpg"],
            ["steam_train.jpg", "model_test.jpg"],
            ["train-1.jpg", "train-2.jpg"],
        ] {
            assert_eq!(splits(&near), None, "{near:?}");
        }
    }
}
