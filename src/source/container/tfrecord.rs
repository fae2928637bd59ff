//! Records of `TensorFlow`: one `tf.train.Example` an image.
//!
//! An example is a map from names to lists of bytes, floats or integers (`example.proto`,
//! `feature.proto`). The image is the one that is called so, or else the first bytes that begin as
//! encoded images do. A record may also be such bytes itself.

use std::fs::File;
use std::io::{self, BufReader};
use std::path::Path;

use super::listing::{Listing, Part};
use super::names::RowNames;
use super::{Container, begins_as_image, damaged};
use crate::tf_record::{AROUND, Damage, Fields, Wire, next_record, varint};

/// Names of labels, best first: words before numbers.
const LABELS: &[&str] = &[
    "image/class/text",
    "image/class/label",
    "label",
    "class",
    "labels",
    "target",
];

/// What a file of records holds; `None` where the first holds no image.
///
/// # Errors
/// The file cannot be read, or its first record is damaged.
pub(super) fn list(file: &Path, name: &str) -> io::Result<Option<Listing>> {
    let mut reader = BufReader::new(File::open(file)?);
    let (mut found, mut fault, mut at) = (Vec::new(), None, 0);
    loop {
        let record = match next_record(&mut reader) {
            Ok(Some(record)) => record,
            Ok(None) => break,
            Err(Damage::Refused(error)) => return Err(error),
            Err(damage) => {
                fault = Some(match damage {
                    Damage::Checksum => "a checksum differs",
                    _ => "it ends within a record",
                });
                break;
            }
        };
        match example(&record) {
            Some(example) => found.push((at + AROUND.0 + example.at, example)),
            None if found.is_empty() => return Ok(None),
            None => {}
        }
        at += AROUND.0 + record.len() as u64 + AROUND.1;
    }
    match fault {
        Some(what) if found.is_empty() => return Err(damaged(format!("is damaged: {what}"))),
        _ => {}
    }
    let container = Container::of_bytes(file)?;
    let names = RowNames::new(name, found.len() as u64);
    let mut listing = Listing::default();
    let count = found.len();
    for ((at, example), row) in found.into_iter().zip(0..) {
        let part = Part::Stored {
            at,
            size: example.size,
        };
        listing.add(&container, names.of(row), part, example.label);
    }
    if let Some(what) = fault {
        listing.fault(name, format!("is damaged behind record {count}: {what}"));
    }
    Ok(Some(listing))
}

/// The image of a record.
struct Example {
    /// Its first byte in the record.
    at: u64,
    size: u64,
    label: Option<String>,
}

/// What is read of a record; `None` where no feature is an image.
fn example(record: &[u8]) -> Option<Example> {
    if begins_as_image(record) {
        return Some(Example {
            at: 0,
            size: record.len() as u64,
            label: None,
        });
    }
    let features: Vec<(&[u8], &[u8])> = Fields(record)
        .filter_map(|field| message(field, 1))
        .flat_map(Fields)
        .filter_map(|field| message(field, 1))
        .filter_map(|entry| {
            let own = |number| Fields(entry).find_map(|field| message(field, number));
            Some((own(1)?, own(2).unwrap_or_default()))
        })
        .collect();
    let images = features.iter().filter_map(|(name, feature)| {
        let bytes = first_bytes(feature).filter(|bytes| begins_as_image(bytes))?;
        Some((*name != b"image/encoded", bytes))
    });
    let (_, image) = images.min_by_key(|(rank, _)| *rank)?;
    let label = |wanted: &&str| {
        let (_, feature) = features
            .iter()
            .find(|(name, _)| *name == wanted.as_bytes())?;
        let text = || Some(String::from_utf8_lossy(first_bytes(feature)?).into_owned());
        text().or_else(|| first_integer(feature))
    };
    Some(Example {
        at: (image.as_ptr().addr() - record.as_ptr().addr()) as u64,
        size: image.len() as u64,
        label: LABELS.iter().find_map(label),
    })
}

/// The bytes of a field, where it has this number.
fn message<'a>(field: (u64, Wire<'a>), wanted: u64) -> Option<&'a [u8]> {
    match field {
        (number, Wire::Bytes(bytes)) if number == wanted => Some(bytes),
        _ => None,
    }
}

/// The first bytes of a feature that is a list of bytes.
fn first_bytes(feature: &[u8]) -> Option<&[u8]> {
    let list = Fields(feature).find_map(|field| message(field, 1))?;
    Fields(list).find_map(|field| message(field, 1))
}

/// The first number of a feature that is a list of integers, packed or not.
fn first_integer(feature: &[u8]) -> Option<String> {
    let list = Fields(feature).find_map(|field| message(field, 3))?;
    let first = Fields(list).find_map(|field| match field {
        (1, Wire::Varint(value)) => Some(value),
        (1, Wire::Bytes(mut packed)) => varint(&mut packed),
        _ => None,
    })?;
    Some(first.cast_signed().to_string())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tf_record::record;

    fn field(number: u8, content: &[u8]) -> Vec<u8> {
        let mut bytes = vec![number << 3 | 2];
        let mut length = content.len();
        while length >= 0x80 {
            bytes.push((length & 0x7F) as u8 | 0x80);
            length >>= 7;
        }
        bytes.push(length as u8);
        bytes.extend(content);
        bytes
    }

    fn feature(name: &str, list: &[u8]) -> Vec<u8> {
        field(1, &[field(1, name.as_bytes()), field(2, list)].concat())
    }

    fn image(content: &[u8]) -> Vec<u8> {
        field(1, &field(1, content))
    }

    fn listed(file: &[u8]) -> io::Result<Option<Listing>> {
        let written = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(written.path(), file).unwrap();
        list(written.path(), "x.tfrecord")
    }

    #[test]
    fn images_and_labels_are_found_whatever_else_an_example_holds() {
        let jpeg = [b"\xFF\xD8\xFF".as_slice(), &[7; 300]].concat();
        let label = |class: u8| feature("label", &field(3, &field(1, &[class])));
        let example = |class| {
            let other = feature("mask", &image(b"\x89PNG"));
            field(
                1,
                &[other, label(class), feature("image/encoded", &image(&jpeg))].concat(),
            )
        };
        let file = [record(&example(5)), record(&example(6))].concat();
        let listing = listed(&file).unwrap().unwrap();
        let told: Vec<_> = listing
            .items
            .iter()
            .map(|item| (&*item.name, item.label.as_deref()))
            .collect();
        assert_eq!(
            told,
            [("x.tfrecord#0", Some("5")), ("x.tfrecord#1", Some("6"))]
        );
        let cut = listed(&file[..file.len() - 9]).unwrap().unwrap();
        assert_eq!((cut.items.len(), cut.faults.len()), (1, 1));
    }

    #[test]
    fn a_record_may_be_an_image_itself() {
        let listing = listed(&record(b"\x89PNG and more")).unwrap().unwrap();
        assert_eq!(listing.items.len(), 1);
    }

    #[test]
    fn other_records_hold_no_images_and_other_files_are_damaged() {
        assert!(listed(&record(b"text")).unwrap().is_none());
        assert!(listed(&[0; 40]).is_err());
    }
}
