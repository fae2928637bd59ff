//! Class folders that may be entities: patients, products, sites, parts of which each was
//! photographed several times.

use std::collections::BTreeSet;

use crate::report::recordings::GroupRule;
use crate::sample::Sample;

use super::clock;
use super::entity::Candidate;
use super::entity_attributes::is_day;
use super::entity_judge;
use super::entity_pattern;
use super::entity_words::{ENTITIES, STRETCHES, is_word, tells_class};
use super::group::Groups;
use super::recording::Interner;
use super::{name, view};

/// Fewer class folders may be numbered in any way.
const FEWEST_FOLDERS: usize = 8;
/// Class folders with smaller numbers are numbered classes.
const LEAST_IDENTIFIER: u64 = 100;
/// Folders of one word with counted numbers may be classes where they are fewer.
const FEWEST_COUNTED: usize = 20;
/// Folders with a word for entities are asked about from here on.
const FEWEST_NAMED: usize = 4;
/// More pictures in each are those of a class.
const MOST_IN_EACH: usize = 20;
/// What the folders may be, the likeliest first.
pub(super) fn candidates(samples: &[Sample]) -> impl Iterator<Item = Candidate> {
    let rig = folders_of_a_rig(samples).into_iter();
    rig.chain(recordings(samples).or_else(|| numbered_folders(samples)))
}

/// Class folders whose pictures all are of one channel of a recording rig, as `leftImg8bit`: a rig
/// drives through cities, and classes have no left camera.
fn folders_of_a_rig(samples: &[Sample]) -> Option<Candidate> {
    let is_channel = |sample: &&Sample| {
        let stem = name::split(&sample.path).stem;
        view::in_stem(stem).is_some_and(|range| {
            let word = stem[range].to_ascii_lowercase();
            matches!(word.as_str(), "leftimg8bit" | "rightimg8bit") || word.starts_with("cam_")
        })
    };
    let channels = samples.iter().filter(is_channel).count();
    if samples.is_empty() || channels * 10 < samples.len() * 9 {
        return None;
    }
    by_label(samples, "the folder of what one camera of a rig recorded")
}

/// Class folders that are called after a day or a time, or that hold numbered frames: no class is.
fn recordings(samples: &[Sample]) -> Option<Candidate> {
    let labels: Option<BTreeSet<&str>> = samples.iter().map(|one| one.label.as_deref()).collect();
    let labels = labels.filter(|labels| labels.len() >= FEWEST_NAMED)?;
    let is_timed = |label: &&str| clock::find(label).is_some() || is_day(label);
    if labels.iter().all(is_timed) {
        return by_label(samples, "the folder, a day or a time");
    }
    let is_frame = |sample: &Sample| {
        let (word, number) = word_and_number(name::split(&sample.path).stem);
        let word = word.trim_end_matches(|c: char| !c.is_alphanumeric());
        !number.is_empty() && matches!(&*word.to_ascii_lowercase(), "frame" | "frm" | "slice")
    };
    let are_numbered = labels.iter().all(|label| {
        let (word, number) = word_and_number(label);
        !number.is_empty() && !tells_class(&word.to_ascii_lowercase())
    });
    (are_numbered && samples.iter().all(is_frame))
        .then(|| by_label(samples, "the folder of frames"))
        .flatten()
}

/// Class folders that are numbers far apart, perhaps behind one word: identifiers of patients or
/// products, or classes that were chosen from many. Many folders of one word that holds few
/// pictures each are parts or plots, and letters with numbers that both vary are places.
fn numbered_folders(samples: &[Sample]) -> Option<Candidate> {
    let mut folders: BTreeSet<&str> = BTreeSet::new();
    for sample in samples {
        let label = sample.label.as_deref()?;
        if !folders.contains(label) {
            let mut above = sample.path.rsplit('/').skip(1);
            if !above.any(|folder| folder == label) {
                return None;
            }
            folders.insert(label);
        }
    }
    let told: Vec<(&str, &str)> = folders
        .iter()
        .map(|folder| word_and_number(folder))
        .collect();
    let is_named = |(word, number): &(&str, &str)| {
        let bare = word.trim_end_matches(|c: char| !c.is_alphanumeric());
        !number.is_empty() && is_word(&bare.to_ascii_lowercase(), &ENTITIES)
    };
    if folders.len() >= FEWEST_NAMED && told.iter().all(is_named) {
        let candidate = by_label(samples, "the folder, a number behind a word for entities");
        let is_stretch = |(word, _): &(&str, &str)| {
            let bare = word.trim_end_matches(|c: char| !c.is_alphanumeric());
            is_word(&bare.to_ascii_lowercase(), &STRETCHES)
        };
        return candidate.map(|candidate| Candidate {
            names_thing: !told.iter().any(is_stretch),
            ..candidate
        });
    }
    if folders.len() < FEWEST_FOLDERS || told.iter().any(|(_, number)| number.is_empty()) {
        return are_places(&told)
            .then(|| by_label(samples, "the folder, a letter and a number"))
            .flatten();
    }
    let words: BTreeSet<&str> = told.iter().map(|(word, _)| *word).collect();
    let (word, 1) = (*words.first()?, words.len()) else {
        return are_places(&told)
            .then(|| by_label(samples, "the folder, a letter and a number"))
            .flatten();
    };
    let numbers: Option<BTreeSet<u64>> =
        told.iter().map(|(_, number)| number.parse().ok()).collect();
    let numbers = numbers?;
    let (first, last) = (*numbers.first()?, *numbers.last()?);
    let count = numbers.len() as u64;
    let is_sparse = last >= LEAST_IDENTIFIER && (last - first) / count >= entity_judge::SPARSE;
    let bare = word.trim_end_matches(|c: char| !c.is_alphanumeric());
    let bare = bare.to_ascii_lowercase();
    let is_wordnet = bare == "n" && told.iter().all(|(_, number)| number.len() == 8);
    let names_class =
        tells_class(&bare) || bare.contains(|c: char| c.is_ascii_digit()) || is_wordnet;
    if names_class {
        return None;
    }
    if is_sparse {
        return by_label(samples, "the folder, a number far from the others");
    }
    let are_counted_parts = bare.chars().count() > 2
        && folders.len() >= FEWEST_COUNTED
        && samples.len() <= folders.len() * MOST_IN_EACH;
    are_counted_parts
        .then(|| by_label(samples, "the folder, one of many of few pictures"))
        .flatten()
}

