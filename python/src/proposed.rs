//! What `splitleak split` proposes.

use std::ffi::OsString;
use std::sync::Arc;

use pyo3::prelude::*;
use splitleak::cli::embedded;

use crate::given::Given;
use crate::watch;

/// A split, or folds, as the command writes it.
#[pyclass(frozen, module = "splitleak._core")]
pub(crate) struct Proposed {
    given: Py<Given>,
    /// The manifest as CSV.
    #[pyo3(get)]
    manifest: String,
    /// What still crosses: pairs of copies, neighbours, groups.
    #[pyo3(get)]
    crossing: (usize, usize, usize),
    /// Steps left out between the two sides of a recording.
    #[pyo3(get)]
    purge: u32,
    /// Recordings, as far as names and columns tell.
    #[pyo3(get)]
    recordings: usize,
    /// What keeps groups together, in words.
    #[pyo3(get)]
    groups: Option<String>,
}

/// Proposes as the command does with these arguments, for what was given or what they name.
#[pyfunction]
#[pyo3(signature = (arguments, given=None, threads=None, show=None))]
pub(crate) fn propose(
    py: Python<'_>,
    arguments: Vec<OsString>,
    given: Option<Py<Given>>,
    threads: Option<usize>,
    show: Option<Py<PyAny>>,
) -> PyResult<Proposed> {
    let dataset = given.as_ref().map(|given| Arc::clone(&given.get().dataset));
    let proposed = watch::run(py, threads, show.as_ref(), move |progress| {
        embedded::propose(arguments, dataset, progress)
    })?;
    let given = match given {
        Some(given) => given,
        None => Py::new(py, Given::loaded(proposed.dataset))?,
    };
    let proposal = proposed.proposal;
    let kept = proposal.kept;
    let crossing = kept.crossing;
    Ok(Proposed {
        given,
        manifest: proposal.manifest,
        crossing: (crossing.twins, crossing.neighbours, crossing.groups),
        purge: kept.purge,
        recordings: kept.recordings,
        groups: kept.groups,
    })
}

#[pymethods]
impl Proposed {
    /// What is divided.
    #[getter]
    fn given(&self, py: Python<'_>) -> Py<Given> {
        self.given.clone_ref(py)
    }
}
