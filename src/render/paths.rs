//! A list to act on: each leaked evaluation file once, and nothing else.

use std::collections::BTreeSet;
use std::io::{self, Write};

use super::leaked::images;
use crate::report::Report;

/// What ends a path.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Ending {
    /// A line break. A path that holds one is refused.
    #[default]
    Newline,
    /// A NUL byte, for `xargs -0`.
    Nul,
}

/// Writes the paths of images that count as leaked and are not accepted, in order. Paths begin with
/// `prefix`.
///
/// # Errors
/// Those of the writer, and a line break in a path that is to end with one.
pub fn render(report: &Report, prefix: &str, ending: Ending, mut to: impl Write) -> io::Result<()> {
    // A file may be an image of several splits.
    let counted = images(report)
        .into_iter()
        .filter(|image| image.is_counted());
    let paths: BTreeSet<&str> = counted.map(|image| image.image.path.as_str()).collect();
    for path in paths {
        let path = super::below(prefix, path);
        let end = match ending {
            Ending::Nul => b'\0',
            Ending::Newline if path.contains(['\n', '\r']) => {
                let message =
                    format!("a path holds a line break ({path:?}); end paths by `--null`");
                return Err(io::Error::new(io::ErrorKind::InvalidInput, message));
            }
            Ending::Newline => b'\n',
        };
        to.write_all(path.as_bytes())?;
        to.write_all(&[end])?;
    }
    Ok(())
}
