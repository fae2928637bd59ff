//! A member of an archive by its path, for texts that describe images.
//!
//! Texts are read one after the other, and there may be one for each image. So what an archive
//! holds is kept for as long as it does not change: opening it for each of its texts would take
//! their square.

use std::collections::HashMap;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use super::super::{Place, Stamp};
use super::damaged;
use super::listing::{NameRules, list};

/// Largest member that is read, in bytes: deflated zeros are a thousand times smaller than they
/// become.
const LARGEST: u64 = 1 << 28;

/// Archives that are kept: those that threads read at the same time.
const KEPT: usize = 16;

/// What one archive holds, by the names inside.
struct Members {
    archive: PathBuf,
    stamp: Option<Stamp>,
    places: HashMap<String, Place>,
}

static LISTED: Mutex<Vec<Arc<Members>>> = Mutex::new(Vec::new());

/// The bytes of a member that a path leads to, as names of members are spelled; `None` for a path
/// into no archive, or to no member.
pub(in super::super) fn member(path: &Path) -> Option<io::Result<Vec<u8>>> {
    let (archive, own) = path.to_str()?.split_once("!/")?;
    match members(Path::new(archive))?.places.get(own)? {
        Place::Inside(inside) if inside.size().is_some_and(|size| size > LARGEST) => {
            Some(Err(damaged("is larger than any text")))
        }
        Place::Inside(inside) => Some(inside.read()),
        _ => None,
    }
}

/// What an archive holds. Whoever comes second waits for the first, instead of listing it again.
fn members(archive: &Path) -> Option<Arc<Members>> {
    let stamp = Stamp::of(archive);
    let mut listed = LISTED.lock().unwrap_or_else(PoisonError::into_inner);
    let is_same = |one: &Arc<Members>| one.archive == archive && one.stamp == stamp;
    if let Some(found) = listed.iter().find(|one| is_same(one)) {
        return Some(Arc::clone(found));
    }
    let all = NameRules {
        is_wanted: |_| true,
        is_annotation: |_| false,
    };
    let listing = list(archive, "", false, all).ok()??;
    let places = listing.items.into_iter().filter_map(|item| {
        let own = item.name.strip_prefix("!/")?.to_owned();
        Some((own, item.place))
    });
    let members = Arc::new(Members {
        archive: archive.to_owned(),
        stamp,
        places: places.collect(),
    });
    listed.retain(|one| one.archive != archive);
    if listed.len() == KEPT {
        listed.remove(0);
    }
    listed.push(Arc::clone(&members));
    Some(members)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_member_is_read_as_the_archive_is_now() {
        let directory = tempfile::tempdir().unwrap();
        let archive = directory.path().join("x.tar");
        let write = |content: &[u8]| {
            let mut header = tar::Header::new_gnu();
            header.set_size(content.len() as u64);
            header.set_cksum();
            let mut builder = tar::Builder::new(Vec::new());
            builder
                .append_data(&mut header, "a/train.txt", content)
                .unwrap();
            std::fs::write(&archive, builder.into_inner().unwrap()).unwrap();
        };
        let read = |own: &str| {
            let path = format!("{}!/{own}", archive.display());
            member(Path::new(&path)).map(Result::unwrap)
        };
        write(b"1.jpg");
        assert_eq!(read("a/train.txt").as_deref(), Some(&b"1.jpg"[..]));
        assert_eq!(read("a/val.txt"), None);
        write(&[b'x'; 2000]);
        assert_eq!(read("a/train.txt").map(|text| text.len()), Some(2000));
        assert_eq!(member(&archive).map(|read| read.is_ok()), None);
    }

    #[test]
    fn what_no_text_is_as_large_as_is_not_read() {
        let directory = tempfile::tempdir().unwrap();
        let archive = directory.path().join("x.tar");
        let mut header = tar::Header::new_gnu();
        header.set_path("train.txt").unwrap();
        header.set_size(LARGEST + 1);
        header.set_cksum();
        std::fs::write(&archive, header.as_bytes()).unwrap();
        // A hole: it takes no room on the disk.
        let file = std::fs::OpenOptions::new()
            .write(true)
            .open(&archive)
            .unwrap();
        file.set_len(LARGEST + 4096).unwrap();
        let path = format!("{}!/train.txt", archive.display());
        let refused = member(Path::new(&path)).unwrap().unwrap_err();
        assert!(
            refused.to_string().contains("larger than any text"),
            "{refused}"
        );
    }
}
