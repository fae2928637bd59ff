//! From joined samples to the clusters of the report.

use std::collections::BTreeMap;

use super::search::{Found, Looks};
use crate::matching::Cluster;
use crate::report::{ClusterSummary, Clusters};
use crate::sample::{Dataset, SampleId};

/// Most clusters listed.
const LISTED: usize = 100;

/// Most members listed of one cluster.
const MEMBERS: usize = 10;

/// Measures and sums up what hangs together.
pub(super) fn summarise(dataset: &Dataset, found: &Found) -> Clusters {
    let (id, looks) = (SampleId, &found.looks);
    let mut clusters: Vec<(bool, Cluster)> = found
        .joined
        .clone()
        .into_clusters(
            |a, b| looks.unlikeness(id(a), id(b)).unwrap_or(0.0),
            |a, b| looks.are_duplicates(id(a), id(b), found.threshold),
        )
        .into_iter()
        .map(|cluster| (splits(dataset, &cluster).len() > 1, cluster))
        .collect();
    // Stable: equal ones stay in the order of their first members.
    clusters.sort_by_key(|(across, cluster)| std::cmp::Reverse((*across, cluster.members.len())));
    let sizes = clusters
        .iter()
        .map(|(_, cluster)| cluster.members.len() as u64);
    Clusters {
        count: clusters.len() as u64,
        samples: sizes.clone().sum(),
        largest: sizes.max().unwrap_or(0),
        across_splits: clusters.iter().filter(|(across, _)| *across).count() as u64,
        chained: clusters
            .iter()
            .filter(|(_, cluster)| cluster.chained)
            .count() as u64,
        truncated: clusters.len() > LISTED,
        listed: clusters
            .iter()
            .take(LISTED)
            .map(|(_, cluster)| summary(dataset, cluster, looks))
            .collect(),
    }
}

fn summary(dataset: &Dataset, cluster: &Cluster, looks: &Looks) -> ClusterSummary {
    let path = |member: u32| dataset.samples[member as usize].path.to_string();
    let (one, other) = cluster.farthest;
    ClusterSummary {
        samples: cluster.members.len() as u64,
        splits: splits(dataset, cluster)
            .into_iter()
            .map(|(name, samples)| (name.to_owned(), samples))
            .collect(),
        diameter: looks
            .unlikeness(SampleId(one), SampleId(other))
            .map(|unlikeness| (unlikeness * 1e4).round() / 1e4),
        exact: cluster.exact,
        chained: cluster.chained,
        farthest: [path(one), path(other)],
        members: cluster
            .members
            .iter()
            .take(MEMBERS)
            .map(|&member| path(member))
            .collect(),
    }
}

fn splits<'a>(dataset: &'a Dataset, cluster: &Cluster) -> BTreeMap<&'a str, u64> {
    let mut splits = BTreeMap::new();
    for &member in &cluster.members {
        if let Some(split) = dataset.split(SampleId(member)) {
            *splits.entry(split.name.as_str()).or_default() += 1;
        }
    }
    splits
}
