//! DICOM: a preamble, a group that says how the rest is written, and a data set whose last element
//! of interest is the pixels (PS3.10, chapter 7).
//!
//! A reader of our own, because the one that there is (`dicom-object` 0.10) believes lengths: a
//! file of 32 KB made it take 4.2 GB and 27 seconds, and sequences nested in each other ended the
//! whole process with a full stack. Here some 25 elements are read and the rest is passed over.

mod elements;
#[cfg(test)]
pub(crate) mod testing;

use std::borrow::Cow;

use super::{Stop, Structure};
use crate::signature::facts::Colour;
use elements::{Coding, EXPLICIT, Elements, IMPLICIT, Value, short};

/// Bytes in front of the mark, which may hold anything.
const PREAMBLE: usize = 128;

const MARK: &[u8] = b"DICM";

/// Whether the bytes are a DICOM file, by its mark.
pub(in crate::signature) fn is_dicom(bytes: &[u8]) -> bool {
    bytes.get(PREAMBLE..PREAMBLE + MARK.len()) == Some(MARK)
}

/// Elements that are kept (PS3.6).
pub(in crate::signature) mod tag {
    pub(super) const TRANSFER_SYNTAX: u32 = 0x0002_0010;
    pub(in crate::signature) const ACQUISITION_DATE: u32 = 0x0008_0022;
    pub(in crate::signature) const CONTENT_DATE: u32 = 0x0008_0023;
    pub(in crate::signature) const ACQUISITION_DATE_TIME: u32 = 0x0008_002A;
    pub(in crate::signature) const ACQUISITION_TIME: u32 = 0x0008_0032;
    pub(in crate::signature) const CONTENT_TIME: u32 = 0x0008_0033;
    pub(in crate::signature) const MANUFACTURER: u32 = 0x0008_0070;
    pub(in crate::signature) const MODEL: u32 = 0x0008_1090;
    pub(in crate::signature) const PATIENT_ID: u32 = 0x0010_0020;
    pub(in crate::signature) const SERIAL_NUMBER: u32 = 0x0018_1000;
    pub(in crate::signature) const STUDY: u32 = 0x0020_000D;
    pub(super) const SAMPLES_PER_PIXEL: u32 = 0x0028_0002;
    pub(super) const PHOTOMETRIC: u32 = 0x0028_0004;
    pub(super) const PLANAR: u32 = 0x0028_0006;
    pub(super) const FRAMES: u32 = 0x0028_0008;
    pub(super) const ROWS: u32 = 0x0028_0010;
    pub(super) const COLUMNS: u32 = 0x0028_0011;
    pub(super) const BITS_ALLOCATED: u32 = 0x0028_0100;
    pub(super) const BITS_STORED: u32 = 0x0028_0101;
    pub(super) const HIGH_BIT: u32 = 0x0028_0102;
    pub(super) const REPRESENTATION: u32 = 0x0028_0103;
    pub(in crate::signature) const WINDOW_CENTER: u32 = 0x0028_1050;
    pub(in crate::signature) const WINDOW_WIDTH: u32 = 0x0028_1051;
    pub(in crate::signature) const INTERCEPT: u32 = 0x0028_1052;
    pub(in crate::signature) const SLOPE: u32 = 0x0028_1053;
    pub(super) const PIXELS: u32 = 0x7FE0_0010;

    /// All of them but the pixels.
    pub(super) const KEPT: [u32; 25] = [
        TRANSFER_SYNTAX,
        ACQUISITION_DATE,
        CONTENT_DATE,
        ACQUISITION_DATE_TIME,
        ACQUISITION_TIME,
        CONTENT_TIME,
        MANUFACTURER,
        MODEL,
        PATIENT_ID,
        SERIAL_NUMBER,
        STUDY,
        SAMPLES_PER_PIXEL,
        PHOTOMETRIC,
        PLANAR,
        FRAMES,
        ROWS,
        COLUMNS,
        BITS_ALLOCATED,
        BITS_STORED,
        HIGH_BIT,
        REPRESENTATION,
        WINDOW_CENTER,
        WINDOW_WIDTH,
        INTERCEPT,
        SLOPE,
    ];
}

