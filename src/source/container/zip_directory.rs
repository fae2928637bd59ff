//! The directory at the end of a zip archive, walked by its size.
//!
//! A record at the very end says where the directory lies, how long it is and how many members it
//! names. That number is no bound: older tools tell it modulo 65,536. What an archive holds and its
//! directory does not name (another archive in front of it, members left out) is told.

use std::fs::File;
use std::io::{self, BufReader, Read, Seek, SeekFrom};
use std::path::Path;

use super::{damaged, number};

/// Bytes of the record at the end of an archive, of what may stand in front of it in one with
/// large numbers, and of the longest comment behind it.
const END: u64 = 22;
const LOCATOR: u64 = 20;
const WIDE_END: u64 = 56;
const COMMENT: u64 = u16::MAX as u64;

/// Bytes of an entry of the directory and of the head of a member, without what varies.
const ENTRY: u64 = 46;
const HEAD: u64 = 30;

/// Records at the end that are tried: a comment may look like some.
const TRIED: usize = 64;

/// Bytes between members that are searched for more.
const SEARCHED: u64 = 64 << 20;

/// What a directory names.
pub(super) struct Directory {
    /// Files, in its order.
    pub(super) entries: Vec<Entry>,
    /// What is wrong with the archive as a whole.
    pub(super) faults: Vec<String>,
}

/// A file that the directory names.
pub(super) struct Entry {
    pub(super) name: Vec<u8>,
    /// Its first byte; `None` where no member begins at the place that is told.
    pub(super) at: Option<u64>,
    pub(super) packed: u64,
    pub(super) size: u64,
    pub(super) check: u32,
    pub(super) method: u16,
    pub(super) is_encrypted: bool,
    /// Whether it is a symbolic link, whose bytes say where it leads.
    pub(super) is_link: bool,
    /// Where its head begins.
    head: u64,
}

impl Directory {
    /// The directory of an archive.
    ///
    /// # Errors
    /// The file cannot be read, or has no directory.
    pub(super) fn of(file: &Path) -> io::Result<Self> {
        let mut reader = Places {
            size: std::fs::metadata(file)?.len(),
            file: BufReader::with_capacity(4096, File::open(file)?),
        };
        let end = End::find(&mut reader)?;
        let mut directory = Self {
            entries: Vec::new(),
            faults: Vec::new(),
        };
        let read = directory.walk(&mut reader, &end)?;
        if !end.is_number_of(read) {
            directory.faults.push(format!(
                "says that it has {} members, where its directory names {read}",
                end.count
            ));
        }
        for entry in &mut directory.entries {
            entry.at = reader.data_of(entry.head)?;
        }
        let others = reader.unnamed(&directory.entries, &end)?;
        directory.faults.extend(others);
        let is_folder = |entry: &Entry| entry.name.ends_with(b"/") || entry.name.ends_with(b"\\");
        directory.entries.retain(|entry| !is_folder(entry));
        Ok(directory)
    }

    /// Reads all entries; how many there are.
    fn walk(&mut self, reader: &mut Places, end: &End) -> io::Result<u64> {
        let (mut at, mut read) = (end.start, 0);
        while at < end.start + end.size {
            let head = reader.bytes(at, ENTRY)?;
            let Some((entry, length)) = head.and_then(|head| entry(&head)) else {
                self.faults
                    .push("has a directory that is damaged or cut short".to_owned());
                break;
            };
            let Some(varying) = reader.bytes(at + ENTRY, length.all())? else {
                self.faults
                    .push("has a directory that is cut short".to_owned());
                break;
            };
            let (name, more) = varying.split_at(length.name as usize);
            let mut entry = Entry {
                name: name.to_owned(),
                ..entry
            };
            entry.widen(&more[..length.extra as usize]);
            entry.head = entry.head.saturating_add(end.before);
            self.entries.push(entry);
            at += ENTRY + length.all();
            read += 1;
        }
        Ok(read)
    }
}

/// Bytes of an entry that vary.
struct Lengths {
    name: u64,
    extra: u64,
    comment: u64,
}

