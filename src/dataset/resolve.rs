//! From what a table or list writes to a file of the tree.
//!
//! A path is looked for as written below the dataset, then beside the file that writes it, then by
//! its last parts, because lists carry absolute paths of the machine that made them. What is left
//! is looked for by name, with or without its ending, anywhere in the tree: a name that fits
//! several files is that of the one nearest to the list, in a folder of the list's own split.

use std::cell::OnceCell;
use std::cmp::Reverse;
use std::collections::HashMap;
use std::path::{Path, PathBuf};

use super::file_kind::is_image_ending;
use super::moved::Moved;
use super::split_name::role_of;
use super::walk::{Walked, WalkedFile, looks};
use crate::sample::SplitRole;
use crate::signature::Look;
use crate::source::{Place, path_text};

/// Name, place, and whether the file exists.
pub(super) type Resolved = (String, Place, bool);

/// Finds the files that a table or list names.
pub(super) struct Resolver<'a> {
    root: &'a Path,
    beside: PathBuf,
    /// Folder of the list, relative to the root.
    folder: String,
    /// Places of walked images by name.
    walked: HashMap<&'a str, &'a Place>,
    /// Names of walked images by file name without ending.
    stems: HashMap<&'a str, Vec<&'a str>>,
    images: &'a [WalkedFile],
    /// Folders of images, once a list of folders asks for one.
    folders: OnceCell<Folders<'a>>,
    /// Where what the list names lies now.
    moved: Option<Moved>,
    /// Walked images by file name without ending, in order, where the list names what pictures
    /// begin with.
    beginnings: Option<Vec<(&'a str, &'a WalkedFile)>>,
}

struct Folders<'a> {
    /// Walked images by folder.
    of: HashMap<&'a str, Vec<&'a WalkedFile>>,
    /// These folders by their own name.
    called: HashMap<&'a str, Vec<&'a str>>,
}

impl<'a> Folders<'a> {
    fn of(images: &'a [WalkedFile]) -> Self {
        let mut of: HashMap<&str, Vec<&WalkedFile>> = HashMap::new();
        let mut called: HashMap<&str, Vec<&str>> = HashMap::new();
        for image in images {
            let above = image.path.rsplit_once('/').map_or("", |(above, _)| above);
            let own = of.entry(above).or_default();
            if own.is_empty() {
                called.entry(file_name(above)).or_default().push(above);
            }
            own.push(image);
        }
        Self { of, called }
    }
}

impl<'a> Resolver<'a> {
    /// For the file `list`.
    pub(super) fn new(root: &'a Path, list: &Path, walked: &'a Walked) -> Self {
        let beside = list.parent().unwrap_or(Path::new("")).to_path_buf();
        let mut stems: HashMap<&str, Vec<&str>> = HashMap::new();
        for image in &walked.images {
            stems
                .entry(stem(file_name(&image.path)))
                .or_default()
                .push(&image.path);
        }
        let places = walked.images.iter();
        let folder = match beside.strip_prefix(root) {
            Ok(below) => path_text(Path::new(""), below).0,
            Err(_) => String::new(),
        };
        Self {
            root,
            beside,
            folder,
            walked: places
                .map(|image| (image.path.as_str(), &image.place))
                .collect(),
            stems,
            images: &walked.images,
            folders: OnceCell::new(),
            moved: None,
            beginnings: None,
        }
    }

    /// Learns from some of what a list writes, where that is not there, where its folder was moved
    /// to, or whether it names what several pictures begin with (`case_7` of `case_7_12.png`).
    pub(super) fn look_for(&mut self, written: &[&str], role: Option<SplitRole>) {
        const TRIED: usize = 20;
        let step = written.len().div_ceil(TRIED).max(1);
        let tried: Vec<&str> = written.iter().copied().step_by(step).collect();
        let is_there =
            |path: &&&str| self.resolve(path, role).2 || !self.pictures_of_folder(path).is_empty();
        let there = tried.iter().filter(is_there).count();
        if there == tried.len() {
            return;
        }
        let ends_so = |end: &str| {
            let named = self.stems.get(stem(file_name(end)));
            let paths = named.into_iter().flatten().copied();
            paths.filter(|path| path.ends_with(end)).collect()
        };
        self.moved = Moved::of(written, ends_so, |path| self.is_walked(path));
        // Of names of pictures one is there at least; those of none tell nothing.
        if self.moved.is_none() && there == 0 && !tried.iter().any(|name| name.contains('/')) {
            let named = self
                .images
                .iter()
                .map(|image| (stem(file_name(&image.path)), image));
            let mut named: Vec<(&str, &WalkedFile)> = named.collect();
            named.sort_unstable_by(|a, b| (a.0, &a.1.path).cmp(&(b.0, &b.1.path)));
            let begin = tried
                .iter()
                .filter(|name| !beginning(&named, name).is_empty());
            self.beginnings = (begin.count() * 10 >= tried.len() * 9).then_some(named);
        }
    }

