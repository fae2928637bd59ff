//! Names of the cache's files: the cache makes them, and no dataset is read from them.

use std::io::Read;
use std::path::Path;

const STEM: &str = "splitleak-";
const ENDING: &str = ".sqlite";
/// What every database begins with.
const MAGIC: &[u8] = b"SQLite format 3\0";

/// The name of the database whose tables have a format.
pub(crate) fn cache_name(format: u32) -> String {
    format!("{STEM}{format}{ENDING}")
}

/// Whether a file is one of a cache: its database, or what lies beside that while it is written or
/// once it is damaged.
pub(crate) fn is_of_cache(file: &Path) -> bool {
    let name = file.file_name().unwrap_or_default().to_string_lossy();
    let format = name.strip_prefix(STEM).unwrap_or_default();
    let Some((format, rest)) = format.split_once(ENDING) else {
        return false;
    };
    let is_named = format.parse::<u32>().is_ok();
    match rest {
        "" => is_named && is_database(file),
        "-journal" | "-shm" | "-wal" | ".damaged" => is_named,
        _ => false,
    }
}

/// Whether a file is a database, or one that is not written yet.
fn is_database(file: &Path) -> bool {
    let mut begin = Vec::new();
    let read = |file: std::fs::File| file.take(MAGIC.len() as u64).read_to_end(&mut begin);
    let is_file = std::fs::metadata(file).is_ok_and(|found| found.is_file());
    is_file && std::fs::File::open(file).and_then(read).is_ok() && MAGIC.starts_with(&begin)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_files_of_a_cache_are_told_by_name_and_content() {
        let folder = tempfile::tempdir().unwrap();
        let is = |name: &str, content: &[u8]| {
            let file = folder.path().join(name);
            std::fs::write(&file, content).unwrap();
            is_of_cache(&file)
        };
        let name = cache_name(3);
        assert!(is(&name, b"SQLite format 3\0 and more") && is(&name, b""));
        for beside in ["-journal", "-wal", "-shm", ".damaged"] {
            assert!(is(&format!("{name}{beside}"), b"x"), "{beside}");
        }
        assert!(!is(&name, b"pictures"));
        for other in [
            "splitleak-x.sqlite",
            "images.sqlite",
            "splitleak-3.sqlite.zip",
        ] {
            assert!(!is(other, b"SQLite format 3\0"), "{other}");
        }
    }
}