impl Lengths {
    fn all(&self) -> u64 {
        self.name + self.extra + self.comment
    }
}

/// The fixed part of an entry.
fn entry(head: &[u8]) -> Option<(Entry, Lengths)> {
    if !head.starts_with(b"PK\x01\x02") {
        return None;
    }
    let of = |at, width| number(head, at, width);
    let entry = Entry {
        name: Vec::new(),
        at: None,
        packed: of(20, 4)?,
        size: of(24, 4)?,
        check: of(16, 4)? as u32,
        method: of(10, 2)? as u16,
        is_encrypted: of(8, 2)? & 1 == 1,
        // Only systems like Unix, by whose rules it was made, have kinds of files there.
        is_link: matches!(of(5, 1)?, 3 | 19) && of(40, 2)? & 0o170_000 == 0o120_000,
        head: of(42, 4)?,
    };
    let lengths = Lengths {
        name: of(28, 2)?,
        extra: of(30, 2)?,
        comment: of(32, 2)?,
    };
    Some((entry, lengths))
}

impl Entry {
    /// Takes the numbers that do not fit four bytes from the field that holds them.
    fn widen(&mut self, mut extra: &[u8]) {
        while let (Some(kind), Some(length)) = (number(extra, 0, 2), number(extra, 2, 2)) {
            let end = (4 + length as usize).min(extra.len());
            if kind == 1 {
                let mut at = 4;
                for own in [&mut self.size, &mut self.packed, &mut self.head] {
                    if *own == u64::from(u32::MAX)
                        && let Some(wide) = number(&extra[..end], at, 8)
                    {
                        *own = wide;
                        at += 8;
                    }
                }
                return;
            }
            extra = &extra[end..];
        }
    }
}

/// What the record at the end says.
struct End {
    /// Its first byte, and that of the file behind it.
    at: u64,
    count: u64,
    /// Whether the count is told in eight bytes.
    is_wide: bool,
    /// Where the directory begins in the file, and its bytes.
    start: u64,
    size: u64,
    /// Bytes in front of the archive, of which its own places know nothing.
    before: u64,
}

impl End {
    /// The last record of which the directory is there.
    fn find(reader: &mut Places) -> io::Result<Self> {
        let length = reader.size.min(END + COMMENT);
        let from = reader.size - length;
        let tail = reader.bytes(from, length)?.unwrap_or_default();
        let last = tail.len().saturating_sub(END as usize - 1);
        let begins = (0..last)
            .rev()
            .filter(|&at| tail[at..].starts_with(b"PK\x05\x06"));
        for at in begins.take(TRIED) {
            if let Some(end) = Self::read(reader, from + at as u64, &tail[at..])? {
                return Ok(end);
            }
        }
        Err(damaged(
            "is no archive that can be read (it has no directory)",
        ))
    }

    /// A record, where its directory is there.
    fn read(reader: &mut Places, at: u64, record: &[u8]) -> io::Result<Option<Self>> {
        let of = |at, width| number(record, at, width).unwrap_or(0);
        let (mut count, mut size, mut offset) = (of(10, 2), of(12, 4), of(16, 4));
        let (mut ends, mut is_wide) = (at, false);
        if let Some((place, wide)) = wide_end(reader, at)? {
            let of = |at| number(&wide, at, 8).unwrap_or(0);
            (count, size, offset) = (of(32), of(40), of(48));
            (ends, is_wide) = (place, true);
        }
        // Right in front of the record, whatever stands in front of the archive; or where it says.
        for start in [ends.checked_sub(size), Some(offset)].into_iter().flatten() {
            let Some(before) = start.checked_sub(offset) else {
                continue;
            };
            let is_there = match size {
                0 => count == 0,
                _ => {
                    let is_inside = start.checked_add(size).is_some_and(|end| end <= ends);
                    is_inside && reader.bytes(start, 4)?.as_deref() == Some(b"PK\x01\x02")
                }
            };
            if is_there {
                return Ok(Some(Self {
                    at,
                    count,
                    is_wide,
                    start,
                    size,
                    before,
                }));
            }
        }
        Ok(None)
    }

