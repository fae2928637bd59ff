//! The library's errors as exceptions of `splitleak._errors`.

use std::error::Error as _;

use pyo3::exceptions::PyKeyboardInterrupt;
use pyo3::prelude::*;
use splitleak::error::Error;

/// The exception that says what the error says, with its causes.
pub(crate) fn raised(py: Python<'_>, error: &Error) -> PyErr {
    let class = match error {
        Error::Interrupted => return PyKeyboardInterrupt::new_err(()),
        Error::DatasetMissing { .. } => "MissingError",
        Error::Io { source, .. } if source.kind() == std::io::ErrorKind::NotFound => "MissingError",
        Error::NotADirectory { .. }
        | Error::NothingFound { .. }
        | Error::Manifest { .. }
        | Error::Report { .. }
        | Error::Step { .. }
        | Error::Io { .. } => "DatasetError",
        _ => "SettingsError",
    };
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        text = format!("{text}: {error}");
        cause = error.source();
    }
    named(py, class, text)
}

/// An exception by its name.
pub(crate) fn named(py: Python<'_>, class: &str, text: String) -> PyErr {
    let raised = py
        .import("splitleak._errors")
        .and_then(|module| module.getattr(class))
        .and_then(|class| class.call1((text,)));
    raised.map_or_else(|error| error, PyErr::from_value)
}
