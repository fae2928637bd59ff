//! Zip archives.

use std::collections::HashMap;
use std::fs::File;
use std::io::{self, BufReader};
use std::path::Path;

use zip::{CompressionMethod, ZipArchive};

use super::listing::{Listing, Part};
use super::{Container, damaged};

/// Bytes of the record at the end of an archive, without a comment.
const END: u64 = 22;

/// Deflate makes nothing more than this many times as long.
const MOST_INFLATED: u64 = 1032;

/// What an archive holds.
///
/// # Errors
/// The file cannot be read, is no archive, or holds members that overlap.
pub(super) fn list(
    file: &Path,
    name: &str,
    is_wanted: &dyn Fn(&str) -> bool,
) -> io::Result<Listing> {
    let mut listing = Listing::default();
    let container = Container::of_bytes(file)?;
    let mut seen: HashMap<String, u32> = HashMap::new();
    let members = members(file)?;
    let inflated = members.iter().map(|member| member.size);
    let inflated = inflated.fold(0_u64, u64::saturating_add);
    if inflated > std::fs::metadata(file)?.len().saturating_mul(MOST_INFLATED) {
        return Err(damaged("claims more than it can hold, as a zip bomb does"));
    }
    for member in members {
        let Some(own) = super::names::inner(&member.name) else {
            let shown = String::from_utf8_lossy(&member.name);
            let shown = format!("{name}!/{}", shown.escape_default());
            listing.fault(shown, "leads out of its archive, and is not read");
            continue;
        };
        if !is_wanted(&own) {
            continue;
        }
        let count = seen.entry(own.clone()).or_default();
        *count += 1;
        let own = match *count {
            1 => format!("{name}!/{own}"),
            number => format!("{name}!/{own} ({number})"),
        };
        match member.part() {
            Ok(part) => listing.add(&container, own, part, None),
            Err(what) => listing.fault(own, what),
        }
    }
    Ok(listing)
}

/// An entry of the directory of an archive.
pub(super) struct Member {
    pub(super) name: Vec<u8>,
    pub(super) at: Option<u64>,
    pub(super) packed: u64,
    pub(super) size: u64,
    check: u32,
    method: CompressionMethod,
    is_encrypted: bool,
}

impl Member {
    /// Where its bytes are, or why they are not read.
    pub(super) fn part(&self) -> Result<Part, String> {
        if self.is_encrypted {
            return Err("is encrypted".to_owned());
        }
        let at = self.at.ok_or("lies outside of its archive")?;
        match self.method {
            CompressionMethod::STORE => Ok(Part::Stored {
                at,
                size: self.size,
            }),
            CompressionMethod::DEFLATE => Ok(Part::Deflated {
                at,
                packed: self.packed,
                size: self.size,
                check: self.check,
            }),
            other => Err(format!("is compressed by {other}, which is not read")),
        }
    }

    /// Whether the bytes are deflated.
    pub(super) fn is_deflated(&self) -> bool {
        self.method == CompressionMethod::DEFLATE
    }
}

/// All files of an archive.
pub(super) fn members(file: &Path) -> io::Result<Vec<Member>> {
    let opened = BufReader::new(File::open(file)?);
    let mut archive = ZipArchive::new(opened)
        .map_err(|error| damaged(format!("is no archive that can be read ({error})")))?;
    // The record at the end of an archive without members is all there is.
    if archive.is_empty() && std::fs::metadata(file)?.len() > END {
        return Err(damaged("names no members, and holds more than that"));
    }
    let mut members = Vec::with_capacity(archive.len());
    for index in 0..archive.len() {
        let entry = archive
            .by_index_raw(index)
            .map_err(|error| damaged(format!("is no archive that can be read ({error})")))?;
        if entry.is_dir() {
            continue;
        }
        members.push(Member {
            name: entry.name_raw().to_owned(),
            at: entry.data_start(),
            packed: entry.compressed_size(),
            size: entry.size(),
            check: entry.crc32(),
            method: entry.compression(),
            is_encrypted: entry.encrypted(),
        });
    }
    Ok(members)
}
