//! What a check has found.

use std::ffi::OsString;
use std::path::PathBuf;
use std::sync::Arc;

use pyo3::exceptions::{PyRuntimeError, PyValueError};
use pyo3::prelude::*;
use splitleak::cli::embedded;
use splitleak::error::Error;
use splitleak::page;
use splitleak::render;
use splitleak::report::{Report, parse};

use crate::errors::{named, raised};
use crate::given::Given;
use crate::watch;

/// A report, and the dataset where it is at hand.
#[pyclass(frozen, module = "splitleak._core")]
pub(crate) struct Checked {
    found: Found,
    given: Option<Py<Given>>,
}

/// Where a report comes from.
#[derive(Clone)]
enum Found {
    Checked(Arc<embedded::Checked>),
    Read(Arc<Report>),
}

impl Checked {
    fn report(&self) -> &Report {
        match &self.found {
            Found::Checked(checked) => &checked.report,
            Found::Read(report) => report,
        }
    }
}

/// Checks as the command does with these arguments: what was given, or what the arguments name.
#[pyfunction]
#[pyo3(signature = (arguments, given=None, threads=None, show=None))]
pub(crate) fn check(
    py: Python<'_>,
    arguments: Vec<OsString>,
    given: Option<Py<Given>>,
    threads: Option<usize>,
    show: Option<Py<PyAny>>,
) -> PyResult<Checked> {
    let dataset = given.as_ref().map(|given| Arc::clone(&given.get().dataset));
    let checked = watch::run(py, threads, show.as_ref(), move |progress| {
        embedded::check(arguments, dataset, progress)
    })?;
    let given = match given {
        Some(given) => given,
        None => Py::new(py, Given::loaded(Arc::clone(&checked.dataset)))?,
    };
    Ok(Checked {
        found: Found::Checked(Arc::new(checked)),
        given: Some(given),
    })
}

/// Reports from the files of the other steps, as the command does with these arguments.
#[pyfunction]
#[pyo3(signature = (arguments, threads=None, show=None))]
pub(crate) fn report(
    py: Python<'_>,
    arguments: Vec<OsString>,
    threads: Option<usize>,
    show: Option<Py<PyAny>>,
) -> PyResult<Checked> {
    let checked = watch::run(py, threads, show.as_ref(), move |progress| {
        embedded::report(arguments, progress)
    })?;
    let given = Py::new(py, Given::loaded(Arc::clone(&checked.dataset)))?;
    Ok(Checked {
        found: Found::Checked(Arc::new(checked)),
        given: Some(given),
    })
}

/// Does a step of a check, as the command does with these arguments: how many files it has made,
/// and how many were there.
#[pyfunction]
#[pyo3(signature = (arguments, threads=None, show=None))]
pub(crate) fn step(
    py: Python<'_>,
    arguments: Vec<OsString>,
    threads: Option<usize>,
    show: Option<Py<PyAny>>,
) -> PyResult<(usize, usize)> {
    let made = watch::run(py, threads, show.as_ref(), move |progress| {
        embedded::step(arguments, progress)
    })?;
    Ok((made.made, made.kept))
}

/// Reads a report that a check has written.
#[pyfunction]
pub(crate) fn read(py: Python<'_>, path: PathBuf) -> PyResult<Checked> {
    let failed = |source| Error::Io {
        action: "read",
        path: path.clone(),
        source,
    };
    let text = std::fs::read(&path).map_err(failed);
    let parsed = text.and_then(|text| {
        parse(&text).map_err(|message| Error::Report {
            path: path.clone(),
            message,
        })
    });
    let report = parsed.map_err(|error| raised(py, &error))?;
    Ok(Checked {
        found: Found::Read(Arc::new(report)),
        given: None,
    })
}

#[pymethods]
impl Checked {
    /// The dataset; `None` where the report was read.
    #[getter]
    fn given(&self, py: Python<'_>) -> Option<Py<Given>> {
        self.given.as_ref().map(|given| given.clone_ref(py))
    }

    /// Exit status of the command: 0, 1 or 2; `None` where the report was read.
    #[getter]
    fn status(&self) -> Option<u8> {
        match &self.found {
            Found::Checked(checked) => Some(checked.status),
            Found::Read(_) => None,
        }
    }

    /// What a person should know beside the report.
    #[getter]
    fn notes(&self) -> Vec<String> {
        match &self.found {
            Found::Checked(checked) => checked.notes.clone(),
            Found::Read(_) => Vec::new(),
        }
    }

    /// Name and split of every evaluation image without a leak, counted or suspected.
    fn clean(&self, py: Python<'_>) -> PyResult<Vec<(String, String)>> {
        let Found::Checked(checked) = &self.found else {
            let text = "a report that was read has no dataset; check it again";
            return Err(named(py, "SettingsError", text.to_owned()));
        };
        let clean = checked.clean().map_err(|error| raised(py, &error))?;
        let images = clean.into_iter();
        Ok(images
            .map(|(path, split)| (path.to_owned(), split.to_owned()))
            .collect())
    }

    /// The report in one of the command's formats; `prefix` leads to the dataset.
    fn render(&self, format: &str, prefix: &str) -> PyResult<String> {
        let mut text = Vec::new();
        let report = self.report();
        let rendered = match format {
            "json" => render::json::render(report, &mut text),
            "sarif" => render::sarif::render(report, prefix, &mut text),
            "junit" => render::junit::render(report, &mut text),
            "markdown" => render::markdown::render(report, &mut text),
            "csv" => render::pairs::render(report, render::pairs::Names::Exact, &mut text),
            "terminal" => render::terminal::render(report, &[], &mut text),
            _ => {
                let text = format!("no format is called {format}");
                return Err(PyValueError::new_err(text));
            }
        };
        let failed = |error: String| PyRuntimeError::new_err(error);
        rendered.map_err(|error| failed(error.to_string()))?;
        String::from_utf8(text).map_err(|error| failed(error.to_string()))
    }

    /// The report as one page of at most so many bytes.
    fn page(&self, py: Python<'_>, most_bytes: u64, pictures: bool) -> PyResult<String> {
        let found = self.found.clone();
        watch::run(py, None, None, move |_| {
            let options = page::Options {
                most_bytes,
                pictures,
                ..page::Options::default()
            };
            Ok(match &found {
                Found::Checked(checked) => {
                    page::render(&checked.report, Some(&checked.dataset), &options)
                }
                Found::Read(report) => page::render(report, None, &options),
            })
        })
    }
}
