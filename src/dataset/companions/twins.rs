//! Trees of folders that hold the names of pictures, whatever they are called and wherever they
//! begin: `stuffthingmaps/train/7.png` beside `train/7.jpg`, `labels/sem_seg/masks/val/7.png`
//! beside `images/10k/val/7.jpg`, `1st_manual/7_manual1.gif` beside `images/7_test.tif`.
//!
//! Two folders are twins if their paths are the same but for one run of parts of each, and nearly
//! all names of the one are in the other: as they are, without what all names of a folder begin or
//! end with, or with more behind (`7_000.png` of `7.jpg`). What tells the two apart must do so
//! wherever it stands, and a few of both are decoded: names alone would hide the pictures of one
//! camera, class or day behind those of another.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use super::confirm::{FEWEST, are_masks, most, says_drawing, says_mask};
use super::names::{Told, is_number, says_sensor};
use super::{Key, Looks};
use crate::dataset::split_folders::{SplitFolders, split_folders};
use crate::dataset::split_name::{role_of, words};
use crate::dataset::walk::WalkedFile;
use crate::sample::SplitRole;
use crate::source::container::folder_and_name;

/// More folders are asked only where a word speaks of masks: of many classes some have equal names.
const MOST_FOLDERS: usize = 64;

/// More folders whose paths are left with the same parts have nothing in common.
const MOST_PLACES: usize = 256;

/// Distances at which a folder has twins that are asked.
const MOST_RANKS: usize = 3;

/// Most words that a name has more than that of its picture.
const MOST_MORE: usize = 3;

/// A folder that holds images.
struct Folder {
    role: Option<SplitRole>,
    /// Its parts, those of splits without their word.
    parts: Vec<String>,
    /// Images that no picture was found for.
    open: Vec<usize>,
    /// Those that are called as pictures.
    pictures: Vec<usize>,
}

/// How many words are left out at the beginning and at the end of names.
type Frame = (usize, usize);

/// Pictures of folders by their names, each made once however many folders are compared with it.
struct Known<'a> {
    names: &'a [Vec<String>],
    frames: HashMap<usize, Frame>,
    by_name: HashMap<(usize, Frame), HashMap<&'a [String], usize>>,
}

impl<'a> Known<'a> {
    fn frame(&mut self, folder: usize, pictures: &[usize]) -> Frame {
        let names = self.names;
        let known = self.frames.entry(folder);
        *known.or_insert_with(|| frame(pictures, names))
    }

    fn of(
        &mut self,
        folder: usize,
        pictures: &[usize],
        frame: Frame,
    ) -> &HashMap<&'a [String], usize> {
        let names = self.names;
        self.by_name.entry((folder, frame)).or_insert_with(|| {
            // Of two pictures of one name the first.
            let all = pictures.iter().rev();
            all.map(|&at| (bare(&names[at], frame), at)).collect()
        })
    }
}

/// A name without its frame.
fn bare(name: &[String], (before, behind): Frame) -> &[String] {
    &name[before..name.len() - behind]
}

/// A run of parts of a path: from which on, and how many.
type Run = (usize, usize);

/// Two folders with the same names.
struct Pair {
    masks: usize,
    run: String,
    found: Vec<(usize, usize)>,
    /// The names are the same as they are.
    is_whole: bool,
}

/// What tells two trees apart: the words of the one and of the other.
type Kind = (Vec<String>, Vec<String>);

/// The nearest twins of folders come first: masks of one lesion have those of another beside them.
type Ranked = (usize, Kind);