/// How pixels are written (PS3.5, annex A).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::signature) enum Syntax {
    /// One sample behind the other.
    Native,
    /// JPEG files of sequential coding.
    Jpeg,
    /// Another one, by its name.
    NotRead(&'static str),
}

/// Transfer syntaxes by identifier: what it is called, and whether elements are in big endian,
/// explicit or implicit.
fn syntax(identifier: &str) -> (Syntax, Coding) {
    let number = identifier.strip_prefix("1.2.840.10008.1.2");
    let name = match number.unwrap_or(" ") {
        "" => return (Syntax::Native, IMPLICIT),
        ".1" => return (Syntax::Native, EXPLICIT),
        ".2" => {
            let coding = Coding {
                explicit: true,
                big_endian: true,
            };
            return (Syntax::Native, coding);
        }
        ".4.50" | ".4.51" => return (Syntax::Jpeg, EXPLICIT),
        ".1.99" => "deflated",
        ".4.57" | ".4.70" => "lossless JPEG",
        ".4.80" | ".4.81" => "JPEG-LS",
        ".4.90" | ".4.91" | ".4.92" | ".4.93" => "JPEG 2000",
        ".4.100" | ".4.100.1" | ".4.101" | ".4.101.1" => "MPEG-2",
        ".4.102" | ".4.102.1" | ".4.103" | ".4.103.1" | ".4.104" | ".4.104.1" | ".4.105"
        | ".4.105.1" | ".4.106" | ".4.106.1" => "H.264",
        ".4.107" | ".4.108" => "H.265",
        ".4.110" | ".4.111" | ".4.112" => "JPEG XL",
        ".4.201" | ".4.202" | ".4.203" => "high-throughput JPEG 2000",
        ".5" => "run-length",
        _ => "an unknown",
    };
    (Syntax::NotRead(name), EXPLICIT)
}

/// What the elements up to the pixels say.
#[derive(Debug, Clone)]
pub(in crate::signature) struct Headers<'a> {
    pub(in crate::signature) syntax: Syntax,
    coding: Coding,
    kept: Vec<(u32, &'a [u8])>,
    pixels: Option<(Value<'a>, [u8; 2])>,
}

/// Reads elements up to the pixels.
///
/// # Errors
/// The file ends too early, or is no sequence of elements.
pub(in crate::signature) fn headers(bytes: &[u8]) -> Result<Headers<'_>, Stop> {
    let mut headers = Headers {
        syntax: Syntax::Native,
        coding: EXPLICIT,
        kept: Vec::new(),
        pixels: None,
    };
    let mut meta = Elements::new(bytes, PREAMBLE + MARK.len(), EXPLICIT);
    while bytes.get(meta.position()..meta.position() + 2) == Some(&[2, 0]) {
        if let Some(element) = meta.next()? {
            headers.keep(element.tag, element.value);
        }
    }
    let at = meta.position();
    headers.syntax_of(bytes.get(at..).unwrap_or_default());
    if headers.syntax == Syntax::NotRead("deflated") {
        return Ok(headers);
    }
    let mut elements = Elements::new(bytes, at, headers.coding);
    while let Some(element) = elements.next()? {
        if element.tag == tag::PIXELS {
            headers.pixels = Some((element.value, element.vr));
            break;
        }
        headers.keep(element.tag, element.value);
    }
    Ok(headers)
}

