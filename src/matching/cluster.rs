//! Connected components of the pair graph, and the diameter of each.
//!
//! A cluster joins whatever a path of pairs joins (single linkage), so that
//! nothing of it may stand in two splits. The price is chaining: the ends of a
//! slow pan share no pixel, though every step along it is a confirmed pair.
//! Therefore a cluster says how far its farthest members are apart, and whether
//! they are a pair.

use rayon::prelude::*;

/// Clusters of up to this many members are measured pair by pair: at most 2,016
/// distances.
const MEASURED_FULLY: usize = 64;

/// Sweeps over a larger cluster.
const SWEEPS: usize = 4;

/// A connected component of two members or more.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Cluster {
    /// Ascending.
    pub members: Vec<u32>,
    /// The largest distance found between two members, in the unit of the
    /// distance given.
    pub diameter: f64,
    /// The two members at that distance, the smaller first.
    pub farthest: (u32, u32),
    /// Whether all pairs of members were measured. If not, `diameter` is a
    /// lower bound, and at least half of the true one where the distance obeys
    /// the triangle inequality (Hamming distance does).
    pub exact: bool,
    /// Whether `farthest` is not a confirmed pair itself: its members only hang
    /// together through others.
    pub chained: bool,
}

/// Disjoint sets of `0..n` that grow together as pairs stream in, in nearly
/// constant time and 5 bytes of memory a member.
///
/// Union by rank and path halving (R. E. Tarjan, J. van Leeuwen: Worst-case
/// Analysis of Set Union Algorithms, 1984).
#[derive(Clone, Debug)]
pub(crate) struct Forest {
    parents: Vec<u32>,
    ranks: Vec<u8>,
}

impl Forest {
    /// `n` members, each on its own.
    ///
    /// # Panics
    /// When `n` is 2^32 or more.
    pub(crate) fn new(n: usize) -> Self {
        assert!(
            n <= u32::MAX as usize,
            "a forest holds at most 2^32 - 1 members"
        );
        Self {
            parents: (0..n as u32).collect(),
            ranks: vec![0; n],
        }
    }

    /// Puts `a` and `b` into one cluster.
    ///
    /// # Panics
    /// When either is not less than `n`.
    pub(crate) fn join(&mut self, a: u32, b: u32) {
        let (a, b) = (self.root(a), self.root(b));
        if a == b {
            return;
        }
        let (rank_a, rank_b) = (self.ranks[a as usize], self.ranks[b as usize]);
        let (root, child) = if rank_a < rank_b { (b, a) } else { (a, b) };
        self.parents[child as usize] = root;
        if rank_a == rank_b {
            self.ranks[root as usize] += 1;
        }
    }

    /// The clusters of two members or more, in order of their first members,
    /// whatever the order in which the pairs came.
    ///
    /// `distance` is asked for pairs of members: for all of a cluster of up to
    /// 64 members, and for at most four times its members of a larger one (from
    /// the first member to the farthest, from there to the farthest again,
    /// while that finds greater distances). `confirmed` is asked once for each
    /// cluster. Neither is asked for a member with itself.
    pub(crate) fn into_clusters(
        mut self,
        distance: impl Fn(u32, u32) -> f64 + Sync,
        confirmed: impl Fn(u32, u32) -> bool + Sync,
    ) -> Vec<Cluster> {
        self.components()
            .into_par_iter()
            .map(|members| measure(members, &distance, &confirmed))
            .collect()
    }

    fn root(&mut self, member: u32) -> u32 {
        let mut at = member;
        while self.parents[at as usize] != at {
            let above = self.parents[self.parents[at as usize] as usize];
            self.parents[at as usize] = above;
            at = above;
        }
        at
    }

    /// The members of each cluster of two or more, ascending, in order of their first members.
    pub(crate) fn components(&mut self) -> Vec<Vec<u32>> {
        let n = self.parents.len() as u32;
        let roots: Vec<u32> = (0..n).map(|member| self.root(member)).collect();
        let mut sizes = vec![0_u32; roots.len()];
        for root in &roots {
            sizes[*root as usize] += 1;
        }
        const UNSEEN: u32 = u32::MAX;
        let mut slots = vec![UNSEEN; roots.len()];
        let mut components: Vec<Vec<u32>> = Vec::new();
        for (member, root) in (0..n).zip(&roots) {
            let (size, slot) = (sizes[*root as usize], &mut slots[*root as usize]);
            if size < 2 {
                continue;
            }
            if *slot == UNSEEN {
                *slot = components.len() as u32;
                components.push(Vec::with_capacity(size as usize));
            }
            components[*slot as usize].push(member);
        }
        components
    }
}

fn measure(
    members: Vec<u32>,
    distance: &impl Fn(u32, u32) -> f64,
    confirmed: &impl Fn(u32, u32) -> bool,
) -> Cluster {
    let exact = members.len() <= MEASURED_FULLY;
    let (diameter, farthest) = if exact {
        farthest_of_all(&members, distance)
    } else {
        farthest_by_sweeps(&members, distance)
    };
    let chained = !confirmed(farthest.0, farthest.1);
    Cluster {
        members,
        diameter,
        farthest,
        exact,
        chained,
    }
}

