//! From pictures to samples: what is known of one copy holds for all copies.
//!
//! Samples with the same pixels form one *picture*. Near duplicates are looked
//! for between pictures, so a thousand copies of one image cost one search;
//! their evidence is then spread over the copies without visiting every pair.

use std::ops::Range;

use super::exact::groups_of_equal;
use super::pair::{Near, Pair};
use super::partners::Partnerships;
use crate::leak::Leak;
use crate::sample::{SampleId, SplitId, SplitRole};

/// Identity of one signed sample. Equal numbers mean equal things.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Identity {
    /// Split and its role, `None` in a dataset without splits.
    pub split: Option<(SplitId, SplitRole)>,
    /// Number of the dataset it belongs to, where one root holds several; `None` belongs to all.
    pub part: Option<usize>,
    /// File on disk.
    pub file: u32,
    /// Content of the file.
    pub bytes: u32,
    /// Pixels. Equal bytes imply equal pixels.
    pub pixels: u32,
    /// Whether its pairs were asked for. A pair is recorded when either side was.
    pub asked: bool,
}

/// Samples by picture.
#[derive(Debug)]
pub(crate) struct Pictures {
    /// Samples of each picture in order of split, then bytes, then file.
    members: Vec<Vec<Member>>,
    /// Position in `members` of each sample's picture.
    picture_of: Vec<Option<u32>>,
}

/// A picture to learn from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Settled {
    /// The sample that stands for it.
    pub id: SampleId,
    /// Whether an evaluation split has it.
    pub in_evaluation: bool,
    /// Whether a training split has it.
    pub in_training: bool,
}

#[derive(Debug, Clone, Copy)]
struct Member {
    id: SampleId,
    identity: Identity,
}

impl Member {
    fn split(&self) -> Option<SplitId> {
        self.identity.split.map(|(split, _)| split)
    }
}

impl Pictures {
    /// Groups samples; `None` marks one that could not be signed.
    #[must_use]
    pub(crate) fn new(identities: &[Option<Identity>]) -> Self {
        let keys: Vec<Option<u32>> = identities
            .iter()
            .map(|identity| identity.map(|identity| identity.pixels))
            .collect();
        let mut groups = groups_of_equal(&keys);
        let mut grouped = vec![false; identities.len()];
        for id in groups.iter().flatten() {
            grouped[id.index()] = true;
        }
        let alone = (0..identities.len()).filter(|&at| !grouped[at] && identities[at].is_some());
        groups.extend(alone.map(|at| vec![SampleId(at as u32)]));
        groups.sort();
        let mut picture_of = vec![None; identities.len()];
        let members = groups.iter().enumerate().map(|(picture, group)| {
            let members = group.iter().filter_map(|&id| {
                picture_of[id.index()] = Some(picture as u32);
                identities[id.index()].map(|identity| Member { id, identity })
            });
            let mut members: Vec<Member> = members.collect();
            members.sort_by_key(|member| {
                (
                    member.split(),
                    member.identity.bytes,
                    member.identity.file,
                    member.id,
                )
            });
            members
        });
        let members = members.collect();
        Self {
            members,
            picture_of,
        }
    }

    /// One sample of each picture, in order: near duplicates are looked for among these.
    #[must_use]
    pub(crate) fn representatives(&self) -> Vec<SampleId> {
        ascending(self.members.iter().filter_map(|all| stand_in(all)))
    }

