//! What was seen that may tell splits where no two sides were found: texts and folders that are
//! called like splits, with what to do about each.

use std::collections::BTreeMap;
use std::path::Path;

use super::builder::Draft;
use super::claim::Claim;
use super::csv_text::read_text_up_to;
use super::exports::stem;
use super::list_lines::Rows;
use super::resolve::Resolver;
use super::side_texts::ending;
use super::split_name::may_spell;
use super::text_tables;
use super::walk::Walked;
use crate::sample::SplitRole;

/// Texts and folders that are named.
const MOST_SHOWN: usize = 4;

/// Bytes of a list that is tried.
const MOST_BYTES: u64 = 16 << 20;

/// What is to be done, in words; `None` where nothing was seen, or both sides are there.
pub(super) fn advice(root: &Path, walked: &Walked, claim: &Claim) -> Option<String> {
    let of_samples = claim.drafts.iter().filter_map(|one| one.split.as_ref());
    let roles: Vec<SplitRole> = of_samples.chain(&claim.splits).map(|one| one.1).collect();
    let trains = roles.contains(&SplitRole::Training);
    let evaluates = roles.iter().any(|role| role.is_evaluation());
    match (trains, evaluates) {
        (true, true) => None,
        (false, false) => lists(root, walked)
            .or_else(|| tables(root, walked))
            .or_else(|| folders(&claim.drafts, None)),
        (trains, _) => folders(&claim.drafts, Some(trains)),
    }
}

/// Texts that are called like lists of splits.
fn lists(root: &Path, walked: &Walked) -> Option<String> {
    let is_list = |path: &&String| {
        let is_named = matches!(ending(path), "txt" | "lst" | "list");
        is_named && may_spell(stem(path)).is_some() && !text_tables::is_one(&root.join(path))
    };
    let lists: Vec<(SplitRole, &str)> = walked
        .texts
        .iter()
        .filter(is_list)
        .filter_map(|path| Some((may_spell(stem(path))?, path.as_str())))
        .collect();
    let of = |wanted: SplitRole| lists.iter().find(|one| one.0 == wanted);
    let evaluated = [of(SplitRole::Validation), of(SplitRole::Test)];
    let Some(train) = of(SplitRole::Training) else {
        let (role, path) = evaluated.into_iter().flatten().next()?;
        return evaluated_alone(root, path, *role, walked);
    };
    if evaluated.iter().all(Option::is_none) {
        return None;
    }
    let shown = shown(lists.iter().map(|one| one.1));
    let tried = std::iter::once(train).chain(evaluated.into_iter().flatten());
    let options: Vec<String> = tried
        .clone()
        .map(|(role, path)| format!("{} {path}", option(*role)))
        .collect();
    let mut strange = tried.filter_map(|(role, path)| strange_line(root, path, *role, walked));
    Some(match strange.next() {
        None => format!(
            "{shown} are called like lists of splits, but their names do not say one split each; say from inside the dataset, with all that count, `splitleak check {}`",
            options.join(" ")
        ),
        Some(line) => format!(
            "{shown} are called like lists of splits, but fewer than nine in ten of their lines name an image here (such as `{line}`); write a table with columns `path` and `split` and give it with `--manifest`"
        ),
    })
}

/// A list to evaluate on, where none is to train on.
fn evaluated_alone(root: &Path, path: &str, role: SplitRole, walked: &Walked) -> Option<String> {
    let text = read_text_up_to(&root.join(path), MOST_BYTES).ok()?;
    let resolver = Resolver::new(root, &root.join(path), walked);
    let mut rows = Rows::default();
    rows.read(&text, ("", role), &resolver);
    rows.name_images().then(|| {
        format!(
            "`{path}` lists {} of {} images to evaluate on, and nothing lists those that are trained on; if these are all others, list them in `train.txt` beside it",
            rows.drafts.len(),
            walked.images.len()
        )
    })
}

/// A line of a list most of which name no image.
fn strange_line(root: &Path, path: &str, role: SplitRole, walked: &Walked) -> Option<String> {
    const LONGEST: usize = 60;
    let text = read_text_up_to(&root.join(path), MOST_BYTES).unwrap_or_default();
    let resolver = Resolver::new(root, &root.join(path), walked);
    let mut rows = Rows::default();
    rows.read(&text, ("", role), &resolver);
    let missing = rows
        .drafts
        .iter()
        .find(|one| !resolver.is_walked(&one.path));
    let first = missing.map_or_else(|| path.to_owned(), |one| one.path.clone());
    (!rows.name_images()).then(|| first.chars().take(LONGEST).collect())
}

/// Tables and JSON that are called like splits, of which no cell names a picture.
fn tables(root: &Path, walked: &Walked) -> Option<String> {
    const ENDINGS: [&str; 8] = [
        "csv", "tsv", "json", "jsonl", "manifest", "ndjson", "yaml", "yml",
    ];
    let is_called_so = |path: &&String| {
        let name = stem(path);
        let tells = may_spell(name).is_some() || name.to_ascii_lowercase().contains("split");
        let is_table = || ending(path) == "txt" && text_tables::is_one(&root.join(path));
        tells && (ENDINGS.contains(&ending(path)) || is_table())
    };
    let mut named = walked.texts.iter().filter(is_called_so).peekable();
    named.peek()?;
    let shown = shown(named.map(String::as_str));
    Some(format!(
        "{shown} may tell splits, but not in a form that is known, or not of images here; write a table with columns `path`, relative to the dataset, and `split` and give it with `--manifest`"
    ))
}

