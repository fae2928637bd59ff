//! The place of the cache, and the `cache` command.

use std::fmt::Write;
use std::path::PathBuf;

use crate::cache::{self, Cache, CompareBy, Keep, Overview, Pruned};
use crate::error::Error;
use crate::source::Stamp;

use super::args::{CacheArgs, CacheBy, CacheCommand, CachePlace};

/// The cache that a check uses; off without a word where no directory is known.
pub(super) fn open(args: &CacheArgs) -> Cache {
    let directory = if args.no_cache {
        None
    } else {
        directory(&args.place)
    };
    let Some(directory) = directory else {
        return Cache::off();
    };
    let compare_by = match args.cache_by {
        None | Some(CacheBy::Stamp) => CompareBy::Stamp,
        Some(CacheBy::Content) => CompareBy::Content,
    };
    let program = std::env::current_exe().ok();
    let program = program.and_then(|program| Stamp::of(&program));
    Cache::open(&directory, compare_by, program)
}

/// Runs the `cache` command; the text it prints.
///
/// # Errors
/// No known directory, or a cache that cannot be read or written.
pub(super) fn run(command: &CacheCommand) -> Result<String, Error> {
    match command {
        CacheCommand::Show { place } => Ok(shown(&cache::overview(&known(place)?)?)),
        CacheCommand::Prune {
            place,
            older_than,
            all,
        } => {
            let keep = if *all {
                Keep::Nothing
            } else {
                Keep::CheckedWithin(*older_than)
            };
            Ok(told(cache::prune(&known(place)?, keep)?))
        }
    }
}

fn known(place: &CachePlace) -> Result<PathBuf, Error> {
    directory(place).ok_or_else(|| Error::Settings {
        message: "no cache directory is known; give one by `--cache DIR`".to_owned(),
    })
}

/// `--cache`, else `$SPLITLEAK_CACHE`, else `splitleak` in the user's cache directory.
fn directory(place: &CachePlace) -> Option<PathBuf> {
    let variable = |name| std::env::var_os(name).filter(|value| !value.is_empty());
    let given = place.directory.clone();
    if let Some(directory) = given.or_else(|| variable("SPLITLEAK_CACHE").map(PathBuf::from)) {
        return Some(directory);
    }
    // The XDG specification has relative paths ignored.
    let absolute = |name| {
        variable(name)
            .map(PathBuf::from)
            .filter(|path| path.is_absolute())
    };
    let base = if cfg!(windows) {
        absolute("LOCALAPPDATA")
    } else if cfg!(target_os = "macos") {
        absolute("HOME").map(|home| home.join("Library/Caches"))
    } else {
        absolute("XDG_CACHE_HOME").or_else(|| absolute("HOME").map(|home| home.join(".cache")))
    };
    base.map(|base| base.join("splitleak"))
}

fn shown(overview: &Overview) -> String {
    let file = overview.file.display();
    if overview.bytes == 0 {
        return format!("{file}\n  nothing kept yet\n");
    }
    let mut text = format!(
        "{file}\n  {:.1} MB, {} images by content, {} reports\n",
        overview.bytes as f64 / 1e6,
        overview.signatures,
        overview.reports
    );
    for dataset in &overview.datasets {
        let age = match dataset.days {
            0 => "today".to_owned(),
            1 => "yesterday".to_owned(),
            days => format!("{days} days ago"),
        };
        // Writing to a string cannot fail.
        let _ = writeln!(
            text,
            "  {}  {} files, checked {age}",
            dataset.root, dataset.files
        );
    }
    text
}

fn told(pruned: Pruned) -> String {
    format!(
        "forgotten: {} datasets, {} files, {} images by content, {} reports\n",
        pruned.datasets, pruned.files, pruned.signatures, pruned.reports
    )
}
