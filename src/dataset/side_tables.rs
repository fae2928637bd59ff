//! Tables of a tree, joined to samples by the pictures that their rows name: what columns there
//! are, and what they say of each picture.

use std::borrow::Cow;
use std::collections::{BTreeMap, HashSet};
use std::path::{Path, PathBuf};

use super::builder::Draft;
use super::csv_text::{reader, side_table_text, without_packing};
use super::picture_names::PictureNames;
use super::resolve::Resolver;
use super::several_in_row;
use super::side_texts;
use super::text_tables;
use super::walk::{Walked, WalkedFile};
use crate::settings::SplitDirectory;
use crate::source::path_text;

/// Endings of tables.
pub(super) const ENDINGS: [&str; 5] = ["csv", "tsv", "jsonl", "ndjson", "manifest"];

/// Most tables that are looked at; more are annotations of single pictures.
pub(super) const MOST_TABLES: usize = 100;

/// A table and its columns.
#[derive(Debug)]
pub(super) struct SideTable {
    /// Its name for people.
    pub(super) name: String,
    file: PathBuf,
    /// Its text as a table, where its file is none.
    text: Option<String>,
    /// Names of its columns, as its first row writes them.
    pub(super) columns: Vec<String>,
}

/// Whether a file is a table by its name, compressed or not.
pub(super) fn is_table(path: &str) -> bool {
    let path = unpacked(path);
    let ending = path.rsplit_once('.').map_or("", |(_, ending)| ending);
    ENDINGS.iter().any(|one| ending.eq_ignore_ascii_case(one))
}

/// The path of a table without the ending of what compressed it.
pub(super) fn unpacked(path: &str) -> &str {
    let packed = without_packing(Path::new(path)).is_some();
    path.rsplit_once('.')
        .filter(|_| packed)
        .map_or(path, |(inner, _)| inner)
}

/// The tables of directories and lists that are given as splits: those that are given, and those
/// that lie beside or directly in what is given.
pub(super) fn of_splits(root: &Path, splits: &[SplitDirectory], walked: &Walked) -> Vec<SideTable> {
    let mut folders = vec![root.to_path_buf()];
    let mut files = Vec::new();
    for split in splits {
        match split.path.is_dir() {
            true => folders.push(split.path.clone()),
            false => files.push(split.path.clone()),
        }
    }
    for folder in folders {
        let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
        let mut own: Vec<PathBuf> = entries.map(|entry| entry.path()).collect();
        own.sort();
        files.extend(own);
    }
    let mut all: Vec<(String, PathBuf)> = Vec::new();
    for file in files {
        let name = path_text(root, &std::path::absolute(&file).unwrap_or(file.clone())).0;
        let is_new = all.iter().all(|one| one.0 != name);
        if is_new && is_table(&name) && file.is_file() {
            all.push((name, file));
        }
    }
    read(all, &PictureNames::of(walked))
}

/// The tables of a tree, and one that the user named.
pub(super) fn list(root: &Path, given: Option<&Path>, walked: &Walked) -> Vec<SideTable> {
    let inside = text_tables::of_tree(root, walked).map(|path| (path.clone(), root.join(path)));
    let given = given.map(|file| {
        let name = file.file_name().unwrap_or_default();
        (name.to_string_lossy().into_owned(), file.to_path_buf())
    });
    let own: Vec<(String, PathBuf)> = given.into_iter().collect();
    let is_new = |one: &(String, PathBuf)| own.iter().all(|given| given.1 != one.1);
    let names = PictureNames::of(walked);
    let all = own.iter().cloned().chain(inside.filter(is_new));
    let mut tables = read(all.collect(), &names);
    tables.extend(of_texts(root, walked));
    tables
}

/// Texts that are no tables, and say something of each picture.
pub(super) fn of_texts(root: &Path, walked: &Walked) -> Vec<SideTable> {
    let texts = side_texts::tables(root, walked).into_iter();
    let table = |(name, text): (String, String)| {
        Some(SideTable {
            file: root.join(&name),
            name,
            columns: columns_of(&text)?,
            text: Some(text),
        })
    };
    texts.filter_map(table).collect()
}

