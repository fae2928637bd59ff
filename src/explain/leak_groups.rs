//! Evaluation samples that stand or fall together: the units of every interval.
//!
//! A sample of a recording belongs to a stretch of it as long as the decorrelation lag; other
//! samples belong to their declared group, and where they have none, to the component of twins, and
//! of what counts as belonging together, that they are in.

use super::inputs::{Inputs, Row, Setting, Twin};

/// Group id of every row. Ids mean nothing but equality; they are the same for the same inputs.
#[must_use]
pub(crate) fn leak_groups(inputs: &Inputs, lag: u32) -> Vec<u32> {
    let together = inputs.together.pairs.iter().copied();
    let component = components(inputs.rows, usual(inputs.twins).chain(together));
    let keys: Vec<(u8, u32, u32)> = (0..inputs.rows.len())
        .map(|i| match (inputs.rows[i].place, inputs.rows[i].group) {
            (Some(place), _) => (0, place.recording, place.position / lag.max(1)),
            (None, Some(group)) => (1, group, 0),
            (None, None) => (2, component[i], 0),
        })
        .collect();
    let mut order: Vec<usize> = (0..keys.len()).collect();
    order.sort_by_key(|&i| keys[i]);
    let mut groups = vec![0; keys.len()];
    let mut id = 0;
    for (rank, &i) in order.iter().enumerate() {
        if rank > 0 && keys[order[rank - 1]] != keys[i] {
            id += 1;
        }
        groups[i] = id;
    }
    groups
}

/// Connected components of twins, named by their smallest row.
#[must_use]
pub(crate) fn twin_components(rows: &[Row], twins: &[Twin]) -> Vec<u32> {
    components(rows, usual(twins))
}

/// Twins at the usual setting, as pairs of rows.
fn usual(twins: &[Twin]) -> impl Iterator<Item = (u32, u32)> + '_ {
    let usual = twins.iter().filter(|twin| twin.setting <= Setting::Default);
    usual.map(|twin| (twin.a, twin.b))
}

/// Connected components of pairs, named by their smallest row. Pairs within recordings do not join:
/// frames of a film resemble their neighbours, and the chain would make one component of it all;
/// their lag tells more.
fn components(rows: &[Row], pairs: impl Iterator<Item = (u32, u32)>) -> Vec<u32> {
    let mut parent: Vec<u32> = (0..rows.len() as u32).collect();
    let placed = |row: u32| rows[row as usize].place.is_some();
    for (a, b) in pairs.filter(|(a, b)| !(placed(*a) && placed(*b))) {
        let (a, b) = (root(&mut parent, a), root(&mut parent, b));
        parent[a.max(b) as usize] = a.min(b);
    }
    (0..rows.len() as u32)
        .map(|row| root(&mut parent, row))
        .collect()
}

fn root(parent: &mut [u32], mut row: u32) -> u32 {
    while parent[row as usize] != row {
        let above = parent[parent[row as usize] as usize];
        parent[row as usize] = above;
        row = above;
    }
    row
}
