//! Patterns of the user that fit no name of the dataset: asked for, and without effect.

use std::collections::{BTreeMap, BTreeSet};

use crate::error::Error;
use crate::sample::{Dataset, Sample, SplitId};
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
    if let Some(pattern) = &recorded.group_pattern
        && are_splits(dataset, |sample| pattern.group(&sample.path))
    {
        return Err(Error::settings(format!(
            "`--group-pattern '{}'` reads the names of the splits, which hides what they share: let it read what one patient or recording is called by",
            pattern.source()
        )));
    }
    if are_splits(dataset, |sample| sample.group.as_deref()) {
        let message = "the column of groups holds the names of the splits, which hides what they share: name another with `--group-column`";
        return Err(Error::settings(message));
    }
    if let Some(pattern) = &recorded.sequence_pattern
        && pattern.lay_out(samples).order.is_empty()
    {
        return Err(fits_nothing("sequence-pattern", pattern.source(), dataset));
    }
    Ok(())
}

/// Whether the group of every sample is read from the name of its split.
fn are_splits<'a>(dataset: &'a Dataset, group: impl Fn(&'a Sample) -> Option<&'a str>) -> bool {
    let mut groups: BTreeMap<SplitId, &str> = BTreeMap::new();
    for sample in &dataset.samples {
        let Some(split) = sample.split else { continue };
        let Some(own) = group(sample).filter(|own| !own.is_empty()) else {
            return false;
        };
        if *groups.entry(split).or_insert(own) != own {
            return false;
        }
    }
    let different: BTreeSet<&str> = groups.values().copied().collect();
    let is_of_name = |(split, group): (&SplitId, &&str)| {
        let name = dataset.splits[split.index()].name.to_lowercase();
        name.contains(&group.to_lowercase())
    };
    groups.len() > 1 && different.len() == groups.len() && groups.iter().all(is_of_name)
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
