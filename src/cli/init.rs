//! `splitleak init`: a settings file to begin with.

use crate::config::FILE_NAME;
use crate::error::Error;

use super::exit::Outcome;
use super::gate_args::InitArgs;
use super::output;

/// Every key with its default; those without one are comments.
const TEMPLATE: &str = include_str!("template.toml");

/// Writes the file, and never over another unless told to.
///
/// # Errors
/// A file that is there, or a directory that cannot be written.
pub(super) fn run(args: &InitArgs) -> Result<Outcome, Error> {
    let path = args.directory.join(FILE_NAME);
    if !args.force && path.symlink_metadata().is_ok() {
        let message = format!(
            "`{}` is there already; overwrite it with `--force`",
            path.display()
        );
        return Err(Error::settings(message));
    }
    output::renew(&path, TEMPLATE.as_bytes())?;
    let path = path.strip_prefix(".").unwrap_or(&path);
    output::to_stdout(format!("wrote {}\n", path.display()).as_bytes())?;
    Ok(Outcome::Passed)
}