    /// The pictures to learn from: those of samples that were not asked about, so that what is
    /// learned stays the same while others are added; or all pictures, where half of the samples or
    /// more were asked about.
    #[must_use]
    pub(crate) fn settled(&self) -> Vec<Settled> {
        let members = self.members.iter().flatten();
        let asked = members.clone().filter(|member| member.identity.asked);
        let mostly_asked = 2 * asked.count() >= members.count();
        let counts = |member: &&Member| mostly_asked || !member.identity.asked;
        let mut settled: Vec<Settled> = self
            .members
            .iter()
            .filter_map(|members| {
                let role = |wanted: fn(SplitRole) -> bool| {
                    let mut own = members.iter().filter(counts);
                    own.any(|member| member.identity.split.is_some_and(|(_, role)| wanted(role)))
                };
                Some(Settled {
                    // The one that stands for the picture, for it is the one that is described.
                    id: stand_in(members).filter(|_| members.iter().any(|m| counts(&m)))?,
                    in_evaluation: role(SplitRole::is_evaluation),
                    in_training: role(|role| role == SplitRole::Training),
                })
            })
            .collect();
        settled.sort_by_key(|one| one.id);
        settled
    }

    /// One sample of each picture of which a member in `split` was asked about, in order.
    #[must_use]
    pub(crate) fn asked_in(&self, split: Option<SplitId>) -> Vec<SampleId> {
        let asked = self
            .members
            .iter()
            .filter(|members| in_split(members, split).any(|member| member.identity.asked));
        ascending(asked.filter_map(|members| stand_in(members)))
    }

    /// The sample that stands for the picture of `id`; `None` for one that could not be signed.
    #[must_use]
    pub(crate) fn representative(&self, id: SampleId) -> Option<SampleId> {
        stand_in(&self.members[self.picture_of[id.index()]? as usize])
    }

    /// Samples that share a picture, two or more.
    pub(crate) fn copies(&self) -> impl Iterator<Item = Vec<SampleId>> {
        let shared = self.members.iter().filter(|members| members.len() > 1);
        shared.map(|members| members.iter().map(|member| member.id).collect())
    }

    /// Records every pair of samples that share a picture.
    pub(crate) fn record_copies(&self, partnerships: &mut Partnerships) {
        for members in self.members.iter().filter(|members| members.len() > 1) {
            for member in members {
                for range in split_ranges(members) {
                    if compares(member, &members[range.start]) {
                        record_in_split(member, &members[range], partnerships);
                    }
                }
            }
        }
    }

    /// One sample of each picture that has a member in `split`, in order.
    #[must_use]
    pub(crate) fn representatives_in(&self, split: Option<SplitId>) -> Vec<SampleId> {
        let inside = self
            .members
            .iter()
            .filter(|members| in_split(members, split).next().is_some());
        ascending(inside.filter_map(|members| stand_in(members)))
    }

    /// Records `pair`, found between two pictures, for every copy of `pair.a` in
    /// split `from` and every copy of `pair.b` in split `to`.
    pub(crate) fn record_between(
        &self,
        pair: Pair,
        from: Option<SplitId>,
        to: Option<SplitId>,
        partnerships: &mut Partnerships,
    ) {
        let members =
            |id: SampleId| self.picture_of[id.index()].map(|at| &self.members[at as usize]);
        let (Some(of_a), Some(of_b)) = (members(pair.a), members(pair.b)) else {
            return;
        };
        let partners: Vec<Member> = in_split(of_b, to).copied().collect();
        for member in in_split(of_a, from) {
            record_some(pair.kind, member, &partners, pair.near, partnerships);
        }
    }
}

/// The sample that stands for a picture: one that was not asked about where there is one, so that
/// it is the same whatever is asked.
fn stand_in(members: &[Member]) -> Option<SampleId> {
    let first = members
        .iter()
        .min_by_key(|member| (member.identity.asked, member.id));
    first.map(|member| member.id)
}

fn ascending(ids: impl Iterator<Item = SampleId>) -> Vec<SampleId> {
    let mut ids: Vec<SampleId> = ids.collect();
    ids.sort_unstable();
    ids
}

fn in_split(members: &[Member], split: Option<SplitId>) -> impl Iterator<Item = &Member> {
    members.iter().filter(move |member| member.split() == split)
}

