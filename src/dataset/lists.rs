//! Text files that list the samples of a split: `train.txt`, `ImageSets/Main/val.txt`.
//!
//! A list is named after its split. A line holds a path or a name without ending, and perhaps a
//! label behind it. Lists of one folder belong together; numbers tell folds (`train1`, `val1`).
//! Of the folders below `ImageSets`, `Main` is read where it is there. `trainval` is read where
//! `train` and `val` are not both.

use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::path::Path;

use super::builder::Draft;
use super::chosen_lists::{List, Lists, MOST_LISTS, are_both, is_union, keep_main};
use super::claim::{Claim, Strength};
use super::class_folder;
use super::csv_text::read_text;
use super::image_folder::is_plain;
use super::list_lines::{Rows, first_fields};
use super::resolve::Resolver;
use super::split_name::{may_spell, role_of, side_by_side, words};
use super::text_tables;
use super::walk::Walked;
use super::wholes::holds_both;
use crate::annotation::Annotations;
use crate::error::Error;
use crate::sample::{Layout, SplitRole};

/// What tells labels that are only the folders in which listed pictures lie.
pub(super) const FOLDERS_OF_LISTED: &str = "folders of listed pictures";

/// What the lists of each folder claim.
///
/// # Errors
/// A list that cannot be read.
pub(super) fn claims(root: &Path, walked: &Walked) -> Result<Vec<Claim>, Error> {
    let mut folders: BTreeMap<&str, Lists> = BTreeMap::new();
    for path in &walked.texts {
        let (folder, file) = path.rsplit_once('/').unwrap_or(("", path));
        let Some((name, "txt" | "lst" | "list")) = file.rsplit_once('.') else {
            continue;
        };
        // With a header it is a table.
        if may_spell(name).is_some() && text_tables::is_one(&root.join(path)) {
            continue;
        }
        folders.entry(folder).or_default().add(path, name);
    }
    keep_main(&mut folders);
    let mut claims = Vec::new();
    for lists in folders.into_values() {
        let (mut chosen, parts) = lists.chosen();
        if chosen.len() > MOST_LISTS {
            continue;
        }
        let mut more = lists.more;
        more.retain(|one| chosen.iter().all(|list| list.path != one.path) && parts.is_empty());
        let has = |role| chosen.iter().any(|list| list.role == role);
        if has(SplitRole::Validation)
            && chosen
                .iter()
                .any(|list| !is_union(list) && list.role == SplitRole::Training)
        {
            chosen.retain(|list| !is_union(list));
        }
        claims.extend(claim(root, chosen, more, parts, walked)?);
    }
    Ok(apart(claims))
}

/// What the lists of a folder claim, each in its part, with those of `more` that list other
/// pictures.
fn claim<'a>(
    root: &Path,
    mut lists: Vec<List<'a>>,
    more: Vec<List<'a>>,
    mut parts: BTreeMap<String, String>,
    walked: &Walked,
) -> Result<Option<Claim>, Error> {
    if !are_both(&lists) {
        return Ok(None);
    }
    let folds = match parts.is_empty() {
        true => folds(&lists),
        false => BTreeMap::new(),
    };
    // All lie in one folder, which is all that the resolver asks of a list.
    let Some(first) = lists.first() else {
        return Ok(None);
    };
    let mut resolver = Resolver::new(root, &root.join(first.path), walked);
    let text = |list: &List| read_text(&root.join(list.path));
    let texts = lists
        .iter()
        .map(text)
        .collect::<Result<Vec<String>, Error>>()?;
    let written: Vec<&str> = texts.iter().flat_map(|text| first_fields(text)).collect();
    resolver.look_for(&written, None);
    let rows_of = |text: &str, list: &List| {
        let mut own = Rows::default();
        own.read(text, (list.name, list.role), &resolver);
        own
    };
    let own = texts.iter().zip(&lists);
    let own: Vec<Rows> = own.map(|(text, list)| rows_of(text, list)).collect();
    let mut left_out = String::new();
    let mut rows = Rows::default();
    let are_wholes = wholes_of_parts(&lists, &own, &parts);
    let mut own = own.into_iter().zip(&are_wholes);
    lists.retain(|list| {
        let Some((own, is_whole)) = own.next() else {
            return true;
        };
        match is_whole {
            true => {
                let said = format!(
                    "; not used: `{}`, which holds what others divide",
                    list.path
                );
                left_out.push_str(&said);
            }
            false => rows.add(own),
        }
        !is_whole
    });
    for list in &lists {
        if let Some(fold) = folds.get(list.name) {
            parts.insert(list.name.to_owned(), fold.clone());
        }
    }
    if !rows.name_images() {
        return Ok(None);
    }
    for list in more.into_iter().take(MOST_LISTS) {
        let own = rows_of(&text(&list)?, &list);
        if folds.is_empty() && own.name_images() && !own.repeat(&rows) {
            rows.drafts.extend(own.drafts);
            rows.problems.extend(own.problems);
            lists.push(list);
        }
    }
    let are_counts = rows.are_counts();
    let mut drafts = rows.drafts;
    for draft in drafts.iter_mut().filter(|_| are_counts) {
        draft.label = None;
    }
    let has_labels = |drafts: &[Draft]| drafts.iter().any(|draft| draft.label.is_some());
    let mut labels_from = String::new();
    if !has_labels(&drafts) {
        label_by_folder(&mut drafts);
        if has_labels(&drafts) {
            labels_from.push_str(FOLDERS_OF_LISTED);
        }
    }
    let paths: Vec<String> = lists
        .iter()
        .take(4)
        .map(|list| format!("`{}`", list.path))
        .collect();
    let more = if lists.len() > paths.len() {
        ", ..."
    } else {
        ""
    };
    Ok(Some(Claim {
        splits: lists
            .iter()
            .map(|list| (list.name.to_owned(), list.role))
            .collect(),
        parts,
        problems: rows.problems,
        lists_samples: true,
        labels_from,
        ..Claim::new(
            Layout::Lists,
            Strength::Splits,
            format!("lists {}{more}{left_out}", paths.join(", ")),
            drafts,
        )
    }))
}