    /// The file that is meant by `written`, in a list of a split with this role.
    pub(super) fn resolve(&self, written: &str, role: Option<SplitRole>) -> Resolved {
        self.find(written, role, Reach::OwnSplit)
    }

    /// The same in a table of several splits, whose names are those of one numbering: a name that
    /// one picture of the tree has means it, whatever the folder of that picture is called.
    pub(super) fn resolve_of_table(&self, written: &str, role: Option<SplitRole>) -> Resolved {
        self.find(written, role, Reach::Tree)
    }

    /// Whether a walk of the tree met it as a picture.
    pub(super) fn is_walked(&self, path: &str) -> bool {
        self.walked.contains_key(path)
    }

    /// How a picture that was found looks.
    pub(super) fn look(&self, (path, place, exists): &Resolved) -> Option<Look> {
        let image = exists.then(|| WalkedFile::new(path.clone(), place.clone()))?;
        looks(self.root)(&image)
    }

    /// Whether a picture of the tree is called so, wherever it lies.
    pub(super) fn is_called(&self, written: &str) -> bool {
        let name = written.rsplit(['/', '\\']).next().unwrap_or(written);
        self.stems.contains_key(stem(name)) || self.stems.contains_key(name)
    }

    /// The pictures directly in the one folder whose path ends as written, with or without the
    /// ending of a video; or those whose names begin so, where the list names such beginnings. A
    /// picture that is missing is no folder: `x/` may hold what was cut from `x.jpg`.
    pub(super) fn pictures_of_folder(&self, written: &str) -> Vec<(String, Place)> {
        let written = written.trim_matches('/');
        let ending = file_name(written)
            .rsplit_once('.')
            .map(|(_, ending)| ending);
        if written.is_empty() || ending.is_some_and(is_image_ending) {
            return Vec::new();
        }
        let ends_so = |folder: &str, end: &str| {
            let before = folder.strip_suffix(end);
            before.is_some_and(|before| before.is_empty() || before.ends_with('/'))
        };
        if let Some(named) = &self.beginnings {
            let own = beginning(named, written).iter();
            return own
                .map(|(_, image)| (image.path.clone(), image.place.clone()))
                .collect();
        }
        let folders = self.folders.get_or_init(|| Folders::of(self.images));
        let mut ends = [written, without_ending(written)].into_iter();
        ends.find_map(|end| {
            let mut found = folders.called.get(file_name(end))?.iter();
            let mut found = found.by_ref().filter(|folder| ends_so(folder, end));
            let (Some(folder), None) = (found.next(), found.next()) else {
                return None;
            };
            let images = folders.of[folder].iter();
            Some(
                images
                    .map(|image| (image.path.clone(), image.place.clone()))
                    .collect(),
            )
        })
        .unwrap_or_default()
    }

    fn find(&self, written: &str, role: Option<SplitRole>, reach: Reach) -> Resolved {
        // First, because most are; and a name with a backslash in it is a legal name on Unix.
        if let Some(found) = self.walked_as(written) {
            return found;
        }
        let slashed = written.replace('\\', "/");
        let parts: Vec<&str> = slashed
            .split('/')
            .filter(|part| !part.is_empty() && *part != ".")
            .collect();
        let absolute =
            written.starts_with('/') || parts.first().is_some_and(|first| first.ends_with(':'));
        if !absolute && let Some(found) = self.exact(&parts.join("/")) {
            return found;
        }
        if Path::new(written).is_absolute() && Path::new(written).exists() {
            let path = PathBuf::from(written);
            let (text, other) = path_text(self.root, &path);
            let outside = !path.starts_with(self.root);
            let place = if outside {
                Place::File(path.into())
            } else {
                other
            };
            return (text, place, true);
        }
        for skipped in usize::from(!absolute)..parts.len() {
            if let Some(found) = self.walked_as(&parts[skipped..].join("/")) {
                return found;
            }
        }
        // `/a/abbey/1.jpg` may be meant from the folder that holds the classes.
        let by_name = (!absolute || parts.len() > 1)
            .then(|| self.by_name(&parts, role, reach))
            .flatten();
        let moved = || self.walked_as(&self.moved.as_ref()?.path(written)?);
        let found = by_name.or_else(moved);
        found.unwrap_or_else(|| (parts.join("/"), Place::Named, false))
    }

