//! A tree that holds what another one holds, with other texts.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use super::git::text;

/// Links to the files of a tree, beside texts of its own. It vanishes when it is dropped.
pub(super) struct Mirror {
    directory: tempfile::TempDir,
}

impl Mirror {
    /// The tree at `root` with these texts, by their paths below it; `None` for those that are
    /// left out. Directories without any of them are links as a whole.
    pub(super) fn of(root: &Path, texts: &BTreeMap<String, Option<Vec<u8>>>) -> io::Result<Self> {
        let directory = tempfile::tempdir()?;
        let above = texts
            .keys()
            .flat_map(|path| Path::new(path).ancestors().skip(1));
        let above: BTreeSet<&Path> = above.collect();
        let mirror = Self { directory };
        let root = std::path::absolute(root)?;
        // First, into a tree without links: nothing can be written through one.
        for (path, content) in texts {
            if let Some(content) = content {
                let place = mirror.root().join(path);
                fs::create_dir_all(place.parent().unwrap_or(&place))?;
                fs::write(place, content)?;
            }
        }
        let mut pending = vec![PathBuf::new()];
        while let Some(folder) = pending.pop() {
            fs::create_dir_all(mirror.root().join(&folder))?;
            for entry in fs::read_dir(root.join(&folder))? {
                let entry = entry?;
                let path = folder.join(entry.file_name());
                if texts.contains_key(&text(&path)) {
                    continue;
                }
                let is_directory = entry.path().is_dir();
                // Nothing of hidden directories is a sample, and `.git` is among them.
                let is_hidden = entry.file_name().as_encoded_bytes().starts_with(b".");
                match is_directory {
                    true if is_hidden => {}
                    true if above.contains(&*path) => pending.push(path),
                    _ => link(&entry.path(), &mirror.root().join(&path))?,
                }
            }
        }
        Ok(mirror)
    }

    pub(super) fn root(&self) -> &Path {
        self.directory.path()
    }
}

#[cfg(unix)]
fn link(target: &Path, place: &Path) -> io::Result<()> {
    std::os::unix::fs::symlink(target, place)
}

/// Links need a privilege elsewhere. Only names and texts are asked for, but a name without ending
/// is known by its first bytes.
#[cfg(not(unix))]
fn link(target: &Path, place: &Path) -> io::Result<()> {
    if !target.is_dir() {
        return fs::hard_link(target, place).or_else(|_| fs::copy(target, place).map(drop));
    }
    fs::create_dir(place)?;
    for entry in fs::read_dir(target)? {
        let entry = entry?;
        link(&entry.path(), &place.join(entry.file_name()))?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_are_replaced_left_out_and_added_and_the_rest_is_there() {
        let tree = tempfile::tempdir().unwrap();
        for (path, content) in [
            ("images/a.png", "picture"),
            ("lists/train.txt", "a"),
            ("lists/val.txt", "b"),
            ("data.yaml", "now"),
            (".git/x.txt", "hidden"),
        ] {
            let file = tree.path().join(path);
            fs::create_dir_all(file.parent().unwrap()).unwrap();
            fs::write(file, content).unwrap();
        }
        let then = |text: &str| Some(text.as_bytes().to_vec());
        let texts = BTreeMap::from([
            ("data.yaml".to_owned(), then("then")),
            ("lists/val.txt".to_owned(), None),
            ("old/test.txt".to_owned(), then("c")),
        ]);
        let mirror = Mirror::of(tree.path(), &texts).unwrap();
        let read = |path: &str| fs::read_to_string(mirror.root().join(path)).ok();
        let expected = [
            ("images/a.png", Some("picture")),
            ("lists/train.txt", Some("a")),
            ("lists/val.txt", None),
            ("data.yaml", Some("then")),
            ("old/test.txt", Some("c")),
            (".git/x.txt", None),
        ];
        for (path, content) in expected {
            assert_eq!(read(path).as_deref(), content, "{path}");
        }
        assert_eq!(
            fs::read_to_string(tree.path().join("data.yaml")).unwrap(),
            "now"
        );
    }
}
