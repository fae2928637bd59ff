//! Pixels in memory as the bytes of a picture file, so that they are read like all others.

use super::Place;
use super::container::pixels::{self, Levels, Shape, Span};

/// Largest side of a picture.
const LARGEST: u64 = 1 << 16;

/// How near a float lies to a level of 8 bits that it was made from: floats of 32 bits are a
/// hundred times nearer, and levels of 16 bits lie 1/257 apart.
const SAME_LEVEL: f64 = 1e-3;

/// A picture as numbers in memory, such as a program holds that has decoded it.
///
/// ```
/// use splitleak::source::{NumberKind, Pixels, Place};
///
/// let grey = Pixels {
///     height: 2,
///     width: 3,
///     channels: 1,
///     planar: false,
///     kind: NumberKind::Byte,
///     numbers: &[0, 50, 100, 150, 200, 250],
/// };
/// let place: Place = grey.place().unwrap();
/// let floats = Pixels { kind: NumberKind::Single, ..grey };
/// assert!(floats.place().unwrap_err().to_string().contains("24 bytes"));
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Pixels<'a> {
    /// Rows, 1 to 65,536.
    pub height: u64,
    /// Columns, 1 to 65,536.
    pub width: u64,
    /// 1 (grey), 3 (red, green, blue) or 4 (and opacity).
    pub channels: u64,
    /// Whether channels are planes one behind the other (channels x height x width), not the
    /// numbers of a pixel (height x width x channels).
    pub planar: bool,
    /// What the numbers are.
    pub kind: NumberKind,
    /// The numbers row by row without gaps, each with its low byte first.
    pub numbers: &'a [u8],
}

/// What the numbers of a picture are as brightness.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NumberKind {
    /// 8 bits, 0 to 255.
    Byte,
    /// 16 bits, 0 to 65,535.
    Word,
    /// One byte, 0 for black and anything else for white.
    Bool,
    /// 32-bit floats, 0 to 1.
    Single,
    /// 64-bit floats, 0 to 1.
    Double,
}

/// Why numbers are no picture.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum NoPicture {
    /// The shape is not that of a picture.
    #[error(
        "{height} rows, {width} columns and {channels} channels are no picture: sides go from 1 to 65,536, channels are 1, 3 or 4"
    )]
    Shape {
        /// As given.
        height: u64,
        /// As given.
        width: u64,
        /// As given.
        channels: u64,
    },
    /// There are more or fewer numbers than the shape says.
    #[error("its shape takes {expected} bytes, and there are {given}")]
    Size {
        /// Bytes that the shape takes.
        expected: u64,
        /// Bytes that are there.
        given: u64,
    },
    /// Floats that are no brightness.
    #[error("its numbers go from {least} to {most}, and brightness goes from 0 to 1")]
    Range {
        /// The least of them; not a number where one is not.
        least: f64,
        /// The greatest of them.
        most: f64,
    },
}