/// Whether each list holds all of its part, as one domain is divided to be trained on and is a test
/// of what was trained on others.
fn wholes_of_parts(lists: &[List], read: &[Rows], parts: &BTreeMap<String, String>) -> Vec<bool> {
    let names = |at: usize| -> HashSet<&str> {
        read[at]
            .drafts
            .iter()
            .map(|draft| draft.path.as_str())
            .collect()
    };
    let is_whole = |at: usize| {
        let Some(part) = parts.get(lists[at].name) else {
            return false;
        };
        let of_part = |one: &usize| parts.get(lists[*one].name) == Some(part);
        let others = (0..lists.len()).filter(of_part).filter(|one| *one != at);
        let own = std::iter::once(at).chain(others);
        let all: Vec<_> = own.map(|one| (lists[one].role, names(one))).collect();
        holds_both(&all, 0)
    };
    (0..lists.len()).map(is_whole).collect()
}

/// The fold of each list, where numbers tell several with a list to train on in each.
fn folds(lists: &[List]) -> BTreeMap<String, String> {
    let number = |list: &List| {
        let words = words(list.name);
        let mut numbers = words
            .into_iter()
            .filter(|word| word.bytes().all(|b| b.is_ascii_digit()));
        numbers.next().filter(|number| number.len() < 4)
    };
    let mut roles: BTreeMap<String, BTreeSet<bool>> = BTreeMap::new();
    for list in lists {
        let Some(number) = number(list) else {
            return BTreeMap::new();
        };
        roles
            .entry(number)
            .or_default()
            .insert(list.role == SplitRole::Training);
    }
    if roles.len() < 2 || roles.values().any(|sides| sides.len() < 2) {
        return BTreeMap::new();
    }
    let fold = |list: &List| Some((list.name.to_owned(), number(list)?));
    lists.iter().filter_map(fold).collect()
}

/// Folders of pictures are classes where there are several, none is plain or tells a split, and
/// they are by the rule for folders below splits.
fn label_by_folder(drafts: &mut [Draft]) {
    let class = |draft: &Draft| {
        let folders = draft.path.rsplit_once('/')?.0;
        Some(folders.rsplit('/').next().unwrap_or(folders).to_owned())
    };
    let labels: Option<Vec<String>> = drafts.iter().map(class).collect();
    let Some(labels) = labels else { return };
    let classes: BTreeSet<&str> = labels.iter().map(String::as_str).collect();
    let is_class = |name: &&str| !is_plain(name) && role_of(name).is_none();
    let names: Vec<&str> = classes.iter().copied().collect();
    let are_splits = side_by_side(&names).iter().any(Option::is_some);
    let by_split = labels.iter().zip(drafts.iter()).filter_map(|(label, one)| {
        let (split, _) = one.split.as_ref()?;
        Some((label.as_str(), split.as_str()))
    });
    if classes.len() > 1
        && classes.iter().all(is_class)
        && !are_splits
        && class_folder::are_classes(by_split)
    {
        for (draft, label) in drafts.iter_mut().zip(labels) {
            draft.label = Some(label);
        }
    }
}

