//! Pickled batches of pictures, as CIFAR-10 and CIFAR-100 are published in: a dictionary with an
//! array of bytes, one row a picture, and a list of labels.

use std::io;
use std::path::Path;

use super::array::{self, Array};
use super::labels::ClassNames;
use super::listing::{Listing, Part};
use super::names::RowNames;
use super::npz::PAIRS;
use super::pickle::{self, Value};
use super::pixels::{Levels, Shape};
use super::stream::Stream;
use super::{Container, Reader};
use crate::source::text::{SETTINGS, TABLE, read};

/// Rows without a shape of their own: a square of one or three planes of this side.
const SIDE: u64 = 32;

/// Longest run of bytes that is text; pictures are longer.
const TEXT: usize = 200;

/// Keys of labels, finest first.
const LABELS: &[&str] = &["fine_labels", "labels", "coarse_labels"];

/// What a pickle holds; `None` where that is no pictures.
///
/// # Errors
/// The file cannot be read, or is no plain data.
pub(super) fn list(file: &Path, name: &str) -> io::Result<Option<Listing>> {
    let bytes = read(file, TABLE)?;
    let (Value::Dict(rows), behind) = pickle::read(&bytes)? else {
        return Ok(None);
    };
    let get = |wanted: &str| {
        let mut rows = rows.iter();
        rows.find(|(key, _)| key.text(&bytes) == Some(wanted))
            .map(|(_, value)| value)
    };
    let words = PAIRS
        .iter()
        .map(|(pictures, _)| *pictures)
        .chain(["features"]);
    let Some((count, shape, start)) = words.filter_map(get).find_map(pictures) else {
        // Names of classes and the like hold no images.
        let is_small = rows.iter().all(|(_, value)| longest(value) <= TEXT);
        return Ok(is_small.then(Listing::default));
    };
    let names = class_names(file);
    let labels = LABELS
        .iter()
        .copied()
        .chain(PAIRS.iter().map(|(_, labels)| *labels));
    let labels = labels.filter_map(get).find_map(|value| match value {
        Value::List(labels) if labels.len() as u64 == count => Some(labels),
        _ => None,
    });
    let label = |row: u64| match labels?.get(row as usize)? {
        Value::Int(class) => Some(names.of_number(*class)),
        other => other.text(&bytes).map(str::to_owned),
    };
    let array = Array::new(Stream::of(file)?, start, shape, Levels::Byte);
    let container = Container::new(file, Reader::Array(array));
    let own = name.rsplit('/').next().unwrap_or(name);
    let mut listing = Listing {
        split: own.starts_with("data_batch").then_some("train"),
        ..Listing::default()
    };
    if behind > 0 {
        listing.fault(
            name,
            format!("has {behind} bytes behind its data, which are not read"),
        );
    }
    for (key, value) in &rows {
        // Of two directions, numbers about pictures are more likely than one picture.
        if let Some((2.., _, at)) = pictures(value)
            && at != start
        {
            let key = key.text(&bytes).unwrap_or("?");
            listing.fault(
                name,
                format!("holds pictures as `{key}`, too, which are not read"),
            );
        }
    }
    let row_names = RowNames::new(name, count);
    for row in 0..count {
        listing.add(&container, row_names.of(row), Part::Row(row), label(row));
    }
    Ok(Some(listing))
}

/// How many pictures an array of bytes is, how each lies, and where the first begins.
///
/// `NumPy` pickles an array as a call with no content, whose state is a version, the shape, the
/// type, whether columns come first, and the bytes; by protocol 5 as a call with the bytes, the
/// type, the shape and the order.
fn pictures(value: &Value) -> Option<(u64, Shape, u64)> {
    let Value::List(object) = value else {
        return None;
    };
    let Some(Value::List(state)) = object.last() else {
        return None;
    };
    let (lengths, range) = match &state[..] {
        [_, Value::List(lengths), _, _, Value::Bytes(range)] => (lengths, range),
        [
            Value::Bytes(range),
            _,
            Value::List(lengths),
            Value::Text(order),
        ] if order == "C" => (lengths, range),
        _ => return None,
    };
    let length = |value: &Value| match value {
        Value::Int(length) => u64::try_from(*length).ok(),
        _ => None,
    };
    let lengths: Vec<u64> = lengths.iter().map(length).collect::<Option<_>>()?;
    let is_row = |planes: u64| lengths.len() == 2 && lengths[1] == planes * SIDE * SIDE;
    let (count, shape) = match [1, 3].into_iter().find(|planes| is_row(*planes)) {
        Some(channels) => {
            let shape = Shape {
                height: SIDE,
                width: SIDE,
                channels,
                planar: true,
            };
            (lengths[0], shape)
        }
        None => array::pictures(&lengths, true)?,
    };
    // As many bytes as numbers: only bytes are.
    let all = shape.numbers()?.checked_mul(count)?;
    (all == range.len() as u64).then_some((count, shape, range.start as u64))
}

