//! Records of `TensorFlow`: one `tf.train.Example` an image.
//!
//! An example is a map from names to lists of bytes, floats or integers (`example.proto`,
//! `feature.proto`). The image is the one that is called so, or else the first bytes that begin as
//! encoded images do. A record may also be such bytes itself.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{self, BufReader};
use std::path::Path;

use super::listing::{Listing, Part};
use super::picture_columns::{Found, choose, names_of};
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

/// The feature of the image, where several hold some.
const IMAGE: &str = "image/encoded";

/// What a file of records holds; `None` where the first holds no image.
///
/// # Errors
/// The file cannot be read, or its first record is damaged.
pub(super) fn list(
    file: &Path,
    name: &str,
    is_annotation: fn(&str) -> bool,
) -> io::Result<Option<Listing>> {
    let mut reader = BufReader::new(File::open(file)?);
    let (mut columns, mut labels, mut fault, mut at) = (Columns::new(), Vec::new(), None, 0);
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
        let example = example(&record);
        match example.images.is_empty() {
            false => {
                for (column, own, size) in example.images {
                    let row = labels.len() as u64;
                    let images: &mut Vec<_> = columns.entry(column).or_default();
                    images.push((row, at + AROUND.0 + own, size));
                }
                labels.push(example.label);
            }
            true if labels.is_empty() => return Ok(None),
            true => {}
        }
        at += AROUND.0 + record.len() as u64 + AROUND.1;
    }
    match fault {
        Some(what) if labels.is_empty() => return Err(damaged(format!("is damaged: {what}"))),
        _ => {}
    }
    let mut listing = Listing::default();
    take(&mut listing, file, name, columns, &labels, is_annotation)?;
    if let Some(what) = fault {
        let count = labels.len();
        listing.fault(name, format!("is damaged behind record {count}: {what}"));
    }
    Ok(Some(listing))
}

/// Images of each feature: the row of each, its first byte in the file, and its size.
type Columns = BTreeMap<Column, Vec<(u64, u64, u64)>>;

/// A feature, or a value of one with several. The best comes first.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Column {
    is_other: bool,
    feature: String,
    value: usize,
    /// Whether it is a series of frames.
    is_series: bool,
}

/// Adds the images of the columns that are read.
fn take(
    listing: &mut Listing,
    file: &Path,
    name: &str,
    columns: Columns,
    labels: &[Option<String>],
    is_annotation: fn(&str) -> bool,
) -> io::Result<()> {
    let found: Vec<Found> = columns.keys().map(Column::found).collect();
    let chosen = choose(&found, is_annotation);
    let container = Container::of_bytes(file)?;
    let images: Vec<_> = columns.into_values().collect();
    for (nth, &at) in chosen.read.iter().enumerate() {
        let own = (nth > 0).then_some(&*found[at].name);
        let names = names_of(name, own, labels.len() as u64);
        for &(row, at, size) in &images[at] {
            let label = labels.get(row as usize).cloned().flatten();
            listing.add(&container, names.of(row), Part::Stored { at, size }, label);
        }
    }
    for what in chosen.faults {
        listing.fault(name, what);
    }
    Ok(())
}

impl Column {
    fn found(&self) -> Found {
        let name = match self.value {
            0 => self.feature.clone(),
            value => format!("{}/{}", self.feature, value + 1),
        };
        Found {
            name,
            is_list: self.is_series,
        }
    }
}

/// The images of a record.
#[derive(Default)]
struct Example {
    /// The column of each, its first byte in the record, and its size.
    images: Vec<(Column, u64, u64)>,
    label: Option<String>,
}

