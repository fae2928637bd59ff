//! The error for a directory without images: what was seen in their place.

use std::path::PathBuf;

use crate::error::Error;
use crate::sample::Dataset;

pub(super) fn error(dataset: &Dataset) -> Error {
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
        let unread = dataset
            .ignored
            .iter()
            .any(|kind| kind.reason.starts_with("not read"));
        let advice = match unread {
            true => {
                "if the images are in these, write them out as image files (videos need `ffmpeg`); else give the folder that holds the images"
            }
            false => "give the folder that holds the images",
        };
        format!("found only {}; {advice}", seen.join(", "))
    };
    Error::NothingFound {
        root: PathBuf::from(&dataset.root),
        detail,
    }
}
