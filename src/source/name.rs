//! Names of places for people: a path as text that is the same on every platform.
//!
//! A file is named by its path; `container/names.rs` names what lies inside another.

use std::path::{Component, Path};

use super::Place;

/// `path` relative to `root` with `/` between parts, and its place: elsewhere only where the text
/// cannot express it.
///
/// Bytes that are not UTF-8 are written `\xHH`, and so is the backslash of what is written so
/// already: two names stay two.
pub(crate) fn path_text(root: &Path, path: &Path) -> (String, Place) {
    let relative = path.strip_prefix(root).unwrap_or(path);
    let mut exact = relative.to_str().is_some();
    let mut text = String::with_capacity(relative.as_os_str().len());
    for component in relative.components() {
        if !text.is_empty() && !text.ends_with('/') {
            text.push('/');
        }
        match component {
            Component::RootDir => text.push('/'),
            Component::CurDir => {}
            other => {
                let name = other.as_os_str().as_encoded_bytes();
                let before = text.len();
                push_escaped(&mut text, name);
                exact &= text.len() == before + name.len();
            }
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
        let mut valid = chunk.valid();
        while let Some(at) = escape(valid) {
            text.push_str(&valid[..at]);
            text.push_str("\\x5C");
            valid = &valid[at + 1..];
        }
        text.push_str(valid);
        for byte in chunk.invalid() {
            text.push_str(&format!("\\x{byte:02X}"));
        }
    }
}

/// Where a text has what a byte that is no text would be written as.
fn escape(text: &str) -> Option<usize> {
    let mut starts = text.match_indices("\\x");
    let is_one = |at: usize| {
        let digits = text.as_bytes().get(at + 2..at + 4);
        digits.is_some_and(|digits| digits.iter().all(u8::is_ascii_hexdigit))
    };
    starts.find(|(at, _)| is_one(*at)).map(|(at, _)| at)
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

    #[cfg(unix)]
    #[test]
    fn a_name_that_looks_escaped_is_another_one() {
        let file = Path::new("/data/caf\\xE9.jpg");
        let (text, place) = path_text(Path::new("/data"), file);
        assert_eq!(text, "caf\\x5CxE9.jpg");
        assert_eq!(place, Place::File(file.into()));
        let (text, place) = path_text(Path::new("/data"), Path::new("/data/a\\xyz.jpg"));
        assert_eq!((text.as_str(), place), ("a\\xyz.jpg", Place::Named));
    }
}
