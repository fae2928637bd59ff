//! Samples that a program hands over one by one: files, bytes and pixels in memory.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use super::builder::{Builder, Draft};
use super::directories::common_ancestor;
use crate::error::Error;
use crate::sample::{Dataset, Layout, Problem, ProblemKind, SplitRole};
use crate::source::{Place, RowNames, path_text};

/// A dataset of samples that were handed over, and what they are called in its report.
#[derive(Debug)]
pub struct Given {
    /// The dataset, to be checked by [`audit_dataset`](crate::audit_dataset).
    pub dataset: Dataset,
    /// Name of each sample, in the order in which they were given. A file that was given twice in
    /// one split has its name twice, and is one sample.
    pub names: Vec<String>,
}

/// Makes a dataset of samples without names of their own.
///
/// The `path` of each draft is left empty and is given here: a [`Place::File`] is called what it is
/// relative to the deepest directory that holds all files, as in a check of that directory; any
/// other place is called by its position in its split, from 0 (`val#0042`). A draft that has a
/// `path` keeps it, and must be alone to have it. `splits` are there even if no sample is in them.
///
/// ```
/// use splitleak::dataset::{Draft, given};
/// use splitleak::sample::SplitRole;
/// use splitleak::source::Place;
///
/// let split = ("val".to_owned(), SplitRole::Validation);
/// let picture = Draft {
///     place: Place::Memory(vec![0xFF, 0xD8, 0xFF].into()),
///     split: Some(split.clone()),
///     ..Draft::default()
/// };
/// let given = given(vec![picture], &[split]).unwrap();
/// assert_eq!(given.names, ["val#0"]);
/// ```
///
/// # Errors
/// No sample at all, a relative path where there is no current directory, or a draft that has
/// neither a name nor a place.
pub fn given(mut drafts: Vec<Draft>, splits: &[(String, SplitRole)]) -> Result<Given, Error> {
    if drafts.is_empty() {
        let message = "no samples were given; give at least one image for each split";
        return Err(Error::settings(message));
    }
    let root = name_files(&mut drafts)?;
    name_rows(&mut drafts)?;
    let names: Vec<String> = drafts.iter().map(|draft| draft.path.clone()).collect();
    let mut builder = Builder::new(root, Layout::Given);
    builder.evidence("samples given one by one");
    for (name, role) in splits {
        builder.split(name, *role);
    }
    let mut seen = BTreeSet::new();
    for draft in drafts {
        let split = draft.split.clone().map(|(name, _)| name);
        if seen.insert((draft.path.clone(), split)) {
            builder.sample(draft);
        } else {
            builder.problem(Problem {
                kind: ProblemKind::ListedTwice,
                path: draft.path,
                detail: "is given more than once in one split".to_owned(),
            });
        }
    }
    builder.labels_from("the labels that were handed over");
    let dataset = builder.build();
    Ok(Given { dataset, names })
}

/// Names files without a name; the directory that their names are relative to.
fn name_files(drafts: &mut [Draft]) -> Result<PathBuf, Error> {
    let mut above = BTreeSet::new();
    for draft in drafts.iter_mut() {
        let Place::File(path) = &draft.place else {
            continue;
        };
        let absolute = std::path::absolute(path);
        let absolute = absolute.map_err(|source| super::io_error("find", path, source))?;
        above.extend(absolute.parent().map(Path::to_path_buf));
        draft.place = Place::File(absolute.into());
    }
    let root = common_ancestor(&above.into_iter().collect::<Vec<_>>());
    for draft in drafts.iter_mut().filter(|draft| draft.path.is_empty()) {
        if let Place::File(path) = &draft.place {
            (draft.path, draft.place) = path_text(&root, path);
        }
    }
    Ok(root)
}

/// Names what is in memory by its position in its split.
fn name_rows(drafts: &mut [Draft]) -> Result<(), Error> {
    let split_of = |draft: &Draft| draft.split.clone().map_or(String::new(), |split| split.0);
    let mut sizes: BTreeMap<String, u64> = BTreeMap::new();
    for draft in drafts.iter() {
        *sizes.entry(split_of(draft)).or_default() += 1;
    }
    let names = sizes.into_iter().map(|(split, rows)| {
        let names = RowNames::new(&split, rows);
        (split, (names, 0u64))
    });
    let mut names: BTreeMap<String, (RowNames, u64)> = names.collect();
    for draft in drafts {
        let Some((rows, next)) = names.get_mut(&split_of(draft)) else {
            continue;
        };
        if draft.path.is_empty() {
            if draft.place == Place::Named {
                let message = format!("sample {next} has neither a name nor a place");
                return Err(Error::settings(message));
            }
            draft.path = rows.of(*next);
        }
        *next += 1;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn draft(split: &str, place: Place) -> Draft {
        let role = match split {
            "train" => SplitRole::Training,
            _ => SplitRole::Validation,
        };
        Draft {
            place,
            split: Some((split.to_owned(), role)),
            ..Draft::default()
        }
    }

    fn file(path: &str) -> Place {
        Place::File(Path::new(path).into())
    }

    #[test]
    fn files_are_named_as_in_their_directory_and_rows_by_position() {
        let memory = || Place::Memory(vec![1].into());
        let mut drafts = vec![
            draft("train", file("/data/x/train/cat/1.png")),
            draft("val", file("/data/x/val/2.png")),
        ];
        drafts.extend((0..11).map(|_| draft("val", memory())));
        let given = given(drafts, &[]).unwrap();
        assert_eq!(given.dataset.root, Path::new("/data/x"));
        assert_eq!(given.names[..2], ["train/cat/1.png", "val/2.png"]);
        assert_eq!((&*given.names[2], &*given.names[12]), ("val#01", "val#11"));
        assert_eq!(given.dataset.samples[0].place, Place::Named);
        assert_eq!(given.dataset.layout, Layout::Given);
    }

    #[test]
    fn a_file_of_two_splits_is_two_samples_and_twice_in_one_split_a_problem() {
        let drafts = vec![
            draft("train", file("/data/1.png")),
            draft("val", file("/data/1.png")),
            draft("val", file("/data/1.png")),
        ];
        let given = given(drafts, &[("test".to_owned(), SplitRole::Test)]).unwrap();
        assert_eq!(given.dataset.samples.len(), 2);
        assert_eq!(given.names, ["1.png"; 3]);
        assert_eq!(given.dataset.splits.len(), 3);
        let problems = &given.dataset.problems;
        assert_eq!(problems.len(), 1);
        assert_eq!(problems[0].kind, ProblemKind::ListedTwice);
    }

    #[test]
    fn nothing_and_a_sample_without_a_place_are_refused() {
        let said = given(Vec::new(), &[]).unwrap_err().to_string();
        assert!(said.contains("no samples were given"), "{said}");
        let said = given(vec![draft("val", Place::Named)], &[]).unwrap_err();
        assert!(said.to_string().contains("neither a name"), "{said}");
    }
}