/// Whether partners of `a` in the split of `b` are of interest: within one split,
/// and from an evaluation split to every training or evaluation split.
fn compares(a: &Member, b: &Member) -> bool {
    if a.split() == b.split() {
        return true;
    }
    let role = |member: &Member| {
        member
            .identity
            .split
            .map_or(SplitRole::Other, |(_, role)| role)
    };
    let apart = match (a.identity.part, b.identity.part) {
        (Some(own), Some(other)) => own != other,
        _ => false,
    };
    role(a).is_evaluation() && role(b) != SplitRole::Other && !apart
}

/// Runs of members in one split.
fn split_ranges(members: &[Member]) -> Vec<Range<usize>> {
    let mut start = 0;
    let runs = members.chunk_by(|a, b| a.split() == b.split());
    let ranges = runs.map(|run| {
        start += run.len();
        start - run.len()..start
    });
    ranges.collect()
}

/// Splits the members of one split into same file, same bytes and same pixels as `a`.
fn record_in_split(a: &Member, split: &[Member], to: &mut Partnerships) {
    let key = |member: &Member| (member.identity.bytes, member.identity.file);
    let bytes_start = split.partition_point(|member| key(member).0 < a.identity.bytes);
    let bytes_end = split.partition_point(|member| key(member).0 <= a.identity.bytes);
    let same_bytes = &split[bytes_start..bytes_end];
    let file_start = same_bytes.partition_point(|member| key(member).1 < a.identity.file);
    let file_end = same_bytes.partition_point(|member| key(member).1 <= a.identity.file);
    record_some(
        Leak::SameFile,
        a,
        &same_bytes[file_start..file_end],
        None,
        to,
    );
    record_some(Leak::SameBytes, a, &same_bytes[..file_start], None, to);
    record_some(Leak::SameBytes, a, &same_bytes[file_end..], None, to);
    record_some(Leak::SamePixels, a, &split[..bytes_start], None, to);
    record_some(Leak::SamePixels, a, &split[bytes_end..], None, to);
}

