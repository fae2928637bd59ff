//! Which lists of a folder tell splits, and of what: by names that are those of splits, that hold
//! the word for one, or that differ in nothing but that word (`clipart_train`, `real_train`).

use std::collections::{BTreeMap, BTreeSet, HashSet};

use super::split_name::{TRAINVAL, beside_training, of_several, role_of, spelled_by_file};
use crate::sample::SplitRole;

/// Most lists that are read; more are labels that happen to be named so.
pub(super) const MOST_LISTS: usize = 200;

/// One list: its path, its name without ending, and its role.
#[derive(Clone, Copy)]
pub(super) struct List<'a> {
    pub(super) path: &'a str,
    pub(super) name: &'a str,
    pub(super) role: SplitRole,
}

/// The lists of one folder, by how their names tell what they are.
#[derive(Default)]
pub(super) struct Lists<'a> {
    /// Splits, and nothing else.
    plain: Vec<List<'a>>,
    /// Splits, and something else.
    others: Vec<List<'a>>,
    /// What may be a further split beside one to train on.
    pub(super) more: Vec<List<'a>>,
    /// Path and name of each.
    all: Vec<(&'a str, &'a str)>,
}

impl<'a> Lists<'a> {
    /// Adds a list by its path and name.
    pub(super) fn add(&mut self, path: &'a str, name: &'a str) {
        self.all.push((path, name));
        let list = |role| List { path, name, role };
        if let Some(role) = role_of(name) {
            self.plain.push(list(role));
        } else if let Some(role) = role_of_list(name) {
            self.others.push(list(role));
        }
        self.more.extend(beside_training(name).map(list));
    }

    /// Those that tell splits, with the part that each is of where there are several.
    pub(super) fn chosen(&self) -> (Vec<List<'a>>, BTreeMap<String, String>) {
        let nothing = BTreeMap::new();
        if are_both(&self.plain) {
            return (self.plain.clone(), nothing);
        }
        let together = [self.plain.as_slice(), self.others.as_slice()].concat();
        if are_both(&together) && is_one_of_each(&together) {
            return (together, nothing);
        }
        if self.all.len() > MOST_LISTS {
            return (self.plain.clone(), nothing);
        }
        let names: Vec<&str> = self.all.iter().map(|one| one.1).collect();
        let told = of_several(&names).into_iter().zip(&self.all);
        let told: Vec<(List, String)> = told
            .filter_map(|(told, &(path, name))| {
                let (of, role) = told?;
                Some((List { path, name, role }, of))
            })
            .collect();
        let parts: BTreeSet<&String> = told.iter().map(|one| &one.1).collect();
        let parts = match parts.len() {
            0 | 1 => nothing,
            _ => told
                .iter()
                .map(|(list, of)| (list.name.to_owned(), of.clone()))
                .collect(),
        };
        (told.into_iter().map(|one| one.0).collect(), parts)
    }
}

/// Whether there are lists to train on and others.
pub(super) fn are_both(lists: &[List]) -> bool {
    let is_training = |list: &List| list.role == SplitRole::Training;
    lists.iter().any(is_training) && !lists.iter().all(is_training)
}

/// The role of a list in whose name one word spells a split, whatever stands beside it:
/// `trainlist01`, `places365_val`.
fn role_of_list(name: &str) -> Option<SplitRole> {
    let name = name.to_ascii_lowercase().replace("list", "_");
    role_of(&spelled_by_file(&name)?)
}

/// Whether there is one list for each role, or one for each fold: lists of classes are many.
fn is_one_of_each(lists: &[List]) -> bool {
    let plain = |list: &List| {
        (
            list.role,
            list.name
                .trim_end_matches(|c: char| c.is_ascii_digit())
                .to_owned(),
        )
    };
    let plain: BTreeSet<(SplitRole, String)> = lists.iter().map(plain).collect();
    let roles: BTreeSet<SplitRole> = plain.iter().map(|one| one.0).collect();
    plain.len() == roles.len()
}

/// Whether a list is of what is divided into training and validation.
pub(super) fn is_union(list: &List) -> bool {
    spelled_by_file(list.name).is_some_and(|word| word == TRAINVAL)
}

/// Of the folders below one `ImageSets`, keeps that of all samples.
pub(super) fn keep_main(folders: &mut BTreeMap<&str, Lists>) {
    let mains: HashSet<String> = folders
        .keys()
        .filter_map(|folder| Some(folder.strip_suffix("Main")?.to_owned()))
        .filter(|above| above.ends_with("ImageSets/"))
        .collect();
    folders.retain(|folder, _| {
        let above = folder
            .rsplit_once('/')
            .map_or(String::new(), |(above, _)| format!("{above}/"));
        folder.ends_with("/Main") || !mains.contains(&above)
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_by_other_names_are_taken_where_there_is_one_of_each() {
        for (name, role) in [
            ("trainlist01", Some(SplitRole::Training)),
            ("places365_val", Some(SplitRole::Validation)),
            ("test_ids", Some(SplitRole::Test)),
            ("train_and_test", None),
            ("labels", None),
        ] {
            assert_eq!(role_of_list(name), role, "{name}");
        }
        let are = |names: &[&'static str]| {
            let list = |name: &&'static str| {
                let (path, role) = (*name, role_of_list(name)?);
                Some(List {
                    path,
                    name: path,
                    role,
                })
            };
            is_one_of_each(&names.iter().filter_map(list).collect::<Vec<_>>())
        };
        assert!(are(&["train_ids", "val_ids"]));
        assert!(are(&["trainlist01", "trainlist02", "testlist01"]));
        assert!(!are(&["cat_train", "dog_train", "cat_val"]));
    }

    #[test]
    fn lists_of_several_domains_are_parts_and_lists_of_splits_are_none() {
        let chosen = |names: &[&'static str]| {
            let mut lists = Lists::default();
            for name in names {
                lists.add(name, name);
            }
            let (chosen, parts) = lists.chosen();
            let told = chosen.iter().map(|list| {
                let part = parts.get(list.name).map_or("-", String::as_str);
                format!("{} {part}", list.name)
            });
            told.collect::<Vec<_>>().join(", ")
        };
        let domains = ["art_train", "art_test", "real_train", "real_test", "notes"];
        let expected = "art_train art, art_test art, real_train real, real_test real";
        assert_eq!(chosen(&domains), expected);
        assert_eq!(chosen(&["train", "test", "art_train"]), "train -, test -");
        assert_eq!(
            chosen(&["train_gt", "val_gt", "test"]),
            "test -, train_gt -, val_gt -"
        );
        assert_eq!(
            chosen(&["train_val_list", "test_list"]),
            "train_val_list -, test_list -"
        );
        assert_eq!(
            chosen(&["art_train", "real_test"]),
            "art_train -, real_test -"
        );
    }
}
