//! Finds images shared by the training and validation splits of a dataset.
//!
//! One direction: scan, match, check, report, gate. Each stage is a function
//! from values to a new value; see `docs/architecture.md`.

pub mod audit;
pub mod cache;
pub mod change;
pub mod checks;
#[cfg(feature = "cli")]
pub mod cli;
pub mod config;
pub mod dataset;
pub mod error;
pub mod explain;
pub mod finding;
pub mod gate;
pub mod labels;
pub mod leak;
pub mod matching;
pub mod path_pattern;
pub mod progress;
pub mod rate;
pub mod render;
pub mod repair;
pub mod report;
pub mod sample;
pub mod sequence;
pub mod settings;
pub mod signature;
pub mod source;
pub mod verification;
pub mod wording;

pub use audit::{audit, audit_dataset, audit_signed, propose_split};
