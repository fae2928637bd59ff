//! Directories that DVC tracks, and which of their files have changed.
//!
//! A `.dvc` file names a digest for a whole directory. The list behind a digest lies in
//! DVC's cache; with the old and the new list the changed files are known.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use serde::Deserialize;

use super::git::Repository;
use crate::error::Error;
use crate::source::text;

/// Something that a `.dvc` file stands for.
pub(super) struct Bundle {
    /// Relative to the dataset root; empty where it holds the whole dataset.
    pub(super) path: String,
    touched: Touched,
}

enum Touched {
    Nothing,
    Whole,
    /// Paths relative to the dataset root.
    Some(BTreeSet<String>),
}

impl Bundle {
    pub(super) fn touches(&self, path: &str) -> bool {
        match &self.touched {
            Touched::Nothing => false,
            Touched::Whole => true,
            Touched::Some(paths) => paths.contains(path),
        }
    }

    pub(super) fn is_touched_whole(&self) -> bool {
        matches!(self.touched, Touched::Whole)
    }
}

/// One output of a `.dvc` file.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Output {
    path: String,
    digest: String,
}

/// What `.dvc` files stand for at or below the dataset root, or around it.
///
/// # Errors
/// Those of git.
pub(super) fn bundles(repository: &Repository, commit: &str) -> Result<Vec<Bundle>, Error> {
    let mut bundles = Vec::new();
    let files = repository.named_like(".dvc")?;
    if files.is_empty() {
        return Ok(bundles);
    }
    let prefix = repository.prefix();
    for file in files {
        let now = text::read(&repository.top.join(&file), text::SETTINGS);
        let Some(now) = now.ok().and_then(|now| String::from_utf8(now).ok()) else {
            continue;
        };
        let before = repository.content(commit, &file)?;
        let before = before.map(|bytes| outputs(&String::from_utf8_lossy(&bytes)));
        let folder = file.rsplit_once('/').map_or("", |(folder, _)| folder);
        for output in outputs(&now) {
            let from_top = join(folder, &output.path);
            let Some(path) = below(&from_top, prefix.trim_end_matches('/')) else {
                continue;
            };
            let old = before
                .as_ref()
                .and_then(|outputs| outputs.iter().find(|other| other.path == output.path));
            let touched = match old {
                Some(old) if old.digest == output.digest => Touched::Nothing,
                Some(old) => changed(&repository.top, old, &output, &path, &from_top, &prefix),
                None => Touched::Whole,
            };
            bundles.push(Bundle { path, touched });
        }
    }
    Ok(bundles)
}

/// The changed files of a directory, where DVC's cache holds both lists.
fn changed(
    top: &Path,
    old: &Output,
    new: &Output,
    path: &str,
    from_top: &str,
    prefix: &str,
) -> Touched {
    let (Some(old), Some(new)) = (list(top, &old.digest), list(top, &new.digest)) else {
        return Touched::Whole;
    };
    let differs = |(name, digest): &(&String, &String)| old.get(*name) != Some(*digest);
    let names = new.iter().filter(differs).map(|(name, _)| match path {
        // The dataset lies inside the directory.
        "" => below(&join(from_top, name), prefix.trim_end_matches('/')).unwrap_or_default(),
        path => join(path, name),
    });
    Touched::Some(names.collect())
}

/// Digests of a directory's files by their path in it, from DVC's own cache.
fn list(top: &Path, digest: &str) -> Option<BTreeMap<String, String>> {
    #[derive(Deserialize)]
    struct Row {
        md5: String,
        relpath: String,
    }
    let is_plain = |text: &str| {
        text.bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || byte == b'.')
    };
    let (head, tail) = digest.split_at_checked(2).filter(|_| is_plain(digest))?;
    // DVC 3 and 2.
    let places = [".dvc/cache/files/md5", ".dvc/cache"];
    let texts = places
        .iter()
        .map(|place| top.join(place).join(head).join(tail));
    let text = texts
        .into_iter()
        .find_map(|file| text::read(&file, text::TABLE).ok())?;
    let rows: Vec<Row> = serde_json::from_slice(&text).ok()?;
    Some(rows.into_iter().map(|row| (row.relpath, row.md5)).collect())
}

/// The outputs of a `.dvc` file. DVC writes these files itself, one key a line, so
/// this reads lines rather than all of YAML; an output it cannot read counts as changed.
fn outputs(text: &str) -> Vec<Output> {
    let mut outputs: Vec<Output> = Vec::new();
    let mut inside = false;
    for line in text.lines() {
        let is_item = line.trim_start().starts_with("- ");
        if !line.starts_with([' ', '-']) {
            inside = line.trim_end() == "outs:";
            continue;
        }
        if !inside {
            continue;
        }
        if is_item {
            outputs.push(Output {
                path: String::new(),
                digest: String::new(),
            });
        }
        let key = line.trim_start().trim_start_matches("- ").split_once(": ");
        let (Some((key, value)), Some(output)) = (key, outputs.last_mut()) else {
            continue;
        };
        let value = value.trim().trim_matches(['\'', '"']).to_owned();
        match key {
            "path" => output.path = value,
            "md5" => output.digest = value,
            _ => {}
        }
    }
    outputs.retain(|output| !output.path.is_empty() && !output.digest.is_empty());
    outputs
}

fn join(folder: &str, name: &str) -> String {
    match folder {
        "" => name.to_owned(),
        folder => format!("{folder}/{name}"),
    }
}

/// `path` as seen from `root`, both from the top; empty where it is the root or holds it.
fn below(path: &str, root: &str) -> Option<String> {
    if super::is_below(root, path) {
        return Some(String::new());
    }
    super::is_below(path, root).then(|| path[root.len()..].trim_start_matches('/').to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn outputs_are_read_as_dvc_writes_them() {
        let text = "outs:\n- md5: abc.dir\n  size: 12\n  nfiles: 2\n  hash: md5\n  path: images\nmeta:\n  path: no\n";
        let expected = Output {
            path: "images".to_owned(),
            digest: "abc.dir".to_owned(),
        };
        assert_eq!(outputs(text), std::slice::from_ref(&expected));
        let turned = "wdir: ..\nouts:\n- path: 'images'\n  md5: abc.dir\n- path: other\n";
        assert_eq!(outputs(turned), [expected]);
        assert!(outputs("deps:\n- path: a\n  md5: b\n").is_empty());
    }

    #[test]
    fn a_place_is_seen_from_the_dataset() {
        assert_eq!(below("data/train", "data"), Some("train".to_owned()));
        assert_eq!(below("data", "data"), Some(String::new()));
        assert_eq!(below("data", "data/inner"), Some(String::new()));
        assert_eq!(below("other", "data"), None);
        assert_eq!(below("train", ""), Some("train".to_owned()));
        assert_eq!(below("database", "data"), None);
    }
}