/// Tells as masks what has twins and looks so, with the key of its picture.
pub(super) fn tell(keys: &mut [(Key, Told)], images: &[WalkedFile], looks: Looks<'_>) {
    let folders = folders(keys, images);
    if folders.len() < 2 {
        return;
    }
    let names: Vec<Vec<String>> = images.iter().map(|image| name(&image.path)).collect();
    let kinds = kinds(&folders, &names, keys);
    let mut masks: BTreeSet<usize> = BTreeSet::new();
    for ((_, (own, other)), pairs) in kinds {
        let found: Vec<(usize, usize)> =
            pairs.iter().flat_map(|pair| &pair.found).copied().collect();
        let is_taken = |&(mask, of): &(usize, usize)| masks.contains(&mask) || masks.contains(&of);
        if found.len() < FEWEST || found.iter().any(is_taken) || !holds(&pairs, &folders, &found) {
            continue;
        }
        let is_told = found.iter().all(|(mask, _)| keys[*mask].1 != Told::Picture);
        let mut says = own.iter().filter(|word| !other.contains(word));
        let name_says = |&(mask, of): &(usize, usize)| {
            let mut more = names[mask].iter().filter(|word| !names[of].contains(word));
            more.any(|word| says_mask(word))
        };
        let is_said = is_told || says.any(|word| says_mask(word)) || found.iter().all(name_says);
        let is_whole = pairs.iter().all(|pair| pair.is_whole);
        let says_drawing = own.iter().chain(&other).any(|word| says_drawing(word));
        // A grey picture of another sensor looks as a mask does.
        if own.iter().any(|word| says_sensor(word)) && !own.iter().any(|word| says_mask(word)) {
            continue;
        }
        let may_be = is_said || is_whole && !says_drawing && !are_counted(&found, &names);
        if !may_be || !are_masks(&found, images, looks, is_said) {
            continue;
        }
        for pair in &pairs {
            let of_folder = keys[pair.found[0].1].0.clone();
            for &at in &folders[pair.masks].open {
                let stem = std::mem::take(&mut keys[at].0.stem);
                keys[at] = (
                    Key {
                        stem,
                        ..of_folder.clone()
                    },
                    Told::ByFolder,
                );
            }
        }
        for (mask, of) in found {
            keys[mask].0 = keys[of].0.clone();
            masks.insert(mask);
        }
    }
}

/// All folders, in order of path.
fn folders(keys: &[(Key, Told)], images: &[WalkedFile]) -> Vec<Folder> {
    let pictures: BTreeSet<&Key> = keys
        .iter()
        .filter(|(_, told)| *told == Told::Picture)
        .map(|(key, _)| key)
        .collect();
    let mut by_path: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
    for (at, image) in images.iter().enumerate() {
        let folder = folder_and_name(&image.path).map_or("", |(folder, _)| folder);
        by_path.entry(folder).or_default().push(at);
    }
    if by_path.len() < 2 {
        return Vec::new();
    }
    let mut directories: BTreeSet<String> = BTreeSet::new();
    for folder in by_path.keys().filter(|folder| !folder.is_empty()) {
        let ends = folder.match_indices('/').map(|(at, _)| at);
        directories.extend(
            ends.chain([folder.len()])
                .map(|end| folder[..end].to_owned()),
        );
    }
    let directories: Vec<String> = directories.into_iter().collect();
    let paths = images.iter().map(|image| image.path.as_str());
    let splits = split_folders(&directories, &BTreeMap::new(), paths);
    let is_open = |at: &usize| {
        let (key, told) = &keys[*at];
        *told == Told::Picture || !pictures.contains(key)
    };
    let is_picture = |at: &usize| keys[*at].1 == Told::Picture;
    let role = |first: usize| {
        let around = splits.around(&images[first].path);
        around.map(|(split, _)| split.role).or(keys[first].0.role)
    };
    let found = by_path.into_iter().map(|(path, all)| Folder {
        role: role(all[0]),
        parts: parts(path, &splits),
        open: all.iter().copied().filter(is_open).collect(),
        pictures: all.into_iter().filter(is_picture).collect(),
    });
    found.collect()
}

/// The parts of a path; of `ISIC_Training_Input`, which is a split, `isic input`.
fn parts(path: &str, splits: &SplitFolders) -> Vec<String> {
    let mut start = 0;
    let mut parts = Vec::new();
    let ends = path.match_indices('/').map(|(at, _)| at);
    for end in ends.chain([path.len()]) {
        let own = &path[start..end];
        start = end + 1;
        if !splits.0.contains_key(&path[..end]) {
            parts.push(own.to_lowercase());
            continue;
        }
        let mut words = words(own);
        if let Some(at) = words.iter().position(|word| role_of(word).is_some()) {
            words.remove(at);
        }
        if !words.is_empty() {
            parts.push(words.join(" "));
        }
    }
    parts.retain(|part| !part.is_empty());
    parts
}

/// The words of the name of an image, numbers without zeros in front.
fn name(path: &str) -> Vec<String> {
    let name = folder_and_name(path).map_or(path, |(_, name)| name);
    let stem = name.rsplit_once('.').map_or(name, |(stem, _)| stem);
    let number = |word: String| match word.trim_start_matches('0') {
        "" => "0".to_owned(),
        short if word.bytes().all(|byte| byte.is_ascii_digit()) => short.to_owned(),
        _ => word,
    };
    words(stem).into_iter().map(number).collect()
}

