//! Zip archives.

use std::collections::HashMap;
use std::io;
use std::path::Path;

use super::listing::{Listing, Part};
use super::zip_directory::{Directory, Entry};
use super::{Container, NO_FILES, damaged};

/// Deflate makes nothing more than this many times as long.
const MOST_INFLATED: u64 = 1032;

/// Why a link is not read.
const LINK: &str = "is a link, and is not followed; pack what it leads to (`zip -r` without `-y`)";

/// Ways to pack a member: as it is, and deflated.
const STORED: u16 = 0;
const DEFLATED: u16 = 8;

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
    let directory = Directory::of(file)?;
    if directory.entries.is_empty() && directory.faults.is_empty() {
        return Err(damaged(NO_FILES));
    }
    let inflated = directory.entries.iter().map(|member| member.size);
    let inflated = inflated.fold(0_u64, u64::saturating_add);
    if inflated > std::fs::metadata(file)?.len().saturating_mul(MOST_INFLATED) {
        return Err(damaged("claims more than it can hold, as a zip bomb does"));
    }
    for what in directory.faults {
        listing.fault(name, what);
    }
    for member in directory.entries {
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
            Ok(_) if member.is_link => listing.fault(own, LINK),
            Ok(part) => listing.add(&container, own, part, None),
            Err(what) => listing.fault(own, what),
        }
    }
    Ok(listing)
}

impl Entry {
    /// Where its bytes are, or why they are not read.
    pub(super) fn part(&self) -> Result<Part, String> {
        if self.is_encrypted {
            return Err("is encrypted".to_owned());
        }
        let at = self.at.ok_or("lies outside of its archive")?;
        match self.method {
            STORED => Ok(Part::Stored {
                at,
                size: self.size,
            }),
            DEFLATED => Ok(Part::Deflated {
                at,
                packed: self.packed,
                size: self.size,
                check: self.check,
            }),
            other => Err(format!(
                "is compressed by {}, which is not read",
                called(other)
            )),
        }
    }

    /// Whether the bytes are deflated.
    pub(super) fn is_deflated(&self) -> bool {
        self.method == DEFLATED
    }
}

/// What people call a way to pack.
fn called(method: u16) -> String {
    let name = match method {
        9 => "Deflate64",
        12 => "Bzip2",
        14 => "LZMA",
        20 | 93 => "Zstandard",
        95 => "XZ",
        98 => "PPMd",
        other => return format!("method {other}"),
    };
    name.to_owned()
}