/// The longest run of bytes in a value.
fn longest(value: &Value) -> usize {
    match value {
        Value::Bytes(range) => range.len(),
        Value::List(values) => values.iter().map(longest).max().unwrap_or(0),
        Value::Dict(rows) => rows
            .iter()
            .map(|(_, value)| longest(value))
            .max()
            .unwrap_or(0),
        // Python 3 writes bytes as text where it is asked for an old protocol.
        Value::Text(text) => text.len(),
        Value::None | Value::Int(_) => 0,
    }
}

/// Names of the classes, from the file beside the batches.
fn class_names(file: &Path) -> ClassNames {
    let read_names = |name: &str| {
        let bytes = read(&file.with_file_name(name), SETTINGS).ok()?;
        let (Value::Dict(rows), _) = pickle::read(&bytes).ok()? else {
            return None;
        };
        let keys = ["fine_label_names", "label_names"];
        let row = rows
            .iter()
            .find(|(key, _)| key.text(&bytes).is_some_and(|key| keys.contains(&key)))?;
        let Value::List(names) = &row.1 else {
            return None;
        };
        names
            .iter()
            .map(|name| Some(name.text(&bytes)?.to_owned()))
            .collect()
    };
    let names = ["batches.meta", "meta"].into_iter().find_map(read_names);
    ClassNames::listed(names.unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn listed(content: &[u8]) -> Option<Listing> {
        let written = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(written.path(), content).unwrap();
        list(written.path(), "data_batch_1").unwrap()
    }

    #[test]
    fn an_array_of_protocol_5_is_read() {
        let mut file = b"\x80\x05}(\x8c\x04data\x8c\x05numpy\x8c\x0b_frombuffer\x93(\x96".to_vec();
        file.extend(2048u64.to_le_bytes());
        file.extend((0..2048u32).map(|i| i as u8));
        file.extend(b"NK\x02M\x00\x04\x86\x8c\x01CtRu.");
        assert_eq!(listed(&file).unwrap().items.len(), 2);
        // Columns first would be other pictures.
        let at = file.len() - 5;
        file[at] = b'F';
        assert!(listed(&file).is_none_or(|listing| listing.items.is_empty()));
    }

    #[test]
    fn what_else_a_pickle_holds_is_told() {
        let array = |key: &[u8]| {
            let mut entry = [b"\x8c", &[key.len() as u8][..], key].concat();
            entry.extend(b"\x8c\x05numpy\x8c\x0b_frombuffer\x93(\x96");
            entry.extend(2048u64.to_le_bytes());
            entry.extend((0..2048u32).map(|i| i as u8));
            entry.extend(b"NK\x02M\x00\x04\x86\x8c\x01CtR");
            entry
        };
        let told = |entries: &[Vec<u8>], behind: &[u8]| {
            let file = [b"\x80\x05}(", &entries.concat()[..], b"u.", behind].concat();
            let listing = listed(&file).unwrap();
            assert_eq!(listing.items.len(), 2);
            let faults = listing.faults.into_iter().map(|(_, what)| what);
            faults.collect::<Vec<_>>().join("; ")
        };
        assert_eq!(told(&[array(b"data")], b""), "");
        assert!(told(&[array(b"data")], b"\x80\x05N.").contains("4 bytes behind"));
        assert!(told(&[array(b"data"), array(b"more")], b"").contains("`more`"));
    }

    #[test]
    fn bytes_that_are_written_as_text_are_not_taken_for_none() {
        let text = "x".repeat(3072);
        let mut file = b"\x80\x02}(X\x04\x00\x00\x00dataX\x00\x0c\x00\x00".to_vec();
        file.extend(text.as_bytes());
        file.extend(b"u.");
        assert!(listed(&file).is_none());
    }
}
