//! Names whose identifier itself holds separators, now more and now fewer: `drive_a_mp4-0` beside
//! `yard-2_mp4-0`, or the identifiers of `YouTube`.
//!
//! Their schemes differ, and what stands behind the identifier does not. Where it was found to be
//! an entity in one scheme, it is one in the others that end alike.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use crate::sample::Sample;

use super::entity::Scheme;
use super::entity_judge::Part;
use super::fields::{self, Fields, Kind};

/// What stands behind a part.
struct Tail<'a> {
    /// Separators before, between and behind its fields.
    between: Vec<&'a str>,
    fields: Vec<Behind<'a>>,
}

/// One field behind a part.
struct Behind<'a> {
    /// What it is in all names of the scheme; `None` where it varies.
    text: Option<&'a str>,
    /// Where letters and digits change; `None` where that varies.
    shape: Option<Vec<Kind>>,
}

impl<'a> Tail<'a> {
    /// `None` where nothing stands behind the part, or something of what is before it is left out.
    fn of(scheme: &Scheme<'a>, part: &Part) -> Option<Self> {
        let field = scheme.columns.get(part.column)?.field;
        let ends_field = scheme
            .columns
            .get(part.column + 1)
            .is_none_or(|next| next.field != field);
        let before = &scheme.columns[..=part.column];
        let is_whole = part.without.is_empty()
            && !part.with_class
            && before.iter().all(|column| !column.is_hash);
        let first = scheme.rows.first()?;
        if !(ends_field && is_whole && field + 1 < first.fields.len()) {
            return None;
        }
        let behind = |at: usize| {
            let same = scheme
                .rows
                .iter()
                .all(|row| row.fields.get(at) == first.fields.get(at));
            let varies = scheme
                .columns
                .iter()
                .any(|column| column.field == at && column.run.is_none());
            Behind {
                text: same.then_some(first.fields[at]),
                shape: (!varies).then(|| shape(first.fields[at])),
            }
        };
        Some(Self {
            between: first.between[field + 1..].to_vec(),
            fields: (field + 1..first.fields.len()).map(behind).collect(),
        })
    }

    /// What stands before it in a name that ends so.
    fn head(&self, row: &Fields<'_>) -> Option<String> {
        let kept = row.fields.len().checked_sub(self.fields.len())?;
        let fits = |(own, behind): (&&str, &Behind<'_>)| {
            behind.text.is_none_or(|text| text == *own)
                && behind
                    .shape
                    .as_ref()
                    .is_none_or(|known| *known == shape(own))
        };
        let ends_so = kept > 0
            && row.between[kept..] == self.between[..]
            && row.fields[kept..].iter().zip(&self.fields).all(fits);
        let mut head = String::new();
        for at in 0..kept {
            head.push_str(row.fields[at]);
            if at + 1 < kept {
                head.push_str(row.between[at + 1]);
            }
        }
        ends_so.then_some(head)
    }
}

fn shape(field: &str) -> Vec<Kind> {
    let runs = fields::runs(field).into_iter();
    runs.map(|(kind, _)| kind).collect()
}

/// What stands before a tail in the names of one scheme.
#[derive(Default)]
struct Heads {
    different: BTreeSet<String>,
    of: Vec<(usize, String)>,
}

/// Values of samples that are of no chosen scheme and end as one of them does, by position. A
/// scheme with several values has been judged by itself.
pub(super) fn heads(samples: &[Sample], chosen: &[(&Scheme<'_>, &Part)]) -> HashMap<usize, String> {
    let tails = chosen
        .iter()
        .filter_map(|(scheme, part)| Tail::of(scheme, part));
    let tails: Vec<Tail<'_>> = tails.collect();
    if tails.is_empty() {
        return HashMap::new();
    }
    let known: HashSet<String> = chosen
        .iter()
        .map(|(scheme, _)| scheme.rows[0].scheme())
        .collect();
    let mut of_scheme: BTreeMap<String, Heads> = BTreeMap::new();
    for (at, sample) in samples.iter().enumerate() {
        let row = Fields::of(sample);
        let scheme = row.scheme();
        if known.contains(&scheme) {
            continue;
        }
        if let Some(head) = tails.iter().find_map(|tail| tail.head(&row)) {
            let own = of_scheme.entry(scheme).or_default();
            own.different.insert(head.clone());
            own.of.push((at, head));
        }
    }
    let single = of_scheme
        .into_values()
        .filter(|own| own.different.len() == 1);
    single.flat_map(|own| own.of).collect()
}

#[cfg(test)]
mod tests {
    use crate::sequence::entity::candidates;
    use crate::sequence::testing;

    /// How many values are told of names of these recordings, and of how many samples.
    fn told(recordings: &[&str], behind: &str) -> (usize, usize) {
        let names: Vec<String> = recordings
            .iter()
            .flat_map(|own| (0..20).map(move |at| format!("train/{own}{behind}{at:04}.png")))
            .collect();
        let samples = testing::samples(&names);
        let found = candidates(&samples);
        let groups = found.first().map(|first| &first.groups);
        groups.map_or((0, 0), |groups| {
            (groups.names.len(), groups.of.iter().flatten().count())
        })
    }

    #[test]
    fn recordings_are_told_whatever_separators_their_names_hold() {
        let recordings = ["drive_a", "IMG_4411", "yard-2", "p-1-x"];
        assert_eq!(told(&recordings, "_mp4-"), (4, 80));
        let of_youtube = ["dQw4w9WgXcQ", "9bZkp7q19f0", "-3B32lodo2M", "kJ-k_JGKF9s"];
        assert_eq!(told(&of_youtube, "_000059_"), (4, 80));
    }

    #[test]
    fn a_name_that_ends_otherwise_has_no_value() {
        let names = ["drive_a_mp4-", "IMG_4411_mp4-", "yard-2_avi-"];
        assert_eq!(told(&names, ""), (2, 40));
    }
}
