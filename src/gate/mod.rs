//! Judges a [`Report`](crate::report::Report) by a [`Policy`].

mod accept;
pub mod baseline;
mod completeness;
mod judge;
pub mod limit;
pub mod policy;
pub mod suppression;
mod unanswered;
pub mod update;

pub use judge::judge;
pub use policy::Policy;
