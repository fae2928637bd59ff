//! Words in names: names of persons and things, and times in front of a number.

use std::collections::{HashMap, HashSet};

use crate::sample::Sample;

use super::entity::Scheme;
use super::entity_attributes::is_day;
use super::entity_counts::{Counts, count, values_of, varying_behind};
use super::entity_judge::{Classes, Part, follows_class};
use super::entity_words::{ATTRIBUTES, ENTITIES, PAIRED, PIECES, STATES, is_word};
use super::fields::Kind;
use super::name;

/// Words of letters alone that may be names of persons or things: several, each of a few samples
/// that are counted anew (`anna_01`), and not the classes. Where nothing tells classes, such words
/// mostly are these, and pixels have to confirm that they are not.
pub(super) fn word(
    scheme: &Scheme<'_>,
    samples: &[Sample],
    classes: &Classes,
    at: usize,
    with_class: bool,
) -> Option<Part> {
    let column = &scheme.columns[at];
    let is_first_of_field = column.run.is_none_or(|run| run == 0);
    let values: HashSet<&str> = scheme
        .rows
        .iter()
        .filter_map(|row| column.value(row))
        .collect();
    let several = values.len() >= FEWEST_NAMES && !values.contains("");
    let is_known = |value: &&str| {
        let word = value.to_ascii_lowercase();
        let known = [&PAIRED[..], &STATES, &PIECES, &ATTRIBUTES, &ENTITIES];
        value.len() < 2 || known.iter().any(|words| is_word(&word, words))
    };
    if !(is_first_of_field && several) || values.iter().any(is_known) {
        return None;
    }
    let part = Part {
        column: at,
        without: numbers_in_front(scheme, column.field),
        with_class,
        needs_pixels: false,
        names_thing: false,
    };
    let counts = count(scheme, samples, &part);
    // Where nothing tells classes, few words of many samples each mostly are these.
    let are_perhaps_classes =
        counts.values < MANY_NAMES || counts.samples > counts.values * FEW_OF_NAME;
    let are_initials = are_initials(&values);
    let restarts =
        counts.rest_varies && counts.rest_has_digits && counts.rest * 10 <= counts.samples * 7;
    let behind = || varying_behind(scheme, at, &values_of(scheme, samples, &part));
    let is_name = restarts
        || !are_perhaps_classes && (has_views(&counts) || are_days(scheme, &behind()))
        || are_initials;
    let is_few_each = (2..=MOST_OF_NAME).contains(&(counts.samples / counts.values.max(1)));
    let is_class = classes.several && follows_class(scheme, samples, &part);
    let is_told = is_name && is_few_each && !is_class && counts.grouped * 2 >= counts.samples;
    is_told.then_some(Part {
        needs_pixels: !classes.several && are_perhaps_classes && !are_initials,
        ..part
    })
}

/// Fields of digits alone, which a name behind them does not belong to: `16_Tim_Allen_0009`.
fn numbers_in_front(scheme: &Scheme<'_>, field: usize) -> Vec<usize> {
    let is_number = |field: &usize| {
        scheme.rows.iter().all(|row| {
            let text = row.fields.get(*field).copied().unwrap_or_default();
            !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
        })
    };
    (0..field).filter(is_number).collect()
}

/// A few words behind each name: `Mueller_left`, `Mueller_top`, `Koch_left`.
fn has_views(counts: &Counts) -> bool {
    counts.rest_varies && !counts.rest_has_digits && counts.rest <= MOST_VIEWS
}

/// Nothing but days behind a name: `Mueller_04032017`.
fn are_days(scheme: &Scheme<'_>, behind: &[usize]) -> bool {
    let [at] = behind else { return false };
    let column = &scheme.columns[*at];
    let mut values = scheme.rows.iter().filter_map(|row| column.value(row));
    values.all(is_day)
}

/// Two capitals, as many as people have and hardly any set has classes: `KA`, `YM`.
fn are_initials(values: &HashSet<&str>) -> bool {
    let is_pair =
        |value: &&str| value.len() == 2 && value.bytes().all(|byte| byte.is_ascii_uppercase());
    values.len() >= MANY_NAMES && values.iter().all(is_pair)
}

/// Fewer words are a choice of some, as sides and colours are.
const FEWEST_NAMES: usize = 5;
/// So many words of so few samples each are no classes, most likely.
const MANY_NAMES: usize = 8;
const FEW_OF_NAME: usize = 12;
/// More words behind one name describe what is shown.
const MOST_VIEWS: usize = 8;
/// Words of more samples each are an attribute.
const MOST_OF_NAME: usize = 20;

/// Whether a whole field is a word for a split in all names: `train_p3_01`, `test_p3_02`.
pub(super) fn tells_split(scheme: &Scheme<'_>, at: usize) -> bool {
    let column = &scheme.columns[at];
    let of_field = scheme
        .columns
        .iter()
        .filter(|own| own.field == column.field);
    let mut values = scheme.rows.iter().map(|row| column.value(row));
    of_field.count() == 1 && values.all(|value| value.is_some_and(name::is_neutral))
}

