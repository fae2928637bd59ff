//! What `splitleak split --from-current` proposes.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::sync::Arc;

use pyo3::prelude::*;
use splitleak::cli::embedded;
use splitleak::sample::Dataset;

use crate::given::Given;
use crate::watch;

/// The fewest changes that make a split free of leaks.
#[pyclass(frozen, get_all, module = "splitleak._core")]
pub(crate) struct Repaired {
    given: Py<Given>,
    /// The split of each sample afterwards, in the order of `given`; `None` where it is left out.
    after: Vec<Option<String>>,
    /// The repaired split as CSV.
    manifest: String,
    /// A line for each change.
    diff: String,
    /// What is left out, as CSV.
    drop_list: String,
    /// Whether fewer changes are known to be impossible.
    proven: bool,
    /// Whether nothing is known to leak.
    clean: bool,
    /// Evaluated samples that leak, before and after.
    leaked: (usize, usize),
    /// Samples by which sizes, and by which classes, are beyond their tolerance.
    beyond: (i64, i64),
    /// Codes of what could tell of more leaks, after.
    open: Vec<&'static str>,
}

/// Proposes changes as the command does with these arguments, for what was given or what they name.
#[pyfunction]
#[pyo3(signature = (arguments, given=None, threads=None, show=None))]
pub(crate) fn repair(
    py: Python<'_>,
    arguments: Vec<OsString>,
    given: Option<Py<Given>>,
    threads: Option<usize>,
    show: Option<Py<PyAny>>,
) -> PyResult<Repaired> {
    let dataset = given.as_ref().map(|given| Arc::clone(&given.get().dataset));
    let repaired = watch::run(py, threads, show.as_ref(), move |progress| {
        embedded::repair(arguments, dataset, progress)
    })?;
    let given = match given {
        Some(given) => given,
        None => Py::new(py, Given::loaded(Arc::clone(&repaired.dataset)))?,
    };
    let repair = repaired.repair;
    let name =
        |split: splitleak::sample::SplitId| repaired.dataset.splits[split.index()].name.clone();
    let after = by_name(
        &repaired.dataset,
        repair.after.iter().map(|split| split.map(name)),
    );
    let names = given.get().names.iter();
    let after = names
        .map(|name| after.get(name).cloned().flatten())
        .collect();
    Ok(Repaired {
        given,
        after,
        clean: repair.is_clean(),
        manifest: repair.manifest,
        diff: repair.diff,
        drop_list: repair.drop_list,
        proven: repair.proven,
        leaked: repair.leaked.into(),
        beyond: repair.beyond.into(),
        open: repair.open.into_iter().collect(),
    })
}

/// What is told of each sample of the dataset, by split and name.
fn by_name<T>(
    dataset: &Dataset,
    told: impl Iterator<Item = T>,
) -> BTreeMap<(Option<String>, String), T> {
    let key = |sample: &splitleak::sample::Sample| {
        let split = sample
            .split
            .map(|id| dataset.splits[id.index()].name.clone());
        (split, sample.path.to_string())
    };
    dataset.samples.iter().map(key).zip(told).collect()
}
