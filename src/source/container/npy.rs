//! `.npy`: one array, of one picture or of many.

use std::io;
use std::path::Path;

use super::array::{self, Array};
use super::labels::whole;
use super::listing::{Listing, Part};
use super::names::RowNames;
use super::npz::label_names;
use super::pixels::Levels;
use super::stream::Stream;
use super::{Container, Reader, damaged};
use crate::npy::{Head, head};

/// Most bytes of labels that are read; more are no labels of pictures.
const MOST_LABELS: u64 = 1 << 28;

/// Longest head that is read.
const LONGEST_HEAD: u64 = 64 << 10;

/// What an array file holds; `None` where it is no pictures.
///
/// # Errors
/// The file cannot be read, or is not what its head says.
pub(super) fn list(file: &Path, name: &str) -> io::Result<Option<Listing>> {
    let mut listing = Listing::default();
    let stream = Stream::of(file)?;
    let head = read_head(&stream)?;
    let pictures = head.shape.first().copied().unwrap_or(0);
    let labels_behind = match behind(&head, stream.size()) {
        0 => None,
        more => {
            let from = stream.size() - more;
            let labels = labels_at_end(&Stream::stretch(file, from, more), pictures);
            if labels.is_none() {
                listing.fault(name, more_than_an_array(more));
            }
            labels
        }
    };
    let stem = file.file_stem().unwrap_or_default().to_string_lossy();
    if let Some(what) = no_pictures(&stem, &head) {
        return Err(damaged(what));
    }
    if labels(&stream)?.is_some() || is_too_small(&head.shape) {
        return Ok(Some(listing));
    }
    let told = match labels_behind {
        Some(labels) => labels,
        None => labels_beside(file, pictures)?,
    };
    let is_taken = add(&mut listing, file, name, stream, !told.is_empty())?;
    for (item, label) in listing.items.iter_mut().zip(told) {
        item.label = Some(label);
    }
    Ok(is_taken.then_some(listing))
}

/// How many bytes of a file stand behind its array; 0 where its numbers are of an unknown width.
fn behind(head: &Head, size: u64) -> u64 {
    let kind = head.kind.trim_start_matches(['|', '<', '>', '=']);
    let width = kind.get(1..).and_then(|digits| digits.parse::<u64>().ok());
    let each = match kind.as_bytes().first() {
        Some(b'U') => width.and_then(|letters| letters.checked_mul(4)),
        _ => width,
    };
    let all = head
        .shape
        .iter()
        .try_fold(each, |all, one| all.map(|all| all.checked_mul(*one)));
    let end = all
        .flatten()
        .and_then(|all| all.checked_add(head.end as u64));
    end.map_or(0, |end| size.saturating_sub(end))
}

/// What is said of a file of which so many bytes stand behind its array.
fn more_than_an_array(bytes: u64) -> String {
    format!(
        "has {bytes} bytes behind its array, which are not read; save each array in a file of its own"
    )
}

/// What of an array among others is not read.
pub(super) fn not_read(name: &str, stream: &Stream) -> Option<String> {
    let head = read_head(stream).ok()?;
    match behind(&head, stream.size()) {
        0 => no_pictures(name, &head),
        more => Some(more_than_an_array(more)),
    }
}

/// The labels of so many pictures that were saved behind these, where nothing else was.
fn labels_at_end(stream: &Stream, pictures: u64) -> Option<Vec<String>> {
    let head = read_head(stream).ok()?;
    let labels = labels(stream).ok()??;
    (behind(&head, stream.size()) == 0 && labels.len() as u64 == pictures).then_some(labels)
}

/// Whether an array holds fewer numbers than the smallest picture has pixels: one number, or a few.
fn is_too_small(shape: &[u64]) -> bool {
    let numbers = shape
        .iter()
        .try_fold(1u64, |all, one| all.checked_mul(*one));
    numbers.is_some_and(|all| all < array::SMALLEST * array::SMALLEST)
}

/// Why an array that is called as pictures are (`x_train`) is none that can be read; `None` for
/// what may be read, and for what is called otherwise.
fn no_pictures(name: &str, head: &Head) -> Option<String> {
    if label_names(name).is_empty() {
        return None;
    }
    let kind = &head.kind;
    match head.shape[..] {
        _ if kind.ends_with('O') => {
            Some("is of objects of Python, which are not read; save numbers".to_owned())
        }
        [0, ..] => Some("has no rows".to_owned()),
        [_, numbers] if is_square(numbers) => Some(format!(
            "has rows of {numbers} numbers, of which nothing tells how they lie in a picture"
        )),
        [_, _, _, ..] if !is_read(kind) => Some(format!(
            "is of numbers of the type `{kind}`, which is not read"
        )),
        _ => None,
    }
}

