//! Facts of the file system by which a change is noticed without reading the file.

use std::path::Path;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// Files changed so shortly before they are looked at could change again within
/// one tick of the file system's clock, which is 2 s on FAT.
const RACY: Duration = Duration::from_secs(2);

/// Size and times of a file. Equal stamps: the same content, unless somebody
/// changed the file and set all of them back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stamp {
    /// Bytes.
    pub size: u64,
    /// Last change of the content, in nanoseconds since 1970.
    pub modified: i64,
    /// Last change of content or attributes, in nanoseconds since 1970. It cannot be
    /// set back by hand. 0 where the platform has none.
    pub changed: i64,
}

impl Stamp {
    /// The stamp of a regular file, symbolic links followed; `None` for anything else.
    #[must_use]
    pub fn of(file: &Path) -> Option<Self> {
        let metadata = std::fs::metadata(file).ok()?;
        if !metadata.is_file() {
            return None;
        }
        Some(Self {
            size: metadata.len(),
            modified: nanoseconds(metadata.modified().ok()?),
            changed: changed(&metadata),
        })
    }

    /// Whether the file could still change without a change of its stamp.
    pub(crate) fn is_racy(self, now: SystemTime) -> bool {
        self.modified >= nanoseconds(now.checked_sub(RACY).unwrap_or(UNIX_EPOCH))
    }
}

#[cfg(unix)]
fn changed(metadata: &std::fs::Metadata) -> i64 {
    use std::os::unix::fs::MetadataExt;
    metadata
        .ctime()
        .saturating_mul(1_000_000_000)
        .saturating_add(metadata.ctime_nsec())
}

#[cfg(not(unix))]
fn changed(_metadata: &std::fs::Metadata) -> i64 {
    0
}

/// Since 1970, negative before; saturates in the years 1677 and 2262.
fn nanoseconds(time: SystemTime) -> i64 {
    match time.duration_since(UNIX_EPOCH) {
        Ok(after) => i64::try_from(after.as_nanos()).unwrap_or(i64::MAX),
        Err(before) => -i64::try_from(before.duration().as_nanos()).unwrap_or(i64::MAX),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_changed_just_now_or_in_the_future_is_racy() {
        let now = UNIX_EPOCH + Duration::from_secs(1_000_000);
        let stamp = |seconds: i64| Stamp {
            size: 1,
            modified: seconds * 1_000_000_000,
            changed: 0,
        };
        assert!(!stamp(999_997).is_racy(now));
        assert!(stamp(999_999).is_racy(now));
        assert!(stamp(2_000_000).is_racy(now));
    }

    #[test]
    fn a_directory_and_a_missing_file_have_no_stamp() {
        let directory = tempfile::tempdir().unwrap();
        assert_eq!(Stamp::of(directory.path()), None);
        assert_eq!(Stamp::of(&directory.path().join("none")), None);
    }
}
