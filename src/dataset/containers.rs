//! Archives, arrays and tables of a tree: each becomes a folder of the images inside it.
//!
//! What is not read stays what it was, a file that may hold samples; so does what is damaged, with
//! the reason. An archive whose files lie unpacked beside it is left alone.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::path::{Path, PathBuf};

use rayon::prelude::*;

use super::by_products::settled;
use super::companions::says_annotation;
use super::file_kind::{FileKind, Head, is_of_one_picture, is_video, kind_of, says_nothing};
use super::group_columns::named;
use super::walk::{UnreadFile, Walked, WalkedFile};
use crate::error::Error;
use crate::sample::{Ignored, IgnoredKind, Unread};
use crate::settings::Files;
use crate::source::container::{Listing, NameRules, folder_and_name, inner_folders, list};
use crate::source::{Place, Source, path_text};

/// Why a container is no sample: what is inside it is.
const OPENED: &str = "holds samples";

/// Why an archive is left alone.
const UNPACKED: &str = "archive of files that lie beside it";

/// Why a video is left alone.
const EXTRACTED: &str = "video whose frames lie in a folder called like it";

/// Why a container without images is no sample.
const EMPTY: &str = "holds no images";

/// What names inside containers tell.
const RULES: NameRules = NameRules {
    is_wanted: may_be_wanted,
    is_annotation: says_annotation,
};

/// Largest member without an ending that is looked into.
const LOOKED_INTO: u64 = 64 << 20;

/// Missing shards that are named for each series.
const MOST_MISSING: u64 = 1000;

/// Opens what may be opened of the files that a walk could not read.
pub(super) fn open(root: &Path, walked: &mut Walked, files: &Files) {
    if walked.unread.is_empty() {
        return;
    }
    missing_shards(&mut walked.unread);
    let paths: BTreeSet<&str> = walked
        .unread
        .iter()
        .map(|file| file.path.as_str())
        .collect();
    let is_packed_twin = |path: &str| {
        path.strip_suffix(".gz")
            .is_some_and(|plain| paths.contains(plain))
    };
    let folders: BTreeSet<&str> = walked
        .directories
        .iter()
        .map(|path| file_name(path))
        .collect();
    let opened = walked.unread.par_iter().map(|file| {
        if is_packed_twin(&file.path) {
            return Opened::Left(UNPACKED);
        }
        if !file.is_there {
            return Opened::Unread(None);
        }
        let place = file_of(root, file);
        let is_video = is_video(&file.reason);
        if is_video && folders.contains(&*stem(&file.path)) {
            return Opened::Left(EXTRACTED);
        }
        match list(&place, &file.path, is_video, RULES) {
            Ok(Some(listing)) => Opened::Listed(sorted(listing)),
            Ok(None) => Opened::Unread(None),
            Err(error) => Opened::Unread(Some(why(&error))),
        }
    });
    let opened: Vec<Opened> = opened.collect();
    let beside = Beside::of(root, walked, &opened);
    let unread = std::mem::take(&mut walked.unread);
    let stems: BTreeSet<String> = walked
        .images
        .iter()
        .map(|image| stem(&image.path))
        .collect();
    for (file, opened) in unread.into_iter().zip(opened) {
        match opened {
            Opened::Left(why) => walked.no_longer_unread(&file, why),
            // An array with the name of a picture is its depth map or its features.
            Opened::Listed(sorted)
                if is_of_one_picture(&file.reason)
                    && sorted.images.len() == 1
                    && stems.contains(&stem(&file.path)) =>
            {
                walked.unread.push(file);
            }
            // Tensors are packed as archives are, and no member of them says what it is.
            Opened::Listed(sorted) if sorted.images.is_empty() && says_nothing(&file.reason) => {
                walked.unread.push(file);
            }
            Opened::Listed(sorted) if beside.holds(&sorted) => {
                walked.no_longer_unread(&file, UNPACKED);
            }
            Opened::Listed(sorted) => take(walked, file, sorted, files),
            Opened::Unread(None) => walked.unread.push(file),
            Opened::Unread(Some(why)) => walked.unread.push(UnreadFile {
                reason: format!("{}, which {why}", file.reason),
                ..file
            }),
        }
    }
    walked.images.sort_by(|a, b| a.path.cmp(&b.path));
    walked.unread.sort_by(|a, b| a.path.cmp(&b.path));
    walked.directories.sort();
    walked.directories.dedup();
    walked.texts.sort();
    walked.image_files = walked.images.len() as u64;
}

/// What one container holds, as a walk of a tree that holds nothing else.
///
/// # Errors
/// The file is of a form that is not read.
pub(super) fn open_one(file: &Path, files: &Files) -> Result<Walked, Error> {
    let name = file.file_name().map(Path::new).unwrap_or(file);
    let FileKind::Unread(reason) = kind_of(file, super::file_kind::sniff_file) else {
        return Err(Error::NotADirectory {
            path: file.to_path_buf(),
        });
    };
    let (path, _) = path_text(Path::new(""), name);
    let mut walked = Walked::default();
    walked.ignored.push(Ignored {
        reason: super::walk::not_read(&reason),
        kind: IgnoredKind::Other,
        files: 1,
        example: path.clone(),
    });
    walked.unread.push(UnreadFile {
        reason,
        place: Place::File(file.into()),
        ..UnreadFile::new(path)
    });
    open(Path::new(""), &mut walked, files);
    Ok(walked)
}

