//! Arrays whose rows are pictures.

use std::io;

use super::damaged;
use super::pixels::{self, Levels, Shape, Span};
use super::stream::Stream;

/// Smallest side of a picture; a matrix that is smaller holds something else.
pub(super) const SMALLEST: u64 = 4;

/// Largest side of a picture.
const LARGEST: u64 = 1 << 16;

/// Bytes that are looked at together for the span of floats.
const CHUNK: u64 = 1 << 20;

/// Pictures that lie one behind the other.
pub(super) struct Array {
    stream: Stream,
    /// Where the first begins.
    start: u64,
    shape: Shape,
    levels: Levels,
}

impl Array {
    pub(super) fn new(stream: Stream, start: u64, shape: Shape, levels: Levels) -> Self {
        Self {
            stream,
            start,
            shape,
            levels,
        }
    }

    /// Bytes of a row; `None` for more than any picture has.
    pub(super) fn size(&self) -> Option<u64> {
        self.shape.numbers()?.checked_mul(self.levels.width())
    }

    /// A row as a picture file.
    pub(super) fn picture(&self, row: u64) -> io::Result<Vec<u8>> {
        let too_large = || damaged("is larger than any picture");
        let size = self.size().ok_or_else(too_large)?;
        let at = row
            .checked_mul(size)
            .and_then(|at| at.checked_add(self.start));
        let numbers = self.stream.read(at.ok_or_else(too_large)?, size)?;
        pixels::file(&numbers, self.shape, self.levels)
    }
}

/// How many pictures an array of this shape is, and how each lies; `None` for one that is none.
///
/// `n x height x width`, with channels last or first; without `n` for one picture, unless the array
/// is known to be of many: three lengths of which the first is 3 are channels, or three pictures.
pub(super) fn pictures(shape: &[u64], of_many: bool) -> Option<(u64, Shape)> {
    let side = |length: u64| (SMALLEST..=LARGEST).contains(&length);
    let of = |height, width, channels, planar| {
        let shape = Shape {
            height,
            width,
            channels,
            planar,
        };
        (side(height) && side(width)).then_some(shape)
    };
    match *shape {
        [n, h, w] if of_many => Some((n, of(h, w, 1, false)?)),
        [h, w] => Some((1, of(h, w, 1, false)?)),
        [h, w, c @ (1 | 3 | 4)] if side(h) => Some((1, of(h, w, c, false)?)),
        [c @ (1 | 3), h, w] if side(w) => Some((1, of(h, w, c, true)?)),
        [n, h, w] => Some((n, of(h, w, 1, false)?)),
        [n, h, w, c @ (1 | 3 | 4)] => Some((n, of(h, w, c, false)?)),
        [n, c @ (1 | 3), h, w] => Some((n, of(h, w, c, true)?)),
        _ => None,
    }
}

/// The span of all floats of a stream between two places; `None` where they are no brightness.
///
/// # Errors
/// They cannot be read.
pub(super) fn span(
    stream: &Stream,
    start: u64,
    end: u64,
    double: bool,
) -> io::Result<Option<Span>> {
    let width = if double { 8 } else { 4 };
    let (mut least, mut most) = (f64::INFINITY, f64::NEG_INFINITY);
    let mut at = start;
    while at < end {
        let size = CHUNK.min(end - at);
        for number in stream.read(at, size)?.chunks_exact(width) {
            let Some(value) = pixels::float(number).filter(|value| value.is_finite()) else {
                return Ok(None);
            };
            (least, most) = (least.min(value), most.max(value));
        }
        at += size;
    }
    Ok(Span::of(least, most))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn channels_are_told_from_pictures() {
        let told = |shape: &[u64]| {
            let (n, shape) = pictures(shape, false)?;
            Some((n, shape.height, shape.width, shape.channels, shape.planar))
        };
        assert_eq!(told(&[60_000, 28, 28]), Some((60_000, 28, 28, 1, false)));
        assert_eq!(told(&[10, 32, 32, 3]), Some((10, 32, 32, 3, false)));
        assert_eq!(told(&[10, 3, 32, 40]), Some((10, 32, 40, 3, true)));
        assert_eq!(told(&[480, 640, 3]), Some((1, 480, 640, 3, false)));
        assert_eq!(told(&[3, 480, 640]), Some((1, 480, 640, 3, true)));
        assert_eq!(told(&[480, 640]), Some((1, 480, 640, 1, false)));
        for none in [
            &[100][..],
            &[100, 2],
            &[10, 20, 20, 7],
            &[1, 2, 3, 4, 5],
            &[100, 100_000],
        ] {
            assert_eq!(told(none), None, "{none:?}");
        }
        assert_eq!(pictures(&[3, 480, 640], true).map(|(n, _)| n), Some(3));
    }
}
