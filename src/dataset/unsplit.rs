//! Images without splits: what is left where no layout recognises any.

use super::builder::Draft;
use super::claim::{Claim, Strength};
use super::walk::Walked;
use crate::sample::Layout;

/// All images of a tree.
pub(super) fn claim(walked: &Walked) -> Claim {
    Claim {
        layout: Layout::Unsplit,
        strength: Strength::Nothing,
        evidence: "no folder and no table names splits".to_owned(),
        chosen_by: format!("`--layout {}`", Layout::Unsplit.name()),
        drafts: walked.images.iter().cloned().map(Draft::of).collect(),
        splits: Vec::new(),
        problems: Vec::new(),
        split_of: |_| None,
        lists_samples: false,
    }
}