/// Whether a square picture has so many numbers, in one channel or three.
fn is_square(numbers: u64) -> bool {
    let is_one = |pixels: u64| {
        let side = pixels.isqrt();
        side >= array::SMALLEST && side.pow(2) == pixels
    };
    is_one(numbers) || numbers.is_multiple_of(3) && is_one(numbers / 3)
}

/// The labels of so many pictures, from the array beside theirs that is named so; none where it has
/// another number of them.
fn labels_beside(file: &Path, pictures: u64) -> io::Result<Vec<String>> {
    let stem = file.file_stem().unwrap_or_default().to_string_lossy();
    for other in label_names(&stem) {
        let other = file.with_file_name(format!("{other}.npy"));
        if other.is_file()
            && let Some(labels) = labels(&Stream::of(&other)?)?
            && labels.len() as u64 == pictures
        {
            return Ok(labels);
        }
    }
    Ok(Vec::new())
}

/// Adds the pictures of an array, which may be known to be of many, to a listing; whether it has
/// any.
pub(super) fn add(
    listing: &mut Listing,
    file: &Path,
    name: &str,
    stream: Stream,
    of_many: bool,
) -> io::Result<bool> {
    let head = read_head(&stream)?;
    let Some((rows, shape)) = array::pictures(&head.shape, of_many) else {
        return Ok(false);
    };
    let start = head.end as u64;
    let Some(levels) = levels(&head, &stream)? else {
        return Ok(false);
    };
    let size = shape.numbers().and_then(|one| {
        one.checked_mul(levels.width())?
            .checked_mul(rows)?
            .checked_add(start)
    });
    if head.is_column_major || size.is_none_or(|size| size > stream.size()) {
        return Err(damaged("is shorter than its shape, or stored by columns"));
    }
    let container = Container::new(
        file,
        Reader::Array(Array::new(stream, start, shape, levels)),
    );
    let names = RowNames::new(name, rows);
    let is_one = head.shape.len() < 3 || (rows == 1 && head.shape.len() == 3 && !of_many);
    for row in 0..rows {
        // One picture is called what its file is.
        let own = if is_one {
            name.to_owned()
        } else {
            names.of(row)
        };
        listing.add(&container, own, Part::Row(row), None);
    }
    Ok(true)
}

/// Numbers of an array in one direction, as labels; `None` where it is something else. What is
/// whole is written so, whatever its type.
pub(super) fn labels(stream: &Stream) -> io::Result<Option<Vec<String>>> {
    let head = read_head(stream)?;
    // One column is a list, too.
    let length = match head.shape[..] {
        [n] | [n, 1] => n,
        _ => return Ok(None),
    };
    let kind = head.kind.trim_start_matches(['|', '<']);
    let letters = |each: u64| kind.get(1..)?.parse::<u64>().ok()?.checked_mul(each);
    let width: u64 = match kind {
        _ if kind.starts_with('U') => letters(4).unwrap_or(0),
        _ if kind.starts_with('S') => letters(1).unwrap_or(0),
        "u1" | "i1" => 1,
        "u2" | "i2" => 2,
        "u4" | "i4" | "f4" => 4,
        "u8" | "i8" | "f8" => 8,
        _ => return Ok(None),
    };
    let size = length
        .checked_mul(width)
        .filter(|&size| width > 0 && size <= stream.size().min(MOST_LABELS));
    let Some(size) = size else {
        return Ok(None);
    };
    let bytes = stream.read(head.end as u64, size)?;
    let number = |bytes: &[u8]| match (kind.as_bytes()[0], bytes) {
        (b'f', &[a, b, c, d]) => f32::from_le_bytes([a, b, c, d]).to_string(),
        (b'f', bytes) => {
            let double = bytes.try_into().map(f64::from_le_bytes);
            double.unwrap_or(f64::NAN).to_string()
        }
        (b'S', bytes) => text(bytes.iter().map(|&byte| char::from(byte))),
        (b'U', bytes) => {
            let codes = bytes
                .chunks_exact(4)
                .map(|one| u32::from_le_bytes([one[0], one[1], one[2], one[3]]));
            text(codes.map(|code| char::from_u32(code).unwrap_or('?')))
        }
        (sign, bytes) => whole(bytes, sign == b'i').to_string(),
    };
    Ok(Some(
        bytes.chunks_exact(width as usize).map(number).collect(),
    ))
}

