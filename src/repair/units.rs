//! Units that cannot be divided: stretches of recordings, declared groups, clusters of twins.

use super::{Constraints, Member};

/// Evaluation samples that come in this many stretches cover more of a recording than one would.
const STRETCHES: usize = 5;

/// Samples that go to one side together.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Unit {
    /// The samples, in order of recording and position.
    pub(super) rows: Vec<u32>,
    /// Whether a part of it may be taken: a stretch of one recording that nothing else ties.
    pub(super) divisible: bool,
}

/// Length of a stretch, in samples: a fifth of what is wanted, but so long that purging its two
/// ends costs little.
pub(super) fn stretch_length(evaluation_size: usize, purge: u32) -> usize {
    (evaluation_size / STRETCHES).max(4 * purge as usize).max(1)
}

/// Samples that stand in recordings, in order of recording and position.
pub(super) fn placed(members: &[Member]) -> Vec<usize> {
    let is_placed = |&i: &usize| members[i].place.is_some();
    let mut placed: Vec<usize> = (0..members.len()).filter(is_placed).collect();
    placed.sort_by_key(|&i| (members[i].place, i));
    placed
}

/// Whether two samples stand in one recording.
pub(super) fn of_one_recording(members: &[Member], a: usize, b: usize) -> bool {
    let recording = |i: usize| members[i].place.map(|place| place.recording);
    recording(a).is_some() && recording(a) == recording(b)
}

/// The stretch of each sample in a recording: a new one begins after every `length` samples, never
/// between simultaneous views. Numbers rise along a recording; without one they mean nothing.
pub(super) fn stretches(members: &[Member], length: usize) -> Vec<u32> {
    let mut stretch = vec![0; members.len()];
    for recording in placed(members).chunk_by(|&a, &b| of_one_recording(members, a, b)) {
        let mut start = 0;
        for at in 1..recording.len() {
            let (before, own) = (recording[at - 1], recording[at]);
            let begins = at - start >= length && members[own].place != members[before].place;
            if begins {
                start = at;
            }
            stretch[own] = stretch[before] + u32::from(begins);
        }
    }
    stretch
}

/// Units in order of their first sample; frames of one of the given stretches of a recording stay
/// together. Twins inside recordings do not tie: the chain of neighbours would tie the whole film;
/// such twins are purged instead.
pub(super) fn units(constraints: &Constraints, stretches: &[u32]) -> Vec<Unit> {
    let members = constraints.members;
    let mut parent: Vec<usize> = (0..members.len()).collect();
    let mut tied = vec![false; members.len()];
    let mut order: Vec<usize> = (0..members.len()).collect();
    order.sort_by_key(|&i| (members[i].place, i));

    for pair in placed(members).windows(2) {
        let (a, b) = (pair[0], pair[1]);
        if of_one_recording(members, a, b) && stretches[a] == stretches[b] {
            join(&mut parent, a, b);
        }
    }
    let mut by_group: Vec<usize> = (0..members.len())
        .filter(|&i| members[i].group.is_some())
        .collect();
    by_group.sort_by_key(|&i| (members[i].group, i));
    for pair in by_group
        .windows(2)
        .filter(|pair| members[pair[0]].group == members[pair[1]].group)
    {
        join(&mut parent, pair[0], pair[1]);
        tied[pair[1]] = true;
    }
    for &(a, b) in constraints.twins {
        let (a, b) = (a as usize, b as usize);
        if members[a].place.is_none() || members[b].place.is_none() {
            join(&mut parent, a, b);
            tied[a] = true;
        }
    }
    collect(constraints, &order, &mut parent, &tied)
}

fn collect(
    constraints: &Constraints,
    order: &[usize],
    parent: &mut [usize],
    tied: &[bool],
) -> Vec<Unit> {
    let mut position = vec![usize::MAX; parent.len()];
    let mut units: Vec<Unit> = Vec::new();
    for &i in order {
        let root = root(parent, i);
        if position[root] == usize::MAX {
            position[root] = units.len();
            units.push(Unit {
                rows: Vec::new(),
                divisible: true,
            });
        }
        let unit = &mut units[position[root]];
        unit.rows.push(i as u32);
        unit.divisible &= !tied[i] && constraints.members[i].place.is_some();
    }
    units
}

fn join(parent: &mut [usize], a: usize, b: usize) {
    let (a, b) = (root(parent, a), root(parent, b));
    parent[a.max(b)] = a.min(b);
}

fn root(parent: &mut [usize], mut i: usize) -> usize {
    while parent[i] != i {
        parent[i] = parent[parent[i]];
        i = parent[i];
    }
    i
}
