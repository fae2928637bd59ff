//! Descriptions of training that hold what others divide: `train.csv` beside `splits/train.csv` and
//! `splits/val.csv`, `train_full.json` beside `train.json` and `val.json`.

use std::collections::HashSet;

use crate::sample::SplitRole;

/// Percent of a description that the whole must hold.
const HELD: usize = 95;

/// Percent that two parts of it may share.
const SHARED: usize = 10;

/// Whether each description, by its role and what it names, is the whole of one to train on and one
/// to evaluate on. Where nothing else is trained on, it is trained on itself.
pub(super) fn wholes(all: &[(SplitRole, HashSet<&str>)]) -> Vec<bool> {
    let is_whole = |at: usize| all[at].0 == SplitRole::Training && holds_both(all, at);
    (0..all.len()).map(is_whole).collect()
}

/// Whether a description holds one to train on and one to evaluate on, which divide it.
pub(super) fn holds_both(all: &[(SplitRole, HashSet<&str>)], at: usize) -> bool {
    let share = |some: &HashSet<&str>, of: &HashSet<&str>| {
        let both = some.iter().filter(|name| of.contains(*name)).count();
        both * 100 / some.len().max(1)
    };
    let names = &all[at].1;
    let is_inside = |other: &HashSet<&str>| {
        !other.is_empty() && other.len() < names.len() && share(other, names) >= HELD
    };
    let of_role = |is_meant: fn(SplitRole) -> bool| {
        let others = all.iter().enumerate().filter(move |one| one.0 != at);
        let others = others.map(|(_, one)| one);
        others.filter(move |(role, other)| is_meant(*role) && is_inside(other))
    };
    let mut trained = of_role(|role| role == SplitRole::Training);
    trained.any(|(_, trained)| {
        let mut evaluated = of_role(SplitRole::is_evaluation);
        evaluated.any(|(_, evaluated)| share(evaluated, trained) <= SHARED)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_training_and_an_evaluation_part_divide_is_their_whole() {
        let set = |names: &'static str| names.split(' ').collect::<HashSet<&str>>();
        let (train, val) = (SplitRole::Training, SplitRole::Validation);
        let told = |all: &[(SplitRole, &'static str)]| {
            let all: Vec<_> = all
                .iter()
                .map(|(role, names)| (*role, set(names)))
                .collect();
            wholes(&all)
        };
        let whole = (train, "a b c d");
        assert_eq!(
            told(&[whole, (train, "a b c"), (val, "d")]),
            [true, false, false]
        );
        // Nothing else is trained on.
        assert_eq!(told(&[whole, (val, "d")]), [false, false]);
        // Parts that share what they evaluate on divide nothing.
        assert_eq!(told(&[whole, (train, "a b d"), (val, "d")]), [false; 3]);
        // Pictures of its own that were not divided.
        assert_eq!(told(&[whole, (train, "e f"), (val, "g")]), [false; 3]);
    }
}
