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
    if labels(&stream)?.is_some() {
        return Ok(Some(listing));
    }
    let shape = read_head(&stream)?.shape;
    if is_too_small(&shape) {
        return Ok(Some(listing));
    }
    if are_flattened(file, &shape) {
        return Ok(None);
    }
    let first = shape.first().copied().unwrap_or(0);
    let told = labels_beside(file, first)?;
    let is_taken = add(&mut listing, file, name, stream, !told.is_empty())?;
    for (item, label) in listing.items.iter_mut().zip(told) {
        item.label = Some(label);
    }
    Ok(is_taken.then_some(listing))
}

/// Whether an array holds fewer numbers than the smallest picture has pixels: one number, or a few.
fn is_too_small(shape: &[u64]) -> bool {
    let numbers = shape
        .iter()
        .try_fold(1u64, |all, one| all.checked_mul(*one));
    numbers.is_some_and(|all| all < array::SMALLEST * array::SMALLEST)
}

/// Whether an array called by many pictures (`x_train`) has a row for each, as `n x 784` for 28 by
/// 28 pixels: how a row lies is not told.
fn are_flattened(file: &Path, shape: &[u64]) -> bool {
    let stem = file.file_stem().unwrap_or_default().to_string_lossy();
    let is_square = |pixels: u64| pixels.isqrt().pow(2) == pixels;
    let is_picture =
        |numbers: u64| is_square(numbers) || numbers.is_multiple_of(3) && is_square(numbers / 3);
    matches!(*shape, [_, numbers] if is_picture(numbers)) && !label_names(&stem).is_empty()
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

/// What the numbers of an array are as brightness; `None` where they are none.
fn levels(head: &Head, stream: &Stream) -> io::Result<Option<Levels>> {
    let float = |double| array::span(stream, head.end as u64, double);
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

    #[test]
    fn rows_of_as_many_numbers_as_a_square_has_pixels_are_flattened_pictures() {
        let is_so = |name: &str, shape: &[u64]| are_flattened(Path::new(name), shape);
        assert!(is_so("a/x_train.npy", &[100, 784]));
        assert!(is_so("X.npy", &[100, 3072]));
        assert!(is_so("train_images.npy", &[100, 4096]));
        assert!(!is_so("x_train.npy", &[100, 28, 28]));
        assert!(!is_so("x_train.npy", &[480, 640]));
        assert!(!is_so("0001.npy", &[768, 1024]));
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
