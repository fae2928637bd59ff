//! Work in steps with files between them: how the files are named, written and found again.
//!
//! `signatures/` has a file for each run of images in order of path, `learned.parquet` what has to
//! be known of the whole, `matches/` what was found in each run. A file is named by what it was
//! made of, and has its name only when it is whole, so that work goes on where it stopped.

mod learned;
mod matches;
mod shard;
mod signatures;
mod table;

use std::path::{Path, PathBuf};
use std::str::FromStr;

use crate::error::Error;
pub(crate) use learned::Head;
pub(crate) use shard::{Shard, shards};
pub(crate) use signatures::Row;

/// A folder for the files between the steps.
#[derive(Debug, Clone)]
pub struct Steps {
    folder: PathBuf,
    /// Images of one file, at least 1.
    images: usize,
}

impl Steps {
    /// Images of one file unless told otherwise.
    pub const IMAGES: usize = 100_000;

    /// A folder with so many images in one file, which have to be as many in every step.
    #[must_use]
    pub fn new(folder: impl Into<PathBuf>, images: usize) -> Self {
        Self {
            folder: folder.into(),
            images: images.max(1),
        }
    }

    /// Most images of one file.
    pub(crate) fn images(&self) -> usize {
        self.images
    }

    fn signatures_of(&self, shard: &str) -> PathBuf {
        self.file("signatures", shard)
    }

    fn matches_of(&self, head: &Head, shard: &str) -> PathBuf {
        self.file("matches", &format!("{}-{shard}", head.id.hex()))
    }

    fn learned(&self) -> PathBuf {
        self.folder.join("learned.parquet")
    }

    fn file(&self, kind: &str, name: &str) -> PathBuf {
        self.folder.join(kind).join(format!("{name}.parquet"))
    }
}

/// Every `of`-th file, beginning with number `number`: the share of one of several machines.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Share {
    number: usize,
    of: usize,
}

impl Share {
    /// All files.
    pub const ALL: Self = Self { number: 1, of: 1 };

    /// The things of this share.
    pub(crate) fn of<T>(self, all: &[T]) -> impl Iterator<Item = &T> {
        all.iter().skip(self.number - 1).step_by(self.of)
    }

    /// How many of so many things it has.
    pub(crate) fn count(self, all: usize) -> usize {
        (all + self.of - self.number) / self.of
    }
}

impl FromStr for Share {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let numbers = text.split_once('/');
        let numbers = numbers.and_then(|(number, of)| number.parse().ok().zip(of.parse().ok()));
        let share = numbers.map(|(number, of)| Self { number, of });
        let share = share.filter(|share| (1..=share.of).contains(&share.number));
        share.ok_or_else(|| format!("`{text}` is no share: write 1/8 to 8/8 for eight machines"))
    }
}

/// How many files a step has made, and how many it has found.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Made {
    /// Made now.
    pub made: usize,
    /// There already.
    pub kept: usize,
}

fn wrong(path: &Path, message: impl Into<String>) -> Error {
    Error::Step {
        path: path.to_path_buf(),
        message: message.into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shares_have_every_thing_once() {
        let all: Vec<usize> = (0..11).collect();
        for of in 1..14 {
            let mut seen = Vec::new();
            for number in 1..=of {
                let share: Share = format!("{number}/{of}").parse().unwrap();
                let own: Vec<usize> = share.of(&all).copied().collect();
                assert_eq!(own.len(), share.count(all.len()), "{number}/{of}");
                seen.extend(own);
            }
            seen.sort_unstable();
            assert_eq!(seen, all);
        }
        for text in ["", "1", "0/4", "5/4", "1/0", "a/b", "-1/2"] {
            assert!(text.parse::<Share>().is_err(), "{text}");
        }
    }
}