/// The names of the columns of a table.
fn columns_of(text: &str) -> Option<Vec<String>> {
    let columns = reader(text, true).headers().ok()?.clone();
    Some(columns.iter().map(ToOwned::to_owned).collect())
}

/// The columns of tables; what cannot be read as one is left out.
fn read(all: Vec<(String, PathBuf)>, names: &PictureNames) -> Vec<SideTable> {
    let table = |(name, file): (String, PathBuf)| {
        let text = side_table_text(&file)?;
        let own = one_picture_a_row(&text, names);
        Some(SideTable {
            name,
            file,
            columns: columns_of(own.as_ref().unwrap_or(&text))?,
            text: own,
        })
    };
    all.into_iter()
        .take(MOST_TABLES)
        .filter_map(table)
        .collect()
}

/// The table with one picture in each row and all values in each, where it has several of them or
/// leaves some out; only small ones are.
fn one_picture_a_row(text: &str, names: &PictureNames) -> Option<String> {
    const MOST_BYTES: usize = 16 << 20;
    let mut records = reader(text, false).into_records().flatten();
    let cells = |record: csv::StringRecord| -> Vec<String> {
        record.iter().map(ToOwned::to_owned).collect()
    };
    let header = cells(records.next().filter(|_| text.len() <= MOST_BYTES)?);
    let rows: Vec<Vec<String>> = records.map(cells).collect();
    several_in_row::one_a_picture(&header, &rows, names)
        .or_else(|| several_in_row::filled_down(&header, &rows))
}

/// What one column says of pictures.
#[derive(Debug, Default)]
pub(super) struct Cells {
    /// The first cell of each picture that is not empty.
    pub(super) of: BTreeMap<String, String>,
    /// Pictures of which rows say different things: it is told of something inside of them.
    pub(super) contradicted: HashSet<String>,
}

/// The samples as a walk would have found them, so that tables can be asked about these alone.
pub(super) fn samples(drafts: &[Draft]) -> Walked {
    let files = drafts
        .iter()
        .map(|draft| WalkedFile::new(draft.path.clone(), draft.place.clone()));
    Walked {
        images: files.collect(),
        ..Walked::default()
    }
}

impl SideTable {
    /// The column of this name, whatever its case.
    pub(super) fn at(&self, column: &str) -> Option<usize> {
        let column = column.trim();
        let mut names = self.columns.iter();
        names.position(|own| own.trim().eq_ignore_ascii_case(column))
    }

    /// What `columns` say of the samples that the rows name. `None` where no column names any.
    pub(super) fn cells(
        &self,
        root: &Path,
        samples: &Walked,
        columns: &[usize],
    ) -> Option<Vec<Cells>> {
        let text = match &self.text {
            Some(text) => Cow::Borrowed(text.as_str()),
            None => Cow::Owned(side_table_text(&self.file)?),
        };
        let names = PictureNames::of(samples);
        let mut hits = vec![0_usize; self.columns.len()];
        for record in reader(&text, true).records().flatten() {
            for (at, cell) in record.iter().enumerate().take(hits.len()) {
                hits[at] += usize::from(names.has(cell));
            }
        }
        // The first of those with most: numbers may be names of pictures, too.
        let most = hits.iter().copied().max().filter(|most| *most > 0)?;
        let pictures = hits.iter().position(|own| *own == most)?;
        let resolver = Resolver::new(root, &self.file, samples);
        let mut told: Vec<Cells> = columns.iter().map(|_| Cells::default()).collect();
        for record in reader(&text, true).records().flatten() {
            let Some(cell) = record.get(pictures).filter(|cell| names.has(cell)) else {
                continue;
            };
            let (path, _, is_there) = resolver.resolve(cell, None);
            // What a table says besides the splits is said of a picture before it was converted.
            let path = match (is_there, names.meant(cell)) {
                (true, _) => path,
                (false, Some(meant)) => meant.to_owned(),
                (false, None) => continue,
            };
            for (column, told) in columns.iter().zip(&mut told) {
                let Some(value) = record.get(*column).filter(|value| !value.is_empty()) else {
                    continue;
                };
                let first = told.of.entry(path.clone());
                if first.or_insert_with(|| value.to_owned()) != value {
                    told.contradicted.insert(path.clone());
                }
            }
        }
        Some(told)
    }
}
