//! Finds images shared by the training and validation splits of a dataset.
//!
//! One direction: scan, match, check, report, gate. Each stage is a function
//! from values to a new value; see `docs/architecture.md`.

pub mod audit;
pub mod cache;
pub mod change;
pub mod checks;
pub mod config;
pub mod dataset;
pub mod error;
pub mod explain;
pub mod finding;
pub mod gate;
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

pub use audit::{audit, audit_dataset, audit_signed, propose_split};
