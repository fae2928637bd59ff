//! Images beside those that a description lists: nothing says what they are for, so they are not
//! checked. Where their folder is called as a split, or they have the bytes of a listed image, the
//! user is asked.

use std::collections::{BTreeSet, HashMap, HashSet};
use std::fs::File;
use std::io::{Read, Seek, SeekFrom};
use std::path::Path;

use super::builder::Draft;
use super::listed_elsewhere;
use super::outside;
use super::walk::{Walked, WalkedFile};
use crate::sample::{Problem, ProblemKind};
use crate::source::Place;

/// Bytes that are read at most to look for copies.
const MOST_READ: u64 = 256 << 20;

/// Where samples are listed: images that are not, and files that only the list takes for images.
pub(super) fn reconcile(root: &Path, drafts: &[Draft], walked: &mut Walked) -> Vec<Problem> {
    let mut problems = problems(root, drafts, &walked.images);
    let listed: BTreeSet<&str> = drafts.iter().map(|draft| draft.path.as_str()).collect();
    let own = problems.iter();
    let unlisted = own.filter(|one| one.kind == ProblemKind::Unlisted);
    let unlisted: Vec<&str> = unlisted.map(|one| one.path.as_str()).collect();
    let inside: Vec<&str> = listed.iter().copied().collect();
    let named = listed_elsewhere::questions(root, &walked.texts, &inside, &unlisted);
    problems.extend(named);
    let images: HashSet<&str> = walked
        .images
        .iter()
        .map(|image| image.path.as_str())
        .collect();
    let claimed: Vec<&str> = listed
        .iter()
        .filter(|path| !images.contains(*path))
        .copied()
        .collect();
    for path in claimed {
        if root.join(path).is_file() {
            walked.claim(root, path);
        }
    }
    let unread = &mut walked.unread;
    unread.retain(|file| !listed.contains(file.path.as_str()));
    problems
}

/// The images that are not listed, and what to ask about them.
fn problems(root: &Path, listed: &[Draft], images: &[WalkedFile]) -> Vec<Problem> {
    let named: HashSet<&str> = listed.iter().map(|draft| draft.path.as_str()).collect();
    let unlisted: Vec<&WalkedFile> = images
        .iter()
        .filter(|image| !named.contains(image.path.as_str()))
        .collect();
    let mut problems: Vec<Problem> = unlisted
        .iter()
        .map(|image| Problem {
            kind: ProblemKind::Unlisted,
            path: image.path.clone(),
            detail: "is an image that nothing lists".to_owned(),
        })
        .collect();
    let inside = listed.iter().map(|draft| draft.path.as_str());
    let paths = unlisted.iter().map(|image| image.path.as_str());
    for (folder, images, _) in outside::perhaps_splits(inside, paths) {
        problems.push(Problem {
            kind: ProblemKind::PerhapsSplit,
            detail: format!(
                "{images} in `{folder}`, which may be a split: list them, or leave them out with `--exclude '{folder}/**'`"
            ),
            path: folder,
        });
    }
    let copies = copies(root, listed, &unlisted);
    if let Some((one, other)) = copies.first() {
        problems.push(Problem {
            kind: ProblemKind::PerhapsSplit,
            detail: format!(
                "{} of them have the bytes of a listed one, as `{one}` those of `{other}`",
                copies.len()
            ),
            path: one.clone(),
        });
    }
    problems
}