/// Frames, and whether all pixels that are announced are there.
pub(super) fn walk(bytes: &[u8]) -> Result<Structure, Stop> {
    let headers = headers(bytes)?;
    let layout = headers.layout();
    if headers.syntax == Syntax::Native && headers.pixels.is_some() && layout.frame_bytes() > 0 {
        headers.frame()?;
    }
    Ok(Structure {
        end: None,
        bits: u8::try_from(layout.stored).unwrap_or(u8::MAX),
        colour: match layout.samples {
            1 if headers.photometric() == b"PALETTE COLOR" => Colour::Palette,
            1 => Colour::Grey,
            _ => Colour::Colour,
        },
        alpha: false,
        frames: layout.frames as usize,
    })
}

impl<'a> Headers<'a> {
    fn keep(&mut self, tag: u32, value: Value<'a>) {
        let known = self.kept.iter().any(|(other, _)| *other == tag);
        if let Value::Bytes(bytes) = value
            && tag::KEPT.contains(&tag)
            && !known
        {
            self.kept.push((tag, bytes));
        }
    }

    /// Settles how the data set, which begins with `next`, is written.
    fn syntax_of(&mut self, next: &[u8]) {
        (self.syntax, self.coding) = match self.text(tag::TRANSFER_SYNTAX) {
            b"" => (Syntax::Native, EXPLICIT),
            identifier => syntax(std::str::from_utf8(identifier).unwrap_or_default()),
        };
        // Some writers say one thing and do the other: here stand the letters of a kind, or the
        // bytes of a length.
        if !self.coding.big_endian {
            let names_kinds = |vr: &[u8]| vr.iter().all(u8::is_ascii_uppercase);
            self.coding.explicit = next.get(4..6).is_none_or(names_kinds);
        }
    }