/// The field in front of a number where it holds words for times, each of which numbers have once:
/// `before_007`, `after_007`. Two sensors may count each its own pictures.
pub(super) fn time_before(scheme: &Scheme<'_>, at: usize, samples: &[Sample]) -> Option<usize> {
    let before = &scheme.columns[at.checked_sub(1)?];
    let column = &scheme.columns[at];
    if before.kind != Some(Kind::Letters) || before.field == column.field {
        return None;
    }
    let mut of_number: HashMap<&str, HashSet<&str>> = HashMap::new();
    for (row, member) in scheme.rows.iter().zip(&scheme.members) {
        let (word, number) = (before.value(row)?, column.value(row)?);
        let label = samples[*member].label.as_deref();
        let lower = word.to_ascii_lowercase();
        if !is_word(&lower, &STATES) || label.is_some_and(|label| label.eq_ignore_ascii_case(word))
        {
            return None;
        }
        of_number.entry(number).or_default().insert(word);
    }
    let both = of_number.values().filter(|words| words.len() > 1).count();
    (both * 2 > of_number.len()).then_some(before.field)
}

#[cfg(test)]
mod tests {
    use crate::sample::Sample;
    use crate::sequence::testing::{self, widest};

    /// Names in two classes, each of both splits, or without any.
    fn names(name: impl Fn(usize) -> String, labelled: bool) -> Vec<Sample> {
        let path = |at: usize| {
            let split = if at.is_multiple_of(3) { "val" } else { "train" };
            let class = ["happy", "sad"][at % 2];
            format!("{split}/{class}/{}.png", name(at))
        };
        let paths: Vec<String> = (0..48).map(path).collect();
        if labelled {
            testing::labelled(&paths)
        } else {
            testing::samples(&paths)
        }
    }

    const PEOPLE: [&str; 8] = ["anna", "ben", "carl", "dora", "emil", "fay", "gus", "hal"];

    #[test]
    fn words_that_count_their_pictures_anew_may_be_names() {
        let people = |at: usize| format!("{}_{:02}", PEOPLE[at / 2 % 8], at / 16 * 2 + at % 2);
        assert_eq!(widest(&names(people, true)), Some((8, false)));
        // Few words are a choice of some, and words behind which numbers run on are classes.
        let colours = |at: usize| format!("{}_{:02}", ["red", "blue"][at / 2 % 2], at / 4);
        assert_eq!(widest(&names(colours, true)), None);
        let aged = |at: usize| format!("{}_{}", 16 + at % 5, people(at));
        assert_eq!(widest(&names(aged, true)), Some((8, false)));
        let running = |at: usize| format!("{}_{at:03}", PEOPLE[at / 2 % 8]);
        assert_eq!(widest(&names(running, true)), None);
    }

    #[test]
    fn names_before_views_or_days_may_be_of_people_where_they_are_many_of_few_pictures() {
        let views = ["left", "right", "top", "under", "back"];
        let of = |behind: &dyn Fn(usize) -> String| {
            let name = |at: usize| format!("{}_{}", PEOPLE[at % 8], behind(at));
            widest(&names(name, false))
        };
        assert_eq!(of(&|at| views[at / 8 % 5].to_owned()), Some((8, false)));
        let day = |at: usize| format!("{:02}03201{}", 1 + at % 28, at % 7);
        assert_eq!(of(&day), Some((8, false)));
        let words = |at: usize| format!("{}{}", views[at % 5], ["q", "w", "e"][at / 8 % 3]);
        assert_eq!(of(&words), None, "what is shown");
    }

    #[test]
    fn pairs_of_capitals_are_initials() {
        let of = |initials: [&'static str; 8]| {
            let name = move |at: usize| format!("{}_{}_{}", initials[at % 8], at % 3, 1200 + at);
            widest(&names(name, false))
        };
        let people = ["AB", "CD", "EF", "GH", "IJ", "KL", "MN", "OP"];
        assert_eq!(of(people), Some((8, false)));
        assert_eq!(of(people.map(|_| "AB")), None);
        assert_eq!(of(["ab", "cd", "ef", "gh", "ij", "kl", "mn", "op"]), None);
    }

    #[test]
    fn a_word_for_the_split_in_a_name_hides_no_patient() {
        let paths: Vec<String> = (0..48)
            .map(|at| {
                let split = if at % 3 == 0 { "test" } else { "train" };
                format!("imgs/{split}_patient{:03}_{}.png", at / 6, at % 6)
            })
            .collect();
        assert_eq!(widest(&testing::samples(&paths)), Some((8, false)));
    }

    #[test]
    fn times_in_front_of_a_number_tell_what_is_shown_twice() {
        let both = |at: usize| format!("{}_{:03}", ["before", "after"][at % 2], at / 2);
        let samples: Vec<String> = (0..24)
            .map(|at| format!("{}/{}.png", ["train", "val"][at / 3 % 2], both(at)))
            .collect();
        assert_eq!(widest(&testing::samples(&samples)), Some((12, false)));
        // Each sensor counts its own, and each picture is of one time.
        let sensors = |at: usize| format!("{}_{:03}", ["rgb", "thermal"][at % 2], at / 2);
        let samples: Vec<String> = (0..24)
            .map(|at| format!("{}/{}.png", ["train", "val"][at / 3 % 2], sensors(at)))
            .collect();
        assert_eq!(widest(&testing::samples(&samples)), None);
        let each = |at: usize| format!("{}_{at:03}", ["before", "after"][at % 2]);
        let samples: Vec<String> = (0..24)
            .map(|at| format!("{}/{}.png", ["train", "val"][at / 3 % 2], each(at)))
            .collect();
        assert_eq!(widest(&testing::samples(&samples)), None);
    }
}
