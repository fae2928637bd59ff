//! A split that is proposed, searched as a check searches it.

use std::collections::BTreeSet;

use super::Scan;
use super::simulated;
use crate::finding::Code;
use crate::labels::Labels;
use crate::leak::Leak;
use crate::repair::Member;
use crate::report;
use crate::sample::{Dataset, SampleId};
use crate::settings::Settings;

/// Codes that are open because of what a proposal leaves out on purpose; sizes of splits are told.
pub(super) const LEFT_OUT: [Code; 2] = [Code::SampleWithoutSplit, Code::EmptySplit];

/// Kinds that names suspect and that a proposal keeps on one side, confirmed or not.
const SUSPECTED: [Leak; 2] = [Leak::OverlappingTile, Leak::AugmentedSibling];

/// What leaks between the splits.
pub(super) struct Leaks {
    /// Pairs that count as leaks, the evaluated sample first; in order, each once.
    pub(super) pairs: Vec<(SampleId, SampleId)>,
    /// The same of tiles and siblings that names suspect.
    pub(super) suspected: Vec<(SampleId, SampleId)>,
    /// Evaluated samples that leak.
    pub(super) samples: usize,
    /// Codes of what could tell of more leaks.
    pub(super) open: BTreeSet<&'static str>,
}

/// Searches a dataset that is divided otherwise than the one that was scanned; their samples are
/// the same, in the same order.
pub(super) fn leaks(
    settings: &Settings,
    again: &Dataset,
    scan: &Scan<'_>,
    labels: &Labels<'_>,
) -> Leaks {
    let searched = simulated::search(settings, again, scan);
    let evidence = searched.evidence(settings, again, labels, scan);
    let mut pairs: Vec<(SampleId, SampleId)> = Vec::new();
    for (id, with, partners) in searched.partners.iter() {
        let own = again.samples[id.index()].split;
        if own != with && evidence.counts_by_looks(partners.strongest) {
            let counted = |kind| evidence.counts_by_looks(kind);
            let listed = partners.best.iter().filter(|pair| counted(pair.kind));
            pairs.extend(listed.map(|pair| (pair.a, pair.b)));
        }
    }
    let leaks = searched.together.iter().flat_map(|split| &split.leaks);
    let counted = leaks.filter(|leak| evidence.counts(leak));
    pairs.extend(counted.map(|leak| (leak.evaluation, leak.training)));
    let samples: BTreeSet<SampleId> = pairs.iter().map(|pair| pair.0).collect();
    let suspected = searched.together.iter().flat_map(|split| &split.leaks);
    let suspected = suspected.filter(|leak| SUSPECTED.contains(&leak.kind));
    let suspected = suspected.filter(|leak| !evidence.counts(leak));
    let suspected = suspected.map(|leak| (leak.evaluation, leak.training));
    let suspected = suspected.collect();
    pairs.sort_unstable();
    pairs.dedup();
    let entries = report::leakage(&evidence);
    let open = entries.iter().flat_map(|entry| &entry.unknown);
    Leaks {
        samples: samples.len(),
        pairs,
        suspected,
        open: open.map(|code| code.name()).collect(),
    }
}

/// Leaking pairs that must stay together: all but frames of one recording, which a gap keeps apart.
pub(super) fn ties(pairs: &[(u32, u32)], members: &[Member]) -> Vec<(u32, u32)> {
    let recording = |at: u32| members[at as usize].place.map(|place| place.recording);
    let is_film = |&&(a, b): &&(u32, u32)| recording(a).is_some() && recording(a) == recording(b);
    let others = pairs.iter().filter(|pair| !is_film(pair));
    others.copied().collect()
}
