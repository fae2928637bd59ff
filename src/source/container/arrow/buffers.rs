//! The buffers of a batch of rows, and the cells that they hold.

use std::io::{self, Read, Seek, SeekFrom};

use super::super::damaged;
use super::super::labels::{ClassNames, whole};
use super::{Label, Runs};

/// The buffers of a batch.
pub(super) struct Buffers<'a, R> {
    pub(super) file: &'a mut R,
    /// Offset in the body, and size.
    pub(super) places: Vec<(u64, u64)>,
    pub(super) body: u64,
}

impl<R: Read + Seek> Buffers<'_, R> {
    /// Bytes of the file.
    pub(super) fn bytes(&mut self, at: u64, size: u64) -> io::Result<Vec<u8>> {
        let mut bytes = Vec::new();
        self.file.seek(SeekFrom::Start(at))?;
        self.file.by_ref().take(size).read_to_end(&mut bytes)?;
        match bytes.len() as u64 == size {
            true => Ok(bytes),
            false => Err(damaged("is cut short")),
        }
    }

    /// The first bytes of a buffer.
    pub(super) fn whole(&mut self, buffer: usize, size: u64) -> io::Result<Vec<u8>> {
        let (at, length) = self.place(buffer)?;
        match size <= length {
            true => self.bytes(at, size),
            false => Err(damaged("holds a column that is shorter than its rows")),
        }
    }

    /// First byte in the file, and size.
    pub(super) fn place(&self, buffer: usize) -> io::Result<(u64, u64)> {
        let place = self.places.get(buffer).copied();
        let place = place.and_then(|(at, size)| Some((self.body.checked_add(at)?, size)));
        place.ok_or_else(|| damaged("names a buffer that is not there"))
    }

    /// The cells of a column of labels.
    pub(super) fn cells(
        &mut self,
        (buffer, label): &(usize, Label),
        count: u64,
        names: &ClassNames,
    ) -> io::Result<Vec<String>> {
        match label {
            Label::Text(runs) => {
                let cells = self.runs(*runs, count)?;
                let (Some(first), Some(last)) = (cells.first(), cells.last()) else {
                    return Ok(Vec::new());
                };
                let begin = first.0;
                let all = self.bytes(begin, (last.0 + last.1).saturating_sub(begin))?;
                let text = |&(at, size): &(u64, u64)| {
                    let own = at.checked_sub(begin).map(|at| at as usize);
                    let own = own.and_then(|at| all.get(at..at + size as usize));
                    String::from_utf8_lossy(own.unwrap_or_default()).into_owned()
                };
                Ok(cells.iter().map(text).collect())
            }
            Label::Whole(width, is_signed) => {
                let bytes = self.whole(*buffer, count.saturating_mul(*width))?;
                let one = |bytes: &[u8]| names.of_number(whole(bytes, *is_signed));
                Ok(bytes.chunks_exact(*width as usize).map(one).collect())
            }
        }
    }

    /// First byte in the file and size of every cell of a column.
    pub(super) fn runs(&mut self, column: Runs, count: u64) -> io::Result<Vec<(u64, u64)>> {
        if count == 0 {
            return Ok(Vec::new());
        }
        let (data, size) = self.place(column.offsets + 1)?;
        let offsets = count.saturating_add(1).saturating_mul(column.width);
        let offsets = self.whole(column.offsets, offsets)?;
        let number = |bytes: &[u8]| {
            bytes
                .iter()
                .rev()
                .fold(0, |all, &byte| all << 8 | u64::from(byte))
        };
        let offsets: Vec<u64> = offsets
            .chunks_exact(column.width as usize)
            .map(number)
            .collect();
        let one = |pair: &[u64]| match pair[0] <= pair[1] && pair[1] <= size {
            true => Ok((data + pair[0], pair[1] - pair[0])),
            false => Err(damaged("names bytes that are not there")),
        };
        offsets.windows(2).map(one).collect()
    }
}
