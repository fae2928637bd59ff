//! Files that may hold samples and were not read.

use std::collections::BTreeMap;

use super::Evidence;
use crate::finding::{Code, Finding, Subject};
use crate::sample::Unread;
use crate::wording::counted;

/// One finding for each split and form.
pub(super) fn not_read(evidence: &Evidence<'_>) -> Vec<Finding> {
    let mut groups: BTreeMap<(Option<&str>, &str), Vec<&Unread>> = BTreeMap::new();
    for one in &evidence.dataset.unread {
        let group = (one.split.as_deref(), one.reason.as_str());
        groups.entry(group).or_default().push(one);
    }
    let findings = groups.into_iter().map(|((split, reason), files)| {
        let n = counted(files.len(), "file");
        let paths = files.iter().map(|one| one.path.clone());
        let (code, message) = match split {
            Some(split) if reason == Unread::MISSING_SHARD => (
                Code::DataNotRead,
                format!(
                    "{n} of `{split}` not here, though others of the series are; fetch what is missing, and check again"
                ),
            ),
            Some(split) => (
                Code::DataNotRead,
                format!(
                    "{n} of `{split}` that may hold images, in a form that is not read: {reason}; unpack them or convert them to image files, and check again"
                ),
            ),
            None => (
                Code::DataBesideSplits,
                format!(
                    "{n} beside the splits that may hold images, in a form that is not read: {reason}; unpack what belongs to a split, and leave the rest"
                ),
            ),
        };
        let fact = format!("{} {reason}", split.unwrap_or_default());
        Finding::new(code, Subject::Paths(paths.collect()), message).told_by(fact)
    });
    findings.collect()
}