/// What stands before the number at the end of a folder, and the number.
fn word_and_number(folder: &str) -> (&str, &str) {
    let word = folder.trim_end_matches(|c: char| c.is_ascii_digit());
    (word, &folder[word.len()..])
}

/// Several capital letters with several padded numbers: `B04`, `C11`. Fields of a chessboard are
/// classes and not padded.
fn are_places(told: &[(&str, &str)]) -> bool {
    const FEWEST: usize = 4;
    let is_code = |(word, number): &(&str, &str)| {
        word.len() == 1
            && word.bytes().all(|b| b.is_ascii_uppercase())
            && number.len() == told.first().map_or(0, |first| first.1.len())
            && number.len() > 1
    };
    let different = |part: fn(&(&str, &str)) -> String| {
        told.iter().map(part).collect::<BTreeSet<String>>().len()
    };
    told.iter().all(is_code)
        && different(|(word, _)| (*word).to_owned()) > 1
        && different(|(_, number)| (*number).to_owned()) >= FEWEST
}

/// The labels as groups, where there are several; `what` says what they are.
fn by_label(samples: &[Sample], what: &str) -> Option<Candidate> {
    let mut names = Interner::default();
    let of: Vec<Option<u32>> = samples
        .iter()
        .map(|sample| Some(names.number(sample.label.as_deref()?)))
        .collect();
    let names = names.into_names();
    let first = names.first().filter(|_| names.len() > 1)?;
    let rule = GroupRule::Entity(format!("{what} (`{first}`)"));
    let groups = Groups { rule, of, names };
    let pattern = entity_pattern::of_folder(&groups, samples);
    Some(Candidate {
        groups,
        pattern,
        needs_pixels: false,
        names_thing: false,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sequence::testing;

    fn asked(count: usize, name: impl Fn(usize) -> String) -> Option<usize> {
        let names: Vec<String> = (0..count)
            .map(|at| format!("train/{}.png", name(at)))
            .collect();
        let found = candidates(&testing::labelled(&names)).next()?;
        Some(found.groups.names.len())
    }

    #[test]
    fn numbers_far_apart_are_asked_about_also_behind_a_word() {
        assert_eq!(asked(200, |at| format!("{}/{at}", at % 20 * 431)), Some(20));
        assert_eq!(
            asked(200, |at| format!("M{:04}/img{at:06}", at % 10 * 131 + 101)),
            Some(10)
        );
        assert_eq!(asked(200, |at| format!("{}/{at}", at % 20)), None);
        let wordnet = |at: usize| format!("n{:08}/{at}", at % 20 * 90_431 + 1_440_764);
        assert_eq!(asked(200, wordnet), None, "classes of WordNet");
    }

    #[test]
    fn folders_of_days_times_and_frames_are_recordings_and_no_classes() {
        let of = |folder: fn(usize) -> String, stem: &str| {
            asked(60, |at| format!("{}/{stem}{:03}", folder(at % 5), at / 5))
        };
        let time = |at: usize| format!("2015-10-05-1{at}-52-01_bag");
        assert_eq!(of(time, "img"), Some(5));
        assert_eq!(of(|at| format!("2017061{at}"), "img"), Some(5));
        assert_eq!(of(|at| format!("{at:02}"), "frame"), Some(5));
        assert_eq!(of(|at| format!("{at:02}"), "img"), None);
        assert_eq!(of(|at| format!("gesture{at}"), "frame"), None);
        assert_eq!(
            of(|at| ["a", "b", "c", "d", "e"][at].to_owned(), "frame"),
            None
        );
    }

    #[test]
    fn many_folders_of_one_word_with_few_pictures_each_are_asked_about() {
        let of = |word: &str, folders: usize| {
            asked(folders * 7, |at| {
                format!("{word}{:02}/Part{}", at / 7, at % 7)
            })
        };
        assert_eq!(of("kos", 30), Some(30));
        assert_eq!(of("kos", 10), None);
        assert_eq!(of("client_", 10), Some(10), "a word for entities");
        assert_eq!(of("fish_", 10), None);
        assert_eq!(of("class", 30), None);
        assert_eq!(of("c", 30), None);
    }

    #[test]
    fn letters_and_padded_numbers_that_both_vary_are_places() {
        let of =
            |folders: [&'static str; 6]| asked(60, |at| format!("{}/PICT{at:04}", folders[at % 6]));
        assert_eq!(of(["B04", "B05", "C11", "D03", "E08", "F10"]), Some(6));
        assert_eq!(of(["a1", "a2", "b3", "b4", "c5", "c6"]), None, "chess");
        assert_eq!(of(["A", "B", "C", "D", "E", "F"]), None);
    }
}
