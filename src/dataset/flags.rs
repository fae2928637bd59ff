//! Text files that say of every sample in which split it is: `CelebA`'s `list_eval_partition.txt`
//! (`file 0`: 0 to train on, 1 validation, 2 test; with a header it is a table), and CUB's
//! `train_test_split.txt` (`number 1`: 1 to train on, 0 test), with the files in `images.txt`.

use std::collections::{BTreeSet, HashMap};
use std::path::Path;

use super::builder::Draft;
use super::claim::{Claim, Strength};
use super::csv_text::{at_line, read_text};
use super::resolve::Resolver;
use super::split_name::value_role;
use super::text_tables;
use super::walk::Walked;
use crate::error::Error;
use crate::sample::{Layout, SplitRole};

/// What such files claim.
///
/// # Errors
/// A file that cannot be read, or has a line of another form.
pub(super) fn claims(root: &Path, walked: &Walked) -> Result<Vec<Claim>, Error> {
    let mut claims = Vec::new();
    for path in &walked.texts {
        match path.rsplit('/').next().unwrap_or(path) {
            "list_eval_partition.txt" => claims.extend(partition(root, path, walked)?),
            "train_test_split.txt" => claims.extend(numbered(root, path, walked)?),
            _ => {}
        }
    }
    Ok(claims)
}

fn partition(root: &Path, path: &str, walked: &Walked) -> Result<Option<Claim>, Error> {
    let file = root.join(path);
    // With a header it is a table.
    if text_tables::is_one(&file) {
        return Ok(None);
    }
    let resolver = Resolver::new(root, &file, walked);
    let mut drafts = Vec::new();
    for (line, name, rest) in rows(&file)? {
        // `item_id` may stand between.
        let flag = rest.rsplit(char::is_whitespace).next().unwrap_or_default();
        let split = match (flag, value_role(flag)) {
            ("0", _) => ("train", SplitRole::Training),
            ("1", _) => ("val", SplitRole::Validation),
            ("2", _) => ("test", SplitRole::Test),
            (word, Some(role)) => (word, role),
            _ => return Err(not_a_flag(&file, line, "0, 1, 2 or a word for a split")),
        };
        drafts.push(draft(&resolver, &name, split, None));
    }
    Ok(claim(path, drafts))
}

fn numbered(root: &Path, path: &str, walked: &Walked) -> Result<Option<Claim>, Error> {
    let beside = |name: &str| root.join(path).with_file_name(name);
    if !beside("images.txt").is_file() {
        return Ok(None);
    }
    let pairs = |name: &str| -> Result<HashMap<String, String>, Error> {
        let rows = rows(&beside(name))?.into_iter();
        Ok(rows.map(|(_, key, value)| (key, value)).collect())
    };
    let images = pairs("images.txt")?;
    let (mut classes, mut names) = (HashMap::new(), HashMap::new());
    if beside("image_class_labels.txt").is_file() && beside("classes.txt").is_file() {
        classes = pairs("image_class_labels.txt")?;
        names = pairs("classes.txt")?;
    }
    let file = root.join(path);
    let resolver = Resolver::new(root, &file, walked);
    let mut drafts = Vec::new();
    for (line, number, flag) in rows(&file)? {
        let split = match flag.as_str() {
            "1" => ("train", SplitRole::Training),
            "0" => ("test", SplitRole::Test),
            _ => return Err(not_a_flag(&file, line, "0 or 1")),
        };
        let Some(name) = images.get(&number) else {
            let message = format!("number {number} is not in `images.txt`");
            return Err(at_line(&file, line, message));
        };
        let class = classes.get(&number).and_then(|class| names.get(class));
        drafts.push(draft(&resolver, name, split, class.cloned()));
    }
    Ok(claim(path, drafts))
}

fn draft(
    resolver: &Resolver,
    name: &str,
    (split, role): (&str, SplitRole),
    label: Option<String>,
) -> (Draft, bool) {
    let (path, place, exists) = resolver.resolve(name, None);
    let draft = Draft {
        path,
        place,
        split: Some((split.to_owned(), role)),
        label,
        ..Draft::default()
    };
    (draft, exists)
}

/// `None` where not one of the files is here.
fn claim(path: &str, drafts: Vec<(Draft, bool)>) -> Option<Claim> {
    if !drafts.iter().any(|(_, exists)| *exists) {
        return None;
    }
    let mut drafts: Vec<Draft> = drafts.into_iter().map(|(draft, _)| draft).collect();
    // A file listed twice is one sample.
    let mut seen = BTreeSet::new();
    drafts.retain(|draft| {
        let split = draft.split.as_ref().map(|split| split.0.clone());
        seen.insert((draft.path.clone(), split))
    });
    Some(Claim {
        lists_samples: true,
        ..Claim::new(Layout::Lists, Strength::Splits, format!("`{path}`"), drafts)
    })
}

/// Line number, first field and what stands behind it of every line; a first line of one number,
/// which counts the others, is none.
fn rows(file: &Path) -> Result<Vec<(u64, String, String)>, Error> {
    let text = read_text(file)?;
    let mut rows = Vec::new();
    for (line, number) in text.lines().zip(1..) {
        let line = line.trim();
        match line.split_once(char::is_whitespace) {
            Some((first, rest)) => {
                rows.push((number, first.to_owned(), rest.trim().to_owned()));
            }
            None if line.is_empty() => {}
            None if number == 1 && line.bytes().all(|byte| byte.is_ascii_digit()) => {}
            None => {
                let message = format!("`{line}` has one field; a name and a value are needed");
                return Err(at_line(file, number, message));
            }
        }
    }
    Ok(rows)
}

fn not_a_flag(file: &Path, line: u64, allowed: &str) -> Error {
    let message = format!("the split is not told by {allowed}");
    at_line(file, line, message)
}