    /// The one image whose path ends as written, with or without its ending.
    fn by_name(&self, parts: &[&str], role: Option<SplitRole>, reach: Reach) -> Option<Resolved> {
        let written = parts.join("/");
        let name = parts.last()?;
        let candidates = [stem(name), name].map(|stem| self.stems.get(stem));
        let ends_so = |path: &&&str| {
            let before = path.strip_suffix(&written);
            let before = before.or_else(|| without_ending(path).strip_suffix(&written));
            before.is_some_and(|before| before.is_empty() || before.ends_with('/'))
        };
        let candidates = candidates.into_iter().flatten().flatten().filter(ends_so);
        // A bare name in a list of one split says nothing of a file in the folder of another.
        let fitting = candidates.filter_map(|path| {
            let fit = fit(role, path);
            let is_meant = fit < UNFIT || parts.len() > 1 || reach == Reach::Tree;
            is_meant.then_some(())?;
            Some(((fit, Reverse(shared_folders(&self.folder, path))), *path))
        });
        let mut fitting: Vec<_> = fitting.collect();
        fitting.sort_unstable();
        fitting.dedup();
        let (best, path) = fitting.first()?;
        // Another split's folder says nothing where it is not the only one.
        if best.0 >= UNFIT && parts.len() == 1 && fitting.len() > 1 {
            return None;
        }
        let several = fitting.get(1).is_some_and(|(next, _)| next == best);
        (!several).then(|| self.walked_as(path)).flatten()
    }

    fn walked_as(&self, path: &str) -> Option<Resolved> {
        let &place = self.walked.get(path)?;
        Some((path.to_owned(), place.clone(), true))
    }

    fn exact(&self, path: &str) -> Option<Resolved> {
        if let Some(found) = self.walked_as(path) {
            return Some(found);
        }
        // Not met by the walk: a hidden folder, no usual name, `..`, or a directory.
        if self.root.join(path).symlink_metadata().is_ok() {
            return Some((path.to_owned(), Place::Named, true));
        }
        let beside = self.beside.join(path);
        beside.symlink_metadata().ok()?;
        let absolute = std::path::absolute(&beside).ok()?;
        let root = std::path::absolute(self.root).ok()?;
        if let Ok(below) = absolute.strip_prefix(&root) {
            let (text, other) = path_text(Path::new(""), below);
            return Some((text, other, true));
        }
        Some((path.to_owned(), Place::File(beside.into()), true))
    }
}

/// Of pictures in order of their names those that begin with a word, behind which no letter and no
/// digit stands.
fn beginning<'n, 'a>(
    named: &'n [(&'a str, &'a WalkedFile)],
    written: &str,
) -> &'n [(&'a str, &'a WalkedFile)] {
    let is_more = |name: &str| {
        let rest = name.strip_prefix(written);
        rest.is_some_and(|rest| !rest.starts_with(char::is_alphanumeric))
    };
    // All that begin so stand together, but for those between that go on with a letter or digit.
    let from = named.partition_point(|one| one.0 < written);
    let begins = named[from..]
        .iter()
        .take_while(|one| one.0.starts_with(written));
    let first = begins.clone().position(|one| is_more(one.0));
    let own = first.map(|first| {
        let run = named[from + first..]
            .iter()
            .take_while(|one| is_more(one.0));
        from + first..from + first + run.count()
    });
    own.map_or(&[], |own| &named[own])
}

/// How far from its own split a name without folders may lead.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Reach {
    /// Not into a folder of another split, whose numbers may be counted anew.
    OwnSplit,
    /// To the only picture that is called so.
    Tree,
}

/// How badly a folder of another split fits.
const UNFIT: u8 = 3;

/// How well a path fits a list of a role, 0 best.
fn fit(role: Option<SplitRole>, path: &str) -> u8 {
    let folders = path.rsplit_once('/').map_or("", |(folders, _)| folders);
    let of_path = folders.split('/').find_map(role_of);
    match (role, of_path) {
        (None, _) => 0,
        // Folds and other sets are mostly drawn from what is trained on.
        (Some(SplitRole::Other), None | Some(SplitRole::Training)) => 0,
        (Some(SplitRole::Other), _) => 1,
        (own, of_path) if own == of_path => 0,
        (_, None) => 1,
        // A folder to train on is often divided further.
        (Some(SplitRole::Validation), Some(SplitRole::Training)) => 2,
        _ => UNFIT,
    }
}

/// Number of leading folders that a folder and a path have in common.
fn shared_folders(folder: &str, path: &str) -> usize {
    let both = folder.split('/').zip(path.split('/'));
    both.take_while(|(one, other)| one == other).count()
}

fn file_name(path: &str) -> &str {
    path.rsplit('/').next().unwrap_or(path)
}

