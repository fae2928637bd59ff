//! Leaked images that nobody has accepted, once each, with all that speaks for it.

use std::collections::BTreeMap;

use crate::report::{LeakedSample, PairMember, Report};

/// An evaluation image and its leaks: what pixels show first.
pub(super) struct LeakedImage<'a> {
    pub(super) image: &'a PairMember,
    /// Never empty; the strongest evidence first.
    pub(super) leaks: Vec<&'a LeakedSample>,
}

impl LeakedImage<'_> {
    /// Whether it counts as leaked, rather than being suspected for its name or columns.
    pub(super) fn is_counted(&self) -> bool {
        self.leaks.iter().any(|leak| leak.counted)
    }

    /// Kinds of evidence without repetition, such as `same-bytes, shared-group`.
    pub(super) fn kinds(&self) -> String {
        let mut kinds: Vec<&str> = Vec::new();
        for leak in &self.leaks {
            let kind = leak.code.name().trim_start_matches("leak-");
            if !kinds.contains(&kind) {
                kinds.push(kind);
            }
        }
        kinds.join(", ")
    }
}

/// Images with a leak that is not accepted: those that count first, then in order of path.
pub(super) fn images(report: &Report) -> Vec<LeakedImage<'_>> {
    let mut by_image: BTreeMap<&PairMember, Vec<&LeakedSample>> = BTreeMap::new();
    let rows = report.leaked_samples.iter();
    for leak in rows.filter(|leak| leak.accepted.is_none()) {
        by_image.entry(&leak.evaluation).or_default().push(leak);
    }
    let images = by_image.into_iter().map(|(image, mut leaks)| {
        leaks.sort_by_key(|leak| (!leak.counted, leak.code));
        LeakedImage { image, leaks }
    });
    let mut images: Vec<_> = images.collect();
    images.sort_by_key(|image| !image.is_counted());
    images
}