/// What became of a file that may hold samples.
enum Opened {
    /// It is not read; the reason, where it should have been.
    Unread(Option<String>),
    /// It is not needed, and why.
    Left(&'static str),
    Listed(Sorted),
}

/// What is inside a container, by what it is to an audit.
#[derive(Default)]
struct Sorted {
    images: Vec<WalkedFile>,
    texts: Vec<String>,
    unread: Vec<UnreadFile>,
    split: Option<&'static str>,
}

/// Whether a name inside an archive may be that of something an audit looks at.
fn may_be_wanted(name: &str) -> bool {
    let path = Path::new(name);
    let is_hidden = |part: &str| part.starts_with('.') || part == super::walk::MAC_FOLDER;
    if name.split('/').any(is_hidden) {
        return false;
    }
    match kind_of(path, |_| Ok(None)) {
        FileKind::Image | FileKind::Unread(_) => true,
        _ => is_text(path) || path.extension().is_none(),
    }
}

/// Whether a member may say something of samples: it is called as such texts are, or by an entity,
/// `7.patient_id` of `7.jpg`, as fields of a `WebDataset` are.
fn is_text(path: &Path) -> bool {
    // Shorter ones are those of forms.
    const SHORTEST: usize = 4;
    let ending = path.extension().unwrap_or_default().to_string_lossy();
    super::walk::may_describe(path) || ending.len() >= SHORTEST && named(&ending).says_so()
}

fn sorted(listing: Listing) -> Sorted {
    let mut sorted = Sorted {
        split: listing.split,
        ..Sorted::default()
    };
    for item in listing.items {
        let own = item.name.rsplit_once("!/").map_or("", |(_, own)| own);
        let is_row = folder_and_name(&item.name).is_some_and(|(folder, _)| folder.ends_with('#'));
        let kind = match own {
            // Rows, and arrays of one picture.
            _ if is_row || own.is_empty() => FileKind::Image,
            own => {
                let kind = kind_of(Path::new(own), |_| Ok(head_of(&item.place)));
                settled(kind, own, || item.place.size_inside())
            }
        };
        match kind {
            FileKind::Image => sorted.images.push(WalkedFile {
                path: item.name,
                place: item.place,
                label: item.label,
            }),
            FileKind::Unread(reason) => sorted.unread.push(UnreadFile {
                reason: format!("{reason} inside an archive"),
                ..UnreadFile::new(item.name)
            }),
            _ if is_text(Path::new(own)) => {
                sorted.texts.push(item.name);
            }
            _ => {}
        }
    }
    let faults = listing.faults.into_iter();
    sorted.unread.extend(faults.map(|(path, what)| UnreadFile {
        reason: format!("part of a container that {what}"),
        ..UnreadFile::new(path)
    }));
    sorted
}

/// The first bytes of a member whose name says nothing.
fn head_of(place: &Place) -> Option<Head> {
    let source = Source::new(Path::new(""), "", place);
    let bytes = source.bytes_up_to(LOOKED_INTO).ok()?;
    let mut head: Head = [0; size_of::<Head>()];
    let length = head.len().min(bytes.len());
    head[..length].copy_from_slice(&bytes[..length]);
    Some(head)
}

/// Puts what is inside a container into the walk.
fn take(walked: &mut Walked, file: UnreadFile, sorted: Sorted, files: &Files) {
    let is_empty = sorted.images.is_empty();
    let why = if is_empty { EMPTY } else { OPENED };
    walked.no_longer_unread(&file, why);
    let mut folders: BTreeSet<String> = BTreeSet::new();
    for image in sorted.images {
        walked.fit_by(files, &image.path);
        if !files.admits(&image.path) {
            walked.leave_out(&image.path);
            continue;
        }
        let inner = inner_folders(&image.path);
        if let (Some(split), Some(own)) = (sorted.split, inner.last()) {
            walked.told_splits.insert((*own).to_owned(), split);
        }
        folders.extend(inner.into_iter().map(ToOwned::to_owned));
        walked.images.push(image);
    }
    walked.texts.extend(sorted.texts);
    for part in &sorted.unread {
        folders.extend(inner_folders(&part.path).into_iter().map(ToOwned::to_owned));
    }
    walked.directories.extend(folders);
    // A part belongs where its container does.
    walked
        .unread
        .extend(sorted.unread.into_iter().map(|part| UnreadFile {
            split: file.split.clone(),
            ..part
        }));
}

/// What is said of a file behind "which".
fn why(error: &std::io::Error) -> String {
    match error.kind() {
        std::io::ErrorKind::InvalidData => error.to_string(),
        _ => format!("cannot be read ({error})"),
    }
}

fn file_of(root: &Path, file: &UnreadFile) -> PathBuf {
    match &file.place {
        Place::File(path) => path.to_path_buf(),
        _ => root.join(&file.path),
    }
}

/// A name without folders.
fn file_name(path: &str) -> &str {
    path.rsplit('/').next().unwrap_or(path)
}

/// A name without folders and endings.
fn stem(path: &str) -> String {
    let name = file_name(path);
    name.split('.').next().unwrap_or(name).to_owned()
}

/// Files of the tree by name, to tell whether an archive is what they came from.
struct Beside {
    sizes: HashMap<String, BTreeSet<u64>>,
}

impl Beside {
    /// Looks at the files that are called like a member.
    fn of(root: &Path, walked: &Walked, opened: &[Opened]) -> Self {
        let members = opened.iter().flat_map(|one| match one {
            Opened::Listed(sorted) => &sorted.images[..],
            _ => &[],
        });
        let members: BTreeSet<&str> = members.map(|image| file_name(&image.path)).collect();
        let images = walked
            .images
            .iter()
            .map(|image| (&image.path, &image.place));
        let unread = walked.unread.iter().map(|file| (&file.path, &file.place));
        let mut sizes: HashMap<String, BTreeSet<u64>> = HashMap::new();
        let alike = images
            .chain(unread)
            .filter(|(path, _)| members.contains(file_name(path)));
        for (path, place) in alike {
            if let Some(stamp) = Source::new(root, path, place).stamp() {
                sizes
                    .entry(file_name(path).to_owned())
                    .or_default()
                    .insert(stamp.size);
            }
        }
        Self { sizes }
    }

