//! Report to text. Renderers see only the [`Report`](crate::report::Report).

pub(crate) mod answer;
mod caveat;
pub mod difference;
pub mod explanation;
pub mod github;
pub mod json;
pub mod junit;
mod labels;
mod leaked;
pub mod markdown;
pub mod pairs;
pub mod paths;
pub mod plots;
pub mod sarif;
mod simulated;
pub mod terminal;
pub(crate) mod text;

/// A path of the dataset as seen from where `prefix` begins.
fn below(prefix: &str, path: &str) -> String {
    match prefix.trim_end_matches('/') {
        "" => path.to_owned(),
        prefix => format!("{prefix}/{path}"),
    }
}
