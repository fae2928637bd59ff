//! How hard one query is searched for, by the number of pictures searched.

use super::candidates::{CLOSE, Limits, NARROW, Net, WIDE};

/// How hard one query is searched for. Sets how many of its duplicates can be reported, not whether
/// it has one, but for crops among very many pictures.
#[derive(Debug, Clone, Copy)]
pub(super) struct Effort {
    /// Candidates aligned: about so many between splits, where a cut chooses them (see `cuts`), and
    /// at most so many inside one.
    pub(super) aligned: usize,
    /// Most pairs that are found for one query: the most similar.
    pub(super) pairs: usize,
    /// What is looked up.
    pub(super) net: Net,
    /// Queries searched at a time; bounds the candidates in memory.
    pub(super) batch: usize,
}

/// More members than this are searched among themselves with the narrow net.
///
/// The wide one looks at all pairs: about a minute on two busy cores for 10^5 members, a hundred
/// times as long for ten times as many. For half a million it is half an hour; beyond, hours.
pub(super) const MANY: usize = 1 << 19;

/// Of so many pictures, or fewer, [`ACROSS`] is enough.
const CROWD: usize = 100_000;

/// At most so many times the candidates of [`ACROSS`] are aligned: 0.3 GB for a batch of queries.
const MOST_TIMES: usize = 64;

/// Between splits.
pub(super) const ACROSS: Effort = Effort {
    aligned: 40,
    pairs: 10,
    net: WIDE,
    batch: 2048,
};

/// Inside a split.
pub(super) const WITHIN: Effort = Effort {
    aligned: 8,
    pairs: 4,
    net: CLOSE,
    batch: 2048,
};

/// The index over the database is made again for each batch, so that batches are large. A query
/// takes about 0.7 KB while it is searched for: 0.7 GB in all.
pub(super) const WITHIN_MANY: Effort = Effort {
    net: NARROW,
    batch: 1 << 20,
    ..WITHIN
};

/// How a query is searched for among so many pictures of another split.
///
/// Strangers that look more like the query than a crop of it does are a share of the pictures
/// searched. So are the candidates, then: little beside the time that comparing with all of those
/// pictures takes.
pub(super) fn across(searched: usize) -> Effort {
    let aligned = |of: usize| of.max(of * searched.min(MOST_TIMES * CROWD) / CROWD);
    Effort {
        aligned: aligned(ACROSS.aligned),
        ..ACROSS
    }
}

impl Effort {
    /// Limits of a search that keeps the best.
    pub(super) fn limits(self) -> Limits {
        self.limits_of_sample(1, 1)
    }

    /// How many of a sample are as good as all that are to be aligned of everything.
    pub(super) fn limits_of_sample(self, sampled: usize, searched: usize) -> Limits {
        let share = |all: usize| (all * sampled).div_ceil(searched.max(1));
        Limits {
            most: share(self.aligned),
            crops: share(CROPS_MEASURED * self.aligned / 5),
        }
    }
}

/// Crops of which the correlation is measured, to five candidates.
const CROPS_MEASURED: usize = 8;

/// Bits of 64 within which duplicates among so many members are looked up, where they are too many
/// for the wide net.
#[must_use]
pub(crate) fn narrowed(members: usize) -> Option<u32> {
    let Effort { net, .. } = within(members, MANY);
    (net == NARROW).then_some(net.whole)
}

/// How members are searched for among themselves, `many` being the most that the wide net is used
/// for.
pub(super) fn within(members: usize, many: usize) -> Effort {
    if members > many { WITHIN_MANY } else { WITHIN }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn candidates_grow_with_the_pictures_searched_beyond_a_crowd_and_up_to_a_limit() {
        let aligned = |searched| across(searched).aligned;
        assert_eq!([0, 1, CROWD].map(aligned), [ACROSS.aligned; 3]);
        assert_eq!(aligned(3 * CROWD), 3 * ACROSS.aligned);
        assert_eq!(aligned(usize::MAX), MOST_TIMES * ACROSS.aligned);
    }

    #[test]
    fn of_a_sample_its_share_is_kept_and_at_least_one() {
        let limits = |sampled, searched| {
            let limits = ACROSS.limits_of_sample(sampled, searched);
            (limits.most, limits.crops)
        };
        assert_eq!(limits(500, 500), (40, 64));
        assert_eq!(limits(500, 1000), (20, 32));
        assert_eq!(limits(500, 50_000_000), (1, 1));
        assert_eq!(limits(0, 0), (0, 0));
    }

    #[test]
    fn only_a_very_large_set_is_searched_narrowly() {
        assert_eq!(narrowed(MANY), None);
        assert_eq!(narrowed(MANY + 1), Some(NARROW.whole));
    }
}
