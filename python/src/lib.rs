//! `splitleak._core`: the library for Python. Everything that knows Python's own libraries is in
//! Python, in `splitleak/`; here are values in and out, threads and interruption.

mod checked;
mod errors;
mod given;
mod proposed;
mod repaired;
mod watch;

use pyo3::prelude::*;

/// Runs the command; its exit status. Never returns where Ctrl-C ends it.
#[pyfunction]
fn run(py: Python<'_>, arguments: Vec<std::ffi::OsString>) -> u8 {
    py.detach(|| splitleak::cli::run(arguments))
}

/// The role that a split has by its name; `other` for a name that tells none.
#[pyfunction]
fn role_of(name: &str) -> &'static str {
    splitleak::dataset::split_name::role_of(name)
        .map_or("other", splitleak::sample::SplitRole::name)
}

/// A time as manifests write it, in seconds since 1970 or as the number it is; `None` for what
/// is none.
#[pyfunction]
fn seconds_of(text: &str) -> Option<f64> {
    splitleak::dataset::seconds_of(text)
}

#[pymodule]
fn _core(module: &Bound<'_, PyModule>) -> PyResult<()> {
    // Decoders may panic on hostile files, which is caught and becomes a finding: nothing is to be
    // printed into a notebook.
    std::panic::set_hook(Box::new(|_| {}));
    module.add("__version__", env!("CARGO_PKG_VERSION"))?;
    module.add_class::<given::Samples>()?;
    module.add_class::<given::Given>()?;
    module.add_class::<checked::Checked>()?;
    module.add_class::<proposed::Proposed>()?;
    module.add_class::<repaired::Repaired>()?;
    module.add_function(wrap_pyfunction!(checked::check, module)?)?;
    module.add_function(wrap_pyfunction!(checked::read, module)?)?;
    module.add_function(wrap_pyfunction!(checked::report, module)?)?;
    module.add_function(wrap_pyfunction!(checked::step, module)?)?;
    module.add_function(wrap_pyfunction!(proposed::propose, module)?)?;
    module.add_function(wrap_pyfunction!(repaired::repair, module)?)?;
    module.add_function(wrap_pyfunction!(role_of, module)?)?;
    module.add_function(wrap_pyfunction!(seconds_of, module)?)?;
    module.add_function(wrap_pyfunction!(run, module)?)
}
