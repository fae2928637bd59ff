//! Where do samples come from? One file per layout; all give the same [`Dataset`].

mod assemble;
mod class_folder;
mod csv_manifest;
mod directories;
mod file_kind;
mod image_folder;
mod manifest_columns;
mod path_text;
pub mod split_name;
mod time_cell;
mod walk;

use std::path::{Path, PathBuf};

use crate::error::Error;
use crate::progress::{Progress, Stage};
use crate::sample::{Dataset, Layout};
use crate::settings::{Columns, Input, LayoutChoice};
use assemble::{Draft, assemble};
pub(crate) use path_text::path_text;
use walk::{Walked, walk};

/// Lists the samples of a dataset. No image is opened.
///
/// # Errors
/// A missing directory, a manifest that cannot be understood, or no image at all.
pub fn load(input: &Input, columns: &Columns, progress: &dyn Progress) -> Result<Dataset, Error> {
    progress.begin(Stage::Walking, None);
    let dataset = match input {
        Input::Tree { root, layout } => load_tree(root, *layout, columns, progress),
        Input::Manifest { root, manifest } => {
            require_directory(root)?;
            let walked = walk(root, progress);
            csv_manifest::read(root, manifest, columns, walked)
        }
        Input::Directories(splits) => {
            let (root, drafts, named, walked) = directories::read(splits, progress)?;
            Ok(assemble(
                root,
                Layout::Directories,
                drafts,
                named,
                walked,
                Vec::new(),
            ))
        }
    };
    progress.end();
    let dataset = dataset?;
    if dataset.samples.is_empty() {
        return Err(nothing_found(&dataset));
    }
    Ok(dataset)
}

fn load_tree(
    root: &Path,
    layout: LayoutChoice,
    columns: &Columns,
    progress: &dyn Progress,
) -> Result<Dataset, Error> {
    require_directory(root)?;
    let walked = walk(root, progress);
    if layout == LayoutChoice::Auto
        && let Some(manifest) = csv_manifest::find(&walked.root_tables, columns)?
    {
        return csv_manifest::read(root, &manifest, columns, walked);
    }
    if layout != LayoutChoice::Unsplit
        && let Some((drafts, named)) = image_folder::read(&walked)
    {
        let root = root.to_path_buf();
        return Ok(assemble(
            root,
            Layout::ImageFolder,
            drafts,
            named,
            walked,
            Vec::new(),
        ));
    }
    let drafts = walked.images.iter().cloned().map(Draft::of).collect();
    Ok(assemble(
        root.to_path_buf(),
        Layout::Unsplit,
        drafts,
        Vec::new(),
        walked,
        Vec::new(),
    ))
}

fn require_directory(path: &Path) -> Result<(), Error> {
    let path_buf = || path.to_path_buf();
    match std::fs::metadata(path) {
        Ok(metadata) if metadata.is_dir() => std::fs::read_dir(path)
            .map(drop)
            .map_err(|source| io_error("list", path, source)),
        Ok(_) => Err(Error::NotADirectory { path: path_buf() }),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
            Err(Error::DatasetMissing { path: path_buf() })
        }
        Err(source) => Err(io_error("open", path, source)),
    }
}

fn io_error(action: &'static str, path: &Path, source: std::io::Error) -> Error {
    Error::Io {
        action,
        path: path.to_path_buf(),
        source,
    }
}

fn nothing_found(dataset: &Dataset) -> Error {
    let mut seen: Vec<String> = dataset
        .ignored
        .iter()
        .map(|kind| {
            format!(
                "{} x {} (such as `{}`)",
                kind.files, kind.reason, kind.example
            )
        })
        .collect();
    seen.extend(
        dataset
            .problems
            .iter()
            .take(3)
            .map(|one| format!("`{}` {}", one.path, one.detail)),
    );
    let detail = if seen.is_empty() {
        "the directory is empty; give the folder that holds the images".to_owned()
    } else {
        format!(
            "found only {}; give the folder that holds the images",
            seen.join(", ")
        )
    };
    Error::NothingFound {
        root: PathBuf::from(&dataset.root),
        detail,
    }
}

/// Used by layouts that list files by name.
fn walked_paths(walked: &Walked) -> impl Iterator<Item = &str> {
    walked.images.iter().map(|image| image.path.as_str())
}
