//! Tables, lists and descriptions (`data.yaml`, COCO's JSON) that have changed: a sample that
//! changes its split is new there.
//!
//! Any text of a dataset may be what its layout was read from. So it is recognised once more in a
//! tree whose texts are those of the commit: what is said of a sample now and was not said then has
//! moved.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::path::Path;

use super::git::{self, Before, Extent, Repository};
use super::lfs::{self, Store};
use super::mirror::Mirror;
use super::{Tree, leads_down, process};
use crate::dataset;
use crate::error::Error;
use crate::progress::Silent;
use crate::sample::{Dataset, Layout, Sample};
use crate::settings::{Input, Settings};
use crate::source::container::file_of;
use crate::source::text;

/// A dataset and the commit that it is compared with.
#[derive(Clone, Copy)]
pub(super) struct Compared<'a> {
    pub(super) repository: &'a Repository,
    pub(super) commit: &'a str,
    /// Where the dataset lies.
    pub(super) tree: Tree<'a>,
    pub(super) dataset: &'a Dataset,
    pub(super) settings: &'a Settings,
}

/// What is known of the rows that have changed.
pub(super) enum Rows {
    /// Samples of which something is said that the commit does not say of them.
    Moved(BTreeSet<String>),
    /// They are not known, and why.
    Unknown(String),
}

/// Compares what the texts of a dataset say, if it has any, with what they said in a commit.
///
/// # Errors
/// Those of git, and temporary files that cannot be written.
pub(super) fn moved_rows(compared: Compared<'_>) -> Result<Rows, Error> {
    match &compared.settings.input {
        Input::Directories(_) => Ok(Rows::Moved(BTreeSet::new())),
        Input::Manifest { manifest, .. } => of_manifest(manifest, compared),
        Input::Tree { layout, .. } => of_tree(*layout, compared),
    }
}

fn of_manifest(manifest: &Path, compared: Compared<'_>) -> Result<Rows, Error> {
    let Compared {
        repository,
        commit,
        tree,
        dataset,
        settings,
    } = compared;
    let name = manifest.display();
    let Some(path) = repository.place_from_top(manifest) else {
        return Ok(Rows::Unknown(format!("`{name}` is not in the repository")));
    };
    let file = match tree {
        Tree::Working(_) => Some(manifest.to_path_buf()),
        Tree::Staged(snapshot) => snapshot.find(manifest),
    };
    let now = file.and_then(|file| text::read(&file, text::TABLE).ok());
    let before = repository.content(commit, &git::text(&path))?;
    if now.is_some() && now.as_deref().map(lines) == before.as_deref().map(lines) {
        return Ok(Rows::Moved(BTreeSet::new()));
    }
    let unknown = || {
        Rows::Unknown(format!(
            "the revision has no `{name}` that can be compared with"
        ))
    };
    let Some(before) = before else {
        return Ok(unknown());
    };
    // The reader of manifests takes a file, and tells columns by name.
    let directory = tempfile::tempdir().map_err(unwritable)?;
    let copy = directory
        .path()
        .join(manifest.file_name().unwrap_or_default());
    std::fs::write(&copy, before).map_err(unwritable)?;
    let input = Input::Manifest {
        root: dataset.root.clone(),
        manifest: copy,
    };
    let before = load(&input, settings);
    Ok(before.map_or_else(unknown, |before| Rows::Moved(moved(&before, dataset))))
}

/// Text by its lines: git may end them otherwise in the working tree.
fn lines(text: &[u8]) -> Vec<&[u8]> {
    let lines = text.split(|&byte| byte == b'\n');
    lines
        .map(|line| line.strip_suffix(b"\r").unwrap_or(line))
        .collect()
}

fn of_tree(layout: Option<Layout>, compared: Compared<'_>) -> Result<Rows, Error> {
    let (dataset, tree) = (compared.dataset, compared.tree);
    let Texts {
        before,
        gone,
        untracked,
    } = match texts(compared)? {
        Ok(texts) => texts,
        Err(why) => return Ok(Rows::Unknown(why)),
    };
    let root = match tree {
        Tree::Working(_) => dataset.root.clone(),
        Tree::Staged(snapshot) => snapshot.tree(),
    };
    let recognised = |texts: &BTreeMap<String, Option<Vec<u8>>>| -> Result<_, Error> {
        let mirror = Mirror::of(&root, texts).map_err(unwritable)?;
        let input = Input::Tree {
            root: mirror.root().to_path_buf(),
            layout,
        };
        Ok(load(&input, compared.settings))
    };
    let mut texts: BTreeMap<String, Option<Vec<u8>>> = BTreeMap::new();
    if let Some(example) = untracked.first() {
        texts.extend(untracked.iter().map(|path| (path.clone(), None)));
        let without = recognised(&texts)?;
        if !without.is_some_and(|without| moved(&without, dataset).is_empty()) {
            return Ok(Rows::Unknown(format!(
                "git does not tell whether `{example}` has changed, and it says something of samples"
            )));
        }
    }
    if before.is_empty() {
        return Ok(Rows::Moved(BTreeSet::new()));
    }
    let names: Vec<String> = before
        .keys()
        .take(3)
        .map(|path| format!("`{path}`"))
        .collect();
    texts.extend(before);
    // Only their names are asked for: a list most of whose pictures are missing is taken for none.
    texts.extend(gone.into_iter().map(|path| (path, Some(Vec::new()))));
    Ok(match recognised(&texts)? {
        Some(before) => Rows::Moved(moved(&before, dataset)),
        None => Rows::Unknown(format!(
            "the revision has no {} that can be compared with",
            names.join(", ")
        )),
    })
}

