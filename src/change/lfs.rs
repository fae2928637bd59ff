//! Git LFS: a small text in git stands for a file, which lies under its digest in a store beside
//! git.

use std::fs::File;
use std::io::{BufReader, Read};
use std::path::{Path, PathBuf};

use super::git::Repository;
use crate::error::Error;

/// Bytes of the longest pointer, as Git LFS lays down.
pub(super) const LONGEST: u64 = 1024;

/// Where the objects of a repository lie.
pub(super) struct Store(PathBuf);

impl Store {
    pub(super) fn of(repository: &Repository) -> Result<Self, Error> {
        Ok(Self(repository.common_directory()?.join("lfs/objects")))
    }

    /// The file that a pointer stands for, where it has been fetched; `None` for anything else.
    pub(super) fn object(&self, content: &[u8]) -> Option<PathBuf> {
        let (digest, size) = pointer(content)?;
        let folder = self.0.join(&digest[..2]).join(&digest[2..4]);
        let object = folder.join(digest);
        let metadata = std::fs::metadata(&object).ok()?;
        (metadata.is_file() && metadata.len() == size).then_some(object)
    }
}

/// The SHA-256 digest in hexadecimal digits, and the size in bytes, of what a pointer stands for.
fn pointer(content: &[u8]) -> Option<(&str, u64)> {
    let text = std::str::from_utf8(content).ok()?;
    let text = text.strip_prefix("version https://git-lfs.github.com/spec/")?;
    let value = |key: &str| text.lines().find_map(|line| line.strip_prefix(key));
    let digest = value("oid sha256:")?;
    let is_digest = digest.len() == 64 && digest.bytes().all(|byte| byte.is_ascii_hexdigit());
    is_digest.then_some((digest, value("size ")?.parse().ok()?))
}

/// Whether a text stands for a file elsewhere.
pub(super) fn is_pointer(content: &[u8]) -> bool {
    pointer(content).is_some()
}

/// Whether two files hold the same bytes; not where one cannot be read.
pub(super) fn is_same(a: &Path, b: &Path) -> bool {
    let (Ok(a), Ok(b)) = (File::open(a), File::open(b)) else {
        return false;
    };
    let mut b = BufReader::new(b).bytes();
    BufReader::new(a)
        .bytes()
        .all(|byte| match (byte, b.next()) {
            (Ok(byte), Some(Ok(other))) => byte == other,
            _ => false,
        })
        && b.next().is_none()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pointer_names_a_digest_and_a_size() {
        let digest = "4d7a214614ab2935c943f9e0ff69d22eadbb8f32b1258daaa5e2ca24d17e2393";
        let text = format!(
            "version https://git-lfs.github.com/spec/v1\noid sha256:{digest}\nsize 12345\n"
        );
        assert_eq!(pointer(text.as_bytes()), Some((digest, 12345)));
        assert_eq!(pointer(text.replace("4d7a", "../a").as_bytes()), None);
        assert_eq!(pointer(text.replace("size", "sise").as_bytes()), None);
        assert_eq!(pointer(b"\x89PNG"), None);
    }

    #[test]
    fn files_are_the_same_byte_by_byte() {
        let directory = tempfile::tempdir().unwrap();
        let file = |name: &str, content: &str| {
            let path = directory.path().join(name);
            std::fs::write(&path, content).unwrap();
            path
        };
        let a = file("a", "abc");
        assert!(is_same(&a, &file("b", "abc")));
        for other in [file("c", "abd"), file("d", "ab"), file("e", "abcd")] {
            assert!(!is_same(&a, &other));
        }
        assert!(!is_same(&a, &directory.path().join("none")));
    }
}