/// Makes one claim of several about different samples, each a part.
pub(super) fn apart(claims: Vec<Claim>) -> Vec<Claim> {
    let mut paths: HashSet<&str> = HashSet::new();
    let own = |claim: &'_ Claim| -> HashSet<String> {
        claim
            .drafts
            .iter()
            .map(|draft| draft.path.clone())
            .collect()
    };
    let sets: Vec<HashSet<String>> = claims.iter().map(own).collect();
    let are_apart = sets.iter().flatten().all(|path| paths.insert(path));
    if claims.len() < 2 || !are_apart || claims.iter().any(|claim| !claim.parts.is_empty()) {
        return claims;
    }
    let names = claims.iter().map(|claim| common_folder(&claim.drafts));
    let names: Vec<String> = names.collect();
    if names.iter().collect::<BTreeSet<_>>().len() < names.len() {
        return claims;
    }
    let mut claims = claims.into_iter().zip(names).map(|(mut claim, part)| {
        let name = |split: &str| format!("{part}/{split}");
        for (split, _) in &mut claim.splits {
            *split = name(split);
            claim.parts.insert(split.clone(), part.clone());
        }
        for (split, _) in claim
            .drafts
            .iter_mut()
            .filter_map(|draft| draft.split.as_mut())
        {
            *split = name(split);
        }
        claim
    });
    let Some(mut all) = claims.next() else {
        return Vec::new();
    };
    for claim in claims {
        all.evidence.push_str("; ");
        all.evidence.push_str(&claim.evidence);
        all.drafts.extend(claim.drafts);
        all.splits.extend(claim.splits);
        all.parts.extend(claim.parts);
        all.problems.extend(claim.problems);
        all.annotations = Annotations::join([all.annotations, claim.annotations]);
    }
    vec![all]
}

/// The folder that holds all samples.
fn common_folder(drafts: &[Draft]) -> String {
    let folders = |draft: &Draft| -> Vec<String> {
        let folders = draft
            .path
            .rsplit_once('/')
            .map_or("", |(folders, _)| folders);
        folders.split('/').map(ToOwned::to_owned).collect()
    };
    let mut common = drafts.first().map(folders).unwrap_or_default();
    for draft in drafts {
        let own = folders(draft);
        let same = common
            .iter()
            .zip(&own)
            .take_while(|(one, other)| one == other);
        let same = same.count();
        common.truncate(same);
    }
    common.join("/")
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Labels by folder, `-` for none, of pictures with their splits.
    fn labelled(pictures: &[(&str, &str)]) -> String {
        let draft = |(path, split): &(&str, &str)| Draft {
            path: (*path).to_owned(),
            split: Some(((*split).to_owned(), SplitRole::Training)),
            ..Draft::default()
        };
        let mut drafts: Vec<Draft> = pictures.iter().map(draft).collect();
        label_by_folder(&mut drafts);
        let labels = drafts
            .into_iter()
            .map(|one| one.label.unwrap_or("-".into()));
        labels.collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn folders_of_listed_pictures_are_classes_by_the_rule_for_folders() {
        let recur = [
            ("x/cat/1", "train"),
            ("x/dog/2", "train"),
            ("x/cat/3", "val"),
        ];
        assert_eq!(labelled(&recur), "cat dog cat");
        let each_its_own = [("obj_train_data/1", "train"), ("obj_valid_data/2", "val")];
        assert_eq!(labelled(&each_its_own), "- -");
        let across = [
            ("obj_train_data/1", "train"),
            ("obj_valid_data/2", "train"),
            ("obj_train_data/3", "val"),
        ];
        assert_eq!(labelled(&across), "- - -", "names of splits");
        let patients = [
            ("patient1/1", "train"),
            ("patient2/2", "train"),
            ("patient1/3", "val"),
        ];
        assert_eq!(labelled(&patients), "- - -");
        let plain = [
            ("image_2/1", "train"),
            ("image_3/2", "train"),
            ("image_2/3", "val"),
        ];
        assert_eq!(labelled(&plain), "- - -");
    }
}