/// A file name without its ending.
fn stem(name: &str) -> &str {
    name.rsplit_once('.').map_or(name, |(stem, _)| stem)
}

fn without_ending(path: &str) -> &str {
    let ending = file_name(path).len() - stem(file_name(path)).len();
    &path[..path.len() - ending]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dataset::walk::WalkedFile;

    fn tree(images: &[&str]) -> Walked {
        Walked {
            images: images
                .iter()
                .map(|path| WalkedFile::new((*path).to_owned(), Place::Named))
                .collect(),
            ..Walked::default()
        }
    }

    fn resolved(images: &[&str], list: &str, written: &str, role: SplitRole) -> Option<String> {
        let walked = tree(images);
        let root = Path::new("no such root");
        let resolver = Resolver::new(root, &root.join(list), &walked);
        let (path, _, exists) = resolver.resolve(written, Some(role));
        exists.then_some(path)
    }

    #[test]
    fn a_folder_or_the_video_that_its_frames_are_of_is_all_its_pictures() {
        let walked = tree(&["f/bear/0.jpg", "f/bear/1.jpg", "f/cow/0.jpg", "g/cow/0.jpg"]);
        let resolver = Resolver::new(Path::new("no such root"), Path::new("train.txt"), &walked);
        let found = |written: &str| resolver.pictures_of_folder(written).len();
        assert_eq!(
            (found("bear"), found("f/bear/"), found("bear.avi")),
            (2, 2, 2)
        );
        // Not the one that is meant, a part of a name, a picture that is missing, or nothing.
        assert_eq!(
            (found("cow"), found("ear"), found("bear.jpg"), found("/")),
            (0, 0, 0, 0)
        );
        assert_eq!(found("g/cow"), 1);
    }

    #[test]
    fn names_of_cases_are_all_pictures_that_begin_so() {
        let walked = tree(&[
            "a/case_1_0.png",
            "a/case_1_1.png",
            "a/case_10_0.png",
            "a/case_2_0.png",
        ]);
        let found = |list: &[&str], written: &str| {
            let mut resolver =
                Resolver::new(Path::new("no such root"), Path::new("train.txt"), &walked);
            resolver.look_for(list, None);
            resolver.pictures_of_folder(written).len()
        };
        let cases = ["case_1", "case_2"];
        assert_eq!((found(&cases, "case_1"), found(&cases, "case_10")), (2, 1));
        assert_eq!(found(&cases, "case_3"), 0);
        // Where one name is that of a picture, others are of pictures that are missing.
        assert_eq!(found(&["case_1", "case_2_0"], "case_1"), 0);
    }

    #[test]
    fn an_id_without_ending_is_the_one_image_of_that_name() {
        use SplitRole::{Test, Training, Validation};
        let one = ["images/cat/a.jpg", "images/dog/b.jpg"];
        assert_eq!(
            resolved(&one, "val.txt", "a", Validation).as_deref(),
            Some(one[0])
        );
        assert_eq!(
            resolved(&one, "val.txt", "dog/b", Validation).as_deref(),
            Some(one[1])
        );
        assert_eq!(resolved(&one, "val.txt", "cat/b", Validation), None);
        let two = ["training/x/7.png", "testing/x/7.png"];
        assert_eq!(
            resolved(&two, "sets/val.txt", "7", Validation).as_deref(),
            Some(two[0])
        );
        assert_eq!(
            resolved(&two, "sets/test.txt", "7", Test).as_deref(),
            Some(two[1])
        );
        assert_eq!(resolved(&two[..1], "sets/test.txt", "7", Test), None);
        let reached = |images: &[&str]| {
            let walked = tree(images);
            let root = Path::new("no such root");
            let resolver = Resolver::new(root, &root.join("folds.csv"), &walked);
            let (path, _, exists) = resolver.resolve_of_table("7", Some(Test));
            exists.then_some(path)
        };
        assert_eq!(reached(&two[..1]).as_deref(), Some(two[0]), "the only one");
        assert_eq!(reached(&two).as_deref(), Some(two[1]), "its own split");
        let elsewhere = ["training/x/7.png", "train_extra/x/7.png"];
        assert_eq!(reached(&["train/7.png", "train/x/7.png"]), None, "two");
        assert_eq!(reached(&elsewhere).as_deref(), Some(elsewhere[1]));
        let years = ["VOC2007/j/1.jpg", "VOC2012/j/1.jpg"];
        let near = resolved(&years, "VOC2012/sets/train.txt", "1", Training);
        assert_eq!(near.as_deref(), Some(years[1]));
        assert_eq!(resolved(&years, "train.txt", "1", Training), None);
    }
}
