//! Names of places for people: a path as text that is the same on every platform.
//!
//! A file is named by its path; `container/names.rs` names what lies inside another.

use std::path::{Component, Path};

use super::Place;

/// `path` relative to `root` with `/` between parts, and its place: elsewhere only where the text
/// cannot express it.
///
/// Bytes that are not UTF-8 are written `\xHH`, so that two such names stay two.
pub(crate) fn path_text(root: &Path, path: &Path) -> (String, Place) {
    let relative = path.strip_prefix(root).unwrap_or(path);
    let exact = relative.to_str().is_some();
    let mut text = String::with_capacity(relative.as_os_str().len());
    for component in relative.components() {
        if !text.is_empty() && !text.ends_with('/') {
            text.push('/');
        }
        match component {
            Component::RootDir => text.push('/'),
            Component::CurDir => {}
            other => push_escaped(&mut text, other.as_os_str().as_encoded_bytes()),
        }
    }
    let place = match exact {
        true => Place::Named,
        false => Place::File(path.into()),
    };
    (text, place)
}

pub(super) fn push_escaped(text: &mut String, bytes: &[u8]) {
    for chunk in bytes.utf8_chunks() {
        text.push_str(chunk.valid());
        for byte in chunk.invalid() {
            text.push_str(&format!("\\x{byte:02X}"));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_plain_path_needs_no_second_spelling() {
        let (text, place) = path_text(Path::new("/data"), Path::new("/data/train/a b.jpg"));
        assert_eq!((text.as_str(), place), ("train/a b.jpg", Place::Named));
    }

    #[cfg(unix)]
    #[test]
    fn a_name_that_is_not_utf8_is_escaped_and_keeps_its_true_path() {
        use std::os::unix::ffi::OsStrExt;
        let name = std::ffi::OsStr::from_bytes(b"caf\xe9.jpg");
        let (text, place) = path_text(Path::new("/data"), &Path::new("/data/x").join(name));
        assert_eq!(text, "x/caf\\xE9.jpg");
        let file = Path::new("/data/x").join(name);
        assert_eq!(place, Place::File(file.into()));
    }
}
