//! Files of `TensorFlow`: length-prefixed records with checksums, each a protocol-buffer message.
//!
//! A record is `length: u64`, `masked crc32c of length: u32`, the bytes, `masked crc32c of the
//! bytes: u32`, all little endian. Of the wire format of protocol buffers as much is read as such
//! messages use.

use std::io::{self, Read};

/// Bytes around the content of a record: before it, and behind it.
pub(crate) const AROUND: (u64, u64) = (12, 4);

/// Why there is no record.
#[derive(Debug)]
pub(crate) enum Damage {
    /// The file ends within it.
    CutShort,
    /// A checksum does not match.
    Checksum,
    /// The file cannot be read.
    Refused(io::Error),
}

impl From<io::Error> for Damage {
    fn from(error: io::Error) -> Self {
        match error.kind() {
            io::ErrorKind::UnexpectedEof => Self::CutShort,
            _ => Self::Refused(error),
        }
    }
}

/// The next record; `None` at the end. Programs that do not compute checksums write zeros for both.
///
/// # Errors
/// Why there is none.
pub(crate) fn next_record(reader: &mut impl Read) -> Result<Option<Vec<u8>>, Damage> {
    let mut first = Vec::new();
    reader.by_ref().take(8).read_to_end(&mut first)?;
    if first.is_empty() {
        return Ok(None);
    }
    let length: [u8; 8] = first.as_slice().try_into().map_err(|_| Damage::CutShort)?;
    let mut check = [0; 4];
    reader.read_exact(&mut check)?;
    let has_checksums = check != [0; 4] || length == [0; 8];
    if has_checksums && u32::from_le_bytes(check) != masked_crc(&length) {
        return Err(Damage::Checksum);
    }
    let length = u64::from_le_bytes(length);
    let mut record = Vec::new();
    reader.by_ref().take(length).read_to_end(&mut record)?;
    if record.len() as u64 != length {
        return Err(Damage::CutShort);
    }
    reader.read_exact(&mut check)?;
    let is_whole = !has_checksums && check == [0; 4];
    match is_whole || u32::from_le_bytes(check) == masked_crc(&record) {
        true => Ok(Some(record)),
        false => Err(Damage::Checksum),
    }
}

/// The checksum as TFRecord masks it, so that checksums of checksums stay useful.
fn masked_crc(bytes: &[u8]) -> u32 {
    crc32c::crc32c(bytes)
        .rotate_right(15)
        .wrapping_add(0xa282_ead8)
}

/// A record of these bytes, for tests.
#[cfg(test)]
pub(crate) fn record(payload: &[u8]) -> Vec<u8> {
    let length = (payload.len() as u64).to_le_bytes();
    [
        &length[..],
        &masked_crc(&length).to_le_bytes(),
        payload,
        &masked_crc(payload).to_le_bytes(),
    ]
    .concat()
}

/// Values of the protocol-buffer wire format.
pub(crate) enum Wire<'a> {
    Varint(u64),
    Fixed32(u32),
    Fixed64(u64),
    Bytes(&'a [u8]),
}

/// Fields of a message; stops at the first byte that makes no sense.
pub(crate) struct Fields<'a>(pub(crate) &'a [u8]);

impl<'a> Iterator for Fields<'a> {
    type Item = (u64, Wire<'a>);

    fn next(&mut self) -> Option<Self::Item> {
        let key = varint(&mut self.0)?;
        let value = match key & 7 {
            0 => Wire::Varint(varint(&mut self.0)?),
            1 => {
                let (bytes, rest) = self.0.split_first_chunk::<8>()?;
                self.0 = rest;
                Wire::Fixed64(u64::from_le_bytes(*bytes))
            }
            2 => {
                let length = usize::try_from(varint(&mut self.0)?).ok()?;
                let (bytes, rest) = self.0.split_at_checked(length)?;
                self.0 = rest;
                Wire::Bytes(bytes)
            }
            5 => {
                let (bytes, rest) = self.0.split_first_chunk::<4>()?;
                self.0 = rest;
                Wire::Fixed32(u32::from_le_bytes(*bytes))
            }
            _ => return None,
        };
        Some((key >> 3, value))
    }
}

pub(crate) fn varint(bytes: &mut &[u8]) -> Option<u64> {
    let mut value = 0u64;
    for shift in (0..64).step_by(7) {
        let (&byte, rest) = bytes.split_first()?;
        *bytes = rest;
        value |= u64::from(byte & 0x7f) << shift;
        if byte < 0x80 {
            return Some(value);
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn checksums_that_were_not_computed_are_zeros() {
        let mut file = record(b"one");
        file[15..].fill(0);
        let only_one = next_record(&mut &*file);
        assert!(only_one.is_err());
        file[8..12].fill(0);
        let found = next_record(&mut &*file).unwrap();
        assert_eq!(found.as_deref(), Some(&b"one"[..]));
        // Zeros alone are no record.
        assert!(next_record(&mut &[0; 40][..]).is_err());
    }

    #[test]
    fn records_are_read_one_by_one_and_damage_is_told() {
        let file = [record(b"one"), record(b""), record(b"three")].concat();
        let mut reader = file.as_slice();
        for expected in [&b"one"[..], b"", b"three"] {
            assert_eq!(next_record(&mut reader).unwrap().as_deref(), Some(expected));
        }
        assert!(next_record(&mut reader).unwrap().is_none());
        for cut in 1..19 {
            assert!(matches!(
                next_record(&mut &file[..cut.min(18)]),
                Err(Damage::CutShort)
            ));
        }
        let mut changed = file;
        changed[13] ^= 1;
        assert!(matches!(
            next_record(&mut changed.as_slice()),
            Err(Damage::Checksum)
        ));
    }

    #[test]
    fn the_published_checksum_of_digits_agrees() {
        // crc32c("123456789") is 0xe3069283 in RFC 3720's test set.
        assert_eq!(crc32c::crc32c(b"123456789"), 0xe306_9283);
    }

    #[test]
    fn a_length_beyond_the_file_allocates_nothing() {
        let length = u64::MAX.to_le_bytes();
        let bytes = [&length[..], &masked_crc(&length).to_le_bytes(), b"abc"].concat();
        assert!(matches!(
            next_record(&mut bytes.as_slice()),
            Err(Damage::CutShort)
        ));
    }
}
