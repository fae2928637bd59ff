//! Splits in the front matter of a `README.md`, as the Hugging Face Hub reads them: `configs`, each
//! with `data_files` by split.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use serde::Deserialize;

use super::builder::Draft;
use super::claim::{Claim, Strength};
use super::class_folder;
use super::image_folder::is_plain;
use super::split_name::value_role;
use super::walk::Walked;
use crate::path_pattern::PathPattern;
use crate::sample::{Layout, SplitRole};
use crate::source::read_file_up_to;

#[derive(Deserialize)]
struct FrontMatter {
    #[serde(default)]
    configs: Vec<Config>,
}

#[derive(Deserialize)]
struct Config {
    #[serde(default)]
    config_name: Option<String>,
    #[serde(default)]
    default: bool,
    #[serde(default)]
    data_files: Option<Files>,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Files {
    Splits(Vec<OfSplit>),
    Named(BTreeMap<String, Paths>),
}

#[derive(Deserialize)]
struct OfSplit {
    split: String,
    path: Paths,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Paths {
    One(String),
    Several(Vec<String>),
}

impl Paths {
    fn all(&self) -> &[String] {
        match self {
            Self::One(one) => std::slice::from_ref(one),
            Self::Several(several) => several,
        }
    }
}

/// What the front matter claims: the splits of its default configuration. `None` where it names
/// none, or no picture is in two of them.
pub(super) fn claim(root: &Path, walked: &Walked) -> Option<Claim> {
    const NAME: &str = "README.md";
    /// Longer ones are none; nor are pipes and devices.
    const MOST_BYTES: u64 = 16 << 20;
    let file = root.join(NAME);
    std::fs::metadata(&file)
        .ok()
        .filter(std::fs::Metadata::is_file)?;
    let text = String::from_utf8(read_file_up_to(&file, MOST_BYTES).ok()?).ok()?;
    let (_, text) = text
        .split_once("---\n")
        .filter(|(before, _)| before.trim().is_empty())?;
    let (front, _) = text.split_once("\n---")?;
    let read: FrontMatter = serde_saphyr::from_str(front).ok()?;
    let is_default =
        |config: &&Config| config.default || config.config_name.as_deref() == Some("default");
    let chosen = read
        .configs
        .iter()
        .find(is_default)
        .or(read.configs.first())?;
    let splits: Vec<(&str, &Paths)> = match chosen.data_files.as_ref()? {
        Files::Splits(splits) => splits
            .iter()
            .map(|one| (one.split.as_str(), &one.path))
            .collect(),
        Files::Named(named) => named
            .iter()
            .map(|(name, paths)| (name.as_str(), paths))
            .collect(),
    };
    let mut drafts = Vec::new();
    for (split, paths) in &splits {
        let role = value_role(split)?;
        let patterns: Result<Vec<PathPattern>, String> = paths
            .all()
            .iter()
            .map(|path| PathPattern::parse(path.trim_start_matches("./")))
            .collect();
        let patterns = patterns.ok()?;
        let is_meant = |path: &str| patterns.iter().any(|pattern| pattern.matches(path));
        let images = walked.images.iter().filter(|image| is_meant(&image.path));
        drafts.extend(images.map(|image| Draft {
            split: Some(((*split).to_owned(), role)),
            label: class(&image.path),
            ..Draft::of(image.clone())
        }));
    }
    let roles: BTreeSet<SplitRole> = drafts
        .iter()
        .filter_map(|one| Some(one.split.as_ref()?.1))
        .collect();
    if !(roles.contains(&SplitRole::Training) && roles.iter().any(|role| role.is_evaluation())) {
        return None;
    }
    let labels = drafts
        .iter()
        .filter_map(|draft| Some((draft.label.as_deref()?, draft.split.as_ref()?.0.as_str())));
    if !class_folder::are_classes(labels) {
        drafts.iter_mut().for_each(|draft| draft.label = None);
    }
    let config = chosen.config_name.as_deref().unwrap_or("default");
    Some(Claim {
        lists_samples: true,
        ..Claim::new(
            Layout::ImageFolder,
            Strength::Splits,
            format!("configuration `{config}` in `{NAME}`"),
            drafts,
        )
    })
}

/// The folder of a picture is its class, as `ImageFolder` has it.
fn class(path: &str) -> Option<String> {
    let folder = path.rsplit('/').nth(1)?;
    (!is_plain(folder)).then(|| folder.to_owned())
}