/// Folders with twins, by what tells the two apart.
fn kinds(
    folders: &[Folder],
    names: &[Vec<String>],
    keys: &[(Key, Told)],
) -> BTreeMap<Ranked, Vec<Pair>> {
    type Place = (Option<SplitRole>, Vec<String>);
    let mut without: BTreeMap<Place, Vec<(usize, Run)>> = BTreeMap::new();
    for (at, folder) in folders.iter().enumerate() {
        if folder.pictures.is_empty() {
            continue;
        }
        for run in runs(folder.parts.len()) {
            let place = (folder.role, cut(&folder.parts, run));
            without.entry(place).or_default().push((at, run));
        }
    }
    let mut known = Known {
        names,
        frames: HashMap::new(),
        by_name: HashMap::new(),
    };
    let mut kinds: BTreeMap<Ranked, Vec<Pair>> = BTreeMap::new();
    for (at, folder) in folders.iter().enumerate() {
        let is_told = folder.open.iter().any(|one| keys[*one].1 != Told::Picture);
        let is_said = is_told
            || folder
                .parts
                .iter()
                .flat_map(|part| words(part))
                .any(|word| says_mask(&word));
        if folder.open.is_empty() || !is_said && folders.len() > MOST_FOLDERS {
            continue;
        }
        let mut rank = 0;
        for length in 1..=folder.parts.len() {
            let own = runs(folder.parts.len()).filter(|run| run.1 == length);
            let beside = own.flat_map(|run| {
                let place = (folder.role, cut(&folder.parts, run));
                let there = without.get(&place).filter(|all| all.len() <= MOST_PLACES);
                let there = there.map_or(&[][..], Vec::as_slice);
                there.iter().map(move |(of, other)| (run, *of, *other))
            });
            let beside: Vec<(Run, usize, Run)> = beside.filter(|row| row.1 != at).collect();
            let pairs = twins(at, &beside, folders, &mut known);
            if pairs.is_empty() {
                continue;
            }
            for (kind, pair) in pairs {
                kinds.entry((rank, kind)).or_default().push(pair);
            }
            rank += 1;
            if rank == MOST_RANKS {
                break;
            }
        }
    }
    kinds
}

/// Of the folders `beside` one those that hold its names: of several that are told apart by the
/// same words the one whose own parts share most with it.
fn twins(
    at: usize,
    beside: &[(Run, usize, Run)],
    folders: &[Folder],
    known: &mut Known<'_>,
) -> Vec<(Kind, Pair)> {
    let own = &folders[at];
    let mut of_own = None;
    let mut candidates: BTreeMap<Kind, (usize, BTreeSet<(usize, Run)>)> = BTreeMap::new();
    for &(run, of, other) in beside {
        let mine = run_words(&own.parts, run);
        let theirs = run_words(&folders[of].parts, other);
        let shared = mine.intersection(&theirs).count();
        let apart = |one: &BTreeSet<String>, two: &BTreeSet<String>| -> Vec<String> {
            let words = one.difference(two);
            words.filter(|word| !is_number(word)).cloned().collect()
        };
        let kind = (apart(&mine, &theirs), apart(&theirs, &mine));
        // By numbers nothing is told apart: so are called clips and parts.
        if kind.0.is_empty() && kind.1.is_empty() {
            continue;
        }
        let best = candidates.entry(kind).or_default();
        if shared > best.0 {
            *best = (shared, BTreeSet::new());
        }
        if shared == best.0 {
            best.1.insert((of, run));
        }
    }
    let pairs = candidates.into_iter().filter_map(|(kind, (_, alike))| {
        // Of two that are called so, either could be meant.
        let mut alike = alike.into_iter();
        let ((of, run), None) = (alike.next()?, alike.next()) else {
            return None;
        };
        let of_own = *of_own.get_or_insert_with(|| frame(&own.open, known.names));
        let (found, is_whole) =
            same_names((&own.open, of_own), (of, &folders[of].pictures), known)?;
        let pair = Pair {
            masks: at,
            run: own.parts[run.0..run.0 + run.1].join("/"),
            found,
            is_whole,
        };
        Some((kind, pair))
    });
    pairs.collect()
}

