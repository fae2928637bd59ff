//! Columns of probabilities that are named after the classes of the dataset, and percentages.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::sync::Arc;

use super::classes::ClassName;
use super::reading::{PREFIXES, of_two};
use super::{Line, PredictionError, says_nothing};

/// Numbers of a row in columns that have no other meaning, with the names of all such columns.
#[derive(Debug, Clone, PartialEq)]
pub struct Unnamed {
    /// As the header has them, in lower case.
    pub names: Arc<[String]>,
    /// One for each; NaN where the cell is no number.
    pub cells: Vec<f64>,
}

/// Lines whose probabilities are those of all classes of the dataset in its order, where columns
/// are named after them (`cat`, `p_cat`).
///
/// # Errors
/// Columns of which none means anything here.
pub(crate) fn with_named_columns<'a>(
    lines: &'a [Line],
    names: &[ClassName<'_>],
) -> Result<Cow<'a, [Line]>, PredictionError> {
    let first = lines.iter().find_map(|line| line.unnamed.as_ref());
    let Some(unnamed) = first else {
        return Ok(in_shares(Cow::Borrowed(lines)));
    };
    let places = places(&unnamed.names, names);
    let is_free = lines.iter().all(|line| line.probabilities.is_empty());
    let known = names.iter().zip(&places);
    let all_known = known
        .clone()
        .all(|((_, occurs), at)| at.is_some() || occurs.is_none());
    let n_known = places.iter().flatten().count();
    // Of two classes one column tells both.
    let one_of_two = names.len() == 2 && n_known == 1;
    if !is_free || !(one_of_two || (n_known > 1 && all_known)) {
        if lines.iter().all(says_nothing) {
            return Err(refusal(&unnamed.names, names, n_known));
        }
        return Ok(in_shares(Cow::Borrowed(lines)));
    }
    let named = lines.iter().map(|line| {
        let Some(own) = &line.unnamed else {
            return line.clone();
        };
        let cell = |at: &Option<usize>| at.map_or(0.0, |at| own.cells[at]);
        let probabilities = match (&places[..], one_of_two) {
            ([Some(first), None], true) => of_two(1.0 - own.cells[*first]),
            ([None, Some(second)], true) => of_two(own.cells[*second]),
            _ => places.iter().map(cell).collect(),
        };
        Line {
            probabilities,
            ..line.clone()
        }
    });
    Ok(in_shares(Cow::Owned(named.collect())))
}

/// The column of each class, where there is one.
fn places(columns: &[String], names: &[ClassName<'_>]) -> Vec<Option<usize>> {
    let plain = |name: &str| name.trim().to_lowercase().replace([' ', '-'], "_");
    let at: BTreeMap<String, usize> = columns.iter().map(|name| plain(name)).zip(0..).collect();
    let own = names.iter().map(|(name, _)| {
        let name = plain(name);
        let prefixed = PREFIXES.iter().map(|prefix| format!("{prefix}{name}"));
        let mut spellings = std::iter::once(name.clone()).chain(prefixed);
        spellings.find_map(|spelling| at.get(&spelling).copied())
    });
    own.collect()
}

fn refusal(columns: &[String], names: &[ClassName<'_>], n_known: usize) -> PredictionError {
    const SHOWN: usize = 6;
    let shown: Vec<&str> = columns.iter().take(SHOWN).map(String::as_str).collect();
    let more = if columns.len() > SHOWN { ", .." } else { "" };
    let mut found = format!("{}{more}", shown.join(", "));
    if n_known > 0 {
        let named = names.len();
        found += &format!(" (probabilities of {n_known} of the {named} classes of the dataset)");
    }
    PredictionError::Columns { found }
}

/// Percentages as shares: where all rows add up to about 100.
fn in_shares(lines: Cow<'_, [Line]>) -> Cow<'_, [Line]> {
    let mut rows = lines
        .iter()
        .map(|line| &line.probabilities)
        .filter(|row| !row.is_empty());
    let is_percent = |row: &Vec<f64>| {
        let sum: f64 = row.iter().sum();
        row.iter().all(|p| (0.0..=100.0).contains(p)) && (sum - 100.0).abs() < 2.0
    };
    let any = lines.iter().any(|line| !line.probabilities.is_empty());
    if !any || !rows.all(is_percent) {
        return lines;
    }
    let mut lines = lines.into_owned();
    for line in &mut lines {
        for share in &mut line.probabilities {
            *share /= 100.0;
        }
    }
    Cow::Owned(lines)
}

#[cfg(test)]
mod tests {
    use super::super::parse;
    use super::*;

    const NAMES: [ClassName<'static>; 3] = [("Cat", Some(0)), ("dog", None), ("sea lion", Some(1))];

    fn probabilities(text: &str, names: &[ClassName<'_>]) -> Result<Vec<Vec<f64>>, String> {
        let lines = parse(text.as_bytes()).unwrap();
        let named = with_named_columns(&lines, names).map_err(|error| error.to_string())?;
        Ok(named
            .iter()
            .map(|line| line.probabilities.clone())
            .collect())
    }

    #[test]
    fn columns_named_after_classes_are_in_the_order_of_the_dataset() {
        let expected = Ok(vec![vec![0.25, 0.25, 0.5]]);
        let of = |text| probabilities(text, &NAMES);
        assert_eq!(
            of("path,sea_lion,cat,dog,width\na,0.5,0.25,0.25,640\n"),
            expected
        );
        assert_eq!(
            of("path,p_dog,p_cat,prob_sea lion\na,0.25,0.25,0.5\n"),
            expected
        );
        // A class that no sample at hand is of may be unknown to the model.
        assert_eq!(
            of("path,cat,sea lion\na,0.5,0.5\n"),
            Ok(vec![vec![0.5, 0.0, 0.5]])
        );
        let [two, one] = ["path,p_dog\na,0.75\n", "path,cat\na,0.25\n"];
        assert_eq!(probabilities(two, &NAMES[..2]), Ok(vec![vec![0.25, 0.75]]));
        assert_eq!(probabilities(one, &NAMES[..2]), Ok(vec![vec![0.25, 0.75]]));
    }

    #[test]
    fn columns_that_are_no_classes_are_refused_or_left_alone() {
        let refused = probabilities("path,cat,dog\na,0.5,0.5\n", &NAMES).unwrap_err();
        assert!(
            refused.contains("cat, dog (probabilities of 2 of the 3"),
            "{refused}"
        );
        let refused = probabilities("path,width\na,640\n", &NAMES).unwrap_err();
        assert!(refused.contains("columns width;"), "{refused}");
        let with_answer = "path,y_pred,width\na,cat,640\n";
        assert_eq!(probabilities(with_answer, &NAMES), Ok(vec![vec![]]));
        let both = "path,p_0,p_1,p_2,cat,dog,sea lion\na,1,0,0,0,0,1\n";
        assert_eq!(probabilities(both, &NAMES), Ok(vec![vec![1.0, 0.0, 0.0]]));
    }

    #[test]
    fn percentages_are_shares_where_all_rows_are_percentages() {
        let of = |rows: &str| probabilities(&format!("path,p_0,p_1\n{rows}"), &[]).unwrap();
        assert_eq!(of("a,95,5\nb,40,60\n"), [[0.95, 0.05], [0.4, 0.6]]);
        assert_eq!(of("a,95,5\nb,0.4,0.6\n"), [[95.0, 5.0], [0.4, 0.6]]);
        assert_eq!(of("a,0.95,0.05\n"), [[0.95, 0.05]]);
    }
}
