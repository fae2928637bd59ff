//! Elements of a DICOM data set (PS3.5, chapter 7): tag, length and value, one behind the other.
//!
//! A value is a piece of the file, never a copy, and its length is checked before it is cut out.
//! What lies inside sequences is passed over with a counter, so that neither long nor deeply nested
//! files take memory or stack.

use super::super::{Stop, take};

/// Length of a value that ends at a delimiter.
const UNDEFINED: u32 = u32::MAX;

/// Begins an item of a sequence, or a fragment of pixels.
const ITEM: u32 = 0xFFFE_E000;
const ITEM_END: u32 = 0xFFFE_E00D;
const SEQUENCE_END: u32 = 0xFFFE_E0DD;

/// Deepest nesting that is followed; real files have about five levels.
const MOST_LEVELS: usize = 1000;

const INSIDE: &str = "it ends inside a data element";

/// How elements are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Coding {
    /// Whether each element names its kind of value (its VR).
    pub(super) explicit: bool,
    /// Whether numbers begin with their greatest byte.
    pub(super) big_endian: bool,
}

/// That of the group in front of the data set, and of most files.
pub(super) const EXPLICIT: Coding = Coding {
    explicit: true,
    big_endian: false,
};

/// That of items in a value of unknown kind.
pub(super) const IMPLICIT: Coding = Coding {
    explicit: false,
    big_endian: false,
};

/// One element.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Element<'a> {
    /// Group and number: `0x0010_0020` is the patient's ID.
    pub(super) tag: u32,
    /// Kind of value, two letters; zeros where it is not written.
    pub(super) vr: [u8; 2],
    pub(super) value: Value<'a>,
}

/// What an element holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Value<'a> {
    /// Bytes of a known number.
    Bytes(&'a [u8]),
    /// Items up to a delimiter, and without it.
    Items(&'a [u8]),
}

/// Reads elements from a place on.
#[derive(Debug, Clone)]
pub(super) struct Elements<'a> {
    bytes: &'a [u8],
    at: usize,
    coding: Coding,
}

/// What stands in front of a value.
struct Head {
    tag: u32,
    vr: [u8; 2],
    length: u32,
}

impl<'a> Elements<'a> {
    pub(super) fn new(bytes: &'a [u8], at: usize, coding: Coding) -> Self {
        Self { bytes, at, coding }
    }

    /// Where the next element begins.
    pub(super) fn position(&self) -> usize {
        self.at
    }

    /// The next element; `None` at the end of the file.
    ///
    /// # Errors
    /// The file ends inside it, or it is none.
    pub(super) fn next(&mut self) -> Result<Option<Element<'a>>, Stop> {
        if self.at >= self.bytes.len() {
            return Ok(None);
        }
        let Head { tag, vr, length } = self.head(self.coding)?;
        if tag >> 16 == 0xFFFE {
            return Err(Stop::Strange);
        }
        let start = self.at;
        let value = if length == UNDEFINED {
            // Items of a value of unknown kind name no kinds either (PS3.5, 6.2.2).
            let coding = match vr {
                [b'U', b'N'] => IMPLICIT,
                _ => self.coding,
            };
            Value::Items(&self.bytes[start..self.pass_over_items(coding)?])
        } else {
            Value::Bytes(self.pass_over(length)?)
        };
        Ok(Some(Element { tag, vr, value }))
    }

    /// The next item, or fragment, of known length; `None` behind the last.
    ///
    /// # Errors
    /// The file ends inside it, or it is none.
    pub(super) fn next_item(&mut self) -> Result<Option<&'a [u8]>, Stop> {
        if self.at >= self.bytes.len() {
            return Ok(None);
        }
        match self.head(self.coding)? {
            Head { length, .. } if length == UNDEFINED => Err(Stop::Strange),
            Head {
                tag: ITEM, length, ..
            } => Ok(Some(self.pass_over(length)?)),
            _ => Err(Stop::Strange),
        }
    }

    /// Passes over items and all that is nested in them, up to behind the delimiter; where that
    /// begins.
    fn pass_over_items(&mut self, mut coding: Coding) -> Result<usize, Stop> {
        let outer = coding;
        // Sequences and items that end at a delimiter; and how many of these are open where values
        // stop naming their kinds.
        let (mut open, mut implicit_in) = (1, usize::MAX);
        loop {
            let start = self.at;
            let Head { tag, vr, length } = self.head(coding)?;
            match tag {
                ITEM_END | SEQUENCE_END => {
                    open -= 1;
                    if open == 0 {
                        return Ok(start);
                    }
                    if open <= implicit_in {
                        (coding, implicit_in) = (outer, usize::MAX);
                    }
                }
                _ if length != UNDEFINED => drop(self.pass_over(length)?),
                _ => {
                    if vr == *b"UN" && implicit_in == usize::MAX {
                        (coding, implicit_in) = (IMPLICIT, open);
                    }
                    open += 1;
                    if open > MOST_LEVELS {
                        return Err(Stop::Strange);
                    }
                }
            }
        }
    }

    fn pass_over(&mut self, length: u32) -> Result<&'a [u8], Stop> {
        let value = take(self.bytes, self.at, length as usize, INSIDE)?;
        self.at += value.len();
        Ok(value)
    }

    /// Tag, kind and length; ends in front of the value.
    fn head(&mut self, coding: Coding) -> Result<Head, Stop> {
        let tag = self.short(coding)? << 16 | self.short(coding)?;
        if !coding.explicit || tag >> 16 == 0xFFFE {
            let length = self.long(coding)?;
            let vr = [0; 2];
            return Ok(Head { tag, vr, length });
        }
        let vr = [self.byte()?, self.byte()?];
        let length = match &vr {
            b"OB" | b"OD" | b"OF" | b"OL" | b"OV" | b"OW" | b"SQ" | b"SV" | b"UC" | b"UN"
            | b"UR" | b"UT" | b"UV" => {
                self.short(coding)?;
                self.long(coding)?
            }
            _ if vr.iter().all(u8::is_ascii_uppercase) => self.short(coding)?,
            _ => return Err(Stop::Strange),
        };
        Ok(Head { tag, vr, length })
    }

    fn byte(&mut self) -> Result<u8, Stop> {
        let byte = take(self.bytes, self.at, 1, INSIDE)?[0];
        self.at += 1;
        Ok(byte)
    }

    fn short(&mut self, coding: Coding) -> Result<u32, Stop> {
        let two = [self.byte()?, self.byte()?];
        Ok(u32::from(short(two, coding)))
    }

    fn long(&mut self, coding: Coding) -> Result<u32, Stop> {
        let (first, second) = (self.short(coding)?, self.short(coding)?);
        Ok(match coding.big_endian {
            true => first << 16 | second,
            false => second << 16 | first,
        })
    }
}

