//! Which splits are searched in which.

use crate::sample::{Dataset, Layout, SplitId, SplitRole};

/// Every pair of splits that is searched, in order: what is looked for, and where.
pub(super) fn questions(dataset: &Dataset) -> Vec<(Option<SplitId>, Option<SplitId>)> {
    let splits = dataset.splits.iter().zip((0u16..).map(SplitId));
    let mut questions = Vec::new();
    for (split, from) in splits
        .clone()
        .filter(|(split, _)| split.role.is_evaluation())
    {
        for (other, to) in splits.clone() {
            let leak = other.role == SplitRole::Training;
            let shared = other.role.is_evaluation() && from < to;
            if (leak || shared) && split.is_compared_with(other) {
                questions.push((Some(from), Some(to)));
            }
        }
    }
    questions.extend(splits.clone().map(|(_, split)| (Some(split), Some(split))));
    if dataset.samples.iter().any(|sample| sample.split.is_none()) {
        questions.push((None, None));
    }
    if lie_beside_splits(dataset) {
        // What is evaluated must not be trained on under another name.
        let evaluated = splits.filter(|(split, _)| split.role.is_evaluation());
        questions.extend(evaluated.map(|(_, split)| (None, Some(split))));
    }
    questions
}

/// Whether images lie beside the folders that are splits; what a table gives no split was left out.
fn lie_beside_splits(dataset: &Dataset) -> bool {
    dataset.layout == Layout::ImageFolder
        && dataset.samples.iter().any(|sample| sample.split.is_none())
}

#[cfg(test)]
mod tests {
    use super::super::testing::{SPLITS, World};
    use super::*;

    #[test]
    fn evaluation_is_searched_in_training_and_each_pair_of_evaluation_splits_once() {
        let mut world = World::new(&SPLITS);
        world.picture("a", Some(0), 1, 0);
        let split = |id| Some(SplitId(id));
        let across = [(2, 0), (2, 3), (3, 0)];
        let mut expected: Vec<_> = across.map(|(a, b)| (split(a), split(b))).to_vec();
        expected.extend((0..4).map(|id| (split(id), split(id))));
        assert_eq!(questions(&world.dataset), expected);
        world.picture("b", None, 2, 0);
        expected.push((None, None));
        world.dataset.layout = Layout::CsvManifest;
        assert_eq!(questions(&world.dataset), expected);
        world.dataset.layout = Layout::ImageFolder;
        expected.extend([(None, split(2)), (None, split(3))]);
        assert_eq!(questions(&world.dataset), expected);
    }
}
