//! A regular expression that reads a part of names, ready to be pasted as `--group-pattern`.

use crate::sample::Sample;

use super::entity::Scheme;
use super::entity_judge::Part;
use super::fields::Kind;
use super::group::{self, Groups};
use super::pattern::GroupPattern;

/// A pattern that gives the groups; `None` where none of this kind does (the class belongs to them,
/// fields are left out).
pub(super) fn pattern(
    groups: &Groups,
    samples: &[Sample],
    chosen: &[(&Scheme<'_>, &Part)],
) -> Option<String> {
    if chosen
        .iter()
        .any(|(_, part)| part.with_class || !part.without.is_empty())
    {
        return None;
    }
    let text = match chosen {
        [(scheme, part)] => {
            let (before, group, behind) = written(scheme, part);
            format!("(?:^|/){before}(?<group>{group}){behind}")
        }
        several => {
            let written = several.iter().map(|(scheme, part)| written(scheme, part));
            let written: Vec<(String, String, String)> = written.collect();
            if written.iter().any(|(before, ..)| !before.is_empty()) {
                return None;
            }
            let mut groups: Vec<&str> = Vec::new();
            for (_, group, _) in &written {
                if !groups.contains(&group.as_str()) {
                    groups.push(group);
                }
            }
            format!("(?:^|/)(?<group>{})", groups.join("|"))
        }
    };
    let read = group::from_pattern(&GroupPattern::parse(&text).ok()?, samples)?;
    divides_alike(groups, &read).then_some(text)
}

/// A pattern for the folder of a file; `None` where that does not give the groups.
pub(super) fn of_folder(groups: &Groups, samples: &[Sample]) -> Option<String> {
    let text = "(?<group>[^/]+)/[^/]+$";
    let read = group::from_pattern(&GroupPattern::parse(text).ok()?, samples)?;
    divides_alike(groups, &read).then(|| text.to_owned())
}

/// What stands before the part, the part, and the separator behind it.
fn written(scheme: &Scheme<'_>, part: &Part) -> (String, String, String) {
    let (mut before, mut group) = (String::new(), String::new());
    let last = &scheme.columns[part.column];
    for (at, column) in scheme.columns.iter().enumerate().take(part.column + 1) {
        let text = if column.is_hash {
            "[0-9A-Za-z-]+".to_owned()
        } else {
            column_pattern(scheme, at)
        };
        let ends_field = scheme
            .columns
            .get(at + 1)
            .is_none_or(|next| next.field != column.field);
        let separator = match ends_field && at < part.column {
            true => regex::escape(scheme.rows[0].between[column.field + 1]),
            false => String::new(),
        };
        if column.is_hash && group.is_empty() {
            before += &(text + &separator);
        } else {
            group += &(text + &separator);
        }
    }
    let ends_field = scheme
        .columns
        .get(part.column + 1)
        .is_none_or(|next| next.field != last.field);
    let behind = match ends_field {
        true => regex::escape(scheme.rows[0].between[last.field + 1]),
        false => String::new(),
    };
    (before, group, behind)
}

fn column_pattern(scheme: &Scheme<'_>, at: usize) -> String {
    let column = &scheme.columns[at];
    let values = || scheme.rows.iter().filter_map(|row| column.value(row));
    let first = values().next().unwrap_or_default();
    if values().all(|value| value == first) {
        return regex::escape(first);
    }
    match column.kind {
        Some(Kind::Digits) if values().all(|value| value.len() == first.len()) => match first.len()
        {
            1 => r"\d".to_owned(),
            width => format!(r"\d{{{width}}}"),
        },
        Some(Kind::Digits) => r"\d+".to_owned(),
        Some(Kind::Letters) => r"\pL+".to_owned(),
        None => r"[\pL\d]+".to_owned(),
    }
}

/// Whether two ways of grouping put the same samples together, where both say something; the second
/// may say less for one sample in twenty.
fn divides_alike(one: &Groups, other: &Groups) -> bool {
    let mut to_other = vec![None; one.names.len()];
    let mut to_one = vec![None; other.names.len()];
    let (mut told, mut missing) = (0_usize, 0_usize);
    for (a, b) in one.of.iter().zip(&other.of) {
        let Some(a) = a else { continue };
        told += 1;
        let Some(b) = b else {
            missing += 1;
            continue;
        };
        if *to_other[*a as usize].get_or_insert(*b) != *b
            || *to_one[*b as usize].get_or_insert(*a) != *a
        {
            return false;
        }
    }
    missing * 20 <= told
}