    /// Whether so many members are as many as it says.
    fn is_number_of(&self, members: u64) -> bool {
        match self.is_wide {
            true => members == self.count,
            false => members % (1 << 16) == self.count,
        }
    }
}

/// The record of large numbers in front of the one at the end, and where it begins.
fn wide_end(reader: &mut Places, at: u64) -> io::Result<Option<(u64, Vec<u8>)>> {
    let Some(locator) = at.checked_sub(LOCATOR) else {
        return Ok(None);
    };
    let bytes = reader.bytes(locator, LOCATOR)?.unwrap_or_default();
    if !bytes.starts_with(b"PK\x06\x07") {
        return Ok(None);
    }
    let told = number(&bytes, 8, 8);
    for place in [locator.checked_sub(WIDE_END), told].into_iter().flatten() {
        let record = reader.bytes(place, WIDE_END)?.unwrap_or_default();
        if record.starts_with(b"PK\x06\x06") {
            return Ok(Some((place, record)));
        }
    }
    Ok(None)
}

/// A file that is read here and there.
struct Places {
    file: BufReader<File>,
    size: u64,
}

impl Places {
    /// So many bytes from a place on; `None` where the file ends before.
    fn bytes(&mut self, at: u64, size: u64) -> io::Result<Option<Vec<u8>>> {
        if at.checked_add(size).is_none_or(|end| end > self.size) {
            return Ok(None);
        }
        // Entries follow each other: what has been read ahead is used.
        let here = self.file.stream_position()?;
        match i64::try_from(at).ok().zip(i64::try_from(here).ok()) {
            Some((to, from)) => self.file.seek_relative(to - from)?,
            None => drop(self.file.seek(SeekFrom::Start(at))?),
        }
        let mut bytes = vec![0; size as usize];
        match self.file.read_exact(&mut bytes) {
            Ok(()) => Ok(Some(bytes)),
            Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// The first byte behind the head of a member; `None` where none begins there.
    fn data_of(&mut self, head: u64) -> io::Result<Option<u64>> {
        let bytes = self.bytes(head, HEAD)?.unwrap_or_default();
        let varying = |at| number(&bytes, at, 2);
        let lengths = varying(26).zip(varying(28));
        Ok(lengths
            .filter(|_| bytes.starts_with(b"PK\x03\x04"))
            .map(|(name, extra)| head + HEAD + name + extra))
    }

    /// What is said of bytes that are no member of the directory and begin as one does.
    fn unnamed(&mut self, entries: &[Entry], end: &End) -> io::Result<Option<String>> {
        let members = entries.iter().filter_map(|entry| {
            let behind = entry.at?.saturating_add(entry.packed);
            Some((entry.head, behind))
        });
        let own = [
            (end.start, end.start + end.size),
            (end.at, end.at + END),
            (self.size, self.size),
        ];
        let mut taken: Vec<(u64, u64)> = members.chain(own).collect();
        taken.sort_unstable();
        let (mut at, mut left) = (0, SEARCHED);
        for (begin, behind) in taken {
            // Shorter ones hold the sums that some tools write behind a member.
            if begin >= at + HEAD {
                let length = begin - at;
                if length > left {
                    return Ok(Some(format!(
                        "has {length} bytes at byte {at} that its directory does not name, which are not read"
                    )));
                }
                left -= length;
                if let Some(found) = self.search(at, length)? {
                    return Ok(Some(format!(
                        "holds members from byte {found} on that its directory does not name, which are not read"
                    )));
                }
            }
            at = at.max(behind);
        }
        Ok(None)
    }

    /// Where a member or an entry of a directory begins among so many bytes.
    fn search(&mut self, at: u64, length: u64) -> io::Result<Option<u64>> {
        let bytes = self.bytes(at, length)?.unwrap_or_default();
        let found = bytes
            .windows(4)
            .position(|four| four == b"PK\x03\x04" || four == b"PK\x01\x02");
        Ok(found.map(|found| at + found as u64))
    }
}