/// A number of two bytes.
pub(super) fn short(two: [u8; 2], coding: Coding) -> u16 {
    match coding.big_endian {
        true => u16::from_be_bytes(two),
        false => u16::from_le_bytes(two),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn all(bytes: &[u8], coding: Coding) -> Result<Vec<Element<'_>>, Stop> {
        let mut elements = Elements::new(bytes, 0, coding);
        let mut found = Vec::new();
        while let Some(element) = elements.next()? {
            found.push(element);
        }
        Ok(found)
    }

    const ID: &[u8] = b"\x10\0\x20\0LO\x02\0P1";

    #[test]
    fn what_lies_in_sequences_is_passed_over_however_they_end() {
        let open: &[u8] = b"\x08\0\x40\x11SQ\0\0\xFF\xFF\xFF\xFF";
        let item: &[u8] = b"\xFE\xFF\0\xE0\xFF\xFF\xFF\xFF";
        let ends: &[u8] = b"\xFE\xFF\x0D\xE0\0\0\0\0\xFE\xFF\xDD\xE0\0\0\0\0";
        let nested = [open, item, open, item, ID, ends, ID, ends, ID].concat();
        let found = all(&nested, EXPLICIT).unwrap();
        assert_eq!(found.len(), 2);
        assert_eq!(
            (found[1].tag, found[1].value),
            (0x0010_0020, Value::Bytes(b"P1"))
        );
    }

    #[test]
    fn a_value_of_unknown_kind_holds_items_that_name_no_kinds() {
        let unknown: &[u8] = b"\x09\0\x10\x10UN\0\0\xFF\xFF\xFF\xFF";
        let item: &[u8] = b"\xFE\xFF\0\xE0\xFF\xFF\xFF\xFF\x10\0\x20\0\x02\0\0\0P1";
        let ends: &[u8] = b"\xFE\xFF\x0D\xE0\0\0\0\0\xFE\xFF\xDD\xE0\0\0\0\0";
        let bytes = [unknown, item, ends, ID].concat();
        assert_eq!(all(&bytes, EXPLICIT).unwrap().len(), 2);
        // The same inside a sequence that does name them.
        let open: &[u8] = b"\x08\0\x40\x11SQ\0\0\xFF\xFF\xFF\xFF\xFE\xFF\0\xE0\xFF\xFF\xFF\xFF";
        let bytes = [open, unknown, item, ends, ID, ends, ID].concat();
        assert_eq!(all(&bytes, EXPLICIT).unwrap().len(), 2);
    }

    #[test]
    fn lengths_that_no_file_has_and_endless_nesting_take_nothing() {
        let long = b"\x10\0\x20\0UT\0\0\x00\xFF\xFF\xFFP1";
        assert_eq!(all(long, EXPLICIT), Err(Stop::Cut(INSIDE)));
        let open: &[u8] = b"\x08\0\x40\x11SQ\0\0\xFF\xFF\xFF\xFF\xFE\xFF\0\xE0\xFF\xFF\xFF\xFF";
        assert_eq!(all(&open.repeat(100_000), EXPLICIT), Err(Stop::Strange));
    }

    #[test]
    fn both_orders_of_bytes_are_read() {
        let coding = Coding {
            explicit: true,
            big_endian: true,
        };
        let found = all(b"\0\x10\0\x20LO\0\x02P1", coding).unwrap();
        assert_eq!(found[0].tag, 0x0010_0020);
        let found = all(b"\x10\0\x20\0\x02\0\0\0P1", IMPLICIT).unwrap();
        assert_eq!(found[0].value, Value::Bytes(b"P1"));
    }
}
