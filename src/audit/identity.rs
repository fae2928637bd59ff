//! How findings are known again in another run: by content, not by place.

use std::collections::BTreeMap;

use crate::checks::Evidence;
use crate::finding::{Code, Finding, fingerprint};
use crate::report::{LeakedSample, PairMember};
use crate::sample::{Dataset, SampleId, SplitId, SplitRole};
use crate::signature::Signed;
use crate::signature::digest::Digest;
use crate::source::Source;

/// Identities of the files of one dataset.
pub(super) struct Identities<'a> {
    dataset: &'a Dataset,
    signatures: &'a [Signed],
    /// Digests of files without a signature; they are few.
    unsigned: BTreeMap<SampleId, Option<Digest>>,
}

impl<'a> Identities<'a> {
    pub(super) fn new(dataset: &'a Dataset, signatures: &'a [Signed]) -> Self {
        Self {
            dataset,
            signatures,
            unsigned: BTreeMap::new(),
        }
    }

    /// A finding about one file, known by that file. Findings about many know themselves already.
    pub(super) fn know(&mut self, finding: Finding) -> Finding {
        let [path] = finding.paths.as_slice() else {
            return finding;
        };
        let by_path = Finding::new(finding.code, String::new(), finding.paths.clone());
        if finding.fingerprint != by_path.fingerprint {
            return finding;
        }
        let samples = &self.dataset.samples;
        let identity = match samples.binary_search_by(|sample| (*sample.path).cmp(path)) {
            Ok(at) => self.of(SampleId(at as u32)),
            Err(_) => name_of(path).to_vec(),
        };
        finding.known_by(&identity)
    }

    /// What identifies the file of a sample: its content, or its name where it has none
    /// or an empty one, which many files share.
    fn of(&mut self, id: SampleId) -> Vec<u8> {
        let (dataset, signatures) = (self.dataset, self.signatures);
        let content = match &signatures[id.index()] {
            Ok(signature) => Some(signature.byte_digest),
            Err(_) => *self
                .unsigned
                .entry(id)
                .or_insert_with(|| content_digest(dataset.source(id))),
        };
        match content {
            Some(digest) => digest.0.to_vec(),
            None => name_of(&dataset.samples[id.index()].path).to_vec(),
        }
    }

    /// Every leaked evaluation sample, by training split and code, in order of path.
    pub(super) fn leaked_samples(&mut self, evidence: &Evidence<'_>) -> Vec<LeakedSample> {
        let dataset = self.dataset;
        let role = |split: SplitId| dataset.splits[split.index()].role;
        let mut rows: Vec<(SampleId, SplitId, Code, SampleId, bool)> = Vec::new();
        for (sample, with, partners) in evidence.partners.iter() {
            let (Some(own), Some(with)) = (dataset.samples[sample.index()].split, with) else {
                continue;
            };
            if !role(own).is_evaluation() || role(with) != SplitRole::Training {
                continue;
            }
            let code = Code::of_pixels(partners.strongest);
            rows.push((sample, with, code, partners.top.b, true));
        }
        for split in evidence.together {
            let leaks = split.leaks.iter();
            rows.extend(leaks.map(|leak| {
                let code = Code::of_together(leak.kind);
                let readable = self.signatures[leak.evaluation.index()].is_ok();
                let counted = readable && evidence.counts(leak);
                (
                    leak.evaluation,
                    split.training,
                    code,
                    leak.training,
                    counted,
                )
            }));
        }
        rows.sort_unstable();
        let rows = rows
            .into_iter()
            .map(|(evaluation, _, code, training, counted)| {
                let role = dataset
                    .split(evaluation)
                    .map_or("", |split| split.role.name());
                LeakedSample {
                    code,
                    counted,
                    fingerprint: fingerprint(role, [self.of(evaluation).as_slice()]),
                    evaluation: PairMember::of(dataset, evaluation),
                    training: PairMember::of(dataset, training),
                    accepted: None,
                }
            });
        rows.collect()
    }
}

/// Digest of bytes that are no image; `None` where there are none, or too many to be read for that
/// alone.
fn content_digest(source: Source<'_>) -> Option<Digest> {
    const MOST_BYTES: u64 = 1 << 28;
    let bytes = source.bytes_up_to(MOST_BYTES).ok()?;
    (!bytes.is_empty()).then(|| Digest::of(&bytes))
}

fn name_of(path: &str) -> &[u8] {
    path.rsplit('/').next().unwrap_or(path).as_bytes()
}
