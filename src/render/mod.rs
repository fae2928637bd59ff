//! Report to text. Renderers see only the [`Report`](crate::report::Report).

pub mod correlation;
pub mod explanation;
pub mod json;
mod simulated;
pub mod terminal;
mod text;
