//! Finds images shared by the training and validation splits of a dataset.
//!
//! One direction: scan, match, check, report, gate. Each stage is a function
//! from values to a new value; see `docs/architecture.md`.
//!
//! [`audit`] takes [`settings::Settings`] to a [`report::Report`]; [`gate::judge`] says whether it
//! may pass, [`render`] makes text of it.

pub mod annotation;
mod audit;
pub mod budget;
pub mod cache;
#[cfg(feature = "cli")]
mod change;
mod checks;
#[cfg(feature = "cli")]
pub mod cli;
#[cfg(feature = "cli")]
mod config;
pub mod dataset;
pub mod error;
mod explain;
mod faults;
mod finding;
pub mod gate;
mod labels;
mod leak;
mod matching;
mod median;
mod npy;
pub mod page;
mod path_pattern;
pub mod progress;
mod quadkey;
mod rate;
pub mod render;
mod repair;
pub mod report;
pub mod sample;
mod sequence;
pub mod settings;
pub mod signature;
pub mod source;
pub mod steps;
mod tf_record;
pub mod training;
mod verification;
mod wording;

pub use audit::{
    Balance, By, Kept, Proposal, Repair, RepairRequest, RepairedSplit, Request, Sizes, Stratum,
    audit, audit_dataset, audit_in_steps, audit_signed, learn_in_steps, match_in_steps,
    propose_repair, propose_repair_of, propose_split, propose_split_of, sign_in_steps,
};
pub use finding::{CODES, Code, Severity};
pub use leak::Leak;
pub use path_pattern::PathPattern;
pub use rate::Rate;

/// Parts of the stages that the benches, the research and the tests of this repository measure one
/// by one. No promise is made about them.
#[doc(hidden)]
pub mod internals {
    pub use crate::checks::{Evidence, run as checks};
    pub use crate::labels::Labels;
    pub use crate::matching::partners::Partnerships;
    pub use crate::sequence::simulate::simulate;

    /// Search by distance of codes.
    pub mod matching {
        pub use crate::matching::{Code, Join, Match, Plan, range_search};

        /// By an index of parts of the code.
        pub mod multi_index {
            pub use crate::matching::multi_index::search;
        }

        /// By comparing all.
        pub mod scan {
            pub use crate::matching::scan::search;
        }
    }

    /// What names tell.
    pub mod sequence {
        pub use crate::sequence::examine::{Found, examine};
        pub use crate::sequence::infer::{Inputs, infer};

        /// Families of augmented pictures.
        pub mod augmentation {
            pub use crate::sequence::augmentation::families;
        }

        /// Groups by name.
        pub mod group {
            pub use crate::sequence::group::from_views;
        }

        /// Tiles of one slide.
        pub mod tiles {
            pub use crate::sequence::tiles::infer;
        }
    }

    /// What an image is reduced to.
    pub mod signature {
        pub use crate::signature::content::content;
        pub use crate::signature::perceptual::PerceptualHasher;
        pub use crate::signature::thumbnail::thumbnail_of;
        pub use crate::signature::tone::tone;
    }

    /// Estimates of what leakage explains.
    pub mod explain {
        pub use crate::explain::bounds::no_harm;
        pub use crate::explain::descriptors::Descriptors;
        pub use crate::explain::explain;
        pub use crate::explain::exposure::classify;
        pub use crate::explain::honest::{Case, degree_standardised};
        pub use crate::explain::inputs::{Inputs, Place, Prediction, Row, Setting, Targets, Twin};
        pub use crate::explain::interval::{GroupSum, ratio, sum_by_group};
        pub use crate::explain::metrics::Answers;
        pub use crate::explain::verdict::{Beside, verdict};
    }
}
