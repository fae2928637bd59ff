//! Units that cannot be divided: stretches of recordings, declared groups, clusters of twins.

use super::Constraints;

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

/// Units in order of their first sample. Twins inside recordings do not tie: the chain of
/// neighbours would tie the whole film; such twins are purged instead.
pub(super) fn units(constraints: &Constraints, stretch: usize) -> Vec<Unit> {
    let members = constraints.members;
    let mut parent: Vec<usize> = (0..members.len()).collect();
    let mut tied = vec![false; members.len()];
    let mut order: Vec<usize> = (0..members.len()).collect();
    order.sort_by_key(|&i| (members[i].place, i));

    // Frames of one stretch are joined; simultaneous views never part.
    let placed: Vec<usize> = order
        .iter()
        .copied()
        .filter(|&i| members[i].place.is_some())
        .collect();
    for recording in placed.chunk_by(|&a, &b| {
        members[a].place.map(|p| p.recording) == members[b].place.map(|p| p.recording)
    }) {
        let mut start = 0;
        for at in 1..recording.len() {
            let same_instant = members[recording[at]].place == members[recording[at - 1]].place;
            if at - start >= stretch && !same_instant {
                start = at;
            } else {
                join(&mut parent, recording[at - 1], recording[at]);
            }
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