/// What is read of a record.
fn example(record: &[u8]) -> Example {
    let mut example = Example::default();
    let mut add = |feature: &[u8], value, is_series, bytes: &[u8]| {
        let feature = String::from_utf8_lossy(feature).into_owned();
        let column = Column {
            is_other: feature != IMAGE,
            feature,
            value,
            is_series,
        };
        let at = bytes.as_ptr().addr() - record.as_ptr().addr();
        example.images.push((column, at as u64, bytes.len() as u64));
    };
    if begins_as_image(record) {
        add(IMAGE.as_bytes(), 0, false, record);
        return example;
    }
    let own = |entry, number| Fields(entry).find_map(|field| message(field, number));
    // Features of the record, and series of features.
    let entries = |wanted| {
        let maps = Fields(record).filter_map(move |field| message(field, wanted));
        let entries = maps.flat_map(Fields);
        let entries = entries.filter_map(|field| message(field, 1));
        entries.filter_map(|entry| Some((own(entry, 1)?, own(entry, 2).unwrap_or_default())))
    };
    let features: Vec<(&[u8], &[u8])> = entries(1).collect();
    for (feature, list) in &features {
        for (value, bytes) in all_bytes(list).enumerate() {
            if begins_as_image(bytes) {
                add(feature, value, false, bytes);
            }
        }
    }
    // A record of series alone is not read, and told as a whole.
    let is_read = features
        .iter()
        .any(|(_, list)| all_bytes(list).any(begins_as_image));
    for (feature, series) in entries(2).filter(|_| is_read) {
        let first = Fields(series).find_map(|field| message(field, 1));
        let image = first.and_then(|list| all_bytes(list).find(|bytes| begins_as_image(bytes)));
        if let Some(bytes) = image {
            add(feature, 0, true, bytes);
        }
    }
    let label = |wanted: &&str| {
        let (_, feature) = features
            .iter()
            .find(|(name, _)| *name == wanted.as_bytes())?;
        let text = all_bytes(feature).next();
        let text = text.map(|text| String::from_utf8_lossy(text).into_owned());
        text.or_else(|| first_integer(feature))
    };
    example.label = LABELS.iter().find_map(label);
    example
}

/// The bytes of a field, where it has this number.
fn message<'a>(field: (u64, Wire<'a>), wanted: u64) -> Option<&'a [u8]> {
    match field {
        (number, Wire::Bytes(bytes)) if number == wanted => Some(bytes),
        _ => None,
    }
}

/// The values of a feature that is a list of bytes.
fn all_bytes(feature: &[u8]) -> impl Iterator<Item = &[u8]> {
    let lists = Fields(feature).filter_map(|field| message(field, 1));
    lists.flat_map(Fields).filter_map(|field| message(field, 1))
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
        list(written.path(), "x.tfrecord", |name| name.contains("mask"))
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

    #[test]
    fn all_pictures_of_an_example_are_of_its_row() {
        let bytes = |seed: u8| [b"\xFF\xD8\xFF".as_slice(), &[seed; 300]].concat();
        let pair = field(1, &[field(1, &bytes(1)), field(1, &bytes(2))].concat());
        let names = |features: &[Vec<u8>]| {
            let one = field(1, &feature("image/encoded", &image(&bytes(0))));
            let more = record(&field(1, &features.concat()));
            let listing = listed(&[record(&one), more].concat()).unwrap().unwrap();
            let names = listing.items.into_iter().map(|item| item.name);
            (names.collect::<Vec<_>>(), listing.faults.len())
        };
        let first = || feature("image/encoded", &image(&bytes(1)));
        let second = feature("image2/encoded", &image(&bytes(2)));
        let rows = ["x.tfrecord#0", "x.tfrecord#1"].map(String::from);
        let and = |more: &str| [&rows[..], &[more.to_owned()]].concat();
        assert_eq!(
            names(&[second, first()]),
            (and("x.tfrecord!/image2_encoded#1"), 0)
        );
        assert_eq!(
            names(&[feature("image/encoded", &pair)]),
            (and("x.tfrecord!/image_encoded_2#1"), 0)
        );
        let mask = feature("image/mask", &image(b"\x89PNG"));
        assert_eq!(names(&[mask, first()]), (rows.to_vec(), 0));
        let text = feature("model", &image(b"BMW 320"));
        assert_eq!(names(&[text, first()]), (rows.to_vec(), 0));
    }

    #[test]
    fn a_series_of_pictures_beside_one_is_told_and_alone_is_not_read() {
        let png = b"\x89PNG";
        let series = field(
            1,
            &[field(1, b"frames"), field(2, &field(1, &image(png)))].concat(),
        );
        let both = [
            field(1, &feature("image/encoded", &image(png))),
            field(2, &series),
        ];
        let told = listed(&record(&both.concat())).unwrap().unwrap();
        assert_eq!((told.items.len(), told.faults.len()), (1, 1));
        assert!(listed(&record(&field(2, &series))).unwrap().is_none());
    }
}
