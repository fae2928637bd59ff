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

#[cfg(test)]
mod tests {
    use super::super::testing::{World, settings};
    use super::*;
    use crate::sample::SplitRole;

    const SPLITS: [(&str, SplitRole); 2] = [
        ("train", SplitRole::Training),
        ("val", SplitRole::Validation),
    ];

    #[test]
    fn clusters_across_splits_come_first_then_the_largest() {
        let mut world = World::new(&SPLITS);
        world.picture("a0", Some(0), 1, 0);
        world.picture("b0", Some(0), 2, 0);
        world.picture("c0", Some(0), 3, 0);
        for (path, split, of) in [("d0", 0, 0), ("d1", 0, 0), ("e0", 1, 1), ("f0", 0, 2)] {
            world.again(path, Some(split), of);
        }
        let clusters = summarise(&world.dataset, &world.search(&settings(0.9), 0.0));
        let totals = (clusters.count, clusters.samples, clusters.largest);
        assert_eq!(totals, (3, 7, 3));
        assert_eq!((clusters.across_splits, clusters.chained), (1, 0));
        assert!(!clusters.truncated);
        let members: Vec<_> = clusters
            .listed
            .iter()
            .map(|one| one.members.join(" "))
            .collect();
        assert_eq!(members, ["b0 e0", "a0 d0 d1", "c0 f0"]);
        let splits: Vec<_> = clusters.listed[0].splits.clone().into_iter().collect();
        assert_eq!(splits, [("train".to_owned(), 1), ("val".to_owned(), 1)]);
        assert_eq!(clusters.listed[0].diameter, Some(0.0));
    }

    #[test]
    fn lists_are_cut_and_counts_are_not() {
        let mut world = World::new(&SPLITS);
        world.picture("a", Some(0), 1, 0);
        for copy in 0..MEMBERS {
            world.again(&format!("b{copy:02}"), Some(0), 0);
        }
        let clusters = summarise(&world.dataset, &world.search(&settings(0.9), 0.0));
        assert_eq!(clusters.listed[0].samples, 11);
        assert_eq!(clusters.listed[0].members.len(), 10);

        let mut world = World::new(&SPLITS);
        for seed in 0..=LISTED as u32 {
            world.picture(&format!("a{seed:03}"), Some(0), seed, 0);
        }
        for of in 0..=LISTED {
            world.again(&format!("b{of:03}"), Some(0), of);
        }
        let clusters = summarise(&world.dataset, &world.search(&settings(0.99), 0.0));
        assert_eq!((clusters.count, clusters.listed.len()), (101, 100));
        assert!(clusters.truncated);
    }
}
