//! Errors that stop an audit. One bad file never does; these do.

use std::path::PathBuf;

/// An audit that could not be carried out. Every text says what, where, and what to do.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The dataset directory is not there.
    #[error(
        "no directory at `{}`; give the folder that holds the dataset's images",
        path.display()
    )]
    DatasetMissing {
        /// As given.
        path: PathBuf,
    },
    /// Something is there but it is not a directory.
    #[error(
        "`{}` is not a directory; give the folder that holds the dataset, and a list of its files by `--manifest`",
        path.display()
    )]
    NotADirectory {
        /// As given.
        path: PathBuf,
    },
    /// The walk ended without one image.
    #[error("no images found under `{}`: {detail}", root.display())]
    NothingFound {
        /// Where the walk began.
        root: PathBuf,
        /// What was found instead, and what to do.
        detail: String,
    },
    /// A manifest that cannot be understood.
    #[error("manifest `{}`{}: {message}", path.display(), at_line(*line))]
    Manifest {
        /// The manifest.
        path: PathBuf,
        /// Line of the fault, from 1, where there is one.
        line: Option<u64>,
        /// What is wrong and what to do.
        message: String,
    },
    /// Settings that contradict each other or are out of range.
    #[error("{message}")]
    Settings {
        /// What is wrong and what to do.
        message: String,
    },
    /// The configuration file cannot be understood.
    #[error("configuration `{}`: {message}", path.display())]
    Config {
        /// The file.
        path: PathBuf,
        /// What is wrong, with the line where it is known.
        message: String,
    },
    /// The file of accepted findings cannot be understood.
    #[error("baseline `{}`: {message}", path.display())]
    Baseline {
        /// The file.
        path: PathBuf,
        /// What is wrong, with the line where it is known.
        message: String,
    },
    /// A report that cannot be read again.
    #[error("report `{}`: {message}", path.display())]
    Report {
        /// The file.
        path: PathBuf,
        /// What is wrong and what to do.
        message: String,
    },
    /// What has changed cannot be found out.
    #[error("{message}")]
    Change {
        /// What is wrong and what to do.
        message: String,
    },
    /// Signatures that do not belong to the samples.
    #[error("{given} signatures for {samples} samples; give one for each sample, in their order")]
    Signatures {
        /// Signatures given.
        given: usize,
        /// Samples of the dataset.
        samples: usize,
    },
    /// The user stopped the audit.
    #[error("interrupted")]
    Interrupted,
    /// The cache cannot be shown or pruned. A check never fails because of it.
    #[error("cache `{}`: {message}", path.display())]
    Cache {
        /// The database file.
        path: PathBuf,
        /// Why.
        message: String,
    },
    /// A file between the steps of a check that is not there or cannot be used.
    #[error("`{}` {message}", path.display())]
    Step {
        /// The file.
        path: PathBuf,
        /// What is wrong and what to do.
        message: String,
    },
    /// The operating system refused.
    #[error("cannot {action} `{}`", path.display())]
    Io {
        /// A verb: `read`, `write`, `list`.
        action: &'static str,
        /// On what.
        path: PathBuf,
        /// Its reason.
        source: std::io::Error,
    },
}

impl Error {
    /// What the user said means nothing, and why.
    pub(crate) fn settings(message: impl Into<String>) -> Self {
        let message = message.into();
        Self::Settings { message }
    }
}

fn at_line(line: Option<u64>) -> String {
    line.map(|line| format!(", line {line}"))
        .unwrap_or_default()
}