    /// A text without what fills it up; empty where it is not there.
    pub(in crate::signature) fn text(&self, tag: u32) -> &'a [u8] {
        let found = self.kept.iter().find(|(other, _)| *other == tag);
        let text = found.map_or(&b""[..], |(_, value)| value);
        let end = text.iter().rposition(|&byte| byte != 0);
        text[..end.map_or(0, |end| end + 1)].trim_ascii()
    }

    /// The first of the numbers that a text holds.
    pub(in crate::signature) fn decimal(&self, tag: u32) -> Option<f64> {
        let first = self.text(tag).split(|&byte| byte == b'\\').next()?;
        let text = std::str::from_utf8(first.trim_ascii()).ok()?;
        text.parse().ok().filter(|number: &f64| number.is_finite())
    }

    fn number(&self, tag: u32) -> Option<u16> {
        let found = self.kept.iter().find(|(other, _)| *other == tag)?;
        Some(short(*found.1.first_chunk()?, self.coding))
    }

    /// What one sample a pixel means, or three do.
    pub(in crate::signature) fn photometric(&self) -> &'a [u8] {
        match self.text(tag::PHOTOMETRIC) {
            b"" if self.layout().samples == 1 => b"MONOCHROME2",
            b"" => b"RGB",
            said => said,
        }
    }

    /// How pixels lie.
    pub(in crate::signature) fn layout(&self) -> Layout {
        let allocated = self.number(tag::BITS_ALLOCATED).unwrap_or(8);
        let stored = self.number(tag::BITS_STORED).unwrap_or(allocated);
        let high = self.number(tag::HIGH_BIT);
        Layout {
            rows: self.number(tag::ROWS).unwrap_or(0),
            columns: self.number(tag::COLUMNS).unwrap_or(0),
            samples: self.number(tag::SAMPLES_PER_PIXEL).unwrap_or(1),
            frames: self
                .decimal(tag::FRAMES)
                .map_or(1, |frames| (frames as u32).max(1)),
            allocated,
            stored,
            high: high.unwrap_or(stored.saturating_sub(1)),
            signed: self.number(tag::REPRESENTATION) == Some(1),
            planar: self.number(tag::PLANAR) == Some(1),
        }
    }

    /// Whether the file holds pixels at all.
    pub(in crate::signature) fn has_pixels(&self) -> bool {
        self.pixels.is_some()
    }

    /// Samples of the middle frame, in order.
    ///
    /// # Errors
    /// There are fewer than the headers announce.
    pub(in crate::signature) fn frame(&self) -> Result<Cow<'a, [u8]>, Stop> {
        let layout = self.layout();
        let Some((Value::Bytes(pixels), vr)) = self.pixels else {
            return Err(Stop::Strange);
        };
        let length = layout.frame_bytes();
        if length.saturating_mul(u64::from(layout.frames)) > pixels.len() as u64 {
            return Err(Stop::Cut("it has fewer pixels than it announces"));
        }
        // Both are at most the length of the pixels, which are in memory.
        let (length, middle) = (length as usize, layout.frames as usize / 2);
        let place = middle * length..(middle + 1) * length;
        // Of words in big endian each holds two samples of one byte, the second first.
        let is_swapped = self.coding.big_endian && layout.allocated == 8 && vr == *b"OW";
        let swapped = |at: usize| pixels.get(at ^ 1).copied().unwrap_or(0);
        Ok(match is_swapped {
            true => Cow::Owned(place.map(swapped).collect()),
            false => Cow::Borrowed(&pixels[place]),
        })
    }

    /// The number that two bytes of the samples are.
    pub(in crate::signature) fn word(&self, two: [u8; 2]) -> u16 {
        short(two, self.coding)
    }

    /// The compressed file of the middle frame; `None` where there is none.
    ///
    /// A frame may be cut into fragments. Where there are not as many as frames, a frame begins
    /// where a JPEG file does.
    pub(in crate::signature) fn compressed_frame(&self) -> Option<Cow<'a, [u8]>> {
        let Some((Value::Items(items), _)) = self.pixels else {
            return None;
        };
        let fragments = || {
            let mut elements = Elements::new(items, 0, EXPLICIT);
            // The first item is a table of offsets, which may be empty.
            std::iter::from_fn(move || elements.next_item().ok().flatten()).skip(1)
        };
        let frames = self.layout().frames as usize;
        let middle = frames / 2;
        if frames > 1 && fragments().count() == frames {
            return fragments().nth(middle).map(Cow::Borrowed);
        }
        let mut number: Option<usize> = None;
        let own = fragments().filter(|fragment| {
            if frames > 1 && fragment.starts_with(&[0xFF, 0xD8]) {
                number = Some(number.map_or(0, |number| number + 1));
            }
            frames == 1 || number == Some(middle)
        });
        let mut whole: Option<Cow<'a, [u8]>> = None;
        for fragment in own {
            match &mut whole {
                Some(whole) => whole.to_mut().extend_from_slice(fragment),
                None => whole = Some(Cow::Borrowed(fragment)),
            }
        }
        whole
    }
}

/// How pixels lie in the file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::signature) struct Layout {
    pub(in crate::signature) rows: u16,
    pub(in crate::signature) columns: u16,
    /// Samples of a pixel: 1 or 3.
    pub(in crate::signature) samples: u16,
    /// At least 1.
    pub(in crate::signature) frames: u32,
    /// Bits that a sample takes.
    pub(in crate::signature) allocated: u16,
    /// Bits of these that are used.
    pub(in crate::signature) stored: u16,
    /// The highest of these, counted from 0.
    pub(in crate::signature) high: u16,
    /// Whether samples may be below zero.
    pub(in crate::signature) signed: bool,
    /// Whether all of one colour comes before the next.
    pub(in crate::signature) planar: bool,
}

impl Layout {
    /// Pixels of a frame.
    pub(in crate::signature) fn pixels(&self) -> u64 {
        u64::from(self.rows) * u64::from(self.columns)
    }

    /// Bytes of a frame, where samples are whole bytes.
    fn frame_bytes(&self) -> u64 {
        self.pixels() * u64::from(self.samples) * u64::from(self.allocated / 8)
    }
}