/// Texts of a dataset, by their paths from its root, that are not as the commit has them.
struct Texts {
    /// As the commit has them; `None` for those it has not.
    before: BTreeMap<String, Option<Vec<u8>>>,
    /// Other files that the commit has and that are not there any more.
    gone: Vec<String>,
    /// Those of which git knows nothing.
    untracked: Vec<String>,
}

/// The inner error says why they are not known.
fn texts(compared: Compared<'_>) -> Result<Result<Texts, String>, Error> {
    let Compared {
        repository,
        commit,
        tree,
        dataset,
        ..
    } = compared;
    let mut changed: BTreeMap<String, Before> = BTreeMap::new();
    // A text inside an archive is what the archive is.
    let files: BTreeSet<&str> = dataset.texts.iter().map(|text| file_of(text)).collect();
    let mut untracked: Vec<String> = files.iter().map(|file| (*file).to_owned()).collect();
    match tree {
        Tree::Working(_) => {
            changed.extend(repository.before(commit, Extent::Directory)?);
            let tracked = repository.tracked()?;
            untracked.retain(|path| !tracked.files.contains(path) && !changed.contains_key(path));
            let is_unwatched = |path: &&String| tracked.unwatched.contains(*path);
            for path in dataset.texts.iter().filter(is_unwatched) {
                let name = format!("{}{path}", repository.prefix());
                changed.insert(path.clone(), repository.before_of(commit, &name)?);
            }
        }
        Tree::Staged(snapshot) => {
            let prefix = repository.prefix();
            for (path, before) in repository.before(commit, Extent::Index)? {
                if let Some(path) = path.strip_prefix(&prefix) {
                    changed.insert(path.to_owned(), before);
                }
            }
            untracked.retain(|path| !snapshot.holds(&format!("{prefix}{path}")));
        }
    }
    let is_archive =
        |path: &&String| files.contains(path.as_str()) && !dataset::may_describe(Path::new(path));
    if let Some(path) = changed.keys().find(is_archive) {
        return Ok(Err(format!(
            "`{path}` has changed, which holds texts that may describe samples"
        )));
    }
    let is_gone = |path: &str| match tree {
        Tree::Working(_) => !dataset.root.join(path).exists(),
        Tree::Staged(snapshot) => !snapshot.holds(&format!("{}{path}", repository.prefix())),
    };
    let others = changed.iter().filter(|(path, was)| {
        !dataset::may_describe(Path::new(path)) && matches!(was, Before::File(_))
    });
    let gone = others.map(|(path, _)| path.clone());
    let gone = gone.filter(|path| leads_down(Path::new(path)) && is_gone(path));
    let gone = gone.collect();
    changed.retain(|path, _| dataset::may_describe(Path::new(path)));
    let mut before = BTreeMap::new();
    let mut store = None;
    for (path, was) in changed {
        if !leads_down(Path::new(&path)) {
            return Ok(Err(format!("`{path}` leads out of the dataset")));
        }
        let text = match was {
            Before::Absent => None,
            Before::File(blob) => repository.blob(&blob)?,
            Before::Other => {
                return Ok(Err(format!("`{path}` was no file in the revision")));
            }
        };
        let text = match text {
            Some(text) if lfs::is_pointer(&text) => {
                let store = match &mut store {
                    Some(store) => store,
                    none => none.insert(Store::of(repository)?),
                };
                let object = store
                    .object(&text)
                    .and_then(|file| text::read(&file, text::TABLE).ok());
                match object {
                    Some(text) => Some(text),
                    None => {
                        return Ok(Err(format!(
                            "`{path}` of the revision is kept by Git LFS and not here"
                        )));
                    }
                }
            }
            text => text,
        };
        before.insert(path, text);
    }
    Ok(Ok(Texts {
        before,
        gone,
        untracked,
    }))
}

fn unwritable(error: std::io::Error) -> Error {
    process::refused(format!(
        "what the revision says of samples could not be written to a temporary directory ({error}); make room there, or name another by `$TMPDIR`"
    ))
}

/// `None` where it cannot be read as a dataset.
fn load(input: &Input, settings: &Settings) -> Option<Dataset> {
    dataset::load(input, &settings.columns, &settings.files, &Silent).ok()
}

/// Samples of which `now` says what `before` does not.
fn moved(before: &Dataset, now: &Dataset) -> BTreeSet<String> {
    let known: BTreeSet<String> = rows(before).map(|(_, row)| row).collect();
    let moved = rows(now).filter(|(_, row)| !known.contains(row));
    moved.map(|(sample, _)| sample.path.to_string()).collect()
}

/// All that is said of each sample, with split and classes by name: numbers differ between
/// datasets.
fn rows(dataset: &Dataset) -> impl Iterator<Item = (&Sample, String)> {
    let annotations = &dataset.annotations;
    let mut faults: HashMap<&str, Vec<&str>> = HashMap::new();
    for fault in &annotations.faults {
        let of_picture = fault.picture.as_deref();
        let known = of_picture.map(|picture| faults.entry(picture).or_default());
        known.into_iter().for_each(|all| all.push(&fault.detail));
    }
    dataset.samples.iter().map(move |sample| {
        let split = sample.split.map(|split| &dataset.splits[split.index()]);
        let Sample {
            path,
            place: _,
            split: _,
            label,
            target: _,
            group,
            time,
            of_split: _,
        } = sample;
        let drawn = annotations.of(path).map(|said| {
            let regions = said.regions.iter();
            let regions = regions.map(|one| (annotations.class_of(one), one.bounds, one.outline));
            (said.size, regions.collect::<Vec<_>>())
        });
        let wrong = faults.get(&**path);
        let row = format!("{path:?} {split:?} {label:?} {group:?} {time:?} {drawn:?} {wrong:?}");
        (sample, row)
    })
}
