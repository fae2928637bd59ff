//! `.npz`: several arrays in a zip archive, as `numpy.savez` writes them.
//!
//! An array of pictures is a folder of its own, `digits.npz!/x_train#`. Its labels are those of the
//! array whose name differs from its own in nothing but the word: `y` for `x`, `labels` for
//! `images`.

use std::collections::BTreeMap;
use std::io;
use std::path::Path;

use super::columns::Told;
use super::inflate::Framing;
use super::listing::Listing;
use super::npy;
use super::stream::Stream;
use super::zip_directory::Directory;

/// Words for pictures and for their labels, in names of arrays.
pub(super) const PAIRS: &[(&str, &str)] = &[
    ("x", "y"),
    ("X", "y"),
    ("X", "Y"),
    ("images", "labels"),
    ("image", "label"),
    ("imgs", "labels"),
    ("data", "labels"),
    ("data", "target"),
];

/// What the arrays of an archive hold; `None` where none is one of pictures.
///
/// # Errors
/// The file cannot be read.
pub(super) fn list(file: &Path, name: &str) -> io::Result<Option<Listing>> {
    let mut listing = Listing::default();
    let arrays = arrays(file, name, &mut listing)?;
    for (own, stream) in &arrays {
        let inner = format!("{name}!/{own}");
        let before = listing.items.len();
        if let Some(what) = npy::not_read(own, stream) {
            listing.fault(&*inner, what);
        }
        match npy::add(&mut listing, file, &inner, stream.clone(), true) {
            // A matrix among arrays is features or labels.
            Ok(true) if listing.items.len() == before + 1 => listing.items.truncate(before),
            Ok(_) => {}
            Err(error) => listing.fault(inner, error.to_string()),
        }
        let added = &mut listing.items[before..];
        let told = labels_of(own, added.len(), &arrays)?;
        for (item, label) in added.iter_mut().zip(told) {
            item.label = Some(label);
        }
    }
    let is_empty = listing.items.is_empty() && listing.faults.is_empty();
    Ok((!is_empty).then_some(listing))
}

/// The arrays of an archive by name; what is wrong with one is noted.
fn arrays(file: &Path, name: &str, listing: &mut Listing) -> io::Result<BTreeMap<String, Stream>> {
    let mut arrays: BTreeMap<String, Stream> = BTreeMap::new();
    let directory = Directory::of(file)?;
    for what in directory.faults {
        listing.fault(name, what);
    }
    for member in directory.entries {
        let own = super::names::inner(&member.name).unwrap_or_default();
        let Some(own) = own.strip_suffix(".npy") else {
            listing.fault(format!("{name}!/{own}"), "is no array");
            continue;
        };
        let at = match (member.part(), member.at) {
            (Ok(_), Some(at)) => at,
            (Err(what), _) => {
                listing.fault(format!("{name}!/{own}"), what);
                continue;
            }
            _ => continue,
        };
        let stream = match member.is_deflated() {
            false => Ok(Stream::stretch(file, at, member.size)),
            true => Stream::inflated(file, at, member.packed, Framing::Raw, &mut |_| {}),
        };
        match stream {
            Ok(stream) => drop(arrays.insert(own.to_owned(), stream)),
            Err(error) => listing.fault(format!("{name}!/{own}"), error.to_string()),
        }
    }
    Ok(arrays)
}

/// What arrays of an archive say of the pictures of others: those of as many rows whose names
/// differ in one word, which is wanted.
///
/// # Errors
/// The file cannot be read.
pub(super) fn columns(file: &Path, is_wanted: &dyn Fn(&str) -> bool) -> io::Result<Vec<Told>> {
    let arrays = arrays(file, "", &mut Listing::default())?;
    let mut all = Vec::new();
    for (array, stream) in &arrays {
        let Some(pictures) = npy::pictures(stream)? else {
            continue;
        };
        for (other, stream) in &arrays {
            let Some(name) = differing_word(array, other).filter(|name| is_wanted(name)) else {
                continue;
            };
            if let Some(values) = npy::labels(stream)?
                && values.len() as u64 == pictures
            {
                all.push(Told {
                    array: array.clone(),
                    name,
                    values: values.into_iter().map(Some).collect(),
                });
            }
        }
    }
    Ok(all)
}

/// The words of a name that stand in place of one word of another: `subjects` of `subjects_train`
/// beside `x_train`.
fn differing_word(array: &str, other: &str) -> Option<String> {
    let (own, words): (Vec<&str>, Vec<&str>) =
        (array.split('_').collect(), other.split('_').collect());
    let missing = own.iter().filter(|word| !words.contains(word)).count();
    let more = words.into_iter().filter(|word| !own.contains(word));
    let more: Vec<&str> = more.collect();
    (missing == 1 && !more.is_empty()).then(|| more.join("_"))
}

/// The labels of an array of pictures: as many as there are pictures, or none.
fn labels_of(
    name: &str,
    pictures: usize,
    arrays: &BTreeMap<String, Stream>,
) -> io::Result<Vec<String>> {
    for other in label_names(name) {
        if let Some(stream) = arrays.get(&other)
            && let Some(labels) = npy::labels(stream)?
            && labels.len() == pictures
        {
            return Ok(labels);
        }
    }
    Ok(Vec::new())
}

/// Names that the labels of an array of this name may have.
pub(super) fn label_names(name: &str) -> Vec<String> {
    let words: Vec<&str> = name.split('_').collect();
    let mut names = Vec::new();
    for (at, word) in words.iter().enumerate() {
        for (_, label) in PAIRS.iter().filter(|(picture, _)| picture == word) {
            let mut other = words.clone();
            other[at] = label;
            names.push(other.join("_"));
        }
    }
    names
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_are_named_like_their_pictures() {
        assert_eq!(label_names("x_train"), ["y_train"]);
        assert_eq!(label_names("train_images"), ["train_labels"]);
        assert_eq!(label_names("X"), ["y", "Y"]);
        assert!(label_names("features").is_empty());
    }

    #[test]
    fn what_is_said_of_pictures_differs_from_them_in_a_word() {
        let told = |other| differing_word("x_train", other);
        assert_eq!(told("subjects_train").as_deref(), Some("subjects"));
        assert_eq!(told("patient_id_train").as_deref(), Some("patient_id"));
        assert_eq!(told("subjects_test"), None);
        assert_eq!(
            differing_word("images", "subjects").as_deref(),
            Some("subjects")
        );
    }
}