    /// Whether nine in ten members have a file of their name and size.
    fn holds(&self, sorted: &Sorted) -> bool {
        let members = sorted
            .images
            .iter()
            .filter(|image| image.path.contains("!/"));
        let (mut there, mut all) = (0, 0);
        for image in members {
            let name = file_name(&image.path);
            if !matches!(image.place, Place::Inside(_)) {
                continue;
            }
            all += 1;
            let size = image.place.size_inside();
            let known = self.sizes.get(name);
            there += usize::from(
                known
                    .zip(size)
                    .is_some_and(|(sizes, size)| sizes.contains(&size)),
            );
        }
        all > 0 && there * 10 >= all * 9
    }
}

/// Adds the shards of a series that are not there: of `x-00001-of-00005.tar` and its like.
fn missing_shards(unread: &mut Vec<UnreadFile>) {
    let mut series: BTreeMap<(String, u64, String), BTreeSet<u64>> = BTreeMap::new();
    for file in unread.iter() {
        if let Some((before, number, of, behind)) = shard(&file.path) {
            let key = (before.to_owned(), of, behind.to_owned());
            series.entry(key).or_default().insert(number);
        }
    }
    for ((before, of, behind), there) in series {
        let missing = (0..of).filter(|number| !there.contains(number));
        for number in missing.take(MOST_MISSING as usize) {
            unread.push(UnreadFile {
                reason: Unread::MISSING_SHARD.to_owned(),
                is_there: false,
                ..UnreadFile::new(format!("{before}{number:05}-of-{of:05}{behind}"))
            });
        }
    }
    unread.sort_by(|a, b| a.path.cmp(&b.path));
}

/// The parts of a name `x-00001-of-00005.tar`.
fn shard(path: &str) -> Option<(&str, u64, u64, &str)> {
    let at = path.rfind("-of-")?;
    let (left, right) = (&path[..at], &path[at + 4..]);
    let digits = right.bytes().take_while(u8::is_ascii_digit).count();
    let (of, behind) = right.split_at(digits);
    let (before, number) = left.split_at(left.len().checked_sub(5)?);
    let is_number = |text: &str| text.len() == 5 && text.bytes().all(|byte| byte.is_ascii_digit());
    let is_shard = is_number(number) && is_number(of);
    is_shard.then_some((before, number.parse().ok()?, of.parse().ok()?, behind))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shards_that_are_not_there_are_named() {
        let mut unread: Vec<UnreadFile> = [
            "a/val-00000-of-00003.tar",
            "a/val-00002-of-00003.tar",
            "b.tar",
        ]
        .map(|path| UnreadFile::new(path.to_owned()))
        .into();
        missing_shards(&mut unread);
        let missing: Vec<&str> = unread
            .iter()
            .filter(|file| !file.is_there)
            .map(|file| &*file.path)
            .collect();
        assert_eq!(missing, ["a/val-00001-of-00003.tar"]);
    }

    #[test]
    fn what_may_be_a_sample_is_looked_at() {
        for name in ["a/x.jpg", "x.npy", "labels.csv", "data_batch_1"] {
            assert!(may_be_wanted(name), "{name}");
        }
        for name in ["__MACOSX/x.jpg", ".git/x.jpg", "a/._x.jpg", "x.py"] {
            assert!(!may_be_wanted(name), "{name}");
        }
    }
}
