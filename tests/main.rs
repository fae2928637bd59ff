//! Integration tests, one binary.
//!
//! - `layouts`: every way a dataset may lie on disk
//! - `leaks`: what is found between and inside splits, and what is not
//! - `explanation`: what is said of a training log, and what is refused
//! - `simulation`: its claims where the truth is known
//! - `gate`: limits, codes, exit statuses, configuration
//! - `bad_input`: everything that can be wrong with files and manifests
//! - `cache`: nothing is worked out twice, and nobody can tell from the report
//! - `recorded`: recordings, explanation and proposed splits, on the demo drive
//! - `simulated`: splits tried on paper, and checks that open no image
//! - `report`: the contract: schema, determinism, limits
//! - `terminal`: what a person sees
//! - `fixtures`: the demo dataset is what its generator makes, and tells the truth
//! - `architecture`: rules about the sources and the documentation

#![allow(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "a test fails by panicking, and may say what it left out"
)]

mod architecture;
mod bad_input;
mod cache;
mod explanation;
mod fixtures;
mod gate;
mod layouts;
mod leaks;
mod recorded;
mod report;
mod road;
mod simulated;
mod simulation;
mod terminal;
mod workspace;