/// Images with the bytes of a listed one, with that; what was not read within the limit is none as
/// far as one knows.
fn copies(root: &Path, listed: &[Draft], unlisted: &[&WalkedFile]) -> Vec<(String, String)> {
    let size = |path: &str, place: &Place| match place {
        Place::Named => Some(std::fs::metadata(root.join(path)).ok()?.len()),
        _ => None,
    };
    let mut by_size: HashMap<u64, Vec<&str>> = HashMap::new();
    for image in unlisted {
        if let Some(bytes) = size(&image.path, &image.place) {
            by_size.entry(bytes).or_default().push(&image.path);
        }
    }
    if by_size.is_empty() {
        return Vec::new();
    }
    let mut of_size: HashMap<u64, Vec<&str>> = HashMap::new();
    for draft in listed {
        if let Some(bytes) = size(&draft.path, &draft.place)
            && by_size.contains_key(&bytes)
        {
            of_size.entry(bytes).or_default().push(&draft.path);
        }
    }
    let mut sizes: Vec<(&u64, &Vec<&str>)> = of_size.iter().collect();
    sizes.sort_unstable();
    let mut read = 0;
    let mut found = Vec::new();
    for (bytes, listed) in sizes {
        // Few that are as long end alike, so that hardly any is read in full.
        let ends = |paths: &[&str]| -> HashSet<Vec<u8>> {
            let ends = paths
                .iter()
                .filter_map(|path| end(&root.join(path), *bytes));
            ends.collect()
        };
        let (of_listed, of_own) = (ends(listed), ends(&by_size[bytes]));
        let ends_alike = |path: &&&str| {
            let end = end(&root.join(path), *bytes);
            end.is_some_and(|end| of_listed.contains(&end) && of_own.contains(&end))
        };
        let listed: Vec<&&str> = listed.iter().filter(ends_alike).collect();
        let own: Vec<&&str> = by_size[bytes].iter().filter(ends_alike).collect();
        read += bytes * (own.len() + listed.len()) as u64;
        if read > MOST_READ {
            break;
        }
        let mut contents: HashMap<Vec<u8>, &str> = HashMap::new();
        for path in listed.iter().rev() {
            if let Ok(content) = std::fs::read(root.join(path)) {
                contents.insert(content, path);
            }
        }
        for path in own {
            let content = std::fs::read(root.join(path)).ok();
            if let Some(other) = content.and_then(|content| contents.get(&content)) {
                found.push(((*path).to_owned(), (*other).to_owned()));
            }
        }
    }
    found.sort_unstable();
    found
}

/// The last bytes of a file of so many.
fn end(path: &Path, bytes: u64) -> Option<Vec<u8>> {
    const MOST: u64 = 64;
    let mut file = File::open(path).ok()?;
    file.seek(SeekFrom::Start(bytes.saturating_sub(MOST)))
        .ok()?;
    let mut end = Vec::new();
    file.take(MOST).read_to_end(&mut end).ok()?;
    Some(end)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Paths of what is asked, and how many are not listed.
    fn asked(files: &[(&str, &str)], listed: &[&str]) -> (Vec<String>, usize) {
        let root = tempfile::tempdir().unwrap();
        let mut images = Vec::new();
        for (path, content) in files {
            let file = root.path().join(path);
            std::fs::create_dir_all(file.parent().unwrap()).unwrap();
            std::fs::write(file, content).unwrap();
            images.push(WalkedFile::new((*path).to_owned(), Place::Named));
        }
        let drafts: Vec<Draft> = listed
            .iter()
            .map(|path| Draft::of(WalkedFile::new((*path).to_owned(), Place::Named)))
            .collect();
        let told = problems(root.path(), &drafts, &images);
        let (unlisted, asked): (Vec<Problem>, Vec<Problem>) = told
            .into_iter()
            .partition(|one| one.kind == ProblemKind::Unlisted);
        (
            asked.into_iter().map(|one| one.path).collect(),
            unlisted.len(),
        )
    }

    #[test]
    fn folders_that_may_be_splits_and_copies_are_asked_about_and_others_are_not() {
        let listed = ["train/a.png", "val/b.png"];
        let files = [("train/a.png", "one"), ("val/b.png", "two")];
        let with = |more: &[(&str, &str)]| asked(&[&files[..], more].concat(), &listed);
        assert_eq!(with(&[]), (vec![], 0));
        assert_eq!(with(&[("docs/c.png", "six")]), (vec![], 1));
        let (folders, unlisted) = with(&[("test/c.png", "six"), ("test/d.png", "ten")]);
        assert_eq!((folders, unlisted), (vec!["test".to_owned()], 2));
        let (copies, _) = with(&[("docs/c.png", "one"), ("val/d.png", "ones")]);
        assert_eq!(copies, ["docs/c.png"]);
    }
}