impl Pixels<'_> {
    /// The place of a picture with these pixels; they are copied. Floats that all are levels of 8
    /// bits, as those of a decoded photo are, become bytes again; others are kept to 16 bits.
    ///
    /// # Errors
    /// Why they are no picture.
    pub fn place(self) -> Result<Place, NoPicture> {
        let Self {
            height,
            width,
            channels,
            planar,
            ..
        } = self;
        let refused = NoPicture::Shape {
            height,
            width,
            channels,
        };
        let shape = Shape {
            height,
            width,
            channels,
            planar,
        };
        let fits = [height, width]
            .iter()
            .all(|side| (1..=LARGEST).contains(side));
        let all = shape
            .numbers()
            .filter(|_| fits && matches!(channels, 1 | 3 | 4));
        let all = all.ok_or(refused)?;
        let expected = all * self.levels().width();
        let given = self.numbers.len() as u64;
        if given != expected {
            return Err(NoPicture::Size { expected, given });
        }
        let bytes = match self.kind {
            NumberKind::Single | NumberKind::Double => self.bytes_of_floats()?,
            _ => None,
        };
        let file = match &bytes {
            Some(bytes) => pixels::file(bytes, shape, Levels::Byte),
            None => pixels::file(self.numbers, shape, self.levels()),
        };
        // The size and the channels have been looked at.
        let file = file.map_err(|_| NoPicture::Size { expected, given })?;
        Ok(Place::Memory(file.into()))
    }

    fn levels(&self) -> Levels {
        match self.kind {
            NumberKind::Byte => Levels::Byte,
            NumberKind::Word => Levels::Word,
            NumberKind::Bool => Levels::Bool,
            NumberKind::Single => Levels::Single(Span::Unit),
            NumberKind::Double => Levels::Double(Span::Unit),
        }
    }

    /// The floats as levels of 8 bits, where each of them is one; `None` where one is between.
    ///
    /// # Errors
    /// One of them is no brightness.
    fn bytes_of_floats(&self) -> Result<Option<Vec<u8>>, NoPicture> {
        let width = self.levels().width() as usize;
        let floats = || {
            let numbers = self.numbers.chunks_exact(width);
            numbers.map(|number| pixels::float(number).unwrap_or(f64::NAN))
        };
        let (mut least, mut most) = (f64::INFINITY, f64::NEG_INFINITY);
        for value in floats() {
            if value.is_nan() {
                (least, most) = (f64::NAN, f64::NAN);
                break;
            }
            (least, most) = (least.min(value), most.max(value));
        }
        if Span::of(least, most) != Some(Span::Unit) {
            return Err(NoPicture::Range { least, most });
        }
        let levels = floats().map(|value| {
            let (exact, level) = (value * 255.0, (value * 255.0).round());
            ((exact - level).abs() <= SAME_LEVEL).then_some(level as u8)
        });
        Ok(levels.collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const GREY: Pixels<'static> = Pixels {
        height: 1,
        width: 2,
        channels: 1,
        planar: false,
        kind: NumberKind::Byte,
        numbers: &[7, 250],
    };

    fn file(pixels: Pixels<'_>) -> Vec<u8> {
        match pixels.place().unwrap() {
            Place::Memory(bytes) => bytes.to_vec(),
            other => panic!("{other:?}"),
        }
    }

    fn singles(values: &[f32]) -> Vec<u8> {
        values
            .iter()
            .flat_map(|value| value.to_le_bytes())
            .collect()
    }

    #[test]
    fn floats_of_a_decoded_photo_are_its_bytes_again_and_others_keep_their_depth() {
        let of = |values: &[f32]| {
            let numbers = singles(values);
            file(Pixels {
                kind: NumberKind::Single,
                numbers: &numbers,
                ..GREY
            })
        };
        assert_eq!(of(&[7.0 / 255.0, 250.0 / 255.0]), file(GREY));
        let between = of(&[7.5 / 255.0, 250.0 / 255.0]);
        assert!(between.starts_with(b"P5\n2 1\n65535\n"), "{between:?}");
    }

    #[test]
    fn planes_and_pixels_are_the_same_place() {
        let pixels = Pixels {
            channels: 3,
            numbers: &[1, 2, 3, 4, 5, 6],
            ..GREY
        };
        let planes = Pixels {
            planar: true,
            numbers: &[1, 4, 2, 5, 3, 6],
            ..pixels
        };
        assert_eq!(file(pixels), file(planes));
    }

    #[test]
    fn what_is_no_picture_is_refused_with_the_reason() {
        let said = |pixels: Pixels<'_>| pixels.place().unwrap_err().to_string();
        let told = said(Pixels {
            channels: 2,
            ..GREY
        });
        assert!(told.contains("2 channels are no picture"), "{told}");
        let told = said(Pixels { height: 0, ..GREY });
        assert!(told.contains("0 rows"), "{told}");
        let told = said(Pixels {
            height: u64::MAX,
            width: u64::MAX,
            ..GREY
        });
        assert!(told.contains("no picture"), "{told}");
        let told = said(Pixels { width: 3, ..GREY });
        assert!(told.contains("takes 3 bytes, and there are 2"), "{told}");
        for (values, words) in [
            (&[-0.5f32, 1.0][..], "go from -0.5 to 1"),
            (&[0.0, 2.5], "go from 0 to 2.5"),
            (&[0.0, f32::NAN], "go from NaN to NaN"),
        ] {
            let told = said(Pixels {
                kind: NumberKind::Single,
                numbers: &singles(values),
                ..GREY
            });
            assert!(told.contains(words), "{told}");
        }
    }
}
