//! Pictures of samples, each encoded once.

use std::collections::BTreeMap;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use rayon::prelude::*;

use crate::budget::Budget;
use crate::sample::{Dataset, SampleId};
use crate::signature::{Preview, preview, reading};

/// Longest side, in pixels.
const SIDE: u32 = 160;

/// One picture of the page.
#[derive(Debug)]
pub(super) struct Picture {
    /// Its place among the pictures.
    pub(super) id: usize,
    /// Pixels across.
    pub(super) width: u32,
    /// Pixels down.
    pub(super) height: u32,
    /// `data:` address of the encoded file.
    pub(super) data: String,
}

/// Samples of the dataset by path.
pub(super) struct Samples<'a> {
    dataset: &'a Dataset,
    by_path: BTreeMap<&'a str, SampleId>,
}

impl<'a> Samples<'a> {
    /// Looks them up by path.
    pub(super) fn of(dataset: &'a Dataset) -> Self {
        let ids = dataset.files().into_iter();
        let by_path = ids.map(|id| (&*dataset.samples[id.index()].path, id));
        Self {
            dataset,
            by_path: by_path.collect(),
        }
    }

    /// Its class or target as written; `None` where it has none.
    pub(super) fn label(&self, path: &str) -> Option<&'a str> {
        let id = *self.by_path.get(path)?;
        self.dataset.samples[id.index()].label.as_deref()
    }

    /// The pictures of these paths, in parallel; those that cannot be read are left out.
    pub(super) fn pictures(&self, paths: &[&str], budget: &Budget) -> BTreeMap<String, Picture> {
        let read = |path: &&str| -> Option<(String, Preview)> {
            let id = *self.by_path.get(path)?;
            let mut share = budget.share();
            let bytes = reading::read(self.dataset.source(id), &mut share).ok()?;
            Some(((*path).to_owned(), preview(&bytes, SIDE, &mut share)?))
        };
        let mut unique = paths.to_vec();
        unique.sort_unstable();
        unique.dedup();
        let made: Vec<_> = unique.par_iter().filter_map(read).collect();
        let numbered = made.into_iter().enumerate();
        numbered
            .map(|(id, (path, shown))| {
                let data = format!(
                    "data:{};base64,{}",
                    shown.media,
                    STANDARD.encode(shown.bytes)
                );
                let picture = Picture {
                    id,
                    width: shown.width,
                    height: shown.height,
                    data,
                };
                (path, picture)
            })
            .collect()
    }
}