/// Records the first few of `others` one by one and the rest as a weight.
fn record_some(
    kind: Leak,
    a: &Member,
    others: &[Member],
    near: Option<Near>,
    to: &mut Partnerships,
) {
    let wanted = |other: &&Member| other.id != a.id && (a.identity.asked || other.identity.asked);
    let mut others = others.iter().filter(wanted);
    let mut left = others.clone().count() as u64;
    while left > 0 {
        let Some(b) = others.next() else { return };
        let last = to.is_full_of(kind, a.id, b.split()) || left == 1;
        let pair = Pair {
            kind,
            a: a.id,
            b: b.id,
            near,
        };
        to.record(pair, b.split(), if last { left } else { 1 });
        if last {
            return;
        }
        left -= 1;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::matching::area::Area;
    use proptest::prelude::*;
    use std::collections::BTreeMap;

    const ROLES: [SplitRole; 4] = [
        SplitRole::Training,
        SplitRole::Validation,
        SplitRole::Test,
        SplitRole::Other,
    ];

    fn identities() -> impl Strategy<Value = Vec<Option<Identity>>> {
        let one = (0u16..4, 0u32..12, any::<bool>()).prop_map(|(split, file, asked)| Identity {
            split: Some((SplitId(split), ROLES[split as usize])),
            part: None,
            file,
            bytes: file / 2,
            pixels: file / 4,
            asked,
        });
        proptest::collection::vec(proptest::option::weighted(0.9, one), 0..30)
    }

    /// Every ordered pair that is of interest, the slow way.
    fn naive(all: &[Option<Identity>]) -> BTreeMap<(SampleId, Option<SplitId>), (Leak, u64)> {
        let mut found = BTreeMap::new();
        for (at_a, a) in all.iter().enumerate() {
            for (at_b, b) in all.iter().enumerate() {
                let (Some(a), Some(b)) = (a, b) else { continue };
                let (split_a, split_b) = (a.split.unwrap(), b.split.unwrap());
                let wanted = split_a == split_b
                    || (split_a.1.is_evaluation() && split_b.1 != SplitRole::Other);
                if at_a == at_b || a.pixels != b.pixels || !wanted || !(a.asked || b.asked) {
                    continue;
                }
                let kind = match () {
                    () if a.file == b.file => Leak::SameFile,
                    () if a.bytes == b.bytes => Leak::SameBytes,
                    () => Leak::SamePixels,
                };
                let key = (SampleId(at_a as u32), Some(split_b.0));
                let entry = found.entry(key).or_insert((kind, 0));
                *entry = (entry.0.min(kind), entry.1 + 1);
            }
        }
        found
    }

    proptest! {
        #[test]
        fn counts_and_kinds_equal_those_of_comparing_every_pair(all in identities(), limit in 1usize..4) {
            let mut partnerships = Partnerships::with_limit(limit);
            Pictures::new(&all).record_copies(&mut partnerships);
            let found: BTreeMap<_, _> = partnerships
                .iter()
                .map(|(sample, split, partners)| ((sample, split), (partners.strongest, partners.pairs)))
                .collect();
            prop_assert_eq!(found, naive(&all));
        }
    }

    #[test]
    fn a_near_pair_holds_for_every_copy_of_both_pictures() {
        let identity = |split: u16, file: u32, pixels: u32| {
            let split = Some((SplitId(split), ROLES[split as usize]));
            Some(Identity {
                split,
                part: None,
                file,
                bytes: file,
                pixels,
                asked: true,
            })
        };
        // Samples 0 and 1 are copies in training; 2 and 3 are copies in validation.
        let all = [
            identity(0, 0, 0),
            identity(0, 1, 0),
            identity(1, 2, 1),
            identity(1, 3, 1),
        ];
        let pictures = Pictures::new(&all);
        assert_eq!(pictures.representatives(), [SampleId(0), SampleId(2)]);
        assert_eq!(pictures.representatives_in(Some(SplitId(1))), [SampleId(2)]);
        let mut partnerships = Partnerships::with_limit(1);
        let transform = crate::matching::pair::Transform::Rotate90;
        let near = Some(Near {
            distance: None,
            similarity: 0.9,
            transform,
            of_a: Area::WHOLE,
            of_b: Area::WHOLE,
        });
        let pair = Pair {
            kind: Leak::NearDuplicate,
            a: SampleId(2),
            b: SampleId(0),
            near,
        };
        pictures.record_between(pair, Some(SplitId(1)), Some(SplitId(0)), &mut partnerships);
        for sample in [SampleId(2), SampleId(3)] {
            let partners = partnerships.of(sample, Some(SplitId(0))).unwrap();
            assert_eq!((partners.pairs, partners.best.len()), (2, 1));
            assert_eq!(partners.best[0].near.unwrap().transform, transform);
        }
        // From training to validation nothing is asked.
        assert!(partnerships.of(SampleId(0), Some(SplitId(1))).is_none());
    }

    #[test]
    fn what_was_asked_about_teaches_only_where_it_is_the_half_of_all() {
        let identity = |pixels: u32, asked| {
            Some(Identity {
                split: Some((SplitId(0), SplitRole::Training)),
                part: None,
                file: pixels,
                bytes: pixels,
                pixels,
                asked,
            })
        };
        let settled = |asked: &[bool]| -> Vec<u32> {
            // Samples 0 and 3 show the same.
            let pixels = [0, 1, 2, 0];
            let all: Vec<Option<Identity>> = pixels
                .iter()
                .zip(asked)
                .map(|(&pixels, &asked)| identity(pixels, asked))
                .collect();
            Pictures::new(&all)
                .settled()
                .iter()
                .map(|one| one.id.0)
                .collect()
        };
        assert_eq!(settled(&[false; 4]), [0, 1, 2]);
        assert_eq!(settled(&[true; 4]), [0, 1, 2]);
        assert_eq!(settled(&[false, true, false, false]), [0, 2]);
        assert_eq!(settled(&[true, false, false, false]), [1, 2, 3]);
        assert_eq!(
            settled(&[true, true, false, false]),
            [1, 2, 3],
            "all teach; sample 3 stands for 0"
        );
    }
}
