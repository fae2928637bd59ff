//! Files that a report may speak of: images in splits and beside them, masks, and what loading met.

use crate::sample::{Dataset, ProblemKind, SampleId};
use crate::source::{Place, Source};

/// One of them.
pub(super) struct File<'a> {
    /// Its path below the root; that of the container for what lies in one.
    pub(super) path: &'a str,
    /// Where its bytes are.
    pub(super) source: Source<'a>,
    /// Whether it is an image that is compared, or would be if a list named it.
    pub(super) is_image: bool,
}

/// All of them; some more than once.
pub(super) fn told_of(dataset: &Dataset) -> impl Iterator<Item = File<'_>> {
    let samples = dataset.samples.iter().zip((0..).map(SampleId));
    let samples = samples.map(|(sample, id)| File {
        path: sample.file(),
        source: dataset.source(id),
        is_image: true,
    });
    let masks = dataset.companions.iter().map(|mask| File {
        path: mask.file(),
        source: mask.source(&dataset.root),
        is_image: false,
    });
    let problems = dataset.problems.iter();
    let problems = problems.filter(|one| dataset.root.join(&one.path).is_file());
    let problems = problems.map(|one| File {
        path: &one.path,
        source: Source::new(&dataset.root, &one.path, &Place::Named),
        is_image: one.kind == ProblemKind::Unlisted,
    });
    samples.chain(masks).chain(problems)
}
