//! Where pictures lie that were moved since a list was written: `/home/x/img/1.jpg` is
//! `data/img/1.jpg` where all that it names lie so.

use super::split_name::role_of;

/// Paths that are tried.
const TRIED: usize = 50;

/// Of ten of them, those that must be there.
const LEAST_OF_TEN: usize = 9;

/// Letters and digits of names that hardly two pictures have by chance.
const LONG: usize = 12;

/// What the paths of a list begin with, and what they begin with in the tree.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Moved {
    from: String,
    to: String,
}

impl Moved {
    /// One folder in place of another for nearly all of `written`, where no other fits; `ends_so`
    /// gives the pictures of the tree whose paths end so, `is_there` whether one is of this path.
    ///
    /// The folder keeps its name, or the names of the pictures are long; and it is in no split if
    /// the other is in another one.
    pub(super) fn of<'a>(
        written: &[&str],
        ends_so: impl Fn(&str) -> Vec<&'a str>,
        is_there: impl Fn(&str) -> bool,
    ) -> Option<Self> {
        let step = written.len().div_ceil(TRIED).max(1);
        let tried: Vec<String> = written
            .iter()
            .step_by(step)
            .map(|path| path.replace('\\', "/"))
            .collect();
        let first = tried.first()?;
        let mut common = first.rfind('/')?;
        for path in &tried {
            while !path.as_bytes().starts_with(&first.as_bytes()[..=common]) {
                common = first[..common].rfind('/')?;
            }
        }
        let are_long = tried.iter().all(|path| {
            let name = path.rsplit('/').next().unwrap_or(path);
            let stem = name.rsplit_once('.').map_or(name, |(stem, _)| stem);
            stem.chars().filter(|c| c.is_alphanumeric()).count() >= LONG
        });
        // The folder is cut where fewest of its own names are given up.
        let mut cuts = vec![0];
        cuts.extend(first[..common].match_indices('/').map(|(at, _)| at + 1));
        if are_long {
            cuts.push(common + 1);
        }
        for cut in cuts {
            let from = &first[..cut];
            let mut folders: Vec<&str> = ends_so(&first[cut..])
                .into_iter()
                .filter_map(|found| found.strip_suffix(&first[cut..]))
                .filter(|to| to.is_empty() || to.ends_with('/'))
                .collect();
            folders.sort_unstable();
            folders.dedup();
            folders.retain(|to| {
                let there = tried
                    .iter()
                    .filter(|path| is_there(&format!("{to}{}", &path[cut..])));
                there.count() * 10 >= tried.len() * LEAST_OF_TEN
            });
            match folders[..] {
                [] => {}
                [to] if of_one_split(from, to) => {
                    let (from, to) = (from.to_owned(), to.to_owned());
                    return Some(Self { from, to });
                }
                _ => return None,
            }
        }
        None
    }

    /// Where a written path lies.
    pub(super) fn path(&self, written: &str) -> Option<String> {
        let written = written.replace('\\', "/");
        Some(format!("{}{}", self.to, written.strip_prefix(&self.from)?))
    }
}

/// Whether two folders are in no different splits.
fn of_one_split(one: &str, other: &str) -> bool {
    let role = |folder: &str| folder.split('/').find_map(role_of);
    match (role(one), role(other)) {
        (Some(one), Some(other)) => one == other,
        _ => true,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn moved(written: &[&str], tree: &[&'static str]) -> Option<(String, String)> {
        let ends_so = |end: &str| {
            tree.iter()
                .copied()
                .filter(|path| path.ends_with(end))
                .collect()
        };
        let moved = Moved::of(written, ends_so, |path| tree.contains(&path))?;
        Some((moved.from, moved.to))
    }

    fn both(from: &str, to: &str) -> Option<(String, String)> {
        Some((from.to_owned(), to.to_owned()))
    }

    #[test]
    fn a_folder_of_another_machine_is_the_one_that_has_its_name_and_its_pictures() {
        let tree = ["data/img/1.jpg", "data/img/a/2.jpg", "other/img/1.jpg"];
        let written = ["/home/x/img/1.jpg", "/home/x/img/a/2.jpg"];
        assert_eq!(moved(&written, &tree), both("/home/x/", "data/"));
        let windows = ["C:\\x\\img\\1.jpg", "C:\\x\\img\\a\\2.jpg"];
        assert_eq!(moved(&windows, &tree), both("C:/x/", "data/"));
        let long = [
            "images/v2/p0/objects365_v2_1.jpg",
            "images/v2/p1/objects365_v2_2.jpg",
        ];
        let renamed = [
            "images/train/p0/objects365_v2_1.jpg",
            "images/train/p1/objects365_v2_2.jpg",
        ];
        assert_eq!(moved(&long, &renamed), both("images/v2/", "images/train/"));
    }

    #[test]
    fn numbers_two_folders_and_another_split_say_nothing() {
        // Numbers below a folder of another name are those of other pictures.
        let sketches = ["sketch/cat/1.jpg", "sketch/cat/2.jpg"];
        assert_eq!(
            moved(&sketches, &["photo/dog/1.jpg", "photo/dog/2.jpg"]),
            None
        );
        let two = ["a/img/1.jpg", "a/img/2.jpg", "b/img/1.jpg", "b/img/2.jpg"];
        assert_eq!(moved(&["/x/img/1.jpg", "/x/img/2.jpg"], &two), None);
        let train = ["train/img/1.jpg", "train/img/2.jpg"];
        assert_eq!(
            moved(&["/x/val/img/1.jpg", "/x/val/img/2.jpg"], &train),
            None
        );
        assert_eq!(moved(&["1.jpg"], &["a/1.jpg"]), None);
        assert_eq!(moved(&[], &["a/1.jpg"]), None);
    }
}