/// A text of a fixed length, which is filled with zeros.
fn text(letters: impl Iterator<Item = char>) -> String {
    letters.take_while(|&letter| letter != '\0').collect()
}

/// How many pictures an array holds: the first of three or more numbers of its shape.
pub(super) fn pictures(stream: &Stream) -> io::Result<Option<u64>> {
    let shape = read_head(stream)?.shape;
    Ok(shape.first().copied().filter(|_| shape.len() > 2))
}

fn read_head(stream: &Stream) -> io::Result<Head> {
    let bytes = stream.read(0, stream.size().min(LONGEST_HEAD))?;
    head(&bytes).map_err(|what| damaged(format!("is no array: {what}")))
}

/// Whether numbers of this type may be brightness.
fn is_read(kind: &str) -> bool {
    ["|u1", "<u1", "|b1", "<u2", "<f4", "<f8"].contains(&kind)
}

/// What the numbers of an array are as brightness; `None` where they are none.
fn levels(head: &Head, stream: &Stream) -> io::Result<Option<Levels>> {
    let (start, size) = (head.end as u64, stream.size());
    let float = |double| array::span(stream, start, size - behind(head, size), double);
    Ok(match head.kind.as_str() {
        "|u1" | "<u1" => Some(Levels::Byte),
        "|b1" => Some(Levels::Bool),
        "<u2" => Some(Levels::Word),
        "<f4" => float(false)?.map(Levels::Single),
        "<f8" => float(true)?.map(Levels::Double),
        _ => None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(kind: &str, shape: &[u64]) -> Head {
        Head {
            kind: kind.to_owned(),
            is_column_major: false,
            shape: shape.to_owned(),
            end: 128,
        }
    }

    #[test]
    fn what_is_called_as_pictures_and_is_none_says_why() {
        let why = |name: &str, kind: &str, shape: &[u64]| no_pictures(name, &of(kind, shape));
        for (name, kind, shape) in [
            ("x_train", "|u1", &[100, 784][..]),
            ("X", "<f8", &[100, 3072]),
            ("train_images", "|u1", &[100, 4096]),
            ("x_val", "|O", &[100]),
            ("x_val", "|u1", &[0, 28, 28]),
            ("x_val", "<i8", &[9, 28, 28]),
        ] {
            assert!(why(name, kind, shape).is_some(), "{name} {kind} {shape:?}");
        }
        for (name, kind, shape) in [
            ("x_train", "|u1", &[100, 28, 28][..]),
            ("x_train", "|u1", &[480, 640]),
            ("0001", "|u1", &[768, 1024]),
            ("X", "<f8", &[100, 9]),
            ("y_train", "|O", &[100]),
        ] {
            assert_eq!(why(name, kind, shape), None, "{name} {kind} {shape:?}");
        }
    }

    #[test]
    fn what_stands_behind_an_array_is_counted() {
        let bytes = |kind: &str, shape: &[u64], size| behind(&of(kind, shape), size);
        assert_eq!(bytes("|u1", &[2, 3], 134), 0);
        assert_eq!(bytes("|u1", &[2, 3], 140), 6);
        assert_eq!(bytes("<U5", &[2], 128 + 40 + 1), 1);
        assert_eq!(bytes("<f8", &[], 128 + 8), 0);
        // What is shorter than it says, or of a width that is not told, is another fault.
        assert_eq!(bytes("|u1", &[2, 3], 130), 0);
        assert_eq!(bytes("|O", &[2], 999), 0);
        assert_eq!(bytes("<u8", &[u64::MAX, 2], 999), 0);
    }

    #[test]
    fn a_number_and_a_handful_are_no_picture_and_a_small_square_may_be_one() {
        for shape in [&[][..], &[1], &[2, 3], &[3, 5, 1]] {
            assert!(is_too_small(shape), "{shape:?}");
        }
        for shape in [&[4, 4][..], &[28, 28], &[10, 28, 28], &[u64::MAX, 2]] {
            assert!(!is_too_small(shape), "{shape:?}");
        }
    }
}
