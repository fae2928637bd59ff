//! Groups that a proposal keeps whole: those that are known, or those that names may tell, in case.

use std::collections::BTreeMap;

use super::Scan;
use super::recordings::is_divisible;
use crate::matching::Forest;
use crate::sequence::group::Groups;

/// Groups that the user declared, or else the widest that names tell and pixels confirm.
pub(super) fn known_groups<'a>(scan: &'a Scan<'_>) -> Option<&'a Groups> {
    let declared = scan
        .known
        .groups
        .iter()
        .find(|groups| groups.rule.is_declared());
    let confirmed = scan
        .known
        .entities
        .iter()
        .find(|entity| entity.is_confirmed());
    declared.or(confirmed.map(|entity| &entity.groups))
}

/// Groups that names or columns may tell, and nobody has answered: they are kept whole in case,
/// the widest of which no group holds more than a third of the samples, alone or with what its
/// copies bring along: what is in no other split whatever one does is not kept in case.
pub(super) fn asked_groups<'a>(scan: &'a Scan<'_>) -> Option<&'a Groups> {
    let alone = largest(scan.found.joined.clone());
    let mut asked = scan.known.entities.iter().map(|entity| &entity.groups);
    asked.find(|groups| {
        let with_copies = largest(with_groups(scan.found.joined.clone(), &groups.of));
        let is_whole = with_copies == alone || 3 * with_copies <= groups.of.len();
        is_divisible(&groups.of) && is_whole
    })
}

/// What hangs together through copies or through groups.
fn with_groups(mut joined: Forest, groups: &[Option<u32>]) -> Forest {
    let mut first: BTreeMap<u32, u32> = BTreeMap::new();
    for (at, group) in (0_u32..).zip(groups) {
        if let Some(group) = group {
            joined.join(*first.entry(*group).or_insert(at), at);
        }
    }
    joined
}

/// The most samples that hang together.
fn largest(mut joined: Forest) -> usize {
    joined.components().iter().map(Vec::len).max().unwrap_or(1)
}
