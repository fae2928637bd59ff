//! Patterns of the user that fit no name of the dataset: asked for, and without effect.

use crate::error::Error;
use crate::sample::Dataset;
use crate::settings::Recorded;

/// Most names that an error shows.
const MOST_SHOWN: usize = 3;

/// Refuses patterns that fit nothing.
///
/// # Errors
/// [`Error::Settings`] with the pattern and names that it was tried on.
pub(super) fn must_fit(recorded: &Recorded, dataset: &Dataset) -> Result<(), Error> {
    let samples = &dataset.samples;
    if let Some(pattern) = &recorded.group_pattern
        && !samples.iter().any(|sample| pattern.fits(&sample.path))
    {
        return Err(fits_nothing("group-pattern", pattern.source(), dataset));
    }
    if let Some(pattern) = &recorded.sequence_pattern
        && pattern.lay_out(samples).order.is_empty()
    {
        return Err(fits_nothing("sequence-pattern", pattern.source(), dataset));
    }
    Ok(())
}

fn fits_nothing(option: &str, pattern: &str, dataset: &Dataset) -> Error {
    let names = dataset.samples.iter().map(|sample| &sample.path);
    let shown: Vec<String> = names
        .clone()
        .step_by(names.len().div_ceil(MOST_SHOWN).max(1))
        .map(|name| format!("`{name}`"))
        .collect();
    Error::settings(format!(
        "`--{option} '{pattern}'` fits 0 of {} names, such as {}; it is looked for in the path below the dataset, with `/` between folders. Mend it, or leave it out",
        names.len(),
        shown.join(", ")
    ))
}
