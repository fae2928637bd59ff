//! `FlatBuffers`, as far as Arrow's heads need them: tables, vectors, texts, all bounds checked.
//!
//! A table begins with the distance back to its list of fields; a field that is not in the list is
//! absent. What leads out of the buffer is absent, too.

use super::number;

/// A table of a buffer.
#[derive(Debug, Clone, Copy)]
pub(super) struct Table<'a> {
    buffer: &'a [u8],
    at: usize,
}

impl<'a> Table<'a> {
    /// The table that a buffer is about.
    pub(super) fn root(buffer: &'a [u8]) -> Option<Self> {
        let at = number(buffer, 0, 4)? as usize;
        Some(Self { buffer, at })
    }

    /// Where a field lies.
    fn field(self, field: usize) -> Option<usize> {
        let back = number(self.buffer, self.at, 4)? as u32 as i32;
        let list = i64::try_from(self.at).ok()? - i64::from(back);
        let list = usize::try_from(list).ok()?;
        let entry = 4 + 2 * field;
        if entry + 2 > number(self.buffer, list, 2)? as usize {
            return None;
        }
        let offset = number(self.buffer, list.checked_add(entry)?, 2)? as usize;
        (offset > 0).then(|| self.at.checked_add(offset)).flatten()
    }

    /// What a field of a place leads to.
    fn target(self, at: usize) -> Option<usize> {
        at.checked_add(number(self.buffer, at, 4)? as usize)
    }

    /// A number of so many bytes; the low ones where it is negative.
    pub(super) fn number(self, field: usize, width: usize) -> Option<u64> {
        number(self.buffer, self.field(field)?, width)
    }

    /// A table inside.
    pub(super) fn table(self, field: usize) -> Option<Self> {
        let at = self.target(self.field(field)?)?;
        Some(Self { at, ..self })
    }

    /// A text.
    pub(super) fn text(self, field: usize) -> Option<&'a str> {
        let at = self.target(self.field(field)?)?;
        let length = number(self.buffer, at, 4)? as usize;
        let bytes = self.buffer.get(at + 4..)?.get(..length)?;
        std::str::from_utf8(bytes).ok()
    }

    /// First byte and length of a vector.
    fn vector(self, field: usize) -> Option<(usize, usize)> {
        let at = self.target(self.field(field)?)?;
        Some((at + 4, number(self.buffer, at, 4)? as usize))
    }

    /// The tables of a vector; none where it is absent or damaged.
    pub(super) fn tables(self, field: usize) -> Vec<Self> {
        let Some((at, length)) = self.vector(field) else {
            return Vec::new();
        };
        let one = |row: usize| {
            let at = self.target(at.checked_add(row.checked_mul(4)?)?)?;
            Some(Self { at, ..self })
        };
        (0..length).map_while(one).collect()
    }

    /// The pairs of 64-bit numbers of a vector.
    pub(super) fn pairs(self, field: usize) -> Vec<(u64, u64)> {
        let Some((at, length)) = self.vector(field) else {
            return Vec::new();
        };
        let one = |row: usize| {
            let at = at.checked_add(row.checked_mul(16)?)?;
            Some((number(self.buffer, at, 8)?, number(self.buffer, at + 8, 8)?))
        };
        (0..length).map_while(one).collect()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn fields_are_found_and_absent_ones_are_absent() {
        // A table at 12 whose list of two fields is at 4: a byte 7 at +4, nothing.
        let buffer = [12, 0, 0, 0, 8, 0, 5, 0, 4, 0, 0, 0, 8, 0, 0, 0, 7];
        let table = Table::root(&buffer).unwrap();
        assert_eq!(table.number(0, 1), Some(7));
        assert_eq!((table.number(1, 1), table.number(9, 1)), (None, None));
    }

    proptest! {
        #[test]
        fn no_bytes_are_a_way_to_panic(bytes in prop::collection::vec(any::<u8>(), 0..120)) {
            if let Some(table) = Table::root(&bytes) {
                for field in 0..6 {
                    let _ = (table.text(field), table.tables(field), table.pairs(field));
                    let _ = table.table(field).map(|inner| inner.number(0, 8));
                }
            }
        }
    }
}
