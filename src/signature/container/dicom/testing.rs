//! Writes small DICOM files, for tests.

use std::collections::BTreeMap;

/// A file under construction.
#[derive(Clone)]
pub(crate) struct Dicom {
    syntax: &'static str,
    explicit: bool,
    big_endian: bool,
    elements: BTreeMap<u32, (&'static [u8; 2], Vec<u8>)>,
    fragments: Option<Vec<Vec<u8>>>,
}

const ROWS: u32 = 0x0028_0010;
const PIXELS: u32 = 0x7FE0_0010;

impl Dicom {
    /// One channel of 8 bits.
    pub(crate) fn grey8(width: u16, samples: &[u8]) -> Self {
        let file = Self::of(width, samples.len(), 8).text(0x0028_0004, b"CS", "MONOCHROME2");
        file.value(PIXELS, b"OW", samples.to_vec())
    }

    /// One channel of 16 bits, signed.
    pub(crate) fn grey16(width: u16, samples: &[i16]) -> Self {
        let file = Self::of(width, samples.len(), 16).text(0x0028_0004, b"CS", "MONOCHROME2");
        let bytes = samples.iter().flat_map(|sample| sample.to_le_bytes());
        file.number(0x0028_0103, 1)
            .value(PIXELS, b"OW", bytes.collect())
    }

    /// Three channels of 8 bits, pixel by pixel.
    pub(crate) fn rgb(width: u16, samples: &[u8]) -> Self {
        let file = Self::of(width, samples.len() / 3, 8).text(0x0028_0004, b"CS", "RGB");
        file.number(0x0028_0002, 3)
            .value(PIXELS, b"OB", samples.to_vec())
    }

    /// JPEG files, a fragment each, of one frame where nothing else is said.
    pub(crate) fn jpeg(fragments: &[&[u8]]) -> Self {
        let file = Self::of(1, 1, 8).syntax("1.2.840.10008.1.2.4.50");
        Self {
            fragments: Some(fragments.iter().map(|part| part.to_vec()).collect()),
            ..file
        }
    }

    fn of(width: u16, pixels: usize, bits: u16) -> Self {
        let file = Self {
            syntax: "1.2.840.10008.1.2.1",
            explicit: true,
            big_endian: false,
            elements: BTreeMap::new(),
            fragments: None,
        };
        file.number(ROWS, (pixels / usize::from(width)) as u16)
            .number(0x0028_0011, width)
            .number(0x0028_0002, 1)
            .number(0x0028_0100, bits)
            .number(0x0028_0101, bits)
            .number(0x0028_0102, bits - 1)
            .number(0x0028_0103, 0)
    }

    /// The patient.
    pub(crate) fn patient(self, id: &str) -> Self {
        self.text(0x0010_0020, b"LO", id)
    }

    /// The study.
    pub(crate) fn study(self, uid: &str) -> Self {
        self.text(0x0020_000D, b"UI", uid)
    }

    /// Centre and width of the window.
    pub(crate) fn window(self, centre: &str, width: &str) -> Self {
        self.text(0x0028_1050, b"DS", centre)
            .text(0x0028_1051, b"DS", width)
    }

    /// An element of text, filled up to an even length.
    pub(crate) fn text(self, tag: u32, vr: &'static [u8; 2], text: &str) -> Self {
        let mut bytes = text.as_bytes().to_vec();
        if bytes.len() % 2 == 1 {
            bytes.push(if vr == b"UI" { 0 } else { b' ' });
        }
        self.value(tag, vr, bytes)
    }

    /// An element of a number.
    pub(crate) fn number(self, tag: u32, number: u16) -> Self {
        self.value(tag, b"US", number.to_le_bytes().to_vec())
    }

    /// An element of bytes.
    pub(crate) fn value(mut self, tag: u32, vr: &'static [u8; 2], bytes: Vec<u8>) -> Self {
        self.elements.insert(tag, (vr, bytes));
        self
    }

    /// An element is left out.
    pub(crate) fn without(mut self, tag: u32) -> Self {
        self.elements.remove(&tag);
        self
    }

    /// What the file says of how its pixels are written.
    pub(crate) fn syntax(self, syntax: &'static str) -> Self {
        Self { syntax, ..self }
    }

    /// Elements without their kinds.
    pub(crate) fn implicit(self) -> Self {
        let file = self.syntax("1.2.840.10008.1.2");
        Self {
            explicit: false,
            ..file
        }
    }

    /// Numbers with their greatest byte first.
    pub(crate) fn big_endian(self) -> Self {
        let file = self.syntax("1.2.840.10008.1.2.2");
        Self {
            big_endian: true,
            ..file
        }
    }

    /// The file.
    pub(crate) fn bytes(&self) -> Vec<u8> {
        let mut file = vec![0; 128];
        file.extend(b"DICM");
        let mut meta = self.clone();
        (meta.explicit, meta.big_endian) = (true, false);
        let mut syntax = self.syntax.as_bytes().to_vec();
        syntax.resize(syntax.len().next_multiple_of(2), 0);
        meta.write(0x0002_0010, b"UI", &syntax, &mut file);
        for (&tag, (vr, value)) in &self.elements {
            // Numbers and samples of two bytes.
            let words = self.big_endian && (*vr == b"US" || *vr == b"OW");
            match words {
                true => {
                    let swapped = value.chunks(2).flat_map(|pair| pair.iter().rev());
                    let swapped: Vec<u8> = swapped.copied().collect();
                    self.write(tag, vr, &swapped, &mut file);
                }
                false => self.write(tag, vr, value, &mut file),
            }
        }
        if let Some(fragments) = &self.fragments {
            file.extend(b"\xE0\x7F\x10\0OB\0\0\xFF\xFF\xFF\xFF\xFE\xFF\0\xE0\0\0\0\0");
            for fragment in fragments {
                let length = fragment.len().next_multiple_of(2);
                file.extend(b"\xFE\xFF\0\xE0");
                file.extend((length as u32).to_le_bytes());
                file.extend(fragment);
                file.resize(file.len() + length - fragment.len(), 0);
            }
            file.extend(b"\xFE\xFF\xDD\xE0\0\0\0\0");
        }
        file
    }

    fn write(&self, tag: u32, vr: &[u8; 2], value: &[u8], file: &mut Vec<u8>) {
        let short = |number: u16| match self.big_endian {
            true => number.to_be_bytes(),
            false => number.to_le_bytes(),
        };
        let long = |number: u32| match self.big_endian {
            true => number.to_be_bytes(),
            false => number.to_le_bytes(),
        };
        file.extend(short((tag >> 16) as u16));
        file.extend(short(tag as u16));
        let is_long = matches!(vr, b"OB" | b"OW" | b"SQ" | b"UN" | b"UT");
        match (self.explicit, is_long) {
            (true, true) => {
                file.extend(vr);
                file.extend([0, 0]);
                file.extend(long(value.len() as u32));
            }
            (true, false) => {
                file.extend(vr);
                file.extend(short(value.len() as u16));
            }
            (false, _) => file.extend(long(value.len() as u32)),
        }
        file.extend(value);
    }
}