/// Folders that no split has, where they are few; `trains` says which side is there.
fn folders(drafts: &[Draft], trains: Option<bool>) -> Option<String> {
    let above = common_folder(drafts);
    let mut images: BTreeMap<&str, usize> = BTreeMap::new();
    for draft in drafts.iter().filter(|draft| draft.split.is_none()) {
        let end = draft.path[above..].find('/')?;
        *images.entry(&draft.path[..above + end]).or_default() += 1;
    }
    let fewest = if trains.is_none() { 2 } else { 1 };
    if !(fewest..=MOST_SHOWN).contains(&images.len()) {
        return None;
    }
    let named: Vec<String> = images
        .iter()
        .map(|(folder, n)| match n {
            1 => format!("`{folder}` (1 image)"),
            n => format!("`{folder}` ({n} images)"),
        })
        .collect();
    let mut order: Vec<(&str, usize)> = images.into_iter().collect();
    order.sort_by_key(|one| std::cmp::Reverse(one.1));
    let role = |(folder, role): (&str, &str)| format!("--role {}={role}", quoted(folder));
    let told = match trains {
        None => [
            role((order[0].0, "training")),
            role((order[1].0, "validation")),
        ]
        .join(" "),
        Some(true) => role((order[0].0, "validation")),
        Some(false) => role((order[0].0, "training")),
    };
    let named = named.join(", ");
    Some(match trains {
        None => {
            format!(
                "the images lie in {named}; if these are splits, say which is which, as by `{told}`"
            )
        }
        Some(_) => {
            format!("images of no split lie in {named}; if that is one, say so, as by `{told}`")
        }
    })
}

/// How many bytes of all paths are the folder that holds everything, with its slash.
fn common_folder(drafts: &[Draft]) -> usize {
    let Some(first) = drafts.first() else {
        return 0;
    };
    let ends = first.path.match_indices('/').map(|(at, _)| at + 1);
    let holds_all = |end: &usize| {
        let folder = &first.path[..*end];
        drafts.iter().all(|draft| draft.path.starts_with(folder))
    };
    ends.take_while(holds_all).last().unwrap_or(0)
}

fn quoted(name: &str) -> String {
    let is_plain = |c: char| c.is_alphanumeric() || "_-./".contains(c);
    match name.chars().all(is_plain) {
        true => name.to_owned(),
        false => format!("'{name}'"),
    }
}

fn option(role: SplitRole) -> &'static str {
    match role {
        SplitRole::Training => "--train",
        SplitRole::Validation => "--val",
        _ => "--test",
    }
}

/// A few of some paths, with how many more there are.
fn shown<'a>(paths: impl Iterator<Item = &'a str>) -> String {
    let all: Vec<&str> = paths.collect();
    let some: Vec<String> = all
        .iter()
        .take(MOST_SHOWN)
        .map(|path| format!("`{path}`"))
        .collect();
    match all.len() - some.len() {
        0 => some.join(", "),
        n => format!("{} and {n} more", some.join(", ")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dataset::walk::WalkedFile;
    use crate::source::Place;

    /// What is said of folders, where the first of `paths` are those of a split.
    fn said(in_split: usize, paths: &[&str], trains: Option<bool>) -> Option<String> {
        let of = |(at, path): (usize, &&str)| Draft {
            split: (at < in_split).then(|| ("x".to_owned(), SplitRole::Test)),
            ..Draft::of(WalkedFile::new((*path).to_owned(), Place::Named))
        };
        folders(
            &paths.iter().enumerate().map(of).collect::<Vec<_>>(),
            trains,
        )
    }

    #[test]
    fn folders_that_no_split_has_are_named_where_they_are_few() {
        let two = said(0, &["a b/1.png", "c/1.png", "a b/2.png"], None).unwrap();
        assert!(
            two.starts_with("the images lie in `a b` (2 images), `c` (1 image); "),
            "{two}"
        );
        assert!(
            two.ends_with("`--role 'a b'=training --role c=validation`"),
            "{two}"
        );
        let beside = said(1, &["LOL/eval15/1.png", "LOL/our485/1.png"], Some(false)).unwrap();
        assert!(
            beside.ends_with("by `--role LOL/our485=training`"),
            "{beside}"
        );
        assert_eq!(said(0, &["a/1.png", "a/2.png"], None), None, "one folder");
        let many: Vec<String> = (0..9).map(|at| format!("{at}/1.png")).collect();
        let many: Vec<&str> = many.iter().map(String::as_str).collect();
        assert_eq!(said(0, &many, None), None);
        assert_eq!(
            said(0, &["1.png", "a/2.png"], None),
            None,
            "some in no folder"
        );
    }
}
