//! Arrays of numbers written as picture files, so that they are read like all others.
//!
//! The formats are Netpbm's: `P5` for grey, `P6` for colour, `P7` where there is opacity; 8 or 16
//! bits, the latter with the high byte first.

use std::io;

use super::damaged;

/// What numbers of an array are as brightness.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::source) enum Levels {
    /// Bytes: as they are.
    Byte,
    /// 16 bits, low byte first.
    Word,
    /// True and false.
    Bool,
    /// 32-bit floats, brightness from 0 to this many.
    Single(Span),
    /// 64-bit floats, brightness from 0 to this many.
    Double(Span),
}

/// From where to where floats go.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::source) enum Span {
    /// From 0 to 1.
    Unit,
    /// From -1 to 1.
    Signed,
    /// From 0 to 255.
    Bytes,
}

impl Levels {
    /// Bytes a number takes.
    pub(in crate::source) fn width(self) -> u64 {
        match self {
            Self::Byte | Self::Bool => 1,
            Self::Word => 2,
            Self::Single(_) => 4,
            Self::Double(_) => 8,
        }
    }

    /// The largest value that is written.
    fn most(self) -> u32 {
        match self {
            Self::Byte | Self::Bool | Self::Single(Span::Bytes) | Self::Double(Span::Bytes) => 255,
            _ => 65_535,
        }
    }
}

impl Span {
    /// The narrowest span that holds all numbers from the least to the most.
    pub(in crate::source) fn of(least: f64, most: f64) -> Option<Self> {
        match (least, most) {
            _ if least >= 0.0 && most <= 1.0 => Some(Self::Unit),
            _ if least >= -1.0 && most <= 1.0 => Some(Self::Signed),
            _ if least >= 0.0 && most <= 255.0 => Some(Self::Bytes),
            _ => None,
        }
    }

    fn level(self, value: f64) -> f64 {
        match self {
            Self::Unit => value * 65_535.0,
            Self::Signed => f64::midpoint(value, 1.0) * 65_535.0,
            Self::Bytes => value,
        }
    }
}

/// How one picture lies in memory.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::source) struct Shape {
    pub(in crate::source) height: u64,
    pub(in crate::source) width: u64,
    /// 1, 3 or 4.
    pub(in crate::source) channels: u64,
    /// Whether channels are planes, one behind the other.
    pub(in crate::source) planar: bool,
}

impl Shape {
    /// Numbers a picture has; `None` when that is none, or more than a file may hold.
    pub(in crate::source) fn numbers(self) -> Option<u64> {
        let all = self
            .height
            .checked_mul(self.width)?
            .checked_mul(self.channels)?;
        (all > 0 && all <= 1 << 30).then_some(all)
    }
}

/// A picture file of `numbers`, which lie as `shape` says.
pub(in crate::source) fn file(numbers: &[u8], shape: Shape, levels: Levels) -> io::Result<Vec<u8>> {
    let Shape {
        height,
        width,
        channels,
        planar,
    } = shape;
    let most = levels.most();
    let mut file = match channels {
        1 => format!("P5\n{width} {height}\n{most}\n"),
        3 => format!("P6\n{width} {height}\n{most}\n"),
        4 => format!(
            "P7\nWIDTH {width}\nHEIGHT {height}\nDEPTH 4\nMAXVAL {most}\nTUPLTYPE RGB_ALPHA\nENDHDR\n"
        ),
        _ => return Err(damaged("has a number of channels that no picture has")),
    }
    .into_bytes();
    let bytes = levels.width() as usize;
    let area = (height * width) as usize;
    if numbers.len() != area * channels as usize * bytes {
        return Err(damaged("is shorter than its shape"));
    }
    file.reserve(numbers.len());
    for pixel in 0..area {
        for channel in 0..channels as usize {
            let at = match planar {
                true => channel * area + pixel,
                false => pixel * channels as usize + channel,
            };
            push(&mut file, &numbers[at * bytes..(at + 1) * bytes], levels);
        }
    }
    Ok(file)
}

fn push(file: &mut Vec<u8>, number: &[u8], levels: Levels) {
    match (levels, number) {
        (Levels::Byte, &[byte]) => file.push(byte),
        (Levels::Bool, &[byte]) => file.push(if byte == 0 { 0 } else { 255 }),
        (Levels::Word, &[low, high]) => file.extend([high, low]),
        (Levels::Single(span) | Levels::Double(span), number) => {
            let level = float(number).map_or(0.0, |value| span.level(value)).round();
            match levels.most() {
                255 => file.push(level as u8),
                _ => file.extend((level as u16).to_be_bytes()),
            }
        }
        _ => {}
    }
}

/// A float of 4 or 8 bytes, low byte first.
pub(in crate::source) fn float(number: &[u8]) -> Option<f64> {
    match number.len() {
        4 => Some(f64::from(f32::from_le_bytes(number.try_into().ok()?))),
        8 => Some(f64::from_le_bytes(number.try_into().ok()?)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shape(height: u64, width: u64, channels: u64, planar: bool) -> Shape {
        Shape {
            height,
            width,
            channels,
            planar,
        }
    }

    #[test]
    fn planes_and_pixels_give_the_same_picture() {
        let planes = file(&[1, 2, 11, 12, 21, 22], shape(1, 2, 3, true), Levels::Byte).unwrap();
        let pixels = file(&[1, 11, 21, 2, 12, 22], shape(1, 2, 3, false), Levels::Byte).unwrap();
        assert_eq!(planes, pixels);
        assert_eq!(planes, b"P6\n2 1\n255\n\x01\x0b\x15\x02\x0c\x16");
    }

    #[test]
    fn numbers_become_levels_of_their_span() {
        let single = |value: f32, span| {
            let picture = file(
                &value.to_le_bytes(),
                shape(1, 1, 1, false),
                Levels::Single(span),
            );
            let picture = picture.unwrap();
            picture[picture.len() - 2..].to_vec()
        };
        assert_eq!(single(1.0, Span::Unit), [255, 255]);
        assert_eq!(single(0.0, Span::Signed), [128, 0]);
        assert_eq!(single(254.6, Span::Bytes)[1], 255);
        let word = file(&[0x34, 0x12], shape(1, 1, 1, false), Levels::Word).unwrap();
        assert!(word.ends_with(&[0x12, 0x34]));
        assert_eq!(Span::of(0.0, 255.0), Some(Span::Bytes));
        assert_eq!(Span::of(-1000.0, 3000.0), None);
    }

    #[test]
    fn too_few_numbers_are_an_error() {
        assert!(file(&[1, 2], shape(1, 3, 1, false), Levels::Byte).is_err());
        assert_eq!(shape(0, 3, 1, false).numbers(), None);
    }
}