/// The images of a folder with the pictures of another that have their names, where nearly all have
/// one; and whether the names are the same as they are.
fn same_names(
    (masks, own): (&[usize], Frame),
    (folder, pictures): (usize, &[usize]),
    known: &mut Known<'_>,
) -> Option<(Vec<(usize, usize)>, bool)> {
    let other = known.frame(folder, pictures);
    let names = known.names;
    let nothing = (0, 0);
    // Without what all names share, and with more behind.
    for (of_masks, of_pictures, more) in [
        (nothing, nothing, 0),
        (own, other, 0),
        (nothing, nothing, MOST_MORE),
        (own, other, MOST_MORE),
    ] {
        let known = known.of(folder, pictures, of_pictures);
        let picture = |name: &[String]| {
            let ends = (0..=more.min(name.len().saturating_sub(1))).map(|cut| name.len() - cut);
            ends.into_iter()
                .find_map(|end| known.get(&name[..end]).copied())
        };
        let mut found = Vec::new();
        for (asked, &at) in masks.iter().enumerate() {
            found.extend(picture(bare(&names[at], of_masks)).map(|of| (at, of)));
            // So many have none that the others cannot make up for them.
            let missing = asked + 1 - found.len();
            if !most(masks.len() - missing, masks.len()) {
                break;
            }
        }
        if !found.is_empty() && most(found.len(), masks.len()) {
            return Some((found, of_masks == nothing && more == 0));
        }
    }
    None
}

/// How many words all names share at their beginning and at their end, a word of each left over.
fn frame(images: &[usize], names: &[Vec<String>]) -> Frame {
    let Some((first, others)) = images
        .split_first()
        .filter(|(_, others)| !others.is_empty())
    else {
        return (0, 0);
    };
    let first = &names[*first];
    let (mut before, mut behind) = (first.len(), first.len());
    let mut shortest = first.len();
    for at in others {
        let name = &names[*at];
        let alike = |(one, two): &(&String, &String)| one == two;
        before = before.min(first.iter().zip(name).take_while(alike).count());
        behind = behind.min(
            first
                .iter()
                .rev()
                .zip(name.iter().rev())
                .take_while(alike)
                .count(),
        );
        shortest = shortest.min(name.len());
    }
    let before = before.min(shortest.saturating_sub(1));
    (before, behind.min(shortest.saturating_sub(before + 1)))
}

/// Whether what a run of parts holds has its picture nearly everywhere that it stands.
fn holds(pairs: &[Pair], folders: &[Folder], found: &[(usize, usize)]) -> bool {
    let called: BTreeSet<&str> = pairs.iter().map(|pair| pair.run.as_str()).collect();
    let is_called_so = |folder: &&Folder| {
        let mut own = runs(folder.parts.len());
        own.any(|(start, length)| called.contains(&*folder.parts[start..start + length].join("/")))
    };
    let all = folders
        .iter()
        .filter(is_called_so)
        .map(|folder| folder.open.len());
    most(found.len(), all.sum())
}

/// Whether the names of pictures are numbers that count: so are called those of every class.
fn are_counted(found: &[(usize, usize)], names: &[Vec<String>]) -> bool {
    let pictures: Vec<usize> = found.iter().map(|(_, of)| *of).collect();
    let (before, behind) = frame(&pictures, names);
    let number = |at: &usize| -> Option<u64> {
        match &names[*at][before..names[*at].len() - behind] {
            [one] => one.parse().ok(),
            _ => None,
        }
    };
    let numbers: Option<BTreeSet<u64>> = pictures.iter().map(number).collect();
    numbers.is_some_and(|all| match (all.first(), all.last()) {
        (Some(first), Some(last)) => last - first < all.len() as u64 * 2,
        _ => true,
    })
}

/// All runs of so many parts, and none of them.
fn runs(parts: usize) -> impl Iterator<Item = Run> {
    let all =
        (0..parts).flat_map(move |start| (1..=parts - start).map(move |length| (start, length)));
    std::iter::once((0, 0)).chain(all)
}

fn cut(parts: &[String], (start, length): Run) -> Vec<String> {
    [&parts[..start], &parts[start + length..]].concat()
}

fn run_words(parts: &[String], (start, length): Run) -> BTreeSet<String> {
    let run = &parts[start..start + length];
    run.iter().flat_map(|part| words(part)).collect()
}
