//! Samples that Python hands over one by one.

use std::path::PathBuf;
use std::sync::Arc;

use pyo3::exceptions::{PyTypeError, PyValueError};
use pyo3::prelude::*;
use splitleak::dataset::{Draft, given};
use splitleak::sample::{Dataset, SplitRole};
use splitleak::source::{NumberKind, Pixels, Place};

use crate::errors::raised;

/// Samples before they are a dataset.
#[pyclass(module = "splitleak._core")]
#[derive(Default)]
pub(crate) struct Samples {
    drafts: Vec<Draft>,
    splits: Vec<(String, SplitRole)>,
}

/// What is known of a sample beside its picture: class or target, group, time.
type Facts = (Option<String>, Option<String>, Option<f64>);

impl Samples {
    fn add(&mut self, place: Place, facts: Facts) -> PyResult<()> {
        let split = self.splits.last().cloned();
        let split =
            split.ok_or_else(|| PyValueError::new_err("a sample needs a split before it"))?;
        let (label, group, time) = facts;
        self.drafts.push(Draft {
            path: String::new(),
            place,
            split: Some(split),
            label,
            group,
            time,
        });
        Ok(())
    }
}

#[pymethods]
impl Samples {
    #[new]
    fn new() -> Self {
        Self::default()
    }

    /// Begins a split: what is added from now on is in it.
    fn split(&mut self, name: String, role: &str) -> PyResult<()> {
        let role = match role {
            "training" => SplitRole::Training,
            "validation" => SplitRole::Validation,
            "test" => SplitRole::Test,
            "other" => SplitRole::Other,
            _ => return Err(PyValueError::new_err(format!("no role is called {role}"))),
        };
        self.splits.push((name, role));
        Ok(())
    }

    /// Adds a file.
    fn file(&mut self, path: PathBuf, facts: Facts) -> PyResult<()> {
        self.add(Place::File(path.into()), facts)
    }

    /// Adds the bytes of an image file.
    fn bytes(&mut self, data: &[u8], facts: Facts) -> PyResult<()> {
        self.add(Place::Memory(data.into()), facts)
    }

    /// Adds pixels: `shape` is rows, columns and channels, `kind` one of `u1`, `u2`, `b1`, `f4`,
    /// `f8`.
    fn pixels(
        &mut self,
        numbers: &[u8],
        shape: (u64, u64, u64),
        planar: bool,
        kind: &str,
        facts: Facts,
    ) -> PyResult<()> {
        let kind = match kind {
            "u1" => NumberKind::Byte,
            "u2" => NumberKind::Word,
            "b1" => NumberKind::Bool,
            "f4" => NumberKind::Single,
            "f8" => NumberKind::Double,
            _ => return Err(PyTypeError::new_err(format!("no kind of number is {kind}"))),
        };
        let (height, width, channels) = shape;
        let pixels = Pixels {
            height,
            width,
            channels,
            planar,
            kind,
            numbers,
        };
        let place = pixels.place();
        let place = place.map_err(|error| PyTypeError::new_err(error.to_string()))?;
        self.add(place, facts)
    }

    /// The dataset. The samples are taken out of here.
    fn build(&mut self, py: Python<'_>) -> PyResult<Given> {
        let drafts = std::mem::take(&mut self.drafts);
        let splits: Vec<Option<String>> = drafts
            .iter()
            .map(|draft| draft.split.clone().map(|(name, _)| name))
            .collect();
        let built = given(drafts, &self.splits).map_err(|error| raised(py, &error))?;
        Ok(Given {
            names: splits.into_iter().zip(built.names).collect(),
            dataset: Arc::new(built.dataset),
        })
    }
}

/// A dataset, and the samples of each split in the order in which Python counts them.
#[pyclass(frozen, module = "splitleak._core")]
pub(crate) struct Given {
    pub(crate) dataset: Arc<Dataset>,
    /// Split and name of each sample.
    pub(crate) names: Vec<(Option<String>, String)>,
}

impl Given {
    /// A dataset that was loaded: its samples are counted in order of path.
    pub(crate) fn loaded(dataset: Arc<Dataset>) -> Self {
        let samples = dataset.samples.iter();
        let names = samples.map(|sample| {
            let split = sample.split.map(|id| &dataset.splits[id.index()]);
            (
                split.map(|split| split.name.clone()),
                sample.path.to_string(),
            )
        });
        let names = names.collect();
        Self { dataset, names }
    }
}

#[pymethods]
impl Given {
    /// Split (`None` where there is none) and name of each sample.
    #[getter]
    fn names(&self) -> Vec<(Option<String>, String)> {
        self.names.clone()
    }

    /// The directory that names are relative to.
    #[getter]
    fn root(&self) -> PathBuf {
        self.dataset.root.clone()
    }
}
