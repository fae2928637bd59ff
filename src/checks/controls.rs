//! Whether copies would be found in this dataset: what edited pictures of its own say.

use super::Evidence;
use crate::finding::{Code, Finding, Subject};

/// One finding about the dataset where copies that were merely saved again may be missed.
pub(super) fn copies_missed(evidence: &Evidence<'_>) -> Vec<Finding> {
    let missed = evidence.controls.filter(|one| one.misses_copies());
    let finding = missed.map(|controls| {
        let message = format!(
            "of {} training images that were saved again for a trial, as JPEG and, where they are not small, at half their size, {} were found again, and {} with 3 % \
             cut off at each edge: what tells these pictures from each other is so faint that edited copies would be missed; same files and same pixels \
             are found. If names or a column say what each picture was made from, say `--group-pattern` or `--group-column`",
            controls.pictures, controls.saved, controls.cropped
        );
        Finding::new(Code::CopiesMissed, Subject::Whole, message)
    });
    finding.into_iter().collect()
}

#[cfg(test)]
mod tests {
    use super::super::testing::World;
    use super::*;
    use crate::report::Controls;

    #[test]
    fn copies_are_missed_where_fewer_than_three_in_four_trials_are_found() {
        let found = |saved: Option<u64>| {
            let mut world = World::new();
            world.controls = saved.map(|saved| Controls {
                pictures: 32,
                saved,
                cropped: 0,
            });
            copies_missed(&world.evidence()).len()
        };
        assert_eq!(
            [None, Some(32), Some(24), Some(23), Some(0)].map(found),
            [0, 0, 0, 1, 1]
        );
    }
}
