//! How many samples the report counts as leaked, for the explanation: exposure knows rows, places
//! and declared groups, and not what names and columns tell beside them.

use crate::explain::inputs::Counted;
use crate::leak::Leak;
use crate::report::Leakage;

/// What the report counts as leaked of the explained split.
#[derive(Debug, Default, PartialEq)]
pub(super) struct CountedRows {
    leaked: u64,
    together: u64,
    shared: Vec<&'static str>,
}

impl CountedRows {
    pub(super) fn as_counted(&self) -> Counted<'_> {
        Counted {
            leaked: self.leaked,
            together: self.together,
            shared: &self.shared,
        }
    }
}

/// Counts what leaks into the explained split. A sample may leak from several training splits: the
/// largest count is what leaks at least.
pub(super) fn of(leakage: &[Leakage], evaluation: &str) -> CountedRows {
    let own = leakage
        .iter()
        .filter(|entry| entry.evaluation_split == evaluation);
    own.fold(CountedRows::default(), |mut rows, entry| {
        let of_kind = |kind: Leak| entry.by_kind.get(&kind).copied().unwrap_or(0);
        let all: u64 = entry.by_kind.values().sum();
        // Other passes of a place are listed where they do not count, too.
        let listed = all.saturating_sub(entry.leaked.count);
        let kinds = ways_of_belonging().map(|(kind, shared)| {
            let uncounted = if kind == Leak::AnotherPass { listed } else { 0 };
            (of_kind(kind).saturating_sub(uncounted), shared)
        });
        rows.leaked = rows.leaked.max(entry.leaked.count);
        rows.together = rows.together.max(kinds.iter().map(|(n, _)| n).sum());
        let shared = kinds
            .into_iter()
            .filter(|(n, _)| *n > 0)
            .map(|(_, shared)| shared);
        for one in shared {
            if !rows.shared.contains(&one) {
                rows.shared.push(one);
            }
        }
        rows
    })
}

/// Leaks of what belongs together whatever looks and time say, with what is shared.
fn ways_of_belonging() -> [(Leak, &'static str); 4] {
    [
        (Leak::OverlappingTile, "tiles of one image"),
        (Leak::AugmentedSibling, "augmented copies of one source"),
        (Leak::SharedGroup, "one group"),
        (Leak::AnotherPass, "passes of one place"),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rate::Rate;
    use crate::report::Verdict;
    use std::collections::BTreeMap;

    fn entry(split: &str, leaked: u64, by_kind: &[(Leak, u64)]) -> Leakage {
        Leakage {
            evaluation_split: split.to_owned(),
            training_split: "train".to_owned(),
            part: None,
            verdict: Verdict::Leaks,
            unknown: Vec::new(),
            leaked: Rate::new(leaked, 100),
            suspected: Rate::new(0, 100),
            by_kind: by_kind.iter().copied().collect(),
            recorded_together: BTreeMap::new(),
            worst: Vec::new(),
        }
    }

    #[test]
    fn what_leaks_by_belonging_together_is_told_from_what_pixels_show() {
        let kinds = [
            (Leak::SameBytes, 3),
            (Leak::SharedGroup, 20),
            (Leak::OverlappingTile, 9),
        ];
        let entries = [
            entry("val", 32, &kinds),
            entry("val", 5, &[(Leak::SameBytes, 5)]),
            entry("test", 90, &[(Leak::SharedGroup, 90)]),
        ];
        let found = of(&entries, "val");
        assert_eq!((found.leaked, found.together), (32, 29));
        assert_eq!(found.shared, ["tiles of one image", "one group"]);
    }

    #[test]
    fn passes_of_one_place_are_together_only_where_they_count() {
        let kinds = [(Leak::SameBytes, 3), (Leak::AnotherPass, 20)];
        assert_eq!(of(&[entry("val", 3, &kinds)], "val").together, 0);
        assert_eq!(of(&[entry("val", 23, &kinds)], "val").together, 20);
    }
}
