//! Pictures that hang together through duplicates, over all splits.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Clusters of the whole dataset: samples joined by copies and near duplicates, directly or through
/// others.
///
/// A cluster is what a split must keep on one side. It is a view: leaks are counted from pairs.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Clusters {
    /// How many there are.
    pub count: u64,
    /// Samples in them.
    pub samples: u64,
    /// Samples in the largest.
    pub largest: u64,
    /// Clusters with samples in more than one split.
    pub across_splits: u64,
    /// Clusters whose two least alike members are no duplicates of each other, as in a slow pan.
    pub chained: u64,
    /// The first of them: those across splits first, then by size.
    pub listed: Vec<ClusterSummary>,
    /// Whether a limit cut `listed`.
    pub truncated: bool,
}

/// One cluster.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct ClusterSummary {
    /// Samples in it, two or more.
    pub samples: u64,
    /// Samples by split; those without one are not counted here.
    pub splits: BTreeMap<String, u64>,
    /// How unlike its two least alike members look, 0 to 2: one minus the correlation of their
    /// whitened views in the orientation in which it is greatest. `null` where nothing was compared
    /// but bytes and pixels.
    pub diameter: Option<f64>,
    /// Whether all pairs of members were compared; if not, `diameter` is at least this.
    pub exact: bool,
    /// Whether those two are no duplicates of each other: they only hang together through other
    /// members.
    pub chained: bool,
    /// Those two members.
    pub farthest: [String; 2],
    /// The first ten members.
    pub members: Vec<String>,
}