fn farthest_of_all(members: &[u32], distance: &impl Fn(u32, u32) -> f64) -> (f64, (u32, u32)) {
    let mut best = (f64::NEG_INFINITY, (members[0], members[1]));
    for (at, a) in members.iter().enumerate() {
        for b in &members[at + 1..] {
            let here = distance(*a, *b);
            if here > best.0 {
                best = (here, (*a, *b));
            }
        }
    }
    best
}

fn farthest_by_sweeps(members: &[u32], distance: &impl Fn(u32, u32) -> f64) -> (f64, (u32, u32)) {
    let mut best = (f64::NEG_INFINITY, (members[0], members[1]));
    let mut from = members[0];
    for _ in 0..SWEEPS {
        let mut next = None;
        for to in members.iter().filter(|to| **to != from) {
            let pair = (from.min(*to), from.max(*to));
            let here = distance(pair.0, pair.1);
            if here > best.0 {
                best = (here, pair);
                next = Some(*to);
            }
        }
        match next {
            Some(farthest) => from = farthest,
            None => break,
        }
    }
    best
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn on_a_line(a: u32, b: u32) -> f64 {
        f64::from(a.abs_diff(b))
    }

    fn clusters(n: usize, pairs: &[(u32, u32)]) -> Vec<Cluster> {
        let mut forest = Forest::new(n);
        for (a, b) in pairs {
            forest.join(*a, *b);
        }
        forest.into_clusters(on_a_line, |a, b| {
            pairs.contains(&(a, b)) || pairs.contains(&(b, a))
        })
    }

    #[test]
    fn a_chain_of_frames_is_one_cluster_that_says_it_chains() {
        let found = clusters(6, &[(3, 4), (1, 2), (2, 3)]);
        let expected = Cluster {
            members: vec![1, 2, 3, 4],
            diameter: 3.0,
            farthest: (1, 4),
            exact: true,
            chained: true,
        };
        assert_eq!(found, [expected]);
    }

    #[test]
    fn a_pair_is_a_cluster_that_does_not_chain() {
        let found = clusters(9, &[(8, 5), (0, 7)]);
        assert_eq!(
            found
                .iter()
                .map(|cluster| cluster.farthest)
                .collect::<Vec<_>>(),
            [(0, 7), (5, 8)]
        );
        assert!(found.iter().all(|cluster| !cluster.chained));
    }

    #[test]
    fn a_large_cluster_is_measured_with_bounded_work() {
        let asked = std::sync::atomic::AtomicUsize::new(0);
        let mut forest = Forest::new(1000);
        for a in 0..999 {
            forest.join(a, a + 1);
        }
        let found = forest.into_clusters(
            |a, b| {
                asked.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
                on_a_line(a, b)
            },
            |_, _| false,
        );
        assert_eq!(
            (found[0].diameter, found[0].exact, found[0].chained),
            (999.0, false, true)
        );
        assert!(asked.into_inner() <= SWEEPS * 1000);
    }

    #[test]
    fn nothing_joined_is_no_cluster() {
        assert_eq!(clusters(0, &[]), []);
        assert_eq!(clusters(3, &[(1, 1)]), []);
    }

    proptest! {
        #[test]
        fn clusters_agree_with_spreading_the_smallest_label(
            pairs in prop::collection::vec((0..40_u32, 0..40_u32), 0..40),
        ) {
            let mut labels: Vec<u32> = (0..40).collect();
            for _ in 0..40 {
                for (a, b) in &pairs {
                    let least = labels[*a as usize].min(labels[*b as usize]);
                    labels[*a as usize] = least;
                    labels[*b as usize] = least;
                }
            }
            let expected: Vec<Vec<u32>> = (0..40)
                .map(|label| (0..40).filter(|member| labels[*member as usize] == label).collect::<Vec<_>>())
                .filter(|members| members.len() > 1)
                .collect();
            let found: Vec<Vec<u32>> = clusters(40, &pairs).into_iter().map(|cluster| cluster.members).collect();
            prop_assert_eq!(found, expected);
        }

        #[test]
        fn the_order_of_pairs_does_not_matter(pairs in prop::collection::vec((0..30_u32, 0..30_u32), 0..40)) {
            let reversed: Vec<(u32, u32)> = pairs.iter().rev().map(|(a, b)| (*b, *a)).collect();
            prop_assert_eq!(clusters(30, &pairs), clusters(30, &reversed));
        }

        #[test]
        fn sweeps_find_at_least_half_of_the_diameter(members in prop::collection::btree_set(any::<u32>(), 2..200)) {
            let members: Vec<u32> = members.into_iter().collect();
            let hamming = |a: u32, b: u32| f64::from((a ^ b).count_ones());
            let (swept, _) = farthest_by_sweeps(&members, &hamming);
            let (whole, _) = farthest_of_all(&members, &hamming);
            prop_assert!(swept <= whole && 2.0 * swept >= whole);
        }
    }
}
