//! Names of pictures that were cut from others: the name of a film or document, the second at which
//! a photo was taken, or a long code behind what counts the pieces.

use std::collections::{BTreeSet, HashSet};

use crate::sample::Sample;

use super::entity::{Column, Scheme};
use super::entity_attributes::is_day;
use super::entity_counts::{Counts, count};
use super::entity_judge::{Classes, FEWEST_VALUES, Part, follows_class, is_code, is_sparse};
use super::fields::Kind;

/// Most pictures of one code, on average.
const MOST_OF_CODE: usize = 20;
/// Fewest digits of a number that is given rather than counted.
const FEWEST_DIGITS: usize = 6;
/// Digits of a day with a time, and of seconds since 1970.
const OF_SECOND: usize = 14;
const OF_EPOCH: usize = 10;

/// The part that ends with the column `at`, where it names a file of several pictures
/// (`kurz.pdf_2`, `A000001_L.avi.1421`), or ends with a time, `timed` being the columns of one, to
/// the second.
pub(super) fn source(
    scheme: &Scheme<'_>,
    samples: &[Sample],
    at: usize,
    timed: &BTreeSet<usize>,
) -> Option<Part> {
    let part = whole(at, Vec::new());
    if is_file_name(scheme, at) {
        let counts = count(scheme, samples, &part);
        return (counts.values > 1 && repeats(&counts, 2)).then_some(part);
    }
    if !is_second(scheme, at, timed) {
        return None;
    }
    let counts = count(scheme, samples, &part);
    // Pieces of a photo, or frames of a recording that began then.
    let is_cut = counts.values >= FEWEST_VALUES && counts.rest_varies && repeats(&counts, 2);
    is_cut.then_some(part)
}

/// A code that stands behind what differs from piece to piece: `patch_12_10_by_20_LC08_038033`.
pub(super) fn code(scheme: &Scheme<'_>, samples: &[Sample], classes: &Classes) -> Option<Part> {
    let columns = scheme.columns.iter().enumerate();
    columns
        .filter(|(_, column)| !column.is_hash && column.run.is_none_or(|run| run == 0))
        .find_map(|(at, column)| {
            let values: Vec<&str> = scheme.rows.iter().filter_map(|r| column.value(r)).collect();
            if column.field == 0 || !is_given(&values, column) {
                return None;
            }
            let part = whole(at, (0..column.field).collect());
            let counts = count(scheme, samples, &part);
            let is_class = classes.several && follows_class(scheme, samples, &part);
            let is_told = counts.values >= FEWEST_VALUES
                && repeats(&counts, 5)
                && counts.samples >= counts.values * 3
                && counts.samples <= counts.values * MOST_OF_CODE;
            (is_told && !is_class).then_some(part)
        })
}

fn whole(column: usize, without: Vec<usize>) -> Part {
    Part {
        column,
        without,
        with_class: false,
        needs_pixels: false,
        names_thing: false,
    }
}

/// Whether all samples but one in so many share their value.
fn repeats(counts: &Counts, one_in: usize) -> bool {
    counts.grouped * one_in >= counts.samples * (one_in - 1)
}

/// Whether the ending of a file that holds several pictures follows the column.
fn is_file_name(scheme: &Scheme<'_>, at: usize) -> bool {
    const HOLDERS: [&str; 16] = [
        "avi", "dcm", "gif", "m4v", "mkv", "mov", "mp4", "mpeg", "mpg", "mrxs", "ndpi", "pdf",
        "svs", "tif", "tiff", "webm",
    ];
    let field = scheme.columns[at].field;
    let ends = scheme.columns.get(at + 1);
    if ends.is_none_or(|next| next.field == field) {
        return false;
    }
    scheme.rows.iter().all(|row| {
        let ending = row.fields.get(field + 1).copied().unwrap_or_default();
        row.between[field + 1] == "." && HOLDERS.contains(&&*ending.to_ascii_lowercase())
    })
}

/// Whether a time to the second ends with the column.
fn is_second(scheme: &Scheme<'_>, at: usize, timed: &BTreeSet<usize>) -> bool {
    if !timed.contains(&at) || timed.contains(&(at + 1)) {
        return false;
    }
    let own = (0..=at).rev().take_while(|at| timed.contains(at));
    let digits: Vec<usize> = own
        .filter_map(|at| scheme.columns[at].value(&scheme.rows[0]))
        .map(|value| value.bytes().filter(u8::is_ascii_digit).count())
        .filter(|digits| *digits > 0)
        .collect();
    digits.iter().sum::<usize>() >= OF_SECOND || matches!(digits[..], [one] if one >= OF_EPOCH)
}

/// Long numbers far apart, or codes: no days, and no coordinates, which are round.
fn is_given(values: &[&str], column: &Column) -> bool {
    let different: HashSet<&str> = values.iter().copied().collect();
    let is_long = |value: &&str| value.len() >= FEWEST_DIGITS;
    let is_round = |value: &&&str| value.ends_with("00");
    let are_numbers = column.kind == Some(Kind::Digits)
        && values.iter().all(is_long)
        && is_sparse(values, column)
        && different.iter().filter(is_round).count() * 10 < different.len();
    (are_numbers && !values.iter().all(|value| is_day(value))) || is_code(values, column)
}

#[cfg(test)]
mod tests {
    use crate::sequence::testing::{named, scattered};

    #[test]
    fn the_name_of_a_film_or_document_in_a_name_is_what_pictures_were_cut_from() {
        let film = |at: usize| {
            let place = scattered(at, 2_000);
            format!("A{:06}_L.avi.{}.{place}", at / 8, 1_000 + at % 8 * 200)
        };
        assert_eq!(named(80, film), Some((10, false)));
        let page = |ending: &str| {
            named(84, |at| {
                let (year, letter) = (2005 + at / 6, char::from(b'a' + (at / 6) as u8));
                format!("minutes_{year}{letter}.{ending}_{}", at % 6 + 1)
            })
        };
        assert_eq!(page("pdf"), Some((14, false)));
        // Every picture of a film of its own.
        assert_eq!(named(40, |at| format!("clip{at:03}.mp4.12")), None);
    }

    #[test]
    fn pieces_of_one_second_are_of_one_photo() {
        let crops = |each: usize| {
            named(90, move |at| {
                let (photo, piece) = (at / each, at % each);
                let (minute, second) = (scattered(photo, 60), photo * 7 % 60);
                format!(
                    "20160220_16{minute:02}{second:02}_{}_{piece}",
                    piece * 320 + 1
                )
            })
        };
        assert_eq!(crops(6), Some((15, false)));
        assert_eq!(crops(18), Some((5, false)), "frames since that second");
        assert_eq!(crops(1), None);
    }

    #[test]
    fn a_long_code_behind_the_pieces_is_what_they_were_cut_from() {
        let scene = |scene: fn(usize) -> usize| {
            named(80, |at| {
                let (x, y) = (scattered(at, 20), scattered(at * 3, 20));
                format!("patch_{}_{x}_by_{y}_LC08_{:06}_01", at % 9, scene(at))
            })
        };
        assert_eq!(scene(|at| 18_018 + at / 8 * 3_119), Some((10, false)));
        assert_eq!(scene(|at| 250_000 + at / 8 * 1_000), None, "coordinates");
        assert_eq!(scene(|at| 18_018 + at * 3_119), None, "each its own");
    }
}
